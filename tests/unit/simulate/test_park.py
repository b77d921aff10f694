from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.extracts.periods import read_date
from mainstay.simulate import Park, PlantedFile
from mainstay.simulate.extracts.control_totals import LEVEL_NAMES
from mainstay.simulate.extracts.receipts import HEADER
from tests.unit.simulate.plain_reading import (
    ENTERPRISES,
    FIRST,
    LEVELS,
    MONTHS,
    SEED,
    amount,
    contents,
    delivered,
    good_lines,
    is_line,
    scope_of,
    stamp,
    table_of,
    text_of,
)


def test_the_same_arguments_give_the_same_bytes_workbooks_included(written: Path, park: Park, tmp_path: Path) -> None:
    for month in reversed(park.months[-8:]):
        park.write_month(tmp_path, month)
    again = contents(tmp_path)
    assert {name: digest for name, digest in contents(written / "landing").items() if name in again} == again
    assert sum(name.endswith(".xlsx") for name in again) == 4


def test_another_seed_gives_another_park(park: Park) -> None:
    other = Park(enterprises=ENTERPRISES, seed=SEED + 1, first_month=FIRST, months=MONTHS)
    assert [firm.annual_local for firm in other.firms] != [firm.annual_local for firm in park.firms]


def test_every_month_is_delivered_and_truth_names_every_file(written: Path, truth: dict[str, Any]) -> None:
    on_disk = [path.name for path in (written / "landing").rglob("*") if path.is_file()]
    assert sorted(on_disk) == sorted(file["file"] for file in truth["files"])
    assert Counter(file["contract"] for file in truth["files"])["receipts"] == MONTHS + 1 + 3
    assert len(delivered(truth, "control_totals")) == MONTHS
    assert len(delivered(truth, "alerts")) == MONTHS
    assert len(delivered(truth, "aggregates")) == MONTHS
    quarters = [
        "2020-01",
        *(f"{y}-{m:02d}" for y in (2020, 2021) for m in (3, 6, 9, 12)),
        "2022-03",
        "2022-06",
    ]
    for contract in ("enterprises", "leases", "watch_list"):
        assert [file["month"] for file in delivered(truth, contract, "")] == quarters


def test_everything_says_that_it_is_simulated(written: Path, truth: dict[str, Any]) -> None:
    assert truth["simulated"] is True
    for file in truth["files"]:
        path = next((written / "landing").rglob(file["file"]))
        if path.suffix == ".xlsx":
            first = openpyxl.load_workbook(path).worksheets[0].cell(1, 1).value
        else:
            first = text_of(path).splitlines()[0]
        assert "（模拟数据）" in str(first), file["file"]
        if path.suffix == ".csv" and file["contract"] not in {"control_totals", "aggregates", "projects"}:
            rows = table_of(written / "landing", file["file"])
            names = {row.get("纳税人名称") or row.get("企业名称") for row in rows if row.get("征收项目", "x")}
            assert all(str(name).endswith("（模拟）") for name in names), file["file"]


def test_the_levels_of_every_line_sum_to_its_total(written: Path, truth: dict[str, Any]) -> None:
    lines = 0
    for file in delivered(truth, "receipts"):
        for row in good_lines(written / "landing", file["file"]):
            if row["中央级"] == "-":
                assert (row["市级"], row["区级"], row["预算分配比例"]) == ("-", "-", "")
                continue
            total, central, city, district = (amount(row[column]) for column in LEVELS)
            assert total == central + city + district
            lines += 1
    assert lines > 10_000


def test_planted_accounting_is_what_stands_in_the_files(written: Path, truth: dict[str, Any]) -> None:
    for file in delivered(truth, "receipts"):
        rows = table_of(written / "landing", file["file"])
        good = good_lines(written / "landing", file["file"])
        assert file["rows_read"] == len(rows)
        assert file["rows_loaded"] == len(good)
        kinds = ("rows_loaded", "rows_rejected", "rows_duplicate", "rows_total_line", "rows_blank")
        assert file["rows_read"] == sum(file[kind] for kind in kinds)
        assert file["rows_natural_person"] == sum(row["纳税人名称"].startswith("模拟自然人") for row in good) + sum(
            row["纳税人名称"].startswith("模拟个体户") for row in good
        )
        assert Decimal(file["loaded"]["amount_total"]) == sum(amount(row["实缴金额"]) for row in good)


