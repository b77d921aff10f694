"""The orders of earlier weeks, in their newest published state, and whose they are now."""

from datetime import date

import polars as pl

from mainstay.warehouse.tables import TABLES
from tests.sql.office import Office, contract

BY_NAME = contract(name="by_name", columns=[{"field": f, "headings": [f]} for f in ("name", "month", "amount_total")])
KNOWN = ("as_of_date", "enterprise_id", "order_id", "status")


def decided(office: Office, *rows: tuple[str, str, str, str]) -> None:
    """Events of (as-of date, order, enterprise, status)."""
    events = [
        {"as_of_date": date.fromisoformat(day), "order_id": order, "enterprise_id": who, "status": status}
        | {"issued_on": date.fromisoformat(day), "sources": ["drop_list"], "priority": 1}
        for day, order, who, status in rows
    ]
    schema = {name: kind for name, kind in TABLES["events.work_orders"].items() if name in events[0]}
    office.warehouse.append("events.work_orders", pl.DataFrame(events, schema=schema))


def test_an_order_is_known_in_its_newest_published_state_a_settled_one_too(office: Office) -> None:
    decided(office, ("2022-06-06", "O1", "A", "to_dispatch"), ("2022-06-13", "O1", "A", "visited"))
    decided(office, ("2022-06-20", "O1", "A", "closed"))
    office.build("2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27")
    assert office.rows("features.known_orders", *KNOWN) == [
        ("2022-06-13", "A", "O1", "to_dispatch"),
        ("2022-06-20", "A", "O1", "visited"),
        ("2022-06-27", "A", "O1", "closed"),
    ]


def test_an_order_follows_its_enterprise_when_that_is_matched_to_a_code(office: Office) -> None:
    office.deliver("name,month,amount_total\nACME,2022-01,1.00", "2022-01-31", BY_NAME)
    decided(office, ("2022-02-07", "O1", "tax:ACME", "to_dispatch"))
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-02,1.00", "2022-02-28")
    office.build("2022-02-14", "2022-03-07")
    assert office.rows("features.known_orders", *KNOWN) == [
        ("2022-02-14", "tax:ACME", "O1", "to_dispatch"),
        ("2022-03-07", "A", "O1", "to_dispatch"),
    ]


def test_an_alert_for_an_enterprise_in_no_other_extract_has_its_name(office: Office) -> None:
    alerts = contract(
        target="alerts",
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "name", "alert_no", "dispatched_on")],
    )
    office.deliver("source_id,name,alert_no,dispatched_on\nZ,Zeta,7,2022-02-01", "2022-02-01", alerts)
    office.build("2022-02-07")
    assert office.rows("features.enterprises", "enterprise_id", "name", "is_paying") == [("Z", "Zeta", False)]


def test_an_order_keeps_the_day_on_which_it_was_opened(office: Office) -> None:
    decided(office, ("2022-06-06", "O1", "A", "closed"))
    reopened = {"as_of_date": [date(2022, 7, 4)], "order_id": ["O1"], "enterprise_id": ["A"], "status": ["to_dispatch"]}
    days = {"issued_on": [date(2022, 6, 6)], "opened_on": [date(2022, 7, 4)], "sources": [["risk"]], "priority": [1]}
    office.warehouse.append("events.work_orders", pl.DataFrame(reopened | days))
    office.build("2022-07-11")
    assert office.rows("features.known_orders", "status", "issued_on", "opened_on", "last_published_on") == [
        ("to_dispatch", "2022-06-06", "2022-07-04", "2022-07-04")
    ]
