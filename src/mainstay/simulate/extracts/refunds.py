"""Treasury refunds: the VAT credit refunds of 2022 and a few others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from mainstay.months import day_of, months_from
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cents, Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import (
    CIT,
    CREDIT_REFUND,
    INCOME_SHARES,
    LEVEL_COLUMNS,
    VAT,
    VAT_SHARES,
    Levy,
    Shares,
    Split,
)
from mainstay.simulate.money.published import PUBLISHED, PUBLISHED_FIRMS, RAKED_MONTHS, Published

CREDIT_REFUND_REASON = "增值税留抵退税"
OTHER_REFUND_REASON = "误收多缴退税"
INSTANT_REFUND_REASON = "即征即退"
_FIRMS_PER_INSTANT_REFUND = 500
_INSTANT_PART = 0.005
"""Its part in a usual year's local revenue: too little to make a firm decline."""
_FIRMS_WITH_REFUND = 80 / PUBLISHED_FIRMS
_LEAST_WITH_REFUND = 20
"""In a small park, where a refund of the published size would be more than a firm ever paid, as far as there are."""
_CAMPAIGN_YEAR = 2022
_USUAL_YEAR = 2021
"""Any other year has its refunds."""
_CAMPAIGN = {4: 35, 5: 25, 6: 20, 7: 12, 8: 3, 9: 3, 10: 2}
_ALL_YEAR = dict.fromkeys(range(1, RAKED_MONTHS + 1), 1)
"""Both within the months that are raked: what is published of refunds is of these."""


@dataclass(frozen=True)
class Refund:
    """One refund line, positive, in cents."""

    firm: Firm
    levy: Levy
    amount: Split
    shares: Shares
    reason: str
    refunded_on: date
    voucher: str


