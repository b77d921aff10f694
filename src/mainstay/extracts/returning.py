"""What is wrong in a returned form or table goes back to whoever sent it: a copy with the errors marked.

The copy holds only what has to be corrected, and nothing of it is loaded. Saved under its own name in landing/ it
comes in again like any delivery. It is a workbook in any case: a table of text cells keeps ids and runs no formula.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import openpyxl
import polars as pl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.extracts.contract import Contract
from mainstay.extracts.decoding import decode
from mainstay.extracts.forms import answer_places
from mainstay.extracts.records import Record, split_text
from mainstay.extracts.workbook import read_sheets

EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        "MISSING_REQUIRED": "此项必填",
        "MISSING_PARTY": "缺统一社会信用代码",
        "UNKNOWN_WORD": "请从下拉选项中选择",
        "BAD_AMOUNT": "请填数字，不写“约”“左右”等字",
        "EXCESS_DECIMALS": "金额最多到分",
        "BAD_DATE": "日期无法识别，请写成 2022-06-13",
        "BAD_INTEGER": "请填整数",
        "BAD_FLAG": "请填是或否",
        "BAD_PATTERN": "格式不符，请核对",
        "BAD_TENTHS": "成数请填 1 至 10 的整数",
        "TOO_MANY_CAUSES": "减收原因最多三项",
        "CAUSES_OVER_TEN": "各项成数合计不得超过十成",
        "NO_MAIN_CAUSE": "成数最大的一项为主因，不能并列",
        "NOTHING_HAPPENED": "请填写走访结果",
        "NATURAL_PERSON": "不得填写个人证件号码",
        "SCIENTIFIC_ID": "统一社会信用代码已被改成科学计数，请重新填写",
        "unknown order": "没有这个工单编号，请核对",
        "order of another enterprise": "工单编号与企业不一致，请核对",
        "before the order was issued": "走访日期早于派单日期，请核对",
        "in the future": "走访日期晚于交回日期，请核对",
        "unknown enterprise": "名录中没有这家企业，请核对代码",
        "order already settled": "该工单已办结或无需跟进，如需重新走访请另行派单",
        "not an allowed step": "该工单当前状态不能这样变更，请核对处置状态",
    }
)
"""What the sender has to do, by reason."""
OTHERWISE = "内容无法识别，请核对"

COPIES = pl.Schema({"path": pl.String(), "audience": pl.String(), "rows": pl.Int64(), "sha256": pl.String()})
"""One row per copy that was written, for the record of exports."""

_AUDIENCE = "steward"
_FIELD_OF: Mapping[str, str] = MappingProxyType(
    {
        "unknown order": "order_id",
        "order of another enterprise": "order_id",
        "before the order was issued": "visited_on",
        "in the future": "visited_on",
        "unknown enterprise": "source_id",
        "order already settled": "order_id",
        "not an allowed step": "status",
    }
)
_MARK = PatternFill("solid", fgColor="FFFFC7CE")
_AUTHOR = "mainstay"
_NOTE_SHEET, _NOTE_HEADING = "退回说明", ("位置", "项目", "需要更正的内容")
_TABLE_HEADING = "错误说明"
_STATED = datetime(2000, 1, 1)  # noqa: DTZ001 -- the format has no zone; a constant makes a rerun identical


def return_errors(
    wrong: pl.DataFrame, landing: Path, review: Path, contracts: Mapping[str, Contract], sent: Mapping[str, int]
) -> pl.DataFrame:
    """Write one marked copy per delivered file into `review/`; again only when more has turned out to be wrong.

    Args:
        wrong: One row per error: `batch_id`, `file` (below landing/), `contract`, `line`, `field` (blank where the
            reason says it), `reason`.
        landing: The landing folder.
        review: Where the copies go; made if it is missing.
        contracts: By name.
        sent: Copies written before and how many errors each marked; a person may have taken them away since.

    Returns:
        One row a copy: `path` (review/ and its name), `audience`, `rows` (errors marked), `sha256`. It is named by the
        contract's title and the batch, without a day, so that what comes back is known from the day it is first seen.
    """
    written: list[tuple[str, str, int, str]] = []
    for (batch_id, file, name), errors in wrong.sort("batch_id", "line").group_by(
        "batch_id", "file", "contract", maintain_order=True
    ):
        contract, source = contracts.get(str(name)), landing / str(file)
        if contract is None or not source.is_file():
            continue
        stem = f"{contract.title}_退回_第{batch_id}批_"
        if errors.height <= max((rows for copy, rows in sent.items() if copy.startswith(stem)), default=0):
            continue
        path = review / f"{stem}{errors.height}处.xlsx"
        found = list(errors.select("line", "field", "reason").iter_rows())
        is_form = contract.format.header == "form"
        book = _marked_form(source, found, contract) if is_form else _marked_table(source, found, contract)
        review.mkdir(parents=True, exist_ok=True)
        book.properties.created = book.properties.modified = _STATED
        book.save(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        written.append((f"{review.name}/{path.name}", _AUDIENCE, errors.height, digest))
    return pl.DataFrame(written, schema=COPIES, orient="row")


def explained(field: str, reason: str, contract: Contract) -> str:
    """Say in Chinese what has to be corrected where: `走访日期：此项必填`."""
    return f"{_label(field, reason, contract)}：{EXPLAINED.get(reason, OTHERWISE)}"


def _label(field: str, reason: str, contract: Contract) -> str:
    named = _FIELD_OF.get(reason, field)
    headings = {column.canonical: column.headings[0] for column in contract.columns if column.headings}
    return "减收原因" if reason in _OF_ALL_CAUSES else headings.get(named, named)


_OF_ALL_CAUSES = frozenset({"TOO_MANY_CAUSES", "CAUSES_OVER_TEN", "NO_MAIN_CAUSE"})


def _marked_form(source: Path, errors: list[tuple[int, str, str]], contract: Contract) -> Workbook:
    """Keep the pages with an error, mark the answers concerned, and put a list of them in front."""
    book = openpyxl.load_workbook(BytesIO(source.read_bytes()))
    pages = dict(enumerate(read_sheets(source, source.name), start=1))
    sheets = dict(enumerate(book.worksheets, start=1))
    for number, sheet in sheets.items():
        if number not in {line for line, _, _ in errors}:
            book.remove(sheet)
    rows = []
    for line, field, reason in errors:
        sheet, text = sheets[line], explained(field, reason, contract)
        place = answer_places(pages[line], contract).get(_FIELD_OF.get(reason, field))
        if place is not None:
            _mark(sheet, place, text)
        rows.append((sheet.title, _label(field, reason, contract), EXPLAINED.get(reason, OTHERWISE)))
    _listed(book, rows)
    return book


def _mark(sheet: Worksheet, place: tuple[int, int], text: str) -> None:
    cell = sheet.cell(*place)
    cell.fill = _MARK
    said = f"{cell.comment.text}\n{text}" if cell.comment else text
    cell.comment = Comment(said, _AUTHOR, height=80, width=260)


def _listed(book: Workbook, rows: list[tuple[str, str, str]]) -> None:
    sheet = book.create_sheet(_NOTE_SHEET, 0)
    for row in (_NOTE_HEADING, *rows):
        sheet.append(row)
    for column, width in zip("ABC", (24, 20, 60), strict=True):
        sheet.column_dimensions[column].width = width
    book.active = 0


def _marked_table(source: Path, errors: list[tuple[int, str, str]], contract: Contract) -> Workbook:
    """The heading and the wrong rows as they came, all cells as text, what is wrong in front."""
    lines, cells = _records(source, contract)
    by_line = dict(zip(lines, cells, strict=True))
    heading = _heading(cells, contract)
    said: dict[int, list[str]] = {}
    for line, field, reason in errors:
        said.setdefault(line, []).append(explained(field, reason, contract))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(contract.title)
    for number, record in enumerate([[_TABLE_HEADING, *heading]], start=1):
        _write_texts(sheet, number, record)
    for number, (line, texts) in enumerate(sorted(said.items()), start=2):
        _write_texts(sheet, number, ["；".join(texts), *by_line.get(line, [])])
        sheet.cell(number, 1).fill = _MARK
    sheet.column_dimensions["A"].width = 60
    sheet.freeze_panes = "B2"
    return book


def _write_texts(sheet: Worksheet, row: int, texts: list[str]) -> None:
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column)
        cell.value, cell.data_type, cell.number_format = ILLEGAL_CHARACTERS_RE.sub(" ", text), "s", "@"
        cell.alignment = Alignment(wrap_text=column == 1, vertical="top")


def _records(source: Path, contract: Contract) -> tuple[list[int], list[Record]]:
    """The lines and cells of a delivered table."""
    head = source.read_bytes()
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        rows = next(read_sheets(source, source.name))
        return list(range(1, len(rows) + 1)), rows
    text, _ = decode(head, contract.format.encoding, source.name)
    records = split_text(text, contract.format.delimiter, source.name)
    return list(records.lines), records.cells


def _heading(cells: list[Record], contract: Contract) -> Record:
    known = {heading for column in contract.columns for heading in column.headings}
    return max(cells[:15], key=lambda record: sum(cell.strip() in known for cell in record), default=[])
