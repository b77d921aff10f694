"""The extracts of money, register, moves and alerts as tables, each with its planted accounting."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from operator import itemgetter
from random import Random

from mainstay.months import day_of, last_day
from mainstay.simulate.accounting import PlantedFile
from mainstay.simulate.firms import Firm
from mainstay.simulate.levies import Split
from mainstay.simulate.receipts import (
    HEADER,
    TOTAL_COLUMN,
    Line,
    Mess,
    excess_decimals_row,
    scientific_id_row,
    with_odd_amounts,
)
from mainstay.simulate.refunds import Refund
from mainstay.simulate.stories import is_declining
from mainstay.simulate.table import Cell, Cents, Row, Table
from mainstay.simulate.watermarks import MARK, heading

LEVEL_NAMES = {"total": "全口径", "central": "中央级", "local": "地方级", "city": "市级", "district": "区级"}
_DAYS_TO_ANSWER = 45
"""An alert arrives with its month's file; then there are still some weeks to answer it."""
_LEVEL_COLUMNS = {"amount_total": 0, "amount_central": 1, "amount_city": 2, "amount_district": 3}


def receipts_table(lines: Sequence[Line], month: date, mess: Mess, file: str) -> tuple[Table, PlantedFile]:
    """Return the receipts of a month and their accounting.

    Rows that a reader refuses are extra, not part of the park's money. The total line sums its whole column,
    the repeated and the refused rows included, as a spreadsheet would.
    """
    rows = [line.row() for line in lines]
    largest = max(lines, key=lambda line: (line.levy.shares is not None, not line.is_person, line.amount.total))
    repeated = [largest.row()] if mess.twice else []
    bad = [excess_decimals_row(largest)] if mess.excess_decimals else []
    bad += [scientific_id_row(largest)] if mess.scientific_id else []
    total = _total_line([*rows, *repeated, *bad])
    if mess.odd_amounts:
        rows = with_odd_amounts(rows)
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
        loaded=_money(line.amount for line in lines),
    )
    return table, planted


def _total_line(rows: Sequence[Row]) -> Row:
    """Sum the total column; the level columns hold dashes and stay empty, as in most exports."""
    cells: list[Cell] = [""] * len(HEADER)
    cells[0] = "合计"
    cells[TOTAL_COLUMN] = Cents(sum(cell for row in rows if isinstance(cell := row[TOTAL_COLUMN], Cents)))
    return tuple(cells)


def refunds_table(refunds: Sequence[Refund], month: date, file: str) -> tuple[Table, PlantedFile]:
    """Return the refunds of a month, positive as the treasury delivers them, and their accounting."""
    header = (
        "社会信用代码（纳税人识别号）",
        "纳税人名称",
        "征收项目",
        "税额",
        "退抵税费原因类型",
        "退还日期",
        "预算分配比例",
        "中央级",
        "市级",
        "区级",
        "主管税务机关",
        "收入退还书号码",
    )
    rows: list[Row] = [
        (
            refund.firm.uscc,
            refund.firm.name,
            refund.levy.item,
            Cents(refund.amount.total),
            refund.reason,
            refund.refunded_on,
            refund.shares.as_delivered,
            Cents(refund.amount.central),
            Cents(refund.amount.city),
            Cents(refund.amount.district),
            refund.firm.authority,
            refund.voucher,
        )
        for refund in refunds
    ]
    table = Table(heading("税收退库明细", month), header, rows, notes=("单位：元",))
    return table, PlantedFile.faultless(file, "refunds", month, table, _money(refund.amount for refund in refunds))


def control_totals_table(
    lines: Sequence[Line], refunds: Sequence[Refund], month: date, file: str
) -> tuple[Table, PlantedFile]:
    """Return the bureau's figures of a month by level: receipts less refunds in scope, to the cent."""
    booked = _money(line.amount for line in lines if line.levy.shares is not None)
    returned = _money(refund.amount for refund in refunds)
    net = {column.removeprefix("amount_"): booked[column] - returned[column] for column in booked}
    net["local"] = net["city"] + net["district"]
    rows: list[Row] = [
        (f"{month:%Y-%m}", name, "", Cents(net[level]), f"财政月报，净入库，不含代收费{MARK}")
        for level, name in LEVEL_NAMES.items()
    ]
    table = Table(heading("财政收入控制数", month), ("月份", "级次", "征收项目", "金额", "来源"), rows)
    return table, PlantedFile.faultless(file, "control_totals", month, table, {"amount": sum(net.values())})


