"""An oracle for the real tax extracts: the drop list and the accounts again, in plain Python.

It shares nothing with mainstay but the extracts and the two declared rules: no import of the package, no
frames, no SQL, money in decimals from the first character to the last. A difference to the weekly run is
an error in one of the two. `python tests/realdata/oracle.py FOLDER --as-of 2016-09-05` prints every figure
that `texas/README.md` states; 24 extracts take a few seconds.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple, get_args

Key = tuple[str, str]
"""A permit and the report period it reports, as YYYY-MM."""

WithinFile = Literal["add", "last"]
AcrossFiles = Literal["add", "version"]

FILE_NAME = re.compile(r"MIXEDBEV_(?P<month>\d{2})_(?P<year>\d{4})\.CSV")
PERIOD = re.compile(r"\d{4}/(0[1-9]|1[0-2])")
AMOUNT = re.compile(r"-?\d+\.\d{2}")
WIDTH = 10
ZERO = Decimal("0.00")
PLACEHOLDERS = frozenset(map(Decimal, ("2999.99", "2999.92", "99.96")))
"""The most frequent amounts: a flat 3,000 or 100 dollars of tax, taken to whole dollars of receipts and
back at 6.7% or 14%. That they are the office's estimates is our reading; no field says so (2026-11)."""
NEAR_MONTHS = 6
LEAST_MONTHS = 3
"""How many months before and after, and how many of them at least, say what a permit usually reports."""


class Row(NamedTuple):
    """One line of an extract, outer blanks stripped; the amount in dollars."""

    permit: str
    name: str
    address: str
    month: str
    amount: Decimal


class Extract(NamedTuple):
    """One file: its month (YYYY-MM), the date it was known from, its rows in the order of the file."""

    file: str
    month: str
    known_on: date
    rows: tuple[Row, ...]


class Rules(NamedTuple):
    """The declared rules for a permit and period that comes again; the defaults are the recommended ones.

    `within_file`: the rows of one file `add` up, or the `last` one counts. `across_files`: the files `add`
    up, or the rows of the latest file are the `version` that replaces all rows of the key in files before.
    """

    within_file: WithinFile = "add"
    across_files: AcrossFiles = "version"


class Windows(NamedTuple):
    """January to the closed month, and the same months a year before (each YYYY-MM, ascending)."""

    current: tuple[str, ...]
    prior: tuple[str, ...]


class Drop(NamedTuple):
    """One place in the drop list; amounts in dollars, the change is negative."""

    rank: int
    permit: str
    current: Decimal
    prior: Decimal
    change: Decimal


class Account(NamedTuple):
    """Where the rows and dollars of one file went: read = superseded within + superseded across + current."""

    file: str
    rows_read: int
    rows_superseded_within: int
    rows_superseded_across: int
    rows_current: int
    read: Decimal
    superseded_within: Decimal
    superseded_across: Decimal
    current: Decimal


class Volume(NamedTuple):
    """The size of one file, also as a ratio to the median of the up to six before (none for the first)."""

    file: str
    rows: int
    permits: int
    zero_rows: int
    rows_ratio: float | None
    permits_ratio: float | None


class Branch(NamedTuple):
    """One way in which a key comes again: how often, with which money, and which reading fits the permit.

    `earlier` and `later` are dollars: of two files, or of the first and the last line of one. `renamed`
    cases carry another name or address. Of the `comparable` cases, a reading fits where it lies within a
    quarter of the permit's usual month (see `Levels`). In `estimates` the earlier amount looks like one.
    """

    name: str
    cases: int
    renamed: int
    earlier: Decimal
    later: Decimal
    comparable: int
    earlier_fits: int
    later_fits: int
    sum_fits: int
    estimates: int


def read_extract(path: Path) -> Extract:
    """Read one extract: latin-1, no header, ten fields.

    Raises:
        ValueError: the name, the width, a period or an amount is not as the layout says; with the line.
    """
    named = FILE_NAME.fullmatch(path.name)
    if named is None:
        msg = f"{path.name}: not named MIXEDBEV_MM_YYYY.CSV"
        raise ValueError(msg)
    rows = []
    with path.open(encoding="latin-1", newline="") as lines:
        for number, cells in enumerate(csv.reader(lines), start=1):
            if len(cells) != WIDTH:
                msg = f"{path.name}, line {number}: {len(cells)} fields instead of {WIDTH}"
                raise ValueError(msg)
            permit, name, address, period, amount = (cells[i].strip() for i in (0, 1, 2, 8, 9))
            if not (permit and PERIOD.fullmatch(period) and AMOUNT.fullmatch(amount)):
                msg = f"{path.name}, line {number}: permit, period or amount cannot be read"
                raise ValueError(msg)
            rows.append(Row(permit, name, address, period.replace("/", "-"), Decimal(amount)))
    month = f"{named['year']}-{named['month']}"
    return Extract(path.name, month, last_day(month), tuple(rows))


