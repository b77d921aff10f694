"""Signs that a firm may leave (变动信号): before real moves, and false ones (DOMAIN section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from mainstay.months import add_months
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.planted.stories import Move

DAYS_A_MONTH = 30.4
QUIET_MOVERS = 0.12
"""Movers of which nobody sees or hears anything before they are gone."""
_TOLD_LATE = 0.1
_FALSE_LASTS = (60, 240)
_OPERATES_ELSEWHERE = "operates_elsewhere"
SAYS = "says_it_will_move"


class SignalKind(NamedTuple):
    """A kind of sign: its word in the extract, months before a move, and how often it shows.

    `before_moves`: the part of the movers that give it. `false_a_year`: the part of the other firms that give it in a
    year for reasons of their own. The odds are assumptions; leads are those of DOMAIN section 3, a standing sign is
    noticed within a year and a half.
    """

    code: str
    word: str
    lead_from: float
    lead_to: float
    before_moves: float
    false_a_year: float
    detail: str
    source: str


SIGNAL_KINDS = (
    SignalKind("address_change_filed", "住所变更登记", 0, 2, 0.5, 0.003, "住所变更登记", "登记公示"),
    SignalKind(SAYS, "表示将迁出", 1, 6, 0.3, 0.005, "企业来访时提出", "园区台账"),
    SignalKind("qualification_needed_elsewhere", "资质需在外地办理", 2, 9, 0.15, 0.005, "从业资质需在当地办理", "走访"),
    SignalKind("subsidiary_elsewhere", "异地设立关联企业", 3, 12, 0.3, 0.02, "新设关联企业", "登记公示"),
    SignalKind("controller_changed", "法定代表人或控制人变更", 1, 9, 0.25, 0.05, "法定代表人变更", "登记公示"),
    SignalKind("offer_elsewhere", "其他地区招引", 1, 6, 0.25, 0.012, "企业提及其他地区的场地方案", "走访"),
    SignalKind(_OPERATES_ELSEWHERE, "注册与经营地不一致", 3, 18, 0.2, 0.012, "经营场所不在注册地", "走访"),
)
"""Only sources that are on by default: no filed migration, no headcount, no invoiced value."""


@dataclass(frozen=True)
class Signal:
    """One sign of one firm; `is_true`: the firm really means to leave. `told_on`: the month of the file it is in."""

    firm: Firm
    kind: SignalKind
    observed_on: date
    told_on: date
    ended_on: date | None
    is_true: bool

    def known_in(self, month: date) -> bool:
        """Tell whether a month's file has it: when it is told, and once more when it has ended."""
        ended_in = None if self.ended_on is None else max(self.ended_on.replace(day=1), self.told_on)
        return month in {self.told_on, ended_in}


def draw_signals(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> list[Signal]:
    """Draw every sign that an extract of the simulated months tells, by day and firm."""
    found = []
    for firm in firms:
        plot = firm.plot
        if plot.move is not None:
            found += _before_move(rng, firm, plot.move)
        elif plot.retention is not None:
            said_on = plot.retention.said_on
            found.append(Signal(firm, _kind(SAYS), said_on, said_on.replace(day=1), None, is_true=True))
        else:
            found += _false(rng, firm, months)
    told = [signal for signal in found if months[0] <= signal.observed_on and signal.told_on <= months[-1]]
    return sorted(told, key=lambda signal: (signal.observed_on, signal.firm.number, signal.kind.code))


def lead(rng: Random, lead_from: float, lead_to: float) -> timedelta:
    """Draw how long before a move something happens, between so many months."""
    return timedelta(days=max(1, round(rng.uniform(lead_from, lead_to) * DAYS_A_MONTH)))


def _before_move(rng: Random, firm: Firm, move: Move) -> list[Signal]:
    if is_quiet(firm):
        return []
    shown = [kind for kind in SIGNAL_KINDS if rng.random() < kind.before_moves]
    days = [move.moved_on - lead(rng, kind.lead_from, kind.lead_to) for kind in shown]
    return [Signal(firm, kind, day, _told(rng, day), None, is_true=True) for kind, day in zip(shown, days, strict=True)]


def is_quiet(firm: Firm) -> bool:
    """Tell whether a mover leaves without any sign; by its number, so that leases and requests agree with it."""
    return firm.number * 37 % 100 < QUIET_MOVERS * 100


def _false(rng: Random, firm: Firm, months: Sequence[date]) -> list[Signal]:
    """Signs that mean nothing: a firm that wants no move, or stops paying for another reason."""
    first, last = max(months[0], firm.in_from), firm.plot.ended_on or months[-1]
    days = (last - first).days
    if days <= 0:
        return []
    found = []
    for kind in SIGNAL_KINDS:
        if rng.random() < kind.false_a_year * days / 365:
            day = first + timedelta(days=rng.randrange(days))
            lasts = kind.code == _OPERATES_ELSEWHERE
            ended_on = day + timedelta(days=rng.randint(*_FALSE_LASTS)) if lasts else None
            found.append(Signal(firm, kind, day, _told(rng, day), ended_on, is_true=False))
    return found


def _told(rng: Random, day: date) -> date:
    """The file of the month, or for one in ten that of the next: registers publish late."""
    return add_months(day, 1 if rng.random() < _TOLD_LATE else 0)


def _kind(code: str) -> SignalKind:
    return next(kind for kind in SIGNAL_KINDS if kind.code == code)


def signals_table(signals: Sequence[Signal], month: date) -> Export:
    """Return what a month's extract tells; a sign that has ended comes again, with the day."""
    after = add_months(month, 1)
    columns: Columns[Signal] = {
        "统一社会信用代码": lambda signal: signal.firm.uscc,
        "企业名称": lambda signal: signal.firm.name,
        "信号类型": lambda signal: signal.kind.word,
        "发现日期": lambda signal: signal.observed_on,
        "终止日期": lambda signal: signal.ended_on if signal.ended_on and signal.ended_on < after else "",
        "说明": lambda signal: signal.kind.detail,
        "信息来源": lambda signal: signal.kind.source,
    }
    told = (signal for signal in signals if signal.known_in(month))
    return Extract("登记变动信号", "signals").of_month(month, columns, told)
