"""Marked copies of a form or a table: what is wrong stands beside what was delivered.

No copy holds a person's number: its cell is blank and says why.
"""

from itertools import chain

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.extracts.contract import Contract
from mainstay.extracts.decoding import decode
from mainstay.extracts.extract import FileContent
from mainstay.extracts.forms import answer_places, read_forms
from mainstay.extracts.persons import holds_citizen_number, is_natural_person
from mainstay.extracts.records import HEAD_RECORDS, Record, Records, split_text
from mainstay.extracts.reject_advice import explained, explanation, field_of, label_of
from mainstay.extracts.workbook_reader import read_sheet, read_sheets

Error = tuple[int, str, str]
"""Line, field (blank where the reason says it), reason."""

_PERSONAL = "NATURAL_PERSON"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARK = PatternFill("solid", fgColor="FFFFC7CE")
_AUTHOR = "mainstay"
_NOTE_SHEET, _NOTE_HEADING = "退回说明", ("位置", "项目", "需要更正的内容")
_TABLE_HEADING = "错误说明"


def mark_form(book: Workbook, source: FileContent, errors: list[Error], contract: Contract) -> None:
    """Keep the pages with an error, mark the answers concerned, and put a list of them in front."""
    pages = dict(enumerate(read_sheets(source.data, source.name), start=1))
    sheets = dict(enumerate(book.worksheets, start=1))
    concerned = {line for line, _, _ in errors}
    for number, sheet in sheets.items():
        if number in concerned:
            _blank_persons(sheet, pages[number], answer_places(pages[number], contract).get("source_id"))
        else:
            book.remove(sheet)
    rows = []
    for line, field, reason in errors:
        place = answer_places(pages[line], contract).get(field_of(field, reason))
        if place is not None:
            _mark(sheets[line], place, explained(field, reason, contract))
        rows.append((sheets[line].title, label_of(field, reason, contract), explanation(reason)))
    _listed(book, rows)


def marked_table(source: FileContent, sheet: str, errors: list[Error], contract: Contract, title: str) -> Workbook:
    """The heading and the wrong rows as they came, all cells as text, what is wrong in front.

    Args:
        source: A table, or a form whose records become one under their labels.
        sheet: The sheet that was read, of a table in a workbook.
        errors: What is wrong.
        contract: The file's contract.
        title: Of the sheet.
    """
    records = _records(source, sheet, contract)
    by_line = dict(zip(records.lines, records.cells, strict=True))
    heading = _heading(records.cells, contract)
    party = _party_position(heading, contract)
    said: dict[int, list[str]] = {}
    for line, field, reason in errors:
        said.setdefault(line, []).append(explained(field, reason, contract))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    made = book.create_sheet(title)
    _write_texts(made, 1, [_TABLE_HEADING, *heading])
    for number, (line, texts) in enumerate(sorted(said.items()), start=2):
        _write_texts(made, number, ["；".join(texts), *_without_persons(by_line.get(line, []), party)])
        made.cell(number, 1).fill = _MARK
    made.column_dimensions["A"].width = 60
    made.freeze_panes = "B2"
    return book


def _blank_persons(sheet: Worksheet, rows: list[Record], party: tuple[int, int] | None) -> None:
    """Leave no person's number on a page, wherever it stands, nor in a note beside it."""
    private = set()
    for row, record in enumerate(rows, start=1):
        at = party[1] - 1 if party and party[0] == row else None
        private |= {(row, column + 1) for column, cell in enumerate(record) if _is_private(cell, is_party=column == at)}
    for cell in chain.from_iterable(sheet.iter_rows()):
        if not isinstance(cell, Cell):
            continue
        if cell.comment is not None and holds_citizen_number(cell.comment.text):
            cell.comment = None
        if (cell.row, cell.column) in private or holds_citizen_number(_text_of(cell)):
            cell.value = None
            _mark(sheet, (cell.row, cell.column), explanation(_PERSONAL))


def _without_persons(record: Record, party: int | None) -> Record:
    return ["" if _is_private(cell, is_party=column == party) else cell for column, cell in enumerate(record)]


def _is_private(text: str, *, is_party: bool) -> bool:
    return holds_citizen_number(text) or (is_party and is_natural_person(text))


def _text_of(cell: Cell) -> str:
    """A number as a spreadsheet shows it: in digits it would be other than the one that was typed."""
    return f"{cell.value:.14E}" if isinstance(cell.value, int | float) else str(cell.value or "")


def _mark(sheet: Worksheet, place: tuple[int, int], text: str) -> None:
    cell = sheet.cell(*place)
    cell.fill = _MARK
    noted = cell.comment.text if cell.comment else ""
    if text in noted.splitlines():
        return
    said = f"{noted}\n{text}" if noted else text
    cell.comment = Comment(said, _AUTHOR, height=80, width=260)


def _listed(book: Workbook, rows: list[tuple[str, str, str]]) -> None:
    sheet = book.create_sheet(_NOTE_SHEET, 0)
    for row in (_NOTE_HEADING, *rows):
        sheet.append(row)
    for column, width in zip("ABC", (24, 20, 60), strict=True):
        sheet.column_dimensions[column].width = width
    book.active = 0


def _write_texts(sheet: Worksheet, row: int, texts: list[str]) -> None:
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column)
        cell.value, cell.data_type, cell.number_format = ILLEGAL_CHARACTERS_RE.sub(" ", text), "s", "@"
        cell.alignment = Alignment(wrap_text=column == 1, vertical="top")


def _records(source: FileContent, sheet: str, contract: Contract) -> Records:
    """The lines and cells of a delivered table, or of a form under its labels."""
    if contract.format.header == "form":
        return read_forms(source.data, contract, source.name)
    if source.data.startswith(_WORKBOOKS):
        return read_sheet(source.data, sheet, source.name)
    text, _ = decode(source.data, contract.format.encoding, source.name)
    return split_text(text, contract.format.delimiter, source.name)


def _heading(cells: list[Record], contract: Contract) -> Record:
    known = {heading for column in contract.columns for heading in column.headings}
    return max(cells[:HEAD_RECORDS], key=lambda record: sum(cell.strip() in known for cell in record), default=[])


def _party_position(heading: Record, contract: Contract) -> int | None:
    names = {name for column in contract.columns if column.canonical == "source_id" for name in column.headings}
    return next((index for index, cell in enumerate(heading) if cell.strip() in names), None)
