"""What columns mean, as models and sql/vocabulary.csv say it: units, patterns of names, and how both are read."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from mainstay.errors import ModelError, did_you_mean
from mainstay.extracts.targets import CAUSE_TICKS, LEVELS

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "currency": "an amount in the ledger's currency (yuan), exact to the cent",
        "ratio": "a share or a rate: 0.1 is 10%",
        "count": "how many",
        "persons": "how many people",
        "number": "a figure whose unit its meaning or another column states",
        "rank": "1 = first",
        "months": "a span in months",
        "days": "a span in days",
        "area_m2": "square metres",
        "month": "a month, as its first day",
        "date": "a day, Asia/Shanghai",
        "time": "a moment",
        "flag": "true or false",
        "id": "what names a thing; text or a number that is not counted with",
        "text": "words or a code",
    }
)
"""Unit -> what it says; a column has exactly one of them."""

PLACEHOLDERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "level": {level: level for level in LEVELS},
        "caliber": {
            "natural": "natural",
            "restored": "restored",
            "adjusted": "deferral-adjusted",
            "deferral_adjusted": "deferral-adjusted",
        },
        "cause": {name.removeprefix("cause_"): word for name, word in CAUSE_TICKS.items()},
        "fate": {"loaded": "loaded", "rejected": "rejected", "duplicate": "duplicate", "total_line": "total-line"},
    }
)
"""What a pattern's `<word>` may stand for in a column's name -> how the meaning says it."""

_LINE = re.compile(r"-- column (?P<name>[\w<>]+) \[(?P<unit>\w+)\]: (?P<text>\S.*)")
_CONTINUED = "--     "
_STATED = ("-- key: ", "-- materialized: ")
_PLACEHOLDER = re.compile("<(" + "|".join(PLACEHOLDERS) + ")>")


@dataclass(frozen=True)
class Entry:
    """One entry of a header or of the vocabulary: a column's name or a pattern of names, its unit and meaning."""

    name: str
    unit: str
    text: str

    @property
    def relation(self) -> str:
        """The relation that it speaks of, "" where it speaks of any."""
        return self.name.rpartition(".")[0]

    @property
    def column(self) -> str:
        """The name without the relation's."""
        return self.name.rpartition(".")[2]

    def match(self, column: str) -> dict[str, str] | None:
        """What the placeholders stand for in a column's name; None where the entry does not speak of it."""
        if "<" not in self.name:
            return {} if self.column == column else None
        found = _pattern(self.column).fullmatch(column)
        return found.groupdict() if found else None

    def meaning(self, column: str) -> str:
        """What it says of a column, with what the placeholders stand for there."""
        words = {name: PLACEHOLDERS[name][value] for name, value in (self.match(column) or {}).items()}
        return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), self.text)


@dataclass(frozen=True)
class Header:
    """What a model's header says beyond grain and key: the rules in prose, and the columns that are its own."""

    rules: str
    columns: tuple[Entry, ...]


@lru_cache(maxsize=512)
def read_header(relation: str, sql: str) -> Header:
    """Read the comment block at the top of a model.

    Raises:
        ModelError: a column's line is not `-- column name [unit]: meaning`, or its unit is not known.
    """
    rules: list[str] = []
    columns: list[Entry] = []
    in_column = False
    for line in _header_lines(sql):
        if in_column and line.startswith(_CONTINUED):
            last = columns.pop()
            columns.append(replace(last, text=f"{last.text} {line.removeprefix('--').strip()}"))
            continue
        in_column = line.startswith("-- column ")
        if in_column:
            columns.append(_entry(relation, line))
        elif not line.startswith(_STATED):
            rules.append(line.removeprefix("--").strip())
    return Header(rules=_paragraphs(rules), columns=tuple(columns))


def _header_lines(sql: str) -> list[str]:
    lines = sql.splitlines()
    ends = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return lines[1:ends]


def _entry(relation: str, line: str) -> Entry:
    found = _LINE.fullmatch(line)
    if not found:
        raise ModelError(
            "a column's line is not `-- column name [unit]: meaning`", where=relation, example=line, hint=_HINT
        )
    return _checked(relation, Entry(found["name"], found["unit"], found["text"].strip()))


_HINT = "see sql/README.md"


def _checked(where: str, entry: Entry) -> Entry:
    if entry.unit not in UNITS:
        raise ModelError(
            f"no unit '{entry.unit}'{did_you_mean(entry.unit, UNITS)}",
            where=f"{where}: {entry.name}",
            hint=f"one of {', '.join(UNITS)}",
        )
    return entry


def _paragraphs(lines: list[str]) -> str:
    joined = "\n".join(lines).strip()
    return "\n\n".join(" ".join(part.split("\n")) for part in re.split(r"\n{2,}", joined))


def read_vocabulary(path: Path) -> tuple[Entry, ...]:
    """Read sql/vocabulary.csv: one entry per `name`, with `unit` and `meaning`.

    Raises:
        ModelError: a unit is not known, a meaning is missing, or a name stands there twice.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        entries = [
            _checked(path.name, Entry(row["name"], row["unit"], row["meaning"])) for row in csv.DictReader(lines)
        ]
    names = [entry.name for entry in entries]
    wrong = sorted({name for name in names if names.count(name) > 1} | {e.name for e in entries if not e.text})
    if wrong:
        raise ModelError("a name in the vocabulary is repeated or has no meaning", where=path.name, example=wrong[0])
    return tuple(entries)


def entry_of(column: str, *sources: Mapping[str, Entry]) -> Entry | None:
    """What documents a column: the first source (column or pattern -> entry) that knows it, names before patterns."""
    for source in sources:
        spoken = (entry for entry in source.values() if entry.match(column) is not None)
        found = source.get(column) or next(spoken, None)
        if found:
            return found
    return None


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    """The columns that a name with placeholders speaks of."""
    parts = _PLACEHOLDER.split(name)
    texts = [
        re.escape(part) if index % 2 == 0 else f"(?P<{part}>{'|'.join(PLACEHOLDERS[part])})"
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(texts))
