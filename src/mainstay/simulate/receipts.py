"""The receipts extract of a month (税收入库明细): its lines, and what programs and people did to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

from mainstay.simulate.codes import citizen_number
from mainstay.simulate.deferrals import Deferral, put_off
from mainstay.simulate.firms import Firm
from mainstay.simulate.industries import AUTHORITIES, SIMULATED, ZONES
from mainstay.simulate.levies import IIT_BUSINESS, IIT_TRANSFER, STAMP_SALES, Levy, Split
from mainstay.simulate.months import add_months, day_of, last_day
from mainstay.simulate.payments import Payment, payments_of
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
_REVERSED_PART = 10


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


def lines_of(
    firms: Sequence[Firm], month: date, rng: Random, due: Sequence[Deferral] = ()
) -> tuple[list[Line], list[Deferral]]:
    """Return every line of the month, and what is put off instead of being paid.

    Args:
        firms: Enterprises, in order; natural persons and sole traders come after them.
        month: The month of receipt.
        rng: The month's source of chance.
        due: What was put off earlier, to be paid in this month.
    """
    ended: dict[int, list[Payment]] = {}
    for item in due:
        payments = ended.setdefault(item.firm.number, [])
        payments.append(item.payment(len(payments)))
    series = f"3110109{month:%y%m}"
    lines: list[Line] = []
    later: list[Deferral] = []
    for firm in firms:
        payments, put = put_off(firm, payments_of(firm, month, rng), month)
        later += put
        payments += ended.get(firm.number, [])
        lines += [_line(firm, payment, series) for payment in payments]
    return lines + _persons(len(firms), month, rng), later


def _line(firm: Firm, payment: Payment, series: str) -> Line:
    return Line(
        source_id=firm.uscc,
        name=firm.name,
        levy=payment.levy,
        period=payment.period,
        amount=payment.amount,
        received_on=payment.paid_on,
        voucher=f"{series}{firm.number:05d}{payment.voucher:02d}",
        industry=firm.industry.division,
        authority=firm.authority,
        zone=firm.zone,
        registration_seq=firm.registration_seq,
        reason=payment.reason,
    )


def _persons(firms: int, month: date, rng: Random) -> list[Line]:
    """Equity transfers of natural persons (18 characters), and sole traders (20 characters)."""
    lines = []
    for number in range(max(4, firms // 40)):
        born = date(rng.randint(1960, 1995), rng.randint(1, 12), rng.randint(1, 28))
        is_trader = number % 2 == 1
        levy = (IIT_BUSINESS if is_trader else IIT_TRANSFER) if number % 4 < 2 else STAMP_SALES  # noqa: PLR2004 -- every other pair
        total = round(rng.lognormvariate(8, 1.2)) * 100 + rng.randint(0, 99)
        assert levy.shares is not None  # noqa: S101 -- these levies have levels
        lines.append(
            Line(
                source_id=citizen_number(born) + ("01" if is_trader else ""),
                name=("模拟个体户" if is_trader else "模拟自然人") + SIMULATED,
                levy=levy,
                period=(add_months(month, -1), last_day(add_months(month, -1))),
                amount=levy.shares.of(total),
                received_on=day_of(month, rng.randint(3, 25)),
                voucher=f"3110109{month:%y%m}99{number:05d}",
                is_person=True,
            )
        )
    return lines


@dataclass(frozen=True)
class Mess:
    """What is done to a month's file, beyond titles and commas."""

    twice: bool = False
    excess_decimals: bool = False
    scientific_id: bool = False
    reversal: bool = False
    odd_amounts: bool = False


def reversed_line(lines: Sequence[Line]) -> Line:
    """Return a negative line, in brackets in the file: a tenth of the largest amount was booked too much."""
    largest = max(
        (line for line in lines if line.levy.shares and not line.is_person),
        key=lambda line: line.amount.total,
    )
    assert largest.levy.shares is not None  # noqa: S101 -- selected for it
    amount = largest.levy.shares.of(largest.amount.total // _REVERSED_PART)
    negative = Split(-amount.total, -amount.central, -amount.city, -amount.district)
    return largest._replace(amount=negative, voucher="5" + largest.voucher[1:], reason="更正冲销")


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
