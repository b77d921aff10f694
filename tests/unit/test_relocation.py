"""The relocation grade: points of the signals that hold, by rule."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mainstay.errors import SettingsError
from mainstay.resources import shipped
from mainstay.risk.relocation import SignalPoints, signal_definitions
from mainstay.risk.scoring import SCORES

INPUTS = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "has_sources": pl.Boolean(),
        "points": pl.Int64(),
        "is_decisive": pl.Boolean(),
        "signals": pl.List(pl.String()),
        "signal_codes": pl.List(pl.String()),
        "signal_groups": pl.Int64(),
        "dated_on": pl.List(pl.Date()),
        "local_at_stake": pl.Decimal(18, 2),
    }
)
NOTHING = {
    "has_sources": True,
    "points": 0,
    "is_decisive": False,
    "signals": [],
    "signal_codes": [],
    "signal_groups": 0,
    "dated_on": [],
}


def scored(*rows: dict[str, Any], scorer: SignalPoints | None = None) -> pl.DataFrame:
    """The scores over twelve months, in the order of the rows."""
    named = [
        NOTHING | {"enterprise_id": chr(65 + number), "local_at_stake": None} | row for number, row in enumerate(rows)
    ]
    scores = (scorer or SignalPoints()).score(pl.DataFrame(named, schema=INPUTS))
    assert scores.schema == SCORES
    return scores.filter(pl.col("horizon_months") == 12)


@pytest.mark.parametrize(
    ("points", "grade"), [(0, "low"), (3, "low"), (4, "medium"), (6, "medium"), (7, "high"), (20, "high")]
)
def test_the_grade_follows_the_points(points: int, grade: str) -> None:
    assert scored({"points": points})["grade"].to_list() == [grade]


def test_a_decisive_signal_alone_makes_the_grade_high() -> None:
    rows = scored({"points": 3, "is_decisive": True})
    assert rows.select("grade", "risk").rows() == [("high", 1.0)]


def test_the_bounds_of_the_grades_are_settings() -> None:
    scorer = SignalPoints(high_from=5, medium_from=2)
    assert scored({"points": 5}, {"points": 2}, {"points": 1}, scorer=scorer)["grade"].to_list() == [
        "high",
        "medium",
        "low",
    ]


def test_without_any_source_of_signals_nothing_is_assessed() -> None:
    rows = scored({"has_sources": False, "points": 0})
    assert rows.select("risk", "grade", "rank", "reasons").rows() == [(None, None, None, None)]


def test_all_horizons_have_the_same_grade_and_no_expected_loss() -> None:
    scores = SignalPoints().score(
        pl.DataFrame([NOTHING | {"enterprise_id": "A", "local_at_stake": None}], schema=INPUTS)
    )
    assert scores.select("target", "horizon_months", "grade", "expected_loss", "model_version").rows() == [
        ("relocation", 3, "low", None, "rule-signals-1"),
        ("relocation", 6, "low", None, "rule-signals-1"),
        ("relocation", 12, "low", None, "rule-signals-1"),
    ]


def test_the_rank_is_by_points_then_revenue_at_stake_then_id_and_only_where_there_is_a_signal() -> None:
    rows = scored(
        {"points": 5, "local_at_stake": Decimal("10.00")},
        {"points": 5, "local_at_stake": Decimal("20.00")},
        {"points": 7, "local_at_stake": None},
        {"points": 5, "local_at_stake": Decimal("10.00")},
        {"points": 5, "local_at_stake": None},
        {"points": 0, "local_at_stake": Decimal("99.00")},
    )
    assert rows.select("enterprise_id", "rank").rows() == [
        ("A", 3),
        ("B", 2),
        ("C", 1),
        ("D", 4),
        ("E", 5),
        ("F", None),
    ]


def test_the_risk_is_the_points_over_ten_and_at_most_one() -> None:
    assert scored({"points": 4}, {"points": 13})["risk"].to_list() == [0.4, 1.0]


def test_the_reasons_are_one_sentence_that_names_the_signals_with_their_dates() -> None:
    named = {
        "signals": ["租约六个月内到期且未续租", "其他地区招引"],
        "signal_codes": ["lease_ends", "offer_elsewhere"],
        "signal_groups": 2,
        "dated_on": [date(2022, 10, 31), date(2022, 5, 12)],
        "points": 5,
    }
    [row] = scored(named).to_dicts()
    assert row["reasons"] == "规则评分5分：租约六个月内到期且未续租（2022-10-31）、其他地区招引（2022-05-12）"
    assert row["reasons_en"] == "rule score, 5 points: lease ends (2022-10-31), offer elsewhere (2022-05-12)"
    assert (row["basis"], row["signal_groups"]) == ("rule", 2)


def test_without_a_signal_there_is_no_reason() -> None:
    assert scored({"points": 0})["reasons"].to_list() == [None]


def test_nothing_to_score_gives_no_rows() -> None:
    assert SignalPoints().score(INPUTS.to_frame()).height == 0


def test_the_shipped_signals_are_those_of_the_specification() -> None:
    signals = signal_definitions(shipped("seeds"))
    assert signals.height == 12
    off = signals.filter(~pl.col("is_on"))["signal"].to_list()
    assert off == ["headcount_down", "invoiced_value_down", "migration_filed"]
    assert signals.filter("is_decisive")["signal"].to_list() == ["migration_filed"]
    standing = signals.filter(pl.col("lead_to").is_null())["signal"].to_list()
    assert standing == ["operates_elsewhere"]


def test_a_workspace_switches_signals_on_and_off_by_code() -> None:
    signals = signal_definitions(shipped("seeds"), on=["migration_filed"], off=["offer_elsewhere"])
    switched = dict(signals.select("signal", "is_on").iter_rows())
    assert (switched["migration_filed"], switched["offer_elsewhere"], switched["lease_ends"]) == (True, False, True)


@pytest.mark.parametrize(
    ("on", "off", "wrong"),
    [(["typo"], [], "typo"), ([], ["typo"], "typo"), (["lease_ends"], ["lease_ends"], "lease_ends")],
)
def test_a_signal_that_is_unknown_or_switched_both_ways_is_an_error(on: list[str], off: list[str], wrong: str) -> None:
    with pytest.raises(SettingsError, match=rf"\[signals\] {wrong}"):
        signal_definitions(Path(shipped("seeds")), on=on, off=off)
