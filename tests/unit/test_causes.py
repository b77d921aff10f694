"""Causes by arithmetic: who takes what of a change, and that it always sums to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mainstay.resources import shipped
from mainstay.revenue.cause_amounts import SCHEMA, Case, cases_of, cause_codes, event_matters, explain, findings_of

AS_OF = date(2022, 6, 6)
KEY = {"list_name": "mine", "enterprise_id": "A"}
MATTERS = {row["matter"]: row["cause_codes"].split() for row in event_matters(shipped("seeds")).iter_rows(named=True)}
JANUARY, MARCH = date(2022, 1, 1), date(2022, 3, 1)
_MONEY = pl.Decimal(18, 2)
COMPONENTS = pl.Schema(
    {"list_name": pl.String, "enterprise_id": pl.String, "part": pl.String}
    | {"cause_code": pl.String, "detail": pl.String, "month": pl.Date, "current": _MONEY, "prior": _MONEY}
)
PERIODS = pl.Schema(
    {"list_name": pl.String, "enterprise_id": pl.String, "levy": pl.String}
    | {"period_from": pl.Date, "period_to": pl.Date, "moved": _MONEY, "shifted": _MONEY, "month": pl.Date}
    | {"expected_in": pl.Date, "in_current_month": pl.Date}
)
ABSENCES = pl.Schema(
    {"list_name": pl.String, "enterprise_id": pl.String, "month": pl.Date}
    | {"cause_code": pl.String, "since": pl.Date, "is_whole": pl.Boolean}
)
SPELLS = pl.Schema(
    {"enterprise_id": pl.String, "cause_code": pl.String}
    | {"since": pl.Date, "back_on": pl.Date, "is_whole": pl.Boolean}
)


def part(
    name: str, current: str, prior: str, *, code: str = "", detail: str = "", month: date = JANUARY
) -> dict[str, Any]:
    """A component of the change, in yuan."""
    return {
        **KEY,
        "part": name,
        "cause_code": code,
        "detail": detail,
        "month": month,
        "current": Decimal(current),
        "prior": Decimal(prior),
    }


def moved(levy: str, amount: str, *, shifted: str = "0", month: date = JANUARY) -> dict[str, Any]:
    """A tax period whose money came in another month."""
    return {
        **KEY,
        "levy": levy,
        "period_from": date(2021, 1, 1),
        "period_to": date(2021, 12, 1),
        "moved": Decimal(amount),
        "shifted": Decimal(shifted),
        "month": month,
        "expected_in": JANUARY,
        "in_current_month": MARCH,
    }


def away(code: str, month: date, since: date, *, is_whole: bool = True) -> dict[str, Any]:
    """A month of absence."""
    return {**KEY, "month": month, "cause_code": code, "since": since, "is_whole": is_whole}


def spell(code: str, since: date, back_on: date | None = None) -> dict[str, Any]:
    """A spell of absence as a whole, inside the list's window or after it."""
    kept = {name: value for name, value in KEY.items() if name in SPELLS}
    return {**kept, "cause_code": code, "since": since, "back_on": back_on, "is_whole": True}


def case(*rows: dict[str, Any]) -> Case:
    """The one case that these rows make; its change is that of the `change` rows."""
    change = sum((row["current"] - row["prior"] for row in rows if row.get("part") == "change"), Decimal(0))
    frames = [
        pl.DataFrame([row for row in rows if set(row) == set(schema)], schema=schema)
        for schema in (COMPONENTS, PERIODS, ABSENCES, SPELLS)
    ]
    line = pl.DataFrame([{**KEY, "rank": 1, "natural_change": change}])
    return next(cases_of(line, *frames, AS_OF))


def found(*rows: dict[str, Any]) -> dict[str, str]:
    """What every code explains, in yuan."""
    return {finding.code: str(finding.amount) for finding in findings_of(case(*rows), MATTERS)}


def test_what_nothing_explains_is_unknown() -> None:
    assert found(part("change", "10.00", "100.00")) == {"X": "-90.00"}


def test_records_explain_exactly_and_what_rose_beside_them_is_left_over() -> None:
    rows = [part("change", "10.00", "100.00"), part("record", "-120.00", "-20.00", code="P1")]
    assert found(*rows) == {"P1": "-100.00", "X": "10.00"}


def test_a_one_off_of_this_year_is_the_mirror_of_last_years() -> None:
    assert found(part("change", "50.00", "100.00"), part("record", "30.00", "0", code="B1")) == {
        "B1": "30.00",
        "X": "-80.00",
    }


