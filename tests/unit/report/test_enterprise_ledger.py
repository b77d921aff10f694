from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.errors import ModelError
from mainstay.report.enterprise_ledger import (
    IDENTITY,
    LEVY_WORDS,
    last_months,
    ledger_columns,
    write_enterprise_ledger,
)
from mainstay.report.office_words import LEVEL_WORDS
from tests.unit.report.brief_samples import SCHEMAS
from tests.unit.report.samples import WAN_YUAN

AS_OF = date(2022, 7, 11)
WEEK: dict[str, Any] = {
    "as_of_date": AS_OF,
    "data_until": date(2022, 7, 5),
    "has_refunds": True,
    "last_closed": date(2022, 6, 1),
    "window_start": date(2022, 1, 1),
    "window_end": date(2022, 6, 1),
    "is_covered": True,
    "level": "local",
    "is_fallback": False,
    "refund_months_missing": 0,
}
_KINDS: dict[str, pl.DataType] = {
    "integer": pl.Int64(), "text": pl.String(), "code": pl.String(), "flag": pl.Boolean(), "date": pl.Date(),
    "grade": pl.String(),
}  # fmt: skip
_MONEY = pl.Decimal(18, 2)
MEASURES = {
    f"{level}_{caliber}_{name}": _MONEY if name != "yoy" else pl.Float64()
    for level in LEVEL_WORDS
    for caliber in ("natural", "restored")
    for name in ("current", "prior", "change", "yoy")
} | {f"{level}_refund_{year}": _MONEY for level in ("total", "local") for year in ("current", "prior")}
FORECASTS = {f"forecast_{name}": _MONEY for name in ("natural", "restored", "restored_low", "restored_high")}
ENTERPRISES = {"enterprise_id": pl.String(), **{c.source: _KINDS[c.kind] for c in IDENTITY}, **MEASURES, **FORECASTS}
LEVIES = {"enterprise_id": pl.String(), "levy_kind": pl.String(), "natural_current": _MONEY, "natural_prior": _MONEY}
MONTHS = {"enterprise_id": pl.String(), "month": pl.Date(), "natural_revenue": _MONEY}
FIRM = {
    "enterprise_id": "X1", "rank": 1, "name": "北京银杏树智能科技有限公司", "source_id": "914403001922038216",
    "is_high_precision": True, "in_from": date(2019, 3, 1), "decline_grade": "high",
    "local_natural_current": Decimal("1234567.89"), "local_natural_prior": Decimal("2000000.00"),
    "local_natural_change": Decimal("-765432.11"), "local_natural_yoy": -0.382716055,
}  # fmt: skip


def rows(schema: dict[str, pl.DataType], *given: dict[str, Any]) -> pl.DataFrame:
    """A frame of a relation; what a row does not name is null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in given], schema=schema)


def frames(
    *firms: dict[str, Any], levies: tuple[Any, ...] = (), months: tuple[Any, ...] = (), **week: Any
) -> dict[str, pl.DataFrame]:
    """The frames of one week; levies and months as tuples of their relations' columns."""
    return {
        "marts.weeks": rows(SCHEMAS["weeks"], WEEK | week),
        "marts.enterprise_ledger": rows(ENTERPRISES, *firms),
        "marts.enterprise_ledger_levies": pl.DataFrame(list(levies), schema=LEVIES, orient="row"),
        "marts.enterprise_ledger_months": pl.DataFrame(list(months), schema=MONTHS, orient="row"),
    }


def written(folder: Path, made: dict[str, pl.DataFrame], *, simulated: bool = False) -> Path:
    """Write the ledger and return its path."""
    return write_enterprise_ledger(
        folder, made, as_of=AS_OF, unit=WAN_YUAN, simulated=simulated, scoring_note="等级为规则评分。"
    )


def sheet(path: Path) -> Worksheet:
    """Return the sheet with the firms, with values for formulas."""
    return load_workbook(path, data_only=True)["全量企业台账"]


def by_heading(read: Worksheet, row: int) -> dict[str, Any]:
    """One row's cells by their headings."""
    return {str(read.cell(4, n).value): read.cell(row, n).value for n in range(1, read.max_column + 1)}


