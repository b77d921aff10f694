"""What the weekly brief counts: issues, files, months, lists, alerts, matters, and the bureau's totals."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.orders.selection import ORDERS
from mainstay.report.brief import RELATIONS, brief_html
from mainstay.report.units import DisplayUnit
from mainstay.warehouse import run
from tests.sql.office import Office, contract, drop_list
from tests.sql.outbound_week import follow_outbound
from tests.sql.scored_week import NOTHING_SCORED, publish
from tests.unit.report.brief_samples import SCHEMAS

YEARS = """source_id,name,month,amount_total,amount_local
A,A,2021-01,100.00,100.00
A,A,2022-01,10.00,10.00
B,B,2021-01,50.00,50.00
B,B,2022-01,0.00,0.00"""
REPLIES = ("alert_no", "order_id", "status", "replied", "is_due", "is_overdue")
MATTERS = ("matter_no", "enterprise_id", "matter", "department", "due_on", "source", "is_overdue")


def counted(office: Office, as_of: str, *files: str) -> None:
    """Publish a week that has counted these files."""
    rows = [{"as_of_date": date.fromisoformat(as_of), "sha256": file} for file in files]
    office.warehouse.append("events.deliveries", pl.DataFrame(rows))


def listed(office: Office, as_of: str, *enterprises: str) -> None:
    """Publish a week's list."""
    rows = [
        {"as_of_date": date.fromisoformat(as_of), "list_name": "mine", "enterprise_id": who, "rank": rank}
        for rank, who in enumerate(enterprises, start=1)
    ]
    office.warehouse.append("events.drop_lists", pl.DataFrame(rows))


def ordered(office: Office, *orders: dict[str, Any]) -> None:
    """Hand in the week's orders, and build what waits for them."""
    follow_outbound(office)
    rows = [{"sources": ["drop_list"], "is_open": True, "priority": 1} | order for order in orders]
    run.write_inputs(
        office.warehouse,
        {**NOTHING_SCORED, "work_orders": pl.DataFrame(rows, schema=ORDERS)},
    )


def visited(office: Office, *rows: str, known: str = "2022-06-06") -> None:
    """Deliver visits: `id,day,result,request,department,due,answer`."""
    heading = "source_id,visited_on,result,request,request_department,request_due_on,request_result"
    office.deliver("\n".join([heading, *rows]), known, contract(target="visit_outcomes"))


def asked(office: Office, *rows: str, known: str = "2022-06-06") -> None:
    """Deliver requests: `id,number,day,matter,department,due,resolved`."""
    heading = "source_id,name,request_no,requested_on,matter,department,due_on,resolved_on"
    lines = [f"{row.split(',')[0]},{row}" for row in rows]
    office.deliver("\n".join([heading, *lines]), known, contract(target="service_requests"))


def alerted(office: Office, *rows: str, known: str = "2022-06-06") -> None:
    """Deliver alerts: `id,number,dispatched,due`."""
    heading = "source_id,name,alert_no,dispatched_on,due_on"
    lines = [f"{row.split(',')[0]},{row}" for row in rows]
    office.deliver("\n".join([heading, *lines]), known, contract(target="alerts"))


def test_an_issue_is_a_published_week_and_a_second_run_of_it_keeps_its_number(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    for day in ("2022-02-07", "2022-02-09", "2022-02-14"):
        counted(office, day, "file 1")
    office.build("2022-02-07", "2022-02-14", "2022-02-16", "2022-02-21", settings=drop_list())
    assert office.rows("marts.weeks", "as_of_date", "issue_no", "published_before") == [
        ("2022-02-07", 1, None),
        ("2022-02-14", 2, "2022-02-09"),
        ("2022-02-16", 2, "2022-02-09"),
        ("2022-02-21", 3, "2022-02-14"),
    ]


def test_a_week_says_why_its_window_gives_no_yoy_and_which_level_stands_in(office: Office) -> None:
    only_total = contract(
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "month", "amount_total")],
    )
    office.deliver("source_id,name,month,amount_total\nA,A,2022-01,5.00", "2022-02-01", only_total)
    office.build("2022-02-07", settings=drop_list())
    assert office.rows("marts.weeks", "level", "is_fallback", "is_covered", "not_covered_reason", "has_refunds") == [
        ("total", True, False, "base window not covered", False)
    ]


