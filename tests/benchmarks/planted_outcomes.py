"""Who will decline, leave, or flow out hidden, as planted: the answers that a study holds its scores against."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from mainstay.months import add_months, last_day, months_after
from mainstay.simulate.planted.stories import KEEPING_CAUSES, Story

PLANTED_OUTCOMES = pl.Schema(
    {
        "target": pl.String(),
        "enterprise_id": pl.String(),
        "kind": pl.String(),
        "begins_on": pl.Date(),
        "is_new": pl.Boolean(),
        "keeps": pl.Float64(),
    }
)
"""One row per target and enterprise of which it is planted (key: both).

`kind`: the cause with the largest effect (decline), the word of the outbound list (relocation), hidden or partial
(hidden outflow). `begins_on`: the day of the move, or the first day of the month from which the full drop holds (a
lead-in comes before). `is_new`: that is after the origin; else it goes on from before. `keeps`: what the enterprise is
planted to pay in the window, as a part of the same months a year before, growth and noise aside; of a move what stays.
"""
_DROP = 0.3
"""A decline is at least this (DESIGN section 3)."""
_DELIVERED_AFTER = timedelta(days=5)
_A_YEAR = 12


def planted_outcomes(truth: Mapping[str, Any], origin: date, horizon: int) -> pl.DataFrame:
    """Return who is planted to decline, to move out, or to lose local revenue while its business holds.

    The window is the `horizon` months after the last month whose receipts are delivered at the origin, as labels have
    it. A decline or a hidden outflow counts where the causes that keep a part of the revenue (M1, M3, C1, R1, R3) bring
    the window below 0.7 of the same months a year before: it may have begun before the origin. One-offs, refunds,
    deferrals and timing are no planted decline of this kind. Moves count by their day, from the day after the origin to
    `horizon` months after it: whole ones as relocation, partial ones as hidden outflow.

    Args:
        truth: The planted truth (`truth.json`, or `Park.truth()`).
        origin: The as-of date.
        horizon: Months ahead.

    Returns:
        `PLANTED_OUTCOMES`, sorted by target and enterprise.
    """
    window = label_window(origin, horizon)
    until = months_after(origin, horizon)
    rows = [*_declines(truth, origin, window), *_moves(truth, origin, until), *_outflows(truth, origin, window)]
    return pl.DataFrame(rows, schema=PLANTED_OUTCOMES, orient="row").sort("target", "enterprise_id")


def label_window(origin: date, horizon: int) -> tuple[date, ...]:
    """Return the months after the last one whose receipts are delivered at an as-of date, five days after its end."""
    first = add_months(origin, -1)
    while last_day(first) + _DELIVERED_AFTER <= origin:
        first = add_months(first, 1)
    return tuple(add_months(first, ahead) for ahead in range(horizon))


_Row = tuple[str, str, str, date, bool, float]


def _declines(truth: Mapping[str, Any], origin: date, window: tuple[date, ...]) -> Iterator[_Row]:
    stories: dict[str, list[Story]] = {}
    for entry in truth["declines"]:
        if entry["cause"] in KEEPING_CAUSES:
            stories.setdefault(entry["enterprise_id"], []).append(_story(entry))
    for firm, planted in stories.items():
        kept = _kept_of(planted, window)
        if kept is not None and kept < 1 - _DROP:
            most = min(planted, key=lambda story: _kept_of([story], window) or 0.0)
            yield "decline", firm, most.cause, most.first, most.first > origin, kept


def _story(entry: Mapping[str, Any]) -> Story:
    last = entry["last_month"]
    return Story(
        entry["cause"], _month(entry["first_month"]), last and _month(last), entry["keeps"], lead_in=_lead_in(entry)
    )


def _kept_of(stories: list[Story], window: tuple[date, ...]) -> float | None:
    """What the window keeps of the year before, every month alike; None where nothing was paid then."""

    def kept(month: date) -> float:
        part = 1.0
        for story in stories:
            part *= story.kept(month)
        return part

    before = sum(kept(add_months(month, -_A_YEAR)) for month in window)
    return sum(map(kept, window)) / before if before else None


def _moves(truth: Mapping[str, Any], origin: date, until: date) -> Iterator[_Row]:
    for entry in truth["moves"]:
        moved_on, is_partial = date.fromisoformat(entry["moved_on"]), bool(entry["keeps"])
        if origin < moved_on <= until:
            target, kind = ("hidden_outflow", "partial") if is_partial else ("relocation", entry["kind"])
            yield target, entry["enterprise_id"], kind, moved_on, True, entry["keeps"]


def _outflows(truth: Mapping[str, Any], origin: date, window: tuple[date, ...]) -> Iterator[_Row]:
    for entry in truth["hidden_outflows"]:
        if entry["kind"] == "hidden":
            first = _month(entry["first_month"])
            kept = _kept_of([Story("R3", first, None, entry["keeps_local"], lead_in=_lead_in(entry))], window)
            if kept is not None and kept < 1 - _DROP:
                yield "hidden_outflow", entry["enterprise_id"], "hidden", first, first > origin, kept


def _lead_in(entry: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(entry.get("lead_in", ()))


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
