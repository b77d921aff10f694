"""The simulated park as a whole: drawn once, written month by month or all at once."""

import gc
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from mainstay.months import add_months, last_day, months_from
from mainstay.simulate.extracts.aggregates import aggregates_table
from mainstay.simulate.extracts.alerts import alerts_table
from mainstay.simulate.extracts.contacts import contacts_table, draw_contacts
from mainstay.simulate.extracts.control_totals import control_totals_table
from mainstay.simulate.extracts.deferrals import PAID_IN, Deferral, deferrals_table, months_paid_in
from mainstay.simulate.extracts.known_events import draw_known_events, known_events_table
from mainstay.simulate.extracts.leases import draw_leases, leases_table
from mainstay.simulate.extracts.monthly_values import draw_agreed, draw_profiles, monthly_values_table
from mainstay.simulate.extracts.outbound_list import outbound_table
from mainstay.simulate.extracts.park_register import register_table
from mainstay.simulate.extracts.projects import projects_table
from mainstay.simulate.extracts.receipts import Line, Mess, receipts_table
from mainstay.simulate.extracts.refunds import all_refunds, refunds_table
from mainstay.simulate.extracts.reliefs import draw_reliefs, reliefs_table
from mainstay.simulate.extracts.service_requests import draw_requests, requests_table
from mainstay.simulate.extracts.signals import draw_signals, signals_table
from mainstay.simulate.extracts.watch_list import draw_watch_list, watch_list_table
from mainstay.simulate.files.csv_file import DAY_STYLES, Style, write_csv
from mainstay.simulate.files.export import Export, PlantedFile
from mainstay.simulate.files.workbook import write_workbook
from mainstay.simulate.firms.firm import draw_firm, draw_sizes
from mainstay.simulate.firms.roles import draw_roles, open_to_plots
from mainstay.simulate.firms.sizing import Sized, size_firms
from mainstay.simulate.money.raking import targets_of
from mainstay.simulate.money.received import Received, receive
from mainstay.simulate.planted.early_signs import with_early_signs
from mainstay.simulate.planted.effects import planted_effects
from mainstay.simulate.planted.stories import Plot, draw_plots
from mainstay.simulate.planted.truth import (
    planted_declines,
    planted_effects_entries,
    planted_moves,
    planted_outflows,
    planted_retentions,
    planted_signals,
    write_truth,
)

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
WORKBOOK_MONTHS = 3
"""The newest months come again as a workbook, a day after their CSV file."""
CSV_DELAY = timedelta(days=5)
"""How long after its month an extract is known (the receipts contract)."""
_WORKBOOK_DELAY = CSV_DELAY + timedelta(days=1)
_STYLES = {
    "control_totals": Style(encoding="utf-8-sig"),
    "aggregates": Style(encoding="utf-8-sig"),
    "alerts": Style(encoding="utf-8"),
}
"""How the files of other offices than the tax office are exported, by contract."""
_OUTSIDE_PARK = 40
_LEAST_ENTERPRISES = 10


