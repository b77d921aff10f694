import csv
import re
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.extracts.contract import Contract
from mainstay.extracts.form_questions import FORM
from mainstay.extracts.normalising import normal_heading
from mainstay.extracts.registry import load_contract, load_contracts, workspace_contracts
from mainstay.extracts.targets import TARGETS
from mainstay.orders.cause_ticks import cause_ticks
from mainstay.report.visit_page import PAGE, PAIRS, Line
from mainstay.resources import shipped
from mainstay.settings import BUILT_IN, Settings, Workspace

SEEDS = shipped("seeds")
CONTRACTS = {contract.name: contract for contract in load_contracts(list((SEEDS / "contracts").glob("*.toml")))}

RECEIPT_CORE = {
    "社会信用代码（纳税人识别号）": "source_id",
    "纳税人名称": "name",
    "征收项目": "levy_item",
    "征收品目": "levy_subitem",
    "税款所属期起": "tax_period_from",
    "税款所属期止": "tax_period_to",
    "行业": "industry",
    "实缴金额": "amount_total",
    "主管税务机关": "tax_authority",
    "预算科目": "budget_subject",
    "预算分配比例": "share_rule",
    "中央级": "amount_central",
    "市级": "amount_city",
    "区级": "amount_district",
    "入库日期": "receipt_date",
    "税款属性": "reason",
    "街道乡镇": "zone",
    "电子税票号码": "voucher",
    "登记序号": "registration_seq",
    "总分机构类型": "branch_type",
}
REFUND_CORE = {
    "社会信用代码（纳税人识别号）": "source_id",
    "纳税人名称": "name",
    "征收项目": "levy_item",
    "税额": "amount_total",
    "退抵税费原因类型": "reason",
    "退还日期": "refund_date",
    "预算分配比例": "share_rule",
}


WITH_CODES = sorted(name for name, contract in CONTRACTS.items() if contract.definition.has_party)


def fields_by_heading(contract: Contract) -> dict[str, str]:
    return {normal_heading(heading): column.canonical for column in contract.columns for heading in column.headings}


def period_in(contract: Contract, name: str) -> tuple[int, int] | None:
    assert contract.partition is not None
    found = re.search(contract.partition.pattern, name)
    return (int(found["year"]), int(found["month"])) if found else None


def knowledge_in(contract: Contract, name: str) -> tuple[int, int, int | None] | None:
    assert contract.knowledge.pattern is not None
    found = re.search(contract.knowledge.pattern, name)
    return (int(found["year"]), int(found["month"]), int(found["day"]) if found["day"] else None) if found else None


def contracts_for(name: str) -> list[str]:
    return [c.name for c in CONTRACTS.values() if any(fnmatchcase(name, glob) for glob in c.match.files)]


