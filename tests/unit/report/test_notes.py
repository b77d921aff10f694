"""The short remarks beside a figure."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.report.cause_texts import ASK_OF_CAUSE
from mainstay.report.notes import (
    ASK_DECLINE,
    ASK_MOVED,
    ASK_PLANS,
    ASK_SERVICE,
    BY_AMOUNT,
    MOVED,
    NO_REFUNDS,
    POLICY_DROP,
    REFUND_CAUSE,
    with_list_notes,
    with_order_notes,
)

AS_OF = date(2022, 6, 6)
ORDER: dict[str, Any] = {
    "as_of_date": AS_OF,
    "enterprise_id": "tax:X1",
    "source_id": "X1",
    "moved_on": None,
    "local_natural_change": -5,
    "local_restored_change": -5,
    "decline_reasons": None,
    "decline_grade": None,
    "decline_basis": None,
    "decline_verify": None,
    "hidden_outflow_grade": None,
    "sources": ["drop_list"],
    "relocation_grade": None,
    "relocation_reasons": None,
    "is_fallback": False,
    "level": "local",
    "not_covered_reason": None,
    "has_refunds": True,
    "is_overdue": False,
    "causes": None,
    "main_cause": None,
}
PLACE: dict[str, Any] = {
    "as_of_date": AS_OF,
    "enterprise_id": "tax:X1",
    "source_id": "X1",
    "moved_on": None,
    "is_policy_drop": False,
    "natural_change": -5,
    "restored_change": -5,
    "causes": None,
}
TYPES = {
    "causes": pl.String,
    "main_cause": pl.String,
    "relocation_grade": pl.String,
    "relocation_reasons": pl.String,
    "source_id": pl.String,
    "moved_on": pl.Date,
    "decline_reasons": pl.String,
    "decline_grade": pl.String,
    "decline_basis": pl.String,
    "decline_verify": pl.String,
    "hidden_outflow_grade": pl.String,
    "not_covered_reason": pl.String,
}


def order(**changes: Any) -> dict[str, Any]:
    """The notes of one order."""
    return with_order_notes(pl.DataFrame([ORDER | changes], schema_overrides=TYPES)).to_dicts()[0]


def place(**changes: Any) -> dict[str, Any]:
    """The notes of one place on a list."""
    return with_list_notes(pl.DataFrame([PLACE | changes], schema_overrides=TYPES)).to_dicts()[0]


@pytest.mark.parametrize("noted", [order, place])
def test_the_credit_code_is_the_id_as_delivered_and_blank_without_one(noted: Any) -> None:
    assert noted()["uscc"] == "X1"
    assert noted(source_id=None)["uscc"] is None


@pytest.mark.parametrize("moved_on", [date(2022, 6, 6), date(2021, 1, 1)])
def test_a_firm_that_has_moved_is_asked_about_the_move(moved_on: date) -> None:
    noted = order(moved_on=moved_on)
    assert (noted["cause_note"], noted["verify_note"]) == (MOVED, ASK_MOVED)
    assert noted["note"] == f"离园日期{moved_on}"
    assert place(moved_on=moved_on)["cause_note"] == f"离园日期{moved_on}"


def test_a_move_ahead_of_the_as_of_date_is_no_move_yet() -> None:
    noted = order(moved_on=date(2022, 6, 7))
    assert (noted["cause_note"], noted["verify_note"], noted["note"]) == (None, ASK_DECLINE, None)
    assert place(moved_on=date(2022, 6, 7))["cause_note"] is None


def test_an_order_says_that_no_refunds_were_loaded() -> None:
    assert order(has_refunds=False)["note"] == NO_REFUNDS
    assert order(has_refunds=False, is_overdue=True)["note"] == f"{NO_REFUNDS}；已超办理时限"
    assert order()["note"] is None


@pytest.mark.parametrize("grade", ["high", "medium"])
def test_a_firm_that_may_leave_is_asked_about_its_plans_and_the_signals_are_named(grade: str) -> None:
    noted = order(relocation_grade=grade, relocation_reasons="规则评分5分：住所变更（2022-05-01）")
    assert (noted["verify_note"], noted["note"]) == (ASK_PLANS, "迁出关注：规则评分5分：住所变更（2022-05-01）")
    moved = order(relocation_grade=grade, relocation_reasons="规则评分5分", moved_on=AS_OF)
    assert (moved["verify_note"], moved["note"]) == (ASK_MOVED, "离园日期2022-06-06")


def test_what_a_model_s_reasons_ask_to_verify_stands_behind_what_the_figures_ask() -> None:
    by_model = {"decline_basis": "model", "decline_verify": "核对近月申报与入库情况"}
    assert order(decline_grade="medium", **by_model)["verify_note"] == f"{ASK_DECLINE}；核对近月申报与入库情况"
    assert order(decline_grade="low", **by_model)["verify_note"] == ASK_DECLINE
    assert order(decline_grade="high", **by_model | {"decline_basis": "rule"})["verify_note"] == ASK_DECLINE
    assert order(decline_grade="high", **by_model, moved_on=AS_OF)["verify_note"] == ASK_MOVED


def test_what_is_asked_twice_stands_once() -> None:
    asked = order(
        relocation_grade="high", decline_grade="high", decline_basis="model", decline_verify=f"核对退税；{ASK_PLANS}"
    )
    assert asked["verify_note"] == f"{ASK_PLANS}；核对退税"


def test_an_order_for_the_money_of_a_low_grade_says_why_it_is_there() -> None:
    by_amount = {"decline_basis": "model", "decline_grade": "low", "sources": ["risk"]}
    assert order(**by_amount)["note"] == BY_AMOUNT
    others: list[dict[str, Any]] = [{"decline_grade": "high"}, {"decline_basis": "rule"}, {"sources": ["drop_list"]}]
    assert [order(**by_amount | other)["note"] for other in others] == [None] * 3


def test_tax_that_moves_apart_from_business_is_to_be_verified_and_never_called_leaving() -> None:
    assert order(hidden_outflow_grade="high")["verify_note"] == f"{ASK_DECLINE}；税收与经营变动不一致，待核实"
    assert order(hidden_outflow_grade="medium")["verify_note"] == ASK_DECLINE


def test_a_low_grade_says_nothing_of_leaving() -> None:
    noted = order(relocation_grade="low", relocation_reasons="规则评分2分")
    assert (noted["verify_note"], noted["note"]) == (ASK_DECLINE, None)


def test_a_firm_that_has_not_dropped_is_not_asked_why_it_has() -> None:
    assert order(local_natural_change=5, local_restored_change=5)["verify_note"] == ASK_SERVICE
    assert order(local_natural_change=None, local_restored_change=None)["verify_note"] == ASK_DECLINE


def test_what_the_arithmetic_shows_stands_instead_of_a_refund_that_is_only_possible() -> None:
    words = "留抵退税 -120.50万元；其余待核实 -4.00万元"
    noted = order(local_natural_change=-9, causes=words, main_cause="P1", decline_reasons="规则评分")
    assert (noted["cause_note"], noted["verify_note"]) == (f"{words}；规则评分", ASK_OF_CAUSE["P1"])
    assert order(local_natural_change=-9)["cause_note"] == REFUND_CAUSE
    assert place(restored_change=0, causes=words)["cause_note"] == words
    assert place(restored_change=0)["cause_note"] == REFUND_CAUSE


def test_a_firm_whose_drop_is_unexplained_is_asked_as_ever() -> None:
    assert order(causes="其余待核实 -4.00万元", main_cause="X")["verify_note"] == ASK_DECLINE


def test_a_policy_drop_says_that_it_gets_no_order() -> None:
    assert place(is_policy_drop=True, causes="缓税 -5.00万元")["cause_note"] == f"{POLICY_DROP}；缓税 -5.00万元"