def notes(path: Path) -> list[str]:
    """Return the paragraphs of the notes sheet."""
    return [str(row[0]) for row in load_workbook(path)["说明"].iter_rows(values_only=True)]


def test_a_firm_has_its_levels_levies_and_months_in_one_row(tmp_path: Path) -> None:
    levies = [("X1", "VAT", Decimal("50000.00"), Decimal("0.00")), ("X1", "OTHER", None, None)]
    months = [("X1", date(2022, 6, 1), Decimal("100.00")), ("X1", date(2020, 7, 1), Decimal("0.00"))]
    path = written(tmp_path, frames(FIRM, levies=tuple(levies), months=tuple(months)))
    assert path == tmp_path / "全量企业台账.xlsx"
    row = by_heading(sheet(path), 6)
    assert len(row) == 102
    assert (row["序号"], row["企业名称"], row["是否高精尖"], row["是否规上"]) == (1, FIRM["name"], "是", None)
    assert (row["入园日期"], row["减收关注等级"]) == (datetime(2019, 3, 1), "高")  # noqa: DTZ001
    assert (row["本期地方级_自然口径"], row["地方级同比_自然口径(%)"]) == (123.456789, -38.27)
    assert (row["增值税本期"], row["增值税上年同期"], row["其他税费本期"]) == (5, 0, None)
    assert (row["2020年7月"], row["2022年5月"], row["2022年6月"]) == (0, None, 0.01)


def test_the_columns_come_in_bands(tmp_path: Path) -> None:
    read = sheet(written(tmp_path, frames(FIRM)))
    assert [cell.value for cell in read[3] if cell.value] == [
        "企业", "基本信息", "关注等级", "全口径收入(万元)", "中央级收入(万元)", "地方级收入(万元)", "市级收入(万元)",
        "区级收入(万元)", "全年预计(系统)_地方级(万元)", "分税种地方级收入_自然口径(万元)",
        "2020年分月地方级收入_自然口径(万元)", "2021年分月地方级收入_自然口径(万元)",
        "2022年分月地方级收入_自然口径(万元)",
    ]  # fmt: skip


def test_every_heading_is_there_once_and_reads_without_its_band() -> None:
    made = frames(FIRM)
    headings = [column.heading for column in ledger_columns(made, WEEK)]
    assert len(set(headings)) == len(headings) == 102
    assert sum("留抵退税" in heading for heading in headings) == 4


def test_the_totals_add_up_all_firms_and_give_the_growth_of_the_sums(tmp_path: Path) -> None:
    second = FIRM | {"enterprise_id": "X2", "rank": 2, "local_natural_current": Decimal("0.01"), "source_id": None}
    totals = by_heading(sheet(written(tmp_path, frames(FIRM, second))), 5)
    assert totals["企业名称"] == "合计"
    assert totals["本期地方级_自然口径"] == pytest.approx(123.45679)
    assert totals["上年同期地方级_自然口径"] == 400
    assert totals["地方级同比_自然口径(%)"] == pytest.approx(-69.1358025)
    assert totals["本期区级_自然口径"] is None


def test_firms_stand_by_their_rank_whatever_the_order_of_the_frame(tmp_path: Path) -> None:
    firms = [FIRM | {"enterprise_id": f"X{rank}", "rank": rank} for rank in (3, 1, 2)]
    read = sheet(written(tmp_path, frames(*firms)))
    assert [read.cell(row, 1).value for row in (6, 7, 8)] == [1, 2, 3]


def test_names_and_codes_stay_text(tmp_path: Path) -> None:
    read = sheet(written(tmp_path, frames(FIRM | {"name": "=1+1", "industry_code": "0710"})))
    cells = [read.cell(6, n) for n in (2, 3, 5)]
    assert [cell.value for cell in cells] == ["'=1+1", "914403001922038216", "0710"]
    assert {cell.data_type for cell in cells} == {"s"}


def test_without_firms_the_headings_remain(tmp_path: Path) -> None:
    read = sheet(written(tmp_path, frames()))
    assert (read.max_row, read.max_column) == (5, 102)
    assert read.freeze_panes == "C6"


