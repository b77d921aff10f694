import re
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.report.sheet import Column
from mainstay.report.workbook_writer import write_xlsx
from tests.unit.report.samples import WAN_YUAN

COLUMNS = (
    Column("序号", "row", "integer", pinned=True),
    Column("企业名称", "name", "text", pinned=True),
    Column("代码", "uscc", "code"),
    Column("金额({unit})", "amount", "money"),
    Column("同比(%)", "yoy", "percent"),
    Column("日期", "day", "date"),
)
HEADINGS = ("序号", "企业名称", "代码", "金额(万元)", "同比(%)", "日期")
SCHEMA = {
    "row": pl.Int64(),
    "name": pl.String(),
    "uscc": pl.String(),
    "amount": pl.Decimal(18, 2),
    "yoy": pl.Float64(),
    "day": pl.Date(),
}
ROW = (1, "甲公司", "914403001922038216", Decimal("-1234567.89"), -0.3, date(2022, 11, 7))


def written(path: Path, *rows: tuple[object, ...], simulated: bool = False) -> Path:
    """Write the rows and return the path."""
    frame = pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
    write_xlsx(
        frame,
        COLUMNS,
        path,
        unit=WAN_YUAN,
        title="重点名单",
        notes=["第一条。", "第二条。"],
        simulated=simulated,
    )
    return path


def opened(path: Path) -> Workbook:
    """Open with the independent reader."""
    return load_workbook(path)


def first_sheet(path: Path) -> Worksheet:
    """Return the sheet with the rows."""
    return opened(path)["重点名单"]


def test_a_workbook_opens_with_title_unit_heading_and_typed_cells(tmp_path: Path) -> None:
    rows = list(first_sheet(written(tmp_path / "a.xlsx", ROW)).iter_rows(values_only=True))
    assert rows[0][0] == "重点名单"
    assert rows[1][0] == "金额单位：万元；空白表示未知，不是零；口径见“说明”页"
    assert rows[2] == HEADINGS
    assert rows[3] == (1, "甲公司", "914403001922038216", -123.46, -30, datetime(2022, 11, 7))  # noqa: DTZ001
    assert len(rows) == 4


def test_the_notes_stand_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    book = opened(written(tmp_path / "a.xlsx", ROW))
    assert book.sheetnames == ["重点名单", "说明"]
    assert [row[0] for row in book["说明"].iter_rows(values_only=True)] == ["第一条。", "第二条。"]


def test_texts_are_strings_whatever_they_look_like(tmp_path: Path) -> None:
    looks = ["=1+1", "007", "914403001922038216", "http://example.invalid/", "-5", "1e5", "internal:A1"]
    rows = [(n, look, look, None, None, None) for n, look in enumerate(looks)]
    sheet = first_sheet(written(tmp_path / "a.xlsx", *rows))
    assert [row[1].data_type for row in sheet.iter_rows(min_row=4)] == ["s"] * 7
    shown = ["'=1+1", "007", "914403001922038216", "http://example.invalid/", "'-5", "1e5", "internal:A1"]
    assert [row[2] for row in sheet.iter_rows(min_row=4, values_only=True)] == shown
    assert sheet._hyperlinks == []


def test_unknown_is_an_empty_cell(tmp_path: Path) -> None:
    sheet = first_sheet(written(tmp_path / "a.xlsx", (1, None, None, None, None, None)))
    assert next(sheet.iter_rows(min_row=4, values_only=True)) == (1, None, None, None, None, None)


def test_numbers_carry_their_formats(tmp_path: Path) -> None:
    cells = next(first_sheet(written(tmp_path / "a.xlsx", ROW)).iter_rows(min_row=4))
    assert [cell.number_format for cell in cells] == ["0", "@", "@", "#,##0.00", "0.00", "yyyy-mm-dd"]


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_workbook_takes_no_rows_and_many(tmp_path: Path, count: int) -> None:
    path = written(tmp_path / "a.xlsx", *((n, *ROW[1:]) for n in range(count)))
    sheet = first_sheet(path)
    assert sheet.max_row == 3 + count
    assert sheet.auto_filter.ref == f"A3:F{3 + count}"
    assert [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] == list(range(count))


def test_heading_and_pinned_columns_stay_in_sight_and_repeat_on_landscape_a4(tmp_path: Path) -> None:
    sheet = first_sheet(written(tmp_path / "a.xlsx", ROW))
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.print_title_cols == "$A:$B"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert "&P" in sheet.oddFooter.right.text or "Page" in sheet.oddFooter.right.text


def test_a_simulated_workspace_says_so_in_title_and_on_every_page(tmp_path: Path) -> None:
    book = opened(written(tmp_path / "a.xlsx", ROW, simulated=True))
    assert book["重点名单"]["A1"].value == "重点名单（模拟数据）"
    assert book.properties.title == "重点名单（模拟数据）"
    for sheet in book.worksheets:
        assert sheet.oddHeader.center.text == "模拟数据"
        assert sheet.oddFooter.center.text == "模拟数据"


def test_a_real_workspace_never_says_simulated(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "a.xlsx", ROW)) as archive:
        assert not any("模拟" in archive.read(name).decode() for name in archive.namelist())


def test_two_writes_at_different_times_are_byte_identical(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(tmp_path / "a.xlsx", ROW).read_bytes()
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert written(tmp_path / "b.xlsx", ROW).read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        times = re.findall(r"\d{4}-\d\d-\d\dT[^<]*", archive.read("docProps/core.xml").decode())
        assert set(times) == {"2000-01-01T00:00:00Z"}


def test_a_long_name_wraps_in_a_column_of_bounded_width(tmp_path: Path) -> None:
    name = "北京" + "精密光学仪器制造" * 20 + "有限公司"
    sheet = first_sheet(written(tmp_path / "a.xlsx", (1, name, None, None, None, None)))
    assert sheet["B4"].value == name
    assert sheet["B4"].alignment.wrap_text
    assert sheet.column_dimensions["B"].width == pytest.approx(28.7, abs=0.5)
    assert sheet.row_dimensions[4].height == 14 * 13 + 4  # 332 half-widths in lines of 26


def test_columns_are_as_wide_as_their_chinese_text(tmp_path: Path) -> None:
    sheet = first_sheet(written(tmp_path / "a.xlsx", (1, "门头沟科技公司", None, None, None, None)))
    assert sheet.column_dimensions["B"].width >= 14
    assert sheet.column_dimensions["C"].width < 14


def test_a_text_beyond_the_formats_limit_is_cut_and_not_lost(tmp_path: Path) -> None:
    sheet = first_sheet(written(tmp_path / "a.xlsx", (1, "长" * 40_000, None, None, None, None)))
    assert sheet["B4"].value == "长" * 32_766 + "…"
    assert sheet.row_dimensions[4].height == pytest.approx(409, abs=0.5)


def test_the_sheet_does_not_flag_ids_as_numbers_stored_as_text(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "a.xlsx", ROW)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<ignoredError sqref="A4:F4" numberStoredAsText="1"', xml)