def test_a_file_of_any_kind_is_new_until_a_published_week_has_counted_it(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    alerted(office, "A,1,2022-02-01,", known="2022-02-01")
    office.build("2022-02-07", settings=drop_list())
    ordered(office)
    publish(office, date(2022, 2, 7))
    alerted(office, "A,2,2022-02-08,", known="2022-02-08")
    office.build("2022-02-07", "2022-02-14", settings=drop_list())
    assert office.rows("marts.week_files", "as_of_date", "file", "target", "rows_loaded", "is_new") == [
        ("2022-02-07", "file 1", "receipts", 4, True),
        ("2022-02-07", "file 2", "alerts", 1, True),
        ("2022-02-14", "file 1", "receipts", 4, False),
        ("2022-02-14", "file 2", "alerts", 1, False),
        ("2022-02-14", "file 3", "alerts", 1, True),
    ]


def test_a_month_that_no_file_covers_is_unknown_and_not_zero(office: Office) -> None:
    office.deliver("source_id,name,month,amount_local\nA,A,2022-01,10.00\nB,B,2022-01,5.00", "2022-02-01")
    office.build("2022-02-07", settings=drop_list())
    months = office.rows("marts.park_monthly", "month", "is_covered", "natural_revenue", "restored_revenue")
    assert months[0] == ("2021-01-01", False, None, None)
    assert months[-1] == ("2022-01-01", True, "15.00", "15.00")
    assert len(months) == 13


def test_an_enterprise_without_the_level_is_left_out_of_the_month_and_counted(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.deliver("source_id,name,month,amount_total\nA,A,2022-01,80.00", "2022-02-01", contract(name="coarse"))
    office.deliver("source_id,name,month,amount_total\nC,C,2021-01,1.00", "2022-02-01", contract(name="coarse"))
    most = "\n".join("Z,Z,2022-01,0.00,0.00" for _ in range(20))
    office.deliver(f"source_id,name,month,amount_total,amount_local\n{most}", "2022-02-01", contract(name="coarse"))
    office.build("2022-02-07", settings=drop_list())
    months = office.rows("marts.park_monthly", "month", "natural_revenue", "enterprises_unknown")
    assert months[-1] == ("2022-01-01", "0.00", 1)


def test_restored_months_add_the_vat_credit_refunds(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    rows = "source_id,name,month,amount_total,amount_local,levy_item,reason\nA,A,2022-01,-8.00,-8.00,增值税,留抵退税"
    office.deliver(rows, "2022-02-01", refunds)
    office.build("2022-02-07", settings=drop_list())
    months = office.rows("marts.park_monthly", "month", "natural_revenue", "restored_revenue")
    assert months[-1] == ("2022-01-01", "2.00", "10.00")


def test_what_is_on_a_list_is_what_was_on_it_and_came_in_and_did_not_go_out(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    counted(office, "2022-02-07", "file 1")
    listed(office, "2022-02-07", "A", "C", "D")
    office.build("2022-02-14", settings=drop_list())
    ordered(office)
    columns = ("list_name", "rows", "entered", "left_list", "inquired", "policy_drops")
    assert office.rows("marts.list_movements", *columns) == [("mine", 2, 1, 2, 0, 0)]


def test_in_a_first_week_nothing_has_come_in_or_gone_out(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.build("2022-02-07", settings=drop_list())
    ordered(office)
    assert office.rows("marts.list_movements", "rows", "entered", "left_list") == [(2, None, None)]


def test_a_list_that_cannot_be_computed_has_no_movement(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    counted(office, "2022-02-07", "file 1")
    listed(office, "2022-02-07", "A")
    office.build("2022-02-14", settings=drop_list(window="first_quarter"))
    ordered(office)
    columns = ("rows", "entered", "left_list", "is_covered", "not_covered_reason")
    assert office.rows("marts.list_movements", *columns) == [(0, None, None, False, "window not over")]


def test_an_enterprise_that_got_a_code_has_not_left_the_list(office: Office) -> None:
    by_name = contract(target="outbound", columns=[{"field": f, "headings": [f]} for f in ("name", "moved_on")])
    office.deliver("name,moved_on\nA,2022-01-10", "2022-01-31", by_name)
    office.deliver(YEARS, "2022-02-01")
    counted(office, "2022-02-07", "file 2")
    listed(office, "2022-02-07", "tax:A", "B")
    office.build("2022-02-14", settings=drop_list())
    ordered(office)
    assert office.rows("marts.list_movements", "left_list") == [(0,)]


def test_an_alert_is_answered_by_a_visit_since_its_dispatch_that_found_somebody(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    alerted(office, "A,1,2022-05-10,2022-05-31", "A,2,2022-05-20,2022-06-12", "B,3,2022-05-10,2022-06-13")
    visited(office, "A,2022-05-15,phone,,,,", "B,2022-05-15,not_reached,,,,")
    office.build("2022-06-06", settings=drop_list())
    ordered(office)
    assert office.rows("marts.alert_replies", *REPLIES) == [
        ("1", None, None, True, False, False),
        ("2", None, None, False, True, False),
        ("3", None, None, False, False, False),
    ]


def test_an_alert_is_overdue_from_the_day_after_its_deadline(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    alerted(office, "A,1,2022-05-10,2022-06-05", "A,2,2022-05-10,2022-06-06", "B,3,2022-05-10,")
    office.build("2022-06-06", settings=drop_list())
    ordered(office)
    assert [row[-2:] for row in office.rows("marts.alert_replies", *REPLIES)] == [
        (False, True),
        (True, False),
        (False, False),
    ]


def test_an_alert_has_the_newest_order_that_was_out_since_and_a_settled_one_answers_it(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    alerted(office, "A,1,2022-05-10,2022-06-01", "B,2,2022-05-10,2022-06-01")
    settled = {"order_id": "O1", "enterprise_id": "B", "status": "closed", "sources": ["risk"], "priority": 1}
    days = {"as_of_date": date(2022, 5, 9), "issued_on": date(2022, 4, 4), "opened_on": date(2022, 4, 4)}
    office.warehouse.append("events.work_orders", pl.DataFrame([settled | days]))
    office.build("2022-06-06", settings=drop_list())
    today = {"as_of_date": date(2022, 6, 6), "opened_on": date(2022, 5, 16)}
    ordered(office, {"order_id": "O2", "enterprise_id": "A", "status": "declined_by_firm", "is_open": False} | today)
    assert office.rows("marts.alert_replies", *REPLIES) == [
        ("1", "O2", "declined_by_firm", True, False, False),
        ("2", None, None, False, False, True),
    ]


def test_matters_with_a_department_are_numbered_by_deadline(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    asked(
        office,
        "A,1,2022-05-01,资质互认,市经信局,2022-07-01,",
        "A,2,2022-05-01,办结的事,市经信局,,2022-05-20",
        "A,3,2022-05-01,无部门,,,",
        "B,4,2022-05-01,停车,区交通局,,",
    )
    visited(
        office, "B,2022-05-20,phone,用电扩容,区发改委,2022-06-01,响应", "B,2022-05-21,phone,已解决的事,区发改委,,解决"
    )
    office.build("2022-06-06", settings=drop_list())
    follow_outbound(office)
    assert office.rows("marts.coordination_matters", *MATTERS) == [
        (1, "B", "用电扩容", "区发改委", "2022-06-01", "visit", True),
        (2, "A", "资质互认", "市经信局", "2022-07-01", "service_request", False),
        (3, "B", "停车", "区交通局", None, "service_request", False),
    ]


@pytest.mark.parametrize(
    ("resolved", "left"),
    [("", [("service_request",)]), ("2022-05-25", []), ("2022-05-01", [("visit",)])],
)
def test_a_matter_raised_in_a_visit_and_in_the_ledger_is_one_until_it_is_settled(
    office: Office, resolved: str, left: list[tuple[str]]
) -> None:
    office.deliver(YEARS, "2022-02-01")
    asked(office, f"A,1,2022-04-20,资质互认,市经信局,2022-07-01,{resolved}")
    visited(office, "A,2022-05-20,phone,资质互认,市经信局,2022-07-01,")
    office.build("2022-06-06", settings=drop_list())
    follow_outbound(office)
    assert office.rows("marts.coordination_matters", "source") == left


def test_what_a_firm_that_left_asks_for_is_the_outbound_registers_matter(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.deliver("source_id,name,moved_on\nA,A,2022-03-10", "2022-04-05", contract(target="outbound"))
    visited(office, "A,2022-05-20,phone,资质互认,市经信局,,")
    office.build("2022-06-06", settings=drop_list())
    follow_outbound(office)
    assert office.rows("marts.coordination_matters", "source") == [("outbound",)]


def test_every_control_total_stands_beside_the_computed_one(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    bureau = contract(
        target="control_totals",
        columns=[{"field": f, "headings": [f]} for f in ("month", "level", "levy_item", "amount")],
    )
    office.deliver(
        """month,level,levy_item,amount
        2022-01,local,,10.50
        2022-01,city,,1.00
        2022-01,local,增值税,3.00
        2022-02,local,,9.00""",
        "2022-02-05",
        bureau,
    )
    office.build("2022-02-07", settings=drop_list())
    columns = ("month", "level", "levy_item", "stated", "computed", "difference", "is_above_tolerance")
    assert office.rows("marts.control_differences", *columns) == [
        ("2022-01-01", "city", "ALL", "1.00", None, None, None),
        ("2022-01-01", "local", "ALL", "10.50", "10.00", "-0.50", False),
        ("2022-01-01", "local", "VAT", "3.00", None, None, None),
        ("2022-02-01", "local", "ALL", "9.00", None, None, None),
    ]


def test_a_control_total_of_a_levy_is_compared_with_that_levy_net_of_refunds(office: Office) -> None:
    levied = [{"field": f, "headings": [f]} for f in ("source_id", "month", "levy_item", "reason", "amount_local")]
    heading = "source_id,name,month,levy_item,reason,amount_local"
    office.deliver(
        f"{heading}\nA,A,2022-01,国内增值税,,10.00\nA,A,2022-01,改征增值税,,5.00\nA,A,2022-01,房产税,,7.00",
        "2022-02-01",
        contract(columns=levied),
    )
    office.deliver(
        f"{heading}\nA,A,2022-01,增值税,留抵退税,-4.00", "2022-02-01", contract(target="refunds", columns=levied)
    )
    bureau = contract(
        target="control_totals",
        columns=[{"field": f, "headings": [f]} for f in ("month", "level", "levy_item", "amount")],
    )
    office.deliver(
        """month,level,levy_item,amount
        2022-01,local,,17.00
        2022-01,local,国内增值税,8.00
        2022-01,local,改征增值税,3.00
        2022-01,local,房产税,9.00
        2022-01,local,契税,0.50
        2022-01,local,社保费,2.00""",
        "2022-02-05",
        bureau,
    )
    office.build("2022-02-07", settings=drop_list())
    columns = ("levy_item", "stated", "computed", "is_above_tolerance")
    assert office.rows("marts.control_differences", *columns) == [
        ("ALL", "17.00", "18.00", False),
        ("DEED", "0.50", "0.00", False),
        ("PROPERTY", "9.00", "7.00", True),
        ("SOCIAL_INSURANCE", "2.00", None, None),
        ("VAT", "11.00", "11.00", False),
    ]


def test_a_control_total_stated_twice_counts_once_and_the_newest_of_an_item_counts(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    bureau = contract(
        target="control_totals",
        columns=[{"field": f, "headings": [f]} for f in ("month", "level", "levy_item", "amount")],
    )
    heading = "month,level,levy_item,amount"
    twice = "2022-01,local,增值税,8.00\n2022-01,local,国内增值税,8.00"
    office.deliver(f"{heading}\n{twice}\n2022-01,local,房产税,5.00", "2022-02-05", bureau, partition="2022-01")
    again = bureau.model_copy(update={"name": "again"})
    office.deliver(f"{heading}\n2022-01,local,房产税,6.00", "2022-02-06", again, partition="2022-01")
    office.build("2022-02-07", settings=drop_list())
    assert office.rows("marts.control_differences", "levy_item", "stated") == [("PROPERTY", "6.00"), ("VAT", "8.00")]


def test_the_brief_is_written_from_the_marts_as_they_are(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.deliver("source_id,name,moved_on\nA,A,2022-01-10", "2022-02-01", contract(target="outbound"))
    office.build("2022-02-07", settings=drop_list())
    ordered(office)
    frames = {name: office.warehouse.read(name) for name in RELATIONS}
    for name, columns in SCHEMAS.items():
        schema = frames[f"marts.{name}"].schema
        assert set(columns) <= set(schema), name
    unit = DisplayUnit("元", Decimal(1))
    html = brief_html(frames, as_of=date(2022, 2, 7), unit=unit, simulated=False)
    assert "对接进度0/1" in html
    assert "test在榜2户（首期，无上期可比）" in html


def test_an_alert_asks_for_a_visit_until_somebody_was_there_and_not_beyond_its_time(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    alerted(office, "A,1,2022-02-01,2022-02-10", "B,2,2022-02-01,2022-02-10", known="2022-02-05")
    visited(office, "A,2022-02-15,phone,,,,", "B,2022-02-16,not_reached,,,,", known="2022-02-18")
    office.build("2022-02-14", "2022-02-21", "2022-05-11", "2022-05-12", settings=drop_list(), then=ordered)
    asking = [
        (as_of, who)
        for as_of, who, sources in office.rows("marts.order_candidates", "as_of_date", "enterprise_id", "sources")
        if "dispatched_alert" in sources
    ]
    assert asking == [("2022-02-14", "A"), ("2022-02-14", "B"), ("2022-02-21", "B"), ("2022-05-11", "B")]


def test_a_request_asks_for_a_visit_until_somebody_has_spoken_to_the_firm(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    asked(office, "A,1,2022-02-01,房屋,,,", "B,2,2022-02-01,房屋,,,", known="2022-02-05")
    visited(office, "A,2022-02-15,phone,,,,", "B,2022-02-16,not_reached,,,,", known="2022-02-18")
    office.build("2022-02-14", "2022-02-21", settings=drop_list(), then=ordered)
    asking = [
        (as_of, who)
        for as_of, who, sources in office.rows("marts.order_candidates", "as_of_date", "enterprise_id", "sources")
        if "service_request" in sources
    ]
    assert asking == [("2022-02-14", "A"), ("2022-02-14", "B"), ("2022-02-21", "B")]


STEPS = "source_id,visited_on,result,next_step,owner,due_on"


@pytest.mark.parametrize(
    ("status", "opened_on", "shown"),
    [
        ("dispatched", "2022-06-06", (True, "2022-06-10", True)),
        ("tracking", "2022-06-06", (False, "2022-07-31", False)),
        ("tracking", "2022-06-20", (False, "2022-06-10", True)),
    ],
)
def test_a_visited_order_goes_by_the_step_that_its_own_visit_has_set(
    office: Office, status: str, opened_on: str, shown: tuple[bool, str, bool]
) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.deliver(
        f"{STEPS}\nA,2022-06-14,phone,tracking,甲,2022-07-31", "2022-06-20", contract(target="visit_outcomes")
    )
    office.build("2022-06-27", settings=drop_list())
    order = {"order_id": "O1", "enterprise_id": "A", "status": status}
    days = {"issued_on": date(2022, 6, 6), "opened_on": date.fromisoformat(opened_on), "due_on": date(2022, 6, 10)}
    ordered(office, order | days)
    assert office.rows("marts.work_orders", "awaits_visit", "acts_by", "is_overdue") == [shown]


def test_a_next_step_that_falls_due_within_the_week_brings_the_page_back(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.deliver(
        f"{STEPS}\nA,2022-06-14,phone,tracking,甲,2022-07-03", "2022-06-20", contract(target="visit_outcomes")
    )
    order = {"order_id": "O1", "enterprise_id": "A", "status": "tracking", "opened_on": date(2022, 6, 6)}
    order["due_on"] = date(2022, 6, 20)
    office.build("2022-06-26", "2022-06-27", settings=drop_list(), then=lambda built: ordered(built, order))
    assert office.rows("marts.work_orders", "as_of_date", "awaits_visit") == [
        ("2022-06-26", False),
        ("2022-06-27", True),
    ]


def test_what_a_visit_said_of_another_year_is_not_shown_for_this_one(office: Office) -> None:
    told = "source_id,visited_on,result,cause_orders,firm_estimate,visitor_view"
    made = contract(target="visit_outcomes", key=["source_id", "visited_on"])
    office.deliver(YEARS, "2022-02-01")
    office.deliver(f"{told}\nA,2021-12-20,phone,9,777.00,above\nA,2022-02-03,phone,,,", "2022-02-04", made)
    office.deliver(f"{told}\nB,2022-01-20,phone,9,777.00,above\nB,2022-02-03,phone,,,", "2022-02-05", made)
    office.build("2022-02-07", settings=drop_list())
    ordered(office)
    columns = ("enterprise_id", "cause_confirmed", "cause_known_on", "forecast_firm", "judgement", "is_inquired")
    assert office.rows("marts.drop_list_inquiries", *columns) == [
        ("A", None, None, None, None, False),
        ("B", "主因：订单减少(9成)", "2022-02-05", "777.00", "above", True),
    ]


def test_a_second_run_of_a_week_shows_the_files_and_receipts_of_the_week(office: Office) -> None:
    office.deliver(YEARS, "2022-02-01")
    office.build("2022-02-07", settings=drop_list())
    ordered(office)
    publish(office, date(2022, 2, 7))
    office.build("2022-02-10", "2022-02-14", settings=drop_list())
    assert office.rows("marts.week_files", "as_of_date", "is_new") == [("2022-02-10", True), ("2022-02-14", False)]
    assert office.rows("marts.weeks", "as_of_date", "has_new_receipts") == [("2022-02-10", True), ("2022-02-14", False)]
    assert office.rows("features.data_until", "as_of_date", "has_new_receipts") == [
        ("2022-02-10", False),
        ("2022-02-14", False),
    ]
