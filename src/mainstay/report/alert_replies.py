"""预警派单反馈.xlsx: what the park answers to whoever dispatched an alert, one row an alert (DOMAIN section 5)."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import polars as pl

from mainstay.report.office_words import STATUS_WORDS, worded
from mainstay.report.sheet import Column
from mainstay.report.units import DisplayUnit
from mainstay.report.workbook_writer import write_xlsx

TITLE = "预警派单反馈"
FILE_NAME = f"{TITLE}.xlsx"
RELATION = "marts.alert_replies"

RESULT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "face_to_face": "面谈",
        "phone": "电话",
        "not_reached": "未联系上",
        "declined": "婉拒",
        "nobody_there": "地址无人",
        "deregistered": "已注销",
        **{code: STATUS_WORDS[code] for code in ("returned_wrong", "no_action", "closed", "cancelled")},
        "declined_by_firm": "婉拒",
    }
)
"""Results of visits, and the states in which an order is settled without one."""
TIMELINESS_WORDS: Mapping[str, str] = MappingProxyType(
    {"on_time": "按时", "late": "逾期反馈", "overdue": "逾期未反馈", "open": "未到期", "no_deadline": "未定时限"}
)
VERDICT_WORDS: Mapping[str, str] = MappingProxyType({"true": "属实", "false": "误报"})
BASIS_WORDS: Mapping[str, str] = MappingProxyType({"visit": "走访核实", "receipts": "入库数据"})

COLUMNS: tuple[Column, ...] = (
    Column("序号", "row_number", "integer", pinned=True),
    Column("派单编号", "alert_no", "code", pinned=True),
    Column("企业名称", "name", "text", pinned=True),
    Column("统一社会信用代码", "source_id", "code"),
    Column("预警类型", "alert_type", "text"),
    Column("派单单位", "dispatcher", "text"),
    Column("派单日期", "dispatched_on", "date"),
    Column("反馈时限", "due_on", "date"),
    Column("核实情况", "found", "text"),
    Column("核实方式或结果", "result_word", "text"),
    Column("是否属实", "verdict_word", "text"),
    Column("判断依据", "basis_word", "text"),
    Column("办理状态", "status", "status"),
    Column("反馈日期", "answered_on", "date"),
    Column("是否按时", "timeliness_word", "text"),
    Column("工单编号", "order_id", "code"),
)

NOTES: tuple[str, ...] = (
    "列入本表的派单：本年派出或本年核实、已可反馈的，以及7日内到期或逾期（90日内）尚未反馈的。",
    "反馈日期为派单以后首次联系上企业的日期；未走访而工单已了结的，为了结的当期数据日期。",
    "是否属实，走访查明的为准：经营、集团或搬迁等原因的为属实；退税、缓税、上年一次性、结算时间差或数据不符的为误报。",
    "尚无走访结论的看入库数据：派单前三个月地方级收入（还原留抵退税及缓税口径）比上年同期下降一成以上为属实，否则为误报；无法判断的留空。",
    "核实情况为企业说明和走访所见，供派单单位了解情况；空白表示未知。",
)
"""The notes sheet of the workbook."""

ALERTS_ASK_FOR = timedelta(days=90)
"""So long after its answer was due an alert asks for a visit (`marts.order_candidates`), and is told."""

_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "result_word": ("result", RESULT_WORDS),
        "verdict_word": ("verdict", VERDICT_WORDS),
        "basis_word": ("verdict_basis", BASIS_WORDS),
        "timeliness_word": ("timeliness", TIMELINESS_WORDS),
    }
)


def alerts_to_reply(replies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the alerts that the sheet shows, in its order: what is due or overdue first, then by day of dispatch.

    Args:
        replies: `marts.alert_replies`, one row an alert, of one as-of date.
        as_of: The week's date.

    Returns:
        Answerable alerts dispatched or answered in the year, and those not answered whose answer is due within seven
        days or has been overdue for no more than `ALERTS_ASK_FOR`.
    """
    waits = pl.col("is_due") | (pl.col("is_overdue") & (pl.col("due_on") >= as_of - ALERTS_ASK_FOR))
    # What was dispatched in December and answered in January is told in the year of the answer, or never.
    of_year = [pl.col(day).dt.year() == as_of.year for day in ("dispatched_on", "answered_on")]
    told = pl.col("replied") & pl.any_horizontal(of_year)
    order = (waits, "due_on", "dispatched_on", "alert_no")
    return replies.filter(told | waits).sort(*order, descending=[True, False, False, False], nulls_last=True)


def write_alert_replies(frame: pl.DataFrame, folder: Path, *, unit: DisplayUnit, simulated: bool) -> Path:
    """Write the reply sheet.

    Args:
        frame: What `alerts_to_reply` returns.
        folder: `out/<as_of>/`.
        unit: The display unit of money, for the sheet's head.
        simulated: Whether 模拟数据 stands in the title and on every page.

    Returns:
        The path written.

    Raises:
        ModelError: The frame does not fit the columns, or has a code without a Chinese word.
    """
    shown = frame.with_columns(
        worded(frame, source, {**words, "unknown": None}).alias(name) for name, (source, words) in _WORDS.items()
    )
    path = folder / FILE_NAME
    numbered = shown.with_row_index("row_number", offset=1)
    write_xlsx(numbered, COLUMNS, path, unit=unit, title=TITLE, notes=NOTES, simulated=simulated)
    return path
