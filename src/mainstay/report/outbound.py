"""lists/outbound.csv: one row a case of a firm that moved out (迁出企业对接台账, DOMAIN section 5)."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from mainstay.report.cells import TextGuard
from mainstay.report.office_words import worded
from mainstay.report.sheet import Column, write_csv
from mainstay.report.units import DisplayUnit

OUTBOUND_STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "intends_to_move": "拟迁出",
        "retaining": "挽留中",
        "retained": "已留住",
        "false_alarm": "误报",
        "moved_out": "已迁出",
        "return_mobilising": "回迁动员",
        "returned": "已回迁",
        "confirmed_lost": "确认流失",
        "deregistered": "已注销",
    }
)
"""The states of an outbound case, in the order of the funnel."""

MOVE_KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {"whole": "整体迁出", "partial": "部分迁出", "hidden": "税收与经营变动不一致，待核实"}
)
NEXT_STEP_WORDS: Mapping[str, str] = MappingProxyType(
    {"no_action": "无需跟进", "tracking": "持续跟踪", "close": "申请办结"}
)
_WORDS = {"kind": MOVE_KIND_WORDS, "state": OUTBOUND_STATE_WORDS, "next_step": NEXT_STEP_WORDS}

COLUMNS: tuple[Column, ...] = (
    Column("序号", "row_number", "integer"),
    Column("企业名称", "name", "text"),
    Column("统一社会信用代码", "source_id", "code"),
    Column("迁出类型", "kind", "text"),
    Column("迁往地区", "destination", "text"),
    Column("迁出日期", "moved_on", "date"),
    Column("迁出依据", "evidence", "text"),
    Column("迁出前12个月地方级收入({unit})", "local_before", "money"),
    Column("迁出前12个月区级收入({unit})", "district_before", "money"),
    Column("首次对接日期", "first_contact_on", "date"),
    Column("最近对接日期", "last_contact_on", "date"),
    Column("对接次数", "contacts", "integer"),
    Column("迁出原因", "move_reason", "text"),
    Column("企业诉求", "request", "text"),
    Column("需上级协调事项及部门", "coordination", "text"),
    Column("当前状态", "state", "text"),
    Column("下一步措施", "next_step", "text"),
    Column("责任人", "owner", "text"),
    Column("办理时限", "due_on", "date"),
    Column("回迁日期", "returned_on", "date"),
    Column("回迁后地方级收入({unit})", "local_after", "money"),
)
"""The columns of DOMAIN section 5, in its order."""

FILE_NAME = "outbound.csv"
TITLE = "迁出企业对接台账"


def write_outbound(frame: pl.DataFrame, folder: Path, *, unit: DisplayUnit, guard: TextGuard) -> Path:
    """Write the firms that moved out; without any the file has its heading only.

    Firms that stay, or may yet stay, are no outbound firms and are not in the file. Moves within the city stand apart,
    after all others (DOMAIN section 3); in each part the newest move comes first.

    Args:
        frame: `marts.outbound_register` of one as-of date, in any order; amounts in yuan.
        folder: `out/<as_of>/`; the file goes to `lists/` below it.
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.

    Returns:
        The path written.

    Raises:
        ModelError: The frame does not fit the columns, or has a code without a Chinese word.
    """
    path = folder / "lists" / FILE_NAME
    write_csv(outbound_rows(frame), COLUMNS, path, unit=unit, guard=guard)
    return path


def outbound_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the file in their order, in the office's words; arguments and errors as `write_outbound`."""
    within_city = (~pl.col("leaves_city")).fill_null(value=False)
    ordered = frame.filter("is_outbound").sort(
        within_city, "moved_on", "case_id", descending=[False, True, False], nulls_last=True
    )
    shown = ordered.with_columns(worded(ordered, name, words) for name, words in _WORDS.items())
    matter = pl.format("{}（{}）", "request", "request_department")
    return shown.with_columns(coordination=matter).with_row_index("row_number", offset=1)
