"""lists/<name>.csv: one row a place of a drop list (DOMAIN section 5)."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from mainstay.extracts.targets import Level
from mainstay.report.cells import TextGuard
from mainstay.report.office_words import LEVEL_WORDS
from mainstay.report.sheet import Column, write_csv
from mainstay.report.units import DisplayUnit

_COLUMNS: tuple[Column, ...] = (
    Column("名次", "rank", "integer"),
    Column("上期名次", "previous_rank", "integer"),
    Column("在榜周数", "weeks_on", "integer"),
    Column("企业名称", "name", "text"),
    Column("统一社会信用代码", "uscc", "code"),
    Column("行业", "industry", "text"),
    Column("本期{level}收入_自然口径({unit})", "natural_current", "money"),
    Column("上年同期{level}收入_自然口径({unit})", "natural_prior", "money"),
    Column("增减额_自然口径({unit})", "natural_change", "money"),
    Column("同比_自然口径(%)", "natural_yoy", "percent"),
    Column("本期{level}收入_还原口径({unit})", "restored_current", "money"),
    Column("上年同期{level}收入_还原口径({unit})", "restored_prior", "money"),
    Column("增减额_还原口径({unit})", "restored_change", "money"),
    Column("同比_还原口径(%)", "restored_yoy", "percent"),
    Column("占榜单减收额比重(%)", "share_of_drop", "percent"),
    Column("原因(初判)", "cause_note", "text"),
    Column("原因(核实)", "cause_confirmed", "text"),
    Column("全年预计(系统)({unit})", "forecast_system", "money"),
    Column("全年预计(企业自报)({unit})", "forecast_firm", "money"),
    Column("研判", "judgement", "judgement"),
    Column("调查状态", "inquiry_status", "status"),
    Column("责任人", "assignee", "text"),
    Column("工单编号", "order_id", "code"),
)


def drop_list_columns(level: Level) -> tuple[Column, ...]:
    """Return the columns of a list that measures this level."""
    word = LEVEL_WORDS[level]
    return tuple(replace(column, heading=column.heading.replace("{level}", word)) for column in _COLUMNS)


def write_drop_list(
    frame: pl.DataFrame, folder: Path, *, list_name: str, level: Level, unit: DisplayUnit, guard: TextGuard
) -> Path:
    """Write one drop list; a list without firms gives a file with the heading only.

    Args:
        frame: One row a place, in the order of the file, null where unknown; amounts in yuan, yoy and share as ratios.
        folder: `out/<as_of>/`; the file goes to `lists/` below it.
        list_name: The list's name in the settings, which is the file's name.
        level: The level of revenue that the list measures.
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.

    Returns:
        The path written.

    Raises:
        ModelError: The frame does not fit the columns.
    """
    path = folder / "lists" / f"{list_name}.csv"
    write_csv(frame, drop_list_columns(level), path, unit=unit, guard=guard)
    return path
