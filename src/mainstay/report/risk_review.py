"""risk_review.csv: what earlier weeks said of risk, and what became of it; the analyst's paper."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.report.cells import TextGuard
from mainstay.report.scoring_words import BASIS_WORDS, TARGET_WORDS
from mainstay.report.sheet import Column, write_csv
from mainstay.report.units import DisplayUnit

FILE_NAME = "risk_review.csv"
RELATIONS = ("marts.risk_review", "marts.risk_review_totals")
"""What it is made of."""

PART_WORDS = MappingProxyType(
    {"flagged": "已提示", "missed": "未提示的较大减收", "added": "较降幅×金额新增", "removed": "较降幅×金额减少"}
)
OUTCOME_WORDS = MappingProxyType({"came_true": "应验", "did_not": "未应验", "not_due": "未到期", "unknown": "无法判定"})
TOTAL = "小结"
_ORDER = (TOTAL, *PART_WORDS.values())

COLUMNS: tuple[Column, ...] = (
    Column("几个月前", "months_ago", "integer"),
    Column("当时周", "reviewed_week", "date"),
    Column("关注类型", "target_words", "text"),
    Column("类别", "part_words", "text"),
    Column("名次", "place", "integer"),
    Column("企业名称", "name", "text"),
    Column("统一社会信用代码", "source_id", "code"),
    Column("当时等级", "grade", "grade"),
    Column("当时评分方式", "basis_words", "text"),
    Column("当时理由", "reasons", "text"),
    Column("结果", "outcome_words", "text"),
    Column("是否走访", "is_visited", "flag"),
    Column("当时预期减收({unit})", "expected_loss", "money"),
    Column("实际减收({unit})", "actual_loss", "money"),
    Column("说明", "note", "text"),
)
_NO_WEEK_OF_TARGET = "尚无可回看的评分"
_NO_WEEK = MappingProxyType({"relocation": "尚无期满后又过一个月的评分，不能回看"})
"""A move is judged a month after its months are over, for it is reported late."""
_TYPES = {
    "months_ago": pl.Int64,
    "reviewed_week": pl.Date,
    "target": pl.String,
    "part_words": pl.String,
    "note": pl.String,
}


def write_risk_review(
    folder: Path, review: pl.DataFrame, totals: pl.DataFrame, *, unit: DisplayUnit, guard: TextGuard
) -> tuple[Path, int]:
    """Write the review of one as-of date.

    Args:
        folder: `out/<as_of>/`.
        review: `marts.risk_review`.
        totals: `marts.risk_review_totals`; a number of months without a published week gets a line that says so.
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.

    Returns:
        The path written, and its rows.
    """
    lines = pl.DataFrame(list(_summary(totals, unit)), schema=_TYPES)
    told = review.with_columns(
        part_words=pl.col("part").replace_strict(dict(PART_WORDS), return_dtype=pl.String),
        basis_words=pl.col("basis").replace_strict(dict(BASIS_WORDS), return_dtype=pl.String),
        outcome_words=pl.col("outcome").replace_strict(dict(OUTCOME_WORDS), return_dtype=pl.String),
        note=pl.lit(None, dtype=pl.String),
    )
    rows = pl.concat([lines, told], how="diagonal").with_columns(
        target_words=pl.col("target").replace_strict(dict(TARGET_WORDS), return_dtype=pl.String),
        part_order=pl.col("part_words").replace_strict({word: n for n, word in enumerate(_ORDER)}),
    )
    rows = rows.sort("months_ago", "target", "part_order", "place", nulls_last=False)
    path = folder / FILE_NAME
    write_csv(rows, COLUMNS, path, unit=unit, guard=guard)
    return path, rows.height


def _summary(totals: pl.DataFrame, unit: DisplayUnit) -> Iterator[dict[str, Any]]:
    """One line a number of months without any week, else one a target that was graded then or has no week."""
    for months, of_months in totals.sort("months_ago", "target").group_by("months_ago", maintain_order=True):
        if of_months["reviewed_week"].is_null().all():
            note = f"尚无约{months[0]}个月前发布的评分，不能回看"
            yield {"months_ago": months[0], "part_words": TOTAL, "note": note}
            continue
        for row in of_months.iter_rows(named=True):
            shared = {name: row[name] for name in ("months_ago", "reviewed_week", "target")}
            if row["reviewed_week"] is None:
                yield {**shared, "part_words": TOTAL, "note": _NO_WEEK.get(row["target"], _NO_WEEK_OF_TARGET)}
            elif row["graded"]:
                yield {**shared, "part_words": TOTAL, "note": _total_words(row, unit)}


def _total_words(row: Mapping[str, Any], unit: DisplayUnit) -> str:
    outcomes = "、".join(f"{word}{row[name]}户" for name, word in OUTCOME_WORDS.items())
    words = f"评分{row['graded']}户，提示{row['flagged']}户：{outcomes}；已走访{row['visited']}户"
    if row["loss_all"]:
        words += f"；已提示企业减收{unit.words(row['loss_flagged'] or Decimal(0))}，全部{unit.words(row['loss_all'])}"
    if row["loss_added"] is not None or row["loss_removed"] is not None:
        words += f"；较降幅×金额：新增应验{row['added_true']}户、减少应验{row['removed_true']}户"
    return words
