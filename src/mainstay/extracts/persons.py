"""Natural persons in the receipts: told by their ids, summed into one pseudo-taxpayer, never loaded by name.

Sole traders file under 20 characters, most of which begin with a citizen number (DOMAIN section 2).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import polars as pl

from mainstay.extracts.identifiers import REMEMBERED, SCIENTIFIC, is_citizen_number
from mainstay.extracts.targets import PSEUDO_TAXPAYER, Target
from mainstay.extracts.wording import BLANKS

_SEPARATORS = re.compile(f"[{re.escape(BLANKS)}-]+")
_CITIZEN_WITHIN = re.compile(r"(?=([1-9][0-9]{16}[0-9X]))")
_SOLE_TRADER = re.compile(r"[0-9A-Z]{20}")
_GROUPED_BY = ("month", "levy_item")


@lru_cache(maxsize=REMEMBERED)
def is_natural_person(delivered: str) -> bool:
    """Whether an id is a citizen number or a sole trader's id of 20 characters.

    >>> is_natural_person("11010119900101123X"), is_natural_person("91110108551385082Q")
    (False, False)
    """
    code = _SEPARATORS.sub("", unicodedata.normalize("NFKC", delivered).upper()).lstrip("'")
    return bool(_SOLE_TRADER.fullmatch(code)) or is_citizen_number(code)


def holds_citizen_number(text: str) -> bool:
    """Whether a citizen number stands anywhere in a text, next to other digits even."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return any(is_citizen_number(found[1]) for found in _CITIZEN_WITHIN.finditer(plain))


def is_private(record: list[str], party_cells: list[str]) -> bool:
    """Whether a rejected record must leave no raw text: it holds a person's number, or what a spreadsheet left of one.

    What is left in scientific notation begins with the division and the birth date, unless it is an enterprise's.

    Args:
        record: All cells.
        party_cells: Those that may hold the party's id; twenty characters elsewhere are some other number.
    """
    if any(is_natural_person(cell) for cell in party_cells) or holds_citizen_number("\x1f".join(record)):
        return True
    cells = [cell.strip(BLANKS + "'") for cell in record]
    return any(re.search(SCIENTIFIC, cell) and not cell.startswith("9") for cell in cells)


def natural_persons(source_ids: pl.Series, names: pl.Series) -> pl.Series:
    """For each row whether its party is a natural person, by the id or by a number written into the name."""
    by_id = _matching(source_ids, r"^[\s\S]{18}", is_natural_person)
    return by_id | _matching(names, r"[0-9０-９]{17}", holds_citizen_number)


def numbers_within(texts: pl.Series) -> pl.Series:
    """For each text whether a citizen number stands in it, blanks and hyphens between its digits or not."""
    plain = texts.cast(pl.String).str.replace_all(_SEPARATORS.pattern, "")
    return _matching(plain, r"[0-9０-９]{17}", holds_citizen_number)


def sum_up(rows: pl.DataFrame, persons: pl.Series, target: Target) -> pl.DataFrame:
    """Replace the rows of natural persons by one row per month and levy item.

    Args:
        rows: Typed rows of a target that has amounts.
        persons: For each row whether it is a natural person's.
        target: Which fields are money.

    Returns:
        The other rows, and the sums, each at the line of its first row, with `source_rows` the number of its rows;
        all fields but the party, month, levy item and the amounts are null.
    """
    if not persons.any():
        return rows
    groups = [name for name in _GROUPED_BY if target.field(name)]
    known = [pl.col(field.name).is_not_null().any() for field in target.measures]
    sums = [
        pl.when(is_known).then(pl.col(field.name).sum()).cast(rows.schema[field.name]).alias(field.name)
        for field, is_known in zip(target.measures, known, strict=True)
    ]
    summed = (
        rows.filter(persons)
        .group_by(pl.lit(0).alias("all"), *groups, maintain_order=True)
        .agg(pl.col("line").min(), pl.col("source_rows").sum(), *sums)
        .drop("all")
        .cast({"source_rows": pl.Int32()})
        .with_columns(source_id=pl.lit(PSEUDO_TAXPAYER), name=pl.lit(PSEUDO_TAXPAYER), flags=pl.lit(""))
    )
    return pl.concat([rows.filter(~persons), summed], how="diagonal").sort("line")


def _matching(texts: pl.Series, shape: str, test: Callable[[str], bool]) -> pl.Series:
    """For each text whether it passes a test; only distinct texts of a shape that can pass are looked at."""
    suspects = texts.filter(texts.str.contains(shape).fill_null(value=False)).unique()
    return texts.is_in([text for text in suspects if test(text)]).fill_null(value=False)
