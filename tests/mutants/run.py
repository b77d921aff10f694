"""A mutation run: all mutants there are, a sample of them, and what becomes of each."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from tests.mutants import known
from tests.mutants.choice import Choice, recorded
from tests.mutants.crew import Crew, Job, crew
from tests.mutants.mutant import Mutant, mutants_of
from tests.mutants.report import Outcome, Report
from tests.mutants.sql_changes import changes as sql_changes

COMPUTING = ("revenue", "risk", "outbound", "orders", "quality")
"""The packages of src/mainstay that compute; the others read, write and show."""
LIBRARIES = ("duckdb", "hypothesis", "openpyxl", "polars", "pydantic", "sklearn.ensemble", "sqlglot")
"""What takes long to import, and is the same with any mutant."""
LIMIT = 120.0
"""Seconds of processor time after which a group of tests counts as endless; they take five."""


class Chooses(Protocol):
    """Says which tests are tried on a mutant, in groups."""

    def of(self, mutant: Mutant) -> list[list[str]]:
        """The groups of tests, the first to be tried first."""


def pool(root: Path) -> list[Mutant]:
    """All mutants there are."""
    from tests.mutants.python_changes import changes as python_changes

    files = [(path, sql_changes) for path in (root / "sql").rglob("*.sql")]
    files += [(path, python_changes) for one in COMPUTING for path in (root / "src/mainstay" / one).rglob("*.py")]
    found: list[Mutant] = []
    for path, changes in sorted(files):
        text = path.read_text("utf-8")
        found += mutants_of(path.relative_to(root).as_posix(), text, changes(text))
    return found


def tried(workers: Crew, choice: Chooses, mutants: Iterable[Mutant]) -> Iterator[Outcome]:
    """What became of mutants, in the order in which they are done."""
    some = list(mutants)
    for number, answer in workers.answers(_job(mutant, choice) for mutant in some):
        yield Outcome(some[number], answer["failed"], is_built=answer["is_built"], seconds=answer["seconds"])


def _job(mutant: Mutant, choice: Chooses) -> Job:
    edits = [(edit.start, edit.end, edit.text) for edit in mutant.edits]
    return {"path": mutant.path, "edits": edits, "tests": choice.of(mutant), "limit": LIMIT}


def run(snapshot: Path, size: int, seed: int, workers: int, kept: Path) -> Report:
    """Try the named mutants and a sample; what cannot run at all gives way to the next one drawn."""
    toml = (snapshot / "tests/mutants/known.toml").read_text("utf-8")
    drawn = sorted(pool(snapshot), key=lambda mutant: mutant.place_in_sample(seed))
    report = Report(size, known.equivalents(toml), {mutant.key for mutant in drawn})
    with crew(snapshot, workers, LIBRARIES) as hired:
        _tell(f"{len(drawn)} mutants; a sample of {size}, seed {seed}")
        choice = Choice(snapshot, recorded(snapshot, hired, kept))
        _tell("what each test asks for is recorded")
    first = known.named(snapshot, toml)
    while report.missing and drawn:
        some, drawn = drawn[: report.missing], drawn[report.missing :]
        report.leave_out(some)
        some = [*first, *(mutant for mutant in some if mutant.key not in report.reasons)]
        with crew(snapshot, workers, LIBRARIES) as hired:
            for outcome in _python_then_sql(hired, choice, some):
                report.add(outcome)
                _tell(f"{report.done}: {outcome}")
            report.broken += _broken(hired, report.killers)
        first = []
    return report


def _python_then_sql(workers: Crew, choice: Chooses, mutants: list[Mutant]) -> Iterator[Outcome]:
    """A worker that has loaded the project is fast, and can try SQL only."""
    of_sql = [mutant for mutant in mutants if mutant.path.endswith(".sql")]
    yield from tried(workers, choice, (mutant for mutant in mutants if mutant not in of_sql))
    workers.ask_all({"load": True})
    yield from tried(workers, choice, of_sql)


def _broken(workers: Crew, tests: Iterable[str]) -> list[str]:
    """Tests that have killed and that fail without any mutant too."""
    modules: dict[str, list[str]] = {}
    for test in sorted(tests):
        modules.setdefault(test.partition("::")[0], []).append(test)
    jobs = [{"tests": some, "limit": 10 * LIMIT} for some in modules.values()]
    return [answer["failed"] for _, answer in workers.answers(jobs) if answer["failed"]]


def _tell(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