def rows_of(file: str) -> list[dict[str, str]]:
    with (SEEDS / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_built_in_name_has_a_contract_of_that_name_and_target() -> None:
    assert sorted(CONTRACTS) == sorted(BUILT_IN)
    targets = {name: contract.target for name, contract in CONTRACTS.items()}
    assert targets == {name: name for name in BUILT_IN} | {"visit_forms": "visit_outcomes"}
    assert sorted(path.stem for path in (SEEDS / "contracts").glob("*")) == sorted(BUILT_IN)


def test_a_new_workspace_uses_all_built_in_contracts_under_one_id_namespace(tmp_path: Path) -> None:
    contracts = workspace_contracts(Workspace(tmp_path), Settings(), SEEDS)
    assert len(contracts) == len(BUILT_IN)
    assert {c.id_namespace for c in contracts if c.definition.has_party} == {"tax"}


@pytest.mark.parametrize(("name", "core"), [("receipts", RECEIPT_CORE), ("refunds", REFUND_CORE)])
def test_the_core_columns_of_an_extract_are_known_by_their_headings(name: str, core: dict[str, str]) -> None:
    known = fields_by_heading(CONTRACTS[name])
    assert {heading: known[normal_heading(heading)] for heading in core} == core


@pytest.mark.parametrize(
    "heading",
    [
        "社会信用代码(纳税人识别号)",
        "统一社会信用代码",
        "社会信用代码",
        "纳税人识别号",
    ],
)
@pytest.mark.parametrize("name", [name for name in WITH_CODES if name != "visit_forms"])
def test_the_code_of_a_firm_is_found_under_each_heading_in_use(name: str, heading: str) -> None:
    assert fields_by_heading(CONTRACTS[name])[normal_heading(heading)] == "source_id"


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_heading_leads_to_two_fields(name: str) -> None:
    headings = [normal_heading(h) for column in CONTRACTS[name].columns for h in column.headings]
    assert sorted(headings) == sorted(set(headings))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_contract_says_by_what_right_the_data_are_held(name: str) -> None:
    contract = CONTRACTS[name]
    assert contract.legal_basis
    assert contract.agreement_id
    assert not contract.is_expired(date(2040, 1, 1))
    assert contract.is_expired(date(2100, 1, 1))


def test_codes_are_read_as_social_credit_codes() -> None:
    kinds = {
        name: contract.kind_of(column)
        for name, contract in CONTRACTS.items()
        for column in contract.columns
        if column.canonical == "source_id"
    }
    assert kinds == dict.fromkeys(WITH_CODES, "uscc")


def test_refunds_change_their_sign_at_every_level_and_receipts_at_none() -> None:
    signs = {
        name: {column.canonical: column.sign for column in CONTRACTS[name].columns if column.field == "amount"}
        for name in ("receipts", "refunds")
    }
    levels = ["amount_total", "amount_central", "amount_city", "amount_district"]
    assert signs == {"receipts": dict.fromkeys(levels, 1), "refunds": dict.fromkeys(levels, -1)}


def test_receipts_are_the_only_extract_without_which_a_run_is_refused() -> None:
    assert [contract.name for contract in CONTRACTS.values() if contract.required_for_run] == ["receipts"]


@pytest.mark.parametrize("year", range(2021, 2031))
@pytest.mark.parametrize("month", range(1, 13))
def test_receipts_are_owed_from_the_third_monday_of_the_next_month_and_not_before(year: int, month: int) -> None:
    receipts = CONTRACTS["receipts"]
    owed_from = receipts.knowledge.offset_days + receipts.grace_days
    mondays = [day for day in range(1, 29) if date(year, month, day).weekday() == 0]
    assert [day >= owed_from for day in mondays[:3]] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "contract"),
    [
        ("税收入库明细_202205.csv", "receipts"),
        ("2022年5月税收入库.xlsx", "receipts"),
        ("入库明细202205.csv", "receipts"),
        ("税收退库明细_202205.csv", "refunds"),
        ("留抵退税明细_202205.csv", "refunds"),
        ("园区企业名录_202206.csv", "enterprises"),
        ("企业名录202206.xlsx", "enterprises"),
        ("迁出企业清单_202205.csv", "outbound"),
        ("迁出企业名录_202205.csv", "outbound"),
        ("大数据预警派单_202205.csv", "alerts"),
        ("财政收入控制数_202205.csv", "control_totals"),
        ("财政收入月报_202205.xlsx", "control_totals"),
        ("缓税明细_202202.csv", "deferrals"),
        ("登记变动信号_202205.csv", "signals"),
        ("房屋租约台账_202206.xlsx", "leases"),
        ("重点关注企业_202206.csv", "watch_list"),
        ("企业诉求台账_202205.csv", "service_requests"),
        ("走访记录_20220613.csv", "visit_outcomes"),
        ("企业对接记录_202205.csv", "visit_outcomes"),
        ("visit_form.xlsx", "visit_forms"),
        ("走访表_20220613.xlsx", "visit_forms"),
        ("汇总统计_202211.csv", "aggregates"),
    ],
)
def test_a_delivered_file_is_expected_by_exactly_one_contract(name: str, contract: str) -> None:
    assert contracts_for(name) == [contract]


@pytest.mark.parametrize(
    "name", ["净入库明细_202205.csv", "税收净入库明细_202205.csv", "拟迁出企业清单_202205.csv", "读我.txt"]
)
def test_net_receipts_and_intentions_to_move_are_expected_by_no_contract(name: str) -> None:
    assert contracts_for(name) == []


@pytest.mark.parametrize(
    ("name", "period", "knowledge"),
    [
        ("税收入库明细_202205.csv", (2022, 5), (2022, 5, None)),
        ("税收入库明细_202212.csv", (2022, 12), (2022, 12, None)),
        ("2022年5月税收入库.xlsx", (2022, 5), (2022, 5, None)),
        ("2022年12月税收入库.xlsx", (2022, 12), (2022, 12, None)),
        ("税收入库明细_2022-05.csv", (2022, 5), (2022, 5, None)),
        ("税收入库明细_202205_更正20220620.csv", (2022, 5), (2022, 6, 20)),
        ("税收入库明细_202205_交付20220603.csv", (2022, 5), (2022, 6, 3)),
        ("2022年5月税收入库_更正20220620.csv", (2022, 5), (2022, 6, 20)),
    ],
)
def test_the_name_of_receipts_says_the_month_and_perhaps_the_day_of_delivery(
    name: str, period: tuple[int, int], knowledge: tuple[int, int, int | None]
) -> None:
    assert period_in(CONTRACTS["receipts"], name) == period
    assert knowledge_in(CONTRACTS["receipts"], name) == knowledge


