"""A table as a workbook; the same table gives the same bytes."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from mainstay.simulate.files.table import Cents, Row, Table

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 -- the file format has no zone; any constant gives the same bytes


def write_workbook(path: Path, table: Table) -> None:
    """Write the table's lines to one sheet: money and days as numbers with a format, everything else as text."""
    # Row by row to the disk: a month of receipts has half a million cells, in a large park ten million.
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet("明细")
        money, day = (book.add_format({"num_format": shown}) for shown in ("#,##0.00", "yyyy-mm-dd"))
        sheet.merge_range(0, 0, 0, len(table.header) - 1, table.title)
        above: list[Row] = [*((note,) for note in table.notes), table.header]
        below: list[Row] = [] if table.total is None else [(), table.total]
        for place, row in enumerate([*above, *table.rows, *below], start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, Cents):
                    sheet.write_number(place, column, cell / 100, money)
                elif isinstance(cell, date):
                    sheet.write_datetime(place, column, cell, day)
                elif cell:
                    sheet.write_string(place, column, cell)
