"""What one enterprise pays in one month, levy by levy."""

from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.simulate.firms import Firm
from mainstay.simulate.levies import (
    CIT,
    CIT_MONTHS,
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
    VAT_MONTHS,
    Levy,
    Split,
)
from mainstay.simulate.months import add_months, day_of, last_day, months_between

QUARTER_MONTHS = (1, 4, 7, 10)
_LEAST = 1_00
_JUNE = 6
_USUAL_YEAR = date(2021, 1, 1)
"""Where a firm's annual revenue holds as drawn; growth counts from there, both ways."""


class Payment(NamedTuple):
    """One voucher line: an amount in cents for a tax period; lines of one `voucher` are paid at once."""

    levy: Levy
    amount: Split
    period: tuple[date, date]
    paid_on: date
    voucher: int
    reason: str = "正常申报"


class _Due(NamedTuple):
    levy: Levy
    local: float
    period: tuple[date, date]


def payments_of(firm: Firm, month: date, rng: Random) -> list[Payment]:
    """Return what the firm owes in the month, deferrals aside; empty before it joins and after it left.

    Args:
        firm: The enterprise.
        month: The month of receipt.
        rng: The month's source of chance.
    """
    if last_day(month) < firm.in_from:
        return []
    due = [*_regular(firm, month, rng), *_one_offs(firm, month)]
    payments: list[Payment] = []
    for place, item in enumerate(due):
        # Both kinds of stamp duty stand on one voucher: only the sub-item tells the two lines apart.
        number = place - 1 if item.levy is STAMP_LOAN else place
        total = round(item.local / item.levy.shares.local) if item.levy.shares else round(item.local)
        if total < _LEAST:
            continue
        paid_on = day_of(month, 3 + int(rng.random() * 16))
        payments.append(_payment(item.levy, total, item.period, paid_on, number))
        if item.levy is VAT:
            payments += [
                _payment(levy, (total * per_cent + 50) // 100, item.period, paid_on, number)
                for levy, per_cent in SURTAXES
            ]
    return payments


def _payment(levy: Levy, total: int, period: tuple[date, date], paid_on: date, voucher: int) -> Payment:
    amount = levy.shares.of(total) if levy.shares else Split(total, 0, 0, 0)
    return Payment(levy, amount, period, paid_on, voucher)


def _regular(firm: Firm, month: date, rng: Random) -> list[_Due]:
    years = months_between(_USUAL_YEAR, month) / 12
    usual = firm.annual_local * firm.yearly_growth**years * firm.plot.kept(month)
    if usual <= 0:
        return []
    number = month.month - 1

    def part(levy: str, per_cent: float) -> float:
        return float(usual * firm.mix[levy] * per_cent / 100 * rng.lognormvariate(0, firm.noise))

    due = []
    if not firm.files_quarterly:
        due.append(_Due(VAT, part("VAT", VAT_MONTHS[number]), _months_before(month, 1)))
    elif month.month in QUARTER_MONTHS:
        of_quarter = sum(VAT_MONTHS[index] for index in (number - 2, number - 1, number))
        due.append(_Due(VAT, part("VAT", of_quarter), _months_before(month, 3)))
    due.append(_Due(IIT, part("IIT", IIT_MONTHS[number]), _months_before(month, 1)))
    due += _quarterly(month, part("CIT", CIT_MONTHS[number]), part("STAMP", 25.0), rng)
    if firm.owns_premises and month.month in (4, 10):
        half_year = part("PROPERTY", 50.0) * 4
        due += [
            _Due(PROPERTY, half_year * 0.8, _months_before(month, 6)),
            _Due(LAND_USE, half_year * 0.2, _months_before(month, 6)),
        ]
    if firm.collects_for_others:
        due += _for_others(month, part("IIT", 8.0))
    return due


def _quarterly(month: date, income_tax: float, stamp: float, rng: Random) -> list[_Due]:
    """Income tax: everybody prepays in a quarter month, a fourth settles or pays late in between."""
    if month.month in QUARTER_MONTHS:
        quarter = _months_before(month, 3)
        return [
            _Due(CIT, income_tax, quarter),
            _Due(STAMP_SALES, stamp * 0.9, quarter),
            _Due(STAMP_LOAN, stamp * 0.1, quarter),
        ]
    if rng.random() < 0.25:  # noqa: PLR2004 -- a fourth, with four times the money
        settled = (date(month.year - 1, 1, 1), date(month.year - 1, 12, 31))
        return [_Due(CIT, income_tax * 4, settled if month.month <= _JUNE else _months_before(month, 3))]
    return []


def _for_others(month: date, amount: float) -> list[_Due]:
    before = _months_before(month, 1)
    due = [_Due(SOCIAL_INSURANCE, amount * 2, before), _Due(UNION_DUES, amount * 0.2, before)]
    if month.month == 9:  # noqa: PLR2004 -- paid once a year, in September
        due.append(_Due(DISABLED_FUND, amount, (date(month.year - 1, 1, 1), date(month.year - 1, 12, 31))))
    return due


def _one_offs(firm: Firm, month: date) -> list[_Due]:
    """The planted B1: an equity transfer, land or premises sold, once."""
    levies = (IIT_TRANSFER, LAND_VAT, DEED)
    return [
        _Due(levies[firm.number % 3], firm.annual_local * story.one_off, (month, last_day(month)))
        for story in firm.plot.stories
        if story.cause == "B1" and story.first == month
    ]


def _months_before(month: date, count: int) -> tuple[date, date]:
    return add_months(month, -count), last_day(add_months(month, -1))
