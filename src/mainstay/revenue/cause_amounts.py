"""Causes by arithmetic: the natural change of every enterprise on a list, parted into the codes of DOMAIN section 4.

The order, and what each code may take:

1. Known events: what the office announced, under the code of their matter, in full. They are taken off the measured
   component that they belong to, so that no money is counted twice.
2. Records, exact and of either sign: refunds (P1, P4), deferrals (P3, T3), one-off acts (B1), back-payments (B2),
   reclassification and corrections (D1, D2), each ledger line under one code; tax periods whose money came in another
   month (T1, T3), never more than came there; the budget share (S1) on a district list.
3. C1, R1 or R2: the fall of the months since the enterprise ended or moved, as far as 1 and 2 do not explain it.
   Then M1 or R3 against the invoiced value, never more than the drop that is still left: they are an estimate.
4. X is the rest: above zero where the records explain more than the drop. So the codes sum to the change to the cent.

Of an enterprise that left wholly or ended no settlement is awaited or compared: T1 is not examined.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl

Row = Mapping[str, Any]
Months = dict[date | None, Decimal]

ZERO = Decimal(0)
CENT = Decimal("0.01")
ABSENCES = ("C1", "R1", "R2")
TURNOVER_LEVIES = frozenset({"VAT", "CONSUMPTION", "UMCT", "EDU_SURCHARGE", "LOCAL_EDU"})
INVOICES_HOLD = Decimal("0.9")
"""From so much of last year's invoiced value on the business is taken to go on (a judgement, 2026-11)."""
TURNOVER_FALLS = Decimal("0.3")
"""R3 is raised where taxes on turnover lost more than this share while invoices hold: the drop limit of a decline."""

_KEY = ("list_name", "enterprise_id")
SCHEMA: Mapping[str, pl.DataType] = {
    "list_name": pl.String(),
    "enterprise_id": pl.String(),
    "cause_code": pl.String(),
    "amount": pl.Decimal(18, 2),
    "evidence_zh": pl.String(),
    "evidence_en": pl.String(),
}
"""The columns of `run.causes`."""


def cause_codes(seeds: Path) -> pl.DataFrame:
    """One row per cause code (key: code): names, `is_policy_or_timing`, `place` in the order, `tick` on the form."""
    return pl.read_csv(seeds / "cause_codes.csv", infer_schema=False).select(
        "code",
        "name_zh",
        "name_en",
        pl.col("is_policy_or_timing") == "true",
        pl.col("order").cast(pl.Int64).alias("place"),
        "tick",
    )


def event_matters(seeds: Path) -> pl.DataFrame:
    """One row per matter of a known event (key: matter): its names, and the codes it may be, separated by blanks."""
    return pl.read_csv(seeds / "event_matters.csv", infer_schema=False).select(
        "matter", "name_zh", "name_en", "cause_codes"
    )


@dataclass
class Component:
    """One component of a change, of one code: amounts of both years in the ledger's unit, by month of the window."""

    code: str
    detail: str = ""
    current: Decimal = ZERO
    prior: Decimal = ZERO
    months: Months = field(default_factory=dict)

    @property
    def effect(self) -> Decimal:
        """What it changes in the revenue."""
        return sum(self.months.values(), ZERO)


@dataclass
class Case:
    """What is known of one enterprise on one list."""

    line: Row
    change: Months = field(default_factory=dict)
    events: list[Component] = field(default_factory=list)
    records: list[Component] = field(default_factory=list)
    periods: list[Row] = field(default_factory=list)
    absences: dict[date | None, Row] = field(default_factory=dict)
    turnover: Component = field(default_factory=lambda: Component("turnover"))
    invoiced: Component = field(default_factory=lambda: Component("invoiced"))
    is_gone: bool = False
    """Whether, at the as-of date, it has left wholly or ended."""

    @property
    def total(self) -> Decimal:
        """The change to be explained."""
        return Decimal(self.line["natural_change"])


@dataclass(frozen=True)
class Finding:
    """A code, what it explains, and the components behind it."""

    code: str
    amount: Decimal
    parts: tuple[Component, ...] = ()
    events: tuple[Component, ...] = ()


Words = Callable[[Case, Finding], tuple[str, str]]


