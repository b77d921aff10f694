"""Invoiced value and insured headcount (开票与参保月度数据), of the firms that agreed to tell them.

Invoices follow the business, not the taxes: they fall with a market decline (a month before the receipts, which come
the month after), a closure and a move, and hold where only the local revenue flows out, or where a refund, a one-off
or a late settlement changes it. Headcount falls before most closures and moves, and now and then for other reasons.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from math import prod
from random import Random
from typing import NamedTuple

from mainstay.months import add_months, last_day, months_between
from mainstay.simulate.extracts.signals import is_quiet
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cell, Cents, Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import VAT_MONTHS, VAT_SHARES
from mainstay.simulate.planted.stories import Story

AGREED = 0.4
"""The part of the firms that agreed (an assumption)."""
_BURDEN, _BURDEN_SPREAD = -3.5, 0.4
"""Logarithm of VAT paid on invoiced value: about 3%."""
_HEADS_OF_MEAN, _HEADS_POWER = 18, 0.7
_NOISE, _HEADS_NOISE = 0.12, 0.02
_FALSE_A_YEAR = 0.04
_BEFORE_MOVES, _BEFORE_CLOSURES, _WITH_DECLINES = 0.6, 0.7, 0.5
"""Parts of the firms whose headcount tells; the odds are assumptions."""
_FOLLOWING = frozenset({"M1", "M3", "C1"})
"""Invoices fall in the month before the receipts do."""


class Fall(NamedTuple):
    """Headcount falls evenly over `months` months from `begins`, to a part of what it was, and stays there."""

    begins: date
    months: int
    keeps: float

    def kept(self, month: date) -> float:
        """Return the part of the headcount in a month."""
        done = min(max(months_between(self.begins, month) + 1, 0), self.months)
        return 1 - (1 - self.keeps) * done / self.months


class Profile(NamedTuple):
    """What a firm's values are made of: VAT in its invoices, usual headcount, and its falls."""

    firm: Firm
    burden: float
    heads: float
    falls: tuple[Fall, ...]


def draw_agreed(rng: Random, enterprises: int) -> frozenset[int]:
    """Draw who agreed, by number."""
    return frozenset(number for number in range(1, enterprises + 1) if rng.random() < AGREED)


def draw_profiles(seed: int, firms: Iterable[Firm], months: Sequence[date]) -> list[Profile]:
    """Draw the values' make-up of each firm, by a source of chance of its own."""
    found = []
    for firm in firms:
        rng = Random(f"{seed}:{firm.number}:values")
        burden, heads = rng.lognormvariate(_BURDEN, _BURDEN_SPREAD), rng.lognormvariate(0, 0.5)
        heads = max(3.0, heads * _HEADS_OF_MEAN * firm.size**_HEADS_POWER)
        found.append(Profile(firm, burden, heads, tuple(_falls(rng, firm, months))))
    return found


def _falls(rng: Random, firm: Firm, months: Sequence[date]) -> list[Fall]:
    plot = firm.plot
    if plot.move is not None:
        tells = not is_quiet(firm) and rng.random() < _BEFORE_MOVES
        return [_fall_before(rng, plot.move.moved_on, (2, 5))] if tells else []
    falls = []
    for story in plot.stories:
        if story.cause == "C1" and rng.random() < _BEFORE_CLOSURES:
            falls.append(_fall_before(rng, story.first, (2, 6)))
        if story.cause == "M1" and rng.random() < _WITH_DECLINES:
            falls.append(Fall(add_months(story.first, -rng.randint(0, 2)), rng.randint(2, 6), story.keeps**0.6))
    falls += [
        Fall(date(year, rng.randint(1, 12), 1), rng.randint(1, 4), rng.uniform(0.5, 0.75))
        for year in range(months[0].year, months[-1].year + 1)
        if rng.random() < _FALSE_A_YEAR
    ]
    return falls


def _fall_before(rng: Random, day: date, ahead: tuple[int, int]) -> Fall:
    """Complete in the month before the end."""
    months = rng.randint(*ahead)
    return Fall(add_months(day, -months), months, rng.uniform(0.3, 0.7))


def activity(firm: Firm, month: date) -> float:
    """Return the part of its usual business that a firm does in a month, noise aside."""
    part = 1.0
    for story in firm.plot.stories:
        part *= _active(story, month)
    return part


def _active(story: Story, month: date) -> float:
    if story.outflow is not None:
        return story.outflow.invoices if month >= story.first else 1.0
    if story.cause in _FOLLOWING:
        return story.kept(add_months(month, 1))
    return story.kept(month)


class MonthlyValue(NamedTuple):
    """One value of one firm, as it is written."""

    firm: Firm
    measure: str
    value: Cell


def monthly_values_table(profiles: Sequence[Profile], month: date, rng: Random) -> Export:
    """Return both values of the firms that agreed and are there at the end of the month, and the accounting."""
    end = last_day(month)
    weight = VAT_MONTHS[add_months(month, 1).month - 1] / 100 / VAT_SHARES.local
    found: list[MonthlyValue] = []
    for firm, burden, heads, falls in profiles:
        noise, heads_noise = rng.lognormvariate(-(_NOISE**2) / 2, _NOISE), rng.lognormvariate(0, _HEADS_NOISE)
        if firm.in_from > end or firm.plot.left_on(end) is not None:
            continue
        invoiced = firm.usual(month) * firm.mix["VAT"] * weight / burden * activity(firm, month) * noise
        insured = heads * prod(fall.kept(month) for fall in falls) * heads_noise
        found.append(MonthlyValue(firm, "开票金额", Cents(round(invoiced))))
        found.append(MonthlyValue(firm, "参保人数", str(max(1, round(insured)))))
    columns: Columns[MonthlyValue] = {
        "统一社会信用代码": lambda one: one.firm.uscc,
        "企业名称": lambda one: one.firm.name,
        "月份": lambda _: f"{month:%Y-%m}",
        "指标": lambda one: one.measure,
        "数值": lambda one: one.value,
    }
    return Extract("开票与参保月度数据", "monthly_values").of_month(month, columns, found)
