"""A table as a person would have exported it, and the CSV file or workbook that it becomes."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import xlsxwriter

# Fixed, so that the same workbook has the same bytes.
_CREATED = datetime(2022, 1, 1)  # noqa: DTZ001 -- a workbook's dates have no zone
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


@dataclass(frozen=True)
class Style:
    """How a program exports CSV: encoding, pattern of the dates, thousands commas or none."""

    encoding: str = "gb18030"
    day: str = DAY_STYLES[0]
    thousands: bool = True


def money_text(cents: int, *, thousands: bool = True) -> str:
    """Write cents as yuan with two decimals; a negative amount stands in brackets, as accountants do."""
    # A float holds any sum of a park to the cent: cents below 2**53.
    yuan = abs(cents) / 100
    text = f"{yuan:,.2f}" if thousands else f"{yuan:.2f}"
    return f"({text})" if cents < 0 else text


def write_table(path: Path, table: Table, style: Style) -> None:
    """Write a CSV file, or a workbook if the name ends in .xlsx; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        _write_workbook(path, table)
    else:
        _write_csv(path, table, style)


def _write_csv(path: Path, table: Table, style: Style) -> None:
    width = len(table.header)
    with path.open("w", encoding=style.encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerows([line, *[""] * (width - 1)] for line in (table.title, *table.notes))
        writer.writerow(table.header)
        money, day = partial(money_text, thousands=style.thousands), partial(_day_text, pattern=style.day)
        texts: dict[type, Callable[[Any], str]] = {Cents: money, date: day}
        # Nine cells in ten are text, of half a million rows: they are not handed through a function.
        writer.writerows(
            [cell if cell.__class__ is str else texts[cell.__class__](cell) for cell in row] for row in table.rows
        )
        if table.total is not None:
            writer.writerow([""] * width)
            writer.writerow([cell if cell.__class__ is str else texts[cell.__class__](cell) for cell in table.total])


@cache
def _day_text(day: date, pattern: str) -> str:
    """A file repeats a few days thousands of times."""
    return pattern.format(day)


def _write_workbook(path: Path, table: Table) -> None:
    """Numbers are numbers and dates are dates, as a person's workbook has them; ids are text."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"title": table.title, "created": _CREATED})
    sheet = book.add_worksheet("明细")
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(table.header) - 1, table.title)
    for number, line in enumerate(table.notes, start=1):
        sheet.write_string(number, 0, line)
    sheet.write_row(table.preamble - 1, 0, table.header)
    lines: list[Row] = [*table.rows]
    if table.total is not None:
        lines += [(), table.total]
    for number, row in enumerate(lines, start=table.preamble):
        for column, cell in enumerate(row):
            if isinstance(cell, Cents):
                sheet.write_number(number, column, int(cell) / 100, money)
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif cell:
                sheet.write_string(number, column, cell)
    book.close()
