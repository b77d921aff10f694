"""Which places are in the city: a move within it costs the district, not the city (DOMAIN section 3)."""

CITY = "北京"
# 2026-11: the sixteen districts, and the development area that has its own tax office. A place that says no city is
# one of them if it begins with their name; 朝阳区 or 通州区 after another city's name is not.
_DISTRICTS = (
    "东城",
    "西城",
    "朝阳",
    "丰台",
    "石景山",
    "海淀",
    "门头沟",
    "房山",
    "通州",
    "顺义",
    "昌平",
    "大兴",
    "怀柔",
    "平谷",
    "密云",
    "延庆",
    "经济技术开发区",
    "亦庄",
)


def in_city(place: str) -> bool:
    """Tell whether a destination, or the name of a tax authority, is in the city."""
    return CITY in place or place.strip().startswith(_DISTRICTS)
