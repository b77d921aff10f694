"""Periods: a month or a day from what a file calls it; a cumulative period is never taken for a month."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal

from mainstay.extracts.normalising import BLANKS
from mainstay.months import last_day

Edge = Literal["first", "last"]

_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)
"""Spreadsheet serials of 2000 to 2099: an earlier one is rather a mistyped number."""
_FIRST_YEAR = 1900

_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_SPACE = re.compile(f"[{re.escape(BLANKS)}]+")
_SHAPES = (
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})(?:月份?(?:(?P<day>\d{1,2})日?)?)?", re.ASCII),
    re.compile(r"(?P<year>\d{4})(?P<mark>[/.-])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?", re.ASCII),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?", re.ASCII),
)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_CUMULATIVE = re.compile(r"累计|季度|季$|半年|全年|Q[1-4]")
_BETWEEN = re.compile(r"[-—–~至到]+")
_BARE_MONTH = re.compile(r"\d{1,2}(月份?)?")
_DECEMBER = 12

Parts = tuple[int, int, int | None]


def read_month(text: str, *, serials: bool = False) -> tuple[date | None, str | None]:
    """The first day of the month that a text names, or None with a reason.

    A day stands for its month. `1-5月`, a quarter or a range over months is `CUMULATIVE_PERIOD`, anything else that
    is no month `BAD_PERIOD`.

    Args:
        text: As delivered, not blank.
        serials: Whether five digits are a spreadsheet's day count.
    """
    plain = _plain(text)
    if _CUMULATIVE.search(plain.upper()):
        return None, "CUMULATIVE_PERIOD"
    if parts := _parts(plain, serials=serials):
        return date(parts[0], parts[1], 1), None
    for between in _BETWEEN.finditer(plain):
        start, end = plain[: between.start()], plain[between.end() :]
        first, last = _parts(start, serials=False), _parts(end, serials=False)
        if first and last and first[:2] == last[:2]:
            return date(first[0], first[1], 1), None
        is_span = (first or _BARE_MONTH.fullmatch(start)) and (last or _BARE_MONTH.fullmatch(end))
        if is_span and (first or last or "月" in plain):
            return None, "CUMULATIVE_PERIOD"
    return None, "BAD_PERIOD"


def read_date(text: str, *, serials: bool = False, edge: Edge | None = None) -> tuple[date | None, str | None]:
    """The day that a text names, or None with `BAD_DATE`.

    Args:
        text: As delivered, not blank; a time of day is left off.
        serials: Whether five digits are a spreadsheet's day count.
        edge: Which day of the month a bare month stands for; None: a bare month is no day.
    """
    parts = _parts(_plain(text), serials=serials)
    if parts is None:
        return None, "BAD_DATE"
    year, month, day = parts
    if day is None:
        if edge is None:
            return None, "BAD_DATE"
        day = 1 if edge == "first" else last_day(date(year, month, 1)).day
    return date(year, month, day), None


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip(BLANKS)
    return _SPACE.sub("", _TIME.sub("", plain))


def _parts(text: str, *, serials: bool) -> Parts | None:
    """Year, month and day (None where only a month is named) of a single day or month that exists."""
    if serials and _SERIAL.fullmatch(text):
        days = int(text[:5])
        day = _SERIAL_ZERO + timedelta(days=days)
        return (day.year, day.month, day.day) if days in _SERIALS else None
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            year, month = int(found["year"]), int(found["month"])
            if year < _FIRST_YEAR or not 1 <= month <= _DECEMBER:
                return None
            if found["day"] is None:
                return year, month, None
            day_of_month = int(found["day"])
            is_real = 1 <= day_of_month <= last_day(date(year, month, 1)).day
            return (year, month, day_of_month) if is_real else None
    return None
