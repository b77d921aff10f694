"""Raking: the month's lines are brought to the park's published totals, in cents, at both local levels.

The year's total is shared out over its months as is expected of them. A month's factor makes its rows about right: one
factor for the rows that give the district half of the local part, one for the others, so that both levels fit. What
rounding leaves goes to the largest lines: a few yuan to the largest one, single cents between city and district.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mainstay.simulate.extracts.refunds import CREDIT_REFUND_REASON, Refund
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.firms.sizing import Sized
from mainstay.simulate.money.levies import EVEN, Split, sum_of
from mainstay.simulate.money.payments import Payment
from mainstay.simulate.money.published import PUBLISHED, raked_months


class Local(NamedTuple):
    """Money of the two local levels, in cents."""

    city: int
    district: int

    @property
    def whole(self) -> int:
        """City and district."""
        return self.city + self.district


class Target(NamedTuple):
    """What the receipts of the park's firms sum to in a month, and how much of it is on rows of other shares."""

    local: Local
    other: float


class Factors(NamedTuple):
    """By which the month's even and other rows are multiplied."""

    even: float = 1.0
    other: float = 1.0

    def of(self, firm: Firm, month: date) -> float:
        """Return the factor of a firm's rows."""
        return self.even if firm.district_hundredths(month) == EVEN else self.other


@dataclass(slots=True)
class Entry:
    """One payment of a firm in a month; raking may change its amount by cents."""

    firm: Firm
    payment: Payment


def targets_of(sized: Sized, refunds: Iterable[Refund], enterprises: int) -> dict[date, Target]:
    """Return the totals of every raked month, such that a year's sum to the published one exactly.

    Args:
        sized: The firms and what is expected of them.
        refunds: All refunds of the park; those that no caliber restores have to be received first.
        enterprises: How many firms the park has.
    """
    other_refunds = [refund for refund in refunds if refund.reason != CREDIT_REFUND_REASON]
    found: dict[date, Target] = {}
    for year in PUBLISHED:
        months, total = raked_months(year), PUBLISHED[year].of(enterprises)
        back = [refund.amount for refund in other_refunds if refund.refunded_on.replace(day=1) in months]
        district = total.restored_district + sum(amount.district for amount in back)
        city = total.restored_local - total.restored_district + sum(amount.city for amount in back)
        tilt = sized.district[year] / 100
        other = (district - (city + district) / 2) / (tilt - EVEN / 100) if tilt * 100 != EVEN else 0.0
        evens, others = _shared(sized.even, months, city + district - other), _shared(sized.other, months, other)
        districts = in_whole([even / 2 + tilt * rest for even, rest in zip(evens, others, strict=True)], district)
        cities = in_whole([even / 2 + (1 - tilt) * rest for even, rest in zip(evens, others, strict=True)], city)
        for place, month in enumerate(months):
            found[month] = Target(Local(cities[place], districts[place]), others[place])
    return found


def _shared(expected: Mapping[date, float], months: Sequence[date], total: float) -> list[float]:
    whole = sum(expected.get(month, 0.0) for month in months)
    return [total * expected.get(month, 0.0) / whole if whole else 0.0 for month in months]


def in_whole(parts: Sequence[float], total: int) -> list[int]:
    """Share a total out by the parts in whole cents (or metres), by the running sum: they sum to the total."""
    running, before, found = 0.0, 0, []
    if not parts:
        return []
    whole = sum(parts)
    for part in parts[:-1]:
        running += part
        until = round(total * running / whole)
        found.append(until - before)
        before = until
    return [*found, total - before]


def factors_of(target: Target, even: float, other: float, paid: int) -> Factors:
    """Return the month's factors.

    Args:
        target: The month's total.
        even: What is drawn on rows of the table's shares.
        other: What is drawn on other rows.
        paid: What is paid as it was put off, whatever the factor, in cents.
    """
    wanted = target.local.whole - target.other - paid if other else target.local.whole - paid
    return Factors(wanted / even if even else 1.0, target.other / other if other else 1.0)


def settle(entries: Sequence[Entry], missing: Local) -> None:
    """Put what rounding left on the lines: the park then has its total at both levels.

    Args:
        entries: Lines of the park's firms that may take it, the largest first; at least one.
        missing: What they lack, either sign.
    """
    largest = entries[0]
    shares = largest.payment.levy.shares
    assert shares is not None  # noqa: S101 -- such lines only
    before = largest.payment.amount
    after = shares.of(before.total + round(missing.whole / shares.local))
    lacking = missing.whole - (after.city + after.district - before.city - before.district)
    after = after._replace(total=after.total + lacking, city=after.city + lacking)
    largest.payment = largest.payment._replace(amount=after)
    over = missing.district - (after.district - before.district)
    each, rest = divmod(abs(over), len(entries))
    for place, entry in enumerate(entries):
        cents = (each + (place < rest)) * (1 if over > 0 else -1)
        if cents:
            total, central, city, district = entry.payment.amount
            entry.payment = entry.payment._replace(amount=Split(total, central, city - cents, district + cents))


def local_of(amounts: Iterable[Split]) -> Local:
    """Sum the two local levels."""
    whole = sum_of(amounts)
    return Local(whole.city, whole.district)
