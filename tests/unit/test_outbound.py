"""Outbound cases: every arrow, every refused one, and the evidence that some of them need (DOMAIN section 3)."""

from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.outbound.case_states import ARROWS, FACT_KINDS, STATES, FactKind, State, opening_state, transition
from mainstay.outbound.cases import Case, Fact, follow
from mainstay.outbound.places import in_city
from mainstay.outbound.register import CASES, FACTS, district_authorities, keep_register

CONTACTS = frozenset({"contact", "intends_to_move", "moved_out", "no_intention", "withdrew", "stays", "lost"})


def fact(kind: FactKind, day: str, **changes: Any) -> Fact:
    """A fact known on its day; what a visit brings is a contact, receipts are those of the day's month."""
    happened_on = date.fromisoformat(day)
    stated: dict[str, Any] = {"knowledge_date": happened_on, "is_contact": kind in CONTACTS}
    if kind == "receipt":
        stated["month"] = happened_on.replace(day=1)
    return Fact(kind, happened_on, **(stated | changes))


def states(*facts: Fact) -> list[list[State]]:
    """The states of every case in their order."""
    return [[event.to_state for event in case.events] for case in follow(facts)]


def only(*facts: Fact) -> Case:
    """The one case of these facts."""
    [case] = follow(facts)
    return case


LISTED = fact("listed_moved", "2022-03-10", destination="河北省廊坊市")
WANTS = fact("intends_to_move", "2022-03-10")
FILED = fact("migration_filed", "2022-03-10")


@pytest.mark.parametrize("kind", FACT_KINDS)
def test_only_an_intention_or_a_move_opens_a_case(kind: FactKind) -> None:
    opened = {
        "intends_to_move": "intends_to_move",
        "says_it_will_move": "intends_to_move",
        "migration_filed": "intends_to_move",
        "listed_moved": "moved_out",
        "moved_out": "moved_out",
        "authority_left": "moved_out",
    }
    assert states(fact(kind, "2022-03-10")) == ([[opened[kind]]] if kind in opened else [])


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("contact", ["retaining"]),
        ("stays", ["retaining"]),
        ("withdrew", ["retaining"]),
        ("migration_withdrawn", ["retaining"]),
        ("no_intention", ["retaining", "false_alarm"]),
        ("intends_to_move", ["retaining"]),
        ("listed_moved", ["retaining", "moved_out"]),
        ("authority_left", ["retaining", "moved_out"]),
        ("moved_out", ["retaining", "moved_out"]),
        ("register_ended", ["retaining", "moved_out"]),
        ("deregistered", ["deregistered"]),
        ("migration_filed", []),
        ("says_it_will_move", []),
        ("authority_back", []),
        ("receipt", []),
        ("considers_return", []),
    ],
)
def test_where_a_firm_that_wants_to_move_goes_from_there(kind: FactKind, reached: list[State]) -> None:
    assert states(WANTS, fact(kind, "2022-04-10")) == [["intends_to_move", *reached]]


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("listed_moved", ["moved_out"]),
        ("authority_left", ["moved_out"]),
        ("moved_out", ["moved_out"]),
        ("register_ended", ["moved_out"]),
        ("no_intention", ["false_alarm"]),
        ("deregistered", ["deregistered"]),
        ("contact", []),
        ("stays", []),
        ("receipt", []),
        ("lost", []),
    ],
)
def test_where_a_firm_that_is_being_retained_goes_from_there(kind: FactKind, reached: list[State]) -> None:
    facts = (WANTS, fact("contact", "2022-03-20"), fact(kind, "2022-04-10"))
    assert states(*facts) == [["intends_to_move", "retaining", *reached]]


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("contact", ["return_mobilising"]),
        ("considers_return", ["return_mobilising"]),
        ("authority_back", ["return_mobilising"]),
        ("stays", ["return_mobilising"]),
        ("lost", ["return_mobilising", "confirmed_lost"]),
        ("deregistered", ["deregistered"]),
        ("receipt", []),
        ("register_ended", []),
        ("listed_moved", []),
        ("migration_filed", []),
        ("migration_withdrawn", []),
    ],
)
def test_where_a_firm_that_moved_out_goes_from_there(kind: FactKind, reached: list[State]) -> None:
    assert states(LISTED, fact(kind, "2022-04-10")) == [["moved_out", *reached]]


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("lost", ["confirmed_lost"]),
        ("deregistered", ["deregistered"]),
        ("contact", []),
        ("considers_return", []),
        ("authority_back", []),
        ("receipt", []),
    ],
)
def test_where_a_firm_that_is_mobilised_to_return_goes_from_there(kind: FactKind, reached: list[State]) -> None:
    facts = (LISTED, fact("contact", "2022-03-20"), fact(kind, "2022-04-10"))
    assert states(*facts) == [["moved_out", "return_mobilising", *reached]]


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("considers_return", ["return_mobilising"]),
        ("authority_back", ["return_mobilising"]),
        ("deregistered", ["deregistered"]),
        ("contact", []),
        ("lost", []),
        ("receipt", []),
    ],
)
def test_a_firm_confirmed_as_lost_may_be_mobilised_again(kind: FactKind, reached: list[State]) -> None:
    facts = (LISTED, fact("lost", "2022-03-20"), fact(kind, "2022-04-10"))
    assert states(*facts) == [["moved_out", "return_mobilising", "confirmed_lost", *reached]]


