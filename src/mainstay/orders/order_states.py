"""The states of a work order, and what an outcome does to it (DOMAIN section 5)."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

State = Literal[
    "to_dispatch",
    "dispatched",
    "visited",
    "diagnosed",
    "no_action",
    "tracking",
    "intends_to_move",
    "awaiting_approval",
    "closed",
    "not_reached",
    "declined_by_firm",
    "returned_wrong",
    "cancelled",
]
STATES: tuple[State, ...] = get_args(State)

SETTLED: frozenset[State] = frozenset({"no_action", "closed", "declined_by_firm", "returned_wrong", "cancelled"})
"""Orders that ask nobody for a visit any more; all others are open."""

_FROM_DISPATCHED: tuple[State, ...] = ("visited", "not_reached", "declined_by_firm", "returned_wrong", "cancelled")
ARROWS: Mapping[State, tuple[State, ...]] = {
    "to_dispatch": ("dispatched", "cancelled"),
    "dispatched": _FROM_DISPATCHED,
    # 2026-11: nobody was there: it is tried again, as from dispatched.
    "not_reached": _FROM_DISPATCHED,
    "visited": ("diagnosed",),
    "diagnosed": ("visited", "no_action", "tracking", "intends_to_move"),
    "no_action": ("awaiting_approval",),
    # 2026-11: what is tracked is visited again, and may turn out otherwise.
    "tracking": ("visited", "awaiting_approval"),
    "intends_to_move": ("visited", "awaiting_approval"),
    "awaiting_approval": ("closed",),
    "closed": ("to_dispatch",),
    "declined_by_firm": (),
    "returned_wrong": (),
    "cancelled": (),
}
"""From each state the states that may follow; closed -> to_dispatch is a reopening within 90 days."""

CONTACTS = frozenset({"face_to_face", "phone"})
_WITHOUT_CONTACT: Mapping[str, State] = {
    "not_reached": "not_reached",
    "nobody_there": "not_reached",
    "declined": "declined_by_firm",
    "returned_wrong": "returned_wrong",
}


def transition(state: State, outcome: Mapping[str, Any]) -> tuple[State, ...] | None:
    """Return the states through which an outcome takes an order; the last is where it stays.

    What one visit implies is passed on the same day: visited, diagnosed, and the next step. A decision of the office
    (`status`) that names the state it is in already is no step.

    Args:
        state: Where the order stands.
        outcome: A row of `features.visits`: result, cause_*, next_step, move_stance, status.

    Returns:
        None where an arrow that it would need does not exist.
    """
    reached, path = state, list[State]()
    for wanted in _wanted(outcome):
        if wanted == reached:
            continue
        if wanted not in ARROWS[reached] or (reached == "closed"):
            return None
        path.append(wanted)
        reached = wanted
    return tuple(path)


def _wanted(outcome: Mapping[str, Any]) -> list[State]:
    """What an outcome asks for, in order."""
    result, status = outcome["result"], outcome["status"]
    wanted: list[State] = []
    if result in CONTACTS or result == "deregistered":
        wanted = ["visited", *_diagnosis(outcome)]
    elif result is not None:
        wanted = [_WITHOUT_CONTACT[result]]
    return [*wanted, status] if status is not None else wanted


def _diagnosis(outcome: Mapping[str, Any]) -> list[State]:
    says_more = any(value for name, value in outcome.items() if name.startswith("cause_"))
    step, intends = outcome["next_step"], outcome["move_stance"] == "intends_to_move"
    if not (says_more or step or intends or outcome["result"] == "deregistered"):
        return []
    if intends:
        return ["diagnosed", "intends_to_move", *_approval(step)]
    if step is None:
        return ["diagnosed"]
    return ["diagnosed", "tracking" if step == "tracking" else "no_action", *_approval(step)]


def _approval(step: str | None) -> list[State]:
    return ["awaiting_approval"] if step == "close" else []
