"""Rules as data: what is measured, between which bounds, and whether a violation stops the batch or the run."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from mainstay.extracts.contract import Contract, Severity

Scope = Literal["batch", "mart"]

RESULTS = pl.Schema(
    {
        "scope": pl.String(),
        "subject": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "passed": pl.Boolean(),
        "measured": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
"""What a validation gives: one row per subject and rule."""


@dataclass(frozen=True)
class Rule:
    """One rule on one column of a metrics frame; a null measurement passes, for there was nothing to measure.

    `breaks_conservation` marks the rules whose violation is a fault of the software and stops the whole run.
    """

    name: str
    measure: str
    low: float | None = None
    high: float | None = None
    severity: Severity = "error"
    breaks_conservation: bool = False


def batch_rules(contract: Contract) -> tuple[Rule, ...]:
    """Every rule that a batch of the contract has to meet, general ones first; no two have the same name."""
    general = (
        Rule("rows_conserved", "rows_unaccounted", 0, 0, breaks_conservation=True),
        Rule("money_conserved", "money_unaccounted", 0, 0, breaks_conservation=True),
        Rule("not_empty", "rows_given", 1),
        Rule("rejected_share", "rejected_share", None, contract.max_rejected_share),
        Rule("money_fully_accounted", "rows_unreadable", 0, 0, "warn"),
        Rule("total_lines_agree", "total_line_difference", 0, 0, "warn"),
    )
    ranges = [
        Rule(f"range_{bounds.field}_{side}", f"{side}_{bounds.field}", low, high, bounds.severity)
        for bounds in contract.ranges
        for side, low, high in (("low", bounds.min, None), ("high", None, bounds.max))
        if (low, high) != (None, None)
    ]
    volumes = []
    for volume in contract.volumes:
        if volume.min is not None or volume.max is not None:
            volumes.append(Rule(f"volume_{volume.of}", volume.of, volume.min, volume.max, volume.severity))
        if volume.min_ratio is not None or volume.max_ratio is not None:
            measure = f"{volume.of}_ratio"
            volumes.append(Rule(f"volume_{measure}", measure, volume.min_ratio, volume.max_ratio, volume.severity))
    return _told_apart((*general, *ranges, *volumes))


def _told_apart(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Add the severity to a name that several rules share, and a number where that is not enough."""
    shared = Counter(rule.name for rule in rules)
    given: Counter[str] = Counter()
    named = []
    for rule in rules:
        name = f"{rule.name}_{rule.severity}" if shared[rule.name] > 1 else rule.name
        given[name] += 1
        named.append(replace(rule, name=name if given[name] == 1 else f"{name}_{given[name]}"))
    return tuple(named)


def mart_rules(metrics: pl.DataFrame) -> tuple[Rule, ...]:
    """The rules that gate models state themselves: one row a rule with `measured`, `low`, `high`, `severity`."""
    named = ((f"{row['subject']}.{row['rule']}", row) for row in metrics.iter_rows(named=True))
    return tuple(Rule(name, name, row["low"], row["high"], row["severity"]) for name, row in named)
