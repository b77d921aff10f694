"""The firms that moved out (迁出企业清单), as the registration office names them."""

from collections.abc import Sequence
from datetime import date

from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.planted.stories import Move


def outbound_table(firms: Sequence[Firm], month: date) -> Export:
    """Return the firms that moved out in the month."""
    columns: Columns[tuple[Firm, Move]] = {
        "统一社会信用代码": lambda moved: moved[0].uscc,
        "企业名称": lambda moved: moved[0].name,
        "原注册地址": lambda moved: moved[0].address,
        "迁出日期": lambda moved: moved[1].moved_on,
        "迁出类型": lambda moved: moved[1].kind,
        "迁往地区": lambda moved: moved[1].destination,
        "迁出依据": lambda _: "登记机关变更信息",
        "迁出原因": lambda moved: "业务发展需要" if moved[1].leaves_city else "办公场地调整",
    }
    moves = ((firm, firm.plot.move) for firm in firms if firm.plot.move is not None)
    of_month = ((firm, move) for firm, move in moves if move.moved_on.replace(day=1) == month)
    return Extract("迁出企业清单", "outbound").of_month(month, columns, of_month)
