"""Which orders of earlier weeks are still open, and whose they are now."""

from datetime import date

import polars as pl

from mainstay.warehouse.tables import EVENTS_WORK_ORDERS
from tests.sql.office import Office, contract

BY_NAME = contract(name="by_name", columns=[{"field": f, "headings": [f]} for f in ("name", "month", "amount_total")])
OPEN = ("as_of_date", "enterprise_id", "order_id", "status")


def decided(office: Office, *rows: tuple[str, str, str, str]) -> None:
    """Events of (as-of date, order, enterprise, status)."""
    events = [
        {"as_of_date": date.fromisoformat(day), "order_id": order, "enterprise_id": who, "status": status}
        | {"issued_on": date.fromisoformat(day), "sources": ["drop_list"], "priority": 1}
        for day, order, who, status in rows
    ]
    schema = {name: kind for name, kind in EVENTS_WORK_ORDERS.items() if name in events[0]}
    office.warehouse.append("events.work_orders", pl.DataFrame(events, schema=schema))


def test_an_order_is_open_in_its_newest_state_until_it_is_closed(office: Office) -> None:
    decided(office, ("2022-06-06", "O1", "A", "to_dispatch"), ("2022-06-13", "O1", "A", "visited"))
    decided(office, ("2022-06-20", "O1", "A", "closed"))
    office.build("2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27")
    assert office.rows("features.open_orders", *OPEN) == [
        ("2022-06-13", "A", "O1", "to_dispatch"),
        ("2022-06-20", "A", "O1", "visited"),
    ]


def test_an_order_follows_its_enterprise_when_that_is_matched_to_a_code(office: Office) -> None:
    office.deliver("name,month,amount_total\nACME,2022-01,1.00", "2022-01-31", BY_NAME)
    decided(office, ("2022-02-07", "O1", "tax:ACME", "to_dispatch"))
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-02,1.00", "2022-02-28")
    office.build("2022-02-14", "2022-03-07")
    assert office.rows("features.open_orders", *OPEN) == [
        ("2022-02-14", "tax:ACME", "O1", "to_dispatch"),
        ("2022-03-07", "A", "O1", "to_dispatch"),
    ]


def test_of_two_orders_that_become_one_enterprises_the_older_stays_open(office: Office) -> None:
    office.deliver("name,month,amount_total\nACME,2022-01,1.00", "2022-01-31", BY_NAME)
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-02,1.00", "2022-02-28")
    decided(office, ("2022-02-14", "O2", "A", "to_dispatch"), ("2022-02-07", "O1", "tax:ACME", "to_dispatch"))
    office.build("2022-03-07")
    assert office.rows("features.open_orders", *OPEN) == [("2022-03-07", "A", "O1", "to_dispatch")]


def test_an_alert_for_an_enterprise_in_no_other_extract_has_its_name(office: Office) -> None:
    alerts = contract(
        target="alerts",
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "name", "alert_no", "dispatched_on")],
    )
    office.deliver("source_id,name,alert_no,dispatched_on\nZ,Zeta,7,2022-02-01", "2022-02-01", alerts)
    office.build("2022-02-07")
    assert office.rows("features.enterprises", "enterprise_id", "name", "is_paying") == [("Z", "Zeta", False)]
