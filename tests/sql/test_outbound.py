"""From what files say to the register of firms that leave, stay or come back, and to the relocation grade."""

from datetime import date

import pytest

from mainstay.outbound.register import FACTS
from tests.sql.office import Office, contract
from tests.sql.outbound_week import (
    ELSEWHERE,
    HERE,
    keep_outbound,
    moved,
    publish_outbound,
    receipts,
    registered,
    visited,
)

STATES = ("case_id", "state", "state_since")
ACTIVE = ("enterprise_id", "signal", "observed_on")
YEAR = [f"2021-{month:02}" for month in range(1, 13)] + [f"2022-{month:02}" for month in range(1, 7)]


def paying(office: Office, enterprise: str = "A", known: str = "2022-07-05") -> None:
    """Eighteen months of 10.00 local and 4.00 district, to 2022-06."""
    receipts(office, "\n".join(f"{enterprise},{month},{HERE},10.00,4.00" for month in YEAR), known)


def test_the_facts_are_what_the_register_follows(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-06-06")
    assert office.warehouse.read("features.outbound_facts").schema == FACTS


def test_a_listed_move_is_known_from_the_day_of_its_file(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-04", "2022-04-05")
    columns = ("as_of_date", *STATES, "name", "destination", "leaves_city", "in_scope")
    assert office.rows("marts.outbound_register", *columns) == [
        ("2022-04-05", "A#1", "moved_out", "2022-03-10", "A", "天津市", True, True)
    ]


def test_a_move_that_lies_ahead_has_not_happened(office: Office) -> None:
    moved(office, "A,2022-06-10,天津市", "2022-06-01")
    keep_outbound(office, "2022-06-06", "2022-06-13")
    assert office.rows("marts.outbound_register", "as_of_date", "case_id") == [("2022-06-13", "A#1")]


def test_a_firm_whose_receipts_name_another_districts_authority_has_moved(office: Office) -> None:
    receipts(office, f"A,2022-01,{HERE},1.00,1.00 A,2022-02,{ELSEWHERE},1.00,1.00", "2022-03-05")
    keep_outbound(office, "2022-03-07")
    assert office.rows("marts.outbound_register", *STATES, "evidence", "leaves_city") == [
        ("A#1", "moved_out", "2022-02-28", f"主管税务机关变更：{ELSEWHERE}", False)
    ]


def test_a_firm_that_always_had_another_districts_authority_has_not_moved(office: Office) -> None:
    receipts(office, f"A,2022-01,{ELSEWHERE},1.00,1.00 A,2022-02,{ELSEWHERE},1.00,1.00", "2022-03-05")
    keep_outbound(office, "2022-03-07")
    assert office.rows("marts.outbound_register", *STATES) == []


def test_a_day_on_which_two_kinds_of_authority_are_named_says_nothing(office: Office) -> None:
    rows = f"A,2022-01,{HERE},1.00,1.00 A,2022-02,{HERE},1.00,1.00 A,2022-02,{ELSEWHERE},1.00,1.00"
    receipts(office, rows, "2022-03-05")
    keep_outbound(office, "2022-03-07")
    assert office.rows("marts.outbound_register", *STATES) == []


def test_without_words_for_the_own_authorities_a_change_is_no_evidence(office: Office) -> None:
    receipts(office, f"A,2022-01,{HERE},1.00,1.00 A,2022-02,{ELSEWHERE},1.00,1.00", "2022-03-05")
    keep_outbound(office, "2022-03-07", words=())
    assert office.rows("marts.outbound_register", *STATES) == []


def test_a_change_in_the_register_dates_from_the_first_register_that_shows_it(office: Office) -> None:
    for known, authority in (("2022-01-31", HERE), ("2022-02-28", ELSEWHERE), ("2022-03-31", ELSEWHERE)):
        registered(office, f"A,2019-01-01,,{authority}", known)
    keep_outbound(office, "2022-02-01", "2022-03-07", "2022-04-04")
    assert office.rows("marts.outbound_register", "as_of_date", *STATES) == [
        ("2022-03-07", "A#1", "moved_out", "2022-02-28"),
        ("2022-04-04", "A#1", "moved_out", "2022-02-28"),
    ]


def test_a_corrected_register_of_the_same_day_takes_the_change_back(office: Office) -> None:
    registered(office, f"A,2019-01-01,,{HERE}", "2022-01-31")
    registered(office, f"A,2019-01-01,,{ELSEWHERE}", "2022-02-28")
    registered(office, f"A,2019-01-01,,{HERE}", "2022-02-28")
    keep_outbound(office, "2022-03-07")
    assert office.rows("marts.outbound_register", *STATES) == []


def test_the_last_dues_settled_here_are_no_way_back(office: Office) -> None:
    registered(office, f"A,2019-01-01,,{HERE}", "2022-01-31")
    registered(office, f"A,2019-01-01,,{ELSEWHERE}", "2022-02-28")
    receipts(office, f"A,2022-01,{HERE},1.00,1.00 A,2022-03,{HERE},1.00,1.00", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    assert office.rows("marts.outbound_register", *STATES) == [("A#1", "moved_out", "2022-02-28")]


def test_a_firm_has_returned_when_its_authority_is_back_and_a_first_receipt_is_here(office: Office) -> None:
    moved(office, "A,2022-02-10,天津市", "2022-03-05")
    registered(office, f"A,2019-01-01,,{HERE}", "2022-01-31")
    registered(office, f"A,2019-01-01,,{ELSEWHERE}", "2022-02-28")
    registered(office, f"A,2019-01-01,,{HERE}", "2022-04-30")
    receipts(office, f"A,2022-01,{HERE},1.00,1.00 A,2022-05,{HERE},3.00,2.00", "2022-06-05")
    keep_outbound(office, "2022-05-02", "2022-06-06")
    assert office.rows("marts.outbound_register", "as_of_date", *STATES, "returned_on", "is_outbound") == [
        ("2022-05-02", "A#1", "return_mobilising", "2022-04-30", None, True),
        ("2022-06-06", "A#1", "returned", "2022-05-31", "2022-05-31", True),
    ]


def test_a_new_entry_in_the_register_shows_that_the_authority_is_back(office: Office) -> None:
    registered(office, f"A,2019-01-01,,{HERE}", "2022-01-31")
    moved(office, "A,2022-02-10,天津市", "2022-03-05")
    registered(office, "B,2019-01-01,,", "2022-02-28")
    registered(office, f"A,2022-04-20,,{HERE} B,2019-01-01,,", "2022-04-30")
    receipts(office, f"A,2022-05,{HERE},3.00,2.00", "2022-06-05")
    keep_outbound(office, "2022-06-06")
    assert office.rows("marts.outbound_register", *STATES) == [("A#1", "returned", "2022-05-31")]


def test_receipts_under_another_authority_or_of_no_tax_are_not_receipts_here(office: Office) -> None:
    visited(office, "A,2022-03-10,phone,intends_to_move,, A,2022-03-20,phone,stays,,", "2022-03-31")
    receipts(office, f"A,2022-04,{ELSEWHERE},5.00,5.00", "2022-05-05")
    dues = contract(name="dues", constants={"levy_item": "工会经费"})
    office.deliver("source_id,name,month,amount_total,levy_item\nA,A,2022-05,9.00,工会经费", "2022-06-05", dues)
    keep_outbound(office, "2022-06-06")
    assert office.rows("marts.outbound_register", *STATES) == [("A#1", "retaining", "2022-03-20")]


def test_a_firm_that_said_it_stays_and_pays_here_is_retained_and_not_outbound(office: Office) -> None:
    receipts(office, f"A,2022-01,{HERE},5.00,5.00", "2022-02-05")
    visited(office, "A,2022-03-10,phone,intends_to_move,, A,2022-03-20,face_to_face,stays,,", "2022-03-31")
    receipts(office, f"A,2022-04,{HERE},5.00,5.00", "2022-05-05")
    keep_outbound(office, "2022-04-04", "2022-05-09")
    columns = ("as_of_date", *STATES, "is_outbound", "statement_on")
    assert office.rows("marts.outbound_register", *columns) == [
        ("2022-04-04", "A#1", "retaining", "2022-03-20", False, "2022-03-20"),
        ("2022-05-09", "A#1", "retained", "2022-04-30", False, "2022-03-20"),
    ]


@pytest.mark.parametrize(("on", "cases"), [((), 0), (("migration_filed",), 1)])
def test_a_filed_migration_counts_where_the_workspace_switches_it_on(
    office: Office, on: tuple[str, ...], cases: int
) -> None:
    signals = "source_id,name,signal,observed_on,ended_on\nA,A,migration_filed,2022-03-10,2022-04-10"
    office.deliver(signals, "2022-05-05", contract(target="signals"))
    keep_outbound(office, "2022-05-09", on=on)
    found = office.rows("marts.outbound_register", *STATES)
    assert found == [("A#1", "retaining", "2022-04-10")][:cases]


def test_a_visit_with_a_problem_is_nobodys_fact(office: Office) -> None:
    office.deliver(
        "source_id,order_id,visited_on,result,move_stance\nA,M2022W01-0001,2022-03-10,phone,moved_out",
        "2022-03-31",
        contract(target="visit_outcomes"),
    )
    keep_outbound(office, "2022-04-04")
    assert office.rows("marts.outbound_register", *STATES) == []


def test_a_firm_that_wanted_to_move_and_ended_in_the_register_has_moved(office: Office) -> None:
    registered(office, f"A,2019-01-01,2022-04-15,{HERE}", "2022-04-30")
    visited(office, "A,2022-03-10,phone,intends_to_move,,", "2022-03-31")
    keep_outbound(office, "2022-05-02")
    assert office.rows("marts.outbound_register", *STATES) == [("A#1", "moved_out", "2022-04-15")]


def test_the_end_in_the_register_alone_opens_no_case(office: Office) -> None:
    registered(office, f"A,2019-01-01,2022-04-15,{HERE}", "2022-04-30")
    keep_outbound(office, "2022-05-02")
    assert office.rows("marts.outbound_register", *STATES) == []


def test_the_register_shows_contacts_and_the_newest_next_step(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    rows = "A,2022-03-01,phone,,tracking,早 A,2022-04-10,not_reached,,, A,2022-04-12,phone,,tracking,张三"
    visited(office, f"{rows} A,2022-05-20,face_to_face,lost,no_action,李四 A,2022-05-25,phone,,,", "2022-05-31")
    keep_outbound(office, "2022-06-06")
    columns = ("state", "contacts", "first_contact_on", "last_contact_on", "next_step", "owner")
    assert office.rows("marts.outbound_register", *columns) == [
        ("confirmed_lost", 3, "2022-04-12", "2022-05-25", "no_action", "李四")
    ]


def test_revenue_before_the_move_is_that_of_the_twelve_months_before_its_month(office: Office) -> None:
    paying(office)
    moved(office, "A,2022-03-10,天津市 B,2022-03-10,天津市 C,2021-11-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-07-11")
    columns = ("enterprise_id", "local_before", "district_before")
    assert office.rows("marts.outbound_register", *columns) == [
        ("A", "120.00", "48.00"),
        ("B", "0.00", "0.00"),
        ("C", None, None),
    ]


def test_a_level_that_is_not_given_is_blank_and_never_zero(office: Office) -> None:
    lines = [f"A,A,{month},10.00" for month in YEAR]
    made = contract(
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "month", "amount_local")]
    )
    office.deliver("\n".join(["source_id,name,month,amount_local", *lines]), "2022-07-05", made)
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-07-11")
    assert office.rows("marts.outbound_register", "local_before", "district_before") == [("120.00", None)]


def test_revenue_since_the_return_stands_beside_as_many_months_before_the_move(office: Office) -> None:
    paying(office)
    moved(office, "A,2022-01-10,天津市", "2022-02-05")
    registered(office, f"A,2022-05-20,,{HERE}", "2022-05-31")
    keep_outbound(office, "2022-07-11")
    columns = ("state", "returned_on", "local_before", "local_after", "months_after", "local_before_equal")
    assert office.rows("marts.outbound_register", *columns) == [
        ("returned", "2022-05-31", "120.00", "20.00", 2, "20.00")
    ]


def test_every_arrow_is_published_as_an_event(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    visited(office, "A,2022-04-12,phone,,,", "2022-04-30")
    keep_outbound(office, "2022-05-02")
    columns = ("case_id", "event_no", "happened_on", "event", "from_state", "to_state")
    assert office.rows("marts.outbound_events", *columns) == [
        ("A#1", 1, "2022-03-10", "listed_moved", None, "moved_out"),
        ("A#1", 2, "2022-04-12", "contact", "moved_out", "return_mobilising"),
    ]


FUNNEL = ("state", "opening", "entered", "left", "closing")


def funnel(office: Office) -> dict[str, tuple[int, int, int, int]]:
    """The states of the funnel that are not empty."""
    rows = office.rows("marts.outbound_funnel", *FUNNEL)
    return {state: figures for state, *rest in rows if any(figures := tuple(rest))}


def test_the_first_funnel_opens_empty_and_has_every_state(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    assert len(office.rows("marts.outbound_funnel", *FUNNEL)) == 9
    assert funnel(office) == {"moved_out": (0, 1, 0, 1)}


def test_the_funnel_opens_with_the_closing_of_the_week_published_before(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市 B,2022-03-11,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    publish_outbound(office, "2022-04-11")
    visited(office, "A,2022-04-12,phone,,,", "2022-04-15")
    moved(office, "C,2022-04-01,天津市", "2022-04-15")
    keep_outbound(office, "2022-04-18")
    assert funnel(office) == {"moved_out": (2, 1, 1, 2), "return_mobilising": (0, 1, 0, 1)}


def test_a_re_run_of_the_same_week_opens_with_the_week_before(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    publish_outbound(office, "2022-04-11")
    keep_outbound(office, "2022-04-13")
    assert funnel(office) == {"moved_out": (0, 1, 0, 1)}


def test_the_register_names_the_state_that_the_week_before_has_published(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    assert office.rows("marts.outbound_register", "state", "state_before") == [("moved_out", None)]
    publish_outbound(office, "2022-04-11")
    keep_outbound(office, "2022-04-18")
    assert office.rows("marts.outbound_register", "state", "state_before") == [("moved_out", "moved_out")]


def test_a_week_published_with_an_empty_register_opens_the_next_one_empty(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    publish_outbound(office, "2022-04-11")
    office.warehouse.execute("insert into events.deliveries values (date '2022-04-18', 'file')")
    keep_outbound(office, "2022-04-25")
    assert funnel(office) == {"moved_out": (0, 1, 0, 1)}


def test_a_case_that_a_correction_made_vanish_leaves_the_funnel(office: Office) -> None:
    moved(office, "A,2022-03-10,天津市", "2022-04-05")
    keep_outbound(office, "2022-04-11")
    office.warehouse.append(
        "events.outbound_cases",
        office.warehouse.query(
            "select date '2022-04-11' as as_of_date, 'Z#1' as case_id, 'Z' as enterprise_id, 'moved_out' as state"
        ),
    )
    office.warehouse.execute("insert into events.deliveries values (date '2022-04-11', 'file')")
    keep_outbound(office, "2022-04-18")
    assert funnel(office) == {"moved_out": (1, 1, 1, 1)}


def test_a_case_follows_its_enterprise_when_that_is_matched_to_a_code(office: Office) -> None:
    by_name = contract(target="outbound", columns=[{"field": f, "headings": [f]} for f in ("name", "moved_on")])
    office.deliver("name,moved_on\nACME,2022-03-10", "2022-04-05", by_name)
    keep_outbound(office, "2022-04-11")
    assert office.rows("marts.outbound_register", "case_id") == [("tax:ACME#1",)]
    publish_outbound(office, "2022-04-11")
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-03,1.00", "2022-04-15")
    keep_outbound(office, "2022-04-18")
    assert office.rows("marts.outbound_register", "case_id") == [("A#1",)]
    assert funnel(office) == {"moved_out": (1, 0, 0, 1)}


def signalled(office: Office, *rows: str, known: str = "2022-06-05") -> None:
    """Deliver signals: `id,signal,observed_on,ended_on`."""
    lines = [f"{row.split(',')[0]},{row}" for row in rows]
    heading = "source_id,name,signal,observed_on,ended_on"
    office.deliver("\n".join([heading, *lines]), known, contract(target="signals"))


def test_a_signal_counts_from_its_day_until_it_ends_or_its_lead_is_over(office: Office) -> None:
    signalled(
        office,
        "LAST_DAY,controller_changed,2021-09-06,",
        "TOO_LATE,controller_changed,2021-09-05,",
        "ENDED,controller_changed,2022-05-01,2022-06-06",
        "ENDS_TOMORROW,controller_changed,2022-05-01,2022-06-07",
        "STANDING,operates_elsewhere,2015-01-01,",
        "STOOD,operates_elsewhere,2015-01-01,2016-01-01",
        "SWITCHED_OFF,headcount_down,2022-05-01,",
        "UNKNOWN,no_such_signal,2022-05-01,",
        "AHEAD,controller_changed,2022-06-07,",
    )
    keep_outbound(office, "2022-06-06")
    assert office.rows("marts.relocation_signals", *ACTIVE, "name", "weight", "is_decisive") == [
        ("ENDS_TOMORROW", "controller_changed", "2022-05-01", "法定代表人或控制人变更", 2, False),
        ("LAST_DAY", "controller_changed", "2021-09-06", "法定代表人或控制人变更", 2, False),
        ("STANDING", "operates_elsewhere", "2015-01-01", "注册地与经营地不一致", 2, False),
    ]


def test_a_lease_counts_in_its_last_six_months_unless_it_is_renewed_or_another_runs_on(office: Office) -> None:
    rows = """source_id,name,lease_to,is_renewed
    A,A,2022-12-06,
    B,B,2022-12-07,
    C,C,2022-08-31,yes
    D,D,2022-08-31,
    D,D,2024-08-31,
    E,E,2022-06-05,"""
    office.deliver(rows, "2022-05-31", contract(target="leases", delivery="full"))
    keep_outbound(office, "2022-06-06")
    assert office.rows("marts.relocation_signals", *ACTIVE, "dated_on") == [
        ("A", "lease_ends", "2022-06-06", "2022-12-06")
    ]


def test_a_request_counts_from_its_sixty_first_unresolved_day(office: Office) -> None:
    rows = """source_id,name,request_no,requested_on,resolved_on
    A,A,1,2022-04-06,
    B,B,2,2022-04-07,
    C,C,3,2022-03-01,2022-06-06
    D,D,4,2022-03-01,2022-04-01"""
    office.deliver(rows, "2022-06-06", contract(target="service_requests"))
    keep_outbound(office, "2022-06-06")
    assert office.rows("marts.relocation_signals", *ACTIVE) == [("A", "request_unresolved", "2022-06-06")]


def test_what_a_firm_said_counts_until_it_says_otherwise(office: Office) -> None:
    stances = ("stays", "withdrew", "none", "considers_return")
    for stance in stances:
        receipts(office, f"{stance},2022-01,{HERE},5.00,5.00", "2022-02-05")
        visited(office, f"{stance},2022-04-10,phone,intends_to_move,,", "2022-04-30")
        visited(office, f"{stance},2022-05-10,phone,{stance},,", "2022-05-31")
    keep_outbound(office, "2022-05-02", "2022-06-06")
    assert office.rows("marts.relocation_signals", "as_of_date", "enterprise_id") == [
        *(("2022-05-02", stance) for stance in sorted(stances)),
        ("2022-06-06", "considers_return"),
    ]


INPUTS = ("enterprise_id", "points", "is_decisive", "signals", "has_sources")


def test_signals_of_one_kind_count_once_and_the_heaviest_is_named_first(office: Office) -> None:
    paying(office)
    signalled(
        office, "A,controller_changed,2022-05-01,", "A,controller_changed,2022-05-20,", "A,offer_elsewhere,2022-05-02,"
    )
    signalled(office, "A,address_change_filed,2022-06-01,", known="2022-06-06")
    keep_outbound(office, "2022-07-11")
    assert office.rows("features.relocation_inputs", *INPUTS) == [
        ("A", 9, False, ["住所变更登记到区外", "法定代表人或控制人变更", "其他地区招引"], True)
    ]
    [row] = office.warehouse.read("features.relocation_inputs").to_dicts()
    assert row["dated_on"] == [date(2022, 6, 1), date(2022, 5, 20), date(2022, 5, 2)]
    assert (str(row["local_at_stake"]), row["signal_groups"]) == ("120.00", 2), "registration twice and service"


def test_a_signal_that_is_off_counts_for_nothing_until_it_is_switched_on(office: Office) -> None:
    paying(office)
    signalled(office, "A,migration_filed,2022-07-01,", known="2022-07-05")
    keep_outbound(office, "2022-07-11")
    assert office.rows("features.relocation_inputs", *INPUTS) == [("A", 0, False, [], True)]
    keep_outbound(office, "2022-07-11", on=("migration_filed",))
    assert office.rows("features.relocation_inputs", *INPUTS) == [("A", 10, True, ["跨区迁移申请"], True)]


def test_without_any_source_of_signals_the_inputs_say_so(office: Office) -> None:
    paying(office)
    keep_outbound(office, "2022-07-11")
    assert office.rows("features.relocation_inputs", *INPUTS) == [("A", 0, False, [], False)]


def test_a_source_whose_signals_are_off_is_none(office: Office) -> None:
    paying(office)
    office.deliver("source_id,lease_to\nA,2030-01-01", "2022-05-31", contract(target="leases", delivery="full"))
    keep_outbound(office, "2022-07-11", off=("lease_ends",))
    assert office.rows("features.relocation_inputs", *INPUTS) == [("A", 0, False, [], False)]


def test_a_firm_that_has_left_is_not_scored_until_it_is_back(office: Office) -> None:
    for enterprise in ("LISTED", "CHANGED", "HERE"):
        paying(office, enterprise, "2022-06-05")
    moved(office, "LISTED,2022-02-10,天津市", "2022-03-05")
    receipts(office, f"CHANGED,2022-07,{ELSEWHERE},1.00,1.00", "2022-08-05")
    keep_outbound(office, "2022-06-06", "2022-08-08")
    scored = ("as_of_date", "enterprise_id")
    assert office.rows("features.relocation_inputs", *scored) == [
        ("2022-06-06", "CHANGED"),
        ("2022-06-06", "HERE"),
        ("2022-08-08", "HERE"),
    ]
    registered(office, "\n".join(f"{who},2019-01-01,,{HERE}" for who in ("LISTED", "CHANGED", "HERE")), "2022-01-31")
    registered(office, f"LISTED,2022-05-20,,{HERE} HERE,2019-01-01,,{HERE}", "2022-06-30")
    keep_outbound(office, "2022-08-08")
    assert office.rows("features.relocation_inputs", "enterprise_id") == [("HERE",), ("LISTED",)]
