from collections import Counter
from datetime import date
from random import Random

import pytest

from mainstay.months import add_months, last_day, months_from
from mainstay.simulate import Park
from mainstay.simulate.planted.early_signs import ODDS, with_early_signs
from mainstay.simulate.planted.stories import Move, Plot, Story, Unrest

MONTHS = months_from(date(2020, 1, 1), 36)
FIRST = date(2021, 6, 1)


def signs(cause: str, keeps: float, count: int = 600) -> list[Plot]:
    plots = {number: Plot((Story(cause, FIRST, None, keeps),)) for number in range(count)}
    return list(with_early_signs(Random(1), plots, range(count), MONTHS, set()).values())


@pytest.mark.parametrize("cause", ["M1", "M3", "C1", "R3"])
def test_what_comes_before_a_drop_is_as_frequent_as_is_stated(cause: str) -> None:
    odds, plots = ODDS[cause], signs(cause, 0.0 if cause == "C1" else 0.4)
    shares = (
        (odds.leads_in, [bool(plot.stories[0].lead_in) for plot in plots]),
        (odds.late, [bool(plot.unrest.late) for plot in plots]),
        (odds.amended, [bool(plot.unrest.amended) for plot in plots]),
        (odds.restless, [bool(plot.unrest.restless) for plot in plots]),
    )
    for stated, shown in shares:
        assert sum(shown) / len(shown) == pytest.approx(stated, abs=0.06)
    for plot in plots:
        story = plot.stories[0]
        assert story.first == FIRST
        assert not story.lead_in or odds.months[0] <= len(story.lead_in) <= odds.months[1]
        assert all(0 <= part < 1 for part in story.lead_in)
        for months in (plot.unrest.late, plot.unrest.amended, plot.unrest.restless):
            assert all(add_months(FIRST, -6) <= month <= add_months(FIRST, -2) for month in months)


def test_a_firm_that_ends_pays_nothing_in_some_months_before_and_a_hidden_outflow_begins_small() -> None:
    ending = [part for plot in signs("C1", 0.0) for part in plot.stories[0].lead_in]
    assert ending.count(0.0) / len(ending) == pytest.approx(ODDS["C1"].zeros, abs=0.05)
    assert min(part for plot in signs("R3", 0.4) for part in plot.stories[0].lead_in) >= 0.8


def test_nothing_comes_before_a_move_and_what_was_drawn_stays() -> None:
    leaves = Plot((Story("R1", FIRST, None, 0.0),), Move(date(2021, 5, 9), "整体迁出", "天津市武清区"))
    refunded = Plot((Story("P4", FIRST, FIRST, 1.0, 0.3),))
    found = with_early_signs(Random(1), {1: leaves, 2: refunded}, [1, 2], MONTHS, set())
    assert found == {1: leaves, 2: refunded}


def test_some_other_firms_file_late_or_amend_out_of_habit() -> None:
    found = with_early_signs(Random(1), {}, range(1000), MONTHS, set())
    assert 50 < len(found) < 110
    assert all(not plot.stories and plot.unrest != Unrest() for plot in found.values())
    assert all(MONTHS[-1] not in plot.unrest.late for plot in found.values())


def test_the_lead_in_is_kept_before_the_drop_and_nothing_before_it() -> None:
    story = Story("M1", FIRST, None, 0.4, lead_in=(0.9, 0.6))
    months = [add_months(FIRST, ahead) for ahead in range(-3, 2)]
    assert [story.kept(month) for month in months] == [1.0, 0.9, 0.6, 0.4, 0.4]
    assert story.begins == add_months(FIRST, -2)


def test_what_is_late_comes_a_month_later_for_its_own_period_and_an_amendment_is_of_an_older_one() -> None:
    park = Park(enterprises=400, seed=4, first_month=date(2020, 1, 1), months=14)
    firms = {
        firm.uscc: firm
        for firm in park.firms
        if firm.industry.division != "制造业" and (firm.plot.unrest.late or firm.plot.unrest.amended)
    }
    periods = Counter[tuple[bool, bool]]()
    amended = 0
    for month in park.months:
        for line in park._lines(month):
            firm = firms.get(line.source_id)
            if firm is None or line.levy.item != "个人所得税" or line.levy.subitem != "工资薪金所得":
                amended += line.reason == "补充申报" and line.levy.item == "增值税"
                continue
            is_usual = line.period[1] == last_day(add_months(month, -1))
            assert is_usual or line.period[1] == last_day(add_months(month, -2))
            assert (add_months(month, -1) in firm.plot.unrest.late) or is_usual
            assert not (is_usual and month in firm.plot.unrest.late)
            periods[is_usual, month in firm.plot.unrest.late] += 1
    assert periods[False, False] > 10
    assert amended > 10
