"""Invented names, and the industries of a science park (GB/T 4754)."""

from random import Random
from typing import NamedTuple

SIMULATED = "（模拟）"
"""Every simulated name ends in it: nobody shall take one for a real firm."""


class Industry(NamedTuple):
    """An industry: division in words, four-digit code, word in firms' names, odds, high-precision odds."""

    division: str
    code: str
    trade: str
    weight: int
    high_precision: float


INDUSTRIES = (
    Industry("信息传输、软件和信息技术服务业", "6513", "软件", 18, 0.6),
    Industry("信息传输、软件和信息技术服务业", "6550", "数据", 10, 0.6),
    Industry("科学研究和技术服务业", "7340", "医药科技", 10, 0.5),
    Industry("科学研究和技术服务业", "7320", "技术", 14, 0.3),
    Industry("制造业", "3919", "电子", 8, 0.7),
    Industry("制造业", "4014", "仪器", 6, 0.7),
    Industry("制造业", "2710", "制药", 3, 0.7),
    Industry("批发和零售业", "5179", "商贸", 14, 0.0),
    Industry("租赁和商务服务业", "7249", "咨询", 9, 0.0),
    Industry("建筑业", "4890", "工程", 5, 0.0),
    Industry("房地产业", "7020", "物业", 3, 0.0),
)
ZONES = ("云岭街道", "清溪街道", "石桥镇", "北原镇")
INCUBATORS = ("人工智能孵化器", "医药中试基地", "创客工场", "")
AUTHORITIES = ("模拟区税务局第一税务所", "模拟区税务局第二税务所", "模拟区税务局重点税源科")
DISTRICT_AUTHORITY_WORDS = ("模拟区税务局",)
"""What only the names of the district's own tax authorities contain; a simulated workspace states them."""
DESTINATIONS = (
    ("北京市海淀区", 4),
    ("北京市昌平区", 3),
    ("北京市朝阳区", 3),
    ("河北省廊坊市", 2),
    ("天津市武清区", 2),
    ("上海市浦东新区", 1),
)
"""Where movers go, with odds; most stay in the city, which then loses nothing (DOMAIN section 3)."""

_FIRST = "云启瑞恒智星华远博睿凌方卓正同景新安立天"
_SECOND = "川岳泽宸舟林图维合辰宇声石禾原木光海帆晖"
_THIRD = ("", "创", "达", "通", "盛", "联", "信", "元", "成", "和")


def firm_name(number: int, trade: str) -> str:
    """Return an invented company name; different numbers give different names."""
    rest, first = divmod(number, len(_FIRST))
    rest, second = divmod(rest, len(_SECOND))
    series, third = divmod(rest, len(_THIRD))
    numbered = f"第{series + 1}" if series else ""
    return f"{_FIRST[first]}{_SECOND[second]}{_THIRD[third]}{numbered}{trade}有限公司{SIMULATED}"


def draw_industry(rng: Random) -> Industry:
    """Draw an industry by its odds."""
    return rng.choices(INDUSTRIES, weights=[industry.weight for industry in INDUSTRIES])[0]