def test_a_firm_without_history_is_blank_and_never_zero(tmp_path: Path) -> None:
    row = by_heading(sheet(written(tmp_path, frames({"enterprise_id": "X1", "rank": 1, "name": "甲公司"}))), 6)
    assert {heading for heading, value in row.items() if value is not None} == {"序号", "企业名称"}


def test_before_any_month_is_closed_the_ledger_has_no_months(tmp_path: Path) -> None:
    path = written(tmp_path, frames(FIRM, last_closed=None, window_start=None, window_end=None, level=None))
    assert sheet(path).max_column == 78
    assert "尚无完整入库月份，各列收入留空。" in notes(path)


def test_undivided_money_has_a_column_only_where_there_is_some() -> None:
    levies = (("X1", "UNDIVIDED", Decimal("5.00"), None),)
    headings = {column.heading for column in ledger_columns(frames(FIRM, levies=levies), WEEK)}
    assert "未分税种本期" in headings
    assert "未分税种本期" not in {column.heading for column in ledger_columns(frames(FIRM), WEEK)}
    assert list(LEVY_WORDS)[-1] == "UNDIVIDED"


def test_the_months_run_over_two_years_up_to_the_last_closed_one() -> None:
    months = last_months(date(2022, 1, 1))
    assert (months[0], months[-1], len(months)) == (date(2020, 2, 1), date(2022, 1, 1), 24)


def test_the_notes_say_window_level_order_and_what_blank_means(tmp_path: Path) -> None:
    said = notes(written(tmp_path, frames(FIRM)))
    assert "本期为2022年1-6月(累计)，上年同期为2021年1-6月(累计)；分月为截至2022年6月的24个月。" in said
    assert "统计日：2022-07-11；数据截止日：2022-07-05。" in said
    assert any(note.startswith("排序：按本期地方级收入_自然口径由大到小") for note in said)
    assert any(note.startswith("空白表示未知") for note in said)
    assert said[-1] == "等级为规则评分。"


@pytest.mark.parametrize(
    ("week", "note"),
    [
        ({"level": "total", "is_fallback": True}, "本数据无地方级金额，分税种、分月和排序均用全口径。"),
        (
            {"is_covered": False, "not_covered_reason": "base window not covered"},
            "上年同期数据不全，无同比；各级次和分税种的累计数留空，分月只列数据齐全的月份。",
        ),
        ({"has_refunds": False}, "未导入退库数据，还原口径等于自然口径。"),
        ({"refund_months_missing": 2}, "统计期间有2个月未导入退库数据，按无退库处理。"),
    ],
)
def test_the_notes_say_what_holds_in_this_week_only(tmp_path: Path, week: dict[str, Any], note: str) -> None:
    assert note in notes(written(tmp_path / "a", frames(FIRM, **week)))
    assert note not in notes(written(tmp_path / "b", frames(FIRM)))


def test_the_level_that_stands_in_is_named_in_its_bands(tmp_path: Path) -> None:
    read = sheet(written(tmp_path, frames(FIRM, level="total", is_fallback=True)))
    assert [cell.value for cell in read[3] if cell.value][-4:-2] == [
        "分税种全口径收入_自然口径(万元)",
        "2020年分月全口径收入_自然口径(万元)",
    ]


def test_two_writes_are_byte_identical_and_a_simulated_one_says_so(tmp_path: Path) -> None:
    first = written(tmp_path / "a", frames(FIRM), simulated=True)
    assert written(tmp_path / "b", frames(FIRM), simulated=True).read_bytes() == first.read_bytes()
    assert sheet(first)["A1"].value == "全量企业台账（模拟数据）"
    assert sheet(first).oddFooter.center.text == "模拟数据"


def test_a_week_without_its_row_is_refused(tmp_path: Path) -> None:
    made = frames(FIRM)
    with pytest.raises(ModelError, match="exactly one row for the as-of date"):
        write_enterprise_ledger(tmp_path, made, as_of=date(2022, 7, 18), unit=WAN_YUAN, simulated=False)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_lacks_a_column_is_refused_by_name(tmp_path: Path) -> None:
    made = frames(FIRM)
    made["marts.enterprise_ledger"] = made["marts.enterprise_ledger"].drop("incubator")
    with pytest.raises(ModelError) as refusal:
        written(tmp_path, made)
    assert refusal.value.where == "incubator"
