"""Totals of the above-scale high-tech firms (汇总统计), as the statistics office publishes them; never one firm's.

The figures of 2022 are those that DOMAIN section 0 quotes, scaled to the park; the other years follow by its growth.
"""

from datetime import date
from typing import NamedTuple

from mainstay.simulate.accounting import PlantedFile
from mainstay.simulate.marking import MARK, heading
from mainstay.simulate.table import Cents, Row, Table

_PUBLISHED_YEAR, _PUBLISHED_MONTHS, _FIRMS = 2022, 11, 3500


class Indicator(NamedTuple):
    """An indicator: January to November 2022, growth in a year, and whether it adds up in the course of a year."""

    name: str
    unit: str
    value: float
    growth: float
    adds_up: bool


INDICATORS = (
    Indicator("规模以上高新技术企业总收入", "亿元", 478.15, 0.071, adds_up=True),
    Indicator("规模以上高新技术企业从业人员", "人", 12_791, 0.02, adds_up=False),
    Indicator("专利申请量", "件", 452, 0.626, adds_up=True),
    Indicator("发明专利申请量", "件", 278, 1.298, adds_up=True),
    Indicator("专利授权量", "件", 288, 0.565, adds_up=True),
)
"""Two growth rates are assumptions: staff, of which none is published, and grants, whose last digit is unreadable."""


def aggregates_table(enterprises: int, month: date, file: str) -> tuple[Table, PlantedFile]:
    """Return every indicator from January to the month, beside the same window of the year before."""
    rows: list[Row] = [
        (
            indicator.name,
            f"{month:%Y-%m}",
            _value(indicator, enterprises, month.year, month.month),
            _value(indicator, enterprises, month.year - 1, month.month),
            indicator.unit,
            f"统计部门汇总{MARK}",
        )
        for indicator in INDICATORS
    ]
    header = ("指标名称", "截至月份", "本期累计", "上年同期", "计量单位", "数据来源")
    table = Table(heading("汇总统计", month), header, rows)
    loaded = {name: sum(_hundredths(row[place]) for row in rows) for name, place in (("value", 2), ("prior", 3))}
    return table, PlantedFile.faultless(file, "aggregates", month, table, loaded)


def _value(indicator: Indicator, enterprises: int, year: int, months: int) -> Cents:
    """Hundredths of the unit; people and patents are whole."""
    value = indicator.value * (1 + indicator.growth) ** (year - _PUBLISHED_YEAR) * enterprises / _FIRMS
    if indicator.adds_up:
        value *= months / _PUBLISHED_MONTHS
    return Cents(round(value * 100) if indicator.unit == "亿元" else round(value) * 100)


def _hundredths(cell: object) -> int:
    return cell if isinstance(cell, Cents) else 0
