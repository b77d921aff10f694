"""Which tests are tried on a mutant: those that have to do with its relation or module, the nearest first.

For SQL it is recorded once which relations every test asks a warehouse for; a relation's tests are those that ask for
it or for one that rests on it. For Python the imports say it: the nearest tests import the module themselves.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mainstay.warehouse import models
from tests.mutants.crew import Crew
from tests.mutants.mutant import Mutant
from tests.walls import imports_of

TESTED = ("tests/unit", "tests/sql", "tests/properties")
"""Whole weeks (tests/end_to_end) and real extracts are not tried: they take minutes and hardly say what is wrong."""
_NOT_TRIED = {"test_mutants", "test_project"}
"""They are about this run and about the files of a checkout, which a copy is not."""
SECONDS = 40.0
"""Processor time of the tests that are tried on one mutant, as recorded; who has lived that long has survived."""
FIRST, NEXT = 6, 24
"""How many tests are tried before the next modules of tests are imported."""
RECORD_LIMIT = 300.0


def test_modules(root: Path) -> list[str]:
    """The modules of tests that can be tried, by path."""
    found = (path for folder in TESTED for path in (root / folder).rglob("test_*.py"))
    return sorted(path.relative_to(root).as_posix() for path in found if path.stem not in _NOT_TRIED)


def recorded(root: Path, crew: Crew, kept: Path) -> dict[str, dict[str, Any]]:
    """Test -> what it asks for and its seconds; only modules that changed since are run again.

    Raises:
        RuntimeError: A module's tests do not pass without any mutant.
    """
    prints = {module: _fingerprint(root, module) for module in test_modules(root)}
    known = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    known = {module: entry for module, entry in known.items() if entry["print"] == prints.get(module)}
    jobs = [{"record": module, "limit": RECORD_LIMIT} for module in prints if module not in known]
    for number, answer in crew.answers(jobs):
        if answer.get("passed"):
            module = str(jobs[number]["record"])
            known[module] = {"print": prints[module], "tests": answer["tests"]}
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(known, indent=1, sort_keys=True), "utf-8")
    if failed := sorted(set(prints) - set(known)):
        raise RuntimeError(f"these tests fail without any mutant: {', '.join(failed)}")
    return {test: told for module in sorted(known) for test, told in known[module]["tests"].items()}


def _fingerprint(root: Path, module: str) -> str:
    """Of the module and what it shares with others; what is tested may change, only its names are recorded."""
    shared = [path for path in _imported_by(root, module) if path.startswith("tests/")]
    settings = [str(path.relative_to(root)) for path in (root / "tests").rglob("conftest.py")]
    texts = [platform.python_version(), *((root / path).read_text("utf-8") for path in sorted({*shared, *settings}))]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


@dataclass(frozen=True)
class Choice:
    """What is needed to choose: what tests ask for, what rests on a relation, and what is imported."""

    root: Path
    tests: Mapping[str, Mapping[str, Any]]

    def of(self, mutant: Mutant) -> list[list[str]]:
        """The tests of a mutant in the groups in which they are tried; none where no test has to do with it."""
        near = self._sql(mutant.path) if mutant.path.endswith(".sql") else self._python(mutant.path)
        chosen, seconds = [], 0.0
        for _, cost, test in sorted(near):
            chosen.append(test)
            seconds += cost
            if seconds > SECONDS:
                break
        return [some for some in (chosen[:FIRST], chosen[FIRST:NEXT], chosen[NEXT:]) if some]

    def _sql(self, path: str) -> Iterable[tuple[int, float, str]]:
        parts = Path(path).parts
        distances = _above(self.root)(f"{parts[1]}.{Path(path).stem}")
        for test, told in self.tests.items():
            near = [distances[name] for name in told["asked"] if name in distances]
            if near:
                yield min(near), told["seconds"], test

    def _python(self, path: str) -> Iterable[tuple[int, float, str]]:
        for test, told in self.tests.items():
            distance = _imported_by(self.root, test.partition("::")[0]).get(path)
            if distance is not None:
                yield distance, told["seconds"], test


@cache
def _above(root: Path) -> Any:
    """Relation -> every relation that rests on it, and by how many steps."""
    resting: dict[str, list[str]] = {}
    for model in models.load_models(root / "sql").values():
        for read in model.reads:
            resting.setdefault(read, []).append(model.relation)

    @cache
    def above(relation: str) -> dict[str, int]:
        return _steps(relation, lambda name: resting.get(name, []))

    return above


@cache
def _imported_by(root: Path, module: str) -> dict[str, int]:
    """Every file that a module imports, itself or by others, and by how many steps."""
    return _steps(module, lambda path: _imports(root, path))


@cache
def _imports(root: Path, path: str) -> list[str]:
    names = {found.module for found in imports_of((root / path).read_text("utf-8"), path)}
    # `a.b.c` may be the name c of module a.b.
    longer = names | {name.rpartition(".")[0] for name in names}
    files = [f"{top}{name.replace('.', '/')}.py" for name in sorted(longer) if name for top in ("src/", "")]
    return [file for file in files if (root / file).is_file()]


def _steps(start: str, following: Any) -> dict[str, int]:
    """Everything that can be reached, and by how many steps."""
    found, waiting = {start: 0}, [start]
    for name in waiting:
        for other in following(name):
            if other not in found:
                found[other] = found[name] + 1
                waiting.append(other)
    return found
