"""`brief.html`: the weekly brief 《财源稳存量工作周报》, one page that needs nothing but itself (DOMAIN section 5)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import jinja2

from mainstay.report import brief_figures, brief_sections
from mainstay.report.brief_page import Frames, Section, Week, row_of_week
from mainstay.report.charts import funnel_chart, revenue_chart
from mainstay.report.office_words import SIMULATED_MARK
from mainstay.report.units import DisplayUnit

FILE_NAME = "brief.html"
TITLE = "财源稳存量工作周报"
TEMPLATE = "brief.html.j2"

RELATIONS: tuple[str, ...] = (
    "marts.weeks",
    "marts.week_files",
    "marts.park_indicators",
    "marts.park_monthly",
    "marts.forecast_scenarios",
    "marts.list_movements",
    "marts.drop_list_inquiries",
    "marts.causes",
    "marts.work_orders",
    "marts.outbound_register",
    "marts.outbound_funnel",
    "marts.alert_replies",
    "marts.coordination_matters",
    "marts.control_differences",
    "marts.score_bases",
)
"""What the brief is made of."""

SECTIONS: tuple[Callable[[Week, Frames], Section], ...] = (
    brief_figures.overview,
    brief_sections.outbound,
    brief_sections.retention,
    brief_sections.inquiries,
    brief_sections.alerts,
    brief_sections.coordination,
    brief_figures.basis,
)
"""The sections, from 一 to 七."""


def brief_html(frames: Frames, *, as_of: date, unit: DisplayUnit, simulated: bool, office: str = "") -> str:
    """Return the brief of one as-of date as a page; the same frames give the same text.

    Args:
        frames: `RELATIONS` by name, all of one as-of date; amounts in yuan.
        as_of: The week's date.
        unit: The display unit of money.
        simulated: Whether 模拟数据 stands in the head and across every page.
        office: Whose brief it is, the workspace's title; blank leaves it out.

    Raises:
        ModelError: `marts.weeks` has not exactly the as-of date's row.
    """
    week = Week(as_of, row_of_week(frames, as_of), unit)
    revenue, funnel = revenue_chart(frames["marts.park_monthly"], unit), funnel_chart(frames["marts.outbound_funnel"])
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    page = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return page.get_template(TEMPLATE).render(
        week=week,
        office=office,
        mark=SIMULATED_MARK if simulated else "",
        sections=[section(week, frames) for section in SECTIONS],
        revenue=revenue,
        funnel=funnel,
    )
