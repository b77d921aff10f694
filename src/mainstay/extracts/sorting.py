"""What kind of line a record is, before any cell is read: title, blank, total, ragged or data."""

import re
from collections.abc import Iterator

import polars as pl

from mainstay.extracts.accounts import Fate
from mainstay.extracts.contract import Contract
from mainstay.extracts.header import Layout
from mainstay.extracts.normalising import BLANKS, normal_heading
from mainstay.extracts.records import Record, Records

SEPARATOR = "\x1f"
_FIRST_CELLS = 5
"""Words of a total stand in the first columns, or where party and levy item stand (2026-11, forms seen so far)."""
_TOTAL = re.compile(
    r"(?:本页|本月|本期|本年|当月|全部|全区|各项)?(?P<word>合计|小计|总计|共计)(?:数|金额|户数)?(?:\(.*\))?"
)
_MAYBE_TOTAL = f"[合小总共][{re.escape(BLANKS)}]*计"
_NAMED = ("source_id", "name", "levy_item")


def joined(records: Records) -> pl.Series:
    """Each record as one text: two records are equal if these are."""
    return pl.Series("joined", list(map(SEPARATOR.join, records.cells)), dtype=pl.String)


def sort_records(records: Records, layout: Layout, contract: Contract, texts: pl.Series) -> list[Fate]:
    """The fate of each record as far as its outside tells; data are `LOADED` until a cell is refused.

    A later record equal to a title or heading (a heading repeated on every page) is preamble too.
    """
    titles = texts.head(layout.first)
    is_blank = texts.str.strip_chars(BLANKS) == ""
    is_title = texts.is_in(titles.filter(~is_blank.head(layout.first)).to_list())
    fates = [Fate.PREAMBLE] * layout.first + [Fate.LOADED] * (len(texts) - layout.first)
    for index in _ragged(records, layout):
        fates[index] = Fate.RAGGED
    for index in total_lines(records, layout, contract, texts):
        fates[index] = Fate.TOTAL_LINE
    for fate, mask in ((Fate.PREAMBLE, is_title), (Fate.BLANK, is_blank)):
        for index in mask.arg_true():
            if index >= layout.first:
                fates[index] = fate
    return fates


def total_lines(records: Records, layout: Layout, contract: Contract, texts: pl.Series) -> Iterator[int]:
    """The indexes of records in which 合计, 小计 or 总计 stands where a name would."""
    positions = _total_positions(layout, contract)
    for index in texts.str.contains(_MAYBE_TOTAL).arg_true():
        if index >= layout.first and _total_word(records.cells[index], positions):
            yield index


def is_called(record: Record, word: str) -> bool:
    """Whether a total line is called so: 总计 is the file's own, 小计 only a part's, 合计 either."""
    return any((found := _TOTAL.fullmatch(normal_heading(cell))) and found["word"] == word for cell in record)


def _total_positions(layout: Layout, contract: Contract) -> dict[int, frozenset[str]]:
    """Where words of a total may stand, each with the words that are data there because the contract maps them."""
    mapped = {
        layout.positions[column.canonical]: frozenset(column.values)
        for column in contract.columns
        if column.canonical in layout.positions
    }
    named = {layout.positions[name] for name in _NAMED if name in layout.positions}
    if contract.definition.has_party:
        return {position: mapped.get(position, frozenset()) for position in {*range(_FIRST_CELLS), *named}}
    # A control total of all levies is called 合计 in its levy item: there it is data.
    texts = {field.name for field in contract.definition.fields if field.kind == "text"}
    words = {position for name, position in layout.positions.items() if name in texts}
    return {position: mapped.get(position, frozenset()) for position in set(range(_FIRST_CELLS)) - words}


def _total_word(record: Record, positions: dict[int, frozenset[str]]) -> bool:
    return any(
        _TOTAL.fullmatch(normal_heading(record[position])) and record[position].strip(BLANKS) not in words
        for position, words in positions.items()
        if position < len(record)
    )


def _ragged(records: Records, layout: Layout) -> Iterator[int]:
    for index, record in enumerate(records.cells):
        if layout.least <= len(record) <= layout.most or index < layout.first:
            continue
        has_blank_extras = layout.blank_extras and not any(cell.strip(BLANKS) for cell in record[layout.most :])
        if len(record) < layout.least or not has_blank_extras:
            yield index
