from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from mainstay.months import add_months, last_day
from mainstay.simulate import Park
from mainstay.simulate.extracts.monthly_values import AGREED, Fall, activity
from mainstay.simulate.planted.stories import Plot, Story
from tests.unit.simulate.plain_reading import ENTERPRISES, amount, delivered, table_of


def test_the_firms_that_agreed_tell_both_values_every_month_while_they_are_there(
    written: Path, truth: dict[str, Any], park: Park
) -> None:
    assert 0.25 < len(truth["agreed"]) / ENTERPRISES < 0.55
    assert abs(len(park.agreed) / ENTERPRISES - AGREED) < 0.15
    agreed = {firm.uscc: firm for firm in park.firms if firm.uscc in set(truth["agreed"])}
    files = delivered(truth, "monthly_values")
    assert [file["month"] for file in files] == truth["months"]
    for file in files:
        end = last_day(date.fromisoformat(f"{file['month']}-01"))
        rows = table_of(written / "landing", file["file"])
        told = {(row["统一社会信用代码"], row["指标"]) for row in rows}
        there = {uscc for uscc, firm in agreed.items() if firm.in_from <= end and firm.plot.left_on(end) is None}
        assert told == {(uscc, measure) for uscc in there for measure in ("开票金额", "参保人数")}
        assert {row["月份"] for row in rows} == {file["month"]}
        assert all(amount(row["数值"]) >= 1 for row in rows if row["指标"] == "参保人数")


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("M1", [1.0, 0.4, 0.4]),  # the receipts of a month are of the business a month before
        ("C1", [1.0, 0.4, 0.4]),
        ("R1", [1.0, 1.0, 0.4]),
        ("B1", [1.0, 1.0, 1.0]),
        ("P4", [1.0, 1.0, 1.0]),
        ("T1", [1.0, 1.0, 1.0]),
    ],
)
def test_the_business_follows_the_cause_and_not_the_money(park: Park, cause: str, expected: list[float]) -> None:
    june = date(2021, 6, 1)
    keeps = 1.0 if cause in {"B1", "P4", "T1"} else 0.4
    assert [_of(park, Story(cause, june, None, keeps), add_months(june, ahead)) for ahead in (-2, -1, 0)] == expected


def _of(park: Park, story: Story, month: date) -> float:
    return activity(replace(park.firms[0], plot=Plot((story,))), month)


def test_invoices_hold_where_local_revenue_flows_out_and_fall_with_a_market() -> None:
    park = Park(enterprises=700, seed=6, first_month=date(2020, 1, 1), months=36)
    june = date(2021, 6, 1)
    shown: dict[str, list[float]] = defaultdict(list)
    for firm in park.firms:
        for story in firm.plot.stories:
            if story.first <= june and story.last is None:
                kind = "hidden" if story.outflow else story.cause
                shown[kind].append(activity(firm, june))
    assert 0.9 < median(shown["hidden"]) < 1.3
    assert median(shown["M1"]) < 0.7
    assert max(shown["C1"]) == 0.0


def test_headcount_falls_over_some_months_and_stays_there() -> None:
    fall = Fall(date(2021, 3, 1), 2, 0.4)
    months = [date(2021, number, 1) for number in range(1, 7)]
    assert [round(fall.kept(month), 2) for month in months] == [1.0, 1.0, 0.7, 0.4, 0.4, 0.4]


def test_headcount_falls_before_many_moves_and_before_few_other_months() -> None:
    park = Park(enterprises=900, seed=8, first_month=date(2020, 1, 1), months=36)
    movers = [one for one in park._profiles if one.firm.plot.move and one.firm.plot.left_on(date(2023, 1, 31))]
    ahead = [
        fall.kept(add_months(one.firm.plot.move.moved_on, -1))
        for one in movers
        if one.firm.plot.move
        for fall in one.falls
    ]
    assert 0.3 < len(ahead) / len(movers) < 0.8
    assert max(ahead) <= 0.7
    steady = [one for one in park._profiles if not one.firm.plot.stories and one.firm.plot.move is None]
    assert 0.03 < sum(bool(one.falls) for one in steady) / len(steady) < 0.25
