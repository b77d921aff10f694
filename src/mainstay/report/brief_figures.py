"""Sections 一 and 七 of the weekly brief: the week in figures, and what the figures rest on (DOMAIN section 5)."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.extracts.targets import Level
from mainstay.report.brief_page import (
    DASH,
    LONGEST_NAME,
    NOT_COVERED,
    Frames,
    Grid,
    Section,
    Week,
    cell_words,
    date_words,
    drop_lists,
    yoy_words,
)
from mainstay.report.office_words import LEVEL_WORDS, period_words
from mainstay.report.scoring_words import problem_words

MOST_KINDS = 5
_MOST_LISTS = 2
"""Told in the overview; the others stand in section 四 and in lists/."""
TARGET_WORDS = MappingProxyType(
    {
        "receipts": "入库明细",
        "refunds": "退库明细",
        "deferrals": "缓税明细",
        "enterprises": "企业名录",
        "outbound": "迁出清单",
        "signals": "变动信号",
        "leases": "租约台账",
        "alerts": "预警派单",
        "watch_list": "重点服务名单",
        "service_requests": "诉求台账",
        "visit_outcomes": "走访记录",
        "control_totals": "控制数",
        "aggregates": "汇总统计",
    }
)


def overview(week: Week, frames: Frames) -> Section:
    """一、本周概况: new files; entered and left; due and overdue; the full year; the year to date in both calibers."""
    sentences = (
        _files(week, frames["marts.week_files"]),
        _movements(week, drop_lists(frames["marts.list_movements"])),
        _dues(week, frames["marts.work_orders"]),
        full_year_words(week, frames["marts.forecast_scenarios"]),
    )
    return Section("一、本周概况", sentences, _year_to_date(week, frames["marts.park_indicators"]))


def _files(week: Week, files: pl.DataFrame) -> str:
    new = files.filter("is_new")
    until = f"税收数据截止{date_words(week.row['data_until'])}。"
    stale = "" if week.row["has_new_receipts"] else "无新增入库数据，榜单与评分沿用上期；"
    if new.is_empty():
        return f"{stale or '本周无新增文件；'}{until}"
    counts = new.group_by("target").agg(pl.len()).sort("len", "target", descending=[True, False])
    shown = counts.head(MOST_KINDS).iter_rows()
    kinds = "、".join(f"{TARGET_WORDS.get(target, target)}{number}个" for target, number in shown)
    others = "等" if counts.height > MOST_KINDS else ""
    rejected = int(new["rows_rejected"].sum())
    refused = f"，另有{rejected:,}行未通过校验、未入库" if rejected else ""
    first = "首期，载入" if week.is_first else "本周新增"
    rows = int(new["rows_loaded"].sum())
    return f"{stale}{first}文件{new.height}个（{kinds}{others}），{rows:,}行{refused}；{until}"


def _movements(week: Week, lists: pl.DataFrame) -> str:
    computed = lists.filter(pl.col("is_covered").fill_null(value=False))
    if computed.is_empty():
        return "本周无可计算的榜单。"
    parts = []
    for row in computed.head(_MOST_LISTS).iter_rows(named=True):
        known = row["entered"] is not None
        change = f"，新进{row['entered']}户、退出{row['left_list']}户" if known else ""
        parts.append(f"{cell_words(row['title'], LONGEST_NAME)}在榜{row['rows']}户{change}")
    first = "（首期，无上期可比）" if week.is_first else ""
    rest = f"等{computed.height}个榜单" if computed.height > _MOST_LISTS else ""
    return f"{'；'.join(parts)}{rest}{first}。"


def _dues(week: Week, orders: pl.DataFrame) -> str:
    opened = orders.filter("is_open")
    if orders.is_empty():
        return "本周无在办工单。"
    soon = opened.filter(pl.col("acts_by").is_between(week.as_of, week.as_of + timedelta(days=6)))
    fresh, late = opened.filter("is_new").height, opened.filter("is_overdue").height
    settled = orders.height - opened.height
    due = f"7日内到期{soon.height}件，超期{late}件"
    return f"在办工单{opened.height}件（本周新派{fresh}件），{due}；本周办结或退回{settled}件。"


def full_year_words(week: Week, forecast: pl.DataFrame) -> str:
    """The park's full year in three scenarios: which level, caliber and population, by data up to when."""
    level = week.row["level"] or "local"
    scenarios = {
        row["scenario"]: row
        for row in forecast.filter(pl.col("level") == level, pl.col("caliber") == "restored").iter_rows(named=True)
    }
    expected = scenarios.get("expected")
    if expected is None:
        return "全年预判：尚无完整月份，不作预判。"
    if expected["amount"] is None:
        reason = NOT_COVERED.get(str(expected["method"]).removeprefix("none: "), "数据不足")
        return f"全年预判：{reason}，不作预判。"
    low, middle, high = (week.money(scenarios[name]["amount"]) for name in ("pessimistic", "expected", "optimistic"))
    growth = "" if expected["yoy"] is None else f"（同比{yoy_words(expected['yoy'])}）"
    return (
        f"{expected['year']}年预判（{week.level}还原口径，80%区间）："
        f"悲观{low}、预期{middle}{growth}、乐观{high}{week.unit.label}。"
    )


