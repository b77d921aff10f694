"""Selection of work orders: one a firm, never above the capacity, the largest drop first."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.orders.selection import select_orders
from mainstay.settings import OrderSettings

AS_OF = date(2022, 6, 6)
NUMBERS = pl.Schema({"order_id": pl.String, "enterprise_id": pl.String, "issued_on": pl.Date})
CANDIDATES = pl.Schema(
    {
        "enterprise_id": pl.String,
        "sources": pl.List(pl.String),
        "list_ranks": pl.String,
        "is_urgent": pl.Boolean,
        "may_issue": pl.Boolean,
        "restored_change": pl.Decimal(18, 2),
        "adjusted_change": pl.Decimal(18, 2),
    }
)
FOLLOWED = pl.Schema(
    {
        "order_id": pl.String,
        "enterprise_id": pl.String,
        "sources": pl.List(pl.String),
        "status_before": pl.String,
        "priority": pl.Int64,
        "assignee": pl.String,
        "issued_on": pl.Date,
        "opened_on": pl.Date,
        "due_on": pl.Date,
        "last_published_on": pl.Date,
        "status": pl.String,
        "settled_on": pl.Date,
    }
)
VISITED = pl.Schema({"enterprise_id": pl.String, "visited_this_quarter": pl.Boolean})


def candidates(*rows: tuple[str, str, int | None]) -> pl.DataFrame:
    """Rows of (enterprise, source, restored change)."""
    made = [(who, [source], None, source == "hotline", True, change, None) for who, source, change in rows]
    return pl.DataFrame(made, schema=CANDIDATES, orient="row")


def followed(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    """Orders of (order, enterprise, status now, day on which it was settled), all published as dispatched before."""
    issued = date(2022, 5, 9)
    made = [
        {"order_id": order, "enterprise_id": who, "sources": ["drop_list"], "priority": 1}
        | {"status_before": "dispatched", "issued_on": issued, "opened_on": issued, "due_on": date(2022, 5, 23)}
        | {"status": status, "settled_on": date.fromisoformat(settled_on) if settled_on else None}
        for order, who, status, settled_on in rows
    ]
    return pl.DataFrame(made, schema=FOLLOWED)


def visited(*enterprises: str) -> pl.DataFrame:
    """These were visited or called in the as-of date's quarter."""
    return pl.DataFrame([(who, True) for who in enterprises], schema=VISITED, orient="row")


def select(asked: pl.DataFrame, carried: pl.DataFrame | None = None, **changes: Any) -> pl.DataFrame:
    numbers = changes.pop("numbers", NUMBERS.to_frame())
    simulated = changes.pop("simulated", False)
    last_visits = changes.pop("last_visits", VISITED.to_frame())
    as_of = changes.pop("as_of", AS_OF)
    settings = OrderSettings.model_validate({"visiting_capacity": 2} | changes)
    carried = FOLLOWED.to_frame() if carried is None else carried
    return select_orders(asked, carried, last_visits, numbers, as_of=as_of, settings=settings, simulated=simulated)


def ids(orders: pl.DataFrame) -> list[tuple[str, str]]:
    return list(orders.select("order_id", "enterprise_id").iter_rows())


def test_the_largest_drops_get_the_visits_that_the_capacity_allows() -> None:
    orders = select(candidates(("A", "drop_list", -5), ("B", "drop_list", -9), ("C", "drop_list", -7)))
    assert ids(orders) == [("M2022W23-0001", "B"), ("M2022W23-0002", "C")]
    assert orders["due_on"].to_list() == [date(2022, 6, 20)] * 2


def test_a_dispatched_alert_goes_before_any_drop() -> None:
    orders = select(candidates(("A", "drop_list", -5), ("B", "dispatched_alert", None)), visiting_capacity=1)
    assert ids(orders) == [("M2022W23-0001", "B")]


