"""Budget shares: how levies are divided between centre, city and district, as far as the workspace confirms it.

A share table is a fallback for lines that say nothing of their levels (sql/staging/leveled_lines.sql), and what money
is reconciled with (`marts.share_deviations`). None is used unless `[shares] confirmed` names its regime: a wrong share
is worse than an unknown level (DOMAIN section 1).
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from mainstay.errors import SettingsError, did_you_mean

FILE_NAME = "shares.csv"
FLOWS = ("receipt", "vat_credit_refund", "other_refund")
_SHARES = ("central", "city", "district")
_TEXTS = ("regime", "levy", "flow", "effective_from", "effective_to", *_SHARES, "source")
_FOREVER = date(9999, 12, 31)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SCHEMA: dict[str, pl.DataType] = {
    "regime": pl.String(),
    "levy": pl.String(),
    "flow": pl.String(),
    "effective_from": pl.Date(),
    "effective_to": pl.Date(),
    **dict.fromkeys(_SHARES, pl.Decimal(9, 6)),
}


def share_rules(seeds: Path, home: Path, confirmed: Sequence[str]) -> pl.DataFrame:
    """One row per levy, flow and span of months of the regimes that the workspace has confirmed.

    Args:
        seeds: The shipped reference tables; `share_rules.csv` is read.
        home: The workspace; its own `shares.csv` has the same columns and is read where it is there.
        confirmed: Names of regimes.

    Returns:
        Columns: regime, levy, flow, effective_from and effective_to (inclusive, by month of receipt), central, city,
        district (0 to 1).

    Raises:
        SettingsError: a table has a row that is wrong, two confirmed regimes say different things of one month, or a
            name is not known; all problems at once.
    """
    own = home / FILE_NAME
    paths = (seeds / "share_rules.csv", own)
    tables = [(pl.read_csv(path, infer_schema=False), path.name) for path in paths if path.exists()]
    problems = [problem for rows, name in tables for problem in _problems(rows, name)]
    rules = pl.concat([_typed(rows) for rows, _ in tables]) if not problems else pl.DataFrame(schema=_SCHEMA)
    if not problems:
        known = rules["regime"].unique().to_list()
        problems = [
            f"[shares] confirmed: no table is called '{name}'{did_you_mean(name, known)}"
            for name in confirmed
            if name not in known
        ]
        rules = rules.filter(pl.col("regime").is_in(list(confirmed)))
        problems += _overlaps(rules)
    if problems:
        raise SettingsError(
            "a share table is invalid",
            where=FILE_NAME if own.exists() else "[shares]",
            count=len(problems),
            example="\n    ".join(problems),
            hint="central + city + district = 1 in every row, days as YYYY-MM-DD, one regime a levy, flow and month",
        )
    return rules.sort("levy", "flow", "effective_from")


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "regime",
        "levy",
        "flow",
        pl.col("effective_from").str.to_date("%Y-%m-%d"),
        pl.col("effective_to").str.to_date("%Y-%m-%d").fill_null(_FOREVER),
        *(pl.col(name).cast(pl.Decimal(9, 6)) for name in _SHARES),
    )


def _problems(rows: pl.DataFrame, name: str) -> list[str]:
    missing = [column for column in _TEXTS if column not in rows.columns and column != "source"]
    if missing:
        return [f"{name}: no column {', '.join(missing)}"]
    return [
        f"{name} line {line}: {problem}"
        for line, row in enumerate(rows.iter_rows(named=True), start=2)
        for problem in _problems_of_row(row)
    ]


def _problems_of_row(row: dict[str, str | None]) -> list[str]:
    problems = [f"{name} is blank" for name in ("regime", "levy") if not row[name]]
    if row["flow"] not in FLOWS:
        problems.append(f"flow '{row['flow']}' is none of {', '.join(FLOWS)}")
    try:
        parts = [Decimal(row[name] or "") for name in _SHARES]
        if sum(parts) != 1 or min(parts) < 0:
            problems.append(f"the shares sum to {sum(parts)}, not to 1")
    except ArithmeticError:
        problems.append("a share is not a number")
    try:
        until = _day(row["effective_to"]) if row["effective_to"] else _FOREVER
        if _day(row["effective_from"] or "") > until:
            problems.append("it ends before it begins")
    except ValueError:
        problems.append("a day is not a date")
    return problems


def _day(text: str) -> date:
    """A day as YYYY-MM-DD, the one form that `_typed` reads; ISO 8601 has others.

    Raises:
        ValueError: It is written otherwise, or there is no such day.
    """
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _overlaps(rules: pl.DataFrame) -> list[str]:
    """One sentence a levy and flow of which two confirmed rows speak of the same day."""
    key = ["levy", "flow"]
    ordered = rules.sort(*key, "effective_from").with_columns(before=pl.col("effective_to").shift(1).over(key))
    twice = ordered.filter(pl.col("before") >= pl.col("effective_from"))
    return [
        f"two confirmed rows speak of {row['levy']}, {row['flow']} on {row['effective_from']}"
        for row in twice.iter_rows(named=True)
    ]
