"""The simulated park as a whole: drawn once, written month by month or all at once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from mainstay.simulate.deliveries import (
    alerts_table,
    control_totals_table,
    outbound_table,
    receipts_table,
    refunds_table,
    register_table,
)
from mainstay.simulate.firms import Firm, draw_firm, draw_sizes
from mainstay.simulate.months import months_from
from mainstay.simulate.receipts import Line, Mess, lines_of, reversed_line
from mainstay.simulate.refunds import all_refunds
from mainstay.simulate.stories import Plot, draw_plots
from mainstay.simulate.table import DAY_STYLES, Style, Table, write_table
from mainstay.simulate.truth import PlantedFile, planted_declines, planted_moves, write_truth

CORRECTED_MONTH = 7
"""Counted from 0: its extract comes incomplete, and whole on the 20th of the month after it."""
FAULTS = {
    "twice": (6, 2),
    "excess_decimals": (6, 4),
    "scientific_id": (6, 5),
    "reversal": (12, 3),
    "odd_amounts": (5, 1),
}
"""Which months' receipts have a fault: every so many, from that one on, counted from 0."""
_OUTSIDE_PARK = 40
_LEAST_ENTERPRISES = 10


class Park:
    """A park of invented enterprises; the same arguments give the same files, byte by byte.

    Args:
        enterprises: How many the register ever knows; one in forty more pays from outside the park.
        seed: The source of all chance.
        first_month: The first simulated month (any day in it).
        months: How many months the simulation spans; plots are drawn over all of them.

    Raises:
        ValueError: fewer than 10 enterprises, or no month.
    """

    def __init__(self, *, enterprises: int, seed: int, first_month: date, months: int) -> None:
        if enterprises < _LEAST_ENTERPRISES or months < 1:
            raise ValueError("a simulated park needs at least 10 enterprises and one month")
        self.seed = seed
        self.months = months_from(first_month, months)
        self.firms = _draw_firms(Random(f"{seed}:firms"), enterprises, self.months)
        in_park = [firm for firm in self.firms if firm.in_park]
        self._newest: dict[date, list[Line]] = {}
        self.refunds = all_refunds(Random(f"{seed}:refunds"), in_park, self.months)

    def write_month(self, folder: Path, month: date) -> list[PlantedFile]:
        """Write what the office receives for one month, straight into `folder`.

        Receipts, control totals and alerts always; refunds and the outbound list where there are any; the
        register for the first month, each quarter's last and the last. A correction comes a month later.

        Args:
            folder: Where the files go; it is made if it is missing.
            month: A simulated month (any day in it).

        Returns:
            The accounting of every file written.

        Raises:
            ValueError: the month lies outside the simulation.
        """
        month = month.replace(day=1)
        if month not in self.months:
            raise ValueError(f"the simulation spans {self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m}")
        written = []
        for name, table, style, planted in self._files(month):
            write_table(folder / name, table, style)
            written.append(planted)
        return written

    def truth(self) -> dict[str, object]:
        """Return what is planted: parameters, declines by cause, moves. Money in yuan, as text."""
        return {
            "simulated": True,
            "seed": self.seed,
            "enterprises": sum(firm.in_park for firm in self.firms),
            "outside_park": [firm.uscc for firm in self.firms if not firm.in_park],
            "months": [f"{month:%Y-%m}" for month in self.months],
            "declines": planted_declines(self.firms, self.refunds),
            "moves": planted_moves(self.firms),
        }

    def _files(self, month: date) -> Iterator[tuple[str, Table, Style, PlantedFile]]:
        place = self.months.index(month)
        if place == CORRECTED_MONTH + 1:
            yield self._receipts(self.months[CORRECTED_MONTH], corrected_on=month.replace(day=20))
        yield self._receipts(month)
        refunds = [refund for refund in self.refunds if refund.refunded_on.replace(day=1) == month]
        stamp = f"{month:%Y%m}"
        if refunds:
            name = f"税收退库明细_{stamp}.csv"
            yield name, *_styled(refunds_table(refunds, month, name), self._style(month))
        name = f"财政收入控制数_{stamp}.csv"
        yield (
            name,
            *_styled(control_totals_table(self._booked(month), refunds, month, name), Style(encoding="utf-8-sig")),
        )
        if place == 0 or month.month % 3 == 0 or month == self.months[-1]:
            name = f"园区企业名录_{stamp}.{'xlsx' if month == self.months[-1] else 'csv'}"
            yield name, *_styled(register_table(self.firms, month, name), self._style(month))
        name = f"迁出企业清单_{stamp}.csv"
        table, planted = outbound_table(self.firms, month, name)
        if table.rows:
            yield name, table, self._style(month), planted
        name = f"大数据预警派单_{stamp}.csv"
        yield (
            name,
            *_styled(alerts_table(self.firms, month, name, self._chance(month, "alerts")), Style(encoding="utf-8")),
        )

    def _receipts(self, month: date, corrected_on: date | None = None) -> tuple[str, Table, Style, PlantedFile]:
        correction = f"_更正{corrected_on:%Y%m%d}" if corrected_on else ""
        name = f"税收入库明细_{month:%Y%m}{correction}.{'xlsx' if month == self.months[-1] else 'csv'}"
        lines = self._lines(month)
        if self.months.index(month) == CORRECTED_MONTH and not corrected_on:
            lines = lines[: len(lines) * 97 // 100]
        return name, *_styled(receipts_table(lines, month, self._mess(month), name), self._style(month))

    def _lines(self, month: date) -> list[Line]:
        """The month's lines; the newest are kept, because receipts and control totals need them."""
        if month not in self._newest:
            self._newest = {month: lines_of(self.firms, month, self._chance(month, "receipts"))}
        return self._newest[month]

    def _booked(self, month: date) -> list[Line]:
        """What the bureau booked: the whole month with its reversal, nothing twice, nothing garbled."""
        lines = self._lines(month)
        return [*lines, reversed_line(lines)] if self._mess(month).reversal else lines

    def _chance(self, month: date, what: str) -> Random:
        """A source of its own for each month, so that months can be written in any order."""
        return Random(f"{self.seed}:{month:%Y-%m}:{what}")

    def _mess(self, month: date) -> Mess:
        """Which faults a month's receipts have; the last month is a tidy workbook."""
        if month == self.months[-1]:
            return Mess()
        place = self.months.index(month)
        faults = {fault for fault, (every, first) in FAULTS.items() if place % every == first}
        return Mess(**dict.fromkeys(faults, True))

    def _style(self, month: date) -> Style:
        return Style(day=DAY_STYLES[self.months.index(month) % len(DAY_STYLES)])


def write_park(landing: Path, truth: Path, *, enterprises: int, seed: int, first_month: date, months: int) -> None:
    """Write every extract of a simulated park, one folder a month below `landing`, and what is planted.

    Args:
        landing: The landing folder of a workspace.
        truth: A JSON file for the planted truth and the accounting of every file; keep it out of `landing`.
        enterprises: How many enterprises the park has.
        seed: The source of all chance.
        first_month: The first simulated month (any day in it).
        months: How many months.

    Raises:
        ValueError: fewer than 10 enterprises, or no month.
    """
    park = Park(enterprises=enterprises, seed=seed, first_month=first_month, months=months)
    files = [planted for month in park.months for planted in park.write_month(landing / f"{month:%Y-%m}", month)]
    write_truth(truth, park.truth(), files)


def _draw_firms(rng: Random, enterprises: int, months: tuple[date, ...]) -> tuple[Firm, ...]:
    count = enterprises + enterprises // _OUTSIDE_PARK
    plots = draw_plots(rng, range(1, enterprises + 1), months)
    sizes = draw_sizes(rng, count)
    return tuple(
        draw_firm(rng, number, size, months, plots.get(number, Plot()), in_park=number <= enterprises)
        for number, size in enumerate(sizes, start=1)
    )


def _styled(made: tuple[Table, PlantedFile], style: Style) -> tuple[Table, Style, PlantedFile]:
    return made[0], style, made[1]
