"""What an earlier week said of risk, held against what came."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.settings import OrderSettings, Settings
from mainstay.warehouse import events, run
from mainstay.warehouse.tables import TABLES
from tests.sql.office import Office, contract

NOW = "2022-01-03"
WEEK = date(2021, 10, 1)
MONTHS = [f"{year}-{month:02d}" for year in (2020, 2021) for month in range(1, 13)]
SCORE = {
    "as_of_date": WEEK,
    "target": "decline",
    "horizon_months": 3,
    "grade": "low",
    "basis": "model",
    "model_version": "m1",
    "is_flagged": False,
    "base": Decimal(300),
    "label_from": date(2021, 10, 1),
    "label_to": date(2021, 12, 1),
}
PARTS = ("part", "place", "enterprise_id", "outcome", "actual_loss")


def reviewed(office: Office, *scores: dict[str, Any], paid: dict[str, int], capacity: int = 25) -> None:
    """Firms that paid 100 a month, and since October 2021 what is given; and what a week of that month said."""
    rows = ["source_id,name,month,amount_total,amount_local"]
    for firm, since in paid.items():
        for month in MONTHS:
            amount = since if month >= "2021-10" else 100
            rows.append(f"{firm},{firm} Ltd,{month},{amount},{amount}")
    office.deliver("\n".join(rows), NOW)
    told = [SCORE | {"rule_rank": score["rank"]} | score for score in scores]
    office.warehouse.append("events.risk_scores", pl.DataFrame(told, schema=TABLES["events.risk_scores"]))
    office.build(NOW, settings=Settings(orders=OrderSettings(visiting_capacity=capacity)))
    bases = pl.DataFrame({"as_of_date": [date.fromisoformat(NOW)], "target": ["decline"]})
    cohorts = origin_cohorts(events.reviewed_cohorts(office.warehouse))
    run.write_inputs(office.warehouse, {"cohorts": cohorts, "score_bases": bases})


def test_a_flag_came_true_or_did_not_and_the_money_is_that_of_the_window_against_its_base(office: Office) -> None:
    flagged = {"is_flagged": True, "grade": "high", "reasons": "模型评分", "expected_loss": Decimal(250)}
    reviewed(
        office,
        {"enterprise_id": "FELL", "rank": 1} | flagged,
        {"enterprise_id": "STAYED", "rank": 2} | flagged,
        paid={"FELL": 10, "STAYED": 120},
    )
    assert office.rows("marts.risk_review", *PARTS) == [
        ("flagged", 1, "FELL", "came_true", "270.00"),
        ("flagged", 2, "STAYED", "did_not", "-60.00"),
    ]
    told = ("name", "months_ago", "reviewed_week", "grade", "reasons", "expected_loss", "is_visited")
    assert office.rows("marts.risk_review", *told)[0] == (
        "FELL Ltd", 3, "2021-10-01", "high", "模型评分", "250.00", False,
    )  # fmt: skip


def test_the_largest_losses_that_were_not_flagged_are_told_with_the_largest_first(office: Office) -> None:
    firms = {f"F{number:02d}": number for number in range(12)}
    reviewed(
        office, *({"enterprise_id": firm, "rank": number + 1} for firm, number in firms.items()), paid=firms, capacity=0
    )
    missed = office.warehouse.read("marts.risk_review").filter(part="missed").sort("place")
    assert missed["enterprise_id"].to_list() == [f"F{number:02d}" for number in range(10)]
    assert missed["actual_loss"].to_list()[:2] == [Decimal(300), Decimal(297)]


def test_names_are_added_to_and_removed_from_the_list_of_drop_x_amount_of_the_same_length(office: Office) -> None:
    reviewed(
        office,
        {"enterprise_id": "BOTH", "rank": 1, "rule_rank": 1},
        {"enterprise_id": "OURS", "rank": 2, "rule_rank": 9},
        {"enterprise_id": "THEIRS", "rank": 9, "rule_rank": 2},
        paid={"BOTH": 100, "OURS": 10, "THEIRS": 100},
        capacity=2,
    )
    parts = office.rows("marts.risk_review", "part", "enterprise_id", "outcome")
    assert [row for row in parts if row[0] != "missed"] == [
        ("added", "OURS", "came_true"),
        ("removed", "THEIRS", "did_not"),
    ]
    [row] = office.warehouse.read("marts.risk_review_totals").filter(months_ago=3).to_dicts()
    assert (row["added_true"], row["removed_true"]) == (1, 0)
    assert (row["loss_added"], row["loss_removed"]) == (Decimal(270), Decimal(0))


def test_what_cannot_be_told_is_unknown_and_what_is_not_over_is_not_due(office: Office) -> None:
    flagged = {"is_flagged": True, "grade": "high"}
    outside = {"base": None, "label_from": None, "label_to": None}
    reviewed(
        office,
        {"enterprise_id": "A", "rank": 1} | flagged | {"label_to": date(2022, 1, 1), "label_from": date(2021, 11, 1)},
        {"enterprise_id": "B", "rank": 2} | flagged | outside,
        paid={"A": 10, "B": 10},
    )
    outcomes = office.rows("marts.risk_review", "enterprise_id", "outcome", "actual_loss", "is_visited")
    assert outcomes[0][:2] == ("A", "not_due")
    assert outcomes[1] == ("B", "unknown", None, None)
    [row] = office.warehouse.read("marts.risk_review_totals").filter(months_ago=3).to_dicts()
    assert (row["flagged"], row["came_true"], row["did_not"], row["not_due"], row["unknown"]) == (2, 0, 0, 1, 1)


def test_without_a_published_week_near_enough_the_totals_say_so(office: Office) -> None:
    reviewed(office, {"enterprise_id": "A", "rank": 1, "as_of_date": date(2021, 9, 15)}, paid={"A": 10})
    totals = office.rows("marts.risk_review_totals", "months_ago", "reviewed_week", "target", "graded")
    assert sorted(totals) == [(3, None, "decline", 0), (6, None, "decline", 0), (12, None, "decline", 0)]
    assert office.rows("marts.risk_review", *PARTS) == []


def test_of_several_weeks_the_nearest_is_reviewed_and_of_two_as_near_the_later_one(office: Office) -> None:
    days = (date(2021, 9, 17), date(2021, 10, 1), date(2021, 10, 5), date(2021, 10, 20), date(2021, 7, 19))
    reviewed(office, *({"enterprise_id": "A", "rank": 1, "as_of_date": day} for day in days), paid={"A": 10})
    weeks = office.warehouse.read("features.review_weeks").filter(target="decline").sort("months_ago")
    assert weeks.select("months_ago", "reviewed_week").rows() == [
        (3, date(2021, 10, 5)),
        (6, date(2021, 7, 19)),
        (12, None),
    ]


def review_of_moves(office: Office, now: str, *weeks: date) -> tuple[Any, dict[str, Any]]:
    """Five firms graded in some weeks, one moved in time and one too late: the week reviewed, and what came."""
    firms = ("MOVED", "LATE", "STAYED", "OUTSIDE", "PART")
    months = [f"{year}-{month:02d}" for year in (2020, 2021) for month in range(1, 13)]
    rows = [f"{firm},{month},100,100" for firm in firms for month in months]
    office.deliver("\n".join(["source_id,month,amount_total,amount_local", *rows]), "2022-01-03")
    moves = ("MOVED,2021-12-20,whole", "LATE,2022-01-02,whole", "OUTSIDE,2021-11-01,whole", "PART,2021-11-01,partial")
    text = "\n".join(["source_id,moved_on,move_kind", *moves])
    office.deliver(text, "2022-01-02", contract(target="outbound"))
    outside = {"base": None, "label_from": None, "label_to": None}
    scores = [
        SCORE
        | {"as_of_date": week, "target": "relocation", "enterprise_id": firm, "rank": rank, "rule_rank": rank}
        | {"is_flagged": True, "grade": "high"}
        | (outside if firm == "OUTSIDE" else {})
        for week in weeks
        for rank, firm in enumerate(firms, 1)
    ]
    office.warehouse.append("events.risk_scores", pl.DataFrame(scores, schema=TABLES["events.risk_scores"]))
    office.build(now)
    bases = pl.DataFrame({"as_of_date": [date.fromisoformat(now)], "target": ["relocation"]})
    cohorts = origin_cohorts(events.reviewed_cohorts(office.warehouse))
    run.write_inputs(office.warehouse, {"cohorts": cohorts, "score_bases": bases})
    [week] = office.warehouse.read("features.review_weeks").filter(target="relocation", months_ago=3)["reviewed_week"]
    review = office.warehouse.read("marts.risk_review").filter(target="relocation", months_ago=3)
    return week, {row[0]: row[1:] for row in review.select("enterprise_id", "outcome", "unknown_reason").iter_rows()}


def test_a_relocation_is_reviewed_when_it_can_be_judged_a_month_after_its_horizon(office: Office) -> None:
    weeks = (date(2021, 9, 24), date(2021, 10, 1), date(2021, 10, 2), date(2021, 11, 1))
    week, outcomes = review_of_moves(office, "2022-02-01", *weeks)
    assert week == date(2021, 10, 1)
    assert outcomes == {
        "MOVED": ("came_true", None),
        "LATE": ("did_not", None),
        "STAYED": ("did_not", None),
        "OUTSIDE": ("came_true", None),
        "PART": ("did_not", None),
    }


def test_a_known_move_has_come_true_where_the_rest_cannot_be_told(office: Office) -> None:
    week, outcomes = review_of_moves(office, "2022-02-05", date(2021, 10, 4))
    assert week == date(2021, 10, 4)
    assert outcomes == {
        "MOVED": ("came_true", None),
        "LATE": ("came_true", None),
        "STAYED": ("unknown", "no_source"),
        "OUTSIDE": ("came_true", None),
        "PART": ("unknown", "no_source"),
    }


@pytest.mark.parametrize(
    ("published", "reviewed_week"),
    [
        (date(2021, 8, 31), date(2021, 8, 31)),
        (date(2021, 9, 30), None),
        (date(2021, 7, 29), None),
    ],
)
def test_a_week_of_relocation_scores_is_reviewed_within_about_a_month_of_its_day(
    office: Office, published: date, reviewed_week: date | None
) -> None:
    assert review_of_moves(office, "2021-12-31", published)[0] == reviewed_week
