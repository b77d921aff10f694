"""One column of cells to typed values, with a reason for every cell that is refused."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import polars as pl

from mainstay.errors import ContractError
from mainstay.extracts.amounts import parse_amounts
from mainstay.extracts.contract import UNIT_EXPONENT, Column, Contract, Unit
from mainstay.extracts.identifiers import parse_ids
from mainstay.extracts.normalising import by_value, trimmed
from mainstay.extracts.periods import Edge, read_date, read_month
from mainstay.extracts.targets import Field, Kind

_FLAGS = dict.fromkeys(("是", "有", "Y", "YES", "TRUE", "1", "√", "✓", "✔"), True) | dict.fromkeys(
    ("否", "无", "N", "NO", "FALSE", "0", "×", "✗", "✘"), False
)
_INTEGER = re.compile(r"-?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.0+)?", re.ASCII)


@dataclass(frozen=True)
class Parsed:
    """A typed column: `values` (null where blank or refused), `reasons` and `flags` (null where there are none)."""

    values: pl.Series
    reasons: pl.Series
    flags: pl.Series


@dataclass(frozen=True)
class _Reading:
    """How the cells of one field are read."""

    field: str
    kind: Kind | Literal["uscc"]
    exponent: int = 0
    sign: int = 1
    length: int | None = None
    serials: bool = False


def parse_column(cells: pl.Series, column: Column, contract: Contract, unit: Unit, *, serials: bool) -> Parsed:
    """Type one column of a contract.

    Args:
        cells: Raw text, one a record.
        column: The contract's column.
        contract: The contract.
        unit: The unit of the cells, for money.
        serials: Whether five digits may be a spreadsheet's date.

    Returns:
        Values of the field's type, money in the ledger's unit and sign; a cell is refused with `BAD_PATTERN`,
        `UNKNOWN_WORD`, `MISSING_REQUIRED` or the reason of its kind.
    """
    texts = trimmed(cells)
    wrong = [_unfit(texts, column.pattern, "BAD_PATTERN"), _unknown_words(texts, column)]
    reading = _Reading(
        field=column.canonical,
        kind=_kind(column, contract),
        exponent=UNIT_EXPONENT[unit],
        sign=column.sign,
        length=column.length,
        serials=serials,
    )
    parsed = _read(_mapped(texts, column.values), reading)
    wrong.append(parsed.reasons)
    if contract.is_required(column) and parsed.values.null_count():
        wrong.append(pl.select(pl.when(parsed.values.is_null()).then(pl.lit("MISSING_REQUIRED"))).to_series())
    return Parsed(parsed.values, _first(wrong), parsed.flags)


def parse_constant(field: Field, text: str, contract: str) -> object:
    """The typed value of a contract's constant.

    Raises:
        ContractError: it cannot be read as the field's kind.
    """
    parsed = _read(trimmed(pl.Series([text])), _Reading(field.name, field.kind))
    if parsed.reasons[0]:
        raise ContractError(
            f"constants.{field.name}: '{text}' is no {field.kind}",
            where=f"contract '{contract}'",
            hint="write it as it would stand in a file",
        )
    return parsed.values[0]


def unfit_blanks(cells: pl.Series, pattern: str) -> pl.Series:
    """`BAD_BLANK` where a cell that is not loaded does not have its shape, else null."""
    return _unfit(cells.str.strip_chars(), pattern, "BAD_BLANK")


def _first(reasons: list[pl.Series]) -> pl.Series:
    """For each cell the first of its reasons."""
    given = [reason for reason in reasons if has_any(reason)]
    if len(given) > 1:
        return pl.select(pl.coalesce(given)).to_series()
    return given[0] if given else reasons[0]


def has_any(texts: pl.Series) -> bool:
    """Whether a column has anything but nulls."""
    return texts.null_count() < len(texts)


def nothing(length: int) -> pl.Series:
    """A String column of nulls."""
    return pl.Series([None], dtype=pl.String()).new_from_index(0, length)


def _kind(column: Column, contract: Contract) -> Kind | Literal["uscc"]:
    """A text that tells rows apart is read like an id: two numbers that a spreadsheet has rounded must not meet."""
    kind = contract.kind_of(column)
    return "id" if kind == "text" and column.canonical in {*contract.key, "voucher"} else kind


def _unfit(texts: pl.Series, pattern: str | None, reason: str) -> pl.Series:
    """The reason where a text does not match as a whole; Python's expressions, so each distinct text is tried once."""
    if pattern is None:
        return nothing(len(texts))
    shape = re.compile(pattern)
    unfit = [text for text in texts.drop_nulls().unique() if not shape.fullmatch(text)]
    if not unfit:
        return nothing(len(texts))
    return pl.select(pl.when(texts.is_in(unfit)).then(pl.lit(reason))).to_series()


def _unknown_words(texts: pl.Series, column: Column) -> pl.Series:
    """`UNKNOWN_WORD` where a closed column says something that its contract does not map."""
    if not column.closed:
        return nothing(len(texts))
    is_unknown = texts.is_not_null() & ~texts.is_in(list(column.values)).fill_null(value=False)
    return pl.select(pl.when(is_unknown).then(pl.lit("UNKNOWN_WORD"))).to_series()


def _mapped(texts: pl.Series, values: dict[str, str]) -> pl.Series:
    if not values:
        return texts
    mapped = texts.fill_null("").replace(values)
    return mapped.set(mapped == "", None)


def _read(texts: pl.Series, reading: _Reading) -> Parsed:
    """Type the trimmed texts of one field."""
    flags = nothing(len(texts))
    if reading.kind in {"id", "uscc"}:
        return Parsed(*parse_ids(texts, reading.length, is_uscc=reading.kind == "uscc"))
    if reading.kind == "money":
        return Parsed(*parse_amounts(texts, reading.exponent, reading.sign), flags)
    if reading.kind == "text":
        return Parsed(texts, flags, flags)
    if reading.kind == "month":
        found = by_value(texts, lambda text: read_month(text, serials=reading.serials), pl.Date())
    elif reading.kind == "date":
        edge = _edge(reading.field)
        found = by_value(texts, lambda text: read_date(text, serials=reading.serials, edge=edge), pl.Date())
    elif reading.kind == "flag":
        found = by_value(texts, _read_flag, pl.Boolean())
    else:
        found = by_value(texts, _read_integer, pl.Int64())
    return Parsed(*found, flags)


def _edge(field: str) -> Edge | None:
    """The day a bare month stands for: a period's first or last day; elsewhere a month is no day."""
    return "first" if field.endswith("_from") else "last" if field.endswith("_to") else None


def _read_flag(text: str) -> tuple[bool | None, str | None]:
    plain = unicodedata.normalize("NFKC", text).upper()
    return (_FLAGS[plain], None) if plain in _FLAGS else (None, "BAD_FLAG")


def _read_integer(text: str) -> tuple[int | None, str | None]:
    plain = unicodedata.normalize("NFKC", text)
    if not _INTEGER.fullmatch(plain):
        return None, "BAD_INTEGER"
    return int(plain.partition(".")[0].replace(",", "")), None
