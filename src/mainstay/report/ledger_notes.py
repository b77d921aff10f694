"""The notes sheet of the enterprise ledger: what its figures mean, how far they reach, and how it is sorted."""

from collections.abc import Mapping
from typing import Any

from mainstay.report.notes import NO_REFUNDS, NO_WINDOW
from mainstay.report.office_words import LEVEL_WORDS, period_words

_ALWAYS_BEFORE = (
    "本表一户一行：园区名录内（含曾在名录内）的企业，以及近24个月有入库或退库记录的企业，不作抽样；各列合计与园区收入指标一致。",
    "自然人及个体按规定汇总为一行，列在最后，不列户名和证件号。",
    "排序：按本期{level}收入_自然口径由大到小，未知的在后，同额按企业编号；可用筛选按钮另行排序。",
)
_ALWAYS_AFTER = (
    "自然口径为实际净入库数（入库减退库）；还原口径为本期和上年同期均加回同级留抵退税后的数。增减额为本期减上年同期。",
    "收入按入库月份统计，合同注明按税款所属期统计的除外。全口径为中央级与地方级之和，地方级为市级与区级之和。",
    "各级金额以数据自带为准，只由上下级金额加减得出，不按比例推算；数据未给的级次留空。",
    "空白表示未知、未评估或无同比，不是零；统计期间数据不全的整列留空。期间内数据齐全而没有记录的，记为0.00。",
    "上年同期为零或负数时无同比。",
    "全年预计为系统预判：已关账月份照实，其余月份按企业水平和月度分布推算，未来留抵退税除已知事项外按零计；上下限为80%区间，区间不可加总。",
    "合计行用公式汇总筛选后的各行，同比由合计数计算；单元格保留到分，只按显示位数舍入。合计不含未知的企业。",
    "其他税费为上列税种以外计入园区收入的各税费；房产税与城镇土地使用税合为一栏。未分税种仅在数据没有征收项目时列出。",
    "入园日期、出园日期取自园区名录；离园日期为迁出清单所载或名录届满之日，已返回的不列。是否规上仅取自企业自报。",
    "关注等级为系统初判，须经走访核实，由人决定；空白为未评估。",
)


def ledger_notes(week: Mapping[str, Any], scoring_note: str) -> tuple[str, ...]:
    """The notes of one week's ledger, a paragraph each.

    Args:
        week: A row of `marts.weeks`.
        scoring_note: What stands behind the grades; blank leaves it out.

    Returns:
        Definitions, and the reservations that hold in this week.
    """
    level = LEVEL_WORDS[week["level"] or "local"]
    notes = [note.format(level=level) for note in _ALWAYS_BEFORE]
    notes += _reach(week)
    if week["is_fallback"]:
        notes.append(f"本数据无地方级金额，分税种、分月和排序均用{level}。")
    else:
        notes.append(f"分税种和分月为{level}收入_自然口径。")
    if reason := NO_WINDOW.get(week["not_covered_reason"] or ""):
        notes.append(f"{reason}；各级次和分税种的累计数留空，分月只列数据齐全的月份。")
    if not week["has_refunds"]:
        notes.append(f"{NO_REFUNDS}。")
    elif week["refund_months_missing"]:
        notes.append(f"统计期间有{week['refund_months_missing']}个月未导入退库数据，按无退库处理。")
    return (*notes, *_ALWAYS_AFTER, *([scoring_note] if scoring_note else []))


def _reach(week: Mapping[str, Any]) -> list[str]:
    if week["last_closed"] is None:
        return ["尚无完整入库月份，各列收入留空。"]
    start, end, closed = week["window_start"], week["window_end"], week["last_closed"]
    prior = period_words(start.replace(year=start.year - 1), end.replace(year=end.year - 1))
    return [
        f"统计日：{week['as_of_date']:%Y-%m-%d}；数据截止日：{week['data_until']:%Y-%m-%d}。",
        f"本期为{period_words(start, end)}，上年同期为{prior}；分月为截至{closed.year}年{closed.month}月的24个月。",
    ]
