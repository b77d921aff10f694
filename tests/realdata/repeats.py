"""What repeated permit-months look like, branch by branch: the evidence behind the contract's rules.

`python tests/realdata/repeats.py FOLDER` prints every figure of `texas/README.md` on repeats.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple, get_args

if __package__ in {None, ""}:  # run as a script, from anywhere
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.realdata.oracle import (
    ZERO,
    AcrossFiles,
    Extract,
    Key,
    Row,
    Rules,
    WithinFile,
    as_known,
    read_extracts,
    shift,
    volumes,
)

PLACEHOLDERS = frozenset(map(Decimal, ("2999.99", "2999.92", "99.96")))
"""The most frequent amounts: a flat 3,000 or 100 dollars of tax, taken to whole dollars of receipts and
back at 6.7% or 14%. That they are the office's estimates is our reading; no field says so (2026-11)."""
NEAR_MONTHS = 6
LEAST_MONTHS = 3
"""How many months before and after, and how many of them at least, say what a permit usually reports."""


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
    extracts = read_extracts(parser.parse_args().folder)
    sys.stdout.writelines(f"{line}\n" for line in report_repeats(extracts))


if __name__ == "__main__":
    main()
