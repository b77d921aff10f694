"""What is planted: who declines, who leaves, and why (cause codes of DOMAIN section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from mainstay.months import add_months, day_of, months_between
from mainstay.simulate.firms.industries import DESTINATIONS, SIMULATED

MOVERS_A_YEAR = 160 / 3500
"""The report's 160 outbound firms; that they left within a year is an assumption (DOMAIN section 3)."""
DECLINERS_PER_MOVER = 5
_TURNING_PER_MOVER = 2 / 160
"""The report's 2 returned firms, and as many retained ones."""
_MOVERS_OF_A_RETURN = 10
"""From so many movers on at least one returns, so that a small park shows one too."""
_MONTHS_OF_A_TURN = 8
_MONTHS_APART = 12
_LARGEST_DECLINING_SHARE = 0.6
KEEPING_CAUSES = frozenset({"R1", "R3", "C1", "M1", "M3"})
"""Of these the firm goes on with a part of its revenue; the other causes add or take away an amount."""
_CAUSES = (("M1", 25), ("M3", 38), ("B1", 15), ("P4", 8), ("T1", 7), ("C1", 5), ("R3", 5))
_MARCH, _APRIL, _MAY = 3, 4, 5


@dataclass(frozen=True)
class Outflow:
    """What holds while local revenue falls (R3): parts of the usual, about 1.

    `total` is total tax; None = it falls with the local part, and only the invoices hold.
    """

    total: float | None
    invoices: float


@dataclass(frozen=True)
class Story:
    """One planted decline: from `first` to `last` (None = for good) the firm pays `keeps` of what it would.

    `one_off` is a part of the firm's annual local revenue: with B1 paid once in `first` (a year later it is
    missing), with P4 paid back in `first`. With T1 it is the part of a year's income tax that is settled, in the year
    of the story in `last` instead of `first`, the month in which the firm settles in every other year. `lead_in` is
    what the firm pays in the months right before `first`, in order, as parts of its usual revenue.
    """

    cause: str
    first: date
    last: date | None
    keeps: float
    one_off: float = 0.0
    lead_in: tuple[float, ...] = ()
    outflow: Outflow | None = None

    @property
    def begins(self) -> date:
        """The first month in which the firm pays less: that of the lead-in, if it has one."""
        return add_months(self.first, -len(self.lead_in))

    def kept(self, month: date) -> float:
        """Return the part of its usual local revenue that the firm pays in a month."""
        if month < self.first:
            ahead = months_between(month, self.first) if self.lead_in else 0
            return self.lead_in[-ahead] if 0 < ahead <= len(self.lead_in) else 1.0
        return 1.0 if self.last is not None and month > self.last else self.keeps


@dataclass(frozen=True)
class Move:
    """A firm leaves; receipts stop (whole) or shrink (partial) from the month after, until it returns if it does."""

    moved_on: date
    kind: str
    destination: str
    returned_on: date | None = None

    @property
    def authority(self) -> str:
        """The tax authority of its new place, of an invented name."""
        return f"{self.destination}税务局{SIMULATED}"

    @property
    def leaves_city(self) -> bool:
        """Whether the city loses the revenue as well as the district."""
        return not self.destination.startswith("北京市")


@dataclass(frozen=True)
class Retention:
    """A firm says that it will leave, and later that it stays; its receipts go on throughout."""

    said_on: date
    stays_on: date
    destination: str


@dataclass(frozen=True)
class Unrest:
    """How a firm files when it is not at ease: months in which it pays late, amends, or varies more than usual.

    What falls due in a month of `late` comes a month later; in one of `amended` a part is filed for an older period.
    """

    late: frozenset[date] = frozenset()
    amended: frozenset[date] = frozenset()
    restless: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Plot:
    """Everything planted for one firm."""

    stories: tuple[Story, ...] = ()
    move: Move | None = None
    ended_on: date | None = None
    retention: Retention | None = None
    unrest: Unrest = Unrest()

    def back_on(self, day: date) -> date | None:
        """Return when the firm came back, if it has by that day."""
        returned_on = self.move.returned_on if self.move else None
        return returned_on if returned_on is not None and returned_on <= day else None

    def left_on(self, day: date) -> date | None:
        """Return when the firm left or ended, if on that day it is gone."""
        gone = self.ended_on is not None and self.ended_on <= day and self.back_on(day) is None
        return self.ended_on if gone else None

    def deregistered_on(self, day: date) -> bool:
        """Tell whether on a day the firm is no more (C1); who moved goes on elsewhere."""
        return self.move is None and self.ended_on is not None and self.ended_on <= day

    def kept(self, month: date) -> float:
        """Return the part of its usual revenue that the firm pays in a month, over all stories."""
        part = 1.0
        for story in self.stories:
            part *= story.kept(month)
        return part

    def allocation(self, month: date) -> tuple[float, float] | None:
        """Return what local revenue and total tax keep in a month in which more goes to the central level (R3)."""
        for story in self.stories:
            if story.outflow is not None and story.outflow.total is not None and (kept := story.kept(month)) < 1:
                return kept, story.outflow.total if month >= story.first else 1.0
        return None