def test_a_firm_with_an_open_order_gets_no_second_one_and_its_sources_join() -> None:
    carried = followed(("O1", "A", "dispatched", None))
    orders = select(candidates(("A", "risk", -6), ("B", "drop_list", -1)), carried)
    assert ids(orders) == [("O1", "A"), ("M2022W23-0001", "B")]
    assert orders["sources"].to_list()[0] == ["drop_list", "risk"]
    assert orders["status"].to_list() == ["dispatched", "to_dispatch"]


def test_an_order_that_was_settled_this_week_is_shown_once_more_and_asks_for_no_visit() -> None:
    carried = followed(("O1", "A", "no_action", "2022-06-01"), ("O2", "B", "tracking", None))
    orders = select(candidates(), carried)
    assert list(orders.select("order_id", "status", "is_open").iter_rows()) == [
        ("O2", "tracking", True),
        ("O1", "no_action", False),
    ]


def test_an_order_that_was_published_as_settled_is_not_shown_again() -> None:
    carried = followed(("O1", "A", "no_action", "2022-05-30")).with_columns(status_before=pl.lit("no_action"))
    assert select(candidates(), carried).is_empty()


def test_a_visited_firm_is_left_alone_for_its_quarter_unless_it_asks() -> None:
    asked = candidates(("A", "drop_list", -9), ("B", "hotline", None))
    assert ids(select(asked, last_visits=visited("A", "B"))) == [("M2022W23-0001", "B")]


def test_an_enterprise_that_asks_goes_before_a_dispatched_alert() -> None:
    asked = candidates(("A", "dispatched_alert", -9), ("B", "hotline", None))
    assert [who for _, who in ids(select(asked))] == ["B", "A"]


def test_a_closed_order_is_opened_again_under_its_own_number_within_ninety_days() -> None:
    carried = followed(("O1", "A", "closed", "2022-03-08")).with_columns(status_before=pl.lit("closed"))
    [order] = select(candidates(("A", "drop_list", -9)), carried).to_dicts()
    assert (order["order_id"], order["status"]) == ("O1", "to_dispatch")
    assert (order["issued_on"], order["opened_on"]) == (date(2022, 5, 9), AS_OF)
    later = carried.with_columns(settled_on=pl.lit(date(2022, 3, 7)))
    assert ids(select(candidates(("A", "drop_list", -9)), later)) == [("M2022W23-0001", "A")]


def test_an_order_settled_otherwise_than_closed_is_not_opened_again() -> None:
    carried = followed(("O1", "A", "no_action", "2022-03-30")).with_columns(status_before=pl.lit("no_action"))
    assert ids(select(candidates(("A", "drop_list", -9)), carried)) == [("M2022W23-0001", "A")]


@pytest.mark.parametrize("status", ["no_action", "closed", "declined_by_firm", "returned_wrong", "cancelled"])
def test_a_firm_whose_order_was_settled_is_left_alone_for_its_quarter_unless_it_asks(status: str) -> None:
    carried = followed(("O1", "A", status, "2022-04-01")).with_columns(status_before=pl.lit(status))
    assert select(candidates(("A", "drop_list", -9)), carried).is_empty()
    assert select(candidates(("A", "hotline", None)), carried)["enterprise_id"].to_list() == ["A"]
    before = carried.with_columns(settled_on=pl.lit(date(2022, 3, 31)))
    assert select(candidates(("A", "drop_list", -9)), before)["enterprise_id"].to_list() == ["A"]


def test_a_number_that_was_given_is_not_given_again_and_a_rerun_keeps_it() -> None:
    numbers = pl.DataFrame([("M2022W23-0001", "X", AS_OF), ("M2022W23-0002", "A", AS_OF)], schema=NUMBERS, orient="row")
    orders = select(candidates(("A", "drop_list", -5), ("B", "drop_list", -9)), numbers=numbers)
    assert ids(orders) == [("M2022W23-0003", "B"), ("M2022W23-0002", "A")]


