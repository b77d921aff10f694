"""Levy items of the simulated park: budget shares, month profiles, sub-items (DOMAIN section 1 and 7).

The shares are the table of 2021. The second regime of 2022 (district share 59.3%) is an assumption: named firms' rows
carry shares of their own, in which the district keeps all of the local part (see `Levy.at`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple


class Split(NamedTuple):
    """One amount at its levels, in cents; central + city + district = total."""

    total: int
    central: int
    city: int
    district: int

    @property
    def local(self) -> int:
        """City and district."""
        return self.city + self.district


LEVEL_COLUMNS = tuple(f"amount_{level}" for level in Split._fields)
"""How contracts call the parts of an amount."""


def sum_of(amounts: Iterable[Split]) -> Split:
    """Add amounts up, level by level."""
    return Split(*map(sum, zip(Split(0, 0, 0, 0), *amounts, strict=True)))


@dataclass(frozen=True)
class Shares:
    """Budget shares in thousandths; they sum to 1,000."""

    central: int
    city: int
    district: int

    @property
    def local(self) -> float:
        """The part that stays in the city and the district, 0 to 1."""
        return (self.city + self.district) / 1000

    def of(self, total: int) -> Split:
        """Split an amount of cents; the largest share takes the rounding, so that the parts sum to it."""
        district = (total * self.district + 500) // 1000
        if not self.central:
            return Split(total, 0, total - district, district)
        city = (total * self.city + 500) // 1000
        return Split(total, total - city - district, city, district)

    def with_district(self, hundredths: int) -> "Shares":
        """Return the shares with so many hundredths of the local part for the district, the rest for the city."""
        local = self.city + self.district
        district = local * hundredths // 100
        return Shares(self.central, local - district, district)

    @cached_property
    def as_delivered(self) -> str:
        """How an extract writes them (预算分配比例)."""
        return f"中央{self.central / 10:g}%市级{self.city / 10:g}%区级{self.district / 10:g}%"


@dataclass(frozen=True)
class Levy:
    """A levy item as delivered; `shares = None`: collected on behalf of others, no level, not in scope."""

    item: str
    subitem: str
    budget_subject: str
    shares: Shares | None

    def at(self, hundredths: int) -> "Levy":
        """Return the levy of a firm whose rows give the district so many hundredths of the local part."""
        return self if hundredths == EVEN or self.shares is None else _tilted(self, hundredths)

    def with_local(self, part: float) -> "Levy":
        """Return the levy of rows that leave about so much (0 to 1) to the local levels, half of it to each."""
        return self if self.shares is None else _with_each(self, max(1, round(part * 500)))


EVEN = 50
"""Hundredths of the local part that the table of 2021 gives the district, whatever the levy."""


@cache
def _tilted(levy: Levy, hundredths: int) -> Levy:
    assert levy.shares is not None  # noqa: S101 -- asked for such levies only
    return replace(levy, shares=levy.shares.with_district(hundredths))


@cache
def _with_each(levy: Levy, thousandths: int) -> Levy:
    return replace(levy, shares=Shares(1000 - 2 * thousandths, thousandths, thousandths))


VAT_SHARES = Shares(500, 250, 250)
INCOME_SHARES = Shares(600, 200, 200)
_LOCAL = Shares(0, 500, 500)
CREDIT_REFUND = Shares(500, 425, 75)
"""How VAT credit refunds are borne: inferred from two rounded totals (DOMAIN section 1), an assumption."""

VAT = Levy("增值税", "信息技术服务", "一般增值税", VAT_SHARES)
CIT = Levy("企业所得税", "应纳税所得额", "其他企业所得税", INCOME_SHARES)
IIT = Levy("个人所得税", "工资薪金所得", "其他个人所得税", INCOME_SHARES)
IIT_TRANSFER = Levy("个人所得税", "财产转让所得", "其他个人所得税", INCOME_SHARES)
IIT_BUSINESS = Levy("个人所得税", "经营所得", "其他个人所得税", INCOME_SHARES)
UMCT = Levy("城市维护建设税", "市区（增值税附征）", "其他城市维护建设税", _LOCAL)
PROPERTY = Levy("房产税", "从价计征", "其他房产税", _LOCAL)
LAND_USE = Levy("城镇土地使用税", "土地等级三", "其他城镇土地使用税", _LOCAL)
STAMP_SALES = Levy("印花税", "买卖合同", "其他印花税", _LOCAL)
STAMP_LOAN = Levy("印花税", "借款合同", "其他印花税", _LOCAL)
LAND_VAT = Levy("土地增值税", "其他类型房地产", "土地增值税", _LOCAL)
DEED = Levy("契税", "房屋买卖", "契税", _LOCAL)
EDU_SURCHARGE = Levy("教育费附加", "增值税教育费附加", "教育费附加收入", _LOCAL)
LOCAL_EDU = Levy("地方教育附加", "增值税地方教育附加", "地方教育附加收入", _LOCAL)
SOCIAL_INSURANCE = Levy("社保费", "单位缴纳", "社会保险基金", None)
UNION_DUES = Levy("工会经费", "工会经费", "工会经费", None)
DISABLED_FUND = Levy("残疾人就业保障金", "残疾人就业保障金", "残疾人就业保障金收入", None)

VAT_MONTHS = (13.5, 8.5, 5.5, 8.5, 8.0, 8.0, 9.0, 7.5, 7.5, 9.0, 7.5, 7.5)
CIT_MONTHS = (13.0, 4.0, 9.0, 9.5, 7.5, 8.5, 13.5, 4.0, 4.0, 14.0, 6.0, 7.0)
IIT_MONTHS = (14.0, 11.0, 4.0, 7.0, 7.5, 8.5, 9.5, 8.0, 7.5, 7.5, 7.5, 8.0)
"""Per cent of a year's receipts, January to December."""

