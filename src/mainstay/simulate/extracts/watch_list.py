"""The firms that are looked after first (重点服务名单): the largest, and some with a project; complete every time."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from mainstay.months import last_day
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm

_LARGEST = 1 / 150
_WITH_PROJECT = 1 / 300
_LEAST = 2
_BY_SIZE = "财源贡献"
_MATTERS = ("重点项目落地", "扩产用地", "上市培育")

WatchList = list[tuple[Firm, date, str]]
"""Firm, the day from which it is listed, and the matter."""


def draw_watch_list(rng: Random, firms: Sequence[Firm], months: Sequence[date]) -> WatchList:
    """Draw the list: the largest from the start, firms with a project in the course of the simulation."""
    by_size = sorted(firms, key=lambda firm: -firm.usual(months[-1]))
    largest = by_size[: max(_LEAST, round(len(firms) * _LARGEST))]
    first, days = months[0], (last_day(months[-1]) - months[0]).days
    listed = [(firm, max(first, firm.in_from), _BY_SIZE) for firm in largest]
    others = by_size[len(largest) :]
    for firm in rng.sample(others, min(len(others), max(_LEAST, round(len(firms) * _WITH_PROJECT)))):
        day = max(firm.in_from, first + timedelta(days=rng.randrange(days)))
        listed.append((firm, day, rng.choice(_MATTERS)))
    return listed


def watch_list_table(listed: WatchList, month: date) -> Export:
    """Return the list at the end of the month, without firms that are gone; a project is followed for a year."""
    end = last_day(month)
    columns: Columns[tuple[Firm, date, str]] = {
        "统一社会信用代码": lambda entry: entry[0].uscc,
        "企业名称": lambda entry: entry[0].name,
        "列入日期": lambda entry: entry[1],
        "关注事项": lambda entry: entry[2],
        "提出单位": lambda _: "区财源建设专班",
        "关注截止": lambda entry: "" if entry[2] == _BY_SIZE else entry[1] + timedelta(days=365),
    }
    shown = [(firm, day, matter) for firm, day, matter in listed if day <= end and firm.plot.left_on(end) is None]
    return Extract("重点服务企业名单", "watch_list").of_month(month, columns, shown)
