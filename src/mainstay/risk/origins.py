"""Origins as an operator writes them, and which dates a backtest has to look at."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mainstay.errors import UsageError, did_you_mean
from mainstay.months import last_day, month_ends, months_between
from mainstay.risk.prediction_targets import HORIZONS, TARGETS, Target

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_EXAMPLE = "write months or ranges, comma-separated: 2016-03..2016-08 or 2016-02,2016-05"
YEAR_BEFORE = 11
"""The base is of the months from eleven before the last closed one on: a year before the window that follows it."""


@dataclass(frozen=True)
class Question:
    """What a backtest is asked: one target and horizon, at several origins (the last days of their months)."""

    target: Target
    horizon_months: int
    origins: tuple[date, ...]

    @property
    def name(self) -> str:
        """`decline-h6`, as folders are called."""
        return f"{self.target}-h{self.horizon_months}"


def read_question(target: str, horizon_months: int, origins: str, today: date) -> Question:
    """Read the options of `mainstay backtest`.

    Raises:
        UsageError: an unknown target or horizon, what is no month or range, or an origin that is not over.
    """
    known = known_target(target, horizon_months, (f"--target {target}", f"--horizon {horizon_months}"))
    days = parse_origins(origins)
    if days[-1] > today:
        raise UsageError(
            "an origin must be a month that has ended",
            where=f"--origins {days[-1]:%Y-%m}",
            hint=f"an origin is the last day of its month; today is {today}",
        )
    return Question(known, horizon_months, days)


def known_target(target: str, horizon_months: int, written: tuple[str, str]) -> Target:
    """The target, if it and the horizon are known; `written` is how an operator has written the two.

    Raises:
        UsageError: one of them is not known.
    """
    if target not in TARGETS:
        hint = f"one of {', '.join(TARGETS)}{did_you_mean(target, TARGETS)}"
        raise UsageError("the target is not known", where=written[0], hint=hint)
    if horizon_months not in HORIZONS:
        hint = f"one of {', '.join(map(str, HORIZONS))} months"
        raise UsageError("the horizon is not known", where=written[1], hint=hint)
    return target


def parse_origins(text: str) -> tuple[date, ...]:
    """The last days of the months that a text such as `2015-12,2016-03..2016-08` names, each once, in order.

    Raises:
        UsageError: it names none, or a part is no month, or the range ends before it begins.
    """
    days: set[date] = set()
    for part in (piece.strip() for piece in text.split(",")):
        first, dots, last = part.partition("..")
        start = _month_end(first.strip(), text)
        end = _month_end(last.strip(), text) if dots else start
        if end < start:
            raise UsageError("the range ends before it begins", where=f"--origins {part}", hint=_EXAMPLE)
        days.update(month_ends(start, end))
    return tuple(sorted(days))


def _month_end(text: str, whole: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None or not (1 <= int(found[2]) <= 12 and int(found[1]) > 0):  # noqa: PLR2004 -- months of a year
        raise UsageError("not a month", where=f"--origins {whole}", example=text, hint=_EXAMPLE)
    return last_day(date(int(found[1]), int(found[2]), 1))


@dataclass(frozen=True)
class Calendar:
    """Which month was the last closed one at each month end at which the base window was covered."""

    closed: Mapping[date, date]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> "Calendar":
        """Read rows of `as_of_date`, `last_closed`, `first_covered`; a date without its year before is left out."""
        return cls(
            {
                row["as_of_date"]: row["last_closed"]
                for row in rows
                if row["last_closed"] is not None
                and months_between(row["first_covered"], row["last_closed"]) >= YEAR_BEFORE
            }
        )

    def matured(self, horizon_months: int, as_of: date) -> list[date]:
        """The origins before a date of whose label windows so many months were over and closed by then."""
        known = self.closed.get(as_of)
        if known is None:
            return []
        return [
            day
            for day, closed in sorted(self.closed.items())
            if day < as_of and months_between(closed, known) >= horizon_months
        ]

    def taught(self, horizon_months: int, as_of: date) -> list[date]:
        """The origins before a date that may have lessons for a model: half of their windows was closed by then."""
        half = (horizon_months + 1) // 2
        return self.matured(half, as_of)

    def check(self, origins: Sequence[date]) -> None:
        """Make sure that every origin can be scored.

        Raises:
            UsageError: an origin is before the first or after the last possible one.
        """
        wrong = [day for day in origins if day not in self.closed]
        if not wrong:
            return
        if not self.closed:
            hint = "a base needs twelve months of receipts before the origin; land more extracts"
        else:
            hint = f"the first possible origin is {min(self.closed):%Y-%m}, the last one {max(self.closed):%Y-%m}"
        raise UsageError(
            "an origin cannot be scored: the receipts known then do not cover the year before",
            where=f"--origins {', '.join(f'{day:%Y-%m}' for day in wrong)}",
            count=len(wrong),
            hint=hint,
        )
