"""Sections 二 to 六 of the weekly brief: the firms that left, may leave or dropped, and what they need (DOMAIN, 5)."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.report.alert_replies import ALERTS_ASK_FOR
from mainstay.report.brief_page import (
    DASH,
    LONGEST_NAME,
    MOST_NAMES,
    NOT_COVERED,
    Frames,
    Section,
    Week,
    cell_words,
    count_words,
    day_words,
    drop_lists,
    first_rows,
    names_words,
)
from mainstay.report.cause_texts import composition
from mainstay.report.office_words import CALIBER_WORDS, FROZEN_MARK, LEVEL_WORDS, STATUS_WORDS, period_words
from mainstay.report.outbound import NEXT_STEP_WORDS, OUTBOUND_STATE_WORDS

MATTER_SOURCES = MappingProxyType({"outbound": "迁出对接", "visit": "走访", "service_request": "企业诉求"})


def outbound(week: Week, frames: Frames) -> Section:
    """二、迁出企业对接: n of N, where they went, what came of it, who has not been contacted."""
    title = "二、迁出企业对接"
    scope = frames["marts.outbound_register"].filter("in_scope")
    if scope.is_empty():
        return Section(title, ("近12个月迁出登记中无迁出企业。",))
    reached = scope.filter(pl.col("contacts") > 0)
    left_city, within = scope.filter("leaves_city").height, scope.filter(~pl.col("leaves_city")).height
    unknown = scope.height - left_city - within
    where = f"迁往市外{left_city}户、市内{within}户（市内迁移只影响区级收入，单列）" + (
        f"、去向未明{unknown}户" if unknown else ""
    )
    district = scope["district_before"].drop_nulls()
    stake = (
        f"迁出前12个月区级收入（自然口径）合计{week.money(sum(district, Decimal(0)))}{week.unit.label}"
        if len(district)
        else "迁出前12个月区级收入（自然口径）均数据不足"
    )
    short = scope.height - len(district)
    covered = f"（{short}户数据不足，未计入）" if short and len(district) else ""
    ended = {
        state: scope.filter(pl.col("state") == state).height
        for state in ("return_mobilising", "returned", "confirmed_lost")
    }
    outcome = "、".join(f"{OUTBOUND_STATE_WORDS[state]}{number}户" for state, number in ended.items())
    first = (
        f"近12个月迁出{scope.height}户，已对接{reached.height}户，对接进度{reached.height}/{scope.height}；{where}。"
    )
    return Section(title, (f"{first}{stake}{covered}；其中{outcome}。{_not_contacted(week, scope)}",))


def _not_contacted(week: Week, scope: pl.DataFrame) -> str:
    waiting = scope.filter(pl.col("contacts") == 0).sort(
        "district_before", "case_id", descending=[True, False], nulls_last=True
    )
    if waiting.is_empty():
        return "已全部对接。"
    rest = f"，另有{waiting.height - MOST_NAMES}户见 lists/outbound.csv" if waiting.height > MOST_NAMES else ""
    shown = []
    for row in waiting.head(MOST_NAMES).iter_rows(named=True):
        amount = row["district_before"]
        shown.append(
            cell_words(row["name"], LONGEST_NAME)
            + (f"（{week.money(amount)}{week.unit.label}）" if amount is not None else "")
        )
    ranked = "，迁出前区级收入居前" if waiting["district_before"].count() else ""
    return f"尚未对接{waiting.height}户{ranked}：{'、'.join(shown)}{rest}。"


def retention(week: Week, frames: Frames) -> Section:
    """三、拟迁出挽留: firms that want to leave, and those whose stay was settled this week."""
    register = frames["marts.outbound_register"]
    staying = register.filter(pl.col("state").is_in(["intends_to_move", "retaining"]))
    ended = register.filter(
        pl.col("state").is_in(["retained", "false_alarm"]), pl.col("state").ne_missing(pl.col("state_before"))
    )
    settled = [] if week.is_first else list(ended.iter_rows(named=True))
    rows = [*staying.sort("due_on", "state_since", "case_id", nulls_last=True).iter_rows(named=True), *settled]
    title = "三、拟迁出挽留"
    if not rows:
        return Section(title, ("本周无拟迁出或挽留中的企业。",))
    asking = staying.filter(pl.col("state") == "intends_to_move").height
    since = "（首期，无上期可比）" if week.is_first else f"；本周新增已留住或误报{len(settled)}户（不计入迁出）"
    sentence = f"拟迁出{asking}户、挽留中{staying.height - asking}户{since}。"
    cells = [
        (
            cell_words(row["name"]),
            OUTBOUND_STATE_WORDS[row["state"]],
            day_words(row["state_since"]),
            day_words(row["last_contact_on"]),
            cell_words(row["request"]),
            NEXT_STEP_WORDS.get(row["next_step"] or "", DASH),
            day_words(row["due_on"]),
        )
        for row in rows
    ]
    headings = ("企业名称", "状态", "状态起始", "最近对接", "企业诉求", "下一步", "办理时限")
    return Section(
        title,
        (sentence,),
        first_rows(headings, cells, "户见迁出登记表（marts.outbound_register）", wide=4, names=0),
    )


def inquiries(week: Week, frames: Frames) -> Section:
    """四、榜单原因调查: how far each list's inquiry is (n/25, n/50), who came in, what was found, what data show."""
    title = "四、榜单原因调查"
    every_list = frames["marts.list_movements"]
    lists = drop_lists(every_list)
    if lists.is_empty():
        return Section(title, (f"本周无榜单。{_empty_firm_lists(every_list)}",))
    cells, made_of = [], composition(week, frames["marts.causes"])
    for row in lists.iter_rows(named=True):
        covered = bool(row["is_covered"])
        period = period_words(row["window_start"], row["window_end"]) or DASH
        reason = NOT_COVERED.get(row["not_covered_reason"] or "", "")
        caliber = row["caliber"] or "natural"
        measure = LEVEL_WORDS[row["level"]] + ("" if caliber == "natural" else f"·{CALIBER_WORDS[caliber]}")
        counts = [_moved_words(row), f"{row['inquired']}/{row['rows']}", count_words(row["policy_drops"])]
        when = period if covered else f"{period}：{reason}"
        made = made_of.get(row["list_name"], DASH)
        cells.append((_list_title(row), when, measure, *(counts if covered else [DASH] * 3), made))
    split = f"原因构成（{week.unit.label}，初判）"
    headings = ("榜单（自然口径）", "统计期间", "级次", "在榜（新进/退出）", "已查清", "政策性", split)
    grid = first_rows(headings, cells, "个榜单见 lists/", figures={3, 4, 5}, names=0, wide=6)
    return Section(
        title,
        (
            _found(week, frames["marts.drop_list_inquiries"])
            + _list_changes(lists)
            + _unranked(lists)
            + _empty_firm_lists(every_list),
        ),
        grid,
    )


