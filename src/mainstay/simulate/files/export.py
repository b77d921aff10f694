"""One simulated file of a month: the table that it shows, and what a reader has to find in it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import NamedTuple

from mainstay.simulate.files.table import Cell, Cents, Columns, T, Table, heading, money_text


@dataclass(frozen=True)
class PlantedFile:
    """The accounting of one written file: rows_read is the sum of the five kinds; titles are preamble.

    `rows_natural_person` are among the loaded ones: a reader sums them. `loaded` is money by column of the
    contract's target, in cents and in the file's sign, over the loaded rows.
    """

    file: str
    contract: str
    month: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int = 0
    rows_duplicate: int = 0
    rows_total_line: int = 0
    rows_blank: int = 0
    rows_preamble: int = 0
    rows_natural_person: int = 0
    loaded: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return it with money in yuan, as text."""
        money = {column: yuan(cents) for column, cents in self.loaded.items()}
        return {**asdict(self), "loaded": money}


class Export(NamedTuple):
    """A table and its accounting."""

    table: Table
    planted: PlantedFile


@dataclass(frozen=True)
class Extract:
    """What an office delivers month by month, faultless: every row of it is loaded.

    `subject` is the first part of the files' names, and of their title line if there is no `title`; `notes` are further
    lines above the header. `loaded`, by column of the contract's target: the heading whose figures are accounted for.
    """

    subject: str
    contract: str
    title: str = ""
    notes: tuple[str, ...] = ()
    loaded: Mapping[str, str] = field(default_factory=dict)

    def of_month(self, month: date, columns: Columns[T], items: Iterable[T]) -> Export:
        """Return a month's file, one row an item."""
        rows = [tuple(cell(item) for cell in columns.values()) for item in items]
        table = Table(heading(self.title or self.subject, month), tuple(columns), rows, notes=self.notes)
        places = {column: table.header.index(shown) for column, shown in self.loaded.items()}
        planted = PlantedFile(
            file=f"{self.subject}_{month:%Y%m}.csv",
            contract=self.contract,
            month=f"{month:%Y-%m}",
            rows_read=len(rows),
            rows_loaded=len(rows),
            rows_preamble=table.preamble,
            loaded={column: sum(_hundredths(row[place]) for row in rows) for column, place in places.items()},
        )
        return Export(table, planted)


def _hundredths(cell: Cell) -> int:
    """Money in cents, any other number in hundredths; blank is nothing."""
    return cell if isinstance(cell, Cents) else int(str(cell) or 0) * 100


def yuan(cents: int) -> str:
    """Write cents as yuan with two decimals, a minus before negative ones."""
    return f"-{yuan(-cents)}" if cents < 0 else money_text(cents, thousands=False)
