"""What a page of the weekly brief is made of: the week, a section, a small table, and how values are worded.

Unknown is a dash, never 0. A table shows its first rows and says where the others are, so that the page stays one page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.errors import ModelError
from mainstay.report.cells import guarded_text, percent
from mainstay.report.office_words import LEVEL_WORDS
from mainstay.report.units import DisplayUnit

Frames = Mapping[str, pl.DataFrame]
"""The relations of a week by name, all of one as-of date."""

DASH = "—"
MOST_ROWS = 3
MOST_NAMES, LONGEST_NAME, LONGEST_CELL = 3, 16, 60

NOT_COVERED = MappingProxyType(
    {
        "window not over": "统计期间尚未结束",
        "window not covered": "本期数据不足",
        "base window not covered": "上年同期数据不足",
        "last year not covered": "上一年度数据不足",
        "no deferral extracts": "未导入缓税数据",
    }
)


@dataclass(frozen=True)
class Grid:
    """A small table: headings, rows of words, which columns are figures, and a line on what is not shown."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()
    wide: int | None = None
    names: int | None = None
    more: str = ""

    def look(self, column: int) -> str:
        """The style class of a column: figures to the right; the wide one and names take the room left and are cut."""
        if column in self.figures:
            return "figure"
        return {self.wide: "wide", self.names: "name"}.get(column, "plain")


@dataclass(frozen=True)
class Section:
    """One section: its title with the number, its sentences, its table."""

    title: str
    sentences: tuple[str, ...]
    grid: Grid | None = None


@dataclass(frozen=True)
class Week:
    """The row of `marts.weeks` and the unit: what every section needs to know."""

    as_of: date
    row: Mapping[str, Any]
    unit: DisplayUnit

    @property
    def is_first(self) -> bool:
        """Whether nothing was published before."""
        return self.row["published_before"] is None

    @property
    def level(self) -> str:
        """The level of the figures, in words; the local one, or what the data give instead."""
        level = self.row["level"]
        return LEVEL_WORDS[level] if level else "地方级"

    def since_before(self, day: date | None) -> bool:
        """Whether a day lies after the week published before; in a first week no day does."""
        before = self.row["published_before"]
        return day is not None and before is not None and before < day <= self.as_of

    def money(self, amount: Decimal | None) -> str:
        """An amount in the display unit, without the unit's word."""
        return DASH if amount is None else f"{self.unit.show(amount):,f}"


def row_of_week(frames: Frames, as_of: date) -> dict[str, Any]:
    """The row of `marts.weeks`.

    Raises:
        ModelError: There is not exactly one of the as-of date.
    """
    rows = frames["marts.weeks"].filter(pl.col("as_of_date") == as_of).to_dicts()
    if len(rows) != 1:
        raise ModelError("marts.weeks needs exactly one row for the as-of date", where="marts.weeks", count=len(rows))
    return rows[0]


def drop_lists(lists: pl.DataFrame) -> pl.DataFrame:
    """The lists that are reported on: nobody inquires into a list of firms, which shows growth as well."""
    return lists.filter(pl.col("kind").ne_missing("firms"))


def day_words(day: date | None) -> str:
    """Word a day as 2022-06-13; a dash for an unknown one."""
    return DASH if day is None else day.isoformat()


def date_words(day: date | None) -> str:
    """Word a day in a sentence, 2022年6月13日, which may break where a line ends; a dash for an unknown one."""
    return DASH if day is None else f"{day.year}年{day.month}月{day.day}日"


def cell_words(text: str | None, longest: int = LONGEST_CELL) -> str:
    """A text on one line, cut with an ellipsis; a dash for none."""
    plain = guarded_text(text) if text else None
    if plain is None:
        return DASH
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def names_words(names: Iterable[str | None]) -> str:
    """The first names, then how many more: 甲、乙、丙等5户."""
    known = [cell_words(name, LONGEST_NAME) for name in names]
    shown = "、".join(known[:MOST_NAMES])
    return f"{shown}等{len(known)}户" if len(known) > MOST_NAMES else shown


def yoy_words(ratio: float | None) -> str:
    """A ratio as +18.08%, signed; a dash where there is no year-on-year figure."""
    shown = None if ratio is None else percent(ratio)
    return DASH if shown is None else f"{shown:+f}%"


def count_words(number: int | None) -> str:
    """A count; a dash for an unknown one."""
    return DASH if number is None else str(number)


def first_rows(
    headings: tuple[str, ...],
    cells: Sequence[tuple[str, ...]],
    rest: str,
    *,
    wide: int | None = None,
    names: int,
    figures: Iterable[int] = (),
) -> Grid:
    """The first rows as a table, with a line on how many are left and where they are."""
    more = f"另有{len(cells) - MOST_ROWS}{rest}" if len(cells) > MOST_ROWS else ""
    return Grid(headings, tuple(cells[:MOST_ROWS]), frozenset(figures), wide, names, more)
