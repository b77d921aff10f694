"""The row of totals of a workbook: formulas that follow the reader's filter, with the values they have now.

A program that does not calculate shows the values, any other the same numbers.
"""

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from mainstay.report.cells import Cell
from mainstay.report.sheet import Column, Growth, Table
from mainstay.report.units import ROUNDING

TOTAL_WORD = "合计"


def total_cells(table: Table) -> tuple[Cell, ...]:
    """Return the totals of all rows, one cell a column.

    A sum of nothing but unknown cells is unknown, and so is a growth without a positive base. No column with a
    total gives no cells.
    """
    if not any(column.total for column in table.columns):
        return ()
    sums = {
        column.source: _sum([row[number] for row in table.rows])
        for number, column in enumerate(table.columns)
        if column.total == "sum"
    }
    return tuple(
        _growth(sums[column.total.current], sums[column.total.prior])
        if isinstance(column.total, Growth)
        else sums.get(column.source)
        for column in table.columns
    )


def total_formula(columns: Sequence[Column], number: int, total_row: int, rows: tuple[int, int]) -> str:
    """Return the formula of one column's total.

    Args:
        columns: All columns of the sheet.
        number: Which of them; it has a total.
        total_row: The row of totals, counted from zero.
        rows: The first and the last row below it.

    Returns:
        A sum over the rows that the filter leaves, blank over nothing but blanks; or per cent of growth.
    """
    total = columns[number].total
    if not isinstance(total, Growth):
        cells = xl_range(rows[0], number, rows[1], number)
        return f'=IF(SUBTOTAL(102,{cells})=0,"",SUBTOTAL(109,{cells}))'
    places = {column.source: place for place, column in enumerate(columns)}
    current, prior = (xl_rowcol_to_cell(total_row, places[source]) for source in (total.current, total.prior))
    return f'=IF(AND(ISNUMBER({current}),N({prior})>0),({current}/{prior}-1)*100,"")'


def _sum(cells: Sequence[Cell]) -> Decimal | None:
    known = [Decimal(cell) for cell in cells if isinstance(cell, Decimal | int)]
    return sum(known, Decimal(0)) if known else None


def _growth(current: Decimal | None, prior: Decimal | None) -> Decimal | None:
    if current is None or prior is None or prior <= 0:
        return None
    return ROUNDING.multiply(ROUNDING.divide(current, prior) - 1, Decimal(100))
