"""The row that lies exactly on a bound: one test a comparison, with a neighbour on either side where there is one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.orders.selection import ORDERS
from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.risk.scoring import SCORES
from mainstay.settings import ScoreSettings, Settings
from mainstay.warehouse import run
from tests.sql.office import Office, contract
from tests.sql.outbound_week import follow_outbound
from tests.sql.risk_office import cohort, new_office, pay
from tests.sql.scored_week import NOTHING_SCORED
from tests.sql.test_drop_lists import two_years
from tests.sql.test_list_engine import lists, ranked

AS_OF = "2022-02-01"
DAY = date(2022, 2, 1)


def frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """Rows of a schema; what a row does not say is null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@pytest.fixture(scope="module")
def zones() -> Iterator[dict[str, bool]]:
    """Whether the public may see a zone, by how much its payers pay: zone -> is_suppressed_in_public."""
    paid = {"two": (5, 5), "three": (4, 3, 3), "four_fifths": (80, 10, 10), "a_little_more": (81, 10, 9)}
    firms = [(f"{zone}{n}", zone, amount) for zone, amounts in paid.items() for n, amount in enumerate(amounts)]
    with new_office() as office:
        office.deliver(two_years(*(f"{firm},1,{amount}" for firm, _, amount in firms)), AS_OF)
        register = "\n".join(["source_id,zone,in_from", *(f"{firm},{zone},2019-01-01" for firm, zone, _ in firms)])
        office.deliver(register, AS_OF, contract(target="enterprises", delivery="full"))
        office.build(AS_OF)
        columns = ("group_name", "is_suppressed_in_public", "grouping", "level", "caliber")
        rows = office.rows("marts.concentration", *columns)
        yield {name: hidden for name, hidden, *where in rows if where == ["zone", "local", "natural"]}


def test_two_payers_may_not_be_shown_in_public_and_three_may(zones: dict[str, bool]) -> None:
    assert (zones["two"], zones["three"]) == (True, False)


def test_who_pays_four_fifths_may_be_shown_in_public_and_who_pays_more_may_not(zones: dict[str, bool]) -> None:
    assert (zones["four_fifths"], zones["a_little_more"]) == (False, True)


def test_the_third_caliber_has_the_refund_and_the_deferral_of_one_firm_both(office: Office) -> None:
    office.deliver(two_years("A,100.00,50.00"), AS_OF)
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    heading = "source_id,name,month,amount_total,amount_local,levy_item,reason"
    back = [f"A,A,{month},{amount},{amount},增值税,留抵退税" for month, amount in (("2021-01", -7), ("2022-01", -30))]
    office.deliver("\n".join([heading, *back]), AS_OF, refunds)
    fields = ("source_id", "month", "paid_month", "amount_total", "amount_local")
    deferrals = contract(target="deferrals", columns=[{"field": name, "headings": [name]} for name in fields])
    office.deliver(f"{','.join(fields)}\nA,2021-01,2021-12,2,2\nA,2022-01,2022-08,11,11", AS_OF, deferrals)
    office.build(AS_OF, settings=lists(mine={"caliber": "deferral_adjusted"}))
    years = [f"{caliber}_{year}" for caliber in ("natural", "restored", "adjusted") for year in ("prior", "current")]
    changes = {row[:2]: row[2:] for row in office.rows("features.window_changes", "window_name", "level", *years)}
    assert changes["ytd", "local"] == ("93.00", "20.00", "100.00", "50.00", "102.00", "61.00")
    assert office.rows("marts.drop_lists", "prior", "current", "change") == [("102.00", "61.00", "-41.00")]
    months = office.rows("marts.revenue_monthly", "month", "local", "local_restored", "local_deferral_adjusted")
    assert months[-1] == ("2022-01-01", "20.00", "50.00", "61.00")
    calibers = office.rows("marts.concentration", "caliber", "revenue", "grouping", "level")
    assert {row[0]: row[1] for row in calibers if row[2:] == ("park", "local")} == {
        "natural": "20.00",
        "restored": "50.00",
        "deferral_adjusted": "61.00",
    }


def scored(enterprise: str, rank: int, loss: str = "5.00") -> dict[str, Any]:
    """The decline of an enterprise over twelve months."""
    known = {"as_of_date": DAY, "target": "decline", "horizon_months": 12, "grade": "high", "risk": 0.5}
    return known | {"enterprise_id": enterprise, "rank": rank, "expected_loss": Decimal(loss)}


def test_the_last_of_the_largest_losses_is_visited_and_who_comes_behind_it_or_loses_nothing_is_not(
    office: Office,
) -> None:
    office.deliver(two_years("A,1,2", "B,1,2", "C,1,2", "D,1,2"), AS_OF)
    office.build(AS_OF, settings=Settings(score=ScoreSettings(top_k=2)))
    follow_outbound(office)
    scores = [scored("A", 1), scored("B", 2), scored("C", 3), scored("D", 2, loss="0.00")]
    run.write_inputs(office.warehouse, NOTHING_SCORED | {"scores": frame(scores, SCORES)})
    assert office.rows("marts.order_candidates", "enterprise_id") == [("A",), ("B",)]


