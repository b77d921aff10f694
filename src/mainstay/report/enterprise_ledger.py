"""全量企业台账.xlsx: one row a firm, for the analyst: every level and both years, levy kinds, 24 months."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.extracts.targets import Level
from mainstay.months import add_months, months_from
from mainstay.report.brief_page import Frames, row_of_week
from mainstay.report.ledger_notes import ledger_notes
from mainstay.report.office_words import CALIBER_WORDS, LEVEL_WORDS
from mainstay.report.sheet import Column, Growth
from mainstay.report.units import DisplayUnit
from mainstay.report.workbook_writer import write_xlsx

FILE_NAME = "全量企业台账.xlsx"
TITLE = "全量企业台账"

RELATIONS: tuple[str, ...] = (
    "marts.weeks",
    "marts.enterprise_ledger",
    "marts.enterprise_ledger_levies",
    "marts.enterprise_ledger_months",
)
"""What the ledger is made of."""

LEVY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "VAT": "增值税",
        "CIT": "企业所得税",
        "IIT": "个人所得税",
        "UMCT": "城市维护建设税",
        "PROPERTY_LAND_USE": "房产税和城镇土地使用税",
        "STAMP": "印花税",
        "OTHER": "其他税费",
        "UNDIVIDED": "未分税种",
    }
)
_ONLY_WHERE_DELIVERED = "UNDIVIDED"

_FIRM, _GRADES = "基本信息", "关注等级"
IDENTITY: tuple[Column, ...] = (
    Column("序号", "rank", "integer", pinned=True, band="企业"),
    Column("企业名称", "name", "text", pinned=True, band="企业"),
    Column("统一社会信用代码", "source_id", "code", band=_FIRM),
    Column("行业门类", "industry", "text", band=_FIRM),
    Column("行业代码", "industry_code", "code", band=_FIRM),
    Column("是否高精尖", "is_high_precision", "flag", band=_FIRM),
    Column("是否规上", "is_above_scale", "flag", band=_FIRM),
    Column("资质标签", "qualifications", "text", band=_FIRM),
    Column("主管税务机关", "tax_authority", "text", band=_FIRM),
    Column("所属街镇", "zone", "text", band=_FIRM),
    Column("所属园区/孵化器", "incubator", "text", band=_FIRM),
    Column("入园日期", "in_from", "date", band=_FIRM),
    Column("出园日期", "in_to", "date", band=_FIRM),
    Column("离园日期", "moved_on", "date", band=_FIRM),
    Column("减收关注等级", "decline_grade", "grade", band=_GRADES),
    Column("迁出关注等级", "relocation_grade", "grade", band=_GRADES),
)
"""Who a firm is; the columns of revenue follow."""

_REFUND_LEVELS: tuple[Level, ...] = ("total", "local")


def write_enterprise_ledger(
    folder: Path,
    frames: Frames,
    *,
    as_of: date,
    unit: DisplayUnit,
    simulated: bool,
    scoring_note: str = "",
) -> Path:
    """Write the ledger of one as-of date; the same frames give the same bytes.

    The largest payers come first, the natural persons summed up as one at the end (`rank` of the mart). Cells keep
    every cent behind the digits shown, so the totals are the park's figures and follow the reader's filter.

    Args:
        folder: `out/<as_of>/`.
        frames: `RELATIONS` by name, all of one as-of date, in any row order; amounts in yuan, yoy as ratios. No
            enterprises give headings only, no closed month leaves the months out.
        as_of: The week's date.
        unit: The display unit of money.
        simulated: Whether every page must say that the data are simulated.
        scoring_note: What stands behind the grades (规则评分 or 模型评分, period, events), for the notes.

    Returns:
        The path written.

    Raises:
        ModelError: `marts.weeks` has not exactly the as-of date's row, or a frame does not fit the columns.
    """
    week = row_of_week(frames, as_of)
    path = folder / FILE_NAME
    write_xlsx(
        ledger_rows(frames, week),
        ledger_columns(frames, week),
        path,
        unit=unit,
        title=TITLE,
        notes=ledger_notes(week, scoring_note),
        simulated=simulated,
    )
    return path


def ledger_columns(frames: Frames, week: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of the sheet: the firm, five levels, kinds of levies, 24 months.

    Args:
        frames: Undivided money gets its column only where some is delivered.
        week: The row of `marts.weeks`: its level stands in the bands of levies and months, its last closed month ends
            the months.

    Returns:
        About 100 columns, `source` as in `ledger_rows`.
    """
    level = LEVEL_WORDS[week["level"] or "local"]
    return (
        *IDENTITY,
        *(column for name in LEVEL_WORDS for column in _level_columns(name)),
        *_forecast_columns(level),
        *_levy_columns(_levy_kinds(frames["marts.enterprise_ledger_levies"]), f"分税种{level}收入_自然口径({{unit}})"),
        *(
            _money(
                f"{month.year}年{month.month}月",
                _month_name(month),
                f"{month.year}年分月{level}收入_自然口径({{unit}})",
            )
            for month in last_months(week["last_closed"])
        ),
    )


