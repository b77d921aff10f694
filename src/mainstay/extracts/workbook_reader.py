"""From a workbook (.xlsx, .xls) to records of text: what stands in a cell, with exact decimals."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import fastexcel
import polars as pl

from mainstay.errors import ExtractError
from mainstay.extracts.records import HEAD_RECORDS, Record, Records

_EXACT_DIGITS = 15
"""A spreadsheet's numbers are doubles: 15 significant digits are exact, what follows is noise."""
_LONG_NUMBER = r"^-?\d[\d.]{15,}$"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_ERROR_CELL = "#ERROR"


def sheet_heads(data: bytes, where: str) -> dict[str, list[Record]]:
    """The first records of every sheet that has any, by sheet name.

    Raises:
        ExtractError: the file is not a workbook that can be read.
    """
    with _refusing(where):
        reader = fastexcel.read_excel(data)
        heads = {name: _frame(reader, name, HEAD_RECORDS) for name in reader.sheet_names}
    return {name: _to_cells(frame) for name, frame in heads.items() if frame.height}


def read_sheet(data: bytes, sheet: str, where: str) -> Records:
    """All rows of a sheet as text; `lines` are row numbers.

    Numbers keep the decimals that the sheet's author sees. A whole number beyond 15 digits, which a double cannot
    hold, comes out in scientific notation: it must not pass for an id. A formula's error comes out as `#ERROR`.

    Raises:
        ExtractError: the file is not a workbook that can be read.
    """
    with _refusing(where):
        reader = fastexcel.read_excel(data)
        frame = _exact_numbers(reader, sheet, _frame(reader, sheet, None))
    lines = range(1, frame.height + 1)
    return Records(sheet=sheet, lines=lines, cells=_to_cells(frame), serials=True)


def read_sheets(data: bytes, where: str) -> Iterator[list[Record]]:
    """Yield the rows of every sheet, in the order of the workbook, as `read_sheet` reads them.

    Raises:
        ExtractError: the file is not a workbook that can be read.
    """
    with _refusing(where):
        reader = fastexcel.read_excel(data)
        names = reader.sheet_names
    for name in names:
        with _refusing(where):
            frame = _exact_numbers(reader, name, _frame(reader, name, None))
        yield _to_cells(frame) if frame.width else []


def exact_number(text: str) -> str:
    """What a double stands for, without the noise behind its 15th digit.

    >>> exact_number("123456789.349999994")
    '123456789.35'
    >>> exact_number("911101097481361536")
    '9.11101097481362E+17'
    """
    number = float(text)
    if "." not in text:
        return f"{number:.14E}"
    shortest = format(number, f".{_EXACT_DIGITS}g")
    if "e" in shortest or Decimal(shortest).adjusted() >= _EXACT_DIGITS - 2:
        # Cents lie beyond the 15th digit: they count as long as they are the nearest to the double.
        cents = f"{number:.2f}"
        return cents if abs(float(cents) - number) <= math.ulp(number) else text
    return f"{Decimal(shortest):f}"


@contextmanager
def _refusing(where: str) -> Iterator[None]:
    """Turn what the library raises into an error that says nothing of the content."""
    try:
        yield
    except fastexcel.FastExcelError:
        raise ExtractError(
            "the workbook cannot be opened",
            where=where,
            hint="it is damaged, protected by a password or no workbook: save it again as .xlsx without a password",
        ) from None


def _frame(reader: fastexcel.ExcelReader, sheet: str, rows: int | None) -> pl.DataFrame:
    """The cells of a sheet as String columns; the rows above the first filled one are kept, so that numbers fit."""
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
    if not loaded.width or not loaded.total_height:
        return pl.DataFrame()
    batch, found = loaded.to_arrow_with_errors()
    frame = pl.DataFrame(pl.from_arrow(batch))
    for error in found.errors if found else ():
        row, column = error.offset_position
        frame[row, column] = _ERROR_CELL
    return frame


def _exact_numbers(reader: fastexcel.ExcelReader, sheet: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Put right the numbers that are longer than a double is exact; text cells that look like them stay."""
    frame = frame.with_columns(pl.all().str.replace(_MIDNIGHT, "$1"))
    suspects = [index for index, cells in enumerate(frame) if cells.str.contains(_LONG_NUMBER).any()]
    if not suspects:
        return frame
    # Read as flags, a cell that holds a number is true or false and one that holds text is null.
    options: dict[str, Any] = {"header_row": None, "skip_rows": 0, "dtypes": "boolean"}
    numeric = reader.load_sheet(sheet, use_columns=suspects, **options).to_polars()
    for index, is_numeric in zip(suspects, numeric, strict=True):
        cells = frame.to_series(index)
        long = cells.str.contains(_LONG_NUMBER).fill_null(value=False) & is_numeric.is_not_null()
        exact = cells.filter(long).unique().to_list()
        replaced = cells.replace(exact, [exact_number(text) for text in exact])
        frame = frame.with_columns(
            pl.select(pl.when(long).then(replaced).otherwise(cells).alias(cells.name)).to_series()
        )
    return frame


def _to_cells(frame: pl.DataFrame) -> list[Record]:
    columns = [cells.fill_null("").to_list() for cells in frame]
    return [list(record) for record in zip(*columns, strict=True)]
