"""The words of the office for our codes (DOMAIN sections 5 and 8). Unknown stays blank, never 否."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import polars as pl

from mainstay.errors import ModelError
from mainstay.extracts.targets import Level

SIMULATED_MARK = "模拟数据"
FROZEN_MARK = "定榜"

LEVEL_WORDS: Mapping[Level, str] = MappingProxyType(
    {"total": "全口径", "central": "中央级", "local": "地方级", "city": "市级", "district": "区级"}
)

CALIBER_WORDS: Mapping[str, str] = MappingProxyType(
    {"natural": "自然口径", "restored": "还原口径", "deferral_adjusted": "还原留抵退税及缓税口径"}
)

GRADE_WORDS: Mapping[str, str] = MappingProxyType({"high": "高", "medium": "中", "low": "低"})

STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "to_dispatch": "待派单",
        "dispatched": "已派单",
        "visited": "已走访",
        "diagnosed": "已诊断",
        "no_action": "无需跟进",
        "tracking": "持续跟踪",
        "intends_to_move": "拟迁出",
        "awaiting_approval": "待审核",
        "closed": "已办结",
        "not_reached": "未联系上",
        "declined_by_firm": "企业婉拒",
        "returned_wrong": "退单",
        "cancelled": "已撤单",
    }
)

# The leaders' list reads 重点服务: the files are passed on to stewards, who see that word only (DOMAIN, 8).
SOURCE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "drop_list": "榜单",
        "risk": "减收关注",
        "relocation": "迁出关注",
        "hidden_outflow": "税收与经营核对",
        "dispatched_alert": "预警派单",
        "watch_list": "重点服务",
        "regular_visit": "定期走访",
        "service_request": "企业诉求",
        "hotline": "热线",
        "service_steward": "服务管家",
    }
)

# The visitor's view of the full year, beside the system's forecast and the firm's own estimate.
JUDGEMENT_WORDS: Mapping[str, str] = MappingProxyType({"above": "高于", "level": "持平", "below": "低于"})

FLAG_WORDS = MappingProxyType({True: "是", False: "否"})


def worded(frame: pl.DataFrame, name: str, words: Mapping[str, str | None]) -> pl.Series:
    """A column of codes in the office's words; null stays blank.

    Raises:
        ModelError: A code has no Chinese word.
    """
    strange = sorted(set(frame[name].drop_nulls()) - set(words))
    if strange:
        raise ModelError("a code has no Chinese word", where=name, count=len(strange), example=strange[0])
    return frame[name].cast(pl.String).replace_strict(dict(words), default=None, return_dtype=pl.String)


def period_words(start: date | None, end: date | None) -> str | None:
    """Word a window of whole months.

    Args:
        start: First day of the window's first month.
        end: First day of the window's last month, inclusive.

    Returns:
        2022年5月 for one month; 2022年1-10月(累计) for a window from January; 2022年4-6月 and
        2021年11月-2022年2月 for windows that begin elsewhere, as 累计 means "since January"; None
        without a window.
    """
    if start is None or end is None:
        return None
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.year}年{start.month}月"
    if start.year != end.year:
        return f"{start.year}年{start.month}月-{end.year}年{end.month}月"
    cumulative = "(累计)" if start.month == 1 else ""
    return f"{start.year}年{start.month}-{end.month}月{cumulative}"