@pytest.mark.parametrize(
    "name",
    [
        "2022年1-5月税收入库.csv",
        "2022年10-12月税收入库.csv",
        "税收入库明细_202201-202205.csv",
        "税收入库明细_2022年1至5月.csv",
        "税收入库明细_202201-20220531.csv",
        "税收入库明细_202213.csv",
        "税收入库明细_20220531.csv",
        "税收入库明细_2022.csv",
    ],
)
@pytest.mark.parametrize("contract", ["receipts", "refunds", "control_totals"])
def test_a_name_that_is_cumulative_or_names_no_month_gives_no_month(contract: str, name: str) -> None:
    assert period_in(CONTRACTS[contract], name) is None


@pytest.mark.parametrize(
    ("name", "period", "knowledge"),
    [
        ("园区企业名录_202206.xlsx", (2022, 6), (2022, 6, None)),
        ("园区企业名录_20220615.xlsx", (2022, 6), (2022, 6, 15)),
    ],
)
def test_a_register_is_the_state_of_a_day_or_of_a_months_end(
    name: str, period: tuple[int, int], knowledge: tuple[int, int, int | None]
) -> None:
    assert period_in(CONTRACTS["enterprises"], name) == period
    assert knowledge_in(CONTRACTS["enterprises"], name) == knowledge
    assert CONTRACTS["enterprises"].knowledge.offset_days == 0


@given(st.dates(date(2010, 1, 1), date(2039, 12, 31)), st.sampled_from(["receipts", "refunds", "control_totals"]))
def test_every_month_is_read_from_a_name_as_it_was_written(day: date, contract: str) -> None:
    stem = {"receipts": "税收入库明细", "refunds": "税收退库明细", "control_totals": "财政收入控制数"}[contract]
    for written in (f"{day:%Y%m}", f"{day:%Y-%m}", f"{day.year}年{day.month}月"):
        assert period_in(CONTRACTS[contract], f"{stem}_{written}.csv") == (day.year, day.month)
        corrected = f"{stem}_{written}_更正{day:%Y%m%d}.csv"
        assert period_in(CONTRACTS[contract], corrected) == (day.year, day.month)
        assert knowledge_in(CONTRACTS[contract], corrected) == (day.year, day.month, day.day)


def test_a_form_that_comes_back_under_its_own_name_is_known_from_the_day_it_is_first_seen() -> None:
    for name in ("visit_outcomes", "visit_forms"):
        assert CONTRACTS[name].knowledge.otherwise == "first_seen"
        assert knowledge_in(CONTRACTS[name], "走访表_20220613.xlsx") == (2022, 6, 13)
        assert knowledge_in(CONTRACTS[name], "visit_form.xlsx") is None
        assert knowledge_in(CONTRACTS[name], "走访表_2022年第24周.xlsx") is None


def test_form_and_table_of_outcomes_fill_the_same_fields_with_the_same_words() -> None:
    form, table = ({c.canonical: c for c in CONTRACTS[name].columns} for name in ("visit_forms", "visit_outcomes"))
    assert set(table) - set(form) == {"status"}
    assert set(form) <= set(table)
    assert {name for name, column in form.items() if column.values} == {
        "result",
        "request_result",
        "visitor_view",
        "move_stance",
        "next_step",
    }
    assert all(form[name].values == table[name].values for name in form)
    assert {name for name, column in form.items() if column.prefilled} == {"order_id", "source_id", "name"}


def test_a_question_of_the_visit_form_stands_once_and_has_what_it_needs() -> None:
    asked = [one for one in FORM.questions if one.only != "page"]
    fields = [one.field for one in asked]
    labels = [name for one in FORM.questions for name in (one.label, *one.aliases)]
    assert len(set(fields)) == len(fields)
    assert len(set(labels)) == len(labels)
    assert {one.band for one in FORM.questions} <= {band.title for band in FORM.bands}
    assert {field.name for field in TARGETS["visit_outcomes"].fields} - {"address"} == set(fields)
    assert max(len(part.fields) for part in PAGE if isinstance(part, Line)) <= PAIRS