def retained(month: str = "2022-04") -> tuple[Fact, ...]:
    """A firm that said on 20 March that it stays, and paid here in a month."""
    return (WANTS, fact("stays", "2022-03-20"), fact("receipt", f"{month}-30"))


def test_retained_needs_a_dated_statement_and_receipts_here() -> None:
    case = only(*retained())
    assert (case.state, case.since, case.statements) == ("retained", date(2022, 4, 30), [date(2022, 3, 20)])
    assert not case.is_outbound


@pytest.mark.parametrize(
    ("month", "state"), [("2022-03", "retaining"), ("2022-06", "retained"), ("2022-07", "retaining")]
)
def test_the_receipts_are_those_of_the_three_months_after_the_statement(month: str, state: State) -> None:
    assert only(*retained(month)).state == state


def test_a_statement_without_receipts_leaves_the_firm_in_retaining() -> None:
    assert only(WANTS, fact("stays", "2022-03-20"), fact("contact", "2022-12-20")).state == "retaining"


def test_receipts_without_a_statement_leave_the_firm_in_retaining() -> None:
    assert only(WANTS, fact("contact", "2022-03-20"), fact("receipt", "2022-04-30")).state == "retaining"


@pytest.mark.parametrize("kind", ["withdrew", "migration_withdrawn"])
def test_a_withdrawn_application_is_a_statement(kind: FactKind) -> None:
    assert only(FILED, fact(kind, "2022-03-20"), fact("receipt", "2022-04-30")).state == "retained"


def test_a_statement_before_the_wish_to_move_is_none() -> None:
    facts = (fact("stays", "2022-03-01"), WANTS, fact("contact", "2022-03-20"), fact("receipt", "2022-04-30"))
    assert only(*facts).state == "retaining"


def test_a_new_intention_takes_the_statement_back() -> None:
    facts = (WANTS, fact("stays", "2022-03-20"), fact("migration_filed", "2022-04-02"), fact("receipt", "2022-04-30"))
    assert only(*facts).state == "retaining"


def test_a_second_statement_opens_three_months_more() -> None:
    facts = (WANTS, fact("stays", "2022-03-20"), fact("stays", "2022-08-20"), fact("receipt", "2022-10-31"))
    assert only(*facts).state == "retained"


@pytest.mark.parametrize(("day", "cases"), [("2023-04-30", 1), ("2023-05-01", 2)])
def test_a_retained_firm_that_wants_to_move_within_twelve_months_is_the_same_case(day: str, cases: int) -> None:
    assert len(follow([*retained(), fact("intends_to_move", day)])) == cases


def test_a_retained_firm_that_moves_within_twelve_months_is_the_same_case_and_counts_as_outbound() -> None:
    case = only(*retained(), fact("listed_moved", "2022-09-01"))
    passed = ["retained", "intends_to_move", "retaining", "moved_out"]
    assert [event.to_state for event in case.events[2:]] == passed
    assert (case.is_outbound, case.moved_on, case.statements) == (True, date(2022, 9, 1), [])


