"""A frame as an XLSX workbook: one sheet to read, filter and print, one with the notes.

The cells are those of the CSV file. Ids and all other texts are written as strings, so nothing in a delivered
name is ever run, linked or rounded. The bytes depend on the arguments only.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from mainstay.report.cells import Cell, Kind, csv_text
from mainstay.report.files import replace_file
from mainstay.report.sheet import Column, Table, rendered_table
from mainstay.report.units import DisplayUnit
from mainstay.report.wording import SIMULATED_MARK

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no zone; any constant makes a replay identical
_LONGEST_CELL = 32_767  # a limit of the format; xlsxwriter drops a longer text without a word
_LONGEST_SHEET_NAME = 31

_TITLE_ROW, _HINT_ROW, _HEADING_ROW, _FIRST_ROW = range(4)

# Widths are in the format's unit, about one ASCII character of the body font; a Chinese character takes two.
_NARROWEST, _NARROWEST_DATE, _WIDEST = 5, 10, 26
_HEADING_LINES = 3  # the longest headings break into that many lines before they widen a column
_PADDING = 2
_LINE_POINTS = 14
_TALLEST_POINTS = 409  # a limit of the format

# A4 landscape within the margins, in width units at 100%, and the smallest scale that is read with ease.
_PAGE_UNITS = 140
_SMALLEST_SCALE = 60
_NOTES_WIDTH = 110
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.75, "bottom": 0.6}

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_GRID = {"border": 1, "border_color": "#A6A6A6"}
_FORMATS: dict[Kind, dict[str, object]] = {
    "percent": {"num_format": "0.00"},
    "integer": {"num_format": "0", "align": "center"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "code": {"num_format": "@"},
    "text": {"num_format": "@", "text_wrap": True},
    "sources": {"num_format": "@", "text_wrap": True},
}
_NOTES_SHEET = "说明"
_CONFIDENTIAL = "内部工作资料，含涉税信息，注意保密"


@dataclass(frozen=True)
class _Layout:
    """How wide the columns are, and which stay in sight."""

    widths: tuple[float, ...]
    pinned: int

    @property
    def scale(self) -> int:
        """Print scale in per cent: one page wide if that stays readable, else several."""
        return max(_SMALLEST_SCALE, min(100, int(100 * _PAGE_UNITS / sum(self.widths))))


def write_xlsx(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    path: Path,
    *,
    unit: DisplayUnit,
    title: str,
    notes: Sequence[str],
    simulated: bool,
) -> None:
    """Write a frame as a workbook: a sheet of title, unit, heading and rows; a sheet of notes.

    Args:
        frame: Any grain; no rows give title, unit and heading only.
        columns: The columns of the sheet, in order.
        path: The file; replaced whole or not at all.
        unit: The display unit of money.
        title: The line at the top, the sheet's name and the document's title.
        notes: Definitions and reservations, a paragraph each.
        simulated: Whether 模拟数据 stands in the title and on every page.

    Raises:
        ModelError: The frame does not fit the columns.
    """
    table = rendered_table(frame, columns, unit)
    layout = _Layout(_widths(table), sum(column.pinned for column in table.columns))
    heading = f"{title}（{SIMULATED_MARK}）" if simulated else title
    buffer = BytesIO()
    with new_book(buffer, heading) as book:
        sheet = book.add_worksheet(title[:_LONGEST_SHEET_NAME])
        _write_head(book, sheet, table, layout, heading, unit)
        _write_rows(book, sheet, table, layout, unit)
        _set_view(sheet, table, layout)
        _set_pages(sheet, layout, heading, simulated=simulated)
        _write_notes(book, heading, notes, simulated=simulated)
    replace_file(path, buffer.getvalue())


# xlsxwriter comes without type information: its books and sheets are Any below.


def new_book(buffer: BytesIO, title: str, **options: object) -> Any:  # noqa: ANN401
    """Open a workbook whose bytes depend on what is written only, and in which no text is run, linked or rounded.

    Args:
        buffer: Where the bytes go when the book is closed.
        title: The document's title.
        options: Further options of xlsxwriter.
    """
    # In memory, xlsxwriter stamps the archive's members with a constant time and needs no temporary files.
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(buffer, {**options, **safe})
    book.set_properties({"title": title, "created": _CREATED})
    return book


def text_width(text: str) -> int:
    """Return how wide a text is, in ASCII characters; a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _write_head(book: Any, sheet: Any, table: Table, layout: _Layout, title: str, unit: DisplayUnit) -> None:  # noqa: ANN401
    sheet.write_string(_TITLE_ROW, 0, title, book.add_format({**_FONT, "bold": True, "font_size": 16}))
    sheet.set_row(_TITLE_ROW, 26)
    hint = f"金额单位：{unit.label}；空白表示未知，不是零；口径见“{_NOTES_SHEET}”页"
    sheet.write_string(_HINT_ROW, 0, hint, book.add_format({**_FONT, "font_size": 9, "font_color": "#595959"}))
    bold = book.add_format(
        {**_FONT, **_GRID, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E7EDF5"}
    )
    for number, column in enumerate(table.columns):
        sheet.write_string(_HEADING_ROW, number, column.heading, bold)
    headings = [column.heading for column in table.columns]
    sheet.set_row(_HEADING_ROW, _height(headings, layout.widths) + _LINE_POINTS)


def _write_rows(book: Any, sheet: Any, table: Table, layout: _Layout, unit: DisplayUnit) -> None:  # noqa: ANN401
    formats = [book.add_format({**_FONT, **_GRID, **_kind_format(c.kind, unit)}) for c in table.columns]
    for row, cells in enumerate(table.rows, start=_FIRST_ROW):
        for number, (cell, cell_format) in enumerate(zip(cells, formats, strict=True)):
            _write_cell(sheet, row, number, cell, cell_format)
        # Not every program finds the height of wrapped lines by itself.
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        sheet.set_row(row, min(_TALLEST_POINTS, _height(texts, layout.widths)))


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, cell_format: Any) -> None:  # noqa: ANN401
    match cell:
        case None:
            sheet.write_blank(row, column, None, cell_format)
        case str():
            text = cell if len(cell) <= _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 1]}…"
            sheet.write_string(row, column, text, cell_format)
        case date():
            sheet.write_datetime(row, column, cell, cell_format)
        case _:
            sheet.write_number(row, column, cell, cell_format)