def test_nothing_is_overdue_on_the_day_on_which_it_is_due(office: Office) -> None:
    office.deliver(two_years("A,1,2", "B,1,2"), AS_OF)
    days = {"A": "2022-02-01", "B": "2022-01-31"}
    asked = [f"{who},{who},{who},2022-01-10,matter {who},dept,{day}" for who, day in days.items()]
    heading = "source_id,name,request_no,requested_on,matter,department,due_on"
    office.deliver("\n".join([heading, *asked]), AS_OF, contract(target="service_requests"))
    alerted = [f"{who},{who},{who},2022-01-10,{day}" for who, day in days.items()]
    heading = "source_id,name,alert_no,dispatched_on,due_on"
    office.deliver("\n".join([heading, *alerted]), AS_OF, contract(target="alerts"))
    fields = ("project", "milestone", "due_on")
    named = [{"field": name, "headings": [name]} for name in fields]
    projects = contract(target="projects", key=["project", "milestone"], columns=named)
    office.deliver("\n".join([",".join(fields), *(f"P,{who},{day}" for who, day in days.items())]), AS_OF, projects)
    office.build(AS_OF)
    follow_outbound(office)
    order = {"as_of_date": DAY, "status": "dispatched", "is_open": True, "sources": ["risk"], "priority": 1}
    orders = [
        order | {"order_id": who, "enterprise_id": who, "due_on": date.fromisoformat(day)}
        | dict.fromkeys(("issued_on", "opened_on"), date(2022, 1, 10))
        for who, day in days.items()
    ]  # fmt: skip
    run.write_inputs(office.warehouse, NOTHING_SCORED | {"work_orders": frame(orders, ORDERS)})
    for relation, key in (
        ("marts.work_orders", "order_id"),
        ("marts.alert_replies", "alert_no"),
        ("marts.coordination_matters", "enterprise_id"),
        ("marts.projects", "milestone"),
    ):
        assert (relation, office.rows(relation, key, "is_overdue")) == (relation, [("A", False), ("B", True)])


def test_a_base_or_a_revenue_exactly_on_the_floor_reaches_it(office: Office) -> None:
    office.deliver(two_years("A,20.00,19.99", "B,19.99,1.00", "C,30.00,20.00", "D,1.00,40.00"), AS_OF)
    office.build(
        AS_OF,
        settings=lists(
            amount={"floor": "20"},
            percent={"floor": "20", "sort_by": "percent"},
            revenue={"floor": "20", "sort_by": "revenue"},
            name={"floor": "20", "sort_by": "name", "kind": "firms"},
        ),
    )
    found = {name: "".join(who for *_, who in places) for name, places in ranked(office, PLACES).items()}
    assert found == {"amount": "CA", "percent": "CA", "revenue": "DC", "name": "CD"}


PLACES = "features.list_places"


def test_of_those_that_share_a_place_all_are_taken_and_the_next_one_comes_behind_all_of_them(office: Office) -> None:
    office.deliver(two_years("A,100.00,20.00", "B,90.00,10.00", "C,60.00,10.00", "D,50.00,20.00"), AS_OF)
    office.build(AS_OF, settings=lists(**{f"k{k}": {"ties": "shared_rank", "top_k": k} for k in (1, 2, 3)}))
    first = [(1, 1, "A"), (2, 1, "B")]
    assert ranked(office, PLACES) == {"k1": first, "k2": first, "k3": [*first, (3, 3, "C")]}


@pytest.fixture(scope="module")
def lessons() -> Iterator[Office]:
    """Firms that fell to half in July 2022, with a gain that came once in a month of the year before."""
    gains = {"Before": "2021-06", "First": "2021-07", "Last": "2021-09", "After": "2021-10"}
    base, now = "2021-06 100 100 100 100 100", "2022-07 50 50 50 50"
    with new_office() as office:
        lines = (f"{firm} {months} total=1000" for firm in gains for months in (base, now))
        pay(office, "2022-07-05", "K 2021-06 " + "9 " * 18, *lines)
        fields = ("source_id", "matter", "month", "amount")
        events = contract(target="known_events", columns=[{"field": name, "headings": [name]} for name in fields])
        rows = [f"{firm},equity_transfer,{month},90" for firm, month in gains.items()]
        office.deliver("\n".join([",".join(fields), *rows]), "2022-07-05", events)
        yield office


def learnt(office: Office, as_of: str, horizon: int, *columns: str) -> list[tuple[Any, ...]]:
    """What hidden outflows of these firms were at a date."""
    firms = cohort("Before", "First", "Last", "After", target="hidden_outflow", horizon=horizon)
    office.build(as_of, hand_in={"cohorts": origin_cohorts(firms)})
    return office.rows("labels.outcomes", "enterprise_id", *columns)


def test_a_gain_in_the_first_or_the_last_month_of_the_base_came_once_and_one_before_or_after_it_did_not(
    lessons: Office,
) -> None:
    assert learnt(lessons, "2022-10-31", 3, "label", "lesson") == [
        ("After", True, True),
        ("Before", True, True),
        ("First", False, False),
        ("Last", False, False),
    ]


@pytest.mark.parametrize(
    ("as_of", "horizon", "lesson_to"),
    [("2022-08-31", 3, ""), ("2022-09-30", 3, "2022-08-01"), ("2022-09-30", 6, ""), ("2022-10-31", 6, "2022-09-01")],
)
def test_one_settled_month_of_three_teaches_nothing_and_two_do_two_of_six_do_not_and_three_do(
    lessons: Office, as_of: str, horizon: int, lesson_to: str
) -> None:
    assert {row[1] for row in learnt(lessons, as_of, horizon, "lesson_to")} == {lesson_to or None}
