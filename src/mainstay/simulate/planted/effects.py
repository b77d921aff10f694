"""The planted causes' money: what each contributes to the change of a month's local revenue against a year before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from mainstay.months import add_months
from mainstay.simulate.extracts.deferrals import Deferral
from mainstay.simulate.extracts.refunds import CREDIT_REFUND_REASON, Refund
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.received import Received, owed
from mainstay.simulate.planted.stories import KEEPING_CAUSES, Story

_A_YEAR = 12

Amounts = Counter[date]
Additive = defaultdict[tuple[str, str], Amounts]
"""By enterprise and cause: what came (less what was missing) in a month because of it, in cents of local revenue."""


class Effect(NamedTuple):
    """What a cause contributes to the change of one month's natural local revenue, in cents, negative = less."""

    enterprise_id: str
    cause: str
    month: date
    local: int


def planted_effects(
    firms: Iterable[Firm],
    months: Sequence[date],
    received: Mapping[date, Received],
    refunds: Iterable[Refund],
    deferrals: Iterable[Deferral],
) -> list[Effect]:
    """Return one entry per enterprise, cause and month of which the year before is simulated too.

    Causes that add or take away money (P1, P3, P4, B1, T1, T3, and D2 for a reversal) contribute a(m) - a(m - 12).
    Causes that keep a part of the revenue (R1, R3, C1, M1, M3) contribute -(1 - kept(m) / kept(m - 12)) of what was due
    in m - 12, late or not; a firm that paid nothing then and pays again contributes all of what it pays. What a firm
    that will end (C1) pays less before it does is M1; once it is gone C1 takes all that it paid, and nothing is late.
    """
    firms = [firm for firm in firms if firm.in_park]
    additive = _of_lines(firms, months, received)
    _add_refunds(additive, refunds)
    _add_deferrals(additive, deferrals)
    found: Counter[tuple[str, str, date]] = Counter()
    later = [month for month in months if add_months(month, -_A_YEAR) >= months[0]]
    ends = {firm.uscc: story.first for firm in firms for story in firm.plot.stories if story.cause == "C1"}
    for (uscc, cause), amounts in additive.items():
        for month in later:
            is_timing_of_nobody = cause == "T3" and ends.get(uscc, date.max) <= month
            found[uscc, cause, month] = amounts[month]
            if not is_timing_of_nobody:
                found[uscc, cause, month] -= amounts[add_months(month, -_A_YEAR)]
    for firm in firms:
        for story in firm.plot.stories:
            for month, change in _kept(firm, story, later, received):
                found[firm.uscc, _told_as(story, month), month] += change
    return [Effect(*key, found[key]) for key in sorted(found) if found[key]]


def _told_as(story: Story, month: date) -> str:
    """The cause under which a month's money stands: a firm that will end first loses its market (M1)."""
    return "M1" if story.cause == "C1" and month < story.first else story.cause


def _kept(
    firm: Firm, story: Story, months: Sequence[date], received: Mapping[date, Received]
) -> Iterator[tuple[date, int]]:
    if story.cause not in KEEPING_CAUSES:
        return
    for month in months:
        before = add_months(month, -_A_YEAR)
        now, then = story.kept(month), story.kept(before)
        if now == then:
            continue
        if then:
            is_gone = story.cause == "C1" and month >= story.first
            base = received[before].paid(firm.number) if is_gone else owed(received, firm.number, before)
            yield month, round((now / then - 1) * base)
        else:
            yield month, owed(received, firm.number, month)


def _of_lines(firms: Iterable[Firm], months: Sequence[date], received: Mapping[date, Received]) -> Additive:
    found: Additive = defaultdict(Counter)
    for firm in firms:
        for story in firm.plot.stories:
            if story.cause == "B1":
                found[firm.uscc, "B1"] = Counter({month: received[month].one_offs[firm.number] for month in months})
            if story.cause == "T1":
                found[firm.uscc, "T1"] = _settlements(firm, story, months, received)
    for month in months:
        if (reversal := received[month].reversal) is not None:
            uscc, local = reversal
            found[uscc, "D2"][month] = local
    _add_late(found, firms, months, received)
    return found


def _add_late(
    found: Additive, firms: Iterable[Firm], months: Sequence[date], received: Mapping[date, Received]
) -> None:
    """What was paid a month late is missing in the month in which it was due."""
    by_number = {firm.number: firm for firm in firms}
    for month in months:
        for number, local in received[month].late.items():
            if number in by_number:
                amounts = found[by_number[number].uscc, "T3"]
                amounts[month] += local
                amounts[add_months(month, -1)] -= local


def _settlements(firm: Firm, story: Story, months: Sequence[date], received: Mapping[date, Received]) -> Amounts:
    """A settlement is missing in its usual month and there in another, as far as both years have it.

    What it grew or shrank by is no timing. Where one of the two is not there, it is the other.
    """
    both = (add_months(story.first, -_A_YEAR), story.last)
    settled = [received[month].settled[firm.number] for month in both if month is not None and month in months]
    moved = min(filter(None, settled), default=0)
    amounts = {story.first: -moved, story.last: moved}
    return Counter({month: amount for month, amount in amounts.items() if month is not None and month in months})


def _add_refunds(found: Additive, refunds: Iterable[Refund]) -> None:
    for refund in refunds:
        cause = "P1" if refund.reason == CREDIT_REFUND_REASON else "P4"
        found[refund.firm.uscc, cause][refund.refunded_on.replace(day=1)] -= refund.amount.local


def _add_deferrals(found: Additive, deferrals: Iterable[Deferral]) -> None:
    for item in deferrals:
        amounts = found[item.firm.uscc, "P3"]
        amounts[item.month] -= item.amount.local
        amounts[item.paid_month] += item.amount.local
