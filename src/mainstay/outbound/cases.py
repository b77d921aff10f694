"""The cases of one enterprise: its dated facts, followed in order.

Evidence (DOMAIN section 3): `retained` needs a dated statement or a withdrawn application and receipts here in one of
the three months after it, until then it is `retaining`; `returned` needs the tax authority back and a first receipt.
A retained firm that wants to move within twelve months is the same case, later a new one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from mainstay.months import months_after, months_between
from mainstay.outbound.case_states import (
    AWAY,
    FACT_KINDS,
    INTENTIONS,
    MOVES,
    OPEN,
    STATEMENTS,
    FactKind,
    State,
    opening_state,
    transition,
)
from mainstay.outbound.places import in_city

RECEIPT_MONTHS = 3
"""Receipts here in so many months after the month of the statement show that a firm stays (DOMAIN section 3)."""
SAME_CASE_MONTHS = 12
"""A retained firm that wants to move again within so many months is the same case (DOMAIN section 3)."""


@dataclass(frozen=True)
class Fact:
    """One dated thing that became known of an enterprise.

    Args:
        kind: What it is.
        happened_on: The day it happened; of a month's receipts the last day, or the day they were known if earlier.
        knowledge_date: The day from which the office could know.
        is_contact: Whether somebody spoke to the enterprise, face to face or by phone.
        month: Of receipts, their month.
        authority: The tax authority that it has from then on.
        move_kind: whole, partial or hidden, by the outbound list.
        destination: Where it moves.
        evidence: What shows it, in the source's words.
        reason: Why it moves, in the source's words.
    """

    kind: FactKind
    happened_on: date
    knowledge_date: date
    is_contact: bool = False
    month: date | None = None
    authority: str | None = None
    move_kind: str | None = None
    destination: str | None = None
    evidence: str | None = None
    reason: str | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What sorts facts: the day, then the kind, then their content, never the order in which files came."""
        words = (self.authority, self.move_kind, self.destination, self.evidence, self.reason)
        return (
            self.happened_on,
            FACT_KINDS.index(self.kind),
            self.knowledge_date,
            self.is_contact,
            *(word or "" for word in words),
        )


@dataclass(frozen=True)
class Event:
    """One arrow that a case went, with the fact that took it there; `from_state` None opens the case."""

    fact: Fact
    from_state: State | None
    to_state: State


@dataclass
class Case:
    """One case of an enterprise, as far as its facts have brought it."""

    events: list[Event]
    facts: list[Fact]
    statements: list[date] = field(default_factory=list)
    back_on: date | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.events[-1].to_state

    @property
    def since(self) -> date:
        """The day from which it stands there."""
        return self.events[-1].fact.happened_on

    @property
    def opened_on(self) -> date:
        """The day of the fact that opened it."""
        return self.events[0].fact.happened_on

    @property
    def ended_on(self) -> date | None:
        """The day on which nothing was left to do; a retained case may open again."""
        return None if self.state in OPEN else self.since

    @property
    def first_known(self) -> date:
        """The day from which the office could know of the case."""
        return min(event.fact.knowledge_date for event in self.events)

    @property
    def move(self) -> Event | None:
        """The arrow by which it moved out, None while it has not."""
        return next((event for event in self.events if event.to_state == "moved_out"), None)

    @property
    def moved_on(self) -> date | None:
        """The day of the move: the outbound list's if it names one, else that of the fact that showed it."""
        listed = [fact.happened_on for fact in self.facts if fact.kind == "listed_moved"]
        return min(listed) if listed else self.move.fact.happened_on if self.move else None

    @property
    def is_outbound(self) -> bool:
        """Whether it counts among the outbound: it moved, and what came after is no reason to forget that."""
        return self.state in AWAY and self.move is not None

    @property
    def destination(self) -> str | None:
        """Where it moved or would move, as known last."""
        return self.newest("destination")

    @property
    def leaves_city(self) -> bool | None:
        """Whether that is outside the city; by its new tax authority where no destination is given."""
        place = self.destination or self.newest("authority", {"authority_left"})
        return None if place is None else not in_city(place)

    @property
    def contacts(self) -> list[date]:
        """The days of contact with it since the move or, before that, since the case began."""
        start = self.moved_on or self.opened_on
        return sorted({fact.happened_on for fact in self.facts if fact.is_contact and fact.happened_on >= start})

    def newest(self, name: str, kinds: Iterable[FactKind] = FACT_KINDS) -> str | None:
        """Return the text of that name that became known last, of facts of these kinds."""
        told = [fact for fact in self.facts if fact.kind in set(kinds) and getattr(fact, name)]
        latest = max(told, key=lambda fact: (fact.knowledge_date, fact.order), default=None)
        return None if latest is None else str(getattr(latest, name))


def follow(facts: Iterable[Fact]) -> list[Case]:
    """Follow the facts of one enterprise, in any order, and return its cases.

    Returns:
        In the order in which they became known: a case keeps its place, and so its number, when an older one
        becomes known after it.
    """
    cases: list[Case] = []
    for fact in sorted(facts, key=lambda fact: fact.order):
        current = cases[-1] if cases else None
        if current is not None and _goes_on(current, fact.happened_on):
            _take(current, fact)
        elif opened := opening_state(fact.kind):
            cases.append(Case([Event(fact, None, opened)], [fact]))
    return sorted(cases, key=lambda case: (case.first_known, case.opened_on))


def _goes_on(case: Case, day: date) -> bool:
    if case.state == "retained":
        return day <= months_after(case.since, SAME_CASE_MONTHS)
    return case.state in OPEN


def _take(case: Case, fact: Fact) -> None:
    """Take one fact into a case that goes on."""
    states = _decided(case, fact) or transition(
        case.state, fact.kind, is_contact=fact.is_contact, leaves_city=case.leaves_city
    )
    if case.state in OPEN or states:
        case.facts.append(fact)
    _remember(case, fact)
    for state in states:
        case.events.append(Event(fact, case.state, state))


def _decided(case: Case, fact: Fact) -> Sequence[State]:
    """The two arrows that need a receipt beside other evidence."""
    if fact.month is None:
        return ()
    if case.state == "retaining" and any(
        1 <= months_between(day, fact.month) <= RECEIPT_MONTHS for day in case.statements
    ):
        return ("retained",)
    if case.state == "return_mobilising" and case.back_on and fact.month >= case.back_on.replace(day=1):
        return ("returned",)
    return ()


def _remember(case: Case, fact: Fact) -> None:
    """Keep the evidence that waits for a receipt; a later intention or move takes it back."""
    if fact.kind in INTENTIONS | MOVES:
        case.statements.clear()
    elif fact.kind in STATEMENTS and case.state in {"intends_to_move", "retaining"}:
        case.statements.append(fact.happened_on)
    if fact.kind in MOVES:
        case.back_on = None
    elif fact.kind == "authority_back":
        case.back_on = fact.happened_on
