"""What people decided about models: an append-only file, so that a replay knows who was champion on which day."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from mainstay.errors import MainstayError

Action = Literal["enable", "retire"]


@dataclass(frozen=True)
class Decision:
    """One line of `decisions.jsonl`.

    Args:
        decided_on: The day from which it holds, inclusive.
        target: Of the model.
        horizon_months: Of the model.
        version: Of the model.
        action: `enable` makes it champion, `retire` ends that; the score is by rule then, until another is enabled.
        by: Who decided.
    """

    decided_on: date
    target: str
    horizon_months: int
    version: str
    action: Action
    by: str


def read_decisions(path: Path) -> list[Decision]:
    """All decisions in the order in which they were made.

    Raises:
        MainstayError: A line cannot be read: nobody knows then who is champion.
    """
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            found.append(Decision(**(told | {"decided_on": date.fromisoformat(told["decided_on"])})))
        except (ValueError, TypeError, KeyError) as error:
            raise MainstayError(
                "a model decision cannot be read",
                where=f"{path.name}, line {number}",
                hint="the file is only ever appended to; restore the line from a copy",
            ) from error
    return found


def append_decision(path: Path, decision: Decision) -> None:
    """Add one line, on a line of its own even where an editor left the last one without an end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = asdict(decision) | {"decided_on": decision.decided_on.isoformat()}
    is_open = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    with path.open("a", encoding="utf-8") as opened:
        opened.write(("\n" if is_open else "") + json.dumps(told, ensure_ascii=False) + "\n")


def champion_of(decisions: Iterable[Decision], target: str, horizon_months: int, as_of: date) -> str | None:
    """The version enabled at `as_of`: of the newest day, of one day the last line; none = by rule."""
    held = None
    for decision in _of(decisions, target, horizon_months, as_of):
        if decision.action == "enable":
            held = decision.version
        elif decision.version == held:
            held = None
    return held


def retired_of(decisions: Iterable[Decision], target: str, horizon_months: int, as_of: date) -> set[str]:
    """The versions whose last decision is that they are retired."""
    last = {decision.version: decision.action for decision in _of(decisions, target, horizon_months, as_of)}
    return {version for version, action in last.items() if action == "retire"}


def _of(decisions: Iterable[Decision], target: str, horizon_months: int, as_of: date) -> list[Decision]:
    asked = [
        decision
        for decision in decisions
        if (decision.target, decision.horizon_months) == (target, horizon_months) and decision.decided_on <= as_of
    ]
    return sorted(asked, key=lambda decision: decision.decided_on)
