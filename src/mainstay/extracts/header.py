"""Where the fields of a contract stand: the heading row, its units, and what must never be let in."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Column, Contract, Unit
from mainstay.extracts.normalising import BLANKS, normal_heading
from mainstay.extracts.records import HEAD_RECORDS, Record

_PERSONAL = ("身份证", "证件号码", "公民身份")
_LONGEST_HEADING = 20
_ALIKE = 0.6
_UNIT = re.compile(r"\((?:单位:|人民币)*(元|万元|亿元)\)$")
_TITLE_UNIT = re.compile(r"\(?(?:金额)?单位:(?:人民币)?(元|万元|亿元)\)?")


@dataclass(frozen=True)
class Layout:
    """Where things stand in the records of one sheet.

    Attributes:
        first: Index of the first record below title and headings.
        positions: Canonical field to index of its cell, from 0; a field whose column is absent is not in it.
        units: The unit of each money field that is in `positions`.
        knowledge: Index of the cell with the knowledge date, where a column states it.
        least: A record with fewer cells is ragged.
        most: A record with more cells is ragged, unless the further ones are blank.
        blank_extras: Whether blank cells beyond `most` are let pass.
    """

    first: int
    positions: dict[str, int]
    units: dict[str, Unit]
    knowledge: int | None
    least: int
    most: int
    blank_extras: bool


@dataclass(frozen=True)
class _Heading:
    """One heading as it may be called: joined with the line above it, or by its own line."""

    names: tuple[str, ...]
    text: str


def refuse_personal(head: Sequence[Record], where: str) -> None:
    """Refuse a file whose headings speak of personal ids: it is never read (DOMAIN section 6).

    Raises:
        ExtractError: one of the first records has such a heading.
    """
    for record in head[:HEAD_RECORDS]:
        for cell in record:
            heading = normal_heading(cell)
            if len(heading) <= _LONGEST_HEADING and any(word in heading for word in _PERSONAL):
                raise ExtractError(
                    "the file contains identity numbers of persons and is refused",
                    where=where,
                    example="a heading names an identity document",
                    hint="ask for an extract without that column",
                )


def locate(head: Sequence[Record], contract: Contract, where: str) -> Layout:
    """Find the headings of a contract in the first records, or check that the records can be read by position.

    Raises:
        ExtractError: headings are missing or stand twice, a unit is missing or contradicts the contract, or the
            records have another number of fields or another shape than the contract says.
    """
    if contract.format.header == "none":
        return _by_position(head, contract, where)
    single = [[_Heading((name,), name) for name in map(normal_heading, record)] for record in head]
    rows = list(enumerate(single, start=1))
    rows += [(index + 2, _joined(head[index], head[index + 1])) for index in range(len(head) - 1)]
    if not rows:
        raise ExtractError("no row to look for headings in", where=where)
    first, headings = max(rows, key=lambda row: _hits(row[1], contract))
    positions = _positions(headings, contract, where)
    _refuse_missing(headings, positions, contract, where)
    titles = [normal_heading(cell) for record in head[: first - 1] for cell in record]
    named = [index for index, heading in enumerate(headings) if heading.text]
    width = contract.format.width
    return Layout(
        first=first,
        positions=positions,
        units=_units(headings, positions, titles, contract, where),
        knowledge=_knowledge(headings, contract, where),
        least=width or named[-1] + 1,
        most=width or len(headings),
        blank_extras=width is None,
    )


def _by_position(head: Sequence[Record], contract: Contract, where: str) -> Layout:
    width = contract.format.width or 0
    filled = [record for record in head if any(cell.strip(BLANKS) for cell in record)]
    fitting = [record for record in filled if len(record) == width]
    if not fitting or len(fitting) * 2 < len(filled):
        found = sorted({len(record) for record in filled if len(record) != width})
        counts = " or ".join(str(count) for count in found) or "no"
        raise ExtractError(f"{counts} fields instead of {width}", where=where, hint=_LAYOUT_HINT)
    for position, pattern in _shapes(contract):
        shape = re.compile(pattern)
        if not any(shape.fullmatch("".join(record[position - 1 : position]).strip(BLANKS)) for record in fitting):
            raise ExtractError(
                f"position {position} does not have the contract's shape {pattern} in any of the first records",
                where=where,
                hint=_LAYOUT_HINT,
            )
    return Layout(
        first=0,
        positions={column.canonical: (column.position or 0) - 1 for column in contract.columns},
        units={c.canonical: cast("Unit", c.unit) for c in contract.columns if _is_money(c, contract)},
        knowledge=None,
        least=width,
        most=width,
        blank_extras=False,
    )


_LAYOUT_HINT = "the sender may have changed the layout: compare the file with the contract"


def _shapes(contract: Contract) -> list[tuple[int, str]]:
    """Positions and the patterns that must fit there in at least one record."""
    columns = [
        (c.position, c.pattern) for c in contract.columns if c.position and c.pattern and contract.is_required(c)
    ]
    return columns + [(blank.position, blank.pattern) for blank in contract.blanks]


def _joined(upper: Record, lower: Record) -> list[_Heading]:
    """Headings of two lines: a heading above stands over the blank cells to its right too (merged cells)."""
    width = max(len(upper), len(lower))
    above = [normal_heading(cell) for cell in upper] + [""] * (width - len(upper))
    below = [normal_heading(cell) for cell in lower] + [""] * (width - len(lower))
    headings, over = [], ""
    for top, bottom in zip(above, below, strict=True):
        over = top or over
        if bottom:
            headings.append(_Heading((over + bottom, bottom), over + bottom))
        else:
            headings.append(_Heading((top,), top))
    return headings


def _hits(headings: list[_Heading], contract: Contract) -> int:
    """How many columns of the contract have a heading here."""
    names = {name for heading in headings for name in heading.names if name}
    there = names | {_UNIT.sub("", name) for name in names}
    return sum(any(normal_heading(alias) in there for alias in column.headings) for column in contract.columns)


def _find(headings: list[_Heading], aliases: Sequence[str]) -> list[int]:
    """The cells that carry the first alias that is there at all; a unit in brackets may follow the alias."""
    for alias in aliases:
        wanted = normal_heading(alias)
        for level in range(2):
            names = [heading.names[level] if level < len(heading.names) else "" for heading in headings]
            exact = [index for index, name in enumerate(names) if name == wanted]
            found = exact or [index for index, name in enumerate(names) if name and _UNIT.sub("", name) == wanted]
            if found:
                return found
    return []


def _positions(headings: list[_Heading], contract: Contract, where: str) -> dict[str, int]:
    positions = {}
    for column in contract.columns:
        if column.position:
            positions[column.canonical] = column.position - 1
            continue
        found = _find(headings, column.headings)
        if len(found) > 1:
            raise ExtractError(
                f"the heading of '{column.canonical}' is repeated",
                where=where,
                count=len(found),
                example="columns " + " and ".join(str(index + 1) for index in found),
                hint="name the full heading in the contract, both lines of it where it has two",
            )
        if found:
            positions[column.canonical] = found[0]
    return positions


def _refuse_missing(headings: list[_Heading], positions: dict[str, int], contract: Contract, where: str) -> None:
    missing = [c for c in contract.columns if not c.optional and c.canonical not in positions]
    if missing:
        texts = [heading.text for heading in headings if 0 < len(heading.text) <= _LONGEST_HEADING]
        named = "; ".join(f"{' or '.join(column.headings)}{_closest(column, texts)}" for column in missing)
        raise ExtractError(
            f"headings are missing: {named}",
            where=where,
            count=len(missing),
            hint="add the delivered heading to the column's headings in the contract, or set optional = true",
        )


def _closest(column: Column, texts: list[str]) -> str:
    """The heading that is most like a missing one; what has digits in it is rather data, and is not shown."""
    shown = [text for text in texts if not re.search(r"\d", text)]
    for alias in column.headings:
        if close := difflib.get_close_matches(normal_heading(alias), shown, n=1, cutoff=_ALIKE):
            return f" (closest: {close[0]})"
    return ""


def _units(
    headings: list[_Heading], positions: dict[str, int], titles: list[str], contract: Contract, where: str
) -> dict[str, Unit]:
    """The unit of each money column; a stated one that contradicts the contract is an error, not a factor of 10,000."""
    in_title = {found[1] for title in titles if (found := _TITLE_UNIT.fullmatch(title))}
    units: dict[str, Unit] = {}
    for column in contract.columns:
        if column.canonical not in positions or not _is_money(column, contract):
            continue
        index = positions[column.canonical]
        heading = headings[index].text if index < len(headings) else ""
        found = _UNIT.search(heading)
        stated = {found[1]} if found else in_title
        if column.unit == "from_heading" and found is None:
            raise ExtractError(
                f"the heading of '{column.canonical}' states no unit",
                where=where,
                example="expected a bracket, as in 实缴金额(万元)",
                hint="set unit = '元', '万元' or '亿元' in the contract",
            )
        if column.unit != "from_heading" and stated - {column.unit}:
            raise ExtractError(
                f"the file states {' and '.join(sorted(stated))} for '{column.canonical}', the contract {column.unit}",
                where=where,
                hint="correct unit in the contract, or set unit = 'from_heading'",
            )
        units[column.canonical] = cast("Unit", found[1] if found and column.unit == "from_heading" else column.unit)
    return units


def _knowledge(headings: list[_Heading], contract: Contract, where: str) -> int | None:
    if contract.knowledge.source != "column":
        return None
    found = _find(headings, (contract.knowledge.heading or "",))
    if len(found) != 1:
        raise ExtractError(
            f"the heading of the knowledge date, {contract.knowledge.heading}, is missing or repeated",
            where=where,
            hint="correct knowledge.heading in the contract",
        )
    return found[0]


def _is_money(column: Column, contract: Contract) -> bool:
    return contract.kind_of(column) == "money"
