"""Two simulated years, read back from their files without any of the project's readers: money by firm and month."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from mainstay.extracts.periods import read_date
from mainstay.months import add_months
from tests.unit.simulate.plain_reading import amount, delivered, good_lines, table_of

FIRMS, SEED_OF_TWO_YEARS, START, SPAN = 200, 11, date(2021, 1, 1), 24
_ID = "社会信用代码（纳税人识别号）"
_A_YEAR = 360

Key = tuple[str, str]
Money = dict[Key, Decimal]


def _money() -> Money:
    return defaultdict(Decimal)


@dataclass
class TwoYears:
    """By enterprise and month, in yuan: local and district receipts, refunds, what is put off and what comes of it.

    `late`: for a tax period that ended two months before, though neither put off nor amended.
    """

    landing: Path
    truth: dict[str, Any]
    received: Money = field(default_factory=_money)
    received_district: Money = field(default_factory=_money)
    credit_refunds: Money = field(default_factory=_money)
    credit_refunds_district: Money = field(default_factory=_money)
    other_refunds: Money = field(default_factory=_money)
    other_refunds_district: Money = field(default_factory=_money)
    put_off: Money = field(default_factory=_money)
    paid_late: Money = field(default_factory=_money)
    settled: Money = field(default_factory=_money)
    late: Money = field(default_factory=_money)
    one_offs: Money = field(default_factory=_money)
    reversed: Money = field(default_factory=_money)
    member: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def natural(self, firm: str, month: str) -> Decimal:
        """Net local receipts of a firm in a month."""
        return self.received[firm, month] - self.credit_refunds[firm, month] - self.other_refunds[firm, month]

    def is_member(self, key: Key) -> bool:
        """Whether the register has the firm in the park on a day of the month."""
        firm, month = key
        return any(first[:7] <= month and (not last or month <= last[:7]) for first, last in self.member[firm])

    def of_park(self, money: Money, year: int) -> Decimal:
        """January to October, firms of the register."""
        months = {f"{year}-{month:02d}" for month in range(1, 11)}
        return sum((value for key, value in money.items() if key[1] in months and self.is_member(key)), Decimal())


def read_two_years(landing: Path, truth: dict[str, Any]) -> TwoYears:
    """Read every receipt, refund, deferral and register."""
    found = TwoYears(landing, truth)
    for month, row in _lines(landing, truth):
        if row["中央级"] != "-":
            _receive(found, (row[_ID], month), row)
    for file in delivered(truth, "refunds"):
        for row in table_of(landing, file["file"]):
            key, is_credit = (row[_ID], file["month"]), "留抵" in row["退抵税费原因类型"]
            local = amount(row["市级"]) + amount(row["区级"])
            (found.credit_refunds if is_credit else found.other_refunds)[key] += local
            (found.credit_refunds_district if is_credit else found.other_refunds_district)[key] += amount(row["区级"])
    for file in delivered(truth, "deferrals"):
        for row in table_of(landing, file["file"])[:-2]:
            found.put_off[row[_ID], file["month"]] += amount(row["市级"]) + amount(row["区级"])
    for firm, first, last in _memberships(landing, truth):
        found.member[firm].append((first, last))
    return found


def _receive(found: TwoYears, key: Key, row: dict[str, str]) -> None:
    local = amount(row["市级"]) + amount(row["区级"])
    found.received[key] += local
    found.received_district[key] += amount(row["区级"])
    first, last = (read_date(row[column])[0] for column in ("税款所属期起", "税款所属期止"))
    assert first is not None
    assert last is not None
    if row["税款属性"] == "缓缴税款入库":
        found.paid_late[key] += local
    elif row["税款属性"] == "更正冲销":
        found.reversed[key] += local
    elif (last - first).days > _A_YEAR:
        found.settled[key] += local
    elif row["征收项目"] in {"土地增值税", "契税"} or row["征收品目"] == "财产转让所得":
        found.one_offs[key] += local
    elif row["税款属性"] == "正常申报" and f"{add_months(last, 1):%Y-%m}" < key[1]:
        found.late[key] += local


def _lines(landing: Path, truth: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The newest extract of every month."""
    newest = {file["month"]: file["file"] for file in delivered(truth, "receipts")}
    for month, name in newest.items():
        for row in good_lines(landing, name):
            yield month, row


def _memberships(landing: Path, truth: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every span that a register states, the open ones of firms that left later closed by that register."""
    spans: dict[tuple[str, str], str] = {}
    for file in delivered(truth, "enterprises"):
        for row in table_of(landing, file["file"]):
            first, last = (read_date(row[column])[0] for column in ("入园日期", "出园日期"))
            spans[row["统一社会信用代码"], str(first)] = str(last) if last else ""
    for (firm, first), last in spans.items():
        yield firm, first, last


def firms_of(effects: Iterable[dict[str, Any]], cause: str) -> dict[Key, Decimal]:
    """The planted money of one cause by firm and month."""
    return {(e["enterprise_id"], e["month"]): Decimal(e["local"]) for e in effects if e["cause"] == cause}
