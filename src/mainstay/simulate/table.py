"""A table as a person would have exported it, and the CSV file that it becomes."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

MARK = "（模拟数据）"
"""How every simulated file says what it is: invented."""
DAY_STYLES = (
    "{0:%Y}-{0:%m}-{0:%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
)


class Cents(int):
    """An amount of money in cents; what tells a writer that a number is money."""

    __slots__ = ()


Cell = str | Cents | date
Row = tuple[Cell, ...]
T = TypeVar("T")
Columns = Mapping[str, Callable[[T], Cell]]
"""The headings from left to right, each with what stands below it in the row of one item."""


@dataclass(frozen=True)
class Table:
    """What one file shows: lines above the header, the header, rows, perhaps a blank line and a total line.

    A text is written as it stands, in a money column too: that is how odd amounts get into a file.
    """

    title: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    total: Row | None = None
    notes: tuple[str, ...] = ()

    @property
    def preamble(self) -> int:
        """How many lines stand above the first row, the header included."""
        return 1 + len(self.notes) + 1


def heading(subject: str, month: date) -> str:
    """Return the title line of a month's file, marked as simulated."""
    return f"模拟科技园{subject}（{month.year}年{month.month}月）{MARK}"


@dataclass(frozen=True)
class Style:
    """How a program exports CSV: encoding, and the pattern of the dates."""

    encoding: str = "gb18030"
    day: str = DAY_STYLES[0]


def money_text(cents: int, *, thousands: bool = True) -> str:
    """Write cents as yuan with two decimals; a negative amount stands in brackets, as accountants do."""
    # A float holds any sum of a park to the cent: cents below 2**53.
    yuan = abs(cents) / 100
    text = f"{yuan:,.2f}" if thousands else f"{yuan:.2f}"
    return f"({text})" if cents < 0 else text


def write_csv(path: Path, table: Table, style: Style) -> None:
    """Write the table as CSV; the same table gives the same bytes."""
    width = len(table.header)
    # Encoded at once: line by line costs as much again, and there are seven hundred thousand.
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([line, *[""] * (width - 1)] for line in (table.title, *table.notes))
    writer.writerow(table.header)
    writer.writerows(_texts(table.rows, style))
    if table.total is not None:
        writer.writerow([""] * width)
        writer.writerows(_texts([table.total], style))
    path.write_bytes(stream.getvalue().encode(style.encoding))


def _texts(rows: Sequence[Row], style: Style) -> Iterator[tuple[str, ...]]:
    """The rows as texts; column by column, because nearly every column is of one kind."""
    return zip(*(_column(cells, style) for cells in zip(*rows, strict=True)), strict=True)


def _column(cells: Sequence[Any], style: Style) -> Sequence[str]:
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells
    if kinds == {Cents}:
        return [money_text(cell) for cell in cells]
    if kinds == {date}:
        return [_day_text(cell, style.day) for cell in cells]
    texts: dict[type, Callable[[Any], str]] = {str: str, Cents: money_text, date: partial(_day_text, pattern=style.day)}
    return [texts[type(cell)](cell) for cell in cells]


@cache
def _day_text(day: date, pattern: str) -> str:
    """A file repeats a few days thousands of times."""
    return pattern.format(day)
