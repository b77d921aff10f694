"""The planted truth: what a reader of the simulated files has to find."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from mainstay.months import last_day
from mainstay.simulate.extracts.deferrals import Deferral
from mainstay.simulate.extracts.leases import Lease
from mainstay.simulate.extracts.refunds import CREDIT_REFUND_REASON, Refund, overpaid
from mainstay.simulate.extracts.service_requests import ServiceRequest
from mainstay.simulate.extracts.signals import Signal
from mainstay.simulate.files.export import PlantedFile, yuan
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.received import Received
from mainstay.simulate.planted.effects import Effect
from mainstay.simulate.planted.stories import Story


def planted_declines(
    firms: Iterable[Firm],
    refunds: Sequence[Refund],
    deferrals: Iterable[Deferral],
    received: Mapping[date, Received],
) -> list[dict[str, object]]:
    """Return one entry per planted decline: enterprise, cause code, first and last month, part that stays.

    `lead_in` is what it pays in the months right before `first_month`, in order, as parts of its usual revenue. A
    refund (P1) and what was put off in a month (P3) are entries of that month; `paid_month` is when it comes. Money
    that comes or goes once (B1, P4, T1: what was settled late) is what the files have, in yuan; else 0.
    """
    returned = overpaid(refunds)
    entries: list[dict[str, object]] = [
        {
            **_who(firm),
            "cause": story.cause,
            "first_month": f"{story.first:%Y-%m}",
            "last_month": story.last and f"{story.last:%Y-%m}",
            "keeps": story.keeps,
            "lead_in": list(story.lead_in),
            "one_off_local": yuan(_once(firm, story, received, returned)),
        }
        for firm in firms
        for story in firm.plot.stories
    ]
    entries += [
        _in_one_month(refund.firm, "P1", refund.refunded_on, refund.amount.local)
        for refund in refunds
        if refund.reason == CREDIT_REFUND_REASON
    ]
    put_off: dict[tuple[str, date], list[Deferral]] = {}
    for item in deferrals:
        put_off.setdefault((item.firm.uscc, item.month), []).append(item)
    return entries + [
        {
            **_in_one_month(items[0].firm, "P3", month, sum(item.amount.local for item in items)),
            "paid_month": f"{items[0].paid_month:%Y-%m}",
        }
        for (_, month), items in put_off.items()
    ]


def _once(firm: Firm, story: Story, received: Mapping[date, Received], returned: Mapping[tuple[int, date], int]) -> int:
    if story.cause == "B1":
        return received[story.first].one_offs[firm.number]
    if story.cause == "T1" and story.last is not None and story.last in received:
        return received[story.last].settled[firm.number]
    return returned.get((firm.number, story.first), 0) if story.cause == "P4" else 0


def planted_effects_entries(effects: Iterable[Effect]) -> list[dict[str, object]]:
    """Return the causes' money as entries: enterprise, cause, month, change of its natural local revenue in yuan."""
    return [
        {
            "enterprise_id": effect.enterprise_id,
            "cause": effect.cause,
            "month": f"{effect.month:%Y-%m}",
            "local": yuan(effect.local),
        }
        for effect in effects
    ]


def _in_one_month(firm: Firm, cause: str, day: date, local: int) -> dict[str, object]:
    month = f"{day:%Y-%m}"
    return {
        **_who(firm),
        "cause": cause,
        "first_month": month,
        "last_month": month,
        "keeps": 1.0,
        "lead_in": [],
        "one_off_local": yuan(local),
    }


