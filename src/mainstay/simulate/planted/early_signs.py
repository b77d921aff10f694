"""What comes before a planted drop: partial declines, late and amended filings, swings; noisy, and not before each one.

All odds are assumptions (2026-11): enough that something can be learned before the label window, and not everything.
Other firms file late or amend out of habit, so that neither is a sign by itself. Movers have signs of other kinds
(signals, leases, requests) and none of these.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.months import add_months
from mainstay.simulate.planted.stories import Outflow, Plot, Story, Unrest


class Odds(NamedTuple):
    """Before declines of one cause: parts of the firms that show each sign, and how many months the lead-in may have.

    `zeros`: the part of a lead-in's months in which nothing is paid.
    """

    leads_in: float
    months: tuple[int, int]
    late: float
    amended: float
    restless: float
    zeros: float = 0.0


ODDS = {
    "M1": Odds(leads_in=0.6, months=(1, 4), late=0.35, amended=0.3, restless=0.6),
    "M3": Odds(leads_in=0.3, months=(1, 2), late=0.2, amended=0.15, restless=0.3),
    "C1": Odds(leads_in=0.8, months=(2, 6), late=0.55, amended=0.35, restless=0.6, zeros=0.25),
    "R3": Odds(leads_in=0.6, months=(1, 3), late=0.0, amended=0.2, restless=0.2),
}
_UNTIDY, _UNTIDY_LATE, _UNTIDY_AMENDS = 0.08, 0.1, 0.06
"""Firms that file late or amend out of habit, and how many of their months are late or amended."""
_MONTHS_OF_UNREST = 6
_LATE_MONTHS = (1, 3)
_LOWEST, _HIGHEST = 0.05, 0.97
_STEPS_OUT = (0.8, 0.95)
"""What local revenue keeps in the first, small steps of a hidden outflow."""
KEEPS_LOCAL = (0.4, 0.62)
HOLDS_TOTAL = (0.9, 1.17)
HOLDS_INVOICES = (0.95, 1.25)
"""The study's firm kept 0.61 of its local tax, with 1.17 of the total and 1.23 of the turnover (DOMAIN section 3)."""
_BY_INVOICES_ONLY = 0.5
"""Of the hidden outflows of firms whose invoices are known: the total falls too."""


def with_early_signs(
    rng: Random, plots: Mapping[int, Plot], numbers: Sequence[int], months: Sequence[date], agreed: Collection[int]
) -> dict[int, Plot]:
    """Return the plots with what comes before them, and those of firms that file late or amend out of habit.

    Args:
        rng: A source of chance of its own: what is planted stays as it was drawn.
        plots: What is planted, by number.
        numbers: The firms that anything may be planted for.
        months: The simulated months, in order.
        agreed: The firms whose invoices are known.
    """
    found = dict(plots)
    for number in sorted(numbers):
        plot = found.get(number, Plot())
        if plot.move is not None:
            continue
        stories = tuple(_led_in(rng, _flowing(rng, story, knows=number in agreed)) for story in plot.stories)
        unrest = _before(rng, stories, months) if stories else _habit(rng, months)
        if stories or unrest != Unrest():
            found[number] = replace(plot, stories=stories, unrest=unrest)
    return found


def _flowing(rng: Random, story: Story, *, knows: bool) -> Story:
    """What a hidden outflow keeps, and what holds beside it."""
    if story.cause != "R3":
        return story
    total = None if knows and rng.random() < _BY_INVOICES_ONLY else rng.uniform(*HOLDS_TOTAL)
    return replace(story, keeps=rng.uniform(*KEEPS_LOCAL), outflow=Outflow(total, rng.uniform(*HOLDS_INVOICES)))


def _led_in(rng: Random, story: Story) -> Story:
    odds = ODDS.get(story.cause)
    if odds is None or rng.random() >= odds.leads_in:
        return story
    count = rng.randint(*odds.months)
    if story.outflow is not None:
        return replace(
            story, lead_in=tuple(sorted((round(rng.uniform(*_STEPS_OUT), 4) for _ in range(count)), reverse=True))
        )
    parts = []
    for step in range(1, count + 1):
        part = 1 - (1 - story.keeps) * step / (count + 1) * rng.uniform(0.5, 1.3)
        parts.append(0.0 if rng.random() < odds.zeros else round(min(max(part, _LOWEST), _HIGHEST), 4))
    return replace(story, lead_in=tuple(parts))


def _before(rng: Random, stories: Sequence[Story], months: Sequence[date]) -> Unrest:
    late: set[date] = set()
    amended: set[date] = set()
    restless: set[date] = set()
    for story in stories:
        odds = ODDS.get(story.cause)
        if odds is None:
            continue
        # What a firm that ends owes in its last month is paid in it: nobody pays after.
        before = [add_months(story.first, -ahead) for ahead in range(2, _MONTHS_OF_UNREST + 1)]
        if rng.random() < odds.late:
            late.update(rng.sample(before, rng.randint(*_LATE_MONTHS)))
        if rng.random() < odds.amended:
            amended.update(rng.sample(before, rng.randint(*_LATE_MONTHS)))
        if rng.random() < odds.restless:
            restless.update(before)
    return Unrest(_simulated(late, months), frozenset(amended), frozenset(restless))


def _habit(rng: Random, months: Sequence[date]) -> Unrest:
    if rng.random() >= _UNTIDY:
        return Unrest()
    late = [month for month in months if rng.random() < _UNTIDY_LATE]
    amended = [month for month in months if rng.random() < _UNTIDY_AMENDS]
    return Unrest(_simulated(late, months), frozenset(amended))


def _simulated(late: Collection[date], months: Sequence[date]) -> frozenset[date]:
    """Nothing is paid late from before the simulation, nor after it."""
    return frozenset(late) & frozenset(months[:-1])
