"""The receipts extract of a month (税收入库明细): its lines, and what programs and people did to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mainstay.simulate.files.export import Export, PlantedFile
from mainstay.simulate.files.table import Cell, Cents, Row, Table, heading, money_text
from mainstay.simulate.firms.industries import AUTHORITIES, ZONES
from mainstay.simulate.money.levies import LEVEL_COLUMNS, Levy, Split, sum_of

HEADER = (
    "社会信用代码（纳税人识别号）",
    "纳税人名称",
    "征收项目",
    "征收品目",
    "税款所属期起",
    "税款所属期止",
    "行业",
    "实缴金额",
    "主管税务机关",
    "预算科目",
    "预算分配比例",
    "中央级",
    "市级",
    "区级",
    "入库日期",
    "税款属性",
    "街道乡镇",
    "电子税票号码",
    "登记序号",
    "总分机构类型",
)
TOTAL_COLUMN = HEADER.index("实缴金额")
DISTRICT_COLUMN = HEADER.index("区级")
REVERSED_PART = 10
"""A tenth of a line is reversed."""


class Line(NamedTuple):
    """One voucher line; `is_person` marks ids that a reader must not keep."""

    source_id: str
    name: str
    levy: Levy
    period: tuple[date, date]
    amount: Split
    received_on: date
    voucher: str
    industry: str = ""
    authority: str = AUTHORITIES[0]
    zone: str = ZONES[0]
    registration_seq: str = ""
    reason: str = "正常申报"
    is_person: bool = False

    def row(self) -> Row:
        """Return the cells of the file; an item without levels has dashes there."""
        shares = self.levy.shares
        total, central, city, district = self.amount
        levels: tuple[Cell, ...] = (Cents(central), Cents(city), Cents(district)) if shares else ("-", "-", "-")
        return (
            self.source_id,
            self.name,
            self.levy.item,
            self.levy.subitem,
            *self.period,
            self.industry,
            Cents(total),
            self.authority,
            self.levy.budget_subject,
            shares.as_delivered if shares else "",
            *levels,
            self.received_on,
            self.reason,
            self.zone,
            self.voucher,
            self.registration_seq,
            "非总分机构",
        )


@dataclass(frozen=True)
class Mess:
    """What is done to a month's file, beyond titles and commas."""

    twice: bool = False
    excess_decimals: bool = False
    scientific_id: bool = False
    reversal: bool = False
    odd_amounts: bool = False


def reversed_line(line: Line) -> Line:
    """Return a negative line, in brackets in the file: a tenth of the line's amount was booked too much."""
    assert line.levy.shares is not None  # noqa: S101 -- such lines only
    amount = line.levy.shares.of(line.amount.total // REVERSED_PART)
    negative = Split(-amount.total, -amount.central, -amount.city, -amount.district)
    return line._replace(amount=negative, voucher="5" + line.voucher[1:], reason="更正冲销")


def _excess_decimals_row(line: Line) -> Row:
    """Return a row whose district part was never rounded: a reader must refuse it (DOMAIN section 6)."""
    row = list(line._replace(amount=Split(100_50, 50_25, 25_13, 25_12), voucher="6" + line.voucher[1:]).row())
    row[DISTRICT_COLUMN] = "25.125"
    return tuple(row)


def _scientific_id_row(line: Line) -> Row:
    """Return a row whose id a spreadsheet has eaten: it cannot be recovered."""
    row = line._replace(amount=Split(88_00, 44_00, 22_00, 22_00), voucher="7" + line.voucher[1:]).row()
    return ("9.11101E+17", *row[1:])


def _with_odd_amounts(rows: list[Row]) -> list[Row]:
    """Write the first two rows' money differently: three decimals ending in 0, and full-width digits."""
    first, second = list(rows[0]), list(rows[1])
    first[TOTAL_COLUMN] = _plain(first[TOTAL_COLUMN]) + "0"
    second[TOTAL_COLUMN] = _plain(second[TOTAL_COLUMN]).translate(
        str.maketrans("0123456789.", "０１２３４５６７８９．")
    )
    return [tuple(first), tuple(second), *rows[2:]]


def _plain(cell: Cell) -> str:
    assert isinstance(cell, Cents)  # noqa: S101 -- the total column of a line is money
    return money_text(cell, thousands=False)


def receipts_table(lines: Sequence[Line], month: date, mess: Mess, file: str) -> Export:
    """Return the receipts of a month and their accounting.

    Rows that a reader refuses are extra, not part of the park's money. The total line sums its whole column,
    the repeated and the refused rows included, as a spreadsheet would.
    """
    rows = [line.row() for line in lines]
    largest = max(lines, key=lambda line: (line.levy.shares is not None, not line.is_person, line.amount.total))
    repeated = [largest.row()] if mess.twice else []
    bad = [_excess_decimals_row(largest)] if mess.excess_decimals else []
    bad += [_scientific_id_row(largest)] if mess.scientific_id else []
    total = _total_line([*rows, *repeated, *bad])
    if mess.odd_amounts:
        rows = _with_odd_amounts(rows)
    table = Table(
        heading("税收入库明细", month),
        HEADER,
        [*rows, *repeated, *bad],
        total,
        notes=("单位：元", f"导出条件：入库月份 {month:%Y%m}"),
    )
    planted = PlantedFile(
        file=file,
        contract="receipts",
        month=f"{month:%Y-%m}",
        rows_read=len(table.rows) + 2,
        rows_loaded=len(rows),
        rows_rejected=len(bad),
        rows_duplicate=len(repeated),
        rows_total_line=1,
        rows_blank=1,
        rows_preamble=table.preamble,
        rows_natural_person=sum(line.is_person for line in lines),
        loaded=dict(zip(LEVEL_COLUMNS, sum_of(line.amount for line in lines), strict=True)),
    )
    return Export(table, planted)


def _total_line(rows: Sequence[Row]) -> Row:
    """Sum the total column; the level columns hold dashes and stay empty, as in most exports."""
    cells: list[Cell] = [""] * len(HEADER)
    cells[0] = "合计"
    cells[TOTAL_COLUMN] = Cents(sum(cell for row in rows if isinstance(cell := row[TOTAL_COLUMN], Cents)))
    return tuple(cells)