def test_a_retained_firm_is_not_moved_by_a_contact_or_a_statement() -> None:
    assert only(*retained(), fact("contact", "2022-06-01"), fact("stays", "2022-06-02")).state == "retained"


def test_deregistration_ends_a_retained_case_too() -> None:
    assert only(*retained(), fact("deregistered", "2022-06-01")).state == "deregistered"


BACK = fact("authority_back", "2022-05-20")


def test_returned_needs_the_tax_authority_back_and_a_first_receipt() -> None:
    case = only(
        LISTED, fact("contact", "2022-04-01"), BACK, fact("receipt", "2022-06-30"), fact("receipt", "2022-07-31")
    )
    assert (case.state, case.since, case.is_outbound) == ("returned", date(2022, 6, 30), True)


def test_receipts_without_the_tax_authority_are_no_return() -> None:
    assert (
        only(LISTED, fact("considers_return", "2022-04-01"), fact("receipt", "2022-06-30")).state == "return_mobilising"
    )


def test_the_tax_authority_without_a_receipt_is_no_return() -> None:
    assert only(LISTED, BACK).state == "return_mobilising"


def test_receipts_of_months_before_the_tax_authority_is_back_are_no_return() -> None:
    late = fact("receipt", "2022-06-10", month=date(2022, 4, 1))
    assert only(LISTED, BACK, late).state == "return_mobilising"


def test_a_tax_authority_that_leaves_again_is_no_evidence() -> None:
    facts = (LISTED, BACK, fact("authority_left", "2022-06-02"), fact("receipt", "2022-06-30"))
    assert only(*facts).state == "return_mobilising"


def test_a_returned_firm_that_leaves_again_is_a_new_case() -> None:
    facts = (LISTED, BACK, fact("receipt", "2022-05-31"), fact("listed_moved", "2022-09-01"))
    assert states(*facts) == [["moved_out", "return_mobilising", "returned"], ["moved_out"]]


@pytest.mark.parametrize("kind", ["deregistered", "contact", "stays", "receipt", "considers_return"])
def test_a_case_that_is_over_stays_as_it_is(kind: FactKind) -> None:
    returned = (LISTED, BACK, fact("receipt", "2022-05-31"))
    assert only(*returned, fact(kind, "2022-09-01")).state == "returned"
    assert only(WANTS, fact("no_intention", "2022-04-01"), fact(kind, "2022-09-01")).state == "false_alarm"


def test_an_intention_after_a_false_alarm_is_a_new_case() -> None:
    facts = (WANTS, fact("no_intention", "2022-04-01"), fact("migration_filed", "2022-05-01"))
    assert states(*facts) == [["intends_to_move", "retaining", "false_alarm"], ["intends_to_move"]]


def test_a_firm_deregistered_before_it_moved_does_not_count_as_outbound() -> None:
    assert not only(WANTS, fact("deregistered", "2022-04-01")).is_outbound
    assert only(LISTED, fact("deregistered", "2022-04-01")).is_outbound


def test_a_move_within_the_city_is_not_mobilised_by_a_mere_contact() -> None:
    near = fact("listed_moved", "2022-03-10", destination="北京市海淀区")
    assert only(near, fact("contact", "2022-04-01")).state == "moved_out"
    assert only(near, fact("considers_return", "2022-04-01")).state == "return_mobilising"
    assert len(only(near, fact("contact", "2022-04-01")).contacts) == 1


def test_a_move_within_the_city_shows_in_the_new_tax_authority_where_no_destination_is_given() -> None:
    assert only(fact("authority_left", "2022-03-10", authority="国家税务总局北京市海淀区税务局")).leaves_city is False
    assert only(fact("authority_left", "2022-03-10", authority="国家税务总局廊坊市税务局")).leaves_city is True
    assert only(fact("moved_out", "2022-03-10")).leaves_city is None