class Park:
    """A park of invented enterprises; the same arguments give the same files, byte by byte.

    Args:
        enterprises: How many the register ever knows; one in forty more pays from outside the park.
        seed: The source of all chance.
        first_month: The first simulated month (any day in it).
        months: How many months the simulation spans; plots are drawn over all of them.
        newest_month: The last month that is going to be written, if that is not the last of the simulation: signs of
            what happens after it are there already.

    Raises:
        ValueError: fewer than 10 enterprises, or no month.
    """

    def __init__(
        self, *, enterprises: int, seed: int, first_month: date, months: int, newest_month: date | None = None
    ) -> None:
        if enterprises < _LEAST_ENTERPRISES or months < 1:
            raise ValueError("a simulated park needs at least 10 enterprises and one month")
        self.seed = seed
        self.months = months_from(first_month, months)
        self._newest_month = (newest_month or self.months[-1]).replace(day=1)
        self.agreed = draw_agreed(Random(f"{seed}:agreed"), enterprises)
        self._sized = _draw_firms(seed, enterprises, self.months, self.agreed)
        self.firms = self._sized.firms
        park = [firm for firm in self.firms if firm.in_park]
        self._newest: dict[date, list[Line]] = {}
        self._received: dict[date, Received] = {}
        self.refunds = all_refunds(Random(f"{seed}:refunds"), park, self.months)
        self._targets = targets_of(self._sized, self.refunds, enterprises)
        self.signals = draw_signals(Random(f"{seed}:signals"), park, self.months)
        self.leases = draw_leases(Random(f"{seed}:leases"), park, self.months)
        self.requests = draw_requests(Random(f"{seed}:requests"), park, self.months)
        self.contacts = draw_contacts(Random(f"{seed}:contacts"), park, self.signals, self.months)
        self.known_events = draw_known_events(Random(f"{seed}:events"), park, self.months)
        self.reliefs = draw_reliefs(Random(f"{seed}:reliefs"), park)
        self._profiles = draw_profiles(seed, [firm for firm in park if firm.number in self.agreed], self.months)
        self._watched = draw_watch_list(Random(f"{seed}:watched"), park, self.months)
        self._enterprises = enterprises

    def write_month(self, folder: Path, month: date) -> list[PlantedFile]:
        """Write what the office receives for one month, straight into `folder`.

        Receipts, control totals, alerts, aggregates and monthly values always; refunds, deferrals, the outbound list,
        signals, requests, contacts, known events and reliefs where there are any; register, leases, watch list and
        projects for the first month, each quarter's last and the last. One month's correction comes a month later; the
        newest months come twice.

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
        folder.mkdir(parents=True, exist_ok=True)
        tax_office = Style(day=DAY_STYLES[self.months.index(month) % len(DAY_STYLES)])
        for table, planted in self._exports(month):
            path = folder / planted.file
            if path.suffix == ".xlsx":
                write_workbook(path, table)
            else:
                write_csv(path, table, _STYLES.get(planted.contract, tax_office))
            written.append(planted)
        return written

    @property
    def deferrals(self) -> list[Deferral]:
        """What was put off in the simulated months, by month and firm."""
        months = [add_months(period, 1) for period in PAID_IN]
        return [item for month in months if month in self.months for item in self._of_month(month).put_off]

    def truth(self) -> dict[str, object]:
        """Return what is planted: parameters, declines by cause, moves, hidden outflows, retained firms, signals.

        Money in yuan. `agreed` are the firms whose invoiced value and headcount the office may have. `effects` is the
        causes' money by month: it takes every month's receipts, which are made if they are not yet.
        """
        received = {month: self._of_month(month) for month in self.months}
        effects = planted_effects(self.firms, self.months, received, self.refunds, self.deferrals)
        signals = planted_signals(self.signals, self.leases, self.requests, self.months)
        return {
            "simulated": True,
            "seed": self.seed,
            "enterprises": sum(firm.in_park for firm in self.firms),
            "outside_park": [firm.uscc for firm in self.firms if not firm.in_park],
            "months": [f"{month:%Y-%m}" for month in self.months],
            "declines": planted_declines(self.firms, self.refunds, self.deferrals, received),
            "effects": planted_effects_entries(effects),
            "moves": planted_moves(self.firms, signals),
            "hidden_outflows": planted_outflows(self.firms),
            "agreed": [firm.uscc for firm in self.firms if firm.in_park and firm.number in self.agreed],
            "retained": planted_retentions(self.firms),
            "signals": signals,
        }

    def _exports(self, month: date) -> Iterator[Export]:
        """What comes for a month."""
        refunds = [refund for refund in self.refunds if refund.refunded_on.replace(day=1) == month]
        yield from self._receipts(month)
        yield from _if_any(refunds_table(refunds, month), deferrals_table(self._of_month(month).put_off, month))
        yield control_totals_table(self._lines(month), refunds, month)
        yield from _if_any(monthly_values_table(self._profiles, month, self._chance(month, "values")))
        yield aggregates_table(self._enterprises, month)
        if month == self.months[0] or month.month % 3 == 0 or month == self._newest_month:
            yield from self._whole_lists(month)
        yield from _if_any(
            outbound_table(self.firms, month),
            signals_table(self.signals, month),
            requests_table(self.requests, month),
            contacts_table(self.contacts, month),
            known_events_table(self.known_events, self._of_month, self.refunds, month),
            reliefs_table(self.reliefs, month),
        )
        yield alerts_table(self.firms, month, self._chance(month, "alerts"))

    def _whole_lists(self, month: date) -> Iterator[Export]:
        """What is complete at every delivery; the last register is a workbook."""
        register, planted = register_table(self.firms, month)
        if month == self._newest_month:
            planted = replace(planted, file=planted.file.replace(".csv", ".xlsx"))
        yield Export(register, planted)
        yield leases_table(self.leases, month)
        yield watch_list_table(self._watched, month)
        yield from _if_any(projects_table(month))

    def _receipts(self, month: date) -> Iterator[Export]:
        """The month's receipts, with their corrections and those of an earlier month that come now."""
        place, stamp = self.months.index(month), f"{month:%Y%m}"
        newest = [month for month in self.months if month <= self._newest_month][-WORKBOOK_MONTHS:]
        if place == CORRECTED_MONTH + 1 and self.months[CORRECTED_MONTH] not in newest:
            before = self.months[CORRECTED_MONTH]
            name = f"税收入库明细_{before:%Y%m}_更正{month.replace(day=20):%Y%m%d}.csv"
            yield receipts_table(self._lines(before), before, self._mess(before), name)
        lines = self._lines(month)
        is_short = place == CORRECTED_MONTH and month not in newest
        shown = lines[: len(lines) * 97 // 100] if is_short else lines
        yield receipts_table(shown, month, self._mess(month), f"税收入库明细_{stamp}.csv")
        if month in newest:
            tidy = Mess(reversal=self._mess(month).reversal)
            name = f"税收入库明细_{stamp}_更正{last_day(month) + _WORKBOOK_DELAY:%Y%m%d}.xlsx"
            yield receipts_table(lines, month, tidy, name)

    def _lines(self, month: date) -> list[Line]:
        """The month's lines; the newest are kept, because receipts and control totals need them."""
        if month not in self._newest:
            ended = [
                item
                for before in months_paid_in(month)
                if before in self.months
                for item in self._of_month(before).put_off
                if item.paid_month == month
            ]
            whole = receive(
                self._sized,
                month,
                self._chance(month, "receipts"),
                ended=ended,
                target=self._targets.get(month),
                has_reversal=self._mess(month).reversal,
            )
            self._received[month] = replace(whole, lines=[])
            self._newest = {month: whole.lines}
        return self._newest[month]

    def _of_month(self, month: date) -> Received:
        """What was received in a month but for its lines, which are too many to keep."""
        if month not in self._received:
            self._lines(month)
        return self._received[month]

    def _chance(self, month: date, what: str) -> Random:
        """A source of its own for each month, so that months can be written in any order."""
        return Random(f"{self.seed}:{month:%Y-%m}:{what}")

    def _mess(self, month: date) -> Mess:
        """Which faults a month's receipts have."""
        place = self.months.index(month)
        faults = {fault for fault, (every, first) in FAULTS.items() if place % every == first}
        return Mess(**dict.fromkeys(faults, True))


def write_park(landing: Path, truth: Path, *, enterprises: int, seed: int, first_month: date, months: int) -> None:
    """Write every extract of a simulated park, one folder a month below `landing`, and what is planted.

    Time and memory grow with the firms: 100,000 of them over six months take three minutes and 1.5 GB (2026-12).

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
    gc.disable()  # there are no reference cycles, and the search for them takes a sixth of the time
    try:
        files = [planted for month in park.months for planted in park.write_month(landing / f"{month:%Y-%m}", month)]
    finally:
        gc.enable()
    write_truth(truth, park.truth(), files)


def _if_any(*exports: Export) -> Iterator[Export]:
    """Those that have rows: what did not happen has no file."""
    return (export for export in exports if export.table.rows)


def _draw_firms(seed: int, enterprises: int, months: tuple[date, ...], agreed: Collection[int]) -> Sized:
    rng = Random(f"{seed}:firms")
    sizes = dict(enumerate(draw_sizes(rng, enterprises + enterprises // _OUTSIDE_PARK), start=1))
    of_park = {number: size for number, size in sizes.items() if number <= enterprises}
    roles = draw_roles(rng, of_park)
    open_ones = open_to_plots(of_park, roles)
    plots = with_early_signs(
        Random(f"{seed}:early signs"), draw_plots(rng, open_ones, months, enterprises), open_ones, months, agreed
    )
    drawn = [
        draw_firm(
            rng, number, size, months, plots.get(number, Plot()), roles.get(number), in_park=number <= enterprises
        )
        for number, size in sizes.items()
    ]
    return size_firms(drawn, months)