def test_a_number_that_is_given_later_in_the_week_is_unknown_to_a_replay() -> None:
    given = [("M2022W23-0001", "A", AS_OF), ("M2022W23-0002", "X", date(2022, 6, 8))]
    numbers = pl.DataFrame(given, schema=NUMBERS, orient="row")
    orders = select(candidates(("A", "drop_list", -5), ("B", "drop_list", -9)), numbers=numbers)
    assert ids(orders) == [("M2022W23-0002", "B"), ("M2022W23-0001", "A")]


def test_a_number_given_earlier_in_the_week_is_not_given_again() -> None:
    given = [("M2022W23-0004", "X", date(2022, 6, 7))]
    numbers = pl.DataFrame(given, schema=NUMBERS, orient="row")
    later = select(candidates(("A", "drop_list", -5)), numbers=numbers, as_of=date(2022, 6, 9))
    assert ids(later) == [("M2022W23-0005", "A")]


def test_a_candidate_that_may_not_open_an_order_keeps_its_place_in_the_one_it_has() -> None:
    carried = followed(("O1", "A", "dispatched", None), ("O2", "B", "dispatched", None))
    asked = candidates(("A", "drop_list", -5), ("B", "drop_list", -9), ("C", "drop_list", -99))
    orders = select(asked.with_columns(may_issue=pl.lit(value=False)), carried)
    assert ids(orders) == [("O2", "B"), ("O1", "A")]


def test_orders_of_a_simulated_park_say_so() -> None:
    assert ids(select(candidates(("A", "drop_list", -5)), simulated=True)) == [("SIMM2022W23-0001", "A")]


def test_visits_are_shared_out_to_whoever_has_the_fewest_open_orders() -> None:
    asked = candidates(("A", "drop_list", -5), ("B", "drop_list", -4), ("C", "drop_list", -3))
    orders = select(asked, visiting_capacity=3, assignees=["甲", "乙"])
    assert orders["assignee"].to_list() == ["甲", "乙", "甲"]


def test_an_earlier_run_of_the_week_counts_towards_the_capacity() -> None:
    thursday = date(2022, 6, 9)
    carried = followed(("O1", "A", "dispatched", None)).with_columns(
        opened_on=pl.lit(AS_OF), status_before=pl.lit(None)
    )
    asked = candidates(("B", "drop_list", -5), ("C", "drop_list", -4))
    assert [who for _, who in ids(select(asked, carried, as_of=thursday))] == ["B", "A"]
    assert [who for _, who in ids(select(asked, carried, as_of=date(2022, 6, 13)))] == ["B", "C", "A"]


def test_a_second_run_of_a_week_shows_again_what_the_first_has_settled() -> None:
    carried = followed(("O1", "A", "no_action", "2022-06-01"))
    assert select(candidates(), carried)["order_id"].to_list() == ["O1"]
    assert select(candidates(), carried.with_columns(status_before=pl.lit("no_action"))).is_empty()


@given(
    rows=st.dictionaries(
        st.text("ABCDEFGH", min_size=1, max_size=2),
        st.tuples(st.sampled_from(["drop_list", "risk", "dispatched_alert"]), st.integers(-100, 0) | st.none()),
    ),
    capacity=st.integers(0, 5),
    seed=st.randoms(use_true_random=False),
)
def test_capacity_is_never_exceeded_and_the_order_of_rows_never_matters(
    rows: dict[str, tuple[str, int | None]], capacity: int, seed: Any
) -> None:
    listed = [(who, source, change) for who, (source, change) in rows.items()]
    orders = select(candidates(*listed), visiting_capacity=capacity)
    assert orders.height == min(capacity, len(rows))
    assert orders["enterprise_id"].n_unique() == orders.height
    shuffled = listed.copy()
    seed.shuffle(shuffled)
    assert select(candidates(*shuffled), visiting_capacity=capacity).equals(orders)
