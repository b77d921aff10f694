"""From raw records to typed rows, rejects and accounts: every record and every amount has one fate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import compress

import polars as pl

from mainstay.extracts.accounts import EXACT, Fate, read_decimal, tally
from mainstay.extracts.columns import has_any, nothing, parse_column, parse_constant, unfit_blanks
from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import AmountTally, Extract
from mainstay.extracts.header import Layout
from mainstay.extracts.normalising import by_value, name_keys, trimmed
from mainstay.extracts.periods import read_date
from mainstay.extracts.persons import is_private, natural_persons, numbers_within, persons_by_id, sum_up
from mainstay.extracts.records import Records
from mainstay.extracts.sorting import is_called, joined, sort_records
from mainstay.extracts.visit_rules import OF_TICKS, unfit_outcomes

IDENTICAL = "IDENTICAL_IN_FILE"
PERSONAL = "NATURAL_PERSON"

_PROBLEM = pl.Schema({"index": pl.Int64(), "field": pl.String(), "reason": pl.String()})


@dataclass(frozen=True)
class _Typed:
    """The data records, typed: `index`, `flags` and every field of the target; and all that is wrong with them."""

    rows: pl.DataFrame
    problems: pl.DataFrame
    knowledge: pl.Series


class _Data:
    """The cells of the data records, column by column."""

    def __init__(self, columns: list[tuple[str, ...]], indexes: list[int], length: int) -> None:
        self.height = len(indexes)
        self._columns = columns
        self._is_data = bytearray(length)
        for index in indexes:
            self._is_data[index] = 1

    def column(self, position: int) -> pl.Series:
        """The cells at a position from 0, blank beyond the widest record."""
        if position >= len(self._columns):
            return pl.Series([""], dtype=pl.String()).new_from_index(0, self.height)
        return pl.Series(list(compress(self._columns[position], self._is_data)), dtype=pl.String())


def parse(records: Records, layout: Layout, contract: Contract, encoding: str) -> Extract:
    """Type the records of one text or sheet under a contract.

    Raises:
        ContractError: a constant of the contract cannot be read as its field's kind.
    """
    texts = joined(records)
    fates = sort_records(records, layout, contract, texts)
    indexes = [index for index, fate in enumerate(fates) if fate is Fate.LOADED]
    columns = records.columns(layout.most)
    typed = _type(records, columns, layout, contract, indexes)
    persons = _persons(typed.rows, contract)
    problems = pl.concat([typed.problems, *_refused_persons(typed.rows, contract)])
    is_fine = ~typed.rows["index"].is_in(problems["index"].unique().to_list())
    _mark(fates, typed.rows["index"].filter(~is_fine), Fate.REJECTED)
    rows = _without_duplicates(typed.rows.with_columns(person=persons).filter(is_fine), texts, contract, fates)
    knowledge = typed.knowledge.filter(is_fine).max()
    amounts = _tallies(columns, layout, contract, fates)
    count = {fate: fates.count(fate) for fate in Fate}
    return Extract(
        sheet=records.sheet,
        encoding=encoding,
        rows=_finished(rows, records, contract),
        rejects=_rejects(records, layout, problems, fates),
        rows_read=len(fates) - count[Fate.PREAMBLE],
        rows_rejected=count[Fate.REJECTED] + count[Fate.RAGGED],
        rows_duplicate=count[Fate.DUPLICATE],
        rows_total_line=count[Fate.TOTAL_LINE],
        rows_blank=count[Fate.BLANK],
        rows_preamble=count[Fate.PREAMBLE],
        amounts=amounts,
        total_line_differences=_total_line_differences(records, layout, fates, amounts),
        stated_knowledge=knowledge if isinstance(knowledge, date) else None,
    )


def _type(
    records: Records, columns: list[tuple[str, ...]], layout: Layout, contract: Contract, indexes: list[int]
) -> _Typed:
    """Type the records at the given indexes, column by column."""
    data = _Data(columns, indexes, len(records.cells))
    index = pl.Series("index", indexes, dtype=pl.Int64())
    values: dict[str, pl.Series] = {}
    problems = [pl.DataFrame(schema=_PROBLEM)]
    flags = [nothing(len(indexes))]
    for column in contract.columns:
        position = layout.positions.get(column.canonical)
        if position is None:
            continue
        unit = layout.units.get(column.canonical, "元")
        parsed = parse_column(data.column(position), column, contract, unit, serials=records.serials)
        values[column.canonical] = parsed.values
        problems.append(_problems(index, column.canonical, parsed.reasons))
        flags.append(parsed.flags)
    for blank in contract.blanks:
        cells = data.column(blank.position - 1)
        problems.append(_problems(index, f"position {blank.position}", unfit_blanks(cells, blank.pattern)))
    knowledge, reasons = _knowledge(data, records, layout, contract)
    problems.append(_problems(index, "knowledge", reasons))
    rows = _with_all_fields(pl.DataFrame({"index": index, "flags": _joined_flags(flags)}), values, contract)
    problems.append(_incomplete(rows, pl.concat(problems), contract))
    return _Typed(rows, pl.concat(problems), knowledge)


def _with_all_fields(rows: pl.DataFrame, values: dict[str, pl.Series], contract: Contract) -> pl.DataFrame:
    """Every field of the target: from a column, a constant, the date that gives the month, or null."""
    columns = []
    for field in contract.definition.fields:
        if field.name in values:
            columns.append(values[field.name].cast(field.dtype).alias(field.name))
        elif field.name in contract.constants:
            constant = parse_constant(field, contract.constants[field.name], contract.name)
            columns.append(pl.Series(field.name, [constant], dtype=field.dtype).new_from_index(0, rows.height))
        else:
            columns.append(pl.Series(field.name, [None], dtype=field.dtype).new_from_index(0, rows.height))
    typed = rows.with_columns(columns)
    if contract.month_from and "month" not in values:
        typed = typed.with_columns(month=pl.col(contract.month_from).dt.month_start())
    return typed


def _incomplete(rows: pl.DataFrame, problems: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """What only whole rows show: no party at all, no month, an outcome without sense.

    A row that is refused already is not refused for these, but for what its readable ticks show: whoever corrects a
    page corrects all of it at once.
    """
    whole = rows.join(problems, on="index", how="anti")
    found = [pl.DataFrame(schema=_PROBLEM)]
    if contract.definition.has_party:
        nameless = whole.filter(pl.col("source_id").is_null() & pl.col("name").is_null())
        found.append(_named(nameless, "source_id", "MISSING_PARTY"))
    month = contract.definition.field("month")
    if month is not None and month.required:
        found.append(_named(whole.filter(pl.col("month").is_null()), "month", "MISSING_REQUIRED"))
    if contract.target == "visit_outcomes":
        unfit = unfit_outcomes(rows)
        found.append(unfit.filter(pl.col("index").is_in(whole["index"].to_list()) | pl.col("reason").is_in(OF_TICKS)))
    return pl.concat(found)


def _named(rows: pl.DataFrame, field: str, reason: str) -> pl.DataFrame:
    return rows.select("index", field=pl.lit(field), reason=pl.lit(reason))


def _problems(index: pl.Series, field: str, reasons: pl.Series) -> pl.DataFrame:
    if not has_any(reasons):
        return pl.DataFrame(schema=_PROBLEM)
    frame = pl.DataFrame({"index": index, "reason": reasons}).filter(pl.col("reason").is_not_null())
    return frame.select("index", pl.lit(field).alias("field"), "reason")


def _joined_flags(flags: Sequence[pl.Series]) -> pl.Series:
    columns = [flag.alias(str(number)) for number, flag in enumerate(flags) if not number or has_any(flag)]
    return pl.select(pl.concat_str(*columns, separator=",", ignore_nulls=True).alias("flags")).to_series()


def _knowledge(data: _Data, records: Records, layout: Layout, contract: Contract) -> tuple[pl.Series, pl.Series]:
    """The knowledge date that each record states; a bare month is its last day plus the contract's offset."""
    if layout.knowledge is None:
        return pl.Series([None], dtype=pl.Date()).new_from_index(0, data.height), nothing(data.height)
    offset = timedelta(days=contract.knowledge.offset_days)

    def read(text: str) -> tuple[date | None, str | None]:
        day, reason = read_date(text, serials=records.serials)
        if day is not None:
            return day, None
        month_end, reason = read_date(text, serials=records.serials, edge="last")
        return (month_end + offset, None) if month_end else (None, reason)

    return by_value(trimmed(data.column(layout.knowledge)), read, pl.Date())


