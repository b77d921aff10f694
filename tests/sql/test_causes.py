"""Causes by given rows: what each kind of record becomes, and what is said where records are missing."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.settings import Settings
from tests.sql.office import Office, contract, drop_list

CODES = ("enterprise_id", "cause_code", "amount")
PAID = "source_id,name,month,amount_total,amount_local,levy_item,levy_subitem,reason,tax_period_from,tax_period_to"
_TEXTS = ("levy_item", "levy_subitem", "reason")
RECEIPTS = contract(
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "amount_total", "amount_local", *_TEXTS, "tax_period_from", "tax_period_to")
    ]
)
REFUNDS = contract(
    target="refunds",
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "amount_total", "amount_local", "levy_item", "reason")
    ],
)
DEFERRALS = contract(
    target="deferrals",
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "paid_month", "amount_total", "amount_local", "levy_item")
    ],
)
EVENTS = contract(
    target="known_events",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "matter", "month", "amount", "is_lasting")],
)
INVOICES = contract(
    target="monthly_values",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "month", "measure", "value")],
)
QUARTER = drop_list(window="first_quarter")


def receipts(office: Office, *rows: str, newest: str = "2022-05") -> None:
    """Deliver receipts `month,local,levy,sub-item,reason,from,to` of A; every month to the newest is covered."""
    filled = [f"A,A,{row.split(',', 2)[0]},{row.split(',')[1]},{row.split(',', 1)[1]}" for row in rows]
    months = [f"{year}-{month:02d}" for year in (2021, 2022) for month in range(1, 13)]
    cover = [f"B,B,{month},1.00,1.00,增值税,,,," for month in months if month <= newest for _ in range(4)]
    office.deliver("\n".join([PAID, *filled, *cover]), "2022-06-05", RECEIPTS)


def causes(
    office: Office, as_of: str = "2022-06-06", settings: Settings | None = None, **hand_in: pl.DataFrame
) -> dict[str, str]:
    """What each code explains of the change of A."""
    office.build(as_of, settings=settings or drop_list(), hand_in=hand_in)
    return {code: amount for who, code, amount in office.rows("marts.causes", *CODES) if who == "A"}


def evidence(office: Office, code: str) -> tuple[str, str]:
    """The evidence of a code of A."""
    rows = office.warehouse.read("marts.causes").filter(pl.col("enterprise_id") == "A", pl.col("cause_code") == code)
    return rows["evidence_zh"].item(), rows["evidence_en"].item()


def test_without_any_other_record_all_is_unknown_and_what_is_missing_is_named(office: Office) -> None:
    office.deliver(
        "source_id,name,month,amount_total,amount_local\nA,A,2021-01,100.00,100.00\nA,A,2022-01,60.00,60.00",
        "2022-02-05",
    )
    assert causes(office, "2022-02-06") == {"X": "-40.00"}
    zh, en = evidence(office, "X")
    assert zh == (
        "以上不能说明的减收-40.00元；"
        "未提供退库、缓税、税款所属期、征收项目、征收品目、税款属性、园区名录、迁出清单、开票金额数据"
    )
    assert en.startswith("not explained by the above: -40.00; without refunds, deferrals, tax periods")


def test_what_was_put_off_is_deferral_at_both_ends_and_what_is_due_and_has_not_come_is_arrears(office: Office) -> None:
    receipts(
        office,
        "2021-02,100.00,增值税,,正常申报,2021-01-01,2021-01-31",
        "2021-04,80.00,增值税,,正常申报,2021-03-01,2021-03-31",
        "2022-05,30.00,增值税,,缓缴税款入库,2022-01-01,2022-01-31",
    )
    head = "source_id,name,month,paid_month,amount_total,amount_local,levy_item,tax_period_from,tax_period_to"
    office.deliver(f"{head}\nA,A,2022-02,2022-05,90.00,90.00,增值税,2022-01-01,2022-01-31", "2022-03-05", DEFERRALS)
    assert causes(office) == {"T3": "-60.00", "X": "-90.00"}
    assert "到期缓税未入库（VAT）：本期60.00元，上年同期0.00元" in evidence(office, "T3")[0]


def test_what_is_still_put_off_is_deferral_alone(office: Office) -> None:
    receipts(office, "2021-02,100.00,增值税,,正常申报,2021-01-01,2021-01-31")
    head = "source_id,name,month,paid_month,amount_total,amount_local,levy_item,tax_period_from,tax_period_to"
    office.deliver(f"{head}\nA,A,2022-02,2023-01,100.00,100.00,增值税,2022-01-01,2022-01-31", "2022-03-05", DEFERRALS)
    assert causes(office) == {"P3": "-100.00"}
    assert office.rows("marts.drop_lists", "enterprise_id", "is_policy_drop") == [("A", True)]


def test_refunds_are_told_apart_by_levy_and_reason(office: Office) -> None:
    receipts(office, "2021-01,100.00,增值税,,,,", "2022-01,100.00,增值税,,,,")
    office.deliver(
        """source_id,name,month,amount_total,amount_local,levy_item,reason
        A,A,2022-01,-30.00,-30.00,增值税,增值税留抵退税
        A,A,2022-02,-20.00,-20.00,增值税,出口退税
        A,A,2022-03,-5.00,-5.00,企业所得税,汇算清缴退税
        A,A,2021-03,-1.00,-1.00,企业所得税,汇算清缴退税""",
        "2022-06-05",
        REFUNDS,
    )
    assert causes(office) == {"P1": "-30.00", "P4": "-24.00"}
    assert evidence(office, "P4")[0] == "其他退税（出口退税、汇算清缴退税）：本期25.00元，上年同期1.00元"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("个人所得税,财产转让所得,正常申报", "B1"),
        ("个人所得税,利息、股息、红利所得,正常申报", "B1"),
        ("土地增值税,,正常申报", "B1"),
        ("契税,,正常申报", "B1"),
        ("企业所得税,应纳税所得额,稽查查补", "B2"),
        ("增值税,,自查补缴", "B2"),
        ("增值税,,更正冲销", "D2"),
        ("增值税,,正常申报", "X"),
    ],
)
def test_a_receipt_of_last_year_alone_is_explained_by_its_kind(office: Office, line: str, code: str) -> None:
    receipts(office, f"2021-03,70.00,{line.replace('、', '')},,", "2022-03,10.00,印花税,,正常申报,,")
    expected = {code: "-70.00", "X": "10.00"} if code != "X" else {"X": "-60.00"}
    assert causes(office) == expected


def test_what_comes_every_year_or_every_month_happens_not_once(office: Office) -> None:
    receipts(
        office,
        *(f"2021-0{month},50.00,土地增值税,,正常申报,," for month in (1, 2, 3)),
        "2021-04,100.00,个人所得税,股息红利,正常申报,,",
        "2022-04,60.00,个人所得税,股息红利,正常申报,,",
    )
    assert causes(office) == {"X": "-190.00"}


def test_money_moved_from_one_levy_to_another_is_reclassified(office: Office) -> None:
    receipts(office, "2021-03,100.00,增值税,,正常申报,,")
    office.deliver(
        f"""{PAID}
        A,A,2022-03,-80.00,-40.00,增值税,,科目调整,2021-01-01,2021-12-31
        A,A,2022-03,80.00,32.00,企业所得税,,科目调整,2021-01-01,2021-12-31""",
        "2022-06-06",
        RECEIPTS,
    )
    assert causes(office) == {"D1": "-8.00", "X": "-100.00"}


SETTLED = "企业所得税,应纳税所得额,正常申报"
LAST_YEAR = f"2021-03,100.00,{SETTLED},2020-01-01,2020-12-31"


def test_a_settlement_that_came_after_the_window_is_timing_as_far_as_it_has_come(office: Office) -> None:
    receipts(office, LAST_YEAR, f"2022-05,85.00,{SETTLED},2021-01-01,2021-12-31", "2021-02,20.00,增值税,,,,")
    assert causes(office, settings=QUARTER) == {"T1": "-85.00", "X": "-35.00"}
    assert evidence(office, "T1")[0] == (
        "企业所得税所属期2021-01—2021-12：期内入库0.00元、上年同期100.00元，本年另有85.00元在期外（2022-05）入库"
    )


def test_a_settlement_that_came_before_last_years_window_is_the_mirror(office: Office) -> None:
    receipts(
        office,
        f"2021-05,100.00,{SETTLED},2020-01-01,2020-12-31",
        f"2022-03,120.00,{SETTLED},2021-01-01,2021-12-31",
        "2021-02,500.00,增值税,,,,",
    )
    assert causes(office, settings=QUARTER) == {"T1": "100.00", "X": "-480.00"}


@pytest.mark.parametrize(("newest", "expected"), [("2022-04", {"T1": "-100.00"}), ("2022-05", {"X": "-100.00"})])
def test_a_settlement_may_come_until_the_end_of_may(office: Office, newest: str, expected: dict[str, str]) -> None:
    receipts(office, LAST_YEAR, newest=newest)
    assert causes(office, settings=QUARTER) == expected


def test_the_status_in_the_register_ends_a_firm_from_the_month_after_its_last_receipt(office: Office) -> None:
    receipts(office, *(f"{month},50.00,增值税,,,," for month in ("2021-01", "2021-04", "2022-01")))
    register = contract(
        target="enterprises",
        delivery="full",
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "in_from", "registration_status")],
    )
    office.deliver(
        "source_id,name,in_from,registration_status\nA,A,2015-01-01,deregistered\nB,B,2015-01-01,active",
        "2022-05-31",
        register,
    )
    assert causes(office) == {"C1": "-50.00"}
    assert evidence(office, "C1")[0] == "2022-02-01登记注销、停业、异常或退出名录；2022-02起各月比上年同月合计-50.00元"


@pytest.mark.parametrize(("listed", "code"), [("2022-03-20", "R1"), ("", "C1")])
def test_a_firm_that_left_the_register_moved_only_where_a_move_is_known(office: Office, listed: str, code: str) -> None:
    receipts(office, "2021-01,40.00,增值税,,,,", "2021-04,60.00,增值税,,,,", "2022-01,40.00,增值税,,,,")
    columns = [{"field": name, "headings": [name]} for name in ("source_id", "in_from", "in_to")]
    office.deliver(
        "source_id,name,in_from,in_to\nA,A,2015-01-01,2022-03-20",
        "2022-05-31",
        contract(target="enterprises", delivery="full", columns=columns),
    )
    if listed:
        office.deliver(f"source_id,name,moved_on\nA,A,{listed}", "2022-04-05", contract(target="outbound"))
    assert causes(office) == {code: "-60.00"}


def test_a_known_event_explains_first_and_a_lasting_one_every_month(office: Office) -> None:
    receipts(office, *(f"2021-0{month},50.00,增值税,,,," for month in (3, 4, 5)))
    office.deliver(
        """source_id,name,matter,month,amount,is_lasting
        A,A,tax_cut,2022-04,-20.00,yes
        A,A,dividend,2021-03,30.00,no""",
        "2022-05-10",
        EVENTS,
    )
    assert causes(office) == {"B1": "-30.00", "P2": "-40.00", "X": "-80.00"}
    assert evidence(office, "P2")[0] == "已知事项（减税降费）：本期-40.00元，上年同期0.00元"


def test_invoices_are_compared_over_the_months_that_both_years_have(office: Office) -> None:
    receipts(office, "2021-03,100.00,增值税,,,,", "2022-03,50.00,增值税,,,,")
    office.deliver(
        """source_id,name,month,measure,value
        A,A,2021-03,invoiced_value,1000.00
        A,A,2021-04,invoiced_value,9000.00
        A,A,2022-03,invoiced_value,700.00""",
        "2022-06-05",
        INVOICES,
    )
    assert causes(office) == {"M1": "-30.00", "X": "-20.00"}


def test_a_district_list_shows_what_a_new_share_changes(office: Office) -> None:
    shares = contract(
        columns=[
            {"field": name, "headings": [name]}
            for name in ("source_id", "month", "amount_total", "amount_city", "amount_district", "levy_item")
        ]
    )
    office.deliver(
        """source_id,name,month,amount_total,amount_city,amount_district,levy_item
        A,A,2021-01,100.00,25.00,25.00,增值税
        A,A,2022-01,80.00,30.00,10.00,增值税""",
        "2022-02-05",
        shares,
    )
    assert causes(office, "2022-02-06", drop_list(level="district")) == {"S1": "-10.00", "X": "-5.00"}
    assert causes(office, "2022-02-06", drop_list(level="local")) == {"X": "-10.00"}


def test_a_timing_drop_asks_for_no_order(office: Office) -> None:
    receipts(
        office, f"2021-03,100.00,{SETTLED},2020-01-01,2020-12-31", f"2022-05,90.00,{SETTLED},2021-01-01,2021-12-31"
    )
    office.build("2022-06-06", settings=QUARTER)
    assert office.rows("marts.drop_lists", "enterprise_id", "is_policy_drop") == [("A", True)]


def test_proposed_causes_are_held_against_what_a_visit_confirmed(office: Office) -> None:
    receipts(office, "2021-03,70.00,契税,,正常申报,,", "2021-04,30.00,增值税,,,,")
    outcomes = contract(
        target="visit_outcomes",
        columns=[
            {"field": name, "headings": [name]}
            for name in ("source_id", "visited_on", "result", "cause_one_off", "cause_orders")
        ],
    )
    office.deliver(
        "source_id,name,visited_on,result,cause_one_off,cause_orders\nA,A,2022-06-01,face_to_face,5,3",
        "2022-06-02",
        outcomes,
    )
    assert causes(office) == {"B1": "-70.00", "X": "-30.00"}
    review = office.rows("marts.cause_review", "tick", "codes", "tenths", "proposed", "confirmed", "agreed")
    assert review == [
        ("cause_one_off", "B1", 5, "-70.00", "-50.00", "-50.00"),
        ("cause_orders", None, 3, "0.00", "-30.00", "0.00"),
        ("cause_unstated", "X", 2, "-30.00", "-20.00", "-20.00"),
    ]
    agreement: list[Any] = office.rows("marts.cause_agreement", "tick", "enterprises_both", "agreement")
    assert agreement[0] == ("cause_one_off", 1, pytest.approx(5 / 7))
    assert Decimal(0) == sum(Decimal(row[2] or 0) for row in agreement if row[0] == "cause_orders")
