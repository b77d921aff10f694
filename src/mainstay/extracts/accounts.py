"""Where every amount of a file went, summed from the raw text by a reader of its own.

It shares nothing with the parser of amounts but the rules, so that a fault of one shows as a difference between
what was read and what was loaded.
"""

import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Context, Decimal, Inexact, localcontext
from enum import StrEnum

from mainstay.extracts.contract import Unit
from mainstay.extracts.extract import AmountTally
from mainstay.extracts.normalising import BLANKS

EXACT = Context(prec=60, traps=[Inexact])
"""Sums of any file fit in it, and a rounded one would be an error rather than a wrong figure."""
_MOST_WHOLE, _MOST_PART = 16, 10
_PLAIN = re.compile(r" *-?(?:[0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,10})? *")
"""What needs no interpretation: most amounts; the rest goes through `read_decimal`."""
_TO_NINES = str.maketrans(dict.fromkeys(string.digits, "9"))
_DASHES = frozenset("-−‐‑‒–—―")
_OUTER = BLANKS + "'\"`‘’“”"
_GROUP = 3


class Fate(StrEnum):
    """What became of a record."""

    LOADED = "loaded"
    REJECTED = "rejected"
    RAGGED = "ragged"
    DUPLICATE = "duplicate"
    TOTAL_LINE = "total_line"
    BLANK = "blank"
    PREAMBLE = "preamble"


_WITH_MONEY = (Fate.LOADED, Fate.REJECTED, Fate.DUPLICATE, Fate.TOTAL_LINE)


def tally(column: str, unit: Unit, cells: Sequence[str], fates: Sequence[Fate]) -> AmountTally:
    """Sum one amount column, in the file's sign and unit.

    Args:
        column: The canonical field.
        unit: The unit of the file's amounts.
        cells: The column's raw text, one a record.
        fates: What became of each record; cells of a ragged one cannot be told apart, so it is unreadable.
    """
    groups: defaultdict[Fate, list[str]] = defaultdict(list)
    for cell, fate in zip(cells, fates, strict=True):
        groups[fate].append(cell)
    unreadable = len(groups[Fate.RAGGED])
    sums: defaultdict[Fate, Decimal] = defaultdict(Decimal)
    for fate in _WITH_MONEY:
        sums[fate], failures = _sum(groups[fate])
        unreadable += failures
    with localcontext(EXACT):
        read = sum(sums.values(), Decimal(0))
    return AmountTally(
        column=column,
        unit=unit,
        read=read,
        rejected=sums[Fate.REJECTED],
        duplicate=sums[Fate.DUPLICATE],
        total_line=sums[Fate.TOTAL_LINE],
        rows_unreadable=unreadable,
    )


def _sum(cells: list[str]) -> tuple[Decimal, int]:
    """The exact sum of the readable amounts, and how many are unreadable."""
    shapes = _shapes(cells)
    odd_shapes = {shape for shape in set(shapes) if not _PLAIN.fullmatch(shape)}
    plain, odd = cells, Counter[str]()
    if odd_shapes:
        plain = [cell for cell, shape in zip(cells, shapes, strict=True) if shape not in odd_shapes]
        odd = Counter(cell for cell, shape in zip(cells, shapes, strict=True) if shape in odd_shapes)
    failures = 0
    with localcontext(EXACT):
        total = sum(map(Decimal, "\n".join(plain).replace(",", "").split("\n")), Decimal(0)) if plain else Decimal(0)
        for cell, times in odd.items():
            try:
                total += (read_decimal(cell) or 0) * times
            except ValueError:
                failures += times
    return total, failures


def _shapes(cells: list[str]) -> list[str]:
    """Each cell with 9 for every digit: thousands of amounts have a few dozen shapes, which are quickly looked at."""
    shapes = "\n".join(cells).translate(_TO_NINES).split("\n")
    return shapes if len(shapes) == len(cells) else [cell.translate(_TO_NINES) for cell in cells]


def read_decimal(text: str) -> Decimal | None:
    """The exact value of an amount as delivered; None for blank or a dash.

    >>> read_decimal("¥ 1,234.560"), read_decimal("(12)"), read_decimal("—")
    (Decimal('1234.560'), Decimal('-12'), None)

    Raises:
        ValueError: it is no number, or has more digits than an amount can have.
    """
    body = unicodedata.normalize("NFKC", text.strip(_OUTER)).strip(_OUTER)
    if all(character in _DASHES for character in body):
        return None
    marks, rest = _leading_marks(body)
    is_bracketed = "(" in marks
    if rest.endswith(")") != is_bracketed:
        raise ValueError("bracket")
    number = rest.removesuffix(")").rstrip(" ") if is_bracketed else rest
    value = _number(number)
    return value.copy_negate() if "-" in marks or is_bracketed else value


def _leading_marks(body: str) -> tuple[str, str]:
    """Split off currency, sign and bracket; a bracket takes no sign, nothing stands twice."""
    marks, rest = "", body
    while rest and (rest[0] in "¥$(+ " or rest[0] in _DASHES):
        marks += "-" if rest[0] in _DASHES else rest[0]
        rest = rest[1:]
    marks = marks.replace(" ", "")
    signs = sum(marks.count(sign) for sign in "+-(")
    if signs > 1 or marks.count("¥") + marks.count("$") > 1:
        raise ValueError("marks")
    return marks, rest


def _number(text: str) -> Decimal:
    whole, _, part = text.partition(".")
    separators = {character for character in whole if character in ", "}
    groups = whole.replace(",", " ").split(" ")
    if separators and (
        len(separators) > 1 or not 0 < len(groups[0]) <= _GROUP or any(len(group) != _GROUP for group in groups[1:])
    ):
        raise ValueError("groups")
    digits = "".join(groups)
    if not (digits + part) or any(character not in string.digits for character in digits + part):
        raise ValueError("digits")
    if len(digits.lstrip("0")) > _MOST_WHOLE or len(part.rstrip("0")) > _MOST_PART:
        raise ValueError("digits")
    return Decimal(f"{digits or '0'}.{part[:_MOST_PART]}")
