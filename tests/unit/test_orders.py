"""Selection of work orders: one a firm, never above the capacity, the largest drop first."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mainstay.orders.selection import ORDERS, select_orders
from mainstay.settings import OrderSettings

AS_OF = date(2022, 6, 6)
NUMBERS = pl.Schema({"order_id": pl.String, "enterprise_id": pl.String, "issued_on": pl.Date})
CANDIDATES = pl.Schema(
    {
        "as_of_date": pl.Date,
        "enterprise_id": pl.String,
        "sources": pl.List(pl.String),
        "list_ranks": pl.String,
        "may_issue": pl.Boolean,
        "restored_change": pl.Decimal(18, 2),
    }
)


def candidates(*rows: tuple[str, str, int | None]) -> pl.DataFrame:
    """Rows of (enterprise, source, restored change)."""
    made = [(AS_OF, who, [source], None, True, change) for who, source, change in rows]
    return pl.DataFrame(made, schema=CANDIDATES, orient="row")


def select(asked: pl.DataFrame, carried: pl.DataFrame | None = None, **changes: Any) -> pl.DataFrame:
    numbers = changes.pop("numbers", NUMBERS.to_frame())
    simulated = changes.pop("simulated", False)
    settings = OrderSettings.model_validate({"visiting_capacity": 2} | changes)
    carried = ORDERS.to_frame() if carried is None else carried
    return select_orders(asked, carried, numbers, as_of=AS_OF, settings=settings, simulated=simulated)


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
    carried = select(candidates(("A", "drop_list", -5)))
    orders = select(candidates(("A", "risk", -6), ("B", "drop_list", -1)), carried)
    assert ids(orders) == [("M2022W23-0001", "A"), ("M2022W23-0001", "B")]
    assert orders["sources"].to_list()[0] == ["drop_list", "risk"]


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
    later = select_orders(
        candidates(("A", "drop_list", -5)),
        ORDERS.to_frame(),
        numbers,
        as_of=date(2022, 6, 9),
        settings=OrderSettings(),
        simulated=False,
    )
    assert ids(later) == [("M2022W23-0005", "A")]


def test_a_candidate_that_may_not_open_an_order_keeps_its_place_in_the_one_it_has() -> None:
    carried = select(candidates(("A", "drop_list", -5), ("B", "drop_list", -9)))
    asked = candidates(("A", "drop_list", -5), ("B", "drop_list", -9), ("C", "drop_list", -99))
    orders = select(asked.with_columns(may_issue=pl.lit(value=False)), carried)
    assert ids(orders) == ids(carried)


def test_orders_of_a_simulated_park_say_so() -> None:
    assert ids(select(candidates(("A", "drop_list", -5)), simulated=True)) == [("SIMM2022W23-0001", "A")]


def test_visits_are_shared_out_to_whoever_has_the_fewest_open_orders() -> None:
    asked = candidates(("A", "drop_list", -5), ("B", "drop_list", -4), ("C", "drop_list", -3))
    orders = select(asked, visiting_capacity=3, assignees=["甲", "乙"])
    assert orders["assignee"].to_list() == ["甲", "乙", "甲"]


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