def test_a_known_event_speaks_first_and_is_taken_off_what_the_records_show_of_it() -> None:
    rows = [
        part("change", "10.00", "150.00"),
        part("event", "0", "80.00", detail="equity_transfer"),
        part("record", "0", "60.00", code="B1", detail="个人所得税·财产转让所得"),
        part("record", "0", "40.00", code="B1", detail="契税·房屋买卖"),
    ]
    assert found(*rows) == {"B1": "-100.00", "X": "-40.00"}


def test_an_event_larger_than_the_record_counts_once_and_in_full() -> None:
    rows = [
        part("change", "10.00", "150.00"),
        part("event", "0", "80.00", detail="equity_transfer"),
        part("record", "0", "60.00", code="B1"),
    ]
    assert found(*rows) == {"B1": "-80.00", "X": "-60.00"}


def test_a_refund_that_the_office_knows_of_belongs_to_the_kind_that_the_records_show() -> None:
    event = part("event", "-50.00", "0", detail="refund")
    change = part("change", "10.00", "100.00")
    credit = part("record", "-50.00", "0", code="P1")
    assert found(change, event, credit) == {"P1": "-50.00", "X": "-40.00"}
    assert found(change, event) == {"P4": "-50.00", "X": "-40.00"}


def test_a_move_takes_what_its_own_months_lost_and_records_do_not_explain() -> None:
    rows = [
        part("change", "0", "40.00"),
        part("change", "-25.00", "100.00", month=MARCH),
        part("record", "-25.00", "0", code="P1", month=MARCH),
        away("R1", MARCH, date(2022, 2, 20)),
    ]
    assert found(*rows) == {"P1": "-25.00", "R1": "-100.00", "X": "-40.00"}


def test_a_one_off_before_a_move_is_not_lost_by_the_move() -> None:
    rows = [
        part("change", "0", "100.00", month=MARCH),
        part("record", "0", "70.00", code="B1", month=MARCH),
        away("R1", MARCH, date(2022, 2, 20)),
    ]
    assert found(*rows) == {"B1": "-70.00", "R1": "-30.00"}


def test_of_the_month_of_the_move_only_a_fall_counts() -> None:
    absences = [away("R1", JANUARY, date(2022, 1, 20)), away("R1", MARCH, date(2022, 1, 20))]
    later = part("change", "0", "40.00", month=MARCH)
    assert found(part("change", "30.00", "10.00"), later, *absences) == {"R1": "-40.00", "X": "20.00"}
    assert found(part("change", "10.00", "30.00"), later, *absences) == {"R1": "-60.00"}


def test_months_that_rose_after_a_move_are_no_cause_of_a_drop() -> None:
    rows = [part("change", "0", "90.00"), part("change", "60.00", "0", month=MARCH)]
    assert found(*rows, away("R1", MARCH, date(2022, 2, 1), is_whole=False)) == {"X": "-30.00"}


def test_income_tax_that_came_in_another_month_is_timing_and_other_taxes_are_late() -> None:
    rows = [part("change", "0", "100.00"), moved("CIT", "-60.00"), moved("VAT", "-10.00")]
    assert found(*rows) == {"T1": "-60.00", "T3": "-10.00", "X": "-30.00"}


def test_no_settlement_is_awaited_of_a_firm_that_left_or_ended() -> None:
    rows = [part("change", "0", "100.00"), moved("CIT", "-60.00")]
    left = date(2021, 12, 1)
    assert found(*rows, away("R1", JANUARY, left), spell("R1", left)) == {"R1": "-100.00"}
    assert found(*rows, away("C1", JANUARY, left), spell("C1", left)) == {"C1": "-100.00"}
    partly = away("R1", JANUARY, date(2021, 12, 1), is_whole=False)
    assert found(*rows, partly) == {"T1": "-60.00", "R1": "-40.00"}


def test_a_settlement_that_the_office_says_is_late_counts_no_more_once_it_has_come_in_the_window() -> None:
    rows = [
        part("change", "0", "60.00"),
        part("change", "50.00", "0", month=MARCH),
        part("event", "-60.00", "0", detail="settlement_timing"),
        moved("CIT", "0", shifted="50.00"),
    ]
    assert found(*rows) == {"T1": "-10.00"}


def test_invoices_that_fell_share_in_the_drop_and_never_exceed_it() -> None:
    turnover = part("turnover", "40.00", "100.00")
    fewer = part("invoiced", "60.00", "100.00")
    assert found(part("change", "40.00", "100.00"), turnover, fewer) == {"M1": "-40.00", "X": "-20.00"}
    assert found(part("change", "90.00", "100.00"), turnover, fewer) == {"M1": "-10.00"}


