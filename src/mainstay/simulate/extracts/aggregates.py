"""Totals of the above-scale high-tech firms (汇总统计), as the statistics office publishes them; never one firm's.

January to November 2022 and the same of 2021 are those that DOMAIN section 0 quotes or implies; months are shares of
these, other years follow by their growth. Output per km2 and per worker follow from income, area and staff.
"""

from datetime import date
from typing import NamedTuple

from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import MARK, Cents, Columns
from mainstay.simulate.money.published import PUBLISHED_FIRMS

_PUBLISHED_YEAR, _PUBLISHED_MONTHS = 2022, 11


class Indicator(NamedTuple):
    """An indicator: January to November 2022 and 2021, and whether it adds up in the course of a year."""

    name: str
    unit: str
    value: float
    prior: float
    adds_up: bool


INDICATORS = (
    Indicator("规模以上高新技术企业总收入", "亿元", 478.15, 446.45, adds_up=True),
    Indicator("规模以上高新技术企业从业人员", "人", 12_791, 13_632, adds_up=False),
    Indicator("专利申请量", "件", 452, 278, adds_up=True),
    Indicator("发明专利申请量", "件", 278, 121, adds_up=True),
    Indicator("专利授权量", "件", 288, 184, adds_up=True),
    Indicator("园区占地面积", "公顷", 189.00, 209.12, adds_up=False),
)
"""The figures of 2021 are derived: income from +7.1%, patents from +62.6%, +129.8% and +56.5% (whose last digit is
unreadable), staff from output per worker +14.14%, area from output per km2 +18.5%."""
_IN_HUNDREDTHS = frozenset({"亿元", "公顷"})


def aggregates_table(enterprises: int, month: date) -> Export:
    """Return every indicator from January to the month, beside the same window of the year before."""
    columns: Columns[Indicator] = {
        "指标名称": lambda indicator: indicator.name,
        "截至月份": lambda _: f"{month:%Y-%m}",
        "本期累计": lambda indicator: _value(indicator, enterprises, month.year, month.month),
        "上年同期": lambda indicator: _value(indicator, enterprises, month.year - 1, month.month),
        "计量单位": lambda indicator: indicator.unit,
        "数据来源": lambda _: f"统计部门汇总{MARK}",
    }
    loaded = {"value": "本期累计", "prior": "上年同期"}
    return Extract("汇总统计", "aggregates", loaded=loaded).of_month(month, columns, INDICATORS)


def _value(indicator: Indicator, enterprises: int, year: int, months: int) -> Cents:
    """Hundredths of the unit; people and patents are whole."""
    value = indicator.value * (indicator.value / indicator.prior) ** (year - _PUBLISHED_YEAR)
    value *= max(enterprises, PUBLISHED_FIRMS) / PUBLISHED_FIRMS
    if indicator.adds_up:
        value *= months / _PUBLISHED_MONTHS
    return Cents(round(value * 100) if indicator.unit in _IN_HUNDREDTHS else round(value) * 100)
