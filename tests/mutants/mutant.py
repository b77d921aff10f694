"""One small wrong change of one file, and how it is known again when the file around it changes."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = ("bounds", "signs", "months", "ties", "calibers")
"""What a wrong change is about. bounds: a comparison with the row exactly on it; signs: added for subtracted; months:
one more or less; ties: who comes first among equals; calibers: natural for restored, this year for the one before."""


@dataclass(frozen=True)
class Edit:
    """Characters `start` to `end` of a file (the end not included) become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mutant:
    """One wrong change.

    `path` is that of the file below the project, `was` and `becomes` are its changed line before and after, `nth` tells
    equal changes of equal lines apart, from 1.
    """

    path: str
    kind: str
    line: int
    was: str
    becomes: str
    nth: int
    edits: tuple[Edit, ...]

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What stays as long as the line stays, wherever it stands in its file."""
        return self.path, self.was, self.becomes, self.nth

    def place_in_sample(self, seed: int) -> str:
        """The order in which mutants are drawn: by chance, and the same as long as seed and line are."""
        return hashlib.sha256(repr((seed, self.key)).encode()).hexdigest()

    def __str__(self) -> str:
        """The change as people read it."""
        return f"{self.path}:{self.line} ({self.kind})\n    was      {self.was}\n    becomes  {self.becomes}"


def changed(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with all edits made."""
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def mutants_of(path: str, text: str, changes: Iterator[tuple[str, tuple[Edit, ...]]]) -> list[Mutant]:
    """The mutants of a file, of its changes as (kind, edits); two changes that give the same text are one."""
    found: list[Mutant] = []
    seen: set[str] = set()
    counts: Counter[tuple[str, str]] = Counter()
    for kind, edits in changes:
        mutated = changed(text, edits)
        if mutated in seen:
            continue
        seen.add(mutated)
        first, last = min(edit.start for edit in edits), max(edit.end for edit in edits)
        start = text.rfind("\n", 0, first) + 1
        after = len(mutated) - len(text) + last
        was = _lines(text[start:], last - start)
        becomes = _lines(mutated[start:], after - start)
        counts[was, becomes] += 1
        found.append(Mutant(path, kind, text.count("\n", 0, first) + 1, was, becomes, counts[was, becomes], edits))
    return found


def _lines(text: str, reach: int) -> str:
    """The lines from the start of a text to the one at `reach`, without blanks around them."""
    end = text.find("\n", reach)
    return " ".join(line.strip() for line in text[: end if end >= 0 else None].splitlines())
