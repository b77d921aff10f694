"""Workers, each in a copy of the project of its own: a mutant run never touches the checkout."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue
from typing import Any

Job = Mapping[str, Any]


class Worker:
    """A process that answers one job after the other."""

    def __init__(self, copy: Path, libraries: Iterable[str]) -> None:
        paths = [str(copy / "src"), str(copy), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
        # CI: hypothesis meets the same examples each time.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "CI": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.worker", *libraries],
            cwd=copy,
            env=os.environ | one_thread | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, job: Job) -> dict[str, Any]:
        """Give a job and wait for its answer."""
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a worker ended with status {self.process.wait()} at {dict(job)}")
        return json.loads(answer)

    def dismiss(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Crew:
    """Some workers that share the jobs."""

    def __init__(self, workers: list[Worker]) -> None:
        self.workers = workers
        self.idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in workers:
            self.idle.put(worker)

    def ask_all(self, job: Job) -> None:
        """Give every worker the same job."""
        for worker in self.workers:
            worker.ask(job)

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The number of each job and its answer, in the order in which they are done."""
        with ThreadPoolExecutor(len(self.workers)) as threads:
            waiting = {threads.submit(self._answer, job): number for number, job in enumerate(jobs)}
            for done in as_completed(waiting):
                yield waiting[done], done.result()

    def _answer(self, job: Job) -> dict[str, Any]:
        worker = self.idle.get()
        try:
            return worker.ask(job)
        finally:
            self.idle.put(worker)


@contextmanager
def crew(snapshot: Path, workers: int, libraries: Iterable[str] = ()) -> Iterator[Crew]:
    """So many workers, each in a copy of the snapshot that is removed afterwards; they import the libraries at once."""
    with ExitStack() as stack:
        hired = []
        for _ in range(workers):
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mainstay-mutants-")))
            shutil.copytree(snapshot, copy, dirs_exist_ok=True)
            hired.append(Worker(copy, libraries))
            stack.callback(hired[-1].dismiss)
        yield Crew(hired)


@contextmanager
def snapshot_of(root: Path) -> Iterator[Path]:
    """The project's files as they are now, with their byte code, those that are not committed yet as well."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="mainstay-mutants-") as folder:
        copy = Path(folder)
        for name in filter(None, listing.split("\0")):
            compiled = [cache_from_source(name)] if name.endswith(".py") else []
            for path in (name, *compiled):
                if (root / path).is_file():
                    (copy / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(root / path, copy / path)
        yield copy
