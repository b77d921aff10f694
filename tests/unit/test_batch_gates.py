"""Every rule on a batch has a case in which it stops a bad one."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.errors import GateRefusedError
from mainstay.extracts.contract import Contract, Range, Volume
from mainstay.quality.gates import judge_batches, refuse_lost_money
from mainstay.quality.rules import Rule
from mainstay.quality.suites import validate

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
    "rows_given": 10,
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
        ({"rows_given": 0}, "not_empty"),
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


@pytest.mark.parametrize(
    ("lost", "rule"), [("rows_unaccounted", "rows_conserved"), ("money_unaccounted", "money_conserved")]
)
def test_lost_rows_or_money_refuse_the_whole_run_and_the_batch_stays_pending(lost: str, rule: str) -> None:
    verdict = judge(**{lost: 0.01, "rejected_share": 0.5})
    assert (verdict.accepted, verdict.refused, verdict.lost) == ((), {}, ("a.csv",))
    assert verdict.checks.filter(~pl.col("passed"))["rule"].to_list() == [rule, "rejected_share"]
    with pytest.raises(GateRefusedError, match=r"a\.csv"):
        refuse_lost_money([verdict])


def test_a_batch_that_loses_money_does_not_hold_up_the_others() -> None:
    batches = [SOUND, {"batch_id": 2, "money_unaccounted": 0.01}, {"batch_id": 3, "rejected_share": 0.5}]
    metrics = pl.DataFrame([SOUND | changes for changes in batches])
    verdict = judge_batches(CONTRACT, metrics, {1: "a.csv", 2: "b.csv", 3: "c.csv"})
    assert (verdict.accepted, verdict.refused, verdict.lost) == ((1,), {3: ("rejected_share",)}, ("b.csv",))


TWO_BOUNDS = CONTRACT.model_copy(
    update={
        "ranges": (
            Range(field="amount_total", max=100, severity="warn"),
            Range(field="amount_total", max=1000, severity="error"),
            Range(field="amount_total", max=5000, severity="error"),
        ),
        "volumes": (
            Volume(of="rows", min_ratio=0.9, severity="warn"),
            Volume(of="rows", min_ratio=0.5, severity="error"),
        ),
    }
)


@pytest.mark.parametrize(
    ("changes", "broken", "refused_by"),
    [
        ({"high_amount_total": 101.0}, ["range_amount_total_high_warn"], ()),
        (
            {"high_amount_total": 1001.0},
            ["range_amount_total_high_warn", "range_amount_total_high_error"],
            ("range_amount_total_high_error",),
        ),
        (
            {"high_amount_total": 5001.0},
            [
                "range_amount_total_high_warn",
                "range_amount_total_high_error",
                "range_amount_total_high_error_2",
            ],
            ("range_amount_total_high_error", "range_amount_total_high_error_2"),
        ),
        ({"rows_ratio": 0.8}, ["volume_rows_ratio_warn"], ()),
        (
            {"rows_ratio": 0.4},
            ["volume_rows_ratio_warn", "volume_rows_ratio_error"],
            ("volume_rows_ratio_error",),
        ),
    ],
)
def test_a_warning_and_an_error_on_one_measure_are_judged_apart(
    changes: dict[str, Any], broken: list[str], refused_by: tuple[str, ...]
) -> None:
    verdict = judge_batches(TWO_BOUNDS, pl.DataFrame([SOUND | changes]), {1: "a.csv"})
    assert verdict.checks.filter(~pl.col("passed"))["rule"].to_list() == broken
    assert verdict.accepted == (() if refused_by else (1,))
    assert verdict.refused == ({1: refused_by} if refused_by else {})


def test_two_rules_of_one_name_are_judged_apart() -> None:
    rules = (Rule("same", "rows", high=5, severity="warn"), Rule("same", "rows", high=20, severity="error"))
    outcome = validate("same", pl.DataFrame([SOUND]), rules, scope="batch", subject="batch_id")
    assert outcome.select("severity", "passed").rows() == [("warn", False), ("error", True)]


def test_the_lines_outside_a_range_stand_beside_every_rule_on_its_field() -> None:
    verdict = judge_batches(TWO_BOUNDS, pl.DataFrame([SOUND | {"high_amount_total": 5001.0}]), {1: "a.csv"})
    lines = pl.DataFrame({"subject": ["a.csv"], "field": ["amount_total"], "lines": ["1 rows, first lines 7"]})
    explained = verdict.explained(lines).filter(~pl.col("passed"))
    assert explained["detail"].to_list() == ["1 rows, first lines 7"] * 3