def register_table(firms: Sequence[Firm], month: date, file: str) -> tuple[Table, PlantedFile]:
    """Return the register at the end of the month: everyone who ever joined, with the day of leaving.

    A firm that moved out has its new tax authority; one that came back is in again, from the day it returned; one that
    ended (C1) is deregistered.
    """
    header = (
        "统一社会信用代码",
        "企业名称",
        "注册地址",
        "入园日期",
        "出园日期",
        "行业门类",
        "行业代码",
        "是否高精尖",
        "资质标签",
        "主管税务机关",
        "所属街镇",
        "所属园区/孵化器",
        "登记状态",
    )
    end = last_day(month)
    rows: list[Row] = [
        (
            firm.uscc,
            firm.name,
            firm.address,
            firm.entered_on(end),
            firm.plot.left_on(end) or "",
            firm.industry.division,
            firm.industry.code,
            "是" if firm.is_high_precision else "否",
            firm.qualifications,
            firm.authority_on(end),
            firm.zone,
            firm.incubator,
            "注销" if firm.plot.deregistered_on(end) else "存续",
        )
        for firm in firms
        if firm.in_park and firm.in_from <= end
    ]
    table = Table(heading("园区企业名录", month), header, rows)
    return table, PlantedFile.faultless(file, "enterprises", month, table)


def outbound_table(firms: Sequence[Firm], month: date, file: str) -> tuple[Table, PlantedFile]:
    """Return the firms that moved out in the month."""
    header = (
        "统一社会信用代码",
        "企业名称",
        "原注册地址",
        "迁出日期",
        "迁出类型",
        "迁往地区",
        "迁出依据",
        "迁出原因",
    )
    rows: list[Row] = []
    for firm in firms:
        move = firm.plot.move
        if move is not None and move.moved_on.replace(day=1) == month:
            reason = "业务发展需要" if move.leaves_city else "办公场地调整"
            rows.append(
                (
                    firm.uscc,
                    firm.name,
                    firm.address,
                    move.moved_on,
                    move.kind,
                    move.destination,
                    "登记机关变更信息",
                    reason,
                )
            )
    table = Table(heading("迁出企业清单", month), header, rows)
    return table, PlantedFile.faultless(file, "outbound", month, table)


def alerts_table(firms: Sequence[Firm], month: date, file: str, rng: Random) -> tuple[Table, PlantedFile]:
    """Return the month's dispatched alerts: some of the planted declines under way, and some false alarms."""
    header = ("派单编号", "统一社会信用代码", "企业名称", "派单日期", "反馈时限", "预警类型", "派单单位")
    declining = [firm for firm in firms if firm.in_park and is_declining(firm.plot, month)]
    steady = [firm for firm in firms if firm.in_park and not firm.plot.stories]
    chosen = rng.sample(declining, min(len(declining), max(1, len(firms) // 150)))
    chosen += rng.sample(steady, min(len(steady), max(1, len(firms) // 300)))
    rows: list[Row] = []
    for number, firm in enumerate(sorted(chosen, key=lambda firm: firm.number), start=1):
        sent = day_of(month, rng.randint(8, 26))
        kind = rng.choice(("税收异常下降预警", "开票异常下降预警", "迁出风险预警"))
        rows.append(
            (
                f"SIM-YJ-{month:%Y%m}-{number:03d}",
                firm.uscc,
                firm.name,
                sent,
                sent + timedelta(days=_DAYS_TO_ANSWER),
                kind,
                f"大数据预警平台{MARK}",
            )
        )
    table = Table(heading("大数据预警派单", month), header, rows)
    return table, PlantedFile.faultless(file, "alerts", month, table)


def _money(amounts: Iterable[Split]) -> dict[str, int]:
    found = list(amounts)
    return {column: sum(map(itemgetter(place), found)) for column, place in _LEVEL_COLUMNS.items()}