def draw_plots(
    rng: Random, numbers: Sequence[int], months: Sequence[date], enterprises: int | None = None
) -> dict[int, Plot]:
    """Plant movers and, for each of them, five declines of firms that stay; the other firms have no plot.

    A few of the movers come back, and as many other firms that wanted to leave are retained, if the months are enough
    for their evidence to show.

    Args:
        rng: The source of all chance.
        numbers: The firms of the park that anything may be planted for.
        months: The simulated months, in order.
        enterprises: How many firms the park has, if others are kept free of plots.
    """
    candidates, park = rng.sample(list(numbers), len(numbers)), enterprises or len(numbers)
    movers = round(park * MOVERS_A_YEAR * len(months) / 12)
    decliners = min(DECLINERS_PER_MOVER * movers, int(_LARGEST_DECLINING_SHARE * (park - movers)))
    turning = _turning(movers) if len(months) >= _MONTHS_OF_A_TURN else 0
    starts = months[min(2, len(months) - 1) :]
    plots: dict[int, Plot] = {}
    for place, number in enumerate(candidates[: movers + decliners + turning]):
        if place < turning:
            plots[number] = _return(rng, months)
        elif place < movers:
            plots[number] = _move(rng, rng.choice(starts))
        elif place < movers + decliners:
            plots[number] = _decline(rng, rng.choice(starts), months)
        else:
            plots[number] = _retain(rng, months)
    _decline_again(rng, plots, starts, DECLINERS_PER_MOVER * movers - decliners)
    return plots


def _decline_again(rng: Random, plots: dict[int, Plot], starts: Sequence[date], wanted: int) -> None:
    """Let firms decline a second time, a year from the first, where the park holds too few decliners for its movers."""
    passing = [number for number, plot in plots.items() if len(plot.stories) == 1 and plot.stories[0].cause == "M3"]
    for number in passing[: max(0, wanted)]:
        first = plots[number].stories[0].first
        apart = [month for month in starts if abs(months_between(first, month)) >= _MONTHS_APART]
        if apart:
            plots[number] = Plot((*plots[number].stories, _epidemic(rng, rng.choice(apart))))


def _epidemic(rng: Random, month: date) -> Story:
    return Story("M3", month, add_months(month, rng.randint(2, 7)), rng.uniform(0.2, 0.6))


def _turning(movers: int) -> int:
    """How many movers return, and how many firms are retained besides."""
    return max(round(movers * _TURNING_PER_MOVER), 1 if movers >= _MOVERS_OF_A_RETURN else 0)


def _move(rng: Random, month: date) -> Plot:
    moved_on = day_of(month, rng.randint(1, 28))
    kind = rng.choices(("整体迁出", "部分迁出"), weights=(85, 15))[0]
    keeps = 0.4 if kind == "部分迁出" else 0.0
    story = Story("R1", add_months(month, 1), None, keeps)
    return Plot((story,), Move(moved_on, kind, _destination(rng)), moved_on if not keeps else None)


def _return(rng: Random, months: Sequence[date]) -> Plot:
    """Away for three to nine months: one register at least shows it there, and the last one shows it back."""
    left = rng.randrange(2, len(months) - 5)
    back = rng.randint(left + 3, min(left + 9, len(months) - 3))
    moved_on, returned_on = (day_of(months[place], rng.randint(1, 28)) for place in (left, back))
    story = Story("R1", months[left + 1], months[back - 1], 0.0)
    return Plot((story,), Move(moved_on, "整体迁出", _destination(rng), returned_on), moved_on)


def _retain(rng: Random, months: Sequence[date]) -> Plot:
    """It says so, and within two months that it stays; three more months show that it does."""
    said = rng.randrange(2, len(months) - 5)
    stays = said + rng.randint(1, 2)
    said_on, stays_on = (day_of(months[place], rng.randint(1, 28)) for place in (said, stays))
    return Plot(retention=Retention(said_on, stays_on, _destination(rng)))


def _destination(rng: Random) -> str:
    places, odds = zip(*DESTINATIONS, strict=True)
    return str(rng.choices(places, weights=odds)[0])


def _settles_late(rng: Random, months: Sequence[date]) -> Story | None:
    """One year's settlement comes later; the year before, and where it can be the one after, show the usual month."""
    usual, moved = rng.choices(((_MARCH, _MAY), (_MARCH, _APRIL), (_APRIL, _MAY)), weights=(6, 2, 2))[0]
    years = [month.year for month in months[12:] if month.month == usual]
    if not years:
        return None
    year = rng.choice(years)
    return Story("T1", date(year, usual, 1), date(year, moved, 1), 1.0, one_off=rng.uniform(0.35, 0.6))


def _decline(rng: Random, month: date, months: Sequence[date]) -> Plot:
    causes, odds = zip(*_CAUSES, strict=True)
    cause = rng.choices(causes, weights=odds)[0]
    if cause == "M1":
        return Plot((Story("M1", month, None, rng.uniform(0.3, 0.6)),))
    if cause == "T1" and (late := _settles_late(rng, months)) is not None:
        return Plot((late,))
    if cause in {"M3", "T1"}:
        return Plot((_epidemic(rng, month),))
    if cause == "R3":
        return Plot((Story("R3", month, None, 0.4),))
    if cause == "C1":
        return Plot((Story("C1", month, None, 0.0),), ended_on=day_of(month, rng.randint(1, 28)))
    part = rng.uniform(0.5, 2.0) if cause == "B1" else rng.uniform(0.2, 0.6)
    return Plot((Story(cause, month, month, 1.0, one_off=part),))


def is_declining(plot: Plot, month: date) -> bool:
    """Tell whether a planted decline is under way, or began within the last three months."""
    return any(story.kept(month) < 1 or 0 <= months_between(story.first, month) < 3 for story in plot.stories)  # noqa: PLR2004 -- three months
