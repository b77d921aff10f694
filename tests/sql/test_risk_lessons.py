"""What a model may learn from a window: the judgement on its settled part, and nothing on the rest."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.risk.prediction_targets import HORIZONS, origin_cohorts
from mainstay.settings import ScoreSettings, Settings
from tests.sql.office import Office, contract
from tests.sql.risk_office import ORIGIN, VALUES, cohort, new_office, pay

TWO, THREE, FOUR = "2022-09-30", "2022-10-31", "2022-11-30"
"""The last closed month is September, October, November: so many months from July on are settled."""
BASE = " 2021-07 100 100 100 100 100 100"
DECLINERS = ("Half", "Level", "Season", "Unknown", "Late", "Old", "Paid", "Gone")
HIDERS = ("Holds", "Falls", "Blind", "Newest", "Turnover", "Partial", "Next")


def deliver_receipts(office: Office) -> None:
    """Months of 100 in 2021, and what became of them from July 2022 on."""
    hidden = (f"{name} 2021-07 100 100 100 total={total}" for name, total in zip(HIDERS, TOTALS, strict=True))
    pay(
        office,
        "2022-07-05",
        "K 2021-06 " + "9 " * 20,
        *(f"{name}{BASE}" for name in DECLINERS if name != "Season"),
        "Half 2022-07 60 60 60 500 500 500",
        "Level 2022-07 70 70 70",
        "Season 2021-07 10 10 10 200 200 200",
        "Season 2022-07 10 10 10",
        "Unknown 2022-07 1 ? 1",
        "Late 2022-07 100 100",
        "Old 2022-07 50 - @ 1 Main St",
        "new 2022-08 9 @ 1 MAIN ST",
        "Paid 2022-07 50 50 @ 2 Main St",
        "newest 2022-09 9 @ 2 Main St",
        *hidden,
        "Holds 2022-07 50 50 total=900",
        "Falls 2022-07 50 50 total=899",
        "Blind 2022-07 50 50 50 total=?",
        "Newest 2022-07 50 50 total=900",
        "Newest 2022-09 50 total=?",
        "Turnover 2022-07 50 50 50 total=?",
        "Partial 2022-07 100 100 100 total=100",
        "Next 2022-07 100 100 100 total=100",
    )
    pay(office, "2022-11-15", "Late 2022-09 100")


TOTALS = ("1000", "1000", "?", "1000", "?", "100", "100")


def deliver_facts(office: Office) -> None:
    """Turnover of July and August, and moves."""
    rows = [f"Turnover,{year}-0{month},invoiced_value,10" for year in (2021, 2022) for month in (7, 8)]
    office.deliver("\n".join(["source_id,month,measure,value", *rows]), "2022-07-05", VALUES)
    moves = "M,2022-08-15,whole Partial,2022-08-31,partial Next,2022-09-01,partial"
    office.deliver(
        "\n".join(["source_id,moved_on,move_kind", *moves.split()]), "2022-09-05", contract(target="outbound")
    )
    office.deliver("source_id,moved_on\nelsewhere,2022-06-30", "2022-10-05", contract(target="outbound"))


@pytest.fixture(scope="module")
def park() -> Iterator[Office]:
    """The park and its deliveries."""
    with new_office() as office:
        deliver_receipts(office)
        deliver_facts(office)
        yield office


COHORTS = origin_cohorts(
    pl.concat(
        [
            *(cohort(*DECLINERS, horizon=horizon) for horizon in HORIZONS),
            cohort("M", "Level", target="relocation"),
            cohort(*HIDERS, target="hidden_outflow"),
        ]
    )
)


def outcomes_at(park: Office, *dates: str, settle_months: int = 1) -> pl.DataFrame:
    """Build the outcomes of these dates."""
    asked = Settings(score=ScoreSettings(settle_months=settle_months))
    park.build(*dates, settings=asked, hand_in={"cohorts": COHORTS})
    return park.frame("labels.outcomes")


@pytest.fixture(scope="module")
def outcomes(park: Office) -> pl.DataFrame:
    return outcomes_at(park, TWO, THREE, FOUR)


def learnt(outcomes: pl.DataFrame, target: str, *enterprises: str, as_of: str, horizon: int = 3) -> dict[str, Any]:
    """The lessons there are: enterprise -> (lesson, loss, base, last month)."""
    rows = outcomes.filter(
        pl.col("as_of_date") == date.fromisoformat(as_of),
        pl.col("target") == target,
        pl.col("horizon_months") == horizon,
        pl.col("enterprise_id").is_in(enterprises),
        pl.col("lesson").is_not_null(),
    ).with_columns(pl.col("lesson_loss", "lesson_base").cast(pl.Float64), pl.col("lesson_to").dt.strftime("%Y-%m"))
    return {row[0]: row[1:] for row in rows.select("enterprise_id", *LESSON).iter_rows()}


LESSON = ("lesson", "lesson_loss", "lesson_base", "lesson_to")


def labels(outcomes: pl.DataFrame, target: str, *enterprises: str, as_of: str) -> dict[str, bool | None]:
    """The labels of a window of three months."""
    rows = outcomes.filter(as_of_date=date.fromisoformat(as_of), target=target, horizon_months=3)
    return dict(rows.filter(pl.col("enterprise_id").is_in(enterprises)).select("enterprise_id", "label").iter_rows())


def test_less_than_half_of_a_window_teaches_nothing(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "decline", *DECLINERS, as_of=TWO, horizon=6) == {}
    assert learnt(outcomes, "decline", *DECLINERS, as_of=FOUR, horizon=12) == {}


def test_half_of_a_window_is_judged_against_the_same_months_a_year_before(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "decline", "Half", "Level", "Season", as_of=THREE, horizon=6) == {
        "Half": (True, 120, 300, "2022-09"),
        "Level": (False, 0, 300, "2022-09"),
        "Season": (False, 0, 30, "2022-09"),
    }
    assert outcomes.filter(pl.col("horizon_months") == 6)["label"].null_count() == 3 * len(DECLINERS)


def test_a_month_more_is_judged_anew(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "decline", "Half", "Level", "Season", as_of=FOUR, horizon=6) == {
        "Half": (False, 0, 400, "2022-10"),
        "Level": (True, 190, 400, "2022-10"),
        "Season": (True, 200, 230, "2022-10"),
    }


def test_who_files_late_in_the_newest_closed_month_has_not_declined(outcomes: pl.DataFrame) -> None:
    assert labels(outcomes, "decline", "Late", as_of=TWO) == {"Late": True}
    assert learnt(outcomes, "decline", "Late", as_of=TWO) == {"Late": (False, 0, 200, "2022-08")}
    assert learnt(outcomes, "decline", "Late", as_of=THREE) == {"Late": (True, 100, 300, "2022-09")}
    assert learnt(outcomes, "decline", "Late", as_of=FOUR) == {"Late": (False, 0, 300, "2022-09")}


def test_without_a_month_to_settle_the_newest_closed_one_counts(park: Office) -> None:
    at_once = outcomes_at(park, TWO, settle_months=0)
    assert learnt(at_once, "decline", "Late", as_of=TWO) == {"Late": (True, 100, 300, "2022-09")}


def test_an_amount_that_is_not_known_teaches_nothing(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "decline", "Unknown", as_of=TWO) == {}


def test_a_successor_within_the_settled_part_leaves_no_lesson(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "decline", "Old", "Paid", "Gone", as_of=TWO) == {
        "Paid": (True, 100, 200, "2022-08"),  # it paid in August; who came in September is not looked at yet
        "Gone": (True, 200, 200, "2022-08"),
    }
    assert labels(outcomes, "decline", "Old", "Paid", "Gone", as_of=TWO) == {"Old": None, "Paid": None, "Gone": True}
    assert set(learnt(outcomes, "decline", "Old", "Paid", "Gone", as_of=THREE)) == {"Gone"}


def test_the_lesson_of_a_relocation_is_its_label(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "relocation", "M", "Level", as_of=TWO) == {}
    assert learnt(outcomes, "relocation", "M", "Level", as_of=THREE) == {
        "M": (True, 300, 300, "2022-09"),
        "Level": (False, 0, 300, "2022-09"),
    }
    assert labels(outcomes, "relocation", "M", "Level", as_of=THREE) == {"M": True, "Level": False}


def test_a_hidden_outflow_is_learnt_from_the_settled_months_of_total_and_turnover(outcomes: pl.DataFrame) -> None:
    assert learnt(outcomes, "hidden_outflow", *HIDERS[:5], as_of=TWO) == {
        "Holds": (True, 100, 200, "2022-08"),
        "Falls": (False, 0, 200, "2022-08"),
        "Newest": (True, 100, 200, "2022-08"),
        "Turnover": (True, 100, 200, "2022-08"),
    }
    assert labels(outcomes, "hidden_outflow", *HIDERS[:5], as_of=TWO) == {
        "Holds": False,
        "Falls": False,
        "Blind": None,
        "Newest": None,
        "Turnover": None,
    }


def test_a_partial_move_is_learnt_once_its_month_is_settled(outcomes: pl.DataFrame) -> None:
    assert labels(outcomes, "hidden_outflow", "Partial", "Next", as_of=TWO) == {"Partial": True, "Next": True}
    assert learnt(outcomes, "hidden_outflow", "Partial", "Next", as_of=TWO) == {
        "Partial": (True, 0, 200, "2022-08"),
        "Next": (False, 0, 200, "2022-08"),
    }
    assert learnt(outcomes, "hidden_outflow", "Partial", "Next", as_of=THREE) == {
        "Partial": (True, 0, 300, "2022-09"),
        "Next": (True, 0, 300, "2022-09"),
    }


@given(
    day=st.dates(date(2022, 7, 6), date(2023, 2, 28)),
    settle_months=st.integers(0, 3),
)
@settings(max_examples=4, deadline=None)
def test_no_lesson_reaches_beyond_what_was_settled_and_none_is_of_less_than_half(
    park: Office, day: date, settle_months: int
) -> None:
    told = outcomes_at(park, day.isoformat(), settle_months=settle_months)
    last_closed = min(date(2023, 1, 1), ((day + timedelta(1)).replace(day=1) - timedelta(1)).replace(day=1))
    kept = told.filter(pl.col("lesson").is_not_null(), pl.col("target") != "relocation")
    months = 12 * (pl.col("lesson_to").dt.year() - 2022) + pl.col("lesson_to").dt.month().cast(pl.Int32) - 6
    settled = 12 * (last_closed.year - 2022) + last_closed.month - 6 - settle_months
    assert kept.filter(months > settled).is_empty()
    assert kept.filter(2 * months < pl.col("horizon_months")).is_empty()
    assert kept.filter(pl.col("lesson_to") > pl.col("label_to")).is_empty()
    assert set(kept["horizon_months"]) == {horizon for horizon in HORIZONS if 2 * min(settled, horizon) >= horizon}
    assert told.filter(pl.col("lesson").is_null() != pl.col("lesson_to").is_null()).is_empty()
    assert told["origin_date"].unique().to_list() == [ORIGIN]
