"""The receipts extract of a month (税收入库明细): its lines, and what programs and people did to it."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mainstay.simulate.industries import AUTHORITIES, ZONES
from mainstay.simulate.levies import Levy, Split
from mainstay.simulate.table import Cell, Cents, Row, money_text

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


def excess_decimals_row(line: Line) -> Row:
    """Return a row whose district part was never rounded: a reader must refuse it (DOMAIN section 6)."""
    row = list(line._replace(amount=Split(100_50, 50_25, 25_13, 25_12), voucher="6" + line.voucher[1:]).row())
    row[DISTRICT_COLUMN] = "25.125"
    return tuple(row)


def scientific_id_row(line: Line) -> Row:
    """Return a row whose id a spreadsheet has eaten: it cannot be recovered."""
    row = line._replace(amount=Split(88_00, 44_00, 22_00, 22_00), voucher="7" + line.voucher[1:]).row()
    return ("9.11101E+17", *row[1:])


def with_odd_amounts(rows: list[Row]) -> list[Row]:
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
