"""What the office knows of a firm's money before anybody asks (已知事项): a third of the one-offs, a few others.

It is told right after it happened, or shortly before the drop that it makes a year later.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.months import add_months
from mainstay.simulate.extracts.refunds import Refund, overpaid
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cents, Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import CIT, IIT_TRANSFER, Levy
from mainstay.simulate.money.payments import one_off_levy
from mainstay.simulate.money.received import Received
from mainstay.simulate.planted.stories import Story

_TOLD = {"B1": 1 / 3, "T1": 0.2, "P4": 0.15, "R3": 0.15, "M1": 0.05}
_MATTERS = {"T1": "结算时间调整", "P4": "退税", "R3": "业务转移", "M1": "市场变化"}
_LASTING = frozenset({"R3", "M1"})
_BEFORE_THE_DROP = 11
"""Months after a one-off: the drop comes in the twelfth."""

InMonth = Callable[[date], Received]


class KnownEvent(NamedTuple):
    """One event: the month of its money, and the month in whose file the office tells it."""

    firm: Firm
    story: Story
    told_in: date

    @property
    def matter(self) -> str:
        """Its kind, in the words of the contract."""
        if self.story.cause == "B1":
            return "股权转让" if one_off_levy(self.firm) is IIT_TRANSFER else "土地或房产处置"
        return _MATTERS[self.story.cause]

    @property
    def levy(self) -> Levy | None:
        """The levy it concerns; None = several."""
        if self.story.cause == "B1":
            return one_off_levy(self.firm)
        return CIT if self.story.cause in {"T1", "P4"} else None


def draw_known_events(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[KnownEvent]:
    """Draw what the office knows, by firm; only of causes whose money the simulated months show."""
    found = []
    for firm in firms:
        for story in firm.plot.stories:
            shows = story.cause in {"B1", "P4"} or add_months(story.first, -12) >= months[0]
            if rng.random() < _TOLD.get(story.cause, 0.0) and shows:
                later = rng.choice((1, _BEFORE_THE_DROP)) if story.cause == "B1" else 0
                found.append(KnownEvent(firm, story, add_months(story.first, later)))
    return found


def known_events_table(
    events: Sequence[KnownEvent], in_month: InMonth, refunds: Sequence[Refund], month: date
) -> Export:
    """Return what is told in the month's file.

    Args:
        events: All events.
        in_month: Returns what was received in a simulated month.
        refunds: All refunds.
        month: The file's.
    """
    returned = overpaid(refunds)
    columns: Columns[tuple[KnownEvent, int]] = {
        "统一社会信用代码": lambda told: told[0].firm.uscc,
        "企业名称": lambda told: told[0].firm.name,
        "事项类型": lambda told: told[0].matter,
        "入库月份": lambda told: f"{told[0].story.first:%Y-%m}",
        "征收项目": lambda told: told[0].levy.item if told[0].levy else "",
        "影响地方级收入": lambda told: Cents(told[1]),
        "是否持续": lambda told: "是" if told[0].story.cause in _LASTING else "否",
        "说明": lambda _: "园区台账登记（模拟）",
    }
    of_month = [(event, _amount(event, in_month, returned)) for event in events if event.told_in == month]
    loaded = {"amount": "影响地方级收入"}
    extract = Extract("已知事项", "known_events", title="企业已知事项", notes=("单位：元",), loaded=loaded)
    return extract.of_month(month, columns, ((event, amount) for event, amount in of_month if amount))


def _amount(event: KnownEvent, in_month: InMonth, returned: Mapping[tuple[int, date], int]) -> int:
    """What it changed in the local revenue of its month, in cents."""
    number, month, cause = event.firm.number, event.story.first, event.story.cause
    if cause == "B1":
        return in_month(month).one_offs[number]
    if cause == "P4":
        return -returned.get((number, month), 0)
    before = in_month(add_months(month, -12))
    if cause == "T1":
        return -before.settled[number]
    owed_then = before.due[number] + in_month(add_months(month, -11)).late[number]
    return -round((1 - event.story.keeps) * owed_then)
