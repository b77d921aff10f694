"""What one enterprise pays in one month, levy by levy: drawn first, made money of when the whole month is drawn."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

from mainstay.months import add_months, day_of, last_day, months_between
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.allocation import allocated, with_surtaxes
from mainstay.simulate.money.levies import (
    CIT,
    CIT_MONTHS,
    CIT_PREPAID,
    CIT_QUARTERLY,
    DEED,
    DISABLED_FUND,
    IIT,
    IIT_MONTHS,
    IIT_TRANSFER,
    LAND_USE,
    LAND_VAT,
    PROPERTY,
    SOCIAL_INSURANCE,
    STAMP_LOAN,
    STAMP_SALES,
    SURTAXES,
    UNION_DUES,
    VAT,
    VAT_QUARTERLY,
    Levy,
    Split,
)

QUARTER_MONTHS = (1, 4, 7, 10)
USUAL_REASON, AMENDED_REASON = "正常申报", "补充申报"
_AMENDED_PART = 0.06
_MORE_NOISE = 1.8
_DEFERRING_DIVISION = "制造业"
_LEAST = 1_00
_PREPAID, _WHOLE = sum(CIT_PREPAID), sum(CIT_MONTHS)


class Payment(NamedTuple):
    """One voucher line: an amount in cents for a tax period; lines of one `voucher` are paid at once.

    `cause` is the planted cause that it is the money of: B1 for a one-off, T1 for a settlement, T3 for what was due a
    month before, else blank.
    """

    levy: Levy
    amount: Split
    period: tuple[date, date]
    paid_on: date
    voucher: int
    reason: str = USUAL_REASON
    cause: str = ""


class Due(NamedTuple):
    """What is due, before it is money: local part in cents, of VAT without its surtaxes."""

    levy: Levy
    local: float
    period: tuple[date, date]
    paid_on: date
    voucher: int
    cause: str = ""
    reason: str = USUAL_REASON

    @property
    def local_with_surtaxes(self) -> float:
        """All that comes to the local levels with it; nothing of what is collected for others."""
        return with_surtaxes(self.levy, self.local)


class Calendar(NamedTuple):
    """What holds for all firms of a park.

    `income_tax` and `vat` are the months' weights of those who pay by the month, in per cent of a year. `premises` is
    how much more property tax owners pay than if everybody owned premises.
    """

    income_tax: tuple[float, ...]
    vat: tuple[float, ...]
    premises: float


class Expected(Random):
    """No chance at all: every draw is its mean."""

    def random(self) -> float:
        """Return the middle."""
        return 0.5

    def lognormvariate(self, mu: float = 0.0, sigma: float = 1.0) -> float:  # noqa: ARG002 -- as Random declares it
        """Return 1, the mean of every noise."""
        return 1.0


_Drawn = tuple[Levy, float, tuple[date, date], str]
_SETTLED = "T1"


def dues_of(firm: Firm, month: date, rng: Random, calendar: Calendar) -> list[Due]:
    """Return what falls due in the month, deferrals aside; nothing before it joins and after it left.

    Args:
        firm: The enterprise.
        month: The month of receipt.
        rng: The month's source of chance.
        calendar: The park's.
    """
    if last_day(month) < firm.in_from:
        return []
    drawn = [*_regular_and_late(firm, month, rng, calendar), *_one_offs(firm, month)]
    allocation = firm.plot.allocation(month)
    dues = []
    for place, (levy, local, period, cause) in enumerate(drawn):
        # Both kinds of stamp duty stand on one voucher: only the sub-item tells the two lines apart.
        voucher = place - 1 if levy is STAMP_LOAN else place
        paid_on = day_of(month, 3 + int(rng.random() * 16))
        shared = (levy, local) if allocation is None else allocated(levy, local, *allocation)
        dues.append(Due(*shared, period, paid_on, voucher, cause))
    return _amended(dues) if month in firm.plot.unrest.amended and _may_be_late(firm) else dues


def _regular_and_late(firm: Firm, month: date, rng: Random, calendar: Calendar) -> list[_Drawn]:
    """What falls due in the month and is paid in it, and what fell due a month before and was not (T3)."""
    drawn = _regular(firm, month, rng, calendar)
    late = firm.plot.unrest.late
    if not late or not _may_be_late(firm):
        return drawn
    if month in late:
        drawn = [one for one in drawn if one[3] == _SETTLED]
    before = add_months(month, -1)
    if before in late and firm.in_from < month:
        overdue = _regular(firm, before, rng, calendar)
        drawn += [(levy, local, period, "T3") for levy, local, period, cause in overdue if cause != _SETTLED]
    return drawn


def _may_be_late(firm: Firm) -> bool:
    """What manufacturers pay late is put off by rule (P3): they are given no other reason."""
    return firm.industry.division != _DEFERRING_DIVISION


def _amended(dues: Sequence[Due]) -> list[Due]:
    """A part of the month's VAT is filed later, for the period before; no money is added."""
    found = list(dues)
    for place, due in enumerate(dues):
        if due.levy.item == VAT.item and not due.cause:
            older = _months_before(due.period[0], months_between(*due.period) + 1)
            part = due._replace(local=due.local * _AMENDED_PART, period=older, voucher=len(dues), reason=AMENDED_REASON)
            found[place] = due._replace(local=due.local * (1 - _AMENDED_PART))
            return [*found, part]
    return found