def read_extracts(folder: Path) -> tuple[Extract, ...]:
    """Every extract of a folder, the oldest first."""
    extracts = (read_extract(path) for path in folder.glob("MIXEDBEV_*.CSV"))
    return tuple(sorted(extracts, key=lambda extract: extract.month))


def known(extracts: Iterable[Extract], as_of: date) -> tuple[Extract, ...]:
    """The extracts known at the end of a day: those whose month had ended."""
    return tuple(extract for extract in extracts if extract.known_on <= as_of)


def amounts_of(extract: Extract, within_file: WithinFile) -> dict[Key, Decimal]:
    """What one file says for each key, in dollars."""
    amounts: dict[Key, Decimal] = {}
    for row in extract.rows:
        key = row.permit, row.month
        amounts[key] = row.amount + (amounts.get(key, ZERO) if within_file == "add" else ZERO)
    return amounts


def as_known(extracts: Iterable[Extract], as_of: date, rules: Rules) -> dict[Key, Decimal]:
    """The amount of each permit and month, in dollars, from the files known at a date and no others."""
    amounts: dict[Key, Decimal] = {}
    for extract in known(extracts, as_of):
        for key, amount in amounts_of(extract, rules.within_file).items():
            amounts[key] = amount + (amounts.get(key, ZERO) if rules.across_files == "add" else ZERO)
    return amounts


def shift(month: str, by: int) -> str:
    """A month (YYYY-MM) moved by a number of months."""
    year, index = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{index + 1:02d}"


def last_day(month: str) -> date:
    """The last day of a month (YYYY-MM)."""
    return date.fromisoformat(f"{shift(month, 1)}-01") - timedelta(days=1)


def closed_month(as_of: date) -> str:
    """The month before the last complete one: its reports came in the extract of the last complete month."""
    this_month = f"{as_of:%Y-%m}"
    return shift(this_month, -1 if as_of == last_day(this_month) else -2)


def windows(as_of: date) -> Windows:
    """The two windows that a list of this date compares."""
    closed = closed_month(as_of)
    current = tuple(f"{closed[:4]}-{month:02d}" for month in range(1, int(closed[5:]) + 1))
    return Windows(current, tuple(shift(month, -12) for month in current))


def is_covered(extracts: Iterable[Extract], as_of: date) -> bool:
    """Whether every month of both windows has its extract, the one of the month after, among the known."""
    held = {shift(extract.month, -1) for extract in known(extracts, as_of)}
    return all(month in held for window in windows(as_of) for month in window)


def window_sums(amounts: Mapping[Key, Decimal], months: Iterable[str]) -> dict[str, Decimal]:
    """The sum of each permit over the months of a window, in dollars; permits without a row are absent."""
    wanted = frozenset(months)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (permit, month), amount in amounts.items():
        if month in wanted:
            sums[permit] += amount
    return dict(sums)


def largest_drops(amounts: Mapping[Key, Decimal], both: Windows, count: int = 50) -> list[Drop]:
    """The largest falls by amount, ties by permit; a permit that stopped filing is in it with current 0.

    The population is every permit with a row in either window whose prior window is above zero.
    """
    current, prior = (window_sums(amounts, months) for months in both)
    changes = [(current.get(permit, ZERO) - base, permit) for permit, base in prior.items() if base > 0]
    falls = sorted(pair for pair in changes if pair[0] < 0)[:count]
    return [
        Drop(rank, permit, current.get(permit, ZERO), prior[permit], change)
        for rank, (change, permit) in enumerate(falls, start=1)
    ]


def accounts(extracts: Iterable[Extract], as_of: date, rules: Rules) -> list[Account]:
    """Rows and money of each known file, the oldest first; what is current sums to `as_known`."""
    replaced: set[Key] = set()
    found = []
    for extract in reversed(known(extracts, as_of)):
        last = {(row.permit, row.month): index for index, row in enumerate(extract.rows)}
        rows: dict[str, int] = defaultdict(int)
        money: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for index, row in enumerate(extract.rows):
            key = row.permit, row.month
            fate = "across" if key in replaced and rules.across_files == "version" else "current"
            if rules.within_file == "last" and last[key] != index:
                fate = "within"
            rows[fate] += 1
            money[fate] += row.amount
        replaced |= last.keys()
        found.append(
            Account(
                file=extract.file,
                rows_read=len(extract.rows),
                rows_superseded_within=rows["within"],
                rows_superseded_across=rows["across"],
                rows_current=rows["current"],
                read=sum((row.amount for row in extract.rows), ZERO),
                superseded_within=money["within"],
                superseded_across=money["across"],
                current=money["current"],
            )
        )
    return found[::-1]


