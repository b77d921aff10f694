from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.benchmarks.planted_outcomes import PLANTED_OUTCOMES, label_window, planted_outcomes

ORIGIN = date(2022, 3, 31)
"""The last month delivered is February: the window of three months is March to May."""


def decline(firm: str, cause: str, first: str, keeps: float, **changes: object) -> dict[str, object]:
    return {
        "enterprise_id": firm,
        "cause": cause,
        "first_month": first,
        "last_month": None,
        "keeps": keeps,
        "lead_in": [],
        **changes,
    }


def move(firm: str, day: str, keeps: float = 0.0) -> dict[str, object]:
    return {"enterprise_id": firm, "moved_on": day, "kind": "部分迁出" if keeps else "整体迁出", "keeps": keeps}


def outflow(firm: str, first: str, keeps: float, kind: str = "hidden") -> dict[str, object]:
    return {"enterprise_id": firm, "first_month": first, "keeps_local": keeps, "kind": kind, "lead_in": []}


def outcomes(origin: date = ORIGIN, horizon: int = 3, **planted: list[dict[str, object]]) -> list[tuple[Any, ...]]:
    truth = {"declines": [], "moves": [], "hidden_outflows": [], **planted}
    found = planted_outcomes(truth, origin, horizon)
    assert found.schema == PLANTED_OUTCOMES
    return found.with_columns(pl.col("keeps").round(3)).rows()


@pytest.mark.parametrize(
    ("origin", "first"),
    [
        (date(2022, 3, 31), date(2022, 3, 1)),
        (date(2022, 4, 4), date(2022, 3, 1)),
        (date(2022, 4, 5), date(2022, 4, 1)),
        (date(2022, 1, 10), date(2022, 1, 1)),
    ],
)
def test_the_window_follows_the_last_month_that_is_delivered(origin: date, first: date) -> None:
    window = label_window(origin, 3)
    assert (window[0], len(window)) == (first, 3)


def test_a_decline_counts_where_the_window_falls_by_more_than_three_tenths() -> None:
    told = outcomes(
        declines=[
            decline("NEW", "M1", "2022-04", 0.4),
            decline("GOES-ON", "M1", "2021-09", 0.4),
            decline("A-YEAR-AGO", "M1", "2021-02", 0.4),
            decline("AFTER", "M1", "2022-06", 0.4),
            decline("TOO-LITTLE", "M3", "2022-05", 0.4),
            decline("OVER", "M3", "2021-09", 0.2, last_month="2022-02"),
            decline("ONCE", "B1", "2022-04", 0.0),
        ]
    )
    assert told == [
        ("decline", "GOES-ON", "M1", date(2021, 9, 1), False, 0.4),
        ("decline", "NEW", "M1", date(2022, 4, 1), True, 0.6),
    ]


def test_a_lead_in_counts_with_the_window_and_the_drop_begins_after_it() -> None:
    led_in = decline("LED-IN", "C1", "2022-06", 0.0, lead_in=[0.7, 0.5, 0.3])
    assert outcomes(declines=[led_in]) == [("decline", "LED-IN", "C1", date(2022, 6, 1), True, 0.5)]


def test_two_declines_of_a_firm_are_one_outcome_of_the_larger_cause() -> None:
    both = [decline("TWICE", "M3", "2022-03", 0.8, last_month="2022-05"), decline("TWICE", "R3", "2022-03", 0.5)]
    assert outcomes(declines=both) == [("decline", "TWICE", "R3", date(2022, 3, 1), False, 0.4)]


def test_moves_count_by_their_day_and_partial_ones_are_hidden_outflow() -> None:
    told = outcomes(
        moves=[
            move("THAT-DAY", "2022-03-31"),
            move("NEXT-DAY", "2022-04-01"),
            move("PARTIAL", "2022-05-12", 0.4),
            move("LAST-DAY", "2022-06-30"),
            move("LATER", "2022-07-01"),
        ],
        hidden_outflows=[outflow("PARTIAL", "2022-06", 0.4, "partial")],
    )
    assert told == [
        ("hidden_outflow", "PARTIAL", "partial", date(2022, 5, 12), True, 0.4),
        ("relocation", "LAST-DAY", "整体迁出", date(2022, 6, 30), True, 0.0),
        ("relocation", "NEXT-DAY", "整体迁出", date(2022, 4, 1), True, 0.0),
    ]


def test_a_hidden_outflow_is_a_decline_too_and_a_longer_horizon_finds_a_later_one() -> None:
    planted = {
        "declines": [decline("HIDDEN", "R3", "2022-05", 0.5)],
        "hidden_outflows": [outflow("HIDDEN", "2022-05", 0.5)],
    }
    assert outcomes(**planted) == []
    assert outcomes(horizon=12, **planted) == [
        ("decline", "HIDDEN", "R3", date(2022, 5, 1), True, 0.583),
        ("hidden_outflow", "HIDDEN", "hidden", date(2022, 5, 1), True, 0.583),
    ]


def test_a_park_tells_its_outcomes(truth: dict[str, Any]) -> None:
    told = planted_outcomes(truth, date(2021, 6, 30), 12)
    assert set(told["target"]) == {"decline", "relocation", "hidden_outflow"}
    assert told.select("target", "enterprise_id").is_unique().all()