@pytest.mark.parametrize(
    ("place", "within"),
    [
        ("北京市海淀区", True),
        ("海淀区", True),
        ("国家税务总局北京市昌平区税务局", True),
        ("河北省廊坊市", False),
        ("吉林省长春市朝阳区", False),
        ("江苏省南通市通州区", False),
    ],
)
def test_a_place_is_in_the_city_by_its_name(place: str, within: bool) -> None:  # noqa: FBT001 -- an expectation
    assert in_city(place) is within


def test_the_outbound_list_dates_a_move_that_something_else_showed_before() -> None:
    case = only(fact("authority_left", "2022-03-01"), fact("listed_moved", "2022-03-10"))
    assert (case.opened_on, case.moved_on) == (date(2022, 3, 1), date(2022, 3, 10))


def test_contacts_of_a_firm_that_moved_are_those_since_the_move() -> None:
    before, after = fact("contact", "2022-03-01"), fact("contact", "2022-03-20")
    case = only(fact("intends_to_move", "2022-02-01"), before, LISTED, after, fact("contact", "2022-03-20"))
    assert case.contacts == [date(2022, 3, 20)]


def test_what_became_known_last_describes_the_case() -> None:
    later = fact("listed_moved", "2022-03-10", destination="天津市", knowledge_date=date(2022, 6, 5))
    assert only(later, LISTED).destination == "天津市"