def test_invoices_that_hold_while_their_taxes_fall_are_a_question_unless_deferral_explains_it() -> None:
    rows = [
        part("change", "40.00", "100.00"),
        part("turnover", "40.00", "100.00"),
        part("invoiced", "100.00", "100.00"),
    ]
    assert found(*rows) == {"R3": "-60.00"}
    put_off = part("turnover", "50.00", "0", month=MARCH)
    record = part("record", "-50.00", "0", code="P3", detail="out")
    assert found(*rows, put_off, record) == {"P3": "-50.00", "X": "-10.00"}


def test_an_event_told_a_month_off_is_not_explained_twice() -> None:
    rows = [
        part("change", "0", "200.00"),
        part("event", "0", "100.00", detail="dividend", month=MARCH),
        part("record", "0", "100.00", code="B1", detail="x"),
    ]
    assert found(*rows) == {"B1": "-100.00", "X": "-100.00"}


def test_a_deferral_of_other_taxes_raises_no_question_about_the_business() -> None:
    rows = [
        part("change", "140.00", "190.00"),
        part("invoiced", "500.00", "500.00"),
        part("turnover", "75.00", "100.00"),
        part("record", "60.00", "0", code="P3", detail="in"),
    ]
    assert found(*rows) == {"P3": "60.00", "X": "-110.00"}


def test_money_that_an_event_explains_raises_no_question_about_the_business() -> None:
    rows = [
        part("change", "50.00", "150.00"),
        part("invoiced", "500.00", "500.00"),
        part("turnover", "50.00", "100.00"),
        part("event", "-50.00", "0", detail="tax_cut"),
    ]
    assert found(*rows) == {"P2": "-50.00", "X": "-50.00"}


def test_no_settlement_is_awaited_of_a_firm_that_left_after_the_window_but_of_one_that_came_back() -> None:
    rows = [part("change", "0", "100.00"), moved("CIT", "-100.00")]
    assert found(*rows, spell("R1", date(2022, 4, 10))) == {"X": "-100.00"}
    assert found(*rows, spell("R1", date(2022, 1, 3), date(2022, 2, 1))) == {"T1": "-100.00"}


money = st.decimals(min_value=-10_000, max_value=10_000, places=2)
codes = st.sampled_from(["P1", "P4", "P3", "B1", "B2", "D2", "T3"])
months = st.sampled_from([JANUARY, MARCH])


@given(
    st.lists(st.tuples(money, money, months), min_size=1, max_size=4),
    st.lists(st.tuples(codes, money, money, months), max_size=5),
    st.lists(st.tuples(st.sampled_from(sorted(MATTERS)), money, months), max_size=3),
    st.sampled_from(["", "R1", "R2", "C1"]),
    money,
)
def test_the_causes_always_sum_to_the_change_to_the_cent(
    changes: list[Any], records: list[Any], events: list[Any], absence: str, invoiced: Decimal
) -> None:
    by_month: dict[date, list[Decimal]] = {}
    for current, prior, month in changes:
        sums = by_month.setdefault(month, [Decimal(0), Decimal(0)])
        by_month[month] = [sums[0] + current, sums[1] + prior]
    rows = [part("change", str(now), str(then), month=month) for month, (now, then) in by_month.items()]
    rows += [
        part("record", str(current), str(prior), code=code, month=month, detail=str(number))
        for number, (code, current, prior, month) in enumerate(records)
    ]
    rows += [part("event", str(amount), "0", detail=matter, month=month) for matter, amount, month in events]
    rows += [part("invoiced", str(invoiced), "500.00"), part("turnover", "10.00", "700.00")]
    rows += [away(absence, MARCH, date(2022, 2, 1))] if absence else []
    made = case(*rows)
    table = explain([made], MATTERS, lambda _case, _finding: ("", ""))
    assert sum(table["amount"], Decimal(0)) == made.total
    assert dict(table.schema) == dict(SCHEMA)
    assert table["cause_code"].is_unique().all()
    assert set(table["cause_code"]) <= set(cause_codes(shipped("seeds"))["code"])


def test_a_change_that_is_not_known_is_not_explained() -> None:
    lines = pl.DataFrame([{**KEY, "rank": 1, "natural_change": None}])
    rows = pl.DataFrame([part("record", "-5.00", "0", code="P1")], schema=COMPONENTS)
    assert list(cases_of(lines, rows, PERIODS.to_frame(), ABSENCES.to_frame(), SPELLS.to_frame(), AS_OF)) == []


def test_every_code_that_the_seeds_name_for_a_matter_is_a_code() -> None:
    known = set(cause_codes(shipped("seeds"))["code"])
    assert {code for codes_of in MATTERS.values() for code in codes_of} <= known