def ledger_rows(frames: Frames, week: Mapping[str, Any]) -> pl.DataFrame:
    """One row a firm in the order of the sheet: `marts.enterprise_ledger` with levies and months beside it."""
    enterprises, levies, months = (frames[name] for name in RELATIONS[1:])
    by_kind = levies.group_by("enterprise_id").agg(
        pl.col(f"natural_{year}").filter(pl.col("levy_kind") == kind).first().alias(f"{kind}_{year}")
        for kind in _levy_kinds(levies)
        for year in ("current", "prior")
    )
    by_month = months.group_by("enterprise_id").agg(
        pl.col("natural_revenue").filter(pl.col("month") == month).first().alias(_month_name(month))
        for month in last_months(week["last_closed"])
    )
    joined = enterprises.join(by_kind, on="enterprise_id", how="left", validate="1:1")
    return joined.join(by_month, on="enterprise_id", how="left", validate="1:1").sort("rank")


def last_months(last_closed: date | None) -> tuple[date, ...]:
    """The first days of the 24 months up to the last closed one, oldest first; none without a closed month."""
    return () if last_closed is None else months_from(add_months(last_closed, -23), 24)


def _level_columns(level: Level) -> Iterator[Column]:
    word = LEVEL_WORDS[level]
    band = f"{word}收入({{unit}})"
    for caliber in ("natural", "restored"):
        caliber_word = CALIBER_WORDS[caliber]
        current, prior = f"{level}_{caliber}_current", f"{level}_{caliber}_prior"
        change, yoy = f"{level}_{caliber}_change", f"{level}_{caliber}_yoy"
        yield _money(f"本期{word}_{caliber_word}", current, band)
        yield _money(f"上年同期{word}_{caliber_word}", prior, band)
        yield _money(f"{word}增减额_{caliber_word}", change, band)
        yield Column(f"{word}同比_{caliber_word}(%)", yoy, "percent", band=band, total=Growth(current, prior))
    if level in _REFUND_LEVELS:
        yield _money(f"本期{word}留抵退税", f"{level}_refund_current", band)
        yield _money(f"上年同期{word}留抵退税", f"{level}_refund_prior", band)


def _forecast_columns(level: str) -> Iterator[Column]:
    """The full year by the system; ends of an interval do not add up, so they have no total."""
    band = f"全年预计(系统)_{level}({{unit}})"
    yield _money("全年预计_自然口径", "forecast_natural", band)
    yield _money("全年预计_还原口径", "forecast_restored", band)
    yield Column("全年预计下限_还原口径", "forecast_restored_low", "exact_money", band=band)
    yield Column("全年预计上限_还原口径", "forecast_restored_high", "exact_money", band=band)


def _levy_columns(kinds: list[str], band: str) -> Iterator[Column]:
    for kind in kinds:
        yield _money(f"{LEVY_WORDS[kind]}本期", f"{kind}_current", band)
        yield _money(f"{LEVY_WORDS[kind]}上年同期", f"{kind}_prior", band)


def _money(heading: str, source: str, band: str) -> Column:
    return Column(heading, source, "exact_money", band=band, total="sum")


def _levy_kinds(levies: pl.DataFrame) -> list[str]:
    delivered = set(levies["levy_kind"].to_list())
    return [kind for kind in LEVY_WORDS if kind != _ONLY_WHERE_DELIVERED or kind in delivered]


def _month_name(month: date) -> str:
    return f"month_{month:%Y_%m}"
