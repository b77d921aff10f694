"""`brief.html`: the weekly brief 《财源稳存量工作周报》, one page that needs nothing but itself (DOMAIN section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import jinja2
import polars as pl

from mainstay.errors import ModelError
from mainstay.report import brief_figures, brief_sections
from mainstay.report.brief_page import Section, Week
from mainstay.report.charts import funnel_chart, revenue_chart
from mainstay.report.files import replace_file
from mainstay.report.office_words import SIMULATED_MARK
from mainstay.report.units import DisplayUnit

FILE_NAME = "brief.html"
TITLE = "财源稳存量工作周报"
TEMPLATE = "brief.html.j2"

RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "weeks": "marts.weeks",
        "files": "marts.week_files",
        "indicators": "marts.park_indicators",
        "monthly": "marts.park_monthly",
        "forecast": "marts.forecast_scenarios",
        "lists": "marts.list_movements",
        "inquiries": "marts.drop_list_inquiries",
        "causes": "marts.causes",
        "orders": "marts.work_orders",
        "register": "marts.outbound_register",
        "funnel": "marts.outbound_funnel",
        "alerts": "marts.alert_replies",
        "matters": "marts.coordination_matters",
        "controls": "marts.control_differences",
        "bases": "marts.score_bases",
    }
)
"""Field of `BriefFrames` -> the relation that fills it."""


@dataclass(frozen=True)
class BriefFrames:
    """What the brief is made of: one frame a relation of `RELATIONS`, all of one as-of date."""

    weeks: pl.DataFrame
    files: pl.DataFrame
    indicators: pl.DataFrame
    monthly: pl.DataFrame
    forecast: pl.DataFrame
    lists: pl.DataFrame
    inquiries: pl.DataFrame
    causes: pl.DataFrame
    orders: pl.DataFrame
    register: pl.DataFrame
    funnel: pl.DataFrame
    alerts: pl.DataFrame
    matters: pl.DataFrame
    controls: pl.DataFrame
    bases: pl.DataFrame


def write_brief(
    folder: Path, frames: BriefFrames, *, as_of: date, unit: DisplayUnit, simulated: bool, office: str = ""
) -> Path:
    """Write the brief of one as-of date; the same frames give the same bytes.

    Args:
        folder: `out/<as_of>/`.
        frames: What it is made of; amounts in yuan.
        as_of: The week's date.
        unit: The display unit of money.
        simulated: Whether 模拟数据 stands in the head and across every page.
        office: Whose brief it is, the workspace's title; blank leaves it out.

    Returns:
        The path written.

    Raises:
        ModelError: `frames.weeks` has not exactly the as-of date's row.
    """
    path = folder / FILE_NAME
    replace_file(path, brief_html(frames, as_of=as_of, unit=unit, simulated=simulated, office=office).encode())
    return path


def brief_html(frames: BriefFrames, *, as_of: date, unit: DisplayUnit, simulated: bool, office: str = "") -> str:
    """Return the page itself; arguments and errors as `write_brief`."""
    rows = frames.weeks.filter(pl.col("as_of_date") == as_of).to_dicts()
    if len(rows) != 1:
        raise ModelError("the brief needs one row of its week", where=RELATIONS["weeks"], count=len(rows))
    week = Week(as_of, rows[0], unit)
    revenue, funnel = revenue_chart(frames.monthly, unit), funnel_chart(frames.funnel)
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    page = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return page.get_template(TEMPLATE).render(
        week=week,
        office=office,
        mark=SIMULATED_MARK if simulated else "",
        sections=_sections(week, frames),
        revenue=revenue,
        funnel=funnel,
    )


def _sections(week: Week, frames: BriefFrames) -> tuple[Section, ...]:
    drop_lists = brief_sections.drop_lists(frames.lists)
    return (
        brief_figures.overview(
            week, frames.files, drop_lists, frames.orders, frames.indicators, forecast=frames.forecast
        ),
        brief_sections.outbound(week, frames.register),
        brief_sections.retention(week, frames.register),
        brief_sections.inquiries(week, frames.lists, frames.inquiries, frames.causes),
        brief_sections.alerts(week, frames.alerts, frames.files),
        brief_sections.coordination(week, frames.matters),
        brief_figures.basis(week, frames.monthly, frames.controls, frames.indicators, bases=frames.bases),
    )