def planted_moves(firms: Iterable[Firm], signals: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return one entry per firm that leaves: day, kind, part that stays, destination, city's loss, day of return.

    `has_signals`: whether any sign of it is among `signals`, the entries of `planted_signals`.
    """
    signalled = {signal["enterprise_id"] for signal in signals if signal["true"]}
    return [
        {
            **_who(firm),
            "moved_on": move.moved_on.isoformat(),
            "kind": move.kind,
            "keeps": next(story.keeps for story in firm.plot.stories if story.cause == "R1"),
            "destination": move.destination,
            "leaves_city": move.leaves_city,
            "returned_on": move.returned_on and move.returned_on.isoformat(),
            "has_signals": firm.uscc in signalled,
        }
        for firm in firms
        if (move := firm.plot.move) is not None
    ]


def planted_outflows(firms: Iterable[Firm]) -> list[dict[str, object]]:
    """Return one entry per hidden outflow (R3) and partial move: the month from which local revenue keeps a part.

    `total_ratio` and `invoices_ratio` are what total tax and invoiced value keep of the usual: about 1 of what holds;
    `begins_in` is the month of the first small step.
    """
    return [
        {
            **_who(firm),
            "kind": "hidden" if story.outflow else "partial",
            "begins_in": f"{story.begins:%Y-%m}",
            "first_month": f"{story.first:%Y-%m}",
            "keeps_local": story.keeps,
            "lead_in": list(story.lead_in),
            "total_ratio": story.keeps if story.outflow is None or not story.outflow.total else story.outflow.total,
            "invoices_ratio": story.outflow.invoices if story.outflow else story.keeps,
        }
        for firm in firms
        for story in firm.plot.stories
        if story.outflow or (story.cause == "R1" and story.keeps)
    ]


def planted_retentions(firms: Iterable[Firm]) -> list[dict[str, object]]:
    """Return one entry per firm that wanted to leave and stays: the days on which it said so."""
    return [
        {**_who(firm), "said_on": kept.said_on.isoformat(), "stays_on": kept.stays_on.isoformat()}
        for firm in firms
        if (kept := firm.plot.retention) is not None
    ]


def planted_signals(
    signals: Iterable[Signal], leases: Iterable[Lease], requests: Iterable[ServiceRequest], months: Sequence[date]
) -> list[dict[str, object]]:
    """Return one entry per sign in the files, by firm and day; `true`: the firm really means to leave.

    Among them what leases and requests show: no renewal six months before the end, no answer for sixty days.
    """
    end = last_day(months[-1])
    entries = [
        _sign(signal.firm, signal.kind.code, signal.observed_on, signal.ended_on, is_true=signal.is_true)
        for signal in signals
    ]
    entries += [
        _sign(lease.firm, "lease_ends", lease.warned_on, lease.renewed_on, is_true=lease.renewed_on is None)
        for lease in leases
        if lease.renewed_on is None or lease.renewed_on > lease.warned_on
        if _is_there(lease.firm, lease.warned_on)
    ]
    entries += [
        _sign(
            request.firm,
            "request_unresolved",
            request.overdue_on,
            request.resolved_on,
            is_true=request.resolved_on is None,
        )
        for request in requests
        if request.resolved_on is None or request.resolved_on >= request.overdue_on
        if _is_there(request.firm, request.overdue_on)
    ]
    shown = [entry for entry in entries if f"{months[0]}" <= str(entry["observed_on"]) <= f"{end}"]
    return sorted(shown, key=lambda entry: (str(entry["enterprise_id"]), str(entry["observed_on"])))


def _is_there(firm: Firm, day: date) -> bool:
    return firm.in_from <= day and firm.plot.left_on(day) is None


def _sign(firm: Firm, code: str, observed_on: date, ended_on: date | None, *, is_true: bool) -> dict[str, object]:
    return {
        **_who(firm),
        "signal": code,
        "observed_on": observed_on.isoformat(),
        "ended_on": ended_on and ended_on.isoformat(),
        "true": is_true,
    }


def write_truth(path: Path, truth: Mapping[str, object], files: Iterable[PlantedFile]) -> None:
    """Write the truth as JSON beside the extracts, never among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {**truth, "files": [file.as_json() for file in files]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _who(firm: Firm) -> dict[str, object]:
    return {"enterprise_id": firm.uscc, "name": firm.name}
