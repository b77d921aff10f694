"""A table as a person would have exported it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

MARK = "（模拟数据）"
"""How every simulated file says what it is: invented."""


class Cents(int):
    """An amount of money in cents; what tells a writer that a number is money."""

    __slots__ = ()


Cell = str | Cents | date
Row = tuple[Cell, ...]
T = TypeVar("T")
Columns = Mapping[str, Callable[[T], Cell]]
"""The headings from left to right, each with what stands below it in the row of one item."""


@dataclass(frozen=True)
class Table:
    """What one file shows: lines above the header, the header, rows, perhaps a blank line and a total line.

    A text is written as it stands, in a money column too: that is how odd amounts get into a file.
    """

    title: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    total: Row | None = None
    notes: tuple[str, ...] = ()

    @property
    def preamble(self) -> int:
        """How many lines stand above the first row, the header included."""
        return 1 + len(self.notes) + 1


def heading(subject: str, month: date) -> str:
    """Return the title line of a month's file, marked as simulated."""
    return f"模拟科技园{subject}（{month.year}年{month.month}月）{MARK}"


def money_text(cents: int, *, thousands: bool = True) -> str:
    """Write cents as yuan with two decimals; a negative amount stands in brackets, as accountants do."""
    # A float holds any sum of a park to the cent: cents below 2**53.
    yuan = abs(cents) / 100
    text = f"{yuan:,.2f}" if thousands else f"{yuan:.2f}"
    return f"({text})" if cents < 0 else text