def cases_of(
    lines: pl.DataFrame,
    components: pl.DataFrame,
    periods: pl.DataFrame,
    absences: pl.DataFrame,
    spells: pl.DataFrame,
    as_of: date,
) -> Iterator[Case]:
    """Gather what is known of every enterprise on a list.

    Args:
        lines: `features.list_lines`.
        components: `features.cause_components`.
        periods: `features.cause_periods`.
        absences: `features.cause_absences`.
        spells: `features.absence_spells`.
        as_of: The as-of date of all of them.

    Yields:
        One case a line whose change is known, in the order of the lists.
    """
    known = lines.drop_nulls("natural_change").sort("list_name", "rank")
    away = spells.filter(pl.col("is_whole"), (pl.col("back_on") <= as_of).fill_null(value=False).not_())
    gone = set(away["enterprise_id"])
    cases = {_key(row): Case(row, is_gone=row["enterprise_id"] in gone) for row in known.iter_rows(named=True)}
    for case, row in _rows_of(cases, components, "part", "cause_code", "detail", "month"):
        _add(case, row)
    for case, row in _rows_of(cases, periods, "levy", "period_from", "period_to"):
        case.periods.append(row)
    for case, row in _rows_of(cases, absences, "month"):
        case.absences[row["month"]] = row
    yield from cases.values()


def _rows_of(cases: Mapping[Any, Case], frame: pl.DataFrame, *order: str) -> Iterator[tuple[Case, Row]]:
    for row in frame.sort(*_KEY, *order).iter_rows(named=True):
        case = cases.get(_key(row))
        if case is not None:
            yield case, row


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _add(case: Case, row: Row) -> None:
    month, effect = row["month"], row["current"] - row["prior"]
    if row["part"] == "change":
        case.change[month] = effect
        return
    if row["part"] in {"turnover", "invoiced"}:
        part: Component = getattr(case, row["part"])
    else:
        parts = case.events if row["part"] == "event" else case.records
        found = [one for one in parts if (one.code, one.detail) == (row["cause_code"], row["detail"])]
        part = found[0] if found else Component(row["cause_code"], row["detail"])
        if not found:
            parts.append(part)
    part.current += row["current"]
    part.prior += row["prior"]
    part.months[month] = part.months.get(month, ZERO) + effect


def explain(cases: Iterable[Case], matters: Mapping[str, Sequence[str]], words: Words) -> pl.DataFrame:
    """Split the change of every case into causes, with a line of evidence each.

    Args:
        cases: See `cases_of`.
        matters: Matter of a known event -> the codes it may be, see `event_matters`.
        words: Words a finding in Chinese and English.

    Returns:
        `SCHEMA`: one row a cause whose amount is not zero (key: as-of date, list, enterprise, code); the amounts sum
        to the line's `natural_change` to the cent.
    """
    rows = [
        (*_key(case.line), finding.code, finding.amount, *words(case, finding))
        for case in cases
        for finding in findings_of(case, matters)
    ]
    return pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")