def volumes(extracts: Sequence[Extract]) -> list[Volume]:
    """The size of every file against the median of the up to six files before it."""
    sizes = [(len(extract.rows), len({row.permit for row in extract.rows})) for extract in extracts]
    found = []
    for index, (extract, (rows, permits)) in enumerate(zip(extracts, sizes, strict=True)):
        before = sizes[max(0, index - 6) : index]
        rows_ratio = rows / median(size[0] for size in before) if before else None
        permits_ratio = permits / median(size[1] for size in before) if before else None
        zeros = sum(not row.amount for row in extract.rows)
        found.append(Volume(extract.file, rows, permits, zeros, rows_ratio, permits_ratio))
    return found


class Case(NamedTuple):
    """A key that came twice: in two lines of one file, or in two files that follow each other."""

    key: Key
    file_month: str
    earlier: tuple[Row, ...]
    later: tuple[Row, ...]

    @property
    def amounts(self) -> tuple[Decimal, Decimal]:
        """What the first and what the second says, in dollars."""
        return sum((row.amount for row in self.earlier), ZERO), sum((row.amount for row in self.later), ZERO)

    @property
    def is_renamed(self) -> bool:
        """Whether the second carries another name or address."""
        return {row[1:3] for row in self.earlier} != {row[1:3] for row in self.later}

    @property
    def branch(self) -> str:
        """The word for what became of the amount."""
        earlier, later = self.amounts
        if not earlier:
            return "zero, then an amount" if later else "zero again"
        if not later:
            return "an amount, then zero"
        if earlier == later:
            return "the same amount"
        return "a smaller amount" if later < earlier else "a larger amount"


class Levels:
    """What a permit usually reports and what it has reported, from keys that came once in one line."""

    def __init__(self, extracts: Iterable[Extract]) -> None:
        """Read all rows once."""
        self.groups: dict[Key, dict[str, tuple[Row, ...]]] = defaultdict(dict)
        self._delivered: dict[tuple[str, Decimal], list[tuple[str, str]]] = defaultdict(list)
        for extract in extracts:
            for row in extract.rows:
                files = self.groups[row.permit, row.month]
                files[extract.month] = (*files.get(extract.month, ()), row)
                self._delivered[row.permit, row.amount].append((row.month, extract.month))

    def usual(self, key: Key) -> Decimal | None:
        """The median, in dollars, of the permit's positive months near by; none if they are too few."""
        permit, month = key
        steps = [by for by in range(-NEAR_MONTHS, NEAR_MONTHS + 1) if by]
        near = [self.groups.get((permit, shift(month, by)), {}) for by in steps]
        once = [next(iter(files.values())) for files in near if len(files) == 1]
        positive = [rows[0].amount for rows in once if len(rows) == 1 and rows[0].amount > 0]
        return median(positive) if len(positive) >= LEAST_MONTHS else None

    def looks_estimated(self, key: Key, file_month: str, amount: Decimal) -> bool:
        """Whether it is a placeholder, or to the cent what the permit had by then for an older month."""
        delivered = self._delivered[key[0], amount] if amount else ()
        return amount in PLACEHOLDERS or any(month < key[1] and file <= file_month for month, file in delivered)

    def cases(self) -> tuple[list[Case], list[Case]]:
        """The keys repeated within one file (first line, last line), and those in two files that follow."""
        within, across = [], []
        for key, files in self.groups.items():
            months = list(files)
            within += [Case(key, m, rows[:1], rows[-1:]) for m, rows in files.items() if len(rows) > 1]
            across += [Case(key, m, files[m], files[n]) for m, n in pairwise(months)]
        return within, across


def branches(levels: Levels, cases: Iterable[Case]) -> list[Branch]:
    """The cases of each branch, counted and weighed, the most frequent first."""
    by_name: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_name[case.branch].append(case)
    found = [_branch(name, group, levels) for name, group in by_name.items()]
    return sorted(found, key=lambda branch: -branch.cases)


