from datetime import date
from decimal import Decimal

import pytest

from mainstay.report.office_words import SOURCE_WORDS
from mainstay.report.visit_words import QUESTIONS, Case, with_visit_words
from tests.unit.report.visit_samples import bare_order, visit_frame, visit_order
from tests.unit.test_forbidden_words import FORBIDDEN

# What a firm must not read on its own form: scores, lists, the leaders' list, anything that sounds like an inspection.
UNFIT = (
    "等级",
    "评分",
    "风险",
    "榜",
    "名次",
    "预警",
    "领导",
    "关注",
    "减收",
    "挽留",
    "核查",
    "约谈",
    "不得",
    *FORBIDDEN,
)
FELL = "因贵企业2022年1-6月地方级入库收入较上年同期变化较大，上门了解经营情况和需要协调解决的问题。"
RECENTLY = "因贵企业近期入库收入有所变化，上门了解经营情况和需要协调解决的问题。"


def said(**changes: object) -> tuple[str, str]:
    """The sentence of one order, and the case whose questions are asked."""
    (row,) = with_visit_words(visit_frame(visit_order(**changes))).iter_rows(named=True)
    case: Case = row["visit_case"]
    assert row["visit_questions"].splitlines() == [f"{n}. {text}" for n, text in enumerate(QUESTIONS[case], 1)]
    return row["visit_reason"], case


@pytest.mark.parametrize(
    ("sources", "reason", "case"),
    [
        (["drop_list"], FELL, "decline"),
        (["risk"], FELL, "decline"),
        (["dispatched_alert"], "根据上级派单安排，上门了解经营情况和需要协调解决的问题。", "service"),
        (["service_request"], "因贵企业提出的诉求，上门了解情况并协调解决。", "request"),
        (["hotline"], "因贵企业通过热线反映的诉求，上门了解情况并协调解决。", "request"),
        (["service_steward"], "因贵企业通过服务管家反映的诉求，上门了解情况并协调解决。", "request"),
        (["watch_list"], "贵企业为重点服务企业，上门了解经营情况和需要协调解决的问题。", "service"),
        (["regular_visit"], "按照定期走访安排，上门了解经营情况和需要协调解决的问题。", "service"),
        (["relocation"], "为做好企业服务，上门了解经营情况和需要协调解决的问题。", "plans"),
        (["a source of tomorrow"], "为做好企业服务，上门了解经营情况和需要协调解决的问题。", "service"),
        ([], "为做好企业服务，上门了解经营情况和需要协调解决的问题。", "service"),
        (None, "为做好企业服务，上门了解经营情况和需要协调解决的问题。", "service"),
    ],
)
def test_each_source_has_its_sentence_and_its_questions(sources: list[str] | None, reason: str, case: str) -> None:
    assert said(sources=sources) == (reason, case)


def test_what_a_firm_asks_for_comes_before_what_its_figures_show() -> None:
    sources = ["dispatched_alert", "drop_list", "risk", "service_request"]
    assert said(sources=sources) == ("因贵企业提出的诉求，上门了解情况并协调解决。", "request")
    assert said(sources=["dispatched_alert", "drop_list", "relocation", "watch_list"]) == (FELL, "decline")


def test_a_drop_that_refunds_explain_is_asked_about_refunds_first() -> None:
    assert said(local_restored_change=Decimal("-1.00")) == (FELL, "refund")
    assert said(local_restored_change=Decimal("100.00")) == (FELL, "refund")


@pytest.mark.parametrize(
    "unknown",
    [
        {"local_natural_change": None, "local_restored_change": None},
        {"local_natural_change": Decimal("5.00"), "local_restored_change": Decimal("5.00")},
        {"window_start": None, "window_end": None},
    ],
)
def test_figures_that_show_no_drop_are_not_said_to_show_one(unknown: dict[str, object]) -> None:
    assert said(**unknown) == (RECENTLY, "decline")


def test_the_level_is_the_one_that_the_data_can_give() -> None:
    assert said(level="total")[0].startswith("因贵企业2022年1-6月全口径入库收入")
    assert said(level=None)[0].startswith("因贵企业2022年1-6月入库收入")
    assert said(window_end=date(2022, 1, 1))[0].startswith("因贵企业2022年1月地方级入库收入")


def test_a_firm_that_moved_is_asked_what_it_needs_whatever_else_is_known_of_it() -> None:
    reason, case = said(moved_on=date(2022, 7, 11), sources=["drop_list", "risk", "service_request"])
    assert reason == "因贵企业登记或经营地点有变动，联系了解目前经营情况和需要我们协助的事项。"
    assert case == "moved"
    assert said(moved_on=date(2022, 7, 12)) == (FELL, "decline")


def test_an_order_of_which_nothing_is_known_has_a_sentence_and_three_questions() -> None:
    (row,) = with_visit_words(visit_frame(bare_order())).iter_rows(named=True)
    assert row["visit_reason"] == "为做好企业服务，上门了解经营情况和需要协调解决的问题。"
    assert [line[:3] for line in row["visit_questions"].splitlines()] == ["1. ", "2. ", "3. "]


@pytest.mark.parametrize("moved_on", [None, date(2022, 1, 1)])
@pytest.mark.parametrize("change", [None, Decimal(-1), Decimal(1)])
@pytest.mark.parametrize("source", [*SOURCE_WORDS, "relocation"])
def test_no_firm_reads_of_scores_lists_or_leaders(source: str, change: Decimal | None, moved_on: date | None) -> None:
    order = visit_order(sources=[source], moved_on=moved_on, local_natural_change=change)
    (row,) = with_visit_words(visit_frame(order)).iter_rows(named=True)
    texts = row["visit_reason"] + row["visit_questions"]
    assert [word for word in UNFIT if word in texts] == []
