"""A frame as a table for people, and as CSV. `workbook.py` writes the same cells as XLSX."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Literal

import polars as pl

from mainstay.errors import ModelError
from mainstay.files import replace_file
from mainstay.report.cells import Cell, Kind, TextGuard, UnfitValueError, csv_text, shown_cell
from mainstay.report.units import DisplayUnit


@dataclass(frozen=True)
class Growth:
    """A total that is the growth between the totals of two columns, which it names by their sources."""

    current: str
    prior: str


@dataclass(frozen=True)
class Column:
    """One column of a file: the heading people read, the frame's column it shows, and what that holds.

    `{unit}` in heading and band stands for the workspace's display unit. Pinned columns lead a workbook: they stay in
    sight while scrolling and repeat on every printed page. A workbook shows a run of columns of one band below a
    common heading, and with a total in any column a row of totals. A CSV file has neither.
    """

    heading: str
    source: str
    kind: Kind
    pinned: bool = False
    band: str = ""
    total: Literal["sum"] | Growth | None = None


@dataclass(frozen=True)
class Table:
    """A rendered table: the columns with their final headings, and one tuple of cells a row of the frame."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def rendered_table(frame: pl.DataFrame, columns: Sequence[Column], unit: DisplayUnit) -> Table:
    """Turn a frame into the cells that every file format shows alike.

    Args:
        frame: Any grain; its row order is kept, columns not asked for are left out.
        columns: The columns of the file, in order.
        unit: The display unit of money; the frame holds the ledger's unit.

    Returns:
        One row of cells a row of the frame.

    Raises:
        ModelError: The frame lacks columns, or columns hold values that do not fit their kind; all at once.
    """
    absent = sorted({column.source for column in columns} - set(frame.columns))
    if absent:
        raise ModelError(
            "export table is missing columns",
            where=", ".join(absent),
            count=len(absent),
            hint="the mart that feeds the file must deliver them, null where unknown",
        )
    problems: dict[str, tuple[int, str]] = {}
    cells = [_column_cells(frame[column.source], column, unit, problems) for column in columns]
    if problems:
        raise ModelError(
            "export table has values of the wrong type",
            where=", ".join(problems),
            count=sum(rows for rows, _ in problems.values()),
            hint="; ".join(f"{source}: {reason}" for source, (_, reason) in problems.items()),
        )
    return Table(tuple(_in_unit(column, unit) for column in columns), tuple(zip(*cells, strict=True)))


def write_csv(
    frame: pl.DataFrame, columns: Sequence[Column], path: Path, *, unit: DisplayUnit, guard: TextGuard
) -> None:
    """Write a frame as CSV: UTF-8 with BOM, CRLF, RFC 4180 quoting; the same frame gives the same bytes.

    Args:
        frame: Any grain; no rows give a file with the heading only.
        columns: The columns of the file, in order.
        path: The file; replaced whole or not at all.
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.

    Raises:
        ModelError: The frame does not fit the columns.
    """
    table = rendered_table(frame, columns, unit)
    lines: list[Iterable[str]] = [[column.heading for column in table.columns]]
    lines.extend([csv_text(cell, guard) for cell in row] for row in table.rows)
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    replace_file(path, text.getvalue().encode("utf-8-sig"))


def _in_unit(column: Column, unit: DisplayUnit) -> Column:
    heading, band = (text.replace("{unit}", unit.label) for text in (column.heading, column.band))
    return replace(column, heading=heading, band=band)


def _column_cells(
    series: pl.Series, column: Column, unit: DisplayUnit, problems: dict[str, tuple[int, str]]
) -> list[Cell]:
    """Render one column; note under its source how many values do not fit, and why the first does not."""
    cells: list[Cell] = []
    for value in series.to_list():
        try:
            cells.append(shown_cell(value, column.kind, unit))
        except UnfitValueError as error:
            rows, reason = problems.get(column.source, (0, str(error)))
            problems[column.source] = (rows + 1, reason)
    return cells