def findings_of(case: Case, matters: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Split one change into its causes, in the order of the module's head; they sum to it to the cent."""
    records = [*case.records, *_timing(case)]
    announced = _moved_to_records([(_code_of(event, records, matters), event) for event in case.events], records)
    left = _without_announced(records, announced)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    unexplained = defaultdict(Decimal, case.change)
    for code, part in [*announced, *((part.code, part) for part in left)]:
        amounts[code] += part.effect
        for month, effect in part.months.items():
            unexplained[month] -= effect
    _judge(case, amounts, unexplained, _turnover_explained(announced, left))
    amounts["X"] += case.total - sum(amounts.values(), ZERO)
    of_code = {code: tuple(part for part in records if part.code == code) for code in amounts}
    events = {code: tuple(event for known, event in announced if known == code) for code in amounts}
    return [Finding(code, amount, of_code[code], events[code]) for code, amount in amounts.items() if amount]


def _timing(case: Case) -> list[Component]:
    """Tax periods whose money came in another month, or is not due yet: T1 for income tax, T3 for other taxes."""
    parts: dict[str, Component] = {}
    for row in case.periods:
        code = "T1" if row["levy"] == "CIT" else "T3"
        if not (row["moved"] or row["shifted"]) or (code == "T1" and case.is_gone):
            continue
        months = parts.setdefault(code, Component(code)).months
        for month, moved in (
            (row["month"], row["moved"]),
            (row["expected_in"], -row["shifted"]),
            (row["in_current_month"], row["shifted"]),
        ):
            if moved:
                months[month] = months.get(month, ZERO) + moved
    return list(parts.values())


def _code_of(event: Component, records: Sequence[Component], matters: Mapping[str, Sequence[str]]) -> str:
    """The first of a matter's codes that is measured with the same sign; else the last of them."""
    codes = matters.get(event.detail, ("X",))
    measured = {part.code for part in records if part.effect * event.effect > 0}
    return next((code for code in codes if code in measured), codes[-1])


def _moved_to_records(
    announced: Sequence[tuple[str, Component]], records: Sequence[Component]
) -> list[tuple[str, Component]]:
    """The events, each where its money is: one announced for another month is moved to the month of its record."""
    open_records: dict[str, Months] = defaultdict(lambda: defaultdict(Decimal))
    for part in records:
        for month, effect in part.months.items():
            open_records[part.code][month] += effect
    placed = [(code, replace(event, months={})) for code, event in announced]
    rest = [dict(event.months) for _, event in announced]
    for only_same in (True, False):
        for (code, event), months in zip(placed, rest, strict=True):
            for told_in in list(months):
                for month in [told_in] if only_same else list(open_records[code]):
                    overlap = _overlap(months[told_in], open_records[code].get(month, ZERO))
                    event.months[month] = event.months.get(month, ZERO) + overlap
                    open_records[code][month] = open_records[code].get(month, ZERO) - overlap
                    months[told_in] -= overlap
    for (_, event), months in zip(placed, rest, strict=True):
        for month, effect in months.items():
            event.months[month] = event.months.get(month, ZERO) + effect
    return placed


def _overlap(one: Decimal, other: Decimal) -> Decimal:
    """What two amounts of one sign have in common."""
    return min(one, other, key=abs) if one * other > 0 else ZERO


def _without_announced(records: Sequence[Component], announced: Sequence[tuple[str, Component]]) -> list[Component]:
    """What is left of the measured components after the events that announce them: never of the other sign."""
    open_events: dict[str, Months] = defaultdict(lambda: defaultdict(Decimal))
    for code, event in announced:
        for month, effect in event.months.items():
            open_events[code][month] += effect
    left = []
    for part in records:
        months: Months = {}
        for month, measured in part.months.items():
            events = open_events[part.code]
            months[month] = measured
            for told_in in [month] if month is not None else list(events):
                taken = _overlap(months[month], events.get(told_in, ZERO))
                months[month] -= taken
                events[told_in] -= taken
        left.append(Component(part.code, part.detail, part.current, part.prior, months))
    return left


def _turnover_explained(announced: Sequence[tuple[str, Component]], left: Sequence[Component]) -> Decimal:
    """What else explains of a fall of the taxes on turnover: events of other codes, their share, their late payment.

    Which levy an event is about is not always announced: it is taken to be theirs, so that no R3 stands on its money.
    """
    events = (min(event.effect, ZERO) for code, event in announced if code != "R3")
    records = (part.effect for part in left if part.code in {"S1", "T3"} and part.detail in {*TURNOVER_LEVIES, ""})
    return sum(events, ZERO) + sum(records, ZERO)


def _judge(
    case: Case, amounts: dict[str, Decimal], unexplained: Mapping[date | None, Decimal], beside: Decimal
) -> None:
    """Add to the amounts what C1, R1, R2, R3 and M1 take of the drop that is left."""
    for code in ABSENCES:
        absent = [row for row in case.absences.values() if row["cause_code"] == code]
        amounts[code] += min(sum((_lost_in(row, unexplained) for row in absent), ZERO), ZERO)
    if case.is_gone or case.invoiced.prior <= 0 or case.turnover.prior <= 0:
        return
    ratio = case.invoiced.current / case.invoiced.prior
    if ratio < 1:
        lost = (case.turnover.prior * (ratio - 1)).quantize(CENT, ROUND_HALF_UP)
        _take(case, amounts, "M1", lost - amounts["M1"])
    fallen = case.turnover.effect - beside
    if ratio >= INVOICES_HOLD and fallen < -TURNOVER_FALLS * case.turnover.prior:
        _take(case, amounts, "R3", fallen - amounts["R3"])


def _lost_in(absence: Row, unexplained: Mapping[date | None, Decimal]) -> Decimal:
    """The change of a month of absence; of the month in which it began only a fall: part of it was before the move."""
    change = unexplained.get(absence["month"], ZERO)
    began = absence["since"].replace(day=1) == absence["month"]
    return min(change, ZERO) if began else change


def _take(case: Case, amounts: dict[str, Decimal], code: str, measured: Decimal) -> None:
    """Give a code what it measures, but no more than the drop that is left; a rise is none of its."""
    left = case.total - sum(amounts.values(), ZERO)
    amounts[code] += max(min(measured, ZERO), min(left, ZERO))
