"""`out/<as_of>/`: everything that people receive of one week, written beside and swapped in whole."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mainstay.report.cells import TextGuard
from mainstay.report.drop_lists import FRAME_COLUMNS as LIST_COLUMNS
from mainstay.report.drop_lists import write_drop_list
from mainstay.report.manifest import MANIFEST_NAME, file_entries, write_manifest
from mainstay.report.notes import with_list_notes, with_order_notes
from mainstay.report.units import DisplayUnit
from mainstay.report.work_orders import FRAME_COLUMNS as ORDER_COLUMNS
from mainstay.report.work_orders import write_work_orders

NOT_YET_KNOWN = (
    "forecast_local_restored",
    "forecast_system",
    "forecast_firm",
    "last_visit_on",
    "cause_confirmed",
    "judgement",
)
"""Columns of the sheets that wait for forecasts and for visit outcomes."""

SCORING_NOTE = "减收关注等级为规则评分（近{months}个月还原口径收入同比降幅×金额），不是模型评分，无训练期。"


@dataclass(frozen=True)
class Paper:
    """How the files of a workspace are written.

    Args:
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.
        simulated: Whether every page must say that the data are simulated.
        recent_months: Over how many months the score measures the drop.
    """

    unit: DisplayUnit
    guard: TextGuard
    simulated: bool
    recent_months: int


def export_week(
    folder: Path,
    *,
    orders: pl.DataFrame,
    inquiries: pl.DataFrame,
    list_windows: pl.DataFrame,
    paper: Paper,
    content: Mapping[str, object],
    run: Mapping[str, object],
) -> pl.DataFrame:
    """Write work orders, drop lists and the manifest of one as-of date into an empty folder.

    Args:
        folder: Where; not yet the folder that people look into, see `swap_in`.
        orders: `marts.work_orders`.
        inquiries: `marts.drop_list_inquiries`.
        list_windows: `features.list_windows`; a list that could not be computed gets its heading only.
        paper: How money and text are written.
        content: What the manifest says beside the files; a replay must repeat it byte for byte.
        run: What differs from run to run.

    Returns:
        One row a file: `path`, `rows`, `sha256`, for the record of exports.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lists").mkdir(parents=True)
    sheet = _filled(with_order_notes(orders), ORDER_COLUMNS)
    rows = {
        path.name: sheet.height
        for path in write_work_orders(
            sheet,
            folder,
            unit=paper.unit,
            guard=paper.guard,
            simulated=paper.simulated,
            scoring_note=SCORING_NOTE.format(months=paper.recent_months),
        )
    }
    noted = with_list_notes(inquiries)
    for window in list_windows.sort("list_name").iter_rows(named=True):
        members = noted.filter(pl.col("list_name") == window["list_name"])
        path = write_drop_list(
            _filled(members, LIST_COLUMNS),
            folder,
            list_name=window["list_name"],
            level=window["level"],
            unit=paper.unit,
            guard=paper.guard,
        )
        rows[f"lists/{path.name}"] = members.height
    files = file_entries(folder)
    write_manifest(folder / MANIFEST_NAME, content={**content, "files": files}, run=run)
    return pl.DataFrame(
        [{"path": str(f["path"]), "rows": rows[str(f["path"])], "sha256": str(f["sha256"])} for f in files],
        schema={"path": pl.String, "rows": pl.Int64, "sha256": pl.String},
    )


def swap_in(written: Path, final: Path) -> None:
    """Put a finished folder in the place that people look into; what was there before goes.

    A call that failed half-way may be repeated: `written` may be in its place already.
    """
    retired = written.with_name(f"{written.name}.old")
    if written.exists() or not final.exists():
        if final.exists():
            shutil.rmtree(retired, ignore_errors=True)
            final.replace(retired)
        written.replace(final)
    shutil.rmtree(retired, ignore_errors=True)


def _filled(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Add what no model gives yet as unknown: blank in a file, never 0. Any other missing column stays an error."""
    return frame.with_columns(pl.lit(None).alias(name) for name in columns if name in NOT_YET_KNOWN)
