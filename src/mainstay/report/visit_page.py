"""The page of a visit form as data: what stands in which line, of which height, and what may be answered.

Labels and words are those of the contract under which the form is read back: the two cannot drift apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from mainstay.extracts.contract import Column, Contract
from mainstay.extracts.form_questions import FORM
from mainstay.extracts.targets import CAUSE_TICKS

Kind = Literal["text", "word", "date", "tenths", "money"]

PAIRS = 3
"""Pairs of label and answer beside each other: an answer stands right of its label, or nobody finds it again."""
_HEIGHT = 24
"""Of a line that states none, in points: room for a pen."""


@dataclass(frozen=True)
class Line:
    """A line of one to three pairs of label and answer; the last answer takes what room is left. Points, fields."""

    height: int
    fields: tuple[str, ...]

    def spans(self) -> tuple[tuple[str, int, int], ...]:
        """Each field with the first and the last column of its answer, from 0; its label stands before the first."""
        last = len(self.fields) - 1
        return tuple(
            (field, 2 * n + 1, 2 * PAIRS - 1 if n == last else 2 * n + 1) for n, field in enumerate(self.fields)
        )


@dataclass(frozen=True)
class Band:
    """A heading over lines, with a remark for those who fill them in; the words to choose from follow it."""

    title: str
    remark: str = ""
    words_of: tuple[str, ...] = ()
    remark_height: int = 13


SHOWN: Mapping[str, str] = {one.field: one.label for one in FORM.questions if one.only == "page"}
"""What the page says beside the prefilled fields of the contract: field -> label, none of them the contract's."""


def _page() -> Iterator[Line | Band]:
    """The page from top to bottom; with title and closing line it fills A4 portrait within the margins."""
    for band in FORM.bands:
        below = [one for one in FORM.questions if one.band == band.title and one.only != "table"]
        below.sort(key=lambda one: one.line)
        if band.title:
            yield Band(band.title, band.remark, tuple(one.field for one in below if one.words), band.remark_height)
        for _, line in groupby(below, key=lambda one: one.line):
            beside = list(line)
            yield Line(max(one.height for one in beside) or _HEIGHT, tuple(one.field for one in beside))


PAGE: tuple[Line | Band, ...] = tuple(_page())


def labels(contract: Contract) -> dict[str, str]:
    """The label of each field: the contract's first heading, or our own for what is only shown."""
    return {**SHOWN, **{column.canonical: column.headings[0] for column in contract.columns if column.headings}}


def words(column: Column) -> list[str]:
    """The words offered for a closed column: the first that its contract has for each value."""
    first: dict[str, str] = {}
    for word, value in column.values.items():
        first.setdefault(value, word)
    return list(first.values())


def kind_of(column: Column, contract: Contract) -> Kind:
    """How the answer to a field is written down."""
    if column.canonical in CAUSE_TICKS:
        return "tenths"
    if column.closed:
        return "word"
    kind = contract.kind_of(column)
    return "date" if kind == "date" else "money" if kind == "money" else "text"


def remark(band: Band, contract: Contract) -> str:
    """The line below a band's title: a form printed on paper has no drop-downs, so the words stand here."""
    columns = {column.canonical: column for column in contract.columns}
    named = labels(contract)
    listed = [f"{named[f]}：{' / '.join(words(columns[f]))}" for f in band.words_of if f in columns]
    return "；".join(part for part in (band.remark, *listed) if part)
