import re
from datetime import date
from functools import cache

import pytest

from mainstay.report.charts import funnel_chart, revenue_chart
from tests.unit.report.brief_samples import frame, months
from tests.unit.report.samples import WAN_YUAN

JANUARY = date(2021, 1, 1)
GIVEN = ["10000.00"] * 17


def drawn_revenue(natural: list[str | None] | None = None, restored: list[str | None] | None = None) -> str:
    svg = revenue_chart(months(JANUARY, natural or [*GIVEN], restored), WAN_YUAN)
    assert svg is not None
    return svg


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def bars(svg: str) -> int:
    return len(re.findall(r'stroke="#7F8995" stroke-width="0.5"', svg))


def points(svg: str) -> int:
    return len(re.findall(r'stroke-width="1.3"', svg))


def test_both_years_and_both_calibers_have_a_series_with_a_name() -> None:
    svg = drawn_revenue()
    named = {"2021年自然口径", "2022年自然口径", "2021年还原口径", "2022年还原口径", "万元", "1月", "12月"}
    assert named <= set(texts(svg))
    assert bars(svg) == points(svg) == 17


def test_a_month_that_is_unknown_has_neither_bar_nor_point() -> None:
    natural: list[str | None] = [*GIVEN]
    natural[3] = None
    svg = drawn_revenue(natural)
    assert (bars(svg), points(svg)) == (16, 16)


def test_the_years_are_told_apart_without_colour() -> None:
    svg = drawn_revenue()
    assert {"#C3CAD3", "#1F4E79"} <= set(re.findall(r'fill="([^"]+)"', svg))
    assert 'stroke-dasharray="3,2"' in svg


def test_no_known_month_gives_no_chart() -> None:
    assert revenue_chart(months(JANUARY, [None, None]), WAN_YUAN) is None
    assert revenue_chart(frame("park_monthly"), WAN_YUAN) is None


def test_a_month_of_more_refunds_than_receipts_goes_below_zero() -> None:
    natural: list[str | None] = [*GIVEN]
    natural[15] = "-50000.00"
    assert any(text.startswith(("-", "−")) for text in texts(drawn_revenue(natural, [*GIVEN])))


def test_a_state_shows_its_cases_and_what_came_in_and_went_out() -> None:
    rows = (
        {"state": "moved_out", "opening": 120, "entered": 4, "left": 3, "closing": 121},
        {"state": "returned", "opening": 2, "entered": 0, "left": 0, "closing": 2},
        {"state": "retained", "opening": 0, "entered": 0, "left": 0, "closing": 0},
    )
    svg = funnel_chart(frame("outbound_funnel", *rows))
    assert svg is not None
    assert sorted(texts(svg)) == sorted(["已留住", "已迁出", "已回迁", "0", "121（+4 −3）", "2"])


def test_a_register_without_cases_gives_no_chart() -> None:
    row = {"state": "moved_out", "opening": 0, "entered": 0, "left": 0, "closing": 0}
    assert funnel_chart(frame("outbound_funnel", row)) is None
    assert funnel_chart(frame("outbound_funnel")) is None


@cache
def drawn_once() -> list[str]:
    return charts()


def charts() -> list[str]:
    row = {"state": "moved_out", "opening": 1, "entered": 1, "left": 0, "closing": 2}
    return [drawn_revenue(), funnel_chart(frame("outbound_funnel", row)) or ""]


@pytest.mark.parametrize("unwanted", ["<script", "<image", "@font-face", "<style", "http", "src="])
def test_a_chart_brings_nothing_along_but_the_drawing(unwanted: str) -> None:
    for svg in drawn_once():
        assert unwanted not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_charts_of_one_page_share_no_name() -> None:
    names = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in drawn_once()]
    assert names[0] & names[1] == set()
    for svg in drawn_once():
        used = re.findall(r"url\(#([^)]+)\)", svg)
        assert set(used) <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_the_same_figures_give_the_same_drawing() -> None:
    assert charts() == drawn_once()


def test_a_chart_says_in_words_what_it_shows() -> None:
    for svg in drawn_once():
        assert re.match(r'<svg [^>]*viewBox="[\d .]+" role="img" aria-label="[^"]+">', svg)
        assert "width=" not in svg.partition(">")[0]


def test_amounts_below_one_unit_keep_their_decimals_on_the_axis() -> None:
    assert {"0", "0.2", "1"} <= set(texts(drawn_revenue()))
