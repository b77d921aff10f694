"""Rent reliefs of 2022 (房租减免): the published firms, money and area (DOMAIN section 0), whatever the park's size."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.months import last_day
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cents, Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.raking import in_whole

_MONTHS = tuple(date(2022, month, 1) for month in range(4, 10))


class Grant(NamedTuple):
    """Who granted how much in all: money in cents, area in square metres, subsidy asked in cents (0 = none)."""

    kind: str
    landlords: tuple[str, ...]
    firms: int
    amount: int
    area_m2: int
    subsidy: int


GRANTS = (
    Grant("国有企业", ("模拟科技园平台公司", "模拟国有资产经营公司"), 61, 9_058_000_00, 17_000, 0),
    Grant("民营孵化器", ("模拟孵化器运营公司", "模拟众创空间公司"), 20, 2_860_900_00, 10_400, 1_321_500_00),
)


class Relief(NamedTuple):
    """What one tenant was forgiven, once."""

    firm: Firm
    month: date
    landlord: str
    kind: str
    amount: int
    area_m2: int
    subsidy: int


def draw_reliefs(rng: Random, firms: Sequence[Firm]) -> list[Relief]:
    """Draw the reliefs of 2022, one a tenant: as many tenants as published, or as the park has."""
    tenants = [firm for firm in firms if not firm.owns_premises and _there_in(firm)]
    tenants = rng.sample(tenants, len(tenants))
    found: list[Relief] = []
    for grant in GRANTS:
        wanted = min(grant.firms, len(tenants) * grant.firms // sum(grant.firms for grant in GRANTS))
        chosen = tenants[len(found) : len(found) + wanted]
        weights = [rng.uniform(0.4, 1.6) for _ in chosen]
        parts = [in_whole(weights, whole) for whole in (grant.amount, grant.area_m2, grant.subsidy)]
        for place, (firm, *amounts) in enumerate(zip(chosen, *parts, strict=True)):
            landlord = grant.landlords[place % len(grant.landlords)]
            found.append(Relief(firm, rng.choice(_there_in(firm)), landlord, grant.kind, *amounts))
    return found


def _there_in(firm: Firm) -> list[date]:
    return [month for month in _MONTHS if firm.in_from <= month and firm.plot.left_on(last_day(month)) is None]


def reliefs_table(reliefs: Sequence[Relief], month: date) -> Export:
    """Return the reliefs granted in the month."""
    columns: Columns[Relief] = {
        "统一社会信用代码": lambda relief: relief.firm.uscc,
        "企业名称": lambda relief: relief.firm.name,
        "减免月份": lambda _: f"{month:%Y-%m}",
        "出租方": lambda relief: relief.landlord,
        "出租方类型": lambda relief: relief.kind,
        "减免金额": lambda relief: Cents(relief.amount),
        "减免面积（平方米）": lambda relief: str(relief.area_m2),
        "申请补贴金额": lambda relief: Cents(relief.subsidy) if relief.subsidy else "",
    }
    loaded = {"amount": "减免金额", "area_m2": "减免面积（平方米）", "subsidy_asked": "申请补贴金额"}
    extract = Extract("房租减免", "reliefs", title="房租减免台账", notes=("单位：元",), loaded=loaded)
    return extract.of_month(month, columns, (relief for relief in reliefs if relief.month == month))