def _moved_words(row: Mapping[str, Any]) -> str:
    """How many are on the list and, where the week before can be compared, how many came in and went out."""
    moved = "" if row["entered"] is None else f"（{row['entered']}/{row['left_list']}）"
    return f"{row['rows']}{moved}"


def _list_title(row: Mapping[str, Any]) -> str:
    """The list's title, and since when its places are fixed."""
    day = row["frozen_on"] if row["is_frozen"] else None
    frozen = f"（{day.month}月{day.day}日{FROZEN_MARK}）" if day else ""
    return cell_words(row["title"], LONGEST_NAME) + frozen


def _list_changes(lists: pl.DataFrame) -> str:
    """What was corrected on frozen lists, and which lists are not to be compared with the week before."""
    corrected, no_drops = (int(lists[name].fill_null(0).sum()) for name in ("corrected", "no_longer_drops"))
    gone = f"，其中{no_drops}户已不减收" if no_drops else ""
    notes = f"定榜后数据更正{corrected}户{gone}，见 lists/。" if corrected or no_drops else ""
    redefined = lists.filter("is_redefined")["title"].to_list()
    return notes + (f"榜单口径或统计年度有调整，与上期不可比：{names_words(redefined)}。" if redefined else "")


def _empty_firm_lists(lists: pl.DataFrame) -> str:
    """Which lists of firms have nobody on them, and why: without rows their files cannot say it."""
    empty = lists.filter(pl.col("kind") == "firms", pl.col("rows") == 0, pl.col("not_covered_reason").is_not_null())
    parts = [
        f"{cell_words(row['title'], LONGEST_NAME)}（{NOT_COVERED.get(row['not_covered_reason'], '数据不足')}）"
        for row in empty.head(MOST_NAMES).iter_rows(named=True)
    ]
    return f"未能生成：{'、'.join(parts)}。" if parts else ""


def _unranked(lists: pl.DataFrame) -> str:
    """How many firms have no place because their figures are unknown, list by list."""
    short = lists.filter(pl.col("unranked") > 0)
    parts = [f"{cell_words(row['title'], LONGEST_NAME)}：{row['unranked']}户" for row in short.iter_rows(named=True)]
    more = f"；另有{len(parts) - MOST_NAMES}个榜单" if len(parts) > MOST_NAMES else ""
    return f"{'；'.join(parts[:MOST_NAMES])}{more}数据不足未参与排名。" if parts else ""


