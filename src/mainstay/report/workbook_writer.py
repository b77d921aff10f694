"""A frame as an XLSX workbook: one sheet to read, filter and print, one with the notes.

The cells are those of the CSV file. Ids and all other texts are written as strings, so nothing in a delivered
name is ever run, linked or rounded. The bytes depend on the arguments only.
"""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from mainstay.files import replace_file
from mainstay.report.cells import Cell, Kind
from mainstay.report.office_words import SIMULATED_MARK
from mainstay.report.page import (
    BAND_ROW,
    BUTTON_INDENT,
    HINT_ROW,
    LINE_POINTS,
    PAPER_CODES,
    TALLEST_POINTS,
    TITLE_ROW,
    Grid,
    Layout,
    layout_of,
    row_height,
)
from mainstay.report.sheet import Column, rendered_table
from mainstay.report.totals import TOTAL_WORD, total_cells, total_formula
from mainstay.report.units import DisplayUnit

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no zone; any constant makes a replay identical
_LONGEST_CELL = 32_767  # a limit of the format; xlsxwriter drops a longer text without a word
_LONGEST_SHEET_NAME = 31

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
_NEVER_TEXT: frozenset[Kind] = frozenset({"integer", "money", "exact_money", "percent", "date"})
_NOTES_SHEET = "说明"
_CONFIDENTIAL = "内部工作资料，含涉税信息，注意保密"


_TINTS = ("#E7EDF5", "#F3EEE3")  # bands in turn; the first is every heading's without bands


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
    totals = total_cells(table)
    grid = Grid(table, totals, layout_of(table, totals, unit))
    heading = f"{title}（{SIMULATED_MARK}）" if simulated else title
    buffer = BytesIO()
    with new_book(buffer, heading) as book:
        sheet = book.add_worksheet(title[:_LONGEST_SHEET_NAME])
        _write_head(book, sheet, grid, heading, unit)
        _write_totals(book, sheet, grid, unit)
        _write_rows(book, sheet, grid, unit)
        _set_view(sheet, grid)
        _set_pages(sheet, grid, heading, simulated=simulated)
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


def _write_head(book: Any, sheet: Any, grid: Grid, title: str, unit: DisplayUnit) -> None:  # noqa: ANN401
    sheet.write_string(TITLE_ROW, 0, title, book.add_format({**_FONT, "bold": True, "font_size": 16}))
    sheet.set_row(TITLE_ROW, 26)
    hint = f"金额单位：{unit.label}；空白表示未知，不是零；口径见“{_NOTES_SHEET}”页"
    if grid.totals:
        hint += f"；{TOTAL_WORD}随筛选变化"
    sheet.write_string(HINT_ROW, 0, hint, book.add_format({**_FONT, "font_size": 9, "font_color": "#595959"}))
    tinted = [
        book.add_format({**_FONT, **_GRID, "bold": True, "text_wrap": True, "align": "center", "bg_color": tint})
        for tint in (_TINTS if grid.bands else _TINTS[:1])
    ]
    columns = grid.table.columns
    runs = grid.bands or [(0, len(columns) - 1)]
    for place, (first, last) in enumerate(runs):
        tint = tinted[place % len(tinted)]
        if grid.bands:
            _write_band(sheet, first, last, columns[first].band, tint)
        for number in range(first, last + 1):
            sheet.write_string(grid.heading_row, number, columns[number].heading, tint)
    headings = [column.heading for column in columns]
    sheet.set_row(grid.heading_row, row_height(headings, grid.layout.widths) + LINE_POINTS)


def _write_band(sheet: Any, first: int, last: int, band: str, cell_format: Any) -> None:  # noqa: ANN401
    if first == last:
        sheet.write_string(BAND_ROW, first, band, cell_format)
    else:
        sheet.merge_range(BAND_ROW, first, BAND_ROW, last, band, cell_format)


