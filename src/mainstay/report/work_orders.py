"""work_orders.csv and .xlsx: one row an order, for the task force (DOMAIN section 5)."""

from pathlib import Path

import polars as pl

from mainstay.report.cells import TextGuard
from mainstay.report.office_words import period_words
from mainstay.report.sheet import Column, write_csv
from mainstay.report.units import DisplayUnit
from mainstay.report.workbook_writer import write_xlsx

COLUMNS: tuple[Column, ...] = (
    Column("序号", "row_number", "integer", pinned=True),
    Column("工单编号", "order_id", "code", pinned=True),
    Column("企业名称", "name", "text", pinned=True),
    Column("统一社会信用代码", "uscc", "code"),
    Column("所属街镇", "zone", "text"),
    Column("所属园区/孵化器", "incubator", "text"),
    Column("行业门类", "industry", "text"),
    Column("行业代码", "industry_code", "code"),
    Column("是否高精尖", "is_high_precision", "flag"),
    Column("是否规上", "is_above_scale", "flag"),
    Column("资质标签", "qualifications", "text"),
    Column("主管税务机关", "tax_authority", "text"),
    Column("来源", "sources", "sources"),
    Column("榜单及名次", "list_ranks", "text"),
    Column("统计期间", "period", "text"),
    Column("数据截止日", "data_until", "date"),
    Column("本期地方级收入_自然口径({unit})", "local_natural_current", "money"),
    Column("上年同期地方级收入_自然口径({unit})", "local_natural_prior", "money"),
    Column("增减额_自然口径({unit})", "local_natural_change", "money"),
    Column("同比_自然口径(%)", "local_natural_yoy", "percent"),
    Column("本期地方级留抵退税({unit})", "local_refund_current", "money"),
    Column("上年同期地方级留抵退税({unit})", "local_refund_prior", "money"),
    Column("本期地方级收入_还原口径({unit})", "local_restored_current", "money"),
    Column("上年同期地方级收入_还原口径({unit})", "local_restored_prior", "money"),
    Column("增减额_还原口径({unit})", "local_restored_change", "money"),
    Column("同比_还原口径(%)", "local_restored_yoy", "percent"),
    Column("本期区级收入_自然口径({unit})", "district_natural_current", "money"),
    Column("上年同期区级收入_自然口径({unit})", "district_natural_prior", "money"),
    Column("全年预计地方级收入_还原口径({unit})", "forecast_local_restored", "money"),
    Column("减收关注等级", "decline_grade", "grade"),
    Column("迁出关注等级", "relocation_grade", "grade"),
    Column("未来12个月预期减收_地方级还原口径({unit})", "expected_loss_12m", "money"),
    Column("减收原因(系统初判，待核实)", "cause_note", "text"),
    Column("建议核实事项", "verify_note", "text"),
    Column("处置状态", "status", "status"),
    Column("责任单位", "department", "text"),
    Column("责任人", "assignee", "text"),
    Column("派单日期", "issued_on", "date"),
    Column("办理时限", "due_on", "date"),
    Column("最近走访日期", "last_visit_on", "date"),
    Column("备注", "note", "text"),
)
"""The columns of DOMAIN section 5, in its order."""

TITLE = "财源稳存量工单"
NOTES: tuple[str, ...] = (
    "自然口径为实际净入库数；还原口径为本期和上年同期均加回同级留抵退税后的数。",
    "空白表示未知、未评估或无同比，不是零。上年同期为零或负数时无同比。",
    "各格分别四舍五入，合计尾数可能有出入。",
    "关注等级和减收原因为系统初判，须经走访核实，由人决定。",
)
"""The notes sheet of the workbook."""


def write_work_orders(
    frame: pl.DataFrame,
    folder: Path,
    *,
    unit: DisplayUnit,
    guard: TextGuard,
    simulated: bool,
    scoring_note: str = "",
) -> list[Path]:
    """Write the orders of one as-of date twice, with the same cells: as CSV and as a workbook.

    Args:
        frame: One row an order, in the order of the file, null where unknown; amounts in yuan, windows as the first
            days of their first and last months, yoy as ratios.
        folder: `out/<as_of>/`.
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB in the CSV file.
        simulated: Whether the workspace is simulated and every page must say so.
        scoring_note: What stands behind the grades (规则评分 or 模型评分, period, events), for the
            workbook's notes.

    Returns:
        The two paths written.

    Raises:
        ModelError: The frame does not fit the columns.
    """
    numbered = _with_period(frame.with_row_index("row_number", offset=1))
    csv_path, xlsx_path = folder / "work_orders.csv", folder / "work_orders.xlsx"
    write_csv(numbered, COLUMNS, csv_path, unit=unit, guard=guard)
    write_xlsx(
        numbered,
        COLUMNS,
        xlsx_path,
        unit=unit,
        title=TITLE,
        notes=(*NOTES, scoring_note) if scoring_note else NOTES,
        simulated=simulated,
    )
    return [csv_path, xlsx_path]


def _with_period(frame: pl.DataFrame) -> pl.DataFrame:
    """Word each row's window."""
    windows = zip(frame["window_start"].to_list(), frame["window_end"].to_list(), strict=True)
    words = [period_words(start, end) for start, end in windows]
    return frame.with_columns(pl.Series("period", words, dtype=pl.String))
