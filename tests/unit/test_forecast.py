"""The full year, by kinds of series with written-out expectations, and what must always hold."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.revenue.forecast import CALIBERS, FORECASTS, LEVELS, PARK, counts, full_year
from mainstay.revenue.forecast_intervals import margins
from mainstay.revenue.forecast_series import History, Rule, rest_of_year
from tests.unit.forecast_samples import FIRST, frames, month, one

STEADY = [100.0] * 30
QUARTERLY = [300.0 if place % 3 == 0 else 0.0 for place in range(30)]
TWICE_A_YEAR = [600.0 if place % 12 in {3, 9} else 0.0 for place in range(30)]


def year_of(values: list[float], others: list[float] = STEADY, **changes: Any) -> dict[str, Any]:
    """The forecast of one firm among enough steady ones that shares and drift are those of the group."""
    steady = {f"S{number:02}": others for number in range(25)}
    return one(full_year(frames({"A": values, **steady}, **changes)), "A")


def test_a_steady_firm_pays_what_it_always_pays() -> None:
    row = year_of(STEADY)
    assert (row["ytd"], row["forecast"], row["low"], row["high"]) == (
        Decimal("600.00"), Decimal("1200.00"), Decimal("1200.00"), Decimal("1200.00"),
    )  # fmt: skip
    assert (row["year"], row["months_closed"], row["method"]) == (2022, 6, "level x season")


def test_a_firm_that_grows_like_the_group_goes_on_growing() -> None:
    growing = [100 * 1.1 ** (place / 12) for place in range(30)]
    rows = full_year(frames({f"S{number:02}": growing for number in range(25)}))
    expected = sum(100 * 1.1 ** (place / 12) for place in range(24, 36))
    assert float(one(rows, "S00")["forecast"]) == pytest.approx(expected, rel=0.005)


def test_a_newcomer_is_forecast_from_its_first_payment_on() -> None:
    row = year_of([0.0] * 26 + [100.0] * 4)
    assert (row["ytd"], row["forecast"]) == (Decimal("400.00"), Decimal("1000.00"))
    assert row["method"] == "level x season; newcomer"


def test_one_that_files_by_the_quarter_among_monthly_ones_keeps_its_level() -> None:
    assert Decimal(1100) < year_of(QUARTERLY)["forecast"] < Decimal(1300)


def test_a_firm_that_files_by_the_quarter_is_not_taken_for_silent() -> None:
    everybody = full_year(frames({f"Q{number:02}": QUARTERLY for number in range(25)}))
    assert one(everybody, "Q00")["forecast"] == Decimal("1200.00")


def test_property_tax_twice_a_year_is_forecast_for_october() -> None:
    everybody = full_year(frames({f"P{number:02}": TWICE_A_YEAR for number in range(25)}))
    row = one(everybody, "P00")
    assert (row["ytd"], row["forecast"]) == (Decimal("600.00"), Decimal("1200.00"))


def test_a_firm_silent_for_longer_than_ever_before_pays_nothing_more() -> None:
    row = year_of([100.0] * 27 + [0.0] * 3)
    assert (row["ytd"], row["forecast"], row["method"]) == (
        Decimal("300.00"), Decimal("300.00"), "silent: nothing more",
    )  # fmt: skip


def test_a_firm_that_left_pays_nothing_more_and_its_interval_says_so() -> None:
    row = year_of([100.0] * 28 + [0.0] * 2, left={"A": date(2022, 4, 1)})
    assert (row["forecast"], row["low"], row["high"], row["method"]) == (
        Decimal("400.00"), Decimal("400.00"), Decimal("400.00"), "left: nothing more",
    )  # fmt: skip


def test_a_firm_that_has_paid_since_it_left_is_forecast() -> None:
    assert year_of(STEADY, left={"A": date(2022, 3, 1)})["forecast"] == Decimal("1200.00")


def test_a_one_off_that_the_office_tells_is_taken_out_of_the_base_and_left_in_the_year() -> None:
    values = [100.0] * 25 + [5100.0] + [100.0] * 4
    row = year_of(values, events=[("A", month(25), False, False, Decimal("5000.00"))])
    assert (row["ytd"], row["forecast"]) == (Decimal("5600.00"), Decimal("6200.00"))
    assert row["method"] == "level x season; known events"


def test_money_of_event_levies_is_taken_out_of_the_base() -> None:
    values = [100.0] * 25 + [5100.0] + [100.0] * 4
    row = year_of(values, extra={("A", 25): {"one_off": Decimal("5000.00")}})
    assert row["forecast"] == Decimal("6200.00")


def test_a_one_off_that_both_the_office_and_the_levy_show_is_taken_out_once() -> None:
    values = [100.0] * 25 + [5100.0] + [100.0] * 4
    row = year_of(
        values,
        extra={("A", 25): {"one_off": Decimal("5000.00")}},
        events=[("A", month(25), False, False, Decimal("5000.00"))],
    )
    assert row["forecast"] == Decimal("6200.00")


def test_a_one_off_that_nobody_tells_hardly_moves_the_rest_of_the_year() -> None:
    row = year_of([100.0] * 20 + [9000.0] + [100.0] * 9)
    assert Decimal(1200) <= row["forecast"] < Decimal(1400)


def test_a_lasting_event_that_is_to_come_changes_the_months_from_it_on() -> None:
    row = year_of(STEADY, events=[("A", month(33), True, False, Decimal("-50.00"))])
    assert row["forecast"] == Decimal("1050.00")


def test_a_lasting_change_of_a_newcomer_is_measured_by_the_months_since_it_came() -> None:
    row = year_of(
        [0.0] * 30 + [100.0] * 3,
        events=[("A", month(33), True, False, Decimal("-50.00"))],
        others=[100.0] * 33,
    )
    assert (row["ytd"], row["forecast"]) == (Decimal("300.00"), Decimal("450.00"))


def test_a_lasting_change_soon_after_a_newcomer_came_is_carried_back_by_the_months_since_it_came() -> None:
    row = year_of(
        [0.0] * 28 + [100.0, 100.0, 150.0, 150.0, 150.0],
        events=[("A", month(30), True, False, Decimal("50.00"))],
        others=[100.0] * 33,
    )
    assert row["forecast"] == row["ytd"] + 450


@pytest.mark.parametrize(("is_lasting", "rest"), [(False, 1000), (True, 2000)])
def test_an_event_ahead_of_a_firm_without_money_counts_in_full(is_lasting: bool, rest: int) -> None:  # noqa: FBT001
    event = ("A", month(34), is_lasting, False, Decimal("1000.00"))
    assert year_of([0.0] * 30, extra={("A", 29): {}}, events=[event])["forecast"] == rest


def test_an_event_ahead_counts_in_full_for_a_firm_that_got_more_back_than_it_paid() -> None:
    values = [*[100.0] * 28, -5000.0, 100.0]
    refund = {("A", 28): {"refund": Decimal("5100.00")}}
    rows = full_year(frames({"A": values}, extra=refund, events=[("A", month(34), False, False, Decimal("1000.00"))]))
    assert one(rows, "A")["forecast"] == Decimal("-2900.00")
    assert one(rows, "A", caliber="restored")["forecast"] == Decimal("2200.00")


def test_an_event_reaches_other_levels_by_money_free_of_refunds_and_else_as_in_the_park() -> None:
    made = frames(
        {"A": [*STEADY[:-1], -5000.0], "B": STEADY, "N": [0.0] * 30},
        levels=("total", "local"),
        extra={("A", 29): {"refund": Decimal("5100.00")}, ("N", 29): {}},
        events=[(firm, month(34), False, False, Decimal("1000.00")) for firm in "AN"],
    )
    doubled = [
        pl.when(pl.col("level") == "total")
        .then(pl.col(name) * 2)
        .otherwise(pl.col(name))
        .cast(pl.Decimal(18, 2))
        .alias(name)
        for name in ("natural_revenue", "refund")
    ]
    rows = full_year(made | {"features.forecast_months": made["features.forecast_months"].with_columns(doubled)})
    year = {
        (firm, level): one(rows, firm, level, "restored")["forecast"] for firm in "AN" for level in ("local", "total")
    }
    assert year == {("A", "local"): 2200, ("A", "total"): 4400, ("N", "local"): 1000, ("N", "total"): 2000}


def test_an_event_to_come_once_is_added() -> None:
    row = year_of(STEADY, events=[("A", month(34), False, False, Decimal("700.00"))])
    assert row["forecast"] == Decimal("1900.00")


def test_a_refund_to_come_is_in_the_natural_caliber_only() -> None:
    rows = full_year(frames({"A": STEADY}, events=[("A", month(31), False, True, Decimal("-80.00"))]))
    assert one(rows, "A")["forecast"] == Decimal("1120.00")
    assert one(rows, "A", caliber="restored")["forecast"] == Decimal("1200.00")


def test_a_refund_of_the_past_lowers_the_natural_year_and_not_the_restored_one() -> None:
    values = [100.0] * 28 + [-900.0] + [100.0]
    rows = full_year(frames({"A": values}, extra={("A", 28): {"refund": Decimal("1000.00")}}))
    assert one(rows, "A")["forecast"] == Decimal("200.00")
    assert one(rows, "A", caliber="restored")["forecast"] == Decimal("1200.00")


def test_deferred_tax_that_falls_due_comes_on_top_and_the_adjusted_caliber_is_free_of_it() -> None:
    values = [100.0] * 24 + [40.0] + [100.0] * 5
    rows = full_year(
        frames(
            {"A": values},
            extra={("A", 24): {"deferred_out": Decimal("60.00"), "deferred_in": Decimal(0)}},
            due=[("A", month(31), "local", Decimal("60.00"), Decimal("0.00"))],
            deferrals=True,
        )
    )
    assert {caliber: one(rows, "A", caliber=caliber)["forecast"] for caliber in CALIBERS} == {
        "natural": Decimal("1200.00"), "restored": Decimal("1200.00"), "deferral_adjusted": Decimal("1200.00"),
    }  # fmt: skip
    assert one(rows, "A", caliber="deferral_adjusted")["ytd"] == Decimal("600.00")


def test_negative_months_never_make_a_negative_rest_of_the_year() -> None:
    row = year_of([-50.0] * 30)
    assert (row["ytd"], row["forecast"]) == (Decimal("-300.00"), Decimal("-300.00"))


def test_after_december_the_year_is_what_it_was() -> None:
    row = one(full_year(frames({"A": [100.0] * 36})), "A")
    assert (row["ytd"], row["forecast"], row["low"], row["high"], row["method"]) == (
        Decimal("1200.00"), Decimal("1200.00"), Decimal("1200.00"), Decimal("1200.00"), "closed year",
    )  # fmt: skip


def test_a_year_that_is_not_covered_has_only_the_parks_rows_with_the_reason() -> None:
    rows = full_year(frames({"A": STEADY}, reason="base window not covered"))
    assert rows.select("enterprise_id", "caliber", "forecast", "method").rows() == [
        (PARK, "natural", None, "none: base window not covered"),
        (PARK, "restored", None, "none: base window not covered"),
    ]


def test_a_firm_with_an_unknown_month_has_no_forecast_and_is_not_in_the_park() -> None:
    rows = full_year(frames({"A": [*STEADY[:-1], None], "B": STEADY}))
    assert (one(rows, "A")["forecast"], one(rows, "A")["method"]) == (None, "none: a month is unknown")
    assert one(rows, PARK)["forecast"] == one(rows, "B")["forecast"] == Decimal("1200.00")
    assert counts(rows) == (1, 0, 1)


def test_what_is_known_of_a_firm_with_an_unknown_month_is_not_in_the_parks_ends() -> None:
    firms = {"A": [*STEADY[:-1], None], "B": STEADY, "C": QUARTERLY}
    events = [("A", month(34), False, False, Decimal("70000.00"))]
    refund = {("A", 20): {"refund": Decimal("90000.00")}}
    told = one(full_year(frames(firms, events=events, extra=refund)), PARK)
    assert told == one(full_year(frames(firms)), PARK)


def test_a_firm_with_an_unknown_deferral_is_not_in_the_parks_adjusted_ends() -> None:
    firms = {f"S{number:02}": STEADY for number in range(9)}
    unknown = {("S00", 20): {"deferred_out": None, "deferred_in": None}}
    park = one(full_year(frames(firms, extra=unknown, deferrals=True)), PARK, caliber="deferral_adjusted")
    assert (park["forecast"], park["low"]) == (Decimal("9600.00"), Decimal("9600.00"))
    assert park["high"] < Decimal("10000.00")


def test_one_bad_series_leaves_the_others_as_they_are() -> None:
    firms = {f"S{number:02}": STEADY for number in range(25)}
    bad = [-1000.0] * 24 + [5.0] * 5 + [900_000_000.0]
    alone, together = full_year(frames(firms)), full_year(frames({**firms, "A": bad}))
    assert one(alone, "S00") == one(together, "S00")
    assert one(together, "A")["forecast"] is not None


def test_a_forecast_out_of_all_proportion_becomes_a_fallback_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(history: History, horizon: int) -> Any:
        rest = rest_of_year(history, horizon)
        rest[0] = np.inf
        return rest

    monkeypatch.setattr("mainstay.revenue.forecast_levels.rest_of_year", broken)
    rows = full_year(frames({"A": STEADY, "B": STEADY}))
    assert (one(rows, "A")["forecast"], one(rows, "A")["method"]) == (
        Decimal("1200.00"), "fallback: last year's months",
    )  # fmt: skip
    assert one(rows, "B")["method"] == "level x season"
    assert counts(rows) == (2, 1, 0)


def test_levels_add_up_to_the_cent_and_the_split_follows_the_newest_money() -> None:
    made = frames({"A": STEADY, "B": [33.33] * 30}, levels=LEVELS)
    parts = {"total": 2.0, "central": 1.0, "local": 1.0, "city": 0.4, "district": 0.6}
    factor = pl.col("level").replace_strict(parts, return_dtype=pl.Float64)
    months = made["features.forecast_months"].with_columns(
        natural_revenue=(pl.col("natural_revenue").cast(pl.Float64) * factor).round(2).cast(pl.Decimal(18, 2))
    )
    rows = full_year(made | {"features.forecast_months": months})
    year = {level: one(rows, "A", level)["forecast"] for level in LEVELS}
    assert (year["city"], year["district"], year["total"]) == (Decimal("480.00"), Decimal("720.00"), Decimal("2400.00"))
    for firm in ("A", "B", PARK):
        of = {level: one(rows, firm, level)["forecast"] for level in LEVELS}
        assert of["city"] + of["district"] == of["local"]
        assert of["central"] + of["local"] == of["total"]


def test_levels_add_up_to_the_cent_with_a_refund_ahead() -> None:
    made = frames({"A": STEADY}, levels=LEVELS, events=[("A", month(31), False, True, Decimal("-0.05"))])
    parts = {"total": 1.5, "central": 0.5, "local": 1.0, "city": 0.5, "district": 0.5}
    factor = pl.col("level").replace_strict(parts, return_dtype=pl.Float64)
    months = made["features.forecast_months"].with_columns(
        natural_revenue=(pl.col("natural_revenue").cast(pl.Float64) * factor).round(2).cast(pl.Decimal(18, 2))
    )
    rows = full_year(made | {"features.forecast_months": months})
    for firm in ("A", PARK):
        of = {level: one(rows, firm, level)["forecast"] for level in LEVELS}
        assert of["local"] == Decimal("1199.95")
        assert of["city"] + of["district"] == of["local"]
        assert of["central"] + of["local"] == of["total"]


@given(st.lists(st.lists(st.integers(-5_000, 50_000), min_size=30, max_size=30), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_firms_sum_to_the_park_and_ends_enclose_the_forecast_whatever_they_paid(cents: list[list[int]]) -> None:
    firms = {f"F{number}": [value / 100 for value in values] for number, values in enumerate(cents)}
    if not any(value for values in cents for value in values):
        return
    rows = full_year(frames(firms, levels=("total", "local")))
    for level in ("total", "local"):
        of_level = rows.filter(pl.col("level") == level, pl.col("caliber") == "natural")
        of_firms = of_level.filter(pl.col("enterprise_id") != PARK)
        park = of_level.filter(pl.col("enterprise_id") == PARK)
        for column in ("ytd", "forecast"):
            assert of_firms[column].sum() == park[column].item()
    assert rows.filter(~((pl.col("low") <= pl.col("forecast")) & (pl.col("forecast") <= pl.col("high")))).is_empty()
    for firm, values in firms.items():
        if any(values):
            assert one(rows, firm)["ytd"] == sum((Decimal(str(value)) for value in values[24:]), Decimal(0))


def test_the_order_of_the_rows_changes_nothing() -> None:
    made = frames({"A": STEADY, "B": QUARTERLY, "C": TWICE_A_YEAR})
    mixed = {name: rows.reverse() for name, rows in made.items()}
    assert full_year(made).equals(full_year(mixed))


def test_without_any_closed_month_there_is_nothing() -> None:
    made = frames({"A": STEADY})
    nothing = made | {name: made[name].clear() for name in ("features.forecast_years", "features.forecast_months")}
    assert full_year(nothing).schema == FORECASTS
    assert counts(full_year(nothing)) == (0, 0, 0)


def test_four_in_five_outcomes_lie_in_the_interval_learnt_from_the_past() -> None:
    rng = np.random.default_rng(20221124)
    usual = rng.lognormal(3, 1, (600, 1)) * rng.lognormal(0, 0.4, (600, 36)) * rng.lognormal(0, 0.2, (600, 1))
    history = History(usual[:, :30], 6)
    rest = rest_of_year(history, 6).sum(axis=1)
    low, high = margins(history, 6).of(history, rest, 6)
    actual = usual[:, 30:].sum(axis=1)
    assert 0.70 < ((low <= actual) & (actual <= high)).mean() < 0.90


def test_the_park_never_falls_below_all_its_firms_at_their_low_ends() -> None:
    rng = np.random.default_rng(3)
    jumping = np.concatenate([np.full((40, 24), 10.0), np.full((40, 6), 40.0)], axis=1) * rng.lognormal(
        0, 0.3, (40, 30)
    )
    rows = full_year(frames({f"F{n:02}": [round(v, 2) for v in jumping[n]] for n in range(40)}))
    firms = rows.filter(pl.col("enterprise_id") != PARK, pl.col("caliber") == "natural")
    park = one(rows, PARK)
    assert firms["low"].sum() <= park["low"] <= park["forecast"] <= park["high"]


def test_with_a_short_past_the_margins_are_a_guess_and_say_so() -> None:
    learnt = margins(History(np.full((5, 12), 100.0), 12), 6)
    assert learnt.origins == 0
    assert set(learnt.low) == {-0.5}
    assert margins(History(np.full((40, 14), 100.0), 2), 10).is_short


def test_months_after_the_origin_are_never_looked_at() -> None:
    rng = np.random.default_rng(7)
    values = rng.lognormal(3, 1, (50, 36))
    known = History(values, 12).until(6)
    changed = values.copy()
    changed[:, 30:] = 0.0
    assert np.array_equal(rest_of_year(known, 6), rest_of_year(History(changed, 12).until(6), 6))
    assert known.elapsed == 6


def test_a_longer_memory_follows_a_change_more_slowly() -> None:
    values = np.array([[100.0] * 27 + [50.0] * 3] * 30)
    quick, slow = (rest_of_year(History(values, 6), 6, Rule(memory=memory)).sum() for memory in (0.7, 0.97))
    assert quick < slow


def test_the_history_of_the_samples_begins_in_january() -> None:
    assert month(0) == FIRST