def test_a_case_keeps_its_number_when_an_older_one_becomes_known() -> None:
    first = [LISTED, BACK, fact("receipt", "2022-05-31")]
    old = [
        fact("intends_to_move", "2021-01-10", knowledge_date=date(2022, 8, 1)),
        fact("no_intention", "2021-02-10", knowledge_date=date(2022, 8, 1)),
    ]
    assert [case.opened_on for case in follow([*first, *old])] == [date(2022, 3, 10), date(2021, 1, 10)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", FACT_KINDS)
def test_every_way_is_made_of_the_arrows_there_are(state: State, kind: FactKind) -> None:
    for leaves_city in (True, False, None):
        ways = transition(state, kind, is_contact=True, leaves_city=leaves_city)
        assert set(pairwise((state, *ways))) <= ARROWS


FACT_LISTS = st.lists(
    st.builds(
        lambda kind, day, lag, contact, place: fact(
            kind,
            str(date(2022, 1, 1 + day % 28).replace(month=1 + day // 28)),
            knowledge_date=date.fromordinal(date(2022, 1, 1).toordinal() + day + 7 + lag),
            is_contact=contact,
            destination=place,
        ),
        st.sampled_from(FACT_KINDS),
        st.integers(0, 300),
        st.integers(0, 200),
        st.booleans(),
        st.sampled_from([None, "北京市海淀区", "河北省"]),
    ),
    max_size=12,
)


@given(facts=FACT_LISTS)
def test_a_case_goes_only_along_the_arrows_there_are(facts: list[Fact]) -> None:
    cases = follow(facts)
    for case in cases:
        first, *others = case.events
        assert (first.from_state, first.to_state) == (None, opening_state(first.fact.kind))
        assert {(event.from_state, event.to_state) for event in others} <= ARROWS
        assert case.state not in {"retained", "retaining", "intends_to_move", "false_alarm"} or not case.is_outbound
        assert not case.is_outbound or case.moved_on is not None
    assert sum(case.ended_on is None for case in cases) <= 1


def register(facts: list[Fact], as_of: str, *, scope_months: int = 12) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The register of one enterprise at a date, from its facts, whether known then or not."""
    rows = [{"enterprise_id": "A", "fact": one.kind, **vars(one)} for one in facts]
    frame = pl.DataFrame([{name: row[name] for name in FACTS} for row in rows], schema=FACTS)
    return keep_register(frame, date.fromisoformat(as_of), scope_months=scope_months)


@given(facts=FACT_LISTS, data=st.data())
def test_the_order_of_facts_never_matters(facts: list[Fact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts))
    whole = register(facts, "2023-12-31")
    again = register(shuffled, "2023-12-31")
    assert [part.rows() for part in whole] == [part.rows() for part in again]


@given(facts=FACT_LISTS, as_of=st.dates(date(2022, 1, 1), date(2023, 1, 1)))
def test_what_becomes_known_later_never_changes_the_register_of_a_day(facts: list[Fact], as_of: date) -> None:
    by_then = [one for one in facts if max(one.knowledge_date, one.happened_on) <= as_of]
    assert [part.rows() for part in register(facts, str(as_of))] == [
        part.rows() for part in register(by_then, str(as_of))
    ]


def row(*facts: Fact, as_of: str = "2022-12-31", scope_months: int = 12) -> dict[str, Any]:
    """The one case of these facts as the register has it."""
    cases, _ = register(list(facts), as_of, scope_months=scope_months)
    [case] = cases.to_dicts()
    return case


def test_the_register_of_nothing_has_its_columns() -> None:
    cases, events = register([], "2023-12-31")
    assert (cases.schema, cases.height, events.height) == (CASES, 0, 0)


def test_the_register_describes_a_case_from_its_move_to_its_return() -> None:
    listed = fact(
        "listed_moved",
        "2022-03-10",
        move_kind="whole",
        destination="河北省廊坊市",
        evidence="涉税事项报告表",
        reason="扩大场地",
    )
    said = fact("considers_return", "2022-04-01", is_contact=True)
    assert row(listed, said, BACK, fact("receipt", "2022-06-30")) == {
        "case_id": "A#1",
        "enterprise_id": "A",
        "kind": "whole",
        "destination": "河北省廊坊市",
        "leaves_city": True,
        "moved_on": date(2022, 3, 10),
        "evidence": "涉税事项报告表",
        "state": "returned",
        "state_since": date(2022, 6, 30),
        "is_open": False,
        "is_outbound": True,
        "in_scope": True,
        "opened_on": date(2022, 3, 10),
        "ended_on": date(2022, 6, 30),
        "first_contact_on": date(2022, 4, 1),
        "last_contact_on": date(2022, 4, 1),
        "contacts": 1,
        "move_reason": "扩大场地",
        "statement_on": None,
        "returned_on": date(2022, 6, 30),
    }


@pytest.mark.parametrize(("as_of", "in_scope"), [("2023-03-09", True), ("2023-03-10", False)])
def test_a_case_is_in_scope_for_twelve_months_after_the_move(as_of: str, in_scope: bool) -> None:  # noqa: FBT001 -- an expectation
    assert row(LISTED, as_of=as_of)["in_scope"] is in_scope


def test_a_retained_firm_is_in_no_scope_and_shows_its_statement() -> None:
    case = row(*retained())
    assert (case["is_outbound"], case["in_scope"], case["statement_on"]) == (False, False, date(2022, 3, 20))


def test_a_move_that_no_list_names_is_shown_by_what_revealed_it() -> None:
    left = fact("authority_left", "2022-03-10", authority="北京市海淀区税务局")
    assert row(left)["evidence"] == "主管税务机关变更：北京市海淀区税务局"


def test_every_arrow_is_an_event_with_its_evidence() -> None:
    _, events = register(list(retained()), "2022-12-31")
    assert events.select("event_no", "event", "from_state", "to_state", "evidence").rows() == [
        (1, "intends_to_move", None, "intends_to_move", "走访记录：拟迁出"),
        (2, "stays", "intends_to_move", "retaining", "走访记录：表示留下"),
        (3, "receipt", "retaining", "retained", "2022年4月本区有税收入库"),
    ]


def test_cases_are_numbered_within_their_enterprise() -> None:
    facts = [LISTED, BACK, fact("receipt", "2022-05-31"), fact("listed_moved", "2022-09-01")]
    cases, _ = register(facts, "2022-06-30")
    assert cases.select("case_id", "state").rows() == [("A#1", "returned")]
    cases, _ = register(facts, "2022-12-31")
    assert cases.select("case_id", "state").rows() == [("A#1", "returned"), ("A#2", "moved_out")]


def test_the_words_of_the_districts_authorities_are_a_table() -> None:
    assert district_authorities(["模拟区", "门头沟"]).to_dicts() == [{"word": "模拟区"}, {"word": "门头沟"}]
    assert district_authorities([]).schema == {"word": pl.String}