def _found(week: Week, members: pl.DataFrame) -> str:
    once = members.unique("enterprise_id", keep="first", maintain_order=True)
    fresh = once.filter("entered")["name"].to_list() if not week.is_first else []
    entered = f"本周新进榜：{names_words(fresh)}。" if fresh else ("" if week.is_first else "本周无企业新进榜。")
    told = [
        row for row in once.iter_rows(named=True) if row["cause_confirmed"] and week.since_before(row["cause_known_on"])
    ]
    found = "；".join(
        f"{cell_words(row['name'], LONGEST_NAME)}（{cell_words(row['cause_confirmed'], 28)}）" for row in told[:2]
    )
    rest = f"等{len(told)}户，见 lists/" if len(told) > 2 else ""  # noqa: PLR2004 - two fit on one line
    return entered + (f"本周查清：{found}{rest}。" if told else "本周无新查清的原因。")


def alerts(week: Week, frames: Frames) -> Section:
    """五、预警派单办理: this year's alerts, older ones that still ask for an answer, and those to answer first."""
    title, replies = "五、预警派单办理", frames["marts.alert_replies"]
    if replies.is_empty():
        delivered = "alerts" in frames["marts.week_files"]["target"]
        return Section(title, ("本周无预警派单。" if delivered else "未导入预警派单数据。",))
    asking = ~pl.col("replied") & (pl.coalesce("due_on", "dispatched_on") >= week.as_of - ALERTS_ASK_FOR)
    year = replies.filter((pl.col("dispatched_on").dt.year() == week.as_of.year) | asking)
    waiting = year.filter(~pl.col("replied"))
    fresh = sum(week.since_before(day) for day in year["known_on"].to_list())
    new = "" if week.is_first else f"，本周新收{fresh}件"
    sentence = (
        f"本年预警派单{year.height}件（含往年未反馈）{new}："
        f"可反馈{year.height - waiting.height}件，待核实{waiting.height}件"
        f"（7日内到期{waiting.filter('is_due').height}件，逾期{waiting.filter('is_overdue').height}件）。"
        f"{_verdicts(year)}"
    )
    cells = [
        (
            cell_words(row["name"]),
            cell_words(row["alert_type"]),
            day_words(row["dispatched_on"]),
            day_words(row["due_on"]) + ("（逾期）" if row["is_overdue"] else ""),
            STATUS_WORDS.get(row["status"] or "", "未派工单"),
        )
        for row in waiting.sort(
            "is_due", "due_on", "alert_no", descending=[True, True, False], nulls_last=True
        ).iter_rows(named=True)
    ]
    headings = ("企业名称", "预警类型", "派单日期", "反馈时限", "工单状态")
    grid = first_rows(headings, cells, "件见 work_orders.csv（来源：预警派单）", wide=1, names=0)
    return Section(title, (sentence,), grid if cells else None)


def _verdicts(alerts_of_year: pl.DataFrame) -> str:
    """How the answers came, and how many alerts were right."""
    late = alerts_of_year.filter(pl.col("timeliness") == "late").height
    right, wrong = (alerts_of_year.filter(pl.col("verdict") == verdict).height for verdict in ("true", "false"))
    parts = [f"逾期反馈{late}件"] if late else []
    if right or wrong:
        parts.append(f"已判明属实{right}件、误报{wrong}件")
    return f"{'；'.join(parts)}。" if parts else ""


def coordination(week: Week, frames: Frames) -> Section:
    """六、需区级协调事项: matter, department, deadline."""
    title, matters = "六、需区级协调事项", frames["marts.coordination_matters"]
    if matters.is_empty():
        return Section(title, ("本周无需区级协调的事项。",))
    late = matters.filter("is_overdue").height
    undated = matters["due_on"].null_count()
    sentence = f"共{matters.height}项，超期{late}项" + (f"，未定时限{undated}项" if undated else "") + "。"
    cells = [
        (
            cell_words(row["matter"]),
            cell_words(row["name"]),
            cell_words(row["department"]),
            day_words(row["due_on"]) + ("（超期）" if row["due_on"] and row["due_on"] < week.as_of else ""),
            MATTER_SOURCES.get(row["source"], DASH),
        )
        for row in matters.sort("matter_no").iter_rows(named=True)
    ]
    headings = ("事项", "企业名称", "部门", "时限", "来源")
    return Section(title, (sentence,), first_rows(headings, cells, "项见 marts.coordination_matters", wide=0, names=1))
