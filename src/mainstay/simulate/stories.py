"""What is planted: who declines, who leaves, and why (cause codes of DOMAIN section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from mainstay.simulate.industries import DESTINATIONS
from mainstay.simulate.months import add_months, day_of, months_between

MOVERS_A_YEAR = 160 / 3500
"""The report's 160 outbound firms; that they left within a year is an assumption (DOMAIN section 3)."""
DECLINERS_PER_MOVER = 5
_LARGEST_DECLINING_SHARE = 0.6
_CAUSES = (("M1", 25), ("M3", 42), ("B1", 15), ("P4", 8), ("C1", 5), ("R3", 5))


@dataclass(frozen=True)
class Story:
    """One planted decline: from `first` to `last` (None = for good) the firm pays `keeps` of what it would.

    `one_off` is a part of the firm's annual local revenue: with B1 paid once in `first` (a year later it is
    missing), with P4 paid back in `first`.
    """

    cause: str
    first: date
    last: date | None
    keeps: float
    one_off: float = 0.0

    def kept(self, month: date) -> float:
        """Return the part of its usual revenue that the firm pays in a month."""
        over = self.last is not None and month > self.last
        return 1.0 if month < self.first or over else self.keeps


@dataclass(frozen=True)
class Move:
    """A firm leaves; receipts stop (whole) or shrink (partial) from the month after."""

    moved_on: date
    kind: str
    destination: str

    @property
    def leaves_city(self) -> bool:
        """Whether the city loses the revenue as well as the district."""
        return not self.destination.startswith("北京市")


@dataclass(frozen=True)
class Plot:
    """Everything planted for one firm."""

    stories: tuple[Story, ...] = ()
    move: Move | None = None
    ended_on: date | None = None

    def kept(self, month: date) -> float:
        """Return the part of its usual revenue that the firm pays in a month, over all stories."""
        part = 1.0
        for story in self.stories:
            part *= story.kept(month)
        return part


def draw_plots(rng: Random, numbers: Sequence[int], months: Sequence[date]) -> dict[int, Plot]:
    """Plant movers and, for each of them, five decliners that stay; the other firms have no plot.

    Args:
        rng: The source of all chance.
        numbers: The firms of the park.
        months: The simulated months, in order.
    """
    candidates = rng.sample(list(numbers), len(numbers))
    movers = round(len(numbers) * MOVERS_A_YEAR * len(months) / 12)
    decliners = min(DECLINERS_PER_MOVER * movers, int(_LARGEST_DECLINING_SHARE * (len(numbers) - movers)))
    starts = months[min(2, len(months) - 1) :]
    plots = {number: _move(rng, rng.choice(starts)) for number in candidates[:movers]}
    for number in candidates[movers : movers + decliners]:
        plots[number] = _decline(rng, rng.choice(starts))
    return plots


def _move(rng: Random, month: date) -> Plot:
    moved_on = day_of(month, rng.randint(1, 28))
    places, odds = zip(*DESTINATIONS, strict=True)
    destination = rng.choices(places, weights=odds)[0]
    kind = rng.choices(("整体迁出", "部分迁出"), weights=(85, 15))[0]
    keeps = 0.4 if kind == "部分迁出" else 0.0
    story = Story("R1", add_months(month, 1), None, keeps)
    return Plot((story,), Move(moved_on, kind, destination), moved_on if not keeps else None)


def _decline(rng: Random, month: date) -> Plot:
    causes, odds = zip(*_CAUSES, strict=True)
    cause = rng.choices(causes, weights=odds)[0]
    if cause == "M1":
        return Plot((Story("M1", month, None, rng.uniform(0.3, 0.6)),))
    if cause == "M3":
        return Plot((Story("M3", month, add_months(month, rng.randint(2, 7)), rng.uniform(0.2, 0.6)),))
    if cause == "R3":
        return Plot((Story("R3", month, None, 0.4),))
    if cause == "C1":
        return Plot((Story("C1", month, None, 0.0),), ended_on=day_of(month, rng.randint(1, 28)))
    part = rng.uniform(0.5, 2.0) if cause == "B1" else rng.uniform(0.2, 0.6)
    return Plot((Story(cause, month, month, 1.0, one_off=part),))


def is_declining(plot: Plot, month: date) -> bool:
    """Tell whether a planted decline is under way, or began within the last three months."""
    return any(story.kept(month) < 1 or 0 <= months_between(story.first, month) < 3 for story in plot.stories)  # noqa: PLR2004 -- three months
