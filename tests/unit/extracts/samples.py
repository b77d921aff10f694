"""Contracts and files for the tests of reading: small, and written out where they are used."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Extract, FileContent
from mainstay.extracts.reading import read_extract

RECEIPTS: tuple[dict[str, Any], ...] = (
    {"field": "source_id", "kind": "uscc", "headings": ["社会信用代码（纳税人识别号）", "纳税人识别号"]},
    {"field": "name", "headings": ["纳税人名称"]},
    {"field": "levy_item", "headings": ["征收项目"], "optional": True},
    {"field": "amount", "level": "total", "headings": ["实缴金额"], "required": True},
    {"field": "receipt_date", "headings": ["入库日期"]},
    {"field": "voucher", "headings": ["电子税票号码"], "optional": True},
)
"""The columns of a small extract of receipts."""

HEADER = "社会信用代码（纳税人识别号）,纳税人名称,征收项目,实缴金额,入库日期,电子税票号码\n"
"""The headings of those columns, as a CSV line."""

FIRM = "91110108551385082Q"
OTHER_FIRM = "91110109MA00GT10X0"

PERMITS: tuple[dict[str, Any], ...] = (
    {"field": "source_id", "position": 1, "required": True},
    {"field": "name", "position": 2},
    {"field": "month", "position": 3},
    {"field": "amount", "level": "total", "position": 4, "required": True},
)
"""The columns of an extract that is read by position, four fields wide."""


def contract(columns: Sequence[Mapping[str, Any]] = RECEIPTS, **changes: Any) -> Contract:
    """A contract of receipts; `changes` replaces or adds keys."""
    stated: dict[str, Any] = {
        "name": "receipts",
        "title": "入库明细",
        "target": "receipts",
        "legal_basis": "test",
        "agreement_id": "none",
        "expires_on": "2099-12-31",
        "delivery": "increment",
        "knowledge": {"from": "file_time", "accept_file_time": True},
        "columns": list(columns),
    }
    if columns is RECEIPTS:
        stated["month_from"] = "receipt_date"
    return Contract.model_validate(stated | changes)


def by_position(**changes: Any) -> Contract:
    """A contract that reads four fields by position."""
    return contract(PERMITS, **({"format": {"header": "none", "width": 4}} | changes))


def citizen_number(first_17: str) -> str:
    """An invented citizen number with its check character."""
    return first_17 + "0123456789X"[(1 - 2 * int(first_17, 13)) % 11]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A text file with exactly these line breaks."""
    path.write_bytes(text.encode(encoding))
    return path


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook; strings stay strings, numbers become numbers, None leaves a cell out."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell, day if hasattr(cell, "year") else None)
    return path


def read(folder: Path, text: str, under: Contract | None = None) -> Extract:
    """Read a text as a CSV file under a contract of receipts."""
    return read_extract(FileContent.read(written(folder / "extract.csv", text)), under or contract())


def accounted(extract: Extract) -> int:
    """All rows that have a fate: equal to `rows_read`."""
    dropped = extract.rows_rejected + extract.rows_duplicate + extract.rows_total_line + extract.rows_blank
    return int(extract.rows["source_rows"].sum()) + dropped


def reasons(extract: Extract) -> list[tuple[int, str, str]]:
    """What was rejected: line, field, reason."""
    return list(extract.rejects.select("line", "field", "reason").iter_rows())


def column(extract: Extract, name: str) -> list[object]:
    """One column of the loaded rows."""
    rows: pl.DataFrame = extract.rows
    return rows[name].to_list()
