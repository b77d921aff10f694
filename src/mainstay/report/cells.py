"""One cell: from a value of a frame to what a file shows, safe in a spreadsheet.

Numbers stay numbers. Only text is guarded: a text that a spreadsheet would take for a formula gets a leading
apostrophe, digits that it would eat get a trailing TAB in CSV.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Literal

from mainstay.report.office_words import FLAG_WORDS, GRADE_WORDS, JUDGEMENT_WORDS, SOURCE_WORDS, STATUS_WORDS
from mainstay.report.units import ROUNDING, DisplayUnit, rounded

Kind = Literal[
    "text", "code", "integer", "money", "exact_money", "percent", "date",
    "flag", "grade", "status", "sources", "judgement",
]  # fmt: skip
"""`exact_money` keeps every cent behind the digits shown, so that a reader's own sums are exact."""

TextGuard = Literal["tab", "none"]
Cell = str | int | Decimal | date | None

LIST_SEPARATOR = "、"


class UnfitValueError(ValueError):
    """A value does not fit the kind of its column; the message says what is needed and never the value."""


# Spreadsheets of East Asian locales take the full-width forms for the ASCII ones.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_LINE_BREAKS = re.compile("[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# What loses digits when a CSV is double-clicked: more than 11 digits turn into 9.11E+17, leading zeros go,
# and digits around one E are read as a power of ten.
_EATEN_BY_SPREADSHEETS = re.compile(r"[0-9]{12,}|0[0-9]+|[0-9]+[eE][0-9]+")


def guarded_text(text: str) -> str | None:
    """Make a text harmless in a spreadsheet and fit for one line.

    Args:
        text: Any text as delivered.

    Returns:
        The text with each run of line breaks as one blank and without control characters; with a leading
        apostrophe if it began with TAB or CR, or begins with a formula's first character (blanks before it do
        not hide it). None for a text of blanks only.
    """
    body = _CONTROLS.sub("", _LINE_BREAKS.sub(" ", text)).rstrip()
    if not body:
        return None
    risky = text[0] in "\t\r" or body[0] == "\t" or body.lstrip()[0] in _FORMULA_STARTS
    return f"'{body}" if risky else body


def csv_text(cell: Cell, guard: TextGuard) -> str:
    """Return what a CSV file holds for a shown cell.

    Args:
        cell: A cell as `shown_cell` returns it.
        guard: `tab` adds a TAB to texts of digits that a spreadsheet would change, `none` leaves them.

    Returns:
        Text before quoting; blank for None.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"{cell}\t" if guard == "tab" and _EATEN_BY_SPREADSHEETS.fullmatch(cell) else cell
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def percent(ratio: Decimal | float) -> Decimal | None:
    """Turn a ratio (-0.3) into per cent with two decimals (-30.00).

    Returns:
        None for a ratio that is not a finite number: there is no such year-on-year figure to show.
    """
    exact = ratio if isinstance(ratio, Decimal) else Decimal(repr(ratio))
    return rounded(ROUNDING.multiply(exact, Decimal(100)), 2) if exact.is_finite() else None


def shown_cell(value: object, kind: Kind, unit: DisplayUnit) -> Cell:
    """Turn one value of a frame into the cell that every file format shows alike.

    Args:
        value: The value; None is unknown.
        kind: What the column holds.
        unit: The display unit of money.

    Returns:
        Text guarded and in the recipients' words; money in the display unit; ratios in per cent; None for
        unknown.

    Raises:
        UnfitValueError: The value does not fit the kind.
    """
    return None if value is None else _SHOWN[kind](value, unit)


def _text(value: object, _: DisplayUnit) -> Cell:
    if isinstance(value, str):
        return guarded_text(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return guarded_text(LIST_SEPARATOR.join(value))
    raise UnfitValueError("a text or a list of texts is needed")


def _integer(value: object, _: DisplayUnit) -> Cell:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnfitValueError("a whole number is needed")


def _money(value: object, unit: DisplayUnit, show: Callable[[DisplayUnit, Decimal], Decimal]) -> Cell:
    if isinstance(value, Decimal) and value.is_finite():
        return show(unit, value)
    raise UnfitValueError("money must arrive as an exact decimal, never as a float")


def _percent(value: object, _: DisplayUnit) -> Cell:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return percent(value)
    raise UnfitValueError("a ratio is needed")


def _date(value: object, _: DisplayUnit) -> Cell:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise UnfitValueError("a date without a time is needed")


def _flag(value: object, _: DisplayUnit) -> Cell:
    if isinstance(value, bool):
        return FLAG_WORDS[value]
    raise UnfitValueError("true or false is needed")


def _word(words: Mapping[str, str]) -> Callable[[object, DisplayUnit], Cell]:
    def show(value: object, _: DisplayUnit) -> Cell:
        if isinstance(value, str) and value in words:
            return words[value]
        raise UnfitValueError(f"known codes: {', '.join(words)}")

    return show


def _sources(value: object, unit: DisplayUnit) -> Cell:
    if not isinstance(value, list):
        raise UnfitValueError("a list of sources is needed")
    show = _word(SOURCE_WORDS)
    return LIST_SEPARATOR.join(str(show(code, unit)) for code in dict.fromkeys(value)) or None


_SHOWN: Mapping[Kind, Callable[[object, DisplayUnit], Cell]] = {
    "text": _text,
    "code": _text,
    "integer": _integer,
    "money": partial(_money, show=DisplayUnit.show),
    "exact_money": partial(_money, show=DisplayUnit.convert),
    "percent": _percent,
    "date": _date,
    "flag": _flag,
    "grade": _word(GRADE_WORDS),
    "status": _word(STATUS_WORDS),
    "sources": _sources,
    "judgement": _word(JUDGEMENT_WORDS),
}
