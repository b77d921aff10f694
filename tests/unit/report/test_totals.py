"""Bands over the headings and a row of totals under them."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.report.page import Layout, bands
from mainstay.report.sheet import Column, Growth, rendered_table
from mainstay.report.totals import total_cells
from mainstay.report.workbook_writer import write_xlsx
from tests.unit.report.samples import WAN_YUAN

COLUMNS = (
    Column("序号", "row", "integer", pinned=True, band="企业"),
    Column("企业名称", "name", "text", pinned=True, band="企业"),
    Column("本期", "now", "exact_money", band="收入({unit})", total="sum"),
    Column("上年", "before", "exact_money", band="收入({unit})", total="sum"),
    Column("同比(%)", "yoy", "percent", band="收入({unit})", total=Growth("now", "before")),
    Column("备注", "note", "text", band="其他"),
)
SCHEMA = {
    "row": pl.Int64(),
    "name": pl.String(),
    "now": pl.Decimal(18, 2),
    "before": pl.Decimal(18, 2),
    "yoy": pl.Float64(),
    "note": pl.String(),
}
Amounts = tuple[str | None, str | None]
FORMULAS = {
    "C5": '=IF(SUBTOTAL(102,C6:C7)=0,"",SUBTOTAL(109,C6:C7))',
    "D5": '=IF(SUBTOTAL(102,D6:D7)=0,"",SUBTOTAL(109,D6:D7))',
    "E5": '=IF(AND(ISNUMBER(C5),N(D5)>0),(C5/D5-1)*100,"")',
}


def frame(*rows: Amounts) -> pl.DataFrame:
    """Rows by the amounts of two years in yuan."""
    return pl.DataFrame(
        [(n, "甲公司", *(a and Decimal(a) for a in amounts), None, None) for n, amounts in enumerate(rows, start=1)],
        schema=SCHEMA,
        orient="row",
    )


def sheet(path: Path, *rows: Amounts, values: bool = False) -> Worksheet:
    """Write the rows and read them back: the formulas, or the values that stand beside them."""
    write_xlsx(frame(*rows), COLUMNS, path, unit=WAN_YUAN, title="表", notes=[], simulated=False)
    return load_workbook(path, data_only=values)["表"]


def totals(*rows: Amounts) -> Sequence[object]:
    """The totals of the rows, as text."""
    return [cell and str(cell) for cell in total_cells(rendered_table(frame(*rows), COLUMNS, WAN_YUAN))]


def test_a_band_stands_over_its_columns_and_carries_the_unit(tmp_path: Path) -> None:
    written = sheet(tmp_path / "a.xlsx", ("10000.00", "20000.00"))
    assert [written.cell(3, n).value for n in (1, 3, 6)] == ["企业", "收入(万元)", "其他"]
    assert {str(area) for area in written.merged_cells.ranges} == {"A3:B3", "C3:E3"}
    assert [cell.value for cell in written[4]] == ["序号", "企业名称", "本期", "上年", "同比(%)", "备注"]


def test_totals_follow_the_filter_and_have_their_values_beside_them(tmp_path: Path) -> None:
    rows: tuple[Amounts, ...] = (("12345.67", "20000.00"), ("0.01", "0.01"))
    written = sheet(tmp_path / "a.xlsx", *rows)
    assert {place: written[place].value for place in FORMULAS} == FORMULAS
    shown = sheet(tmp_path / "a.xlsx", *rows, values=True)
    assert [shown[place].value for place in ("B5", "C5", "D5", "F5")] == ["合计", 1.234568, 2.000001, None]
    assert shown["E5"].value == pytest.approx(-38.2716308)


def test_the_filter_begins_at_the_totals_which_it_never_hides(tmp_path: Path) -> None:
    written = sheet(tmp_path / "a.xlsx", ("1.00", "1.00"), ("2.00", "1.00"))
    assert written.auto_filter.ref == "A5:F7"
    assert written.freeze_panes == "C6"
    assert (written.print_title_rows, written.print_title_cols) == ("$3:$4", "$A:$B")
    assert int(written.page_setup.paperSize) == 8


def test_amounts_keep_every_cent_behind_the_digits_shown(tmp_path: Path) -> None:
    written = sheet(tmp_path / "a.xlsx", ("12345.67", None))
    assert (written["C6"].value, written["C6"].number_format) == (1.234567, "#,##0.00")


def test_a_sum_over_unknown_cells_only_is_unknown(tmp_path: Path) -> None:
    assert totals((None, "1.00"), (None, None)) == [None, None, None, "0.0001", None, None]
    assert sheet(tmp_path / "a.xlsx", (None, "1.00"), values=True)["C5"].value is None


@pytest.mark.parametrize("prior", ["0.00", "-5.00"])
def test_a_total_without_a_positive_base_has_no_growth(prior: str) -> None:
    assert totals(("1.00", prior))[4] is None


def test_without_rows_there_are_headings_and_no_formulas(tmp_path: Path) -> None:
    written = sheet(tmp_path / "a.xlsx")
    assert written.max_row == 5
    assert [cell.value for cell in written[5]] == [None, "合计", None, None, None, None]
    assert written.auto_filter.ref == "A5:F5"


def test_columns_without_bands_have_none() -> None:
    assert bands([Column("甲", "a", "text"), Column("乙", "b", "text")]) == []


def test_a_band_that_does_not_fit_beside_the_others_begins_a_page() -> None:
    columns = [Column("", "", "text", band=band) for band in "abbcc"]
    # 60 per cent of A3 shows 266 units, of which the pinned column takes 66 on every page.
    assert Layout((66.0, 100.0, 90.0, 90.0, 100.0), 1, "A3").page_breaks(columns) == [3]
    assert Layout((66.0, 50.0, 50.0, 50.0, 50.0), 1, "A3").page_breaks(columns) == []
