"""A table as a CSV file, in the style of the program that exports it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from mainstay.simulate.files.table import Cents, Row, Table, money_text

DAY_STYLES = (
    "{0:%Y}-{0:%m}-{0:%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
)


@dataclass(frozen=True)
class Style:
    """How a program exports CSV: encoding, and the pattern of the dates."""

    encoding: str = "gb18030"
    day: str = DAY_STYLES[0]


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