def _persons(rows: pl.DataFrame, contract: Contract) -> pl.Series:
    if not contract.definition.has_party:
        return pl.Series([False], dtype=pl.Boolean()).new_from_index(0, rows.height)
    return natural_persons(rows["source_id"], rows["name"])


def _refused_persons(rows: pl.DataFrame, contract: Contract) -> list[pl.DataFrame]:
    """Natural persons have no place in a register, a list or a free text: only flows of money are summed up."""
    if contract.definition.is_flow:
        return []
    found = {field.name: numbers_within(rows[field.name]) for field in contract.definition.fields if field.is_text}
    if contract.definition.has_party:
        found["source_id"] |= persons_by_id(rows["source_id"])
    return [_named(rows.filter(is_person), name, PERSONAL) for name, is_person in found.items()]


def _without_duplicates(rows: pl.DataFrame, texts: pl.Series, contract: Contract, fates: list[Fate]) -> pl.DataFrame:
    """Drop identical later rows that have a voucher number, and flag the others."""
    is_later = ~texts.gather(rows["index"]).is_first_distinct()
    has_voucher = contract.definition.field("voucher") is not None
    is_duplicate = is_later & (rows["voucher"].is_not_null() if has_voucher else pl.lit(value=False))
    frame = rows.with_columns(later=is_later).with_columns(duplicate=is_duplicate)
    _mark(fates, frame.filter("duplicate")["index"], Fate.DUPLICATE)
    both = pl.concat_str(pl.col("flags").replace("", None), pl.lit(IDENTICAL), separator=",", ignore_nulls=True)
    flagged = frame.with_columns(flags=pl.when("later").then(both).otherwise("flags"))
    return flagged.filter(~pl.col("duplicate")).drop("later", "duplicate")


