"""A process in a copy of the project: it has the libraries loaded, and runs tests in forks of itself.

One job a line on standard input, one answer a line on standard output, both JSON. A test run by itself spends two
seconds on imports and on parsing the models; a fork has both done. Modules that can be mutated are imported by the
fork, until the parent says that from now on only SQL changes (`{"load": true}`).
"""

import contextlib
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.mutant import Edit, changed

NOT_BUILT = ("Binder Error", "Catalog Error", "Parser Error", "SyntaxError", "NameError", "ImportError")
"""Signs that a change is none: what it makes is no SQL or Python that can run at all."""
PYTEST = ("-q", "-p", "no:cacheprovider", "--no-header", "--tb=short")

_TIMES = count(1)


class Watching:
    """Remembers which test failed first, and whether the change could be run at all."""

    def __init__(self) -> None:
        self.failed: str | None = None
        self.is_built = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._watch(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._watch(report)

    def _watch(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid
            self.is_built = not any(sign in report.longreprtext for sign in NOT_BUILT)


class Recording:
    """Remembers which relations every test asks a warehouse for, and the seconds of processor time that it takes.

    What a fixture of a module asks for counts for every test that has the fixture.
    """

    def __init__(self) -> None:
        self.asked: dict[str, set[str]] = {}
        self.fixtures: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self.items: list[pytest.Item] = []
        self.now: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        started = time.process_time()
        self.now = self.asked.setdefault(item.nodeid, set())
        self.items.append(item)
        result = yield
        self.seconds[item.nodeid] = round(time.process_time() - started, 3)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        before = self.now
        if fixturedef.scope != "function":
            self.now = self.fixtures.setdefault(fixturedef.argname, set())
        result = yield
        self.now = before
        return result

    def watch_warehouses(self) -> None:
        """Note every relation that is asked for, and where nobody asks, every one that is built."""
        from mainstay.warehouse import models
        from tests.sql.on_demand import _NAMED, OnDemand

        build, answer = models._build, OnDemand._build_named

        def noted_build(warehouse: Any, model: models.Model) -> None:
            if not isinstance(warehouse, OnDemand):
                self.now.add(model.relation)
            build(warehouse, model)

        def noted_answer(warehouse: OnDemand, sql: str) -> None:
            self.now.update(_NAMED.findall(sql))
            answer(warehouse, sql)

        models._build, OnDemand._build_named = noted_build, noted_answer

    def tests(self) -> dict[str, Any]:
        """Test -> what it asks for, and its seconds."""
        return {
            item.nodeid: {
                "asked": sorted(
                    self.asked[item.nodeid].union(*(self.fixtures.get(name, ()) for name in item.fixturenames))
                ),
                "seconds": self.seconds.get(item.nodeid, 0.0),
            }
            for item in self.items
        }


def recorded(module: str) -> dict[str, Any]:
    """Run the tests of a module, and say what each asks for."""
    recording = Recording()
    recording.watch_warehouses()
    status = pytest.main([*PYTEST, module], plugins=[recording])
    return {"tests": recording.tests(), "passed": status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}}


def tried(tests: list[str]) -> dict[str, Any]:
    """Run tests until one fails."""
    watching = Watching()
    pytest.main([*PYTEST, "-x", *tests], plugins=[watching])
    return {"failed": watching.failed, "is_built": watching.is_built}


def in_fork(work: Callable[[], dict[str, Any]], limit: float) -> dict[str, Any]:
    """Do something in a fork; one that takes more processor time than the limit in seconds has failed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_silent()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 5))
        answer = json.dumps(work())
        with os.fdopen(writing, "w") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    _, status, usage = os.wait4(pid, 0)
    if not answer:
        how = "no end" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU else "the process ended"
        return {"failed": how, "is_built": True, "seconds": usage.ru_utime}
    return json.loads(answer) | {"seconds": usage.ru_utime + usage.ru_stime}


def _be_silent() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def judged(job: dict[str, Any]) -> dict[str, Any]:
    """Try one mutant with its tests, the nearest first, and put the file back."""
    answer: dict[str, Any] = {"failed": None, "is_built": True}
    seconds = 0.0
    with changed_file(Path(job["path"]), tuple(Edit(*edit) for edit in job["edits"])):
        for some in job["tests"]:
            answer = in_fork(lambda tests=some: tried(tests), job["limit"])
            seconds += answer["seconds"]
            if answer["failed"]:
                break
    return answer | {"seconds": seconds}


@contextlib.contextmanager
def changed_file(file: Path, edits: tuple[Edit, ...]) -> Iterator[None]:
    """A file with a change, and as it was afterwards.

    Python takes byte code for that of a file of the same time and size, and `<` is as long as `>`: so each change has
    a time of its own.
    """
    text, time_of_text = file.read_text("utf-8"), file.stat().st_mtime
    file.write_text(changed(text, edits), "utf-8")
    times = (next(_TIMES), next(_TIMES))
    os.utime(file, times)
    try:
        yield
    finally:
        file.write_text(text, "utf-8")
        os.utime(file, (time_of_text, time_of_text))


def prepare(libraries: Iterable[str]) -> None:
    """Import the libraries, and parse all models, so that no fork has to."""
    for name in libraries:
        importlib.import_module(name)
    from mainstay.resources import shipped
    from mainstay.warehouse import models

    models.load_models(shipped("sql"))


def load() -> None:
    """Import all of the project as well: from now on only SQL changes."""
    import mainstay

    for module in pkgutil.walk_packages(mainstay.__path__, "mainstay."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def answered(job: dict[str, Any]) -> dict[str, Any]:
    """The answer to one job."""
    if "load" in job:
        load()
        return {}
    if "record" in job:
        return in_fork(lambda: recorded(job["record"]), job["limit"])
    if "path" in job:
        return judged(job)
    return in_fork(lambda: tried(job["tests"]), job["limit"])


def main() -> None:
    """Answer jobs until there are no more."""
    prepare(sys.argv[1:])
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answered(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
