"""What firms ask for (诉求台账): most is settled in days, some lies for months, more often with firms that leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from mainstay.months import day_of, last_day
from mainstay.simulate.extracts.signals import is_quiet, lead
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Cell, Columns
from mainstay.simulate.firms.firm import Firm

UNRESOLVED_DAYS = 60
"""A request open longer than that is a sign that a firm may leave (DOMAIN section 3)."""
UNHEARD_MOVERS = 0.3
"""Movers with such a request before they leave (an assumption)."""
_A_MONTH = 0.02
_TIME_LIMIT = 30
_ENTERED_TWICE = 0.05
_LONG = 0.08
_CHANNELS = ("企业来电", "企业来访", "12345热线", "服务管家")
_MATTERS = (
    ("办公用房扩租需求", "平台公司"),
    ("人才公寓申请", "人才服务部门"),
    ("行业资质办理咨询", "政务服务部门"),
    ("留抵退税办理进度", "税务所"),
    ("园区周边通勤接驳", "综合管理部门"),
    ("项目申报辅导", "产业促进部门"),
)


@dataclass(frozen=True)
class ServiceRequest:
    """One request and what became of it; the days lie ahead of some of the extracts that tell it."""

    firm: Firm
    asked_on: date
    channel: str
    matter: str
    department: str
    answered_on: date
    resolved_on: date | None
    is_satisfied: bool
    is_entered_twice: bool

    @property
    def overdue_on(self) -> date:
        """The day from which it counts as unresolved for too long, if it is open then."""
        return self.asked_on + timedelta(days=UNRESOLVED_DAYS + 1)

    def changed_in(self, month: date) -> bool:
        """Tell whether it was asked, answered or resolved in the month."""
        days = (self.asked_on, self.answered_on, self.resolved_on)
        return any(day is not None and day.replace(day=1) == month for day in days)


def draw_requests(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[ServiceRequest]:
    """Draw every request of the simulated months, by day and firm."""
    found = []
    for firm in firms:
        move = firm.plot.move
        if move is not None and not is_quiet(firm) and rng.random() < UNHEARD_MOVERS:
            overdue_on = move.moved_on - lead(rng, 1, 6)
            found.append(_request(rng, firm, overdue_on - timedelta(days=UNRESOLVED_DAYS + 1), None))
    for month in months:
        here = [firm for firm in firms if firm.in_from <= month and not _is_leaving(firm, month)]
        for firm in rng.sample(here, round(len(here) * _A_MONTH)):
            days = rng.randint(61, 200) if rng.random() < _LONG else rng.randint(2, 45)
            found.append(_request(rng, firm, day_of(month, rng.randint(1, 28)), days))
    asked = [request for request in found if months[0] <= request.asked_on]
    return sorted(asked, key=lambda request: (request.asked_on, request.firm.number))


def _is_leaving(firm: Firm, month: date) -> bool:
    """What a firm asks for in the year before it leaves is drawn for itself."""
    ended_on = firm.plot.move.moved_on if firm.plot.move else firm.plot.ended_on
    return ended_on is not None and ended_on < month + timedelta(days=366)


def _request(rng: Random, firm: Firm, asked_on: date, days: int | None) -> ServiceRequest:
    matter, department = rng.choice(_MATTERS)
    answered = rng.randint(1, 10 if days is None else min(days, 10))
    return ServiceRequest(
        firm=firm,
        asked_on=asked_on,
        channel=rng.choice(_CHANNELS),
        matter=matter,
        department=department,
        answered_on=asked_on + timedelta(days=answered),
        resolved_on=None if days is None else asked_on + timedelta(days=days),
        is_satisfied=rng.random() < 0.9,  # noqa: PLR2004 -- nine in ten
        is_entered_twice=rng.random() < _ENTERED_TWICE,
    )


def requests_table(requests: Sequence[ServiceRequest], month: date) -> Export:
    """Return the requests that came in or moved on in the month, as they stand at its end.

    Now and then one stands there twice: as it was entered, and as it stands. Both are loaded, the later one counts.
    """
    rows: list[_Row] = []
    for number, request in enumerate(requests, start=1):
        if not request.changed_in(month):
            continue
        if request.is_entered_twice and request.asked_on.replace(day=1) == month:
            rows.append(_Row(number, request, request.asked_on))
        rows.append(_Row(number, request, last_day(month)))
    columns: Columns[_Row] = {
        "诉求编号": lambda row: f"SIM-SQ-{row.number:06d}",
        "统一社会信用代码": lambda row: row.request.firm.uscc,
        "企业名称": lambda row: row.request.firm.name,
        "提出日期": lambda row: row.request.asked_on,
        "来源渠道": lambda row: row.request.channel,
        "诉求内容": lambda row: row.request.matter,
        "承办部门": lambda row: row.request.department,
        "办理时限": lambda row: row.request.asked_on + timedelta(days=_TIME_LIMIT),
        "响应日期": lambda row: row.if_past(row.request.answered_on),
        "办结日期": lambda row: row.if_past(row.request.resolved_on),
        "企业是否满意": lambda row: row.satisfied,
    }
    return Extract("企业诉求台账", "service_requests").of_month(month, columns, rows)


class _Row(NamedTuple):
    """A request as it stands on a day."""

    number: int
    request: ServiceRequest
    day: date

    def if_past(self, done: date | None) -> Cell:
        return done if done is not None and done <= self.day else ""

    @property
    def satisfied(self) -> str:
        if not self.if_past(self.request.resolved_on):
            return ""
        return "是" if self.request.is_satisfied else "否"
