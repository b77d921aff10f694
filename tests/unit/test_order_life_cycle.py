"""What an outcome does to an order: every arrow of the life cycle, and every refusal."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.extracts.targets import CAUSE_TICKS, TARGETS
from mainstay.orders.lifecycle import PROBLEMS, follow_orders
from mainstay.orders.order_states import ARROWS, SETTLED, STATES, State, transition

ISSUED, AS_OF = date(2022, 6, 6), date(2022, 6, 27)

RESULTS = ("face_to_face", "phone", "not_reached", "declined", "nobody_there", "deregistered", "returned_wrong")
KNOWN = pl.Schema(
    {
        "order_id": pl.String,
        "enterprise_id": pl.String,
        "sources": pl.List(pl.String),
        "status": pl.String,
        "priority": pl.Int64,
        "assignee": pl.String,
        "issued_on": pl.Date,
        "opened_on": pl.Date,
        "due_on": pl.Date,
        "last_published_on": pl.Date,
    }
)
VISITS = pl.Schema(
    {"batch_id": pl.Int64, "line": pl.Int64, "file": pl.String, "sheet": pl.String}
    | {"enterprise_id": pl.String, "order_id": pl.String, "visited_on": pl.Date, "result": pl.String}
    | dict.fromkeys(CAUSE_TICKS, pl.Int64)
    | {"move_stance": pl.String, "next_step": pl.String, "status": pl.String, "knowledge_date": pl.Date}
    | {"problem": pl.String}
)


def known(*rows: tuple[str, str], **changes: Any) -> pl.DataFrame:
    """Orders of (order, enterprise)."""
    made = [
        {"order_id": order, "enterprise_id": who, "status": "to_dispatch"}
        | {"issued_on": ISSUED, "opened_on": ISSUED}
        | changes
        for order, who in rows
    ]
    return pl.DataFrame(made, schema=KNOWN)


def visits(*rows: dict[str, Any]) -> pl.DataFrame:
    """Outcomes of order O1 of enterprise A, unless they say otherwise; a day later each."""
    made = [
        {"batch_id": 1, "line": line, "order_id": "O1", "enterprise_id": "A"}
        | {"visited_on": ISSUED + timedelta(days=line), "knowledge_date": AS_OF}
        | row
        for line, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(made, schema=VISITS)


def state_after(*rows: dict[str, Any]) -> str:
    followed, problems = follow_orders(known(("O1", "A")), visits(*rows), AS_OF)
    assert problems.is_empty()
    return str(followed["status"].item())


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ({"result": "phone"}, "visited"),
        ({"result": "face_to_face", "cause_orders": 6}, "diagnosed"),
        ({"result": "phone", "next_step": "no_action"}, "no_action"),
        ({"result": "phone", "cause_orders": 3, "next_step": "tracking"}, "tracking"),
        ({"result": "phone", "next_step": "close"}, "awaiting_approval"),
        ({"result": "phone", "move_stance": "intends_to_move"}, "intends_to_move"),
        ({"result": "phone", "move_stance": "intends_to_move", "next_step": "close"}, "awaiting_approval"),
        ({"result": "deregistered"}, "diagnosed"),
        ({"result": "deregistered", "next_step": "close"}, "awaiting_approval"),
        ({"result": "not_reached"}, "not_reached"),
        ({"result": "nobody_there"}, "not_reached"),
        ({"result": "declined"}, "declined_by_firm"),
        ({"result": "returned_wrong"}, "returned_wrong"),
        ({"status": "cancelled"}, "cancelled"),
        ({"result": "phone", "next_step": "close", "status": "closed"}, "closed"),
    ],
)
def test_an_outcome_takes_a_dispatched_order_to_its_state(outcome: dict[str, Any], state: str) -> None:
    assert state_after(outcome) == state


def test_an_order_without_an_outcome_is_dispatched_from_the_week_after_its_issue() -> None:
    assert state_after() == "dispatched"
    followed, _ = follow_orders(known(("O1", "A"), opened_on=AS_OF), visits(), AS_OF)
    assert followed["status"].item() == "to_dispatch"


def test_outcomes_are_followed_in_the_order_of_the_visits_and_not_of_their_delivery() -> None:
    late, early = {"result": "phone", "next_step": "tracking"}, {"result": "not_reached"}
    assert state_after({"visited_on": date(2022, 6, 20)} | late, {"visited_on": date(2022, 6, 10)} | early) == (
        "tracking"
    )


def test_who_was_not_reached_and_what_is_tracked_may_be_visited_again() -> None:
    assert state_after({"result": "not_reached"}, {"result": "phone"}) == "visited"
    assert state_after({"result": "phone", "next_step": "tracking"}, {"result": "phone", "next_step": "no_action"}) == (
        "no_action"
    )


def test_the_office_approves_what_awaits_approval_and_the_day_of_it_is_kept() -> None:
    followed, _ = follow_orders(
        known(("O1", "A")),
        visits({"result": "phone", "next_step": "close"}, {"status": "closed"}),
        AS_OF,
    )
    assert followed.select("published_status", "status", "settled_on").row(0) == (
        "to_dispatch",
        "closed",
        date(2022, 6, 8),
    )


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"result": "phone"}, {"status": "closed"}, "not an allowed step"),
        ({"result": "declined"}, {"result": "phone"}, "order already settled"),
        ({"status": "cancelled"}, {"result": "phone"}, "order already settled"),
        ({"result": "phone", "next_step": "no_action"}, {"result": "phone"}, "order already settled"),
    ],
)
def test_a_step_that_is_not_an_arrow_changes_nothing_and_goes_back(
    first: dict[str, Any], second: dict[str, Any], reason: str
) -> None:
    followed, problems = follow_orders(known(("O1", "A")), visits(first, second), AS_OF)
    assert followed["status"].item() == state_after(first)
    assert list(problems.select("line", "order_id", "reason").iter_rows()) == [(2, "O1", reason)]


def test_the_same_outcome_delivered_as_form_and_as_table_is_one() -> None:
    said = {"result": "phone", "next_step": "no_action", "visited_on": date(2022, 6, 10)}
    assert state_after(said, said | {"batch_id": 2, "line": 1, "file": "other"}) == "no_action"


def test_an_outcome_with_a_problem_moves_no_order_and_is_listed() -> None:
    followed, problems = follow_orders(
        known(("O1", "A")), visits({"result": "phone", "problem": "in the future"}), AS_OF
    )
    assert followed["status"].item() == "dispatched"
    assert problems["reason"].to_list() == ["in the future"]


def test_a_visit_of_before_a_reopening_says_nothing_of_the_order_as_it_is_open_now() -> None:
    order, before = known(("O1", "A"), opened_on=date(2022, 6, 20)), {"result": "phone", "knowledge_date": ISSUED}
    followed, problems = follow_orders(order, visits(before), AS_OF)
    assert (followed["status"].item(), problems.height) == ("dispatched", 0)
    followed, problems = follow_orders(order, visits({"result": "phone"}), AS_OF)
    assert (followed["status"].item(), problems["reason"].to_list()) == ("dispatched", ["before the order was issued"])


def test_of_two_results_of_one_day_the_later_known_one_counts() -> None:
    day = date(2022, 6, 8)
    form = {"result": "phone", "next_step": "no_action", "visited_on": day, "knowledge_date": date(2022, 6, 10)}
    table = {"result": "phone", "next_step": "tracking", "visited_on": day, "knowledge_date": date(2022, 6, 17)}
    assert state_after(form, table | {"batch_id": 2}) == "tracking"
    assert state_after(table | {"batch_id": 2}, form) == "tracking"


def test_a_diagnosed_order_is_visited_again_and_may_turn_out_otherwise() -> None:
    assert state_after({"result": "phone", "cause_orders": 6}, {"result": "phone", "next_step": "no_action"}) == (
        "no_action"
    )


def test_of_two_open_orders_of_one_enterprise_the_older_stays() -> None:
    followed, _ = follow_orders(known(("O2", "A"), ("O1", "A"), ("O3", "B")), visits(), AS_OF)
    assert dict(followed.select("order_id", "status").iter_rows()) == {
        "O1": "dispatched",
        "O2": "returned_wrong",
        "O3": "dispatched",
    }


OUTCOMES = st.fixed_dictionaries(
    {
        "result": st.sampled_from([*RESULTS, None]),
        "next_step": st.sampled_from(["no_action", "tracking", "close", None]),
        "move_stance": st.sampled_from(["none", "intends_to_move", None]),
        "status": st.sampled_from([*STATES, None]),
        "cause_orders": st.sampled_from([None, 6]),
    }
)


@given(state=st.sampled_from(STATES), outcome=OUTCOMES)
def test_a_way_is_made_of_arrows_only(state: State, outcome: dict[str, Any]) -> None:
    path = transition(state, outcome)
    steps = zip((state, *path), path, strict=False) if path else ()
    assert all(after in ARROWS[before] for before, after in steps)


def test_every_state_but_the_first_is_reached_by_some_arrow_and_every_arrow_leads_to_a_state() -> None:
    reached = {after for afters in ARROWS.values() for after in afters}
    assert set(ARROWS) == set(STATES)
    assert reached == set(STATES)
    assert set(SETTLED) < set(STATES)


@given(rows=st.lists(OUTCOMES, max_size=5), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters_and_every_outcome_is_applied_or_listed_or_told_twice(
    rows: list[dict[str, Any]], seed: Any
) -> None:
    listed = visits(*rows)
    places = list(range(listed.height))
    seed.shuffle(places)
    followed, problems = follow_orders(known(("O1", "A")), listed, AS_OF)
    again, same = follow_orders(known(("O1", "A")), listed[places], AS_OF)
    assert followed.equals(again)
    assert problems.equals(same)
    assert followed["status"].item() in STATES
    assert (followed["settled_on"].item() is not None) == (followed["status"].item() in SETTLED)


def test_a_problem_is_none_any_more_when_a_later_delivery_tells_of_the_same_order_without_one() -> None:
    wrong = {"result": "phone", "problem": "in the future", "visited_on": date(2022, 9, 1)}
    fine = {"result": "phone", "next_step": "tracking"}
    followed, problems = follow_orders(known(("O1", "A")), visits(wrong, fine | {"batch_id": 2}), AS_OF)
    assert (followed["status"].item(), problems.height) == ("tracking", 0)
    _, same_file = follow_orders(known(("O1", "A")), visits(wrong, fine), AS_OF)
    assert same_file["reason"].to_list() == ["in the future"]
    _, other_firm = follow_orders(
        known(("O1", "A")), visits(wrong | {"enterprise_id": "B"}, fine | {"batch_id": 2}), AS_OF
    )
    assert other_firm.height == 1


def test_the_problems_of_no_visit_have_their_columns() -> None:
    assert follow_orders(known(), visits(), AS_OF)[1].schema == PROBLEMS


def test_an_outcome_speaks_of_every_field_that_the_target_has() -> None:
    assert set(CAUSE_TICKS) <= {field.name for field in TARGETS["visit_outcomes"].fields}
