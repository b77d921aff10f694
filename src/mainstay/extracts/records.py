"""The raw records of a text or a sheet: lists of cells, each with the line where it begins."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from mainstay.errors import ExtractError

HEAD_RECORDS = 15
"""How many records are searched for headings (DOMAIN section 6)."""

Record = list[str]

_LAST = ("end", "of text")


@dataclass(frozen=True)
class Records:
    """All records of one text or sheet, as delivered.

    Attributes:
        sheet: The sheet's name; empty for a text.
        lines: For each record, the physical line where it begins, or its row number in the sheet.
        cells: The records; a blank line is an empty record.
        delimiter: What joins the cells again.
        serials: Whether a number of five digits may be a spreadsheet's date.
    """

    sheet: str
    lines: Sequence[int]
    cells: list[Record]
    delimiter: str = ","
    serials: bool = False

    @property
    def head(self) -> list[Record]:
        """The records that are searched for headings."""
        return self.cells[:HEAD_RECORDS]

    def columns(self, width: int) -> list[tuple[str, ...]]:
        """The first `width` columns, cell by cell; a record that ends before a column has "" there."""
        return list(islice(zip_longest(*self.cells, fillvalue=""), width))


def split_text(text: str, delimiter: str, where: str) -> Records:
    """Split a delimited text into records.

    Raises:
        ExtractError: a quote is not closed, or a field is longer than a table's field can be.
    """
    # Two fields of our own follow the text: inside an open quote they are swallowed, and that shows.
    tail = delimiter.join(_LAST)
    reader = csv.reader(chain(io.StringIO(text, newline=""), [tail]), delimiter=delimiter)
    try:
        cells = list(reader)
    except csv.Error:
        raise ExtractError(
            f"a field is longer than {csv.field_size_limit():,} characters",
            where=f"{where}, line {reader.line_num:,}",
            example=f"it ends after line {reader.line_num - 1:,}",
            hint="look for a quote that is never closed, or a delimiter other than the contract's",
        ) from None
    lines: Sequence[int] = range(1, len(cells) + 1)
    if reader.line_num != len(cells):
        lines = _first_lines(chain(io.StringIO(text, newline=""), [tail]), delimiter)
    if cells[-1] != list(_LAST):
        raise ExtractError(
            "a quote is not closed",
            where=f"{where}, line {lines[-1]:,}",
            example=f"the record that begins in line {lines[-1]:,} runs to the end of the file",
            hint="correct the quote in that line, or ask for the file again",
        )
    return Records(sheet="", lines=lines[:-1], cells=cells[:-1], delimiter=delimiter)


def split_head(text: str, delimiter: str, *, is_cut: bool) -> list[Record]:
    """The first records of a text, to look at; never raises. A record that the cut may have halved is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[Record] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) == HEAD_RECORDS:
                return records
    except csv.Error:
        return records
    return records[:-1] if is_cut else records


def _first_lines(source: Iterable[str], delimiter: str) -> list[int]:
    """The line in which each record begins, where quoted line breaks make records longer than lines."""
    reader = csv.reader(source, delimiter=delimiter)
    lines, done = [], 0
    for _ in reader:
        lines.append(done + 1)
        done = reader.line_num
    return lines