def _year_to_date(week: Week, indicators: pl.DataFrame) -> Grid | None:
    """Local (or what stands in for it) and district revenue of the year to date, both calibers."""
    found = {
        (row["level"], row["caliber"]): row
        for row in indicators.filter(pl.col("indicator") == "revenue").iter_rows(named=True)
    }
    period = period_words(week.row["window_start"], week.row["window_end"])
    if period is None:
        return None
    levels: dict[Level, None] = dict.fromkeys([week.row["level"] or "local", "district"])
    rows = tuple(
        (
            f"{LEVEL_WORDS[level]}收入",
            *_figure(week, found.get((level, "natural"))),
            *_figure(week, found.get((level, "restored"))),
        )
        for level in levels
    )
    reason = NOT_COVERED.get(week.row["not_covered_reason"] or "")
    unit = week.unit.label
    calibers = [(f"{word}（{unit}）", "上年同期", "同比") for word in ("自然口径", "还原口径")]
    return Grid(
        (f"{period}：{reason}" if reason else period, *calibers[0], *calibers[1]), rows, figures=frozenset(range(1, 7))
    )


def _figure(week: Week, row: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return DASH, DASH, DASH
    return week.money(row["value"]), week.money(row["prior_value"]), yoy_words(row["yoy"])


def basis(week: Week, frames: Frames) -> Section:
    """七、数据截止日、口径与勾稽: how far the data reach, what the calibers are, how they tie to the bureau."""
    row, controls = week.row, frames["marts.control_differences"]
    month = row["last_closed"]
    closed = f"最近完整月份{month.year}年{month.month}月" if month else "无完整月份"
    reason = NOT_COVERED.get(row["not_covered_reason"] or "")
    window = f"；累计期间{reason}，不计同比" if reason else ""
    fallback = f"数据无地方级金额，以{week.level}代替；" if row["is_fallback"] else ""
    refunds = "还原口径=自然口径+留抵退税（两年均还原）"
    if not row["has_refunds"]:
        refunds = "未导入退库数据，还原口径等于自然口径"
    elif row["refund_months_missing"]:
        refunds = f"还原口径=自然口径+留抵退税，{row['refund_months_missing']}个月无退库文件，按无留抵退税计"
    unknown = frames["marts.park_monthly"].filter(pl.col("enterprises_unknown") > 0).height
    gaps = f"；{unknown}个月有企业缺本级金额，未计入分月图" if unknown else ""
    until = f"税收数据截止{date_words(row['data_until'])}，{closed}{window}。"
    who = _population_words(frames["marts.park_indicators"])
    how = f"{fallback}收入按入库统计，{who}；{refunds}{gaps}。“{DASH}”表示未知或不可比，不是零。"
    return Section(
        "七、数据截止日、口径与勾稽",
        (until + how + problem_words(frames["marts.score_bases"]) + _tie_words(controls, month),),
        _tie_grid(week, controls),
    )


def _population_words(indicators: pl.DataFrame) -> str:
    """Whose revenue the headline is: the register's firms, or every payer."""
    headline = indicators.filter(pl.col("indicator") == "revenue")
    if "as_registered" in headline["population"]:
        return "累计数含当月在园区名录内的企业，分月图与台账含全部入库主体"
    return "含全部入库主体"


def _latest(controls: pl.DataFrame) -> pl.DataFrame:
    """All levies together, of the newest month."""
    whole = controls.filter(pl.col("levy_item") == "ALL")
    return whole.filter(pl.col("month") == pl.col("month").max())


def _tie_words(controls: pl.DataFrame, closed: date | None) -> str:
    if controls.is_empty():
        return "勾稽：未提供控制数。"
    month = controls["month"].max()
    above = controls.filter("is_above_tolerance").height
    words = f"勾稽（自然口径，{period_words(month, month)}，与财政月报控制数）："  # type: ignore[arg-type]
    older = "最近完整月份未提供控制数；" if closed and month < closed else ""  # type: ignore[operator]
    return f"{words}{older}历月差额超出容差{above}项。"


def _tie_grid(week: Week, controls: pl.DataFrame) -> Grid | None:
    """One column a level: the bureau's total, ours, and the difference to the cent."""
    found = {row["level"]: row for row in _latest(controls).iter_rows(named=True)}
    if not found:
        return None
    levels = [level for level in LEVEL_WORDS if level in found]
    unit = week.unit.label
    return Grid(
        ("级次", *(LEVEL_WORDS[level] for level in levels)),
        (
            (f"控制数（{unit}）", *(week.money(found[level]["stated"]) for level in levels)),
            (f"本系统（{unit}）", *(week.money(found[level]["computed"]) for level in levels)),
            (
                "差额（元）",
                *(DASH if (cents := found[level]["difference"]) is None else f"{cents:,f}" for level in levels),
            ),
        ),
        figures=frozenset(range(1, len(levels) + 1)),
    )
