"""Alerts that the city's platform dispatches (大数据预警派单): of planted declines under way, and false ones."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from mainstay.months import day_of
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import MARK, Columns
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.planted.stories import is_declining

_DAYS_TO_ANSWER = 45
"""An alert arrives with its month's file; then there are still some weeks to answer it."""
_KINDS = ("税收异常下降预警", "开票异常下降预警", "迁出风险预警")


class Alert(NamedTuple):
    """One alert; `number` counts the month's."""

    number: int
    firm: Firm
    sent_on: date
    kind: str


def alerts_table(firms: Sequence[Firm], month: date, rng: Random) -> Export:
    """Return the month's alerts: some of the planted declines under way, and some false alarms."""
    declining = [firm for firm in firms if firm.in_park and is_declining(firm.plot, month)]
    steady = [firm for firm in firms if firm.in_park and not firm.plot.stories]
    chosen = rng.sample(declining, min(len(declining), max(1, len(firms) // 150)))
    chosen += rng.sample(steady, min(len(steady), max(1, len(firms) // 300)))
    alerts = [
        Alert(number, firm, day_of(month, rng.randint(8, 26)), rng.choice(_KINDS))
        for number, firm in enumerate(sorted(chosen, key=lambda firm: firm.number), start=1)
    ]
    columns: Columns[Alert] = {
        "派单编号": lambda alert: f"SIM-YJ-{month:%Y%m}-{alert.number:03d}",
        "统一社会信用代码": lambda alert: alert.firm.uscc,
        "企业名称": lambda alert: alert.firm.name,
        "派单日期": lambda alert: alert.sent_on,
        "反馈时限": lambda alert: alert.sent_on + timedelta(days=_DAYS_TO_ANSWER),
        "预警类型": lambda alert: alert.kind,
        "派单单位": lambda _: f"大数据预警平台{MARK}",
    }
    return Extract("大数据预警派单", "alerts").of_month(month, columns, alerts)
