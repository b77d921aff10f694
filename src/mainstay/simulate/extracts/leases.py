"""Leases of the park's premises (租约台账): most are renewed in time, some late, and movers' often not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mainstay.months import last_day, months_after
from mainstay.simulate.extracts.signals import DAYS_A_MONTH, is_quiet
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.planted.stories import Move

LAPSING_MOVERS = 0.4
"""Movers whose lease ends within six months of the move (an assumption)."""
_RENEWED_LATE = 0.1
"""Renewals within the last six months; the others are agreed early enough for a quarterly list to show it in time."""
_TERMS = (1, 2, 3)
_WARNED_MONTHS = 6
_LANDLORDS = ("模拟科技园平台公司", "模拟孵化器运营公司")


@dataclass(frozen=True)
class Lease:
    """One lease; `renewed_on` is the day from which its renewal is known, None = it ends."""

    firm: Firm
    site: str
    landlord: str
    area_m2: int
    begins_on: date
    ends_on: date
    renewed_on: date | None

    @property
    def warned_on(self) -> date:
        """The day from which an unrenewed lease is a sign: six months before its end."""
        return months_after(self.ends_on, -_WARNED_MONTHS)


def draw_leases(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[Lease]:
    """Draw the leases of every firm of the park that does not own its premises, one after another."""
    return [lease for firm in firms if not firm.owns_premises for lease in _chain(rng, firm, months)]


def _chain(rng: Random, firm: Firm, months: Sequence[date]) -> list[Lease]:
    site, landlord = firm.address.split("号")[0] + f"号{rng.randint(101, 1999)}室", rng.choice(_LANDLORDS)
    area = rng.randint(4, 60) * 10
    lapses_on = _lapse(rng, firm.plot.move) if firm.plot.move and not is_quiet(firm) else None
    begins_on = max(firm.in_from, months[0] - timedelta(days=rng.randrange(700)))
    found = []
    until = last_day(months[-1])
    while begins_on <= until:
        ends_on = _ends(begins_on, rng.choice(_TERMS))
        if lapses_on is not None and ends_on > lapses_on - timedelta(days=200):
            found.append(Lease(firm, site, landlord, area, begins_on, lapses_on, None))
            break
        early = rng.randint(10, 170) if rng.random() < _RENEWED_LATE else rng.randint(290, 360)
        renewed_on = max(begins_on, ends_on - timedelta(days=early))
        found.append(Lease(firm, site, landlord, area, begins_on, ends_on, renewed_on))
        begins_on = ends_on + timedelta(days=1)
    return found


def _lapse(rng: Random, move: Move) -> date | None:
    """The end of a mover's lease: it is warned of one to six months before the move."""
    if rng.random() >= LAPSING_MOVERS:
        return None
    return move.moved_on + timedelta(days=round(rng.uniform(0.2, 4.8) * DAYS_A_MONTH))


def _ends(begins_on: date, years: int) -> date:
    return months_after(begins_on, 12 * years) - timedelta(days=1)


def leases_table(leases: Sequence[Lease], month: date) -> Export:
    """Return the leases that run at the end of the month, of firms that are still there."""
    end = last_day(month)
    columns: Columns[Lease] = {
        "统一社会信用代码": lambda lease: lease.firm.uscc,
        "企业名称": lambda lease: lease.firm.name,
        "房屋位置": lambda lease: lease.site,
        "出租方": lambda lease: lease.landlord,
        "租赁面积（平方米）": lambda lease: str(lease.area_m2),
        "租期起": lambda lease: lease.begins_on,
        "租期止": lambda lease: lease.ends_on,
        "是否续租": lambda lease: "是" if lease.renewed_on is not None and lease.renewed_on <= end else "否",
    }
    running = (
        lease for lease in leases if lease.begins_on <= end <= lease.ends_on and lease.firm.plot.left_on(end) is None
    )
    return Extract("房屋租约台账", "leases").of_month(month, columns, running)