def _branch(name: str, cases: Sequence[Case], levels: Levels) -> Branch:
    usuals = [(case, levels.usual(case.key)) for case in cases]
    fits = [
        [abs(value - usual) * 4 <= usual for value in (*case.amounts, sum(case.amounts))]
        for case, usual in usuals
        if usual is not None
    ]
    return Branch(
        name=name,
        cases=len(cases),
        renamed=sum(case.is_renamed for case in cases),
        earlier=sum((case.amounts[0] for case in cases), ZERO),
        later=sum((case.amounts[1] for case in cases), ZERO),
        comparable=len(fits),
        earlier_fits=sum(fit[0] for fit in fits),
        later_fits=sum(fit[1] for fit in fits),
        sum_fits=sum(fit[2] for fit in fits),
        estimates=sum(levels.looks_estimated(case.key, case.file_month, case.amounts[0]) for case in cases),
    )


def estimates_among_single_reports(levels: Levels) -> dict[str, tuple[int, int]]:
    """Positive keys that never came again: how many, and how many look estimated, by when they came."""
    cases: dict[str, int] = defaultdict(int)
    estimates: dict[str, int] = defaultdict(int)
    for key, files in levels.groups.items():
        file_month, rows = next(iter(files.items()))
        if len(files) == len(rows) == 1 and rows[0].amount > 0:
            pace = "in the month after" if file_month <= shift(key[1], 1) else "later"
            cases[pace] += 1
            estimates[pace] += levels.looks_estimated(key, file_month, rows[0].amount)
    return {pace: (count, estimates[pace]) for pace, count in cases.items()}


def report(extracts: Sequence[Extract], as_of: date, rules: Rules) -> Iterator[str]:
    """The figures of one as-of date as lines of text; permits, no names."""
    amounts, both = as_known(extracts, as_of, rules), windows(as_of)
    yield f"as of {as_of}, within_file = {rules.within_file}, across_files = {rules.across_files}"
    for account in accounts(extracts, as_of, rules):
        yield "  " + "  ".join(f"{value:,}" if not isinstance(value, str) else value for value in account)
    yield f"keys {len(amounts):,}, money {sum(amounts.values(), ZERO):,}, closed month {closed_month(as_of)}"
    for months in both:
        sums = window_sums(amounts, months)
        yield f"{months[0]}..{months[-1]}: {len(sums):,} permits, {sum(sums.values(), ZERO):,}"
    if not is_covered(extracts, as_of):
        yield "the windows are not covered by the extracts: no list"
        return
    for drop in largest_drops(amounts, both):
        yield f"  {drop.rank:>2}  {drop.permit}  {drop.current:>14,}  {drop.prior:>14,}  {drop.change:>14,}"


def report_repeats(extracts: Sequence[Extract]) -> Iterator[str]:
    """The branches of repeated keys and the money under each pair of rules, as lines of text."""
    levels = Levels(extracts)
    for name, cases in zip(("within one file", "in a later file"), levels.cases(), strict=True):
        yield f"{name}: {len(cases):,} cases, {len({case.key for case in cases}):,} keys"
        for branch in branches(levels, cases):
            yield "  " + ", ".join(f"{field} {value}" for field, value in branch._asdict().items())
        fewer = [case.amounts for case in cases if len(case.later) < len(case.earlier)]
        earlier, later = (sum((pair[i] for pair in fewer), ZERO) for i in (0, 1))
        yield f"  fewer lines in the later file: {len(fewer)} cases, earlier {earlier:,}, later {later:,}"
    for pace, (count, estimates) in estimates_among_single_reports(levels).items():
        yield f"reported once, {pace}: {count:,} cases, {estimates:,} estimates"
    for within_file in get_args(WithinFile):
        for across_files in get_args(AcrossFiles):
            amounts = as_known(extracts, date.max, Rules(within_file, across_files))
            yield f"{within_file} / {across_files}: {sum(amounts.values(), ZERO):,}"
    for volume in volumes(extracts):
        yield "  " + "  ".join(f"{value:.3f}" if isinstance(value, float) else str(value) for value in volume)


def main() -> None:
    """Print the figures of a folder of extracts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.max)
    parser.add_argument("--within-file", choices=get_args(WithinFile), default="add")
    parser.add_argument("--across-files", choices=get_args(AcrossFiles), default="version")
    parser.add_argument("--repeats", action="store_true", help="the branches of repeated keys instead of one date")
    stated = parser.parse_args()
    extracts = read_extracts(stated.folder)
    rules = Rules(stated.within_file, stated.across_files)
    lines = report_repeats(extracts) if stated.repeats else report(extracts, stated.as_of, rules)
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
