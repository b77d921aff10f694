"""The bureau's own figures of a month by level (控制数): what the receipts have to tie to."""

from collections.abc import Sequence
from datetime import date

from mainstay.simulate.extracts.receipts import Line
from mainstay.simulate.extracts.refunds import Refund
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import MARK, Cents, Columns
from mainstay.simulate.money.levies import sum_of

LEVEL_NAMES = {"total": "全口径", "central": "中央级", "local": "地方级", "city": "市级", "district": "区级"}


def control_totals_table(lines: Sequence[Line], refunds: Sequence[Refund], month: date) -> Export:
    """Return receipts less refunds in scope by level, to the cent.

    Args:
        lines: All that the bureau booked in the month: its reversal too, nothing twice, nothing garbled.
        refunds: The refunds of the month.
        month: The month.
    """
    booked = sum_of(line.amount for line in lines if line.levy.shares is not None)
    returned = sum_of(refund.amount for refund in refunds)
    columns: Columns[str] = {
        "月份": lambda _: f"{month:%Y-%m}",
        "级次": lambda level: LEVEL_NAMES[level],
        "征收项目": lambda _: "",
        "金额": lambda level: Cents(getattr(booked, level) - getattr(returned, level)),
        "来源": lambda _: f"财政月报，净入库，不含代收费{MARK}",
    }
    extract = Extract("财政收入控制数", "control_totals", loaded={"amount": "金额"})
    return extract.of_month(month, columns, LEVEL_NAMES)
