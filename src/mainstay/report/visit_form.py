"""visit_form.xlsx: one A4 page an order, for those who visit (DOMAIN section 5), filled in and read back as 走访表.

Nothing of a score, a list or another firm is on it. Only the answers can be changed; the protection has no password,
as it saves from slips and hides nothing.
"""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_range

from mainstay.extracts.contract import Column, Contract
from mainstay.files import replace_file
from mainstay.report.cells import guarded_text
from mainstay.report.office_words import SIMULATED_MARK
from mainstay.report.page import text_width
from mainstay.report.visit_answers import validation
from mainstay.report.visit_page import PAGE, PAIRS, SHOWN, Band, Kind, Line, kind_of, labels, remark
from mainstay.report.visit_words import with_visit_words
from mainstay.report.workbook_writer import new_book

FILE_NAME = "visit_form.xlsx"
TITLE = "企业走访表"
CLOSING = "本走访为服务走访，不是检查。"
NO_ORDERS = "本期没有待走访的工单，无需填表。"
NO_ADDRESS = "（未登记地址，请先与企业联系确认）"
_HINT = "白格由走访人填写，也可打印后手写；交回的文件名以“走访表”开头。"
_CONFIDENTIAL = "内部工作资料，注意保密"
_EMPTY_SHEET = "说明"
_LAST_COLUMN = 2 * PAIRS - 1
_Place = tuple[int, int, int]  # row, first and last column

# Widths count characters of the book's own font: one that the readers' machines have, else the page comes out small.
_BODY = {"font_name": "宋体", "font_size": 11}
_LABEL_WIDTH, _ANSWER_WIDTH = 12.7, 15.3
_ANSWER_POINTS, _PAIR_POINTS = 96, 176  # what an answer, and a label with its answer, take of the paper's 530
_TITLE_POINTS, _HINT_POINTS, _BAND_POINTS, _CLOSING_POINTS = 28, 16, 17, 20
_MARGINS = {"left": 0.45, "right": 0.45, "top": 0.5, "bottom": 0.5}
_MARK_MARGIN = 0.15
_TALL = 50  # points from which a cell is written in from its top
_SIZES = (10.5, 10, 9, 8, 7, 6)  # a long name gets smaller, never cut: the row must not grow, or the page would break
_LEADING = 1.4
_CELL_PADDING = 16  # points: the indent and both borders