def test_every_planted_fault_occurs(truth: dict[str, Any]) -> None:
    files = delivered(truth, "receipts", "")
    assert [file["month"] for file in files if file["rows_duplicate"]] == [
        "2020-03",
        "2020-09",
        "2021-03",
        "2021-09",
        "2022-03",
    ]
    assert {file["rows_rejected"] for file in files if file["month"] in {"2020-05", "2020-06"}} == {1}
    assert [file["rows_rejected"] for file in files if file["month"] == "2022-05"] == [1, 0]
    assert sum(file["rows_rejected"] for file in files) == 10
    assert all(file["rows_total_line"] == 1 and file["rows_blank"] == 1 for file in files)
    assert min(file["rows_natural_person"] for file in files if "202008.csv" not in file["file"]) == 4


def test_the_total_line_sums_its_column_as_a_spreadsheet_would(written: Path, truth: dict[str, Any]) -> None:
    for file in delivered(truth, "receipts"):
        rows = table_of(written / "landing", file["file"])
        total = next(row for row in rows if row["社会信用代码（纳税人识别号）"] == "合计")
        assert amount(total["实缴金额"]) == sum(amount(row["实缴金额"]) for row in rows if is_line(row))


def test_amounts_are_as_messy_as_in_life(written: Path) -> None:
    odd = [row["实缴金额"] for row in table_of(written / "landing", "税收入库明细_202002.csv")]
    assert odd[0].endswith("0")
    assert len(odd[0].split(".")[1]) == 3
    assert odd[1][0] in "０１２３４５６７８９"
    brackets = [
        row for row in table_of(written / "landing", "税收入库明细_202004.csv") if row["实缴金额"].startswith("(")
    ]
    assert [(row["税款属性"], row["实缴金额"][-1]) for row in brackets] == [("更正冲销", ")")]
    assert any("," in row["实缴金额"] for row in table_of(written / "landing", "税收入库明细_202003.csv"))


def test_days_are_written_in_four_ways_and_lie_in_the_month_of_receipt(written: Path, truth: dict[str, Any]) -> None:
    shapes = set()
    for file in delivered(truth, "receipts"):
        for row in good_lines(written / "landing", file["file"]):
            day, reason = read_date(row["入库日期"])
            assert reason is None
            assert f"{day:%Y-%m}" == file["month"]
            shapes.add("".join(c for c in row["入库日期"] if not c.isdigit()))
    assert shapes == {"--", "//", "", "年月日"}


def test_the_newest_months_come_again_as_workbooks_with_numbers_dates_and_codes_as_text(
    written: Path, truth: dict[str, Any]
) -> None:
    path = next((written / "landing").rglob("税收入库明细_202206_更正20220706.xlsx"))
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    books = delivered(truth, "receipts", ".xlsx")
    assert [file["file"][7:] for file in books] == [
        "202204_更正20220506.xlsx",
        "202205_更正20220606.xlsx",
        "202206_更正20220706.xlsx",
    ]
    planted = books[-1]
    assert (planted["rows_total_line"], planted["rows_blank"], planted["rows_rejected"]) == (1, 1, 0)
    same = next(file for file in delivered(truth, "receipts") if file["month"] == "2022-06")
    assert same["loaded"] == planted["loaded"]
    assert tuple(rows[planted["rows_preamble"] - 1]) == HEADER
    body = rows[planted["rows_preamble"] :]
    assert len(body) == planted["rows_read"]
    assert body[-1][0] == "合计"
    assert {type(row[0]) for row in body[:-2]} == {str}
    cents = sum(Decimal(str(row[7])) for row in body[:-2])
    assert cents == Decimal(planted["loaded"]["amount_total"]) == Decimal(str(body[-1][7]))
    assert {value.strftime("%Y-%m") for row in body[:-2] if isinstance(value := row[14], date)} == {"2022-06"}


