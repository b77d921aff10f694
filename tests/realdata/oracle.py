"""An oracle for the real tax extracts: the drop list and the accounts again, in plain Python.

It shares nothing with mainstay but the extracts and the two declared rules: no import of the package, no
frames, no SQL, money in decimals from the first character to the last. A difference to the weekly run is
an error in one of the two. `python tests/realdata/oracle.py FOLDER --as-of 2016-09-05` prints the list and the
accounts; 24 extracts take a few seconds.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
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


def main() -> None:
    """Print the figures of a folder of extracts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.max)
    parser.add_argument("--within-file", choices=get_args(WithinFile), default="add")
    parser.add_argument("--across-files", choices=get_args(AcrossFiles), default="version")
    stated = parser.parse_args()
    extracts = read_extracts(stated.folder)
    rules = Rules(stated.within_file, stated.across_files)
    sys.stdout.writelines(f"{line}\n" for line in report(extracts, stated.as_of, rules))


if __name__ == "__main__":
    main()
