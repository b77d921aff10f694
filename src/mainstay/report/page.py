"""Rows, widths, heights and paper: how a table of a workbook fits the screen and the page."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from types import MappingProxyType
from typing import Literal

from mainstay.report.cells import Cell, Kind, csv_text
from mainstay.report.sheet import Column, Table
from mainstay.report.units import DisplayUnit

Paper = Literal["A4", "A3"]
"""Always landscape."""

PAPER_CODES = MappingProxyType({"A4": 9, "A3": 8})
TITLE_ROW, HINT_ROW, BAND_ROW = range(3)
TALLEST_POINTS = 409  # a limit of the format
LINE_POINTS = 14

# Widths are in the format's unit, about one ASCII character of the body font; a Chinese character takes two.
_NARROWEST, _NARROWEST_DATE = 5, 10
_WIDEST = MappingProxyType({"A4": 26, "A3": 32})
_HEADING_LINES = 3  # the longest headings break into that many lines before they widen a column
_PADDING = 2
BUTTON_INDENT = 2  # a filter's button covers the right end of its cell: a number there stands so far to the left

# Landscape within the margins, in width units at 100%, and the smallest scale that is read with ease.
# A3 leaves room for programs without the default font, whose columns come out wider.
_PAGE_UNITS = MappingProxyType({"A4": 140, "A3": 160})
_SMALLEST_SCALE = 60


@dataclass(frozen=True)
class Layout:
    """How wide the columns are, which stay in sight, and on what paper they are printed."""

    widths: tuple[float, ...]
    pinned: int
    paper: Paper = "A4"

    @property
    def scale(self) -> int:
        """Print scale in per cent: one page wide if that stays readable, else several."""
        return max(_SMALLEST_SCALE, min(100, int(100 * _PAGE_UNITS[self.paper] / sum(self.widths))))

    def page_breaks(self, columns: Sequence[Column]) -> list[int]:
        """The columns that begin a new page, so that no band is cut in two unless it is wider than a page."""
        page = 100 * _PAGE_UNITS[self.paper] / self.scale
        pinned = sum(self.widths[: self.pinned])
        breaks, used = [], pinned
        for first, last in bands(columns):
            width = sum(self.widths[max(first, self.pinned) : last + 1])
            if used > pinned and used + width > page:
                breaks.append(first)
                used = pinned
            used += width
        return breaks


def bands(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """The first and last columns of every run of one band; none where no column has a band."""
    if not any(column.band for column in columns):
        return []
    starts = [n for n, column in enumerate(columns) if n == 0 or columns[n - 1].band != column.band]
    return [(first, after - 1) for first, after in zip(starts, [*starts[1:], len(columns)], strict=True)]


@dataclass(frozen=True)
class Grid:
    """A table on its sheet: what stands in which row, counted from zero."""

    table: Table
    totals: tuple[Cell, ...]
    layout: Layout

    @property
    def bands(self) -> list[tuple[int, int]]:
        """The first and last columns of every band."""
        return bands(self.table.columns)

    @property
    def heading_row(self) -> int:
        """The row of the headings, below that of the bands if there is one."""
        return BAND_ROW + bool(self.bands)

    @property
    def filter_row(self) -> int:
        """The row above the first one that a filter may hide: the totals, or the headings."""
        return self.heading_row + bool(self.totals)

    @property
    def first_row(self) -> int:
        """The row of the first cells."""
        return self.filter_row + 1

    @property
    def last_row(self) -> int:
        """The row of the last cells; without any the one above the first."""
        return self.filter_row + len(self.table.rows)


def layout_of(table: Table, totals: Sequence[Cell], unit: DisplayUnit) -> Layout:
    """Size each column for its heading over a few lines and its longest cell, within bounds.

    Args:
        table: The rows; columns in bands are too many for A4 and go on A3.
        totals: The cells of the row of totals, one a column; empty without such a row.
        unit: The display unit of money.

    Returns:
        The widths, the pinned columns, the paper.
    """
    paper: Paper = "A3" if bands(table.columns) else "A4"
    widths = []
    for number, column in enumerate(table.columns):
        least = _NARROWEST_DATE if column.kind == "date" else _NARROWEST
        longest = _longest([row[number] for row in table.rows], column.kind, unit)
        heading = ceil(text_width(column.heading) / _HEADING_LINES)
        if totals and column.total:
            longest = max(longest, _longest([totals[number]], column.kind, unit) + BUTTON_INDENT)
        widths.append(float(min(_WIDEST[paper], max(least, heading, longest)) + _PADDING))
    return Layout(tuple(widths), sum(column.pinned for column in table.columns), paper)


def row_height(texts: Sequence[str], widths: Sequence[float]) -> int:
    """Return the points that the tallest of one row's texts needs in its column."""
    lines = (ceil(text_width(text) / (width - _PADDING)) for text, width in zip(texts, widths, strict=True))
    return LINE_POINTS * max(1, *lines, 1) + 4


def text_width(text: str) -> int:
    """Return the width of a text in the format's unit."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _longest(cells: Sequence[Cell], kind: Kind, unit: DisplayUnit) -> int:
    """The width of the longest cell; of numbers with as many decimals it is the largest or the smallest."""
    numbers = [cell for cell in cells if isinstance(cell, Decimal)]
    others = (text_width(csv_text(cell, "none")) for cell in cells if not isinstance(cell, Decimal))
    ends = (_number_width(end, kind, unit) for end in ((max(numbers), min(numbers)) if numbers else ()))
    return max(0, *others, *ends, 0)


def _number_width(number: Decimal, kind: Kind, unit: DisplayUnit) -> int:
    if kind == "percent":
        return len(f"{number:.2f}")
    return len(f"{number:,.{unit.decimals}f}")