def _mark(fates: list[Fate], indexes: pl.Series, fate: Fate) -> None:
    for index in indexes:
        fates[index] = fate


def _finished(rows: pl.DataFrame, records: Records, contract: Contract) -> pl.DataFrame:
    """The rows as they are loaded, natural persons summed up, in the order of their lines."""
    target = contract.definition
    lines = pl.Series("line", [records.lines[index] for index in rows["index"]], dtype=pl.Int64())
    numbered = rows.with_columns(lines, source_rows=pl.lit(1, dtype=pl.Int32()))
    fields = [field.name for field in target.fields]
    if not target.has_party:
        return numbered.select("line", "source_rows", "flags", *fields)
    # Outside a flow no person is left to be summed up.
    summed = sum_up(numbered.drop("person"), numbered["person"], target)
    return summed.select("line", "source_rows", "flags", *fields, name_keys(summed["name"]))


def _rejects(records: Records, layout: Layout, problems: pl.DataFrame, fates: list[Fate]) -> pl.DataFrame:
    """One row per record and reason; `raw` is empty for a natural person and wherever a person's number stands."""
    ragged = [index for index, fate in enumerate(fates) if fate is Fate.RAGGED]
    widths = pl.DataFrame({"index": ragged, "field": "", "reason": "BAD_WIDTH"}, schema=_PROBLEM)
    found = pl.concat([problems, widths]).sort("index", maintain_order=True)
    party = layout.positions.get("source_id")
    of_persons = set(found.filter(reason=PERSONAL)["index"])
    places = []
    for index in found["index"]:
        record = records.cells[index]
        party_cells = record if party is None or fates[index] is Fate.RAGGED else [record[party]]
        hidden = index in of_persons or is_private(record, party_cells)
        places.append((records.lines[index], "" if hidden else records.delimiter.join(record)))
    placed = pl.DataFrame(places, schema={"line": pl.Int64(), "raw": pl.String()}, orient="row")
    return placed.hstack(found.select("field", "reason")).select("line", "field", "reason", "raw")


def _tallies(
    columns: list[tuple[str, ...]], layout: Layout, contract: Contract, fates: list[Fate]
) -> tuple[AmountTally, ...]:
    tallies = []
    for column in contract.columns:
        if column.canonical in layout.units:
            position = layout.positions[column.canonical]
            cells = columns[position] if position < len(columns) else ("",) * len(fates)
            tallies.append(tally(column.canonical, layout.units[column.canonical], cells, fates))
    return tuple(tallies)


def _total_line_differences(
    records: Records, layout: Layout, fates: list[Fate], amounts: tuple[AmountTally, ...]
) -> dict[str, Decimal]:
    """What the file's own total states beyond the sum of its other lines, in the file's sign and unit."""
    totals = [records.cells[index] for index, fate in enumerate(fates) if fate is Fate.TOTAL_LINE]
    whole = [one for one in totals if is_called(one, "总计")] or [one for one in totals if not is_called(one, "小计")]
    if not whole:
        return {}
    differences = {}
    for amount in amounts:
        position = layout.positions[amount.column]
        try:
            stated = read_decimal(whole[-1][position]) if position < len(whole[-1]) else None
        except ValueError:
            stated = None
        if stated is not None:
            with localcontext(EXACT):
                differences[amount.column] = stated - (amount.read - amount.total_line)
    return differences
