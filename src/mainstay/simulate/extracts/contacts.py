"""What was said (对接记录): by firms that moved out, that want to, or of which somebody heard that they do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mainstay.months import last_day
from mainstay.simulate.extracts.signals import SAYS, Signal
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.planted.stories import Move, Retention

CONTACTED_MOVERS = 0.9
"""The report's office contacts every firm that moved out; not all of them in time."""
_LOST = 0.35
_SPOKEN_TO = 0.7
_FACE, _PHONE, _NOT_REACHED = "面谈", "电话", "未联系上"
_NONE, _INTENDS, _STAYS, _CONSIDERS, _LOST_WORD = "无迁出意向", "拟迁出", "表示留下", "有意回迁", "无意回迁"
_VISITORS = ("模拟服务管家甲", "模拟服务管家乙", "模拟服务管家丙")


@dataclass(frozen=True)
class Contact:
    """One visit or call, or an attempt; `stance` is where the firm stands as to moving, blank = not spoken of."""

    firm: Firm
    on: date
    result: str
    stance: str = ""
    explanation: str = ""
    destination: str = ""
    request: str = ""
    department: str = ""


def draw_contacts(
    rng: Random, firms: Sequence[Firm], signals: Iterable[Signal], months: Sequence[date]
) -> list[Contact]:
    """Draw every contact of the simulated months, by day and firm, at most one a firm and day."""
    says = [signal for signal in signals if signal.kind.code == SAYS]
    found = []
    for firm in firms:
        if firm.plot.move is not None:
            found += _after_move(rng, firm, firm.plot.move)
        if firm.plot.retention is not None:
            found += _retained(rng, firm, firm.plot.retention)
    for signal in says:
        if signal.firm.plot.retention is None and rng.random() < _SPOKEN_TO:
            found += _asked(rng, signal)
    end = last_day(months[-1])
    by_key = {(contact.on, contact.firm.number): contact for contact in found if months[0] <= contact.on <= end}
    return [by_key[key] for key in sorted(by_key)]


def _after_move(rng: Random, firm: Firm, move: Move) -> list[Contact]:
    first = move.moved_on + timedelta(days=rng.randint(15, 45))
    second = first + timedelta(days=rng.randint(10, 30))
    if move.returned_on is not None:
        return [
            Contact(firm, first, _PHONE, "", "从业资质办理地点尚未确定"),
            Contact(
                firm, second, _FACE, _CONSIDERS, "资质事项可在本区办理，考虑回迁", "", "行业资质办理", "政务服务部门"
            ),
        ]
    if rng.random() >= CONTACTED_MOVERS:
        return []
    if rng.random() < 0.15:  # noqa: PLR2004 -- nobody answers the first call
        return [Contact(firm, first, _NOT_REACHED), Contact(firm, second, _PHONE, "", "新址已投入使用")]
    if rng.random() < _LOST:
        return [Contact(firm, first, _PHONE), Contact(firm, second, _PHONE, _LOST_WORD, "已在新址长期安排")]
    return [Contact(firm, first, rng.choice((_FACE, _PHONE)), "", "按经营需要调整办公地点")]


def _retained(rng: Random, firm: Firm, retention: Retention) -> list[Contact]:
    """It is asked soon after it said so; the statement itself is of the planted day."""
    between = (retention.stays_on - retention.said_on).days
    asked_on = retention.said_on + timedelta(days=rng.randint(1, max(1, between // 2)))
    asked = Contact(
        firm, asked_on, _FACE, _INTENDS, "场地到期，比较多地方案", retention.destination, "办公用房", "平台公司"
    )
    return [asked, Contact(firm, retention.stays_on, _FACE, _STAYS, "场地问题已协调，继续在园区经营")]


def _asked(rng: Random, signal: Signal) -> list[Contact]:
    """A firm of which it is said that it will move: it confirms, or it wants no such thing."""
    on = signal.observed_on + timedelta(days=rng.randint(5, 28))
    move = signal.firm.plot.move
    if move is None:
        return [Contact(signal.firm, on, _FACE, _NONE, "系一般咨询，没有搬迁计划")]
    if on >= move.moved_on:
        return []
    return [Contact(signal.firm, on, _FACE, _INTENDS, "业务发展需要更大场地", move.destination)]


def contacts_table(contacts: Sequence[Contact], month: date) -> Export:
    """Return the contacts of a month; without order numbers, because no order asked for them."""
    columns: Columns[Contact] = {
        "统一社会信用代码": lambda contact: contact.firm.uscc,
        "企业名称": lambda contact: contact.firm.name,
        "对接日期": lambda contact: contact.on,
        "对接方式": lambda contact: contact.result,
        "对接人": lambda contact: _VISITORS[contact.firm.number % len(_VISITORS)],
        "情况说明": lambda contact: contact.explanation,
        "企业诉求": lambda contact: contact.request,
        "需协调部门": lambda contact: contact.department,
        "迁移意向": lambda contact: contact.stance,
        "拟迁往地区": lambda contact: contact.destination,
    }
    of_month = (contact for contact in contacts if contact.on.replace(day=1) == month)
    extract = Extract("企业对接记录", "visit_outcomes", title="迁出及拟迁出企业对接记录")
    return extract.of_month(month, columns, of_month)
