"""The two charts of the weekly brief, drawn offline as SVG that stands in the page: no font, script or address in it.

They are told apart without colour too: light and dark bars, broken and unbroken lines, hollow and filled points.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import polars as pl
import vl_convert

from mainstay.report.outbound import OUTBOUND_STATE_WORDS
from mainstay.report.units import DisplayUnit

# What a Chinese office machine, a Mac and a Linux server have; the last one is whatever is there.
CHART_FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, SimHei, sans-serif"

_INK, _DARK, _LIGHT, _ACCENT, _GREY = "#222222", "#1F4E79", "#C3CAD3", "#A4262C", "#707070"
_VEGA_LITE = "6.4"  # 2026-11: what altair 6.2 writes; stated, so that a newer converter draws the same
# With axes and legend about 3.2 and 2.3 times as wide as high: on A4 both fill their columns and are equally high.
_REVENUE_SIZE = {"width": 430, "height": 86}
_FUNNEL_SIZE = {"width": 290, "height": 138}
_LEGEND_ROWS = (-37, -19)  # above the plot: the bars' legend, and below it the lines'; each of two columns
_MONTHS = [f"{month}月" for month in range(1, 13)]
_MONTH_LABELS = alt.Axis(title=None, labelAngle=0, domain=False, ticks=False, labelPadding=5)
_GRID, _ZERO = "#E3E3E3", "#6E6E6E"
"""The line at zero is the one that bars stand on or hang from, wherever on the drawing it is."""
_CONFIG: dict[str, Any] = {
    "font": CHART_FONTS,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": _GRID,
        "domainColor": "#8C8C8C",
        "tickColor": "#8C8C8C",
    },
    "legend": {"labelColor": _INK, "labelFontSize": 12, "columnPadding": 14},
    "text": {"color": _INK, "fontSize": 12},
}

_ROOT = re.compile(r"<svg\b[^>]*>")
_VIEW_BOX = re.compile(r'viewBox="([\d. -]+)"')
_SPOKEN = re.compile(r' (?:aria-[\w-]+|role)="[^"]*"')
_REFERENCE = re.compile(r"(\bid=\"|url\(['\"]?#|href=\"#)")


def revenue_chart(monthly: pl.DataFrame, unit: DisplayUnit) -> str | None:
    """Draw revenue by month in both calibers, this year against the last one.

    Args:
        monthly: `marts.park_monthly`: month, natural_revenue, restored_revenue in yuan; an unknown month leaves a gap.
        unit: The display unit of money.

    Returns:
        An svg element; None where no month is known.
    """
    known = monthly.filter(pl.col("natural_revenue").is_not_null())["month"].to_list()
    if not known:
        return None
    year = max(month.year for month in known)
    rows = [row for row in monthly.sort("month").iter_rows(named=True) if row["month"].year in {year - 1, year}]
    natural = [_point(row["month"], "自然口径", row["natural_revenue"], unit) for row in rows]
    restored = [_point(row["month"], "还原口径", row["restored_revenue"], unit) for row in rows]
    years = (f"{year - 1}年", f"{year}年")
    chart = alt.layer(_bars(natural, years, unit), *_lines(restored, years, unit)).resolve_scale(
        color="independent", strokeDash="independent", xOffset="independent"
    )
    return _svg(chart.properties(**_REVENUE_SIZE), "revenue", "分月收入，自然口径与还原口径，本年与上年")


def funnel_chart(funnel: pl.DataFrame) -> str | None:
    """Draw the cases of the outbound register by state: now as bars, the week before as ticks, in and out as text.

    Args:
        funnel: `marts.outbound_funnel`: state, opening, entered, left, closing.

    Returns:
        An svg element; None where the register holds no case now and held none the week before.
    """
    states = {row["state"]: row for row in funnel.iter_rows(named=True)}
    rows = [(word, states[state]) for state, word in OUTBOUND_STATE_WORDS.items() if state in states]
    if not any(row["opening"] or row["closing"] for _, row in rows):
        return None
    values = [
        {
            "state": word,
            "opening": row["opening"] or None,
            "closing": row["closing"],
            "end": max(row["opening"], row["closing"]),
            "label": _movement(row["closing"], row["entered"], row["left"]),
        }
        for word, row in rows
    ]
    return _svg(_funnel(values).properties(**_FUNNEL_SIZE), "funnel", "迁出登记各状态件数：期初、本周转入转出、期末")


def _point(month: date, caliber: str, amount: Decimal | None, unit: DisplayUnit) -> dict[str, Any]:
    """One month of one series; the drawing may be a float, the figures in the text never are."""
    return {
        "month": f"{month.month}月",
        "series": f"{month.year}年{caliber}",
        "value": None if amount is None else float(unit.show(amount)),
    }


def _movement(closing: int, entered: int, left: int) -> str:
    """Word a state: 12（+2 −1）; without in or out the number alone."""
    moved = " ".join([f"+{entered}"] * bool(entered) + [f"−{left}"] * bool(left))
    return f"{closing}（{moved}）" if moved else str(closing)


def _table(points: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(points, infer_schema_length=None)


def _month_axis() -> alt.X:
    return alt.X("month:N", sort=_MONTHS, scale=alt.Scale(domain=_MONTHS), axis=_MONTH_LABELS)


def _amount_axis(unit: DisplayUnit) -> alt.Y:
    # 12 decimals at most, without trailing zeros; d3's short forms (1k, 1M) are no words of the office.
    looks: dict[str, Any] = {"titleAngle": 0, "titleAlign": "left", "titleY": -8, "titleX": -30}
    looks["gridColor"] = {"condition": {"test": "datum.value === 0", "value": _ZERO}, "value": _GRID}
    axis = alt.Axis(title=unit.label, format=",~f", tickCount=4, **looks)
    return alt.Y("value:Q", axis=axis)


def _legend(row: int, **looks: Any) -> alt.Legend:  # noqa: ANN401
    return alt.Legend(
        orient="none", direction="horizontal", columns=2, title=None, legendX=45, legendY=_LEGEND_ROWS[row], **looks
    )


def _bars(points: list[dict[str, Any]], years: tuple[str, str], unit: DisplayUnit) -> alt.Chart:
    names = [f"{year}自然口径" for year in years]
    legend = _legend(0, symbolType="square")
    bars: alt.Chart = alt.Chart(_table(points)).mark_bar(stroke="#7F8995", strokeWidth=0.5)
    return bars.encode(
        x=_month_axis(),
        xOffset=alt.XOffset("series:N", sort=names),
        y=_amount_axis(unit),
        color=alt.Color("series:N", scale=alt.Scale(domain=names, range=[_LIGHT, _DARK]), legend=legend),
    )


def _lines(points: list[dict[str, Any]], years: tuple[str, str], unit: DisplayUnit) -> list[alt.Chart]:
    """A white line below each line keeps it readable across dark bars."""
    names = [f"{year}还原口径" for year in years]
    legend = _legend(1, symbolType="stroke", symbolStrokeWidth=1.5, symbolSize=200)
    base = alt.Chart(_table(points)).encode(x=_month_axis(), y=_amount_axis(unit), detail=alt.Detail("series:N"))
    dashes = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=[[3, 2], [1, 0]]), legend=legend)
    colours = alt.Color("series:N", scale=alt.Scale(domain=names, range=[_GREY, _ACCENT]), legend=legend)
    edges = alt.Color("series:N", scale=alt.Scale(domain=names, range=[_GREY, _ACCENT]), legend=None)
    fills = alt.Fill("series:N", scale=alt.Scale(domain=names, range=["#FFFFFF", _ACCENT]), legend=None)
    return [
        base.mark_line(stroke="#FFFFFF", strokeWidth=3.5, opacity=0.9),
        base.mark_line(strokeWidth=1.5).encode(strokeDash=dashes, color=colours),
        base.mark_point(size=22, strokeWidth=1.3, opacity=1).encode(color=edges, fill=fills),
    ]


def _funnel(values: list[dict[str, Any]]) -> alt.LayerChart | alt.FacetChart:
    # Room to the right of the longest bar for its label.
    longest = max(value["end"] for value in values)
    counts = alt.Scale(domain=[0, longest * 1.45], nice=False)
    base = alt.Chart(_table(values)).encode(
        y=alt.Y(
            "state:N",
            sort=list(OUTBOUND_STATE_WORDS.values()),
            axis=alt.Axis(title=None, domain=False, ticks=False, labelPadding=6),
        )
    )
    bars = base.mark_bar(color=_DARK, height={"band": 0.62}).encode(
        x=alt.X("closing:Q", scale=counts, axis=None),
    )
    before = base.mark_tick(color=_ACCENT, thickness=2, opacity=1, height={"band": 0.86}).encode(
        x=alt.X("opening:Q", scale=counts, axis=None)
    )
    labels = base.mark_text(align="left", dx=5).encode(x=alt.X("end:Q", scale=counts, axis=None), text="label:N")
    return alt.layer(bars, before, labels)


def _svg(chart: alt.LayerChart | alt.FacetChart, name: str, spoken: str) -> str:
    """Convert a chart into an element of the page: sized by the page, with names of its own for what it refers to."""
    spec = chart.configure(**_CONFIG).to_dict()
    drawn = str(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))
    drawn = _REFERENCE.sub(rf"\g<1>{name}-", _SPOKEN.sub("", drawn))
    box = _VIEW_BOX.search(drawn)
    size = box.group(1) if box else ""
    root = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{size}" role="img" aria-label="{spoken}">'
    return _ROOT.sub(root, drawn, count=1)