def test_an_incomplete_extract_is_followed_by_a_whole_one(written: Path, truth: dict[str, Any]) -> None:
    short, whole = (file for file in delivered(truth, "receipts") if file["month"] == "2020-08")
    assert [short["file"], whole["file"]] == [
        "税收入库明细_202008.csv",
        "税收入库明细_202008_更正20200920.csv",
    ]
    assert (written / "landing" / "2020-09" / whole["file"]).exists()
    assert short["rows_loaded"] == whole["rows_loaded"] * 97 // 100
    vouchers = [{row["电子税票号码"] for row in good_lines(written / "landing", f["file"])} for f in (short, whole)]
    assert vouchers[0] < vouchers[1]


def test_control_totals_are_receipts_in_scope_less_refunds_to_the_cent(written: Path, truth: dict[str, Any]) -> None:
    landing = written / "landing"
    names = ("全口径", "中央级", "市级", "区级")
    for month in truth["months"]:
        if month == "2020-08":
            receipts = good_lines(landing, "税收入库明细_202008_更正20200920.csv")
        else:
            receipts = good_lines(landing, f"税收入库明细_{stamp(month)}.csv")
        in_scope = [row for row in receipts if scope_of()[row["征收项目"]] != ("false", "false")]
        refunds = [file["file"] for file in delivered(truth, "refunds") if file["month"] == month]
        refunded = table_of(landing, refunds[0]) if refunds else []
        expected = [
            sum(amount(row[column]) for row in in_scope) - sum(amount(row[theirs]) for row in refunded)
            for column, theirs in zip(LEVELS, ("税额", *LEVELS[1:]), strict=True)
        ]
        stated = {row["级次"]: row for row in table_of(landing, f"财政收入控制数_{stamp(month)}.csv")}
        assert list(stated) == list(LEVEL_NAMES.values())
        assert [amount(stated[name]["金额"]) for name in names] == expected
        assert amount(stated["地方级"]["金额"]) == expected[2] + expected[3]
        assert {row["征收项目"] for row in stated.values()} == {""}


def test_every_levy_item_of_the_park_is_in_the_seeds_and_some_are_out_of_scope(written: Path) -> None:
    items = {row["征收项目"] for row in good_lines(written / "landing", "税收入库明细_202009.csv")}
    items |= {row["征收项目"] for row in good_lines(written / "landing", "税收入库明细_202010.csv")}
    assert items <= set(scope_of())
    assert {item for item in items if scope_of()[item] == ("false", "false")} == {
        "社保费",
        "工会经费",
        "残疾人就业保障金",
    }


def test_a_voucher_line_is_told_apart_by_item_sub_item_and_period(park: Park) -> None:
    lines = park._lines(date(2021, 4, 1))
    keys = [(line.voucher, line.levy.item, line.levy.subitem, line.period) for line in lines]
    assert len(keys) == len(set(keys))
    assert len({(voucher, item) for voucher, item, _, _ in keys}) < len(keys)


def test_vat_credit_refunds_come_mostly_from_april_to_july_2022_and_are_positive(
    written: Path, truth: dict[str, Any]
) -> None:
    by_month: dict[str, Decimal] = defaultdict(Decimal)
    for file in delivered(truth, "refunds"):
        for row in table_of(written / "landing", file["file"]):
            assert amount(row["税额"]) > 0
            assert amount(row["税额"]) == sum(amount(row[level]) for level in LEVELS[1:])
            if "留抵" in row["退抵税费原因类型"]:
                assert row["征收项目"] == "增值税"
                by_month[file["month"]] += amount(row["税额"])
    campaign = sum(by_month[month] for month in ("2022-04", "2022-05", "2022-06"))
    assert campaign > 3 * (sum(by_month.values()) - campaign)


def test_some_firms_pay_in_the_district_and_are_not_in_the_park(written: Path, truth: dict[str, Any]) -> None:
    assert len(truth["outside_park"]) == ENTERPRISES // 40
    register = {row["统一社会信用代码"] for row in table_of(written / "landing", "园区企业名录_202203.csv")}
    assert not register & set(truth["outside_park"])
    assert len(register) <= ENTERPRISES == truth["enterprises"]


