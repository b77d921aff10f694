"""Rent reliefs of 2022 (房租减免): the published firms, money and area (DOMAIN section 0), whatever the park's size."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.months import last_day
from mainstay.simulate.accounting import PlantedFile
from mainstay.simulate.firms import Firm
from mainstay.simulate.raking import in_whole
from mainstay.simulate.table import Cents, Row, Table
from mainstay.simulate.watermarks import heading

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


def reliefs_table(reliefs: Sequence[Relief], month: date, file: str) -> tuple[Table, PlantedFile]:
    """Return the reliefs granted in the month."""
    header = (
        "统一社会信用代码",
        "企业名称",
        "减免月份",
        "出租方",
        "出租方类型",
        "减免金额",
        "减免面积（平方米）",
        "申请补贴金额",
    )
    granted = [relief for relief in reliefs if relief.month == month]
    rows: list[Row] = [
        (
            relief.firm.uscc,
            relief.firm.name,
            f"{month:%Y-%m}",
            relief.landlord,
            relief.kind,
            Cents(relief.amount),
            str(relief.area_m2),
            Cents(relief.subsidy) if relief.subsidy else "",
        )
        for relief in granted
    ]
    table = Table(heading("房租减免台账", month), header, rows, notes=("单位：元",))
    loaded = {
        "amount": sum(relief.amount for relief in granted),
        "area_m2": sum(relief.area_m2 for relief in granted) * 100,
        "subsidy_asked": sum(relief.subsidy for relief in granted),
    }
    return table, PlantedFile.faultless(file, "reliefs", month, table, loaded)
