"""Amounts: exact decimals from text, in the ledger's unit and sign (DOMAIN section 6)."""

import re
import unicodedata

import polars as pl

from mainstay.extracts.normalising import BLANKS, by_value, trimmed
from mainstay.extracts.targets import MONEY

INTEGER_DIGITS = 16
_CENT_DIGITS = 2

_PLAIN = r"^-?[0-9]{1,16}(\.[0-9]{1,10})?$"
_CENTS = r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"
"""What is an amount in yuan as it stands; about nine of ten cells."""
_GROUPED = r"^-?[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,10})?$"
_QUOTES = BLANKS + "'\"`‘’“”"
_MINUSES = str.maketrans("−‐‑‒–—―", "-------")
_STYLED = re.compile(
    r"""
    (?P<money_before>[¥$])?\ * (?P<open>\()?\ *
    (?P<sign>[+-])?\ * (?P<money>[¥$])?\ * (?P<late_sign>[+-])?\ *
    (?P<whole>[0-9]{1,3}(?:,[0-9]{3})+ | [0-9]{1,3}(?:\ [0-9]{3})+ | [0-9]*)
    (?:\.(?P<part>[0-9]*))?\ * (?P<close>\))?
    """,
    re.VERBOSE,
)
_WITHOUT_COMMAS = pl.col("plain").str.replace_all(",", "", literal=True)


def parse_amounts(texts: pl.Series, exponent: int, sign: int) -> tuple[pl.Series, pl.Series]:
    """Read amounts.

    Args:
        texts: The cells as delivered.
        exponent: Powers of ten from the file's unit to the ledger's: 0, 4 or 8.
        sign: -1 negates once.

    Returns:
        Amounts as Decimal(18, 2) in the ledger's unit and sign, null where blank or refused; and reasons, null
        where there is nothing to refuse: `BAD_AMOUNT` (no number, or more than 16 digits before the point) or
        `EXCESS_DECIMALS` (digits other than 0 beyond the cent).
    """
    cells = trimmed(texts).alias("plain")
    if (is_grouped := cells.str.contains(_GROUPED)).any():
        cells = cells.to_frame().select(pl.when(is_grouped).then(_WITHOUT_COMMAS).otherwise("plain")).to_series()
    if exponent or sign < 0:
        return _read(cells, exponent, sign)
    is_cents = cells.str.contains(_CENTS)
    others = cells.filter(~is_cents).unique()
    values, reasons = _read(others, exponent, sign)
    table = pl.DataFrame({"plain": others, "value": values, "reason": reasons})
    cents = pl.when(is_cents).then("plain").str.to_decimal(scale=_CENT_DIGITS).cast(MONEY)
    found = cells.to_frame().join(table, on="plain", how="left", maintain_order="left")
    return found.select(cents.fill_null(pl.col("value"))).to_series(), found["reason"]


def _read(cells: pl.Series, exponent: int, sign: int) -> tuple[pl.Series, pl.Series]:
    """Read trimmed amounts of any style and unit, without commas where they are plain otherwise."""
    is_odd = ~cells.str.contains(_PLAIN)
    frame = pl.DataFrame({"plain": cells, "bad": pl.Series([None], dtype=pl.String()).new_from_index(0, len(cells))})
    if is_odd.any():
        styled, unreadable = by_value(cells.set(~is_odd, None), _plain_text, pl.String())
        frame = frame.with_columns(plain=pl.when(is_odd).then(styled).otherwise("plain"), bad=unreadable)
    return _in_ledger_unit(frame, exponent, sign)


def _in_ledger_unit(frame: pl.DataFrame, exponent: int, sign: int) -> tuple[pl.Series, pl.Series]:
    """Move the point of plain amounts by text, so that no digit is ever rounded."""
    places = _CENT_DIGITS + exponent
    split = pl.col("plain").str.strip_prefix("-").str.split_exact(".", 1)
    parts = frame.with_columns(
        is_negative=pl.col("plain").str.starts_with("-") ^ (sign < 0),
        whole=split.struct.field("field_0"),
        part=split.struct.field("field_1").fill_null("").str.strip_chars_end("0"),
    ).with_columns(
        digits=(pl.col("whole") + pl.col("part").str.pad_end(places, "0"))
        .str.strip_chars_start("0")
        .str.zfill(_CENT_DIGITS + 1)
    )
    reason = (
        pl.when(pl.col("bad").is_not_null())
        .then("bad")
        .when(pl.col("part").str.len_bytes() > places)
        .then(pl.lit("EXCESS_DECIMALS"))
        .when(pl.col("digits").str.len_bytes() > INTEGER_DIGITS + _CENT_DIGITS)
        .then(pl.lit("BAD_AMOUNT"))
    )
    minus = pl.when("is_negative").then(pl.lit("-")).otherwise(pl.lit(""))
    digits = pl.col("digits")
    text = pl.concat_str(minus, digits.str.head(-_CENT_DIGITS), pl.lit("."), digits.str.tail(_CENT_DIGITS))
    checked = parts.select("plain", reasons=reason, text=text).select(
        "plain",
        "reasons",
        values=pl.when(pl.col("reasons").is_null()).then("text").str.to_decimal(scale=_CENT_DIGITS).cast(MONEY),
    )
    # What the steps above let pass and the cast does not would be lost as a null.
    is_lost = pl.col("plain").is_not_null() & pl.col("values").is_null() & pl.col("reasons").is_null()
    reasons = pl.when(is_lost).then(pl.lit("BAD_AMOUNT")).otherwise("reasons")
    return checked["values"], checked.select(reasons).to_series()


def _plain_text(text: str) -> tuple[str | None, str | None]:
    """An amount in any of the styles that occur as `-?digits.digits`, or None with a reason, or None for nothing.

    >>> _plain_text("（1,234.50）")
    ('-1234.50', None)
    """
    plain = unicodedata.normalize("NFKC", text.strip(_QUOTES)).translate(_MINUSES).strip(_QUOTES)
    if not plain.strip("-"):
        return None, None
    found = _STYLED.fullmatch(plain)
    if found is None or not (found["whole"] or found["part"]):
        return None, "BAD_AMOUNT"
    signs = [sign for sign in (found["sign"], found["late_sign"]) if sign]
    is_bracketed = bool(found["open"])
    if (
        is_bracketed != bool(found["close"])
        or len(signs) + is_bracketed > 1
        or (found["money_before"] and found["money"])
    ):
        return None, "BAD_AMOUNT"
    whole = re.sub("[, ]", "", found["whole"]) or "0"
    minus = "-" if is_bracketed or signs == ["-"] else ""
    return f"{minus}{whole}.{found['part'] or '0'}", None
