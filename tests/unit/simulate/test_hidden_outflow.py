from collections import defaultdict
from datetime import date
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any

import pytest

from mainstay.months import add_months, months_from
from mainstay.simulate import Park
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.allocation import allocated, with_surtaxes
from mainstay.simulate.money.levies import CIT, STAMP_SALES, UMCT, VAT
from mainstay.simulate.planted.early_signs import with_early_signs
from mainstay.simulate.planted.stories import Outflow, Story, draw_plots
from tests.unit.simulate.plain_reading import LEVELS, amount, delivered, good_lines
from tests.unit.simulate.two_years import TwoYears


@pytest.mark.parametrize(("keeps", "total"), [(0.5, 1.0), (0.4, 1.17), (0.62, 0.9)])
def test_total_tax_holds_while_the_local_part_falls(keeps: float, total: float) -> None:
    of_vat, vat = allocated(VAT, 100 * keeps, keeps, total)
    of_cit, cit = allocated(CIT, 100 * keeps, keeps, total)
    assert of_vat.shares is not None
    assert of_cit.shares is not None
    assert with_surtaxes(of_vat, vat) == pytest.approx(keeps * with_surtaxes(VAT, 100))
    assert vat / of_vat.shares.local == pytest.approx(total * 100 / 0.5, rel=0.02)
    assert (cit, cit / of_cit.shares.local) == (keeps * 100, pytest.approx(total * 100 / 0.4, rel=0.01))
    assert of_cit.shares.city == of_cit.shares.district


def test_what_is_wholly_local_keeps_its_shares() -> None:
    assert allocated(STAMP_SALES, 50.0, 0.5, 1.0) == (STAMP_SALES, 50.0)
    assert allocated(UMCT, 50.0, 0.5, 1.0) == (UMCT, 50.0)


def test_rows_of_a_hidden_outflow_state_shares_of_their_own(two_years: TwoYears) -> None:
    truth = two_years.truth
    holding = {one["enterprise_id"]: one for one in truth["hidden_outflows"] if one["total_ratio"] > 0.8}
    assert holding
    seen: dict[bool, set[str]] = {False: set(), True: set()}
    for file in delivered(truth, "receipts"):
        for row in good_lines(two_years.landing, file["file"]):
            one = holding.get(row["社会信用代码（纳税人识别号）"])
            if one is not None and row["征收项目"] == "企业所得税":
                total, central, city, district = (amount(row[column]) for column in LEVELS)
                assert total == central + city + district
                assert abs(city - district) < Decimal("0.20")
                has_begun = file["month"] >= one["begins_in"]
                seen[has_begun].add(row["预算分配比例"])
                assert (central > total * Decimal("0.61")) == has_begun
    assert seen[False] == {"中央60%市级20%区级20%"}
    assert seen[True]
    assert not seen[False] & seen[True]


def test_over_a_park_local_falls_while_the_total_or_the_invoices_hold() -> None:
    park = Park(enterprises=600, seed=5, first_month=date(2019, 1, 1), months=30)
    stories = {
        firm.uscc: (firm, story)
        for firm in park.firms
        for story in firm.plot.stories
        if story.outflow is not None and date(2020, 1, 1) <= story.first <= date(2021, 2, 1)
    }
    assert len(stories) >= 6
    local, total = (defaultdict[tuple[str, date], int](int) for _ in range(2))
    for month in park.months:
        for line in park._lines(month):
            if line.source_id in stories and line.levy.shares:
                local[line.source_id, month] += line.amount.local
                total[line.source_id, month] += line.amount.total
    kept = [
        (
            _ratio(local, firm, story, park) / story.keeps,
            _ratio(total, firm, story, park) / _holds(story.outflow, story),
        )
        for firm, story in stories.values()
    ]
    for ratios in zip(*kept, strict=True):
        assert 0.85 < median(ratios) < 1.3, "a firm grows by about a tenth a year"


def test_only_firms_whose_invoices_are_known_flow_out_by_invoices_only() -> None:
    numbers, months = range(1, 3501), months_from(date(2020, 1, 1), 12)
    plots, agreed = draw_plots(Random(7), numbers, months), set(range(1, 1401))
    found = with_early_signs(Random(7), plots, numbers, months, agreed)
    flowing = {number: plot.stories[0].outflow for number, plot in found.items() if plot.stories}
    by_invoices = {number for number, outflow in flowing.items() if outflow and outflow.total is None}
    assert by_invoices
    assert by_invoices <= agreed
    assert any(outflow and outflow.total for number, outflow in flowing.items() if number in agreed)


def _holds(outflow: Outflow | None, story: Story) -> float:
    return outflow.total if outflow is not None and outflow.total is not None else story.keeps


def _ratio(amounts: dict[tuple[str, date], int], firm: Firm, story: Story, park: Park) -> float:
    """What was paid since the drop, of the same months a year before."""
    months = [month for month in park.months if story.first <= month < add_months(story.first, 8)]
    now = sum(amounts[firm.uscc, month] for month in months)
    return now / sum(amounts[firm.uscc, add_months(month, -12)] for month in months)


def test_truth_tells_what_holds_and_when_the_first_step_was(truth: dict[str, Any]) -> None:
    told = truth["hidden_outflows"]
    assert {one["kind"] for one in told} <= {"hidden", "partial"}
    partial = {one["enterprise_id"] for one in told if one["kind"] == "partial"}
    assert partial == {move["enterprise_id"] for move in truth["moves"] if move["kind"] == "部分迁出"}
    hidden = [one for one in told if one["kind"] == "hidden"]
    assert {one["enterprise_id"] for one in hidden} == {
        one["enterprise_id"] for one in truth["declines"] if one["cause"] == "R3"
    }
    for one in hidden:
        assert 0.4 <= one["keeps_local"] <= 0.65
        assert max(one["total_ratio"], one["invoices_ratio"]) >= 0.85
        assert one["begins_in"] <= one["first_month"]


def test_a_park_of_the_real_size_has_enough_of_them() -> None:
    numbers, months = range(1, 3501), months_from(date(2020, 1, 1), 36)
    plots = with_early_signs(Random(7), draw_plots(Random(7), numbers, months), numbers, months, set())
    flowing = [
        story
        for plot in plots.values()
        for story in plot.stories
        if story.outflow is not None or (story.cause == "R1" and story.keeps)
    ]
    assert 40 <= len(flowing) / 3 <= 70