def _write_totals(book: Any, sheet: Any, grid: Grid, unit: DisplayUnit) -> None:  # noqa: ANN401
    if not grid.totals:
        return
    shared = {**_FONT, **_GRID, "bold": True, "bg_color": "#F2F2F2"}
    columns = grid.table.columns
    for number, (column, cell) in enumerate(zip(columns, grid.totals, strict=True)):
        if column.total and grid.table.rows:
            right = {"align": "right", "indent": BUTTON_INDENT, **_kind_format(column.kind, unit)}
            formula = total_formula(columns, number, grid.filter_row, (grid.first_row, grid.last_row))
            value = "" if cell is None else cell
            sheet.write_formula(grid.filter_row, number, formula, book.add_format({**shared, **right}), value)
        else:
            sheet.write_blank(grid.filter_row, number, None, book.add_format(shared))
    label = max(0, grid.layout.pinned - 1)
    sheet.write_string(grid.filter_row, label, TOTAL_WORD, book.add_format(shared))


def _write_rows(book: Any, sheet: Any, grid: Grid, unit: DisplayUnit) -> None:  # noqa: ANN401
    columns, widths = grid.table.columns, grid.layout.widths
    formats = [book.add_format({**_FONT, **_GRID, **_kind_format(c.kind, unit)}) for c in columns]
    wrapping = [n for n, column in enumerate(columns) if column.kind not in _NEVER_TEXT]
    for row, cells in enumerate(grid.table.rows, start=grid.first_row):
        for number, (cell, cell_format) in enumerate(zip(cells, formats, strict=True)):
            _write_cell(sheet, row, number, cell, cell_format)
        # Not every program finds the height of wrapped lines by itself.
        texts = [cell if isinstance(cell := cells[n], str) else "" for n in wrapping]
        sheet.set_row(row, min(TALLEST_POINTS, row_height(texts, [widths[n] for n in wrapping])))


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
    if kind in {"money", "exact_money"}:
        return {"num_format": "#,##0." + "0" * unit.decimals}
    return _FORMATS.get(kind, {"num_format": "@", "align": "center"})


def _write_notes(book: Any, title: str, notes: Sequence[str], *, simulated: bool) -> None:  # noqa: ANN401
    layout = Layout(widths=(float(_NOTES_WIDTH),), pinned=0)
    sheet = book.add_worksheet(_NOTES_SHEET)
    sheet.set_column(0, 0, _NOTES_WIDTH)
    paragraph = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note, paragraph)
        sheet.set_row(row, row_height([note], layout.widths))
    _set_paper(sheet, layout, title, simulated=simulated)


def _set_view(sheet: Any, grid: Grid) -> None:  # noqa: ANN401
    for number, width in enumerate(grid.layout.widths):
        sheet.set_column(number, number, width)
    last_column = len(grid.table.columns) - 1
    sheet.freeze_panes(grid.first_row, grid.layout.pinned)
    sheet.autofilter(grid.filter_row, 0, grid.last_row, last_column)
    if grid.table.rows:
        # Ids are meant to be text: no green corner on each of them.
        corners = (grid.first_row, 0, grid.last_row, last_column)
        sheet.ignore_errors({"number_stored_as_text": xlsxwriter.utility.xl_range(*corners)})


def _set_pages(sheet: Any, grid: Grid, title: str, *, simulated: bool) -> None:  # noqa: ANN401
    _set_paper(sheet, grid.layout, title, simulated=simulated)
    sheet.repeat_rows(BAND_ROW, grid.heading_row)
    if grid.layout.pinned:
        sheet.repeat_columns(0, grid.layout.pinned - 1)
    breaks = grid.layout.page_breaks(grid.table.columns)
    if breaks:
        sheet.set_v_pagebreaks(breaks)


def _set_paper(sheet: Any, layout: Layout, title: str, *, simulated: bool) -> None:  # noqa: ANN401
    mark = f"&C&14&K808080{SIMULATED_MARK}" if simulated else ""
    sheet.set_paper(PAPER_CODES[layout.paper])
    sheet.set_landscape()
    sheet.set_margins(**_MARGINS)
    sheet.set_print_scale(layout.scale)
    sheet.print_across()
    sheet.set_header(f"&L&9{title.replace('&', '&&')}{mark}")
    sheet.set_footer(f"&L&9{_CONFIDENTIAL}{mark}&R&9第 &P 页，共 &N 页")
