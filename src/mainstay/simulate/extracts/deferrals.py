"""Deferred taxes (缓税): what manufacturers did not pay from November 2021 on, and when they did (DOMAIN section 1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from mainstay.months import add_months, day_of, months_between
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cents, Columns, Row
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import CIT, LEVEL_COLUMNS, SURTAXES, VAT, Levy, Split
from mainstay.simulate.money.payments import Payment

PAID_IN = {
    date(2021, 10, 1): date(2022, 8, 1),
    date(2021, 11, 1): date(2023, 1, 1),
    date(2021, 12, 1): date(2023, 2, 1),
    date(2022, 1, 1): date(2022, 8, 1),
    date(2022, 2, 1): date(2023, 1, 1),
    date(2022, 3, 1): date(2023, 2, 1),
    date(2022, 4, 1): date(2023, 3, 1),
    date(2022, 5, 1): date(2023, 4, 1),
    date(2022, 6, 1): date(2023, 5, 1),
}
"""The month in which the tax of a period is paid, by the period's last month; a quarter goes with its last."""
DEFERRED_REASON = "缓缴税款入库"
_LEVIES = frozenset(levy.item for levy in (VAT, CIT, *(levy for levy, _ in SURTAXES)))
_LONGEST_PERIOD = 2
_SMALL, _MEDIUM = 1.1, 44.0
"""Sizes up to which a firm puts off all of it, and half of it, in means of the park (about 50万, 2,000万): assumed."""
_FIRST_VOUCHER = 60


class Deferral(NamedTuple):
    """A payment, or half of one, that was due in `month` and comes in `paid_month`."""

    firm: Firm
    levy: Levy
    amount: Split
    period: tuple[date, date]
    month: date
    paid_month: date

    def payment(self, place: int) -> Payment:
        """Return the payment that ends it, for the old tax period; `place` numbers the firm's vouchers."""
        paid_on = day_of(self.paid_month, 3 + self.firm.number % 12)
        return Payment(self.levy, self.amount, self.period, paid_on, _FIRST_VOUCHER + place, DEFERRED_REASON)


def deferred_hundredths(firm: Firm) -> int:
    """Return how much of its taxes a firm puts off: small manufacturers all, medium ones half, others nothing.

    Firms that leave or end put nothing off: whoever deregisters from tax settles first. Nor do those that make the
    growth of 2022, so that its shares stay those of the rule.
    """
    if firm.industry.division != "制造业" or firm.plot.ended_on is not None or firm.size > _MEDIUM:
        return 0
    if firm.role is not None or firm.regime is not None:
        return 0
    return 100 if firm.size <= _SMALL else 50


def hundredths_put_off(firm: Firm, levy: Levy, period: tuple[date, date]) -> int:
    """Return how much of one levy's tax for a period a firm puts off, where the month is one of the rule's."""
    first, last = period
    if levy.item not in _LEVIES or last.replace(day=1) not in PAID_IN or months_between(first, last) > _LONGEST_PERIOD:
        return 0
    return deferred_hundredths(firm)


def put_off(firm: Firm, payments: Sequence[Payment], month: date) -> tuple[list[Payment], list[Deferral]]:
    """Part the payments due in a month into those made and those put off; no cent is lost between the two."""
    if not is_put_off(month) or not deferred_hundredths(firm):
        return list(payments), []
    made, later = [], []
    for payment in payments:
        hundredths, shares = hundredths_put_off(firm, payment.levy, payment.period), payment.levy.shares
        if not hundredths or shares is None:
            made.append(payment)
            continue
        paid_month = PAID_IN[payment.period[1].replace(day=1)]
        amount = payment.amount if hundredths == 100 else shares.of(payment.amount.total // 2)  # noqa: PLR2004 -- the whole
        later.append(Deferral(firm, payment.levy, amount, payment.period, month, paid_month))
        rest = Split(*(whole - part for whole, part in zip(payment.amount, amount, strict=True)))
        if rest.total:
            made.append(payment._replace(amount=rest))
    return made, later


def is_put_off(month: date) -> bool:
    """Tell whether taxes due in a month may be put off: those of the month or quarter before it."""
    return add_months(month, -1) in PAID_IN


def months_paid_in(month: date) -> list[date]:
    """Return the months whose deferrals are paid in a month."""
    return [add_months(period, 1) for period, paid_month in PAID_IN.items() if paid_month == month]


def deferrals_table(deferrals: Sequence[Deferral], month: date) -> Export:
    """Return what was put off in a month, with the month in which it falls due, and a total line."""
    columns: Columns[Deferral] = {
        "社会信用代码（纳税人识别号）": lambda item: item.firm.uscc,
        "纳税人名称": lambda item: item.firm.name,
        "征收项目": lambda item: item.levy.item,
        "税款所属期起": lambda item: item.period[0],
        "税款所属期止": lambda item: item.period[1],
        "应入库月份": lambda item: f"{item.month:%Y-%m}",
        "缓缴到期月份": lambda item: f"{item.paid_month:%Y-%m}",
        "缓缴税额": lambda item: Cents(item.amount.total),
        "中央级": lambda item: Cents(item.amount.central),
        "市级": lambda item: Cents(item.amount.city),
        "区级": lambda item: Cents(item.amount.district),
    }
    loaded = dict(zip(LEVEL_COLUMNS, ("缓缴税额", "中央级", "市级", "区级"), strict=True))
    extract = Extract("缓税明细", "deferrals", notes=("单位：元",), loaded=loaded)
    table, planted = extract.of_month(month, columns, deferrals)
    sums = [Cents(cents) for cents in planted.loaded.values()]
    total: Row = ("合计", *[""] * (len(columns) - len(sums) - 1), *sums)
    rows_read = planted.rows_read + 2
    return Export(replace(table, total=total), replace(planted, rows_read=rows_read, rows_total_line=1, rows_blank=1))
