"""The register as frames: from facts as known to cases and their events."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl

from mainstay.months import months_after
from mainstay.outbound.case_states import OPEN
from mainstay.outbound.cases import Case, Event, Fact, follow

FACTS = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "fact": pl.String(),
        "happened_on": pl.Date(),
        "knowledge_date": pl.Date(),
        "is_contact": pl.Boolean(),
        "month": pl.Date(),
        "authority": pl.String(),
        "move_kind": pl.String(),
        "destination": pl.String(),
        "evidence": pl.String(),
        "reason": pl.String(),
    }
)
"""`features.outbound_facts`: one row a fact; `fact` is a kind of `states.FactKind`."""

CASES = pl.Schema(
    {
        "case_id": pl.String(),
        "enterprise_id": pl.String(),
        "kind": pl.String(),
        "destination": pl.String(),
        "leaves_city": pl.Boolean(),
        "moved_on": pl.Date(),
        "evidence": pl.String(),
        "state": pl.String(),
        "state_since": pl.Date(),
        "is_open": pl.Boolean(),
        "is_outbound": pl.Boolean(),
        "in_scope": pl.Boolean(),
        "opened_on": pl.Date(),
        "ended_on": pl.Date(),
        "first_contact_on": pl.Date(),
        "last_contact_on": pl.Date(),
        "contacts": pl.Int64(),
        "move_reason": pl.String(),
        "statement_on": pl.Date(),
        "returned_on": pl.Date(),
    }
)
"""One row per case; `case_id` is `<enterprise_id>#<n>`, the n-th case that became known."""

EVENTS = pl.Schema(
    {
        "case_id": pl.String(),
        "event_no": pl.Int64(),
        "happened_on": pl.Date(),
        "event": pl.String(),
        "from_state": pl.String(),
        "to_state": pl.String(),
        "evidence": pl.String(),
    }
)
"""One row per case and arrow; `event` is the fact that took it, `from_state` null opens the case."""

_EVIDENCE = {
    "register_ended": "园区企业名录在册截止",
    "authority_left": "主管税务机关变更",
    "authority_back": "主管税务机关变回本区",
    "says_it_will_move": "企业表示将迁出",
    "migration_filed": "提出跨区迁移申请",
    "intends_to_move": "走访记录：拟迁出",
    "listed_moved": "迁出企业清单",
    "moved_out": "走访记录：已迁出",
    "contact": "走访或电话联系",
    "no_intention": "走访记录：无迁出意向",
    "migration_withdrawn": "撤回跨区迁移申请",
    "withdrew": "走访记录：撤回迁移申请",
    "stays": "走访记录：表示留下",
    "considers_return": "走访记录：有意回迁",
    "lost": "走访记录：无意回迁",
    "receipt": "本区有税收入库",
    "deregistered": "走访记录：已注销",
}


def district_authorities(words: Iterable[str]) -> pl.DataFrame:
    """One row per word in the names of the district's own tax authorities (key: `word`); none = no such evidence."""
    return pl.DataFrame({"word": sorted(set(words))}, schema={"word": pl.String})


def keep_register(facts: pl.DataFrame, as_of: date, *, scope_months: int = 12) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Follow every enterprise's facts up to the as-of date.

    Args:
        facts: `FACTS`, in any order; a fact that had not happened, or was not known, by the as-of date is passed over.
        as_of: The as-of date, inclusive.
        scope_months: Cases that moved within so many months before the as-of date are in scope, so that coverage
            reads n of N (the report's 160 are those of a year, an assumption: DOMAIN section 3).

    Returns:
        `CASES` and `EVENTS`, sorted by their keys.
    """
    cases: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    known = facts.filter(pl.max_horizontal("happened_on", "knowledge_date") <= as_of)
    for (enterprise_id,), rows in known.sort("enterprise_id").group_by("enterprise_id", maintain_order=True):
        for number, case in enumerate(follow(map(_fact, rows.iter_rows(named=True))), start=1):
            key = {"case_id": f"{enterprise_id}#{number}"}
            cases.append(key | {"enterprise_id": enterprise_id} | _row(case, months_after(as_of, -scope_months)))
            events += [key | row for row in _event_rows(case.events)]
    return (
        pl.DataFrame(cases, schema=CASES).sort("case_id"),
        pl.DataFrame(events, schema=EVENTS).sort("case_id", "event_no"),
    )


def _fact(row: dict[str, Any]) -> Fact:
    named = {name: row[name] for name in FACTS if name not in {"enterprise_id", "fact", "is_contact"}}
    return Fact(kind=row["fact"], is_contact=bool(row["is_contact"]), **named)


def _row(case: Case, scope_from: date) -> dict[str, Any]:
    contacts = case.contacts
    return {
        "kind": case.newest("move_kind"),
        "destination": case.destination,
        "leaves_city": case.leaves_city,
        "moved_on": case.moved_on,
        "evidence": _shown_evidence(case),
        "state": case.state,
        "state_since": case.since,
        "is_open": case.state in OPEN,
        "is_outbound": case.is_outbound,
        "in_scope": case.is_outbound and case.moved_on is not None and case.moved_on > scope_from,
        "opened_on": case.opened_on,
        "ended_on": case.ended_on,
        "first_contact_on": contacts[0] if contacts else None,
        "last_contact_on": contacts[-1] if contacts else None,
        "contacts": len(contacts),
        "move_reason": case.newest("reason", {"listed_moved"}) or case.newest("reason"),
        "statement_on": case.statements[-1] if case.statements else None,
        "returned_on": case.since if case.state == "returned" else None,
    }


def _shown_evidence(case: Case) -> str:
    """What shows the move, or the wish to move: the outbound list's own words first."""
    return case.newest("evidence", {"listed_moved"}) or _evidence((case.move or case.events[0]).fact)


def _event_rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [
        {
            "event_no": number,
            "happened_on": event.fact.happened_on,
            "event": event.fact.kind,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "evidence": _evidence(event.fact),
        }
        for number, event in enumerate(events, start=1)
    ]


def _evidence(fact: Fact) -> str:
    """Word the fact that took a case along an arrow."""
    words = _EVIDENCE[fact.kind]
    if fact.month is not None:
        return f"{fact.month.year}年{fact.month.month}月{words}"
    told = fact.authority or fact.evidence
    return f"{words}：{told}" if told else words
