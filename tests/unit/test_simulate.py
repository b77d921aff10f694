import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Delivery, Extract
from mainstay.extracts.landing import match, scan
from mainstay.extracts.periods import read_date
from mainstay.extracts.persons import PSEUDO_TAXPAYER
from mainstay.extracts.reading import read_extract
from mainstay.extracts.registry import load_contracts
from mainstay.resources import shipped
from mainstay.simulate import Park, PlantedFile, write_park
from mainstay.simulate.codes import citizen_number, simulated_uscc
from mainstay.simulate.deliveries import LEVEL_NAMES
from mainstay.simulate.levies import CIT, CREDIT_REFUND, PROPERTY, VAT, Shares
from mainstay.simulate.receipts import HEADER, lines_of
from mainstay.simulate.stories import MOVERS_A_YEAR

FIRST, MONTHS, ENTERPRISES, SEED = date(2020, 1, 1), 30, 120, 20_220_101
LAST = date(2022, 6, 1)
LEVELS = ("实缴金额", "中央级", "市级", "区级")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("park")
    write_park(
        home / "landing",
        home / "truth.json",
        enterprises=ENTERPRISES,
        seed=SEED,
        first_month=FIRST,
        months=MONTHS,
    )
    return home


@pytest.fixture(scope="module")
def truth(written: Path) -> dict[str, Any]:
    return json.loads((written / "truth.json").read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def park() -> Park:
    return Park(enterprises=ENTERPRISES, seed=SEED, first_month=FIRST, months=MONTHS)


@pytest.fixture(scope="module")
def contracts() -> tuple[Contract, ...]:
    return load_contracts(list((shipped("seeds") / "contracts").glob("*.toml")))


@pytest.fixture(scope="module")
def read(written: Path, contracts: tuple[Contract, ...]) -> dict[str, tuple[Delivery, Extract]]:
    """Every simulated file, matched and read by the project's own readers."""
    deliveries = [match(file, contracts, date(2026, 1, 1)) for file in scan(written / "landing", ())]
    return {d.file.path.name: (d, read_extract(d.file.path, d.contract)) for d in deliveries}


@cache
def table_of(landing: Path, name: str) -> list[dict[str, str]]:
    """Read a simulated CSV file without any of our readers: one row per line below the header."""
    data = next(landing.rglob(name)).read_bytes()
    encoding = "gb18030" if name.startswith(("税收", "园区", "迁出")) else "utf-8-sig"
    lines = list(csv.reader(io.StringIO(data.decode(encoding), newline="")))
    header = next(number for number, line in enumerate(lines) if all(line))
    return [dict(zip(lines[header], line, strict=True)) for line in lines[header + 1 :]]


def amount(text: str) -> Decimal:
    plain = text.replace(",", "").translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
    return -Decimal(plain[1:-1]) if plain.startswith("(") else Decimal(plain)


def is_line(row: dict[str, str]) -> bool:
    return row["社会信用代码（纳税人识别号）"] not in {"", "合计"}


@cache
def good_lines(landing: Path, name: str) -> list[dict[str, str]]:
    """The lines that count: no total, no bad id, no third decimal, nothing twice."""
    seen, found = set(), []
    for row in table_of(landing, name):
        bad = not is_line(row) or "E+" in row["社会信用代码（纳税人识别号）"] or row["区级"] == "25.125"
        key = tuple(sorted(row.items()))
        if not bad and key not in seen:
            found.append(row)
        seen.add(key)
    return found


@cache
def scope_of() -> dict[str, tuple[str, str]]:
    text = (shipped("seeds") / "levy_items.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {row["levy_item"]: (row["is_tax"], row["in_local_revenue"]) for row in rows}


def stamp(month: str) -> str:
    return month.replace("-", "")


def delivered(truth: dict[str, Any], contract: str, suffix: str = ".csv") -> list[dict[str, Any]]:
    return [file for file in truth["files"] if file["contract"] == contract and file["file"].endswith(suffix)]


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


@given(st.integers(1, 200_000))
def test_a_simulated_code_is_a_valid_social_credit_code_with_the_body_of_a_simulated_firm(
    number: int,
) -> None:
    code = simulated_uscc(number)
    assert uscc.is_valid(code)
    assert code[8:11] == "MA9"


@given(st.sets(st.integers(1, 20_000_000), min_size=2, max_size=50))
def test_no_two_firms_share_a_code(numbers: set[int]) -> None:
    assert len({simulated_uscc(number) for number in numbers}) == len(numbers)


@given(st.dates(date(1950, 1, 1), date(2005, 12, 31)))
def test_a_simulated_citizen_number_is_valid_in_form_and_never_issued(born: date) -> None:
    number = citizen_number(born)
    assert ric.is_valid(number)
    assert ric.get_birth_date(number) == born
    assert number[14:17] == "000"


@given(st.integers(-(10**12), 10**12), st.sampled_from([VAT.shares, CIT.shares, PROPERTY.shares, CREDIT_REFUND]))
def test_the_levels_of_an_amount_sum_to_it_to_the_cent(total: int, shares: Shares) -> None:
    split = shares.of(total)
    assert split.central + split.city + split.district == total
    assert abs(split.district * 1000 - total * shares.district) <= 500


def test_shares_are_the_table_of_2021() -> None:
    assert (VAT.shares, CIT.shares, PROPERTY.shares) == (
        Shares(500, 250, 250),
        Shares(600, 200, 200),
        Shares(0, 500, 500),
    )
    assert VAT.shares is not None
    assert VAT.shares.as_delivered == "中央50%市级25%区级25%"
    assert CREDIT_REFUND.as_delivered == "中央50%市级42.5%区级7.5%"


def test_the_same_arguments_give_the_same_bytes_workbooks_included(written: Path, park: Park, tmp_path: Path) -> None:
    for month in reversed(park.months[-8:]):
        park.write_month(tmp_path, month)
    again = contents(tmp_path)
    assert {name: digest for name, digest in contents(written / "landing").items() if name in again} == again
    assert sum(name.endswith(".xlsx") for name in again) == 2


def test_another_seed_gives_another_park(park: Park) -> None:
    other = Park(enterprises=ENTERPRISES, seed=SEED + 1, first_month=FIRST, months=MONTHS)
    assert [firm.annual_local for firm in other.firms] != [firm.annual_local for firm in park.firms]


def test_every_month_is_delivered_and_truth_names_every_file(written: Path, truth: dict[str, Any]) -> None:
    on_disk = [path.name for path in (written / "landing").rglob("*") if path.is_file()]
    assert sorted(on_disk) == sorted(file["file"] for file in truth["files"])
    assert Counter(file["contract"] for file in truth["files"])["receipts"] == MONTHS + 1
    assert len(delivered(truth, "control_totals")) == MONTHS
    assert len(delivered(truth, "alerts")) == MONTHS
    registers = [file["month"] for file in delivered(truth, "enterprises", "")]
    assert registers == [
        "2020-01",
        *(f"{y}-{m:02d}" for y in (2020, 2021) for m in (3, 6, 9, 12)),
        "2022-03",
        "2022-06",
    ]


def test_everything_says_that_it_is_simulated(written: Path, truth: dict[str, Any]) -> None:
    assert truth["simulated"] is True
    for file in truth["files"]:
        path = next((written / "landing").rglob(file["file"]))
        if path.suffix == ".xlsx":
            first = openpyxl.load_workbook(path).worksheets[0].cell(1, 1).value
        else:
            data = path.read_bytes()
            first = data[: data.index(b"\r\n")].decode("gb18030" if file["file"][0] in "税园迁" else "utf-8-sig")
        assert "（模拟数据）" in str(first), file["file"]
        if path.suffix == ".csv" and file["contract"] != "control_totals":
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
    assert {file["rows_rejected"] for file in files if file["month"] in {"2020-05", "2020-06", "2022-05"}} == {1}
    assert sum(file["rows_rejected"] for file in files) == 9
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


def test_the_last_month_is_a_workbook_with_numbers_dates_and_codes_as_text(
    written: Path, truth: dict[str, Any]
) -> None:
    path = next((written / "landing").rglob("税收入库明细_202206.xlsx"))
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    planted = delivered(truth, "receipts", ".xlsx")[0]
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
    for month in truth["months"][:-1]:
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
    lines = lines_of(park.firms, date(2021, 4, 1), park._chance(date(2021, 4, 1), "receipts"))
    keys = [(line.voucher, line.levy.item, line.levy.subitem, line.period) for line in lines]
    assert len(keys) == len(set(keys))
    assert len({(voucher, item) for voucher, item, _, _ in keys}) < len(keys)


def test_movers_leave_the_register_are_on_the_outbound_list_and_stop_paying(
    written: Path, truth: dict[str, Any]
) -> None:
    moves = truth["moves"]
    assert len(moves) == round(ENTERPRISES * MOVERS_A_YEAR * MONTHS / 12) == 14
    listed = {
        row["统一社会信用代码"]: read_date(row["迁出日期"])[0]
        for file in delivered(truth, "outbound")
        for row in table_of(written / "landing", file["file"])
    }
    assert {move["enterprise_id"]: move["moved_on"] for move in moves} == {
        code: str(day) for code, day in listed.items()
    }
    register = table_of(written / "landing", "园区企业名录_202203.csv")
    left = {row["统一社会信用代码"]: read_date(row["出园日期"])[0] for row in register if row["出园日期"]}
    for move in (m for m in moves if m["kind"] == "整体迁出" and m["moved_on"] <= "2022-03-31"):
        assert str(left[move["enterprise_id"]]) == move["moved_on"]
        later = [f for f in delivered(truth, "receipts") if f["month"] > move["moved_on"][:7]]
        for file in later:
            rows = good_lines(written / "landing", file["file"])
            assert move["enterprise_id"] not in {row["社会信用代码（纳税人识别号）"] for row in rows}
    assert {str(day)[:7] for day in left.values()} <= {m for m in truth["months"] if m <= "2022-03"}


def test_every_mover_has_five_decliners_that_stay_as_far_as_the_park_holds(truth: dict[str, Any]) -> None:
    firms = {d["enterprise_id"] for d in truth["declines"] if d["cause"] not in {"R1", "P1"}}
    moved = {move["enterprise_id"] for move in truth["moves"]}
    assert len(moved) == 14
    assert len(firms) == min(5 * 14, int(0.6 * (ENTERPRISES - 14)))
    assert not firms & moved
    assert {d["cause"] for d in truth["declines"]} == {"R1", "M1", "M3", "B1", "P1", "P4", "R3", "C1"}


def test_a_planted_market_decline_shows_in_the_receipts(written: Path, truth: dict[str, Any]) -> None:
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for file in delivered(truth, "receipts", ""):
        if file["month"] in {"2020-03", "2020-04", "2020-05", "2022-03", "2022-04", "2022-05"}:
            for row in good_lines(written / "landing", file["file"]):
                if row["中央级"] != "-":
                    paid[row["社会信用代码（纳税人识别号）"], file["month"][:4]] += amount(row["实缴金额"])
    declined = [
        d["enterprise_id"]
        for d in truth["declines"]
        if d["cause"] in {"M1", "R3"} and "2020-05" < d["first_month"] <= "2022-03"
    ]
    usual = {firm for firm, _ in paid if "MA9" in firm} - {d["enterprise_id"] for d in truth["declines"]}

    def fell(codes: list[str]) -> float:
        pairs = [(paid[code, "2020"], paid[code, "2022"]) for code in codes if paid[code, "2020"]]
        return sum(after < before * Decimal("0.9") for before, after in pairs) / len(pairs)

    assert len(declined) >= 5
    assert fell(declined) > 0.8
    assert fell(sorted(usual)) < 0.2


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
    assert campaign > 4 * (sum(by_month.values()) - campaign)


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
        (f.annual_local for f in Park(enterprises=1000, seed=5, first_month=FIRST, months=1).firms),
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


def test_every_simulated_file_fits_exactly_one_built_in_contract(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    assert {name: delivery.contract.name for name, (delivery, _) in read.items()} == {
        file["file"]: file["contract"] for file in truth["files"]
    }


def test_the_readers_account_for_every_row_as_planted(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    kinds = ("rows_read", "rows_rejected", "rows_duplicate", "rows_total_line", "rows_blank", "rows_preamble")
    for file in truth["files"]:
        extract = read[file["file"]][1]
        assert {kind: getattr(extract, kind) for kind in kinds} == {kind: file[kind] for kind in kinds}, file
        assert extract.rows["source_rows"].sum() == file["rows_loaded"], file


def test_the_readers_load_the_planted_money_to_the_cent(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    for file in truth["files"]:
        delivery, extract = read[file["file"]]
        signs = {column.canonical: column.sign for column in delivery.contract.columns}
        for column, yuan in file["loaded"].items():
            assert extract.rows[column].sum() == signs[column] * Decimal(yuan), (file, column)


def test_planted_faults_are_refused_for_the_planted_reason(read: dict[str, tuple[Delivery, Extract]]) -> None:
    found = {
        name: extract.rejects.select("field", "reason").rows()
        for name, (_, extract) in read.items()
        if extract.rejects.height
    }
    assert found["税收入库明细_202005.csv"] == [("amount_district", "EXCESS_DECIMALS")]
    assert found["税收入库明细_202006.csv"] == [("source_id", "ID_SCIENTIFIC")]
    assert len(found) == 9


def test_total_lines_agree_with_the_rows_above_them(read: dict[str, tuple[Delivery, Extract]]) -> None:
    differences = {
        name: extract.total_line_differences
        for name, (_, extract) in read.items()
        if any(extract.total_line_differences.values())
    }
    assert differences == {}


def test_natural_persons_are_summed_and_leave_no_trace(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    for file in delivered(truth, "receipts", ""):
        rows = read[file["file"]][1].rows
        persons = rows.filter(rows["source_id"] == PSEUDO_TAXPAYER)
        assert persons["source_rows"].sum() == file["rows_natural_person"]
        assert not rows["name"].str.contains("模拟自然人|模拟个体户").any()
        assert set(rows.filter(rows["source_id"] != PSEUDO_TAXPAYER)["source_id"].str.len_chars()) == {18}


def test_names_state_the_month_and_when_it_became_known(read: dict[str, tuple[Delivery, Extract]]) -> None:
    stated = {name: (delivery.partition, delivery.declared_knowledge) for name, (delivery, _) in read.items()}
    assert stated["税收入库明细_202008.csv"] == ("2020-08", date(2020, 9, 5))
    assert stated["税收入库明细_202008_更正20200920.csv"] == ("2020-08", date(2020, 9, 20))
    assert stated["财政收入控制数_202112.csv"] == ("2021-12", date(2022, 1, 5))
    assert stated["园区企业名录_202206.xlsx"] == ("2022-06", date(2022, 6, 30))
    for name, (delivery, extract) in read.items():
        if delivery.contract.name in {"receipts", "refunds", "control_totals"}:
            assert set(extract.rows["month"]) == {delivery.covers}, name


def test_flags_days_levels_and_kinds_of_moves_arrive_in_the_words_of_the_ledger(
    read: dict[str, tuple[Delivery, Extract]],
) -> None:
    register = read["园区企业名录_202206.xlsx"][1].rows
    assert set(register["is_high_precision"]) == {True, False}
    assert register["in_from"].null_count() == 0
    assert 0 < register["in_to"].count() < register.height / 4
    totals = read["财政收入控制数_202205.csv"][1].rows
    assert totals["level"].to_list() == ["total", "central", "local", "city", "district"]
    assert totals["levy_item"].null_count() == 5
    moves = [extract.rows for delivery, extract in read.values() if delivery.contract.name == "outbound"]
    assert {kind for rows in moves for kind in rows["move_kind"]} == {"whole", "partial"}
    assert all(rows["moved_on"].null_count() == 0 for rows in moves)
