"""Ids: the unified social credit code, its forerunners, citizen numbers, and what spreadsheets do to them.

GB 32100-2015 (the code, check modulo 31) and GB 11714-1997 (the organisation code in it, modulo 11); DOMAIN section 2.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import polars as pl
from stdnum.cn import uscc

from mainstay.extracts.normalising import BLANKS, by_value, trimmed

SCIENTIFIC = r"^[+-]?[0-9](\.[0-9]*)?[eE]\+[0-9]{1,3}$|^[+-]?[0-9]\.[0-9]+[eE][0-9]{1,3}$"
"""What a spreadsheet leaves of a long number: the digits are gone."""

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_OLD_TAX_ID = re.compile(r"[0-9]{6}[0-9A-Z]{8}[0-9X]")
_PADDED = re.compile(
    r"(?:(?:1[12]|31|50)0[1-9]|(?:1[345]|2[123]|3[2-7]|4[1-6]|5[1-4]|6[1-5])[0-9]{2})[0-9]{10}[0-9X]000"
)
"""An old tax id with zeros behind it begins with a division. A code of an institution (12 and its own division) that
a spreadsheet has rounded ends in zeros as well, and is no old tax id."""
_GUARDED = r"^=\"(.*)\"$"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_MODULUS = 11
_CITIZEN = re.compile(r"[1-9][0-9]{16}[0-9X]")
_BIRTH_YEARS = range(1850, 2100)
_ENTERPRISE_PREFIX = "91"
REMEMBERED = 1 << 17
"""How many verdicts on ids are kept: the same firms are in every month's file (about 40 MB, twice a large park)."""


class Code(NamedTuple):
    """A code as it is kept, and what is to be said of it (flags, comma separated; empty for nothing)."""

    text: str
    flags: str


def parse_ids(texts: pl.Series, length: int | None, *, is_uscc: bool) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Read ids as text.

    Outer blanks, a trailing TAB, a leading apostrophe and the guard `="..."` go; inner blanks stay. Leading zeros
    come back where the length is known.

    Args:
        texts: The cells as delivered.
        length: The known length, or None.
        is_uscc: Whether the ids are unified social credit codes or their forerunners.

    Returns:
        The ids (null where blank); reasons (`ID_SCIENTIFIC` or null); flags (or null).
    """
    ids = trimmed(texts)
    if ids.str.contains("^[=']").any():
        ids = trimmed(ids.str.replace(_GUARDED, "$1").str.strip_chars_start("'"))
    if length is not None:
        is_short = ids.str.contains("^[0-9]+$") & (ids.str.len_chars() < length)
        padded = ids.str.zfill(length)
        ids = ids.to_frame("id").select(pl.when(is_short).then(padded).otherwise("id")).to_series()
    is_scientific = ids.str.contains(SCIENTIFIC).fill_null(value=False)
    reasons = pl.select(pl.when(is_scientific).then(pl.lit("ID_SCIENTIFIC"))).to_series()
    if not is_uscc:
        return ids, reasons, pl.Series([None], dtype=pl.String()).new_from_index(0, len(ids))
    ids, flags = by_value(ids, _read_uscc, pl.String())
    return ids, reasons, flags


def tax_code(text: str) -> Code:
    """A tax id as the unified social credit code, as far as it can be made one.

    A failed check digit is a warning: such codes are in real use. An old id of 15 characters becomes a code only
    when its own check passes, after the `000` that some systems append is gone. Any other shape stays as delivered.

    >>> tax_code("110109748136151")
    Code(text='911101097481361512', flags='ID_UPGRADED')
    """
    code = unicodedata.normalize("NFKC", text).strip(BLANKS).upper()
    if _PADDED.fullmatch(code) and not has_valid_check(code) and not is_citizen_number(code):
        code = code[:15]
    if _USCC.fullmatch(code):
        return Code(code, "" if has_valid_check(code) else "WARN_CHECKSUM")
    if _OLD_TAX_ID.fullmatch(code):
        if has_valid_organisation_check(code[6:]):
            upgraded = _ENTERPRISE_PREFIX + code
            if _USCC.fullmatch(upgraded + "0"):
                return Code(upgraded + uscc.calc_check_digit(upgraded), "ID_UPGRADED")
        return Code(code, "ID_UNUSUAL")
    return Code(text.strip(BLANKS), "ID_UNUSUAL")


def has_valid_check(code: str) -> bool:
    """Whether 18 characters of the code's character set carry the right check character (modulo 31)."""
    return bool(_USCC.fullmatch(code)) and uscc.calc_check_digit(code[:17]) == code[17]


def has_valid_organisation_check(organisation: str) -> bool:
    """Whether an organisation code of nine characters carries the right check character (modulo 11).

    Letters count from A = 10 to Z = 35, which is not how the unified social credit code counts them.
    """
    total = sum(int(c, 36) * weight for c, weight in zip(organisation[:8], _ORGANISATION_WEIGHTS, strict=True))
    check = _ORGANISATION_MODULUS - total % _ORGANISATION_MODULUS
    return organisation[8] == {10: "X", 11: "0"}.get(check, str(check))


def is_citizen_number(code: str) -> bool:
    """Whether a text is a citizen number (GB 11643-1999): 18 characters, a birth date, the right check.

    The codes of some districts have what looks like a year of birth in the same place: an enterprise's code (that
    begins with 9) counts as one if both of its own checks pass.
    """
    if not _CITIZEN.fullmatch(code) or not is_birth_date(code[6:14]):
        return False
    if code[17] != "0123456789X"[(1 - 2 * int(code[:17], 13)) % 11]:
        return False
    return not (code[0] == "9" and has_valid_check(code) and has_valid_organisation_check(code[8:17]))


def is_birth_date(digits: str) -> bool:
    """Whether eight digits are a day on which somebody may have been born."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year in _BIRTH_YEARS
    except ValueError:
        return False


@lru_cache(maxsize=REMEMBERED)
def _read_uscc(text: str) -> tuple[str, str | None]:
    code = tax_code(text)
    return code.text, code.flags or None