_SONG, _HEI = {"font_name": "宋体", "font_size": 10.5}, {"font_name": "黑体", "font_size": 10.5}
_CELL = {"valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#7F7F7F"}
_LEFT = {"align": "left", "indent": 1}
_NOTE = {**_SONG, "font_size": 8.5, "font_color": "#404040", "valign": "vcenter"}
_LOOKS: Mapping[str, dict[str, object]] = {
    "title": {**_HEI, "font_size": 18, "align": "center", "valign": "vcenter"},
    "office": {**_NOTE, "shrink": 1},
    "due_on": {**_NOTE, "align": "right"},
    "hint": {**_NOTE, "align": "center"},
    "band": {**_HEI, **_CELL, **_LEFT, "font_size": 11, "bg_color": "#D9E2EF"},
    "remark": {**_SONG, **_CELL, **_LEFT, "font_size": 8, "font_color": "#404040"},
    "label": {**_HEI, **_CELL, "font_size": 9, "align": "center", "bg_color": "#F2F2F2"},
    "closing": {**_HEI, "align": "center", "valign": "vcenter"},
}
_FORMATS: Mapping[Kind, dict[str, object]] = {
    "text": {**_LEFT, "num_format": "@"},
    "word": {"num_format": "@", "align": "center"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "tenths": {"num_format": '0"成"', "align": "center"},
    "money": {"num_format": "#,##0.00", "align": "center"},
}


def write_visit_forms(orders: pl.DataFrame, folder: Path, *, contract: Contract, simulated: bool) -> Path:
    """Write a page for every open order that awaits a visit, the most urgent first; a sheet a page, named by the order.

    Args:
        orders: `marts.work_orders` of one as-of date.
        folder: `out/<as_of>/`.
        contract: The contract under which the form is read back: its labels, words and kinds are the form's.
        simulated: Whether every page must say that the data are simulated.

    Returns:
        The file. Without an order that awaits a visit its only sheet says so, and is no page of the form.
    """
    awaiting = orders.filter(pl.col("is_open") & pl.col("awaits_visit")).sort("priority", "order_id", nulls_last=True)
    title = f"{TITLE}（{SIMULATED_MARK}）" if simulated else TITLE
    buffer = BytesIO()
    # A copy: xlsxwriter writes into the dictionary, and a second form would have other fonts.
    with new_book(buffer, title, default_format_properties=dict(_BODY)) as book:
        pages = _Pages(book, contract, title, simulated=simulated)
        for order in with_visit_words(awaiting).iter_rows(named=True):
            pages.add(order)
        if awaiting.is_empty():
            pages.add_empty()
    path = folder / FILE_NAME
    replace_file(path, buffer.getvalue())
    return path


class _Pages:
    """The pages of one workbook. xlsxwriter comes without type information: its books and sheets are Any."""

    def __init__(self, book: Any, contract: Contract, title: str, *, simulated: bool) -> None:  # noqa: ANN401
        self._book = book
        self._contract = contract
        self._title = title
        self._mark = f"&C&14&K808080{SIMULATED_MARK}" if simulated else ""
        self._columns = {column.canonical: column for column in contract.columns}
        self._labels = labels(contract)
        self._formats: dict[tuple[object, ...], Any] = {}
        self._looks = {name: book.add_format(dict(look)) for name, look in _LOOKS.items()}

    def add(self, order: Mapping[str, object]) -> None:
        """Write the page of one order."""
        sheet = self._sheet(str(order["order_id"]))
        row = self._head(sheet, order)
        for part in PAGE:
            if isinstance(part, Band):
                row = self._band(sheet, row, part)
            else:
                self._line(sheet, row, part, order)
                row += 1
        self._across(sheet, row, CLOSING, "closing", _CLOSING_POINTS)
        self._across(sheet, row + 1, _HINT, "hint", _HINT_POINTS)
        sheet.print_area(0, 0, row + 1, _LAST_COLUMN)
        # Ids are meant to be text: no green corner on each of them.
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, row, _LAST_COLUMN)})

    def add_empty(self) -> None:
        """Write the sheet that says that there is nothing to fill in."""
        sheet = self._sheet(_EMPTY_SHEET)
        self._across(sheet, 0, self._title, "title", _TITLE_POINTS)
        self._across(sheet, 1, NO_ORDERS, "closing", _TALL)

    def _sheet(self, name: str) -> Any:  # noqa: ANN401
        sheet = self._book.add_worksheet(name)
        for pair in range(PAIRS):
            sheet.set_column(2 * pair, 2 * pair, _LABEL_WIDTH)
            sheet.set_column(2 * pair + 1, 2 * pair + 1, _ANSWER_WIDTH)
        sheet.set_paper(9)  # A4
        sheet.set_portrait()
        sheet.set_margins(**_MARGINS)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 1)
        sheet.set_header(self._mark, {"margin": _MARK_MARGIN})
        sheet.set_footer(f"&L&8{_CONFIDENTIAL}{self._mark}&R&8&A", {"margin": _MARK_MARGIN})
        sheet.hide_gridlines(2)
        sheet.protect("", {"format_rows": True})  # who types a long answer may make room for it
        return sheet

    def _head(self, sheet: Any, order: Mapping[str, object]) -> int:  # noqa: ANN401
        self._across(sheet, 0, self._title, "title", _TITLE_POINTS)
        office = guarded_text(" ".join(str(order[name]) for name in ("department", "assignee") if order[name]))
        sheet.set_row(1, _HINT_POINTS)
        _put(sheet, (1, 0, PAIRS - 1), f"承办：{office}" if office else "", self._looks["office"])
        due_on = f"走访期限：{order['due_on']}" if order["due_on"] else ""
        _put(sheet, (1, PAIRS, _LAST_COLUMN), due_on, self._looks["due_on"])
        return 2

    def _band(self, sheet: Any, row: int, band: Band) -> int:  # noqa: ANN401
        self._across(sheet, row, band.title, "band", _BAND_POINTS)
        said = remark(band, self._contract)
        if not said:
            return row + 1
        self._across(sheet, row + 1, said, "remark", band.remark_height)
        return row + 2

    def _line(self, sheet: Any, row: int, line: Line, order: Mapping[str, object]) -> None:  # noqa: ANN401
        sheet.set_row(row, line.height)
        for field, first, last in line.spans():
            label = self._labels.get(field, "").replace("（", "\n（")
            sheet.write_string(row, first - 1, label, self._looks["label"])
            column, place = self._columns.get(field), (row, first, last)
            is_ours = field in SHOWN if column is None else column.prefilled
            text = _shown(field, order) if is_ours else ""
            if column is None or text:
                width = _ANSWER_POINTS + (last - first) // 2 * _PAIR_POINTS
                _put(sheet, place, text, self._format("text", font_size=_fitting_size(text, width, line.height)))
            else:
                valign = "top" if line.height >= _TALL else "vcenter"
                _put(sheet, place, "", self._format(kind_of(column, self._contract), locked=0, valign=valign))
                self._guide(sheet, place, column, order["opened_on"])

    def _guide(self, sheet: Any, place: _Place, column: Column, opened_on: object) -> None:  # noqa: ANN401
        """Say at an answer what may stand there; whoever opens the page begins with the day of the visit."""
        row, first, _ = place
        rule = validation(column, self._contract, opened_on if isinstance(opened_on, date) else None)
        if rule is not None:
            sheet.data_validation(row, first, row, first, rule)
        if column.canonical == "visited_on":
            sheet.set_selection(row, first, row, first)

    def _across(self, sheet: Any, row: int, text: str, look: str, height: int) -> None:  # noqa: ANN401
        sheet.set_row(row, height)
        _put(sheet, (row, 0, _LAST_COLUMN), text, self._looks[look])

    def _format(self, kind: Kind, **more: object) -> Any:  # noqa: ANN401
        key = (kind, *sorted(more.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_SONG, **_CELL, **_FORMATS[kind], **more})
        return self._formats[key]


def _put(sheet: Any, place: _Place, text: str, look: Any) -> None:  # noqa: ANN401
    """Write a text, never a formula or a link, into a cell or the first of several merged ones."""
    row, first, last = place
    if last > first:
        sheet.merge_range(row, first, row, last, "", look)
    if text:
        sheet.write_string(row, first, text, look)
    else:
        sheet.write_blank(row, first, None, look)


def _shown(field: str, order: Mapping[str, object]) -> str:
    """What the page says of an order under a field; blank where it is unknown."""
    if field == "visit_questions":
        return str(order[field])  # three lines of ours
    value = order.get(field)
    text = guarded_text(str(value)) if value is not None else None
    return text or (NO_ADDRESS if field == "address" else "")


def _fitting_size(text: str, width: float, height: float) -> float:
    """The largest font size, in points, at which a text fits a cell of that width and height in points."""
    for size in _SIZES:
        characters = (width - _CELL_PADDING) / (size / 2)
        lines = sum(max(1, ceil(text_width(part) / characters)) for part in text.split("\n"))
        if lines * size * _LEADING <= height:
            return size
    return _SIZES[-1]