def test_the_words_of_signals_and_causes_are_those_of_the_seeds() -> None:
    signal = next(column for column in CONTRACTS["signals"].columns if column.canonical == "signal")
    codes = {row["code"] for row in rows_of("signals.csv")}
    assert set(signal.values.values()) == codes - {"lease_ends", "request_unresolved"}, "two follow from other records"
    causes = {row["code"]: row["tick"] for row in rows_of("cause_codes.csv")}
    assert all(causes[code] == field for field, _, code in cause_ticks(SEEDS).iter_rows())


def test_levels_of_control_totals_become_the_levels_of_the_marts() -> None:
    level = next(column for column in CONTRACTS["control_totals"].columns if column.field == "level")
    assert {word: level.values[word] for word in ("全口径", "中央级", "地方级", "市级", "区级")} == {
        "全口径": "total",
        "中央级": "central",
        "地方级": "local",
        "市级": "city",
        "区级": "district",
    }


def test_a_wrong_key_in_a_built_in_contract_would_be_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "receipts.toml"
    text = (SEEDS / "contracts" / "receipts.toml").read_text("utf-8")
    broken.write_text(text.replace("grace_days", "grace_day"), "utf-8")
    with pytest.raises(Exception, match="grace_day: unknown key; did you mean 'grace_days'"):
        load_contract(broken)


def test_levy_items_are_named_once_and_say_where_they_come_from() -> None:
    rows = rows_of("levy_items.csv")
    names = [row["levy_item"] for row in rows]
    assert sorted(names) == sorted(set(names))
    assert all(row["source"] for row in rows)
    assert {row["is_tax"] for row in rows} == {row["in_local_revenue"] for row in rows} == {"true", "false"}


@pytest.mark.parametrize(
    ("item", "levy", "scope"),
    [
        ("增值税", "VAT", "tax, local"),
        ("10101", "VAT", "tax, local"),
        ("企业所得税", "CIT", "tax, local"),
        ("个人所得税", "IIT", "tax, local"),
        ("城建税", "UMCT", "tax, local"),
        ("土地使用税", "LAND_USE", "tax, local"),
        ("教育费附加", "EDU_SURCHARGE", "local"),
        ("消费税", "CONSUMPTION", "tax"),
        ("车辆购置税", "VEHICLE_PURCHASE", "tax"),
        ("社保费", "SOCIAL_INSURANCE", ""),
        ("工会经费", "UNION_DUES", ""),
        ("残疾人就业保障金", "DISABLED_FUND", ""),
        ("文化事业建设费", "CULTURE_FUND", ""),
        ("滞纳金", "LATE_FEE", ""),
    ],
)
def test_a_levy_item_says_whether_it_is_tax_and_local_revenue(item: str, levy: str, scope: str) -> None:
    row = next(row for row in rows_of("levy_items.csv") if row["levy_item"] == item)
    said = {"tax": row["is_tax"], "local": row["in_local_revenue"]}
    assert row["levy"] == levy
    assert ", ".join(word for word, value in said.items() if value == "true") == scope


def test_every_levy_has_one_code_and_one_scope() -> None:
    scopes: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows_of("levy_items.csv"):
        scopes.setdefault(row["levy"], set()).add((row["code"], row["is_tax"], row["in_local_revenue"]))
    assert {levy: len(found) for levy, found in scopes.items()} == dict.fromkeys(scopes, 1)


def test_the_shipped_lists_are_those_of_the_report_and_one_without_a_register() -> None:
    rows = [
        (
            row["list_name"],
            row["population"],
            row["level"],
            row["window"],
            row["top_k"],
            row["sort_by"],
            row["applies"],
        )
        for row in rows_of("drop_lists.csv")
    ]
    assert rows == [
        ("q1_top25", "all", "local", "first_quarter", "25", "amount", "always"),
        ("high_precision_top50", "high_precision", "local", "ytd", "50", "amount", "with_register"),
        ("ytd_top50", "all", "local", "ytd", "50", "amount", "without_register"),
        ("key_firms", "imported:重点企业,key_firms", "local", "ytd", "0", "revenue", "always"),
        ("watched_firms", "watch_list", "local", "ytd", "0", "listed", "always"),
        ("largest_payers", "all", "local", "ytd", "50", "revenue", "always"),
    ]
