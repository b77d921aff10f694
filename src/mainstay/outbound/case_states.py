"""The states of an outbound case, the arrows between them, and which fact takes which way (DOMAIN section 3).

Nothing here knows of dates or of frames: `cases.py` follows one enterprise's facts through these tables.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

State = Literal[
    "intends_to_move",
    "retaining",
    "retained",
    "false_alarm",
    "moved_out",
    "return_mobilising",
    "returned",
    "confirmed_lost",
    "deregistered",
]
STATES: tuple[State, ...] = get_args(State)

FactKind = Literal[
    "register_ended",
    "authority_left",
    "authority_back",
    "says_it_will_move",
    "migration_filed",
    "intends_to_move",
    "listed_moved",
    "moved_out",
    "contact",
    "no_intention",
    "migration_withdrawn",
    "withdrew",
    "stays",
    "considers_return",
    "lost",
    "receipt",
    "deregistered",
]
"""What can happen to a case; facts of one day are taken in this order.

Tax authority and outbound list: authority_left, authority_back, listed_moved. Signals: says_it_will_move,
migration_filed, migration_withdrawn. What a visit or call brought: intends_to_move, moved_out, contact (nothing about
moving), no_intention, withdrew, stays, considers_return, lost, deregistered. A month's receipts here: receipt. The end
of its time in the park's register: register_ended.
"""
FACT_KINDS: tuple[FactKind, ...] = get_args(FactKind)

INTENTIONS: frozenset[FactKind] = frozenset({"says_it_will_move", "migration_filed", "intends_to_move"})
MOVES: frozenset[FactKind] = frozenset({"authority_left", "listed_moved", "moved_out"})
STATEMENTS: frozenset[FactKind] = frozenset({"stays", "withdrew", "migration_withdrawn"})
"""A dated statement that it stays, or a withdrawn application."""

ARROWS: frozenset[tuple[State, State]] = frozenset(
    {
        ("intends_to_move", "retaining"),
        ("retaining", "retained"),
        ("retaining", "moved_out"),
        ("retaining", "false_alarm"),
        ("retained", "intends_to_move"),
        ("moved_out", "return_mobilising"),
        ("return_mobilising", "returned"),
        ("return_mobilising", "confirmed_lost"),
        ("confirmed_lost", "return_mobilising"),
        ("intends_to_move", "deregistered"),
        ("retaining", "deregistered"),
        ("retained", "deregistered"),
        ("moved_out", "deregistered"),
        ("return_mobilising", "deregistered"),
        ("confirmed_lost", "deregistered"),
    }
)
"""Every arrow there is; a case that is over (false_alarm, returned, deregistered) has none."""

OPEN: frozenset[State] = frozenset({"intends_to_move", "retaining", "moved_out", "return_mobilising", "confirmed_lost"})
"""Cases that somebody works on. A retained firm is watched for twelve months more, see `cases.py`."""

AWAY: frozenset[State] = frozenset({"moved_out", "return_mobilising", "returned", "confirmed_lost", "deregistered"})
"""Cases that count among the outbound if there was a move; retained ones never do."""


def opening_state(kind: FactKind) -> State | None:
    """Return the state in which a fact opens a case; None where it opens none."""
    if kind in INTENTIONS:
        return "intends_to_move"
    return "moved_out" if kind in MOVES else None


def transition(state: State, kind: FactKind, *, is_contact: bool, leaves_city: bool | None) -> tuple[State, ...]:
    """Return the states through which a fact takes a case, the last being where it stays; empty = it stays put.

    Every step is one of `ARROWS`: a firm that moves before anybody could speak to it passes through `retaining` on
    that day. `retained` and `returned` need more than one fact and are decided in `cases.py`. A firm that moved
    within the city is not mobilised by a mere contact (DOMAIN section 3): only by its own wish or by its tax authority.
    """
    ways = _WAYS.get(state, {})
    if kind in ways and kind != "contact":
        return ways[kind]
    if not is_contact or (state == "moved_out" and leaves_city is False):
        return ()
    return ways.get("contact", ())


def _each(kinds: Iterable[FactKind], *states: State) -> dict[FactKind, tuple[State, ...]]:
    return dict.fromkeys(kinds, states)


_END = _each({"deregistered"}, "deregistered")
_WAYS: Mapping[State, Mapping[FactKind, tuple[State, ...]]] = {
    "intends_to_move": {
        **_each({"contact", *STATEMENTS}, "retaining"),
        **_each({"no_intention"}, "retaining", "false_alarm"),
        **_each({"register_ended", *MOVES}, "retaining", "moved_out"),
        **_END,
    },
    "retaining": {
        **_each({"no_intention"}, "false_alarm"),
        **_each({"register_ended", *MOVES}, "moved_out"),
        **_END,
    },
    "retained": {
        **_each(INTENTIONS, "intends_to_move"),
        **_each(MOVES, "intends_to_move", "retaining", "moved_out"),
        **_END,
    },
    "moved_out": {
        **_each({"contact", "considers_return", "authority_back"}, "return_mobilising"),
        **_each({"lost"}, "return_mobilising", "confirmed_lost"),
        **_END,
    },
    "return_mobilising": {**_each({"lost"}, "confirmed_lost"), **_END},
    "confirmed_lost": {**_each({"considers_return", "authority_back"}, "return_mobilising"), **_END},
}