MIX = {"VAT": 0.40, "CIT": 0.24, "IIT": 0.15, "PROPERTY": 0.06, "STAMP": 0.03}
"""Parts of the local revenue; city maintenance tax (6%) follows VAT, event taxes are planted."""
EVENT_PART = 0.06
"""Event taxes' part of a year's local revenue (B1: equity transfers, land, deed)."""

SETTLED = {3: 5.0, 4: 1.0, 5: 3.5}
"""What of the income tax of March to May settles the year before, in per cent of a year (an assumption)."""
CIT_PREPAID = tuple(part - SETTLED.get(month, 0.0) for month, part in enumerate(CIT_MONTHS, start=1))
CIT_QUARTERLY = (22.0, 0.0, 0.0, 18.0, 0.0, 0.0, 24.5, 0.0, 0.0, 26.0, 0.0, 0.0)
"""How those prepay who do so by the quarter; both sum to what is not settled."""
VAT_QUARTERLY = tuple(
    sum(VAT_MONTHS[index] for index in (month - 2, month - 1, month)) if month % 3 == 0 else 0.0 for month in range(12)
)
"""How those pay VAT who file by the quarter."""
_MADE_UP_FOR = 0.9
"""Part of a month's weight that those who pay by the quarter may take: those who pay monthly still pay something."""


def by_month(all_firms: tuple[float, ...], quarterly: tuple[float, ...], part: float) -> tuple[float, ...]:
    """Return the months' weights of those who pay monthly, so that with the others the whole park has its shape.

    Args:
        all_firms: The park's weights, in per cent of a year.
        quarterly: Those of the firms that pay by the quarter.
        part: These firms' part of the levy, 0 to 1.
    """
    most = min(whole / theirs for whole, theirs in zip(all_firms, quarterly, strict=True) if theirs)
    part = min(part, most * _MADE_UP_FOR)
    return tuple((whole - part * theirs) / (1 - part) for whole, theirs in zip(all_firms, quarterly, strict=True))


SURTAXES = ((UMCT, 7), (EDU_SURCHARGE, 3), (LOCAL_EDU, 2))
"""Levied in per cent of the VAT paid."""
