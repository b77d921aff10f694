"""Levy items of the simulated park: budget shares, month profiles, sub-items (DOMAIN section 1 and 7).

The shares are the table of 2021. The second regime of 2022 (district share 59.3%) is not simulated yet.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Split(NamedTuple):
    """One amount at its levels, in cents; central + city + district = total."""

    total: int
    central: int
    city: int
    district: int


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
"""Parts of the local revenue; city maintenance tax (6%) follows VAT, event taxes (6%) are planted."""

SURTAXES = ((UMCT, 7), (EDU_SURCHARGE, 3), (LOCAL_EDU, 2))
"""Levied in per cent of the VAT paid."""