def _kind_format(kind: Kind, unit: DisplayUnit) -> dict[str, object]:
    if kind == "money":
        return {"num_format": "#,##0." + "0" * unit.decimals}
    return _FORMATS.get(kind, {"num_format": "@", "align": "center"})


def _write_notes(book: Any, title: str, notes: Sequence[str], *, simulated: bool) -> None:  # noqa: ANN401
    layout = _Layout(widths=(float(_NOTES_WIDTH),), pinned=0)
    sheet = book.add_worksheet(_NOTES_SHEET)
    sheet.set_column(0, 0, _NOTES_WIDTH)
    paragraph = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note, paragraph)
        sheet.set_row(row, _height([note], layout.widths))
    _set_paper(sheet, layout, title, simulated=simulated)


def _set_view(sheet: Any, table: Table, layout: _Layout) -> None:  # noqa: ANN401
    for number, width in enumerate(layout.widths):
        sheet.set_column(number, number, width)
    last_row, last_column = _HEADING_ROW + len(table.rows), len(table.columns) - 1
    sheet.freeze_panes(_FIRST_ROW, layout.pinned)
    sheet.autofilter(_HEADING_ROW, 0, last_row, last_column)
    if table.rows:
        # Ids are meant to be text: no green corner on each of them.
        corners = (_FIRST_ROW, 0, last_row, last_column)
        sheet.ignore_errors({"number_stored_as_text": xlsxwriter.utility.xl_range(*corners)})


def _set_pages(sheet: Any, layout: _Layout, title: str, *, simulated: bool) -> None:  # noqa: ANN401
    _set_paper(sheet, layout, title, simulated=simulated)
    sheet.repeat_rows(_HEADING_ROW)
    if layout.pinned:
        sheet.repeat_columns(0, layout.pinned - 1)


def _set_paper(sheet: Any, layout: _Layout, title: str, *, simulated: bool) -> None:  # noqa: ANN401
    mark = f"&C&14&K808080{SIMULATED_MARK}" if simulated else ""
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.set_margins(**_MARGINS)
    sheet.set_print_scale(layout.scale)
    sheet.print_across()
    sheet.set_header(f"&L&9{title.replace('&', '&&')}{mark}")
    sheet.set_footer(f"&L&9{_CONFIDENTIAL}{mark}&R&9第 &P 页，共 &N 页")


def _widths(table: Table) -> tuple[float, ...]:
    """Size each column for its heading over a few lines and its longest cell, within bounds."""
    widths = []
    for number, column in enumerate(table.columns):
        least = _NARROWEST_DATE if column.kind == "date" else _NARROWEST
        longest = max((_shown_width(row[number], column.kind) for row in table.rows), default=0)
        heading = ceil(text_width(column.heading) / _HEADING_LINES)
        widths.append(float(min(_WIDEST, max(least, heading, longest)) + _PADDING))
    return tuple(widths)


def _shown_width(cell: Cell, kind: Kind) -> int:
    if kind == "money" and isinstance(cell, Decimal):
        return len(f"{cell:,f}")
    return text_width(csv_text(cell, "none"))


def _height(texts: Sequence[str], widths: Sequence[float]) -> int:
    """Return the points that the tallest of one row's texts needs in its column."""
    lines = (ceil(text_width(text) / (width - _PADDING)) for text, width in zip(texts, widths, strict=True))
    return _LINE_POINTS * max(1, *lines) + 4
