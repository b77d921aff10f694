"""Every rule on a batch has a case in which it stops a bad one."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.errors import GateRefusedError
from mainstay.extracts.contract import Contract
from mainstay.quality.gates import judge_batches, refuse_lost_money

CONTRACT = Contract.model_validate(
    {
        "name": "receipts",
        "target": "receipts",
        "title": "test",
        "legal_basis": "test",
        "agreement_id": "test",
        "expires_on": date(2099, 12, 31),
        "delivery": "increment",
        "max_rejected_share": 0.02,
        "knowledge": {"from": "column", "heading": "known"},
        "columns": [
            {"field": "source_id", "headings": ["id"]},
            {"field": "month", "headings": ["month"]},
            {"field": "amount_total", "headings": ["total"]},
        ],
        "ranges": [
            {"field": "amount_total", "min": 0, "max": 100, "severity": "error"},
            {"field": "month", "min": -24, "max": 1},
        ],
        "volumes": [
            {"of": "rows", "min_ratio": 0.8, "max_ratio": 1.25, "severity": "error"},
            {"of": "parties", "min": 2, "severity": "warn"},
        ],
    }
)
SOUND: dict[str, Any] = {
    "batch_id": 1,
    "rows_loaded": 10,
    "rows": 10,
    "parties": 5,
    "rows_ratio": 1.0,
    "parties_ratio": 1.0,
    "rows_unaccounted": 0,
    "rejected_share": 0.0,
    "money_unaccounted": 0.0,
    "rows_unreadable": 0,
    "total_line_difference": 0.0,
    "low_amount_total": 0.0,
    "high_amount_total": 100.0,
    "low_month": -1.0,
    "high_month": 0.0,
}


def judge(**changes: Any) -> Any:
    return judge_batches(CONTRACT, pl.DataFrame([SOUND | changes]), {1: "a.csv"})


def test_a_sound_batch_is_accepted() -> None:
    verdict = judge()
    assert (verdict.accepted, verdict.refused) == ((1,), {})
    assert verdict.checks["passed"].all()


def test_nothing_to_compare_with_is_no_violation() -> None:
    assert judge(rows_ratio=None).accepted == (1,)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"rows_unaccounted": 1}, "rows_conserved"),
        ({"money_unaccounted": 0.01}, "money_conserved"),
        ({"rows_loaded": 0}, "not_empty"),
        ({"rejected_share": 0.021}, "rejected_share"),
        ({"low_amount_total": -0.01}, "range_amount_total_low"),
        ({"high_amount_total": 100.01}, "range_amount_total_high"),
        ({"rows_ratio": 0.79}, "volume_rows_ratio"),
        ({"rows_ratio": 1.26}, "volume_rows_ratio"),
    ],
)
def test_a_rule_of_severity_error_stops_the_batch(changes: dict[str, Any], rule: str) -> None:
    verdict = judge(**changes)
    assert verdict.accepted == ()
    assert verdict.refused == {1: (rule,)}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"rows_unreadable": 1}, "money_fully_accounted"),
        ({"total_line_difference": 0.01}, "total_lines_agree"),
        ({"high_month": 2.0}, "range_month_high"),
        ({"low_month": -25.0}, "range_month_low"),
        ({"parties": 1}, "volume_parties"),
    ],
)
def test_a_rule_of_severity_warn_lets_the_batch_in_and_is_recorded(changes: dict[str, Any], rule: str) -> None:
    verdict = judge(**changes)
    assert verdict.accepted == (1,)
    assert verdict.checks.filter(~pl.col("passed"))["rule"].to_list() == [rule]
    assert verdict.checks["subject"].unique().to_list() == ["a.csv"]


def test_only_the_bad_batch_of_several_is_stopped() -> None:
    metrics = pl.DataFrame([SOUND, SOUND | {"batch_id": 2, "rejected_share": 0.5}])
    verdict = judge_batches(CONTRACT, metrics, {1: "a.csv", 2: "b.csv"})
    assert (verdict.accepted, verdict.refused) == ((1,), {2: ("rejected_share",)})


@pytest.mark.parametrize("lost", ["rows_unaccounted", "money_unaccounted"])
def test_lost_rows_or_money_refuse_the_whole_run(lost: str) -> None:
    with pytest.raises(GateRefusedError, match=r"a\.csv"):
        refuse_lost_money([judge(**{lost: 1})])
