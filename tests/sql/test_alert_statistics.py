"""Dispatched alerts: what came of them, in time or late, right or wrong, and how many of each."""

from datetime import date

import pytest

from mainstay.report.alert_replies import alerts_to_reply
from tests.sql.office import Office, contract
from tests.sql.test_list_engine import every_month, lists, months, week

ALERTS = """source_id,name,alert_no,alert_type,dispatcher,dispatched_on,due_on
A,A,1,收入下降,区专班,2022-05-10,2022-05-31
B,B,2,收入下降,区专班,2022-05-10,2022-05-31
C,C,3,迁出风险,,2022-05-10,
A,A,4,收入下降,区专班,2022-06-01,2022-06-10
B,B,5,收入下降,区专班,2022-06-02,2022-07-10
D,D,6,收入下降,区专班,2022-05-10,2022-05-31
C,C,7,收入下降,区专班,2021-05-10,2021-05-31"""
VISITS = """source_id,visited_on,result,explanation,cause_orders,cause_refund,move_stance
A,2022-05-20,face_to_face,订单少了,6,,
B,2022-06-03,phone,,,8,
C,2022-05-25,not_reached,,,,
C,2022-06-01,phone,,,,intends_to_move"""
TOLD = ("alert_no", "answered_on", "result", "timeliness", "verdict", "verdict_basis")


@pytest.fixture
def office_of_alerts(office: Office) -> Office:
    """Receipts of two years, alerts and visits."""
    fallen = {f"m20220{month}": "8.00" for month in (2, 3, 4, 5)}
    rows = [*every_month("A", 12, 28), *every_month("B", 12, 28, **fallen), *every_month("C", 12, 28)]
    office.deliver(months(*rows, *every_month("D", 12, 28, **fallen)), "2022-06-05")
    office.deliver(ALERTS, "2022-06-06", contract(target="alerts", key=["alert_no"]))
    office.deliver(VISITS, "2022-06-06", contract(target="visit_outcomes", key=["source_id", "visited_on"]))
    week(office, "2022-06-06", lists(mine={}))
    return office


def test_an_alert_is_right_by_what_a_visit_found_and_else_by_the_receipts_before_it(office_of_alerts: Office) -> None:
    assert office_of_alerts.rows("marts.alert_replies", *TOLD) == [
        ("1", "2022-05-20", "face_to_face", "on_time", "true", "visit"),
        ("2", "2022-06-03", "phone", "late", "false", "visit"),
        ("3", "2022-06-01", "phone", "no_deadline", "true", "visit"),
        # Nobody has been there since: A pays as ever.
        ("4", None, None, "open", "false", "receipts"),
        ("5", "2022-06-03", "phone", "on_time", "false", "visit"),
        # 24 in three months after 30 is a fifth less.
        ("6", None, None, "overdue", "true", "receipts"),
        ("7", "2022-06-01", "phone", "late", "true", "visit"),
    ]


def test_the_statistics_count_every_alert_of_the_year_and_of_the_week_once(office_of_alerts: Office) -> None:
    columns = ("period", "alert_type", "dispatcher", "result", "timeliness", "verdict", "alerts")
    rows = office_of_alerts.rows("marts.alert_statistics", *columns)
    assert [row[1:] for row in rows if row[0] == "year"] == [
        ("收入下降", "区专班", "face_to_face", "on_time", "true", 1),
        ("收入下降", "区专班", "none", "open", "false", 1),
        ("收入下降", "区专班", "none", "overdue", "true", 1),
        ("收入下降", "区专班", "phone", "late", "false", 1),
        ("收入下降", "区专班", "phone", "on_time", "false", 1),
        ("迁出风险", "未标明", "phone", "no_deadline", "true", 1),
    ]
    # All seven came with a file of the week, also the one of the year before.
    assert sum(row[-1] for row in rows if row[0] == "week") == 7


def test_the_sheet_replies_to_alerts_of_the_year_or_answered_in_it_and_to_those_that_are_due(
    office_of_alerts: Office,
) -> None:
    replies = alerts_to_reply(office_of_alerts.warehouse.read("marts.alert_replies"), date(2022, 6, 6))
    assert replies["alert_no"].to_list() == ["6", "4", "7", "1", "2", "5", "3"]
    assert replies["found"].to_list()[3:5] == ["主因：订单减少(6成)；订单少了", "主因：退税影响(8成)"]


def test_a_deregistered_firm_makes_an_alert_right_and_equal_causes_go_by_the_order_of_the_words(office: Office) -> None:
    office.deliver(months(*every_month("A", 12, 28), *every_month("B", 12, 28)), "2022-06-05")
    office.deliver(ALERTS, "2022-06-06", contract(target="alerts", key=["alert_no"]))
    told = """source_id,visited_on,result,cause_timing,cause_orders
    A,2022-06-02,deregistered,,
    B,2022-06-03,phone,5,5"""
    office.deliver(told, "2022-06-06", contract(target="visit_outcomes", key=["source_id", "visited_on"]))
    week(office, "2022-06-06", lists(mine={}))
    verdicts = {number: rest for number, *rest in office.rows("marts.alert_replies", "alert_no", "verdict", "found")}
    assert verdicts["4"] == ["true", None]
    assert verdicts["5"] == ["true", "主因：订单减少(5成)、结算时间差(5成)"]
    assert office.rows("features.last_visits", "enterprise_id", "main_cause") == [("A", None), ("B", "M1")]
