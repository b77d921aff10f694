"""What came back from visits: whose it is, what makes it unfit, and what the lists and orders show of it."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.extracts.form_questions import FORM
from mainstay.warehouse.tables import TABLES
from tests.sql.office import Office, contract

OUTCOMES = contract(
    target="visit_outcomes", within_file="last", across_files="version", key=["source_id", "visited_on"]
)
FIELDS = "source_id,order_id,visited_on,result,cause_orders,cause_one_off,cause_unstated,firm_estimate,visitor_view"


@pytest.fixture
def visited(office: Office) -> Office:
    """Firms A and B pay; A has the order O1 of 2022-06-06."""
    office.deliver("source_id,name,month,amount_total\nA,A,2022-01,1.00\nB,B,2022-01,1.00", "2022-01-31")
    issued = {"as_of_date": date(2022, 6, 6), "order_id": "O1", "enterprise_id": "A", "status": "to_dispatch"}
    days = {"issued_on": date(2022, 6, 6), "opened_on": date(2022, 6, 6), "sources": ["drop_list"], "priority": 1}
    schema = {name: kind for name, kind in TABLES["events.work_orders"].items() if name in issued | days}
    office.warehouse.append("events.work_orders", pl.DataFrame([issued | days], schema=schema))
    return office


def told(office: Office, *rows: str, known: str = "2022-06-20") -> None:
    office.deliver("\n".join([FIELDS, *rows]), known, OUTCOMES)


def facts(office: Office, *columns: str) -> list[tuple[Any, ...]]:
    return office.rows("features.visits", *columns)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A,O1,2022-06-14,phone,,,,,", None),
        ("A,,2022-06-14,phone,,,,,", None),
        ("A,O9,2022-06-14,phone,,,,,", "unknown order"),
        ("B,O1,2022-06-14,phone,,,,,", "order of another enterprise"),
        ("A,O1,2022-06-03,phone,,,,,", "before the order was issued"),
        ("A,O1,2022-06-28,phone,,,,,", "in the future"),
        ("Z,,2022-06-14,phone,,,,,", "unknown enterprise"),
    ],
)
def test_an_outcome_that_does_not_fit_says_why(visited: Office, row: str, problem: str | None) -> None:
    told(visited, row)
    visited.build("2022-06-27")
    assert facts(visited, "problem") == [(problem,)]


def test_an_outcome_is_known_from_its_delivery_on(visited: Office) -> None:
    told(visited, "A,O1,2022-06-14,phone,,,,,", known="2022-06-20")
    visited.build("2022-06-19", "2022-06-20")
    assert facts(visited, "as_of_date", "order_id") == [("2022-06-20", "O1")]


def test_a_corrected_outcome_replaces_the_one_of_the_same_enterprise_and_day(visited: Office) -> None:
    told(visited, "A,O1,2022-06-14,phone,6,,,,", known="2022-06-20")
    told(visited, "A,O1,2022-06-14,phone,,5,,,", known="2022-06-27")
    visited.build("2022-06-20", "2022-06-27")
    assert facts(visited, "as_of_date", "cause_orders", "cause_one_off") == [
        ("2022-06-20", 6, None),
        ("2022-06-27", None, 5),
    ]


def test_the_newest_of_everything_that_was_said_counts_and_not_the_newest_visit_alone(visited: Office) -> None:
    told(
        visited,
        "A,O1,2022-06-14,phone,6,3,,1200.00,below",
        "A,O1,2022-06-16,not_reached,,,,,",
        "A,O1,2022-06-17,phone,,,,,level",
    )
    visited.build("2022-06-27")
    columns = ("last_visit_on", "contacts", "cause_confirmed", "main_cause", "firm_estimate", "visitor_view")
    assert visited.rows("features.last_visits", *columns) == [
        ("2022-06-17", 2, "主因：订单减少(6成)、上年一次性(3成)", "M1", "1200.00", "level")
    ]


def test_a_single_cause_is_the_main_one(visited: Office) -> None:
    told(visited, "A,O1,2022-06-14,phone,,,10,,")
    visited.build("2022-06-27")
    assert visited.rows("features.last_visits", "cause_confirmed", "main_cause") == [("主因：企业未说明(10成)", "X")]


def test_a_firm_is_visited_in_the_quarter_of_its_last_contact(visited: Office) -> None:
    told(visited, "A,O1,2022-06-14,phone,,,,,", "B,,2022-06-14,not_reached,,,,,")
    visited.build("2022-06-27", "2022-07-04")
    assert visited.rows("features.last_visits", "as_of_date", "enterprise_id", "visited_this_quarter") == [
        ("2022-06-27", "A", True),
        ("2022-06-27", "B", False),
        ("2022-07-04", "A", False),
        ("2022-07-04", "B", False),
    ]


def test_an_outcome_with_a_problem_is_no_visit(visited: Office) -> None:
    told(visited, "B,O1,2022-06-14,phone,6,,,,")
    visited.build("2022-06-27")
    assert visited.rows("features.last_visits", "enterprise_id") == []
    assert visited.rows("marts.visits", "enterprise_id") == []


def test_every_question_of_the_form_is_answered_in_the_visits_but_who_was_spoken_to(visited: Office) -> None:
    visited.build("2022-06-27")
    columns = set(visited.warehouse.read("marts.visits").columns)
    asked = {one.field for one in FORM.questions if one.only != "page"}
    assert columns - {"as_of_date", "enterprise_id", "is_contact"} == asked - {"contact", "name", "source_id"}


def test_the_visits_of_analysts_have_one_row_a_day(visited: Office) -> None:
    by_order = contract(target="visit_outcomes", name="by_order")
    told(visited, "A,O1,2022-06-14,phone,6,,,,")
    visited.deliver(f"{FIELDS}\nA,O1,2022-06-14,face_to_face,7,,,,", "2022-06-21", by_order)
    visited.build("2022-06-27")
    assert visited.rows("marts.visits", "visited_on", "result", "cause_orders") == [("2022-06-14", "face_to_face", 7)]