def payments_of(firm: Firm, dues: Sequence[Due], month: date, factor: float = 1.0) -> list[Payment]:
    """Make money of what is due: rounded to the cent, split by the shares of the firm's rows, VAT with its surtaxes.

    Args:
        firm: The enterprise.
        dues: What falls due.
        month: The month of receipt.
        factor: By which all but what is collected for others is multiplied, so that the park has its total.
    """
    payments: list[Payment] = []
    district = firm.district_hundredths(month)
    for levy, local, period, paid_on, voucher, cause, reason in dues:
        if levy.shares is None:
            total = round(local)
            if total >= _LEAST:
                payments.append(Payment(levy, Split(total, 0, 0, 0), period, paid_on, voucher))
            continue
        total = round(local * factor / levy.shares.local)
        if total < _LEAST:
            continue
        amounts = [(levy, total)]
        if levy.item == VAT.item:
            amounts += [(surtax, (total * per_cent + 50) // 100) for surtax, per_cent in SURTAXES]
        for each, amount in amounts:
            of_firm = each.at(district)
            assert of_firm.shares is not None  # noqa: S101 -- such levies only
            payments.append(Payment(of_firm, of_firm.shares.of(amount), period, paid_on, voucher, reason, cause))
    return payments


def _regular(firm: Firm, month: date, rng: Random, calendar: Calendar) -> list[_Drawn]:
    usual = firm.usual(month) * firm.plot.kept(month)
    if usual <= 0:
        return []
    number, noise, mix = month.month - 1, firm.noise, firm.mix
    if month in firm.plot.unrest.restless:
        noise *= _MORE_NOISE
    centre = -noise * noise / 2
    draw, before = rng.lognormvariate, _months_before(month, 1)
    is_quarter = month.month in QUARTER_MONTHS
    due: list[_Drawn] = []
    if not firm.files_quarterly:
        due.append((VAT, usual * mix["VAT"] * calendar.vat[number] / 100 * draw(centre, noise), before, ""))
    elif is_quarter:
        of_quarter = usual * mix["VAT"] * VAT_QUARTERLY[number] / 100
        due.append((VAT, of_quarter * draw(centre, noise), _months_before(month, 3), ""))
    due.append((IIT, usual * mix["IIT"] * IIT_MONTHS[number] / 100 * draw(centre, noise), before, ""))
    due += _income_tax(firm, month, usual * mix["CIT"] * draw(centre, noise), calendar)
    if is_quarter:
        quarter, stamp = _months_before(month, 3), usual * mix["STAMP"] / 4 * draw(centre, noise)
        due += [(STAMP_SALES, stamp * 0.9, quarter, ""), (STAMP_LOAN, stamp * 0.1, quarter, "")]
    if firm.owns_premises and month.month in (4, 10):
        half_year = usual * mix["PROPERTY"] / 2 * calendar.premises * draw(centre, noise)
        due += [(levy, half_year * part, _months_before(month, 6), "") for levy, part in _PREMISES]
    if firm.collects_for_others:
        due += _for_others(month, usual * mix["IIT"] * 0.08 * draw(centre, noise))
    return due


_PREMISES = ((PROPERTY, 0.8), (LAND_USE, 0.2))


def _income_tax(firm: Firm, month: date, of_year: float, calendar: Calendar) -> list[_Drawn]:
    """Prepaid by the month or by the quarter; the year before is settled once, in the firm's own month."""
    weights = calendar.income_tax if firm.is_large else CIT_QUARTERLY
    prepaid = of_year * weights[month.month - 1] / _PREPAID * (1 - firm.settled_part)
    due: list[_Drawn] = []
    if prepaid > 0:
        due.append((CIT, prepaid, _months_before(month, 1 if firm.is_large else 3), ""))
    if firm.settled_part and month.month == _settles_in(firm, month.year) and firm.in_from.year < month.year:
        year_before = (date(month.year - 1, 1, 1), date(month.year - 1, 12, 31))
        due.append((CIT, of_year * firm.settled_part, year_before, _SETTLED))
    return due


def _settles_in(firm: Firm, year: int) -> int:
    """Its usual month, but in the year of a planted T1."""
    moved = (story.last for story in firm.plot.stories if story.cause == "T1" and story.first.year == year)
    return next((month.month for month in moved if month is not None), firm.settles_in)


def _for_others(month: date, amount: float) -> list[_Drawn]:
    before = _months_before(month, 1)
    due: list[_Drawn] = [(SOCIAL_INSURANCE, amount * 2, before, ""), (UNION_DUES, amount * 0.2, before, "")]
    if month.month == 9:  # noqa: PLR2004 -- paid once a year, in September
        due.append((DISABLED_FUND, amount, (date(month.year - 1, 1, 1), date(month.year - 1, 12, 31)), ""))
    return due


def one_off_levy(firm: Firm) -> Levy:
    """Return what a planted B1 of the firm is: an equity transfer, land or premises sold."""
    return (IIT_TRANSFER, LAND_VAT, DEED)[firm.number % 3]


def _one_offs(firm: Firm, month: date) -> list[_Drawn]:
    """The planted B1, once."""
    return [
        (one_off_levy(firm), firm.annual_local * story.one_off, (month, last_day(month)), "B1")
        for story in firm.plot.stories
        if story.cause == "B1" and story.first == month
    ]


@cache
def _months_before(month: date, count: int) -> tuple[date, date]:
    return add_months(month, -count), last_day(add_months(month, -1))
