"""Natural persons in the receipts: told by their ids, summed into one pseudo-taxpayer, never loaded by name.

Sole traders file under 20 characters, most of which begin with a citizen number (DOMAIN section 2).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import polars as pl

from mainstay.extracts.identifiers import REMEMBERED, SCIENTIFIC, is_birth_date, is_citizen_number
from mainstay.extracts.normalising import BLANKS
from mainstay.extracts.targets import PSEUDO_TAXPAYER, Target

_SEPARATORS = re.compile(f"[{re.escape(BLANKS)}-]+")
_CITIZEN_WITHIN = re.compile(r"(?=([1-9][0-9]{16}[0-9X]))")
_BETWEEN = f"[{re.escape(BLANKS)}\\u00ad\\u200c\\u200d\\u2010-\\u2015\\u2060\\u2212\\uff0d-]*"
"""What may stand between the digits of a number that somebody has typed in groups."""
_CITIZEN_IN_GROUPS = re.compile(rf"(?=(?<![0-9])([1-9](?:{_BETWEEN}[0-9]){{16}}{_BETWEEN}[0-9X])(?![0-9]))")
"""In groups a number begins and ends with one: a telephone number and a day beside it are not 18 digits of a person."""
_REMAINS = re.compile(r"([1-8])\.([0-9]{5})([0-9]{8})[0-9]E\+17")
"""What a spreadsheet leaves of a citizen number as far as a double is exact: division and day of birth."""
_MAYBE_CITIZEN = rf"[0-9０-９](?:{_BETWEEN}[0-9０-９]){{16}}|[0-9]{{14}}[Ee]\+17"
_SOLE_TRADER = re.compile(r"[0-9A-Z]{20}")
_GROUPED_BY = ("month", "levy_item")


@lru_cache(maxsize=REMEMBERED)
def is_natural_person(delivered: str) -> bool:
    """Whether an id is a citizen number or a sole trader's id of 20 characters.

    >>> is_natural_person("11010119900101123X"), is_natural_person("91110108551385082Q")
    (False, False)
    """
    code = _SEPARATORS.sub("", unicodedata.normalize("NFKC", delivered).upper()).strip("='\"")
    return bool(_SOLE_TRADER.fullmatch(code)) or is_citizen_number(code)


def holds_citizen_number(text: str) -> bool:
    """Whether a citizen number stands anywhere in a text, next to other digits even, or in groups of its own.

    >>> holds_citizen_number("法人 110119 19900101 123X，详见附件"), holds_citizen_number("代码 91110108551385082Q")
    (True, False)
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    if any(is_citizen_number(found[1]) for found in _CITIZEN_WITHIN.finditer(plain)):
        return True
    in_groups = (re.sub(_BETWEEN, "", found[1]) for found in _CITIZEN_IN_GROUPS.finditer(plain))
    return any(map(is_citizen_number, in_groups)) or any(is_birth_date(left[3]) for left in _REMAINS.finditer(plain))


def is_private(record: list[str], party_cells: list[str]) -> bool:
    """Whether a rejected record must leave no raw text: it holds a person's number, or what a spreadsheet left of one.

    What is left in scientific notation begins with the division and the birth date, unless it is an enterprise's.

    Args:
        record: All cells.
        party_cells: Those that may hold the party's id; twenty characters elsewhere are some other number.
    """
    if any(map(is_natural_person, party_cells)) or any(map(holds_citizen_number, record)):
        return True
    cells = [cell.strip(BLANKS + "'") for cell in record]
    return any(re.search(SCIENTIFIC, cell) and not cell.startswith("9") for cell in cells)


def natural_persons(source_ids: pl.Series, names: pl.Series) -> pl.Series:
    """For each row whether its party is a natural person, by the id or by a number written into the name."""
    return persons_by_id(source_ids) | numbers_within(names)


def persons_by_id(source_ids: pl.Series) -> pl.Series:
    """For each id whether it is a natural person's."""
    return _matching(source_ids, r"^[\s\S]{18}", is_natural_person)


def numbers_within(texts: pl.Series) -> pl.Series:
    """For each text whether a citizen number stands in it, in groups or not."""
    return _matching(texts, _MAYBE_CITIZEN, holds_citizen_number)


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