def test_alerts_name_firms_of_the_park_and_numbers_never_repeat(written: Path, truth: dict[str, Any]) -> None:
    alerts = [r for f in delivered(truth, "alerts") for r in table_of(written / "landing", f["file"])]
    numbers = [row["派单编号"] for row in alerts]
    assert len(numbers) == len(set(numbers))
    assert all(number.startswith("SIM-YJ-") for number in numbers)
    register = {row["统一社会信用代码"] for row in table_of(written / "landing", "园区企业名录_202203.csv")}
    assert len({row["统一社会信用代码"] for row in alerts} & register) > 10


def test_a_larger_park_has_the_concentration_of_the_real_one() -> None:
    sizes = sorted(
        (
            f.usual(date(2021, 6, 1))
            for f in Park(enterprises=1000, seed=5, first_month=FIRST, months=1).firms
            if f.in_park and f.in_from.year < 2021
        ),
        reverse=True,
    )
    assert 0.60 <= sum(sizes[:50]) / sum(sizes) <= 0.70
    assert sizes[0] / sum(sizes) <= 0.15


@settings(max_examples=8)
@given(st.integers(10, 60), st.integers(1, 14), st.integers(0, 10_000))
def test_a_park_of_any_size_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, firms: int, months: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    park = Park(enterprises=firms, seed=seed, first_month=date(2021, 11, 15), months=months)
    files: list[PlantedFile] = [planted for month in park.months for planted in park.write_month(folder, month)]
    assert sorted(contents(folder)) == sorted(planted.file for planted in files)
    for planted in files:
        assert planted.rows_read == (
            planted.rows_loaded
            + planted.rows_rejected
            + planted.rows_duplicate
            + planted.rows_total_line
            + planted.rows_blank
        )


def test_a_month_outside_the_simulation_is_refused(park: Park, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2020-01 to 2022-06"):
        park.write_month(tmp_path, date(2022, 7, 1))
    with pytest.raises(ValueError, match="at least 10 enterprises"):
        Park(enterprises=9, seed=1, first_month=FIRST, months=3)


def test_aggregates_are_cumulative_totals_that_tell_of_no_firm(written: Path) -> None:
    before, now = (
        {row["指标名称"]: row for row in table_of(written / "landing", f"汇总统计_{month}.csv")}
        for month in ("202105", "202205")
    )
    assert set(now) == {
        "规模以上高新技术企业总收入",
        "规模以上高新技术企业从业人员",
        "专利申请量",
        "发明专利申请量",
        "专利授权量",
        "园区占地面积",
    }
    assert {name: row["上年同期"] for name, row in now.items()} == {
        name: row["本期累计"] for name, row in before.items()
    }
    assert not any("企业名称" in row for row in now.values())


def test_the_watch_list_names_the_largest_firms_and_never_one_that_left(
    written: Path, truth: dict[str, Any], park: Park
) -> None:
    rows = table_of(written / "landing", "重点服务企业名单_202206.csv")
    listed = {row["统一社会信用代码"] for row in rows}
    largest = max((firm for firm in park.firms if firm.in_park), key=lambda firm: firm.usual(park.months[-1]))
    gone = {m["enterprise_id"] for m in truth["moves"] if m["kind"] == "整体迁出" and m["returned_on"] is None}
    assert (largest.uscc in listed) or (largest.uscc in gone)
    assert not listed & gone


def test_a_request_comes_again_when_it_is_settled(written: Path, truth: dict[str, Any]) -> None:
    settled: dict[str, list[bool]] = defaultdict(list)
    twice = 0
    for file in delivered(truth, "service_requests"):
        rows = table_of(written / "landing", file["file"])
        twice += len(rows) - len({row["诉求编号"] for row in rows})
        for row in rows:
            settled[row["诉求编号"]].append(bool(row["办结日期"]))
    assert [False, True] in settled.values()
    assert twice > 1
    assert all(states == sorted(states) for states in settled.values())