def draw_credit_refunds(rng: Random, firms: Sequence[Firm], year: int) -> list[Refund]:
    """Draw a year's VAT credit refunds: larger firms sooner; many in 2022, mostly April to July.

    Firms that left or ended do not get any: a refund to them would hide the planted cause. They sum to the published
    totals of both levels, to the cent.
    """
    campaign = year == _CAMPAIGN_YEAR
    published = PUBLISHED[year if year in PUBLISHED else _USUAL_YEAR].of(len(firms))
    open_to = [firm for firm in firms if not firm.plot.stories and firm.in_from.year < year and _may_be_refunded(firm)]
    wanted = max(round(len(firms) * _FIRMS_WITH_REFUND), min(_LEAST_WITH_REFUND, len(open_to) // 3))
    wanted = max(2, wanted if campaign else round(wanted * 0.15))
    drawn = sorted(open_to, key=lambda firm: rng.expovariate(firm.annual_local))[:wanted]
    weights = [firm.annual_local**0.5 * rng.lognormvariate(0, 0.5) for firm in drawn]
    months, odds = zip(*(_CAMPAIGN if campaign else _ALL_YEAR).items(), strict=True)
    refunds = []
    for firm, weight in zip(drawn, weights, strict=True):
        month = rng.choices(months, weights=odds)[0]
        refunded_on = day_of(date(year, month, 1), rng.randint(5, 28))
        part = published.refunds_local * weight / sum(weights)
        refunds.append(_refund(firm, VAT, CREDIT_REFUND, part, CREDIT_REFUND_REASON, refunded_on))
    return _to_the_cent(refunds, published)


def _may_be_refunded(firm: Firm) -> bool:
    return firm.role is None or firm.role.kind == "grower"


def _to_the_cent(refunds: list[Refund], published: Published) -> list[Refund]:
    """The largest refund takes the cents that rounding leaves."""
    if not refunds:
        return refunds
    largest = max(refunds, key=lambda refund: refund.amount.total)
    city = published.refunds_local - published.refunds_district - sum(refund.amount.city for refund in refunds)
    district = published.refunds_district - sum(refund.amount.district for refund in refunds)
    total, central, its_city, its_district = largest.amount
    amount = Split(total + city + district, central, its_city + city, its_district + district)
    return [replace(refund, amount=amount) if refund is largest else refund for refund in refunds]


def planted_refunds(firms: Sequence[Firm]) -> list[Refund]:
    """Return the refunds of the planted P4: overpaid income tax that is paid back."""
    refunds = []
    for firm in firms:
        for story in (story for story in firm.plot.stories if story.cause == "P4"):
            refunded_on = day_of(story.first, 5 + firm.number % 20)
            local = firm.annual_local * story.one_off
            refunds.append(_refund(firm, CIT, INCOME_SHARES, local, OTHER_REFUND_REASON, refunded_on))
    return refunds


def draw_instant_refunds(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[Refund]:
    """Draw the small VAT refunds of software makers (即征即退), some in every month; no credit, and no decline."""
    makers = [
        firm
        for firm in firms
        if not firm.plot.stories and firm.role is None and firm.industry.trade == "软件" and firm.in_from < months[0]
    ]
    count = min(len(makers), max(1, len(firms) // _FIRMS_PER_INSTANT_REFUND))
    return [
        _refund(
            firm,
            VAT,
            VAT_SHARES,
            firm.annual_local * _INSTANT_PART,
            INSTANT_REFUND_REASON,
            day_of(month, rng.randint(5, 28)),
        )
        for month in months
        for firm in rng.sample(makers, count)
    ]


def all_refunds(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[Refund]:
    """Return every refund of the simulated months, by day and firm."""
    years = range(months[0].year, months[-1].year + 1)
    found = [refund for year in years for refund in draw_credit_refunds(rng, firms, year)]
    found += planted_refunds(firms) + draw_instant_refunds(rng, firms, months)
    simulated = set(months_from(months[0], len(months)))
    kept = [refund for refund in found if refund.refunded_on.replace(day=1) in simulated]
    return sorted(kept, key=lambda refund: (refund.refunded_on, refund.firm.number))


def overpaid(refunds: Iterable[Refund]) -> dict[tuple[int, date], int]:
    """Return what was paid back as overpaid (P4), by firm's number and month, in cents of local revenue."""
    return {
        (refund.firm.number, refund.refunded_on.replace(day=1)): refund.amount.local
        for refund in refunds
        if refund.reason == OTHER_REFUND_REASON
    }


def _refund(firm: Firm, levy: Levy, shares: Shares, local: float, reason: str, refunded_on: date) -> Refund:
    amount = shares.of(round(local / shares.local))
    voucher = f"4110109{refunded_on:%y%m}{firm.number:07d}"
    return Refund(firm, levy, amount, shares, reason, refunded_on, voucher)


def refunds_table(refunds: Sequence[Refund], month: date) -> Export:
    """Return the refunds of a month, positive as the treasury delivers them."""
    columns: Columns[Refund] = {
        "社会信用代码（纳税人识别号）": lambda refund: refund.firm.uscc,
        "纳税人名称": lambda refund: refund.firm.name,
        "征收项目": lambda refund: refund.levy.item,
        "税额": lambda refund: Cents(refund.amount.total),
        "退抵税费原因类型": lambda refund: refund.reason,
        "退还日期": lambda refund: refund.refunded_on,
        "预算分配比例": lambda refund: refund.shares.as_delivered,
        "中央级": lambda refund: Cents(refund.amount.central),
        "市级": lambda refund: Cents(refund.amount.city),
        "区级": lambda refund: Cents(refund.amount.district),
        "主管税务机关": lambda refund: refund.firm.authority,
        "收入退还书号码": lambda refund: refund.voucher,
    }
    loaded = dict(zip(LEVEL_COLUMNS, ("税额", "中央级", "市级", "区级"), strict=True))
    extract = Extract("税收退库明细", "refunds", notes=("单位：元",), loaded=loaded)
    return extract.of_month(month, columns, refunds)
