"""The accounting of one simulated file: what a reader has to find in it, row by row and to the cent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Self

from mainstay.simulate.table import Table, money_text


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

    @classmethod
    def faultless(
        cls, file: str, contract: str, month: date, table: Table, loaded: Mapping[str, int] | None = None
    ) -> Self:
        """Return the accounting of a file whose every row is loaded."""
        return cls(
            file=file,
            contract=contract,
            month=f"{month:%Y-%m}",
            rows_read=len(table.rows),
            rows_loaded=len(table.rows),
            rows_preamble=table.preamble,
            loaded=loaded or {},
        )

    def as_json(self) -> dict[str, object]:
        """Return it with money in yuan, as text."""
        money = {column: yuan(cents) for column, cents in self.loaded.items()}
        return {**asdict(self), "loaded": money}


def yuan(cents: int) -> str:
    """Write cents as yuan with two decimals, a minus before negative ones."""
    return f"-{yuan(-cents)}" if cents < 0 else money_text(cents, thousands=False)
