"""Lists are data: whom they rank, by which caliber and order, over which months; frozen ones; and how they move."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.errors import SettingsError
from mainstay.list_settings import DropListSettings
from mainstay.orders.selection import ORDERS
from mainstay.report.cause_texts import with_list_causes
from mainstay.report.notes import with_freeze_notes, with_list_notes, with_member_notes
from mainstay.resources import shipped
from mainstay.revenue.list_definitions import list_definitions
from mainstay.settings import Settings
from mainstay.warehouse import run
from tests.sql.office import SHIPPED_LISTS, Office, contract
from tests.sql.outbound_week import follow_outbound
from tests.sql.scored_week import NOTHING_SCORED, publish
from tests.sql.test_drop_lists import two_years
from tests.unit.report.samples import WAN_YUAN

MEMBERS = contract(
    target="list_members",
    delivery="full",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "list_name", "listed_on", "until")],
)
NO_ORDERS = pl.DataFrame(schema=ORDERS)


def lists(**named: dict[str, Any]) -> Settings:
    """Settings with these lists alone."""
    off = dict.fromkeys(SHIPPED_LISTS, DropListSettings(applies="never"))
    return Settings(lists=off | {name: DropListSettings.model_validate(keys) for name, keys in named.items()})


def week(office: Office, as_of: str, settings: Settings, *, is_published: bool = False) -> None:
    """Build a whole week without orders, and remember it where it is published."""
    office.build(as_of, settings=settings)
    follow_outbound(office)
    run.write_inputs(office.warehouse, {**NOTHING_SCORED, "work_orders": NO_ORDERS})
    if is_published:
        publish(office, date.fromisoformat(as_of))


def ranked(office: Office, relation: str = "marts.drop_lists") -> dict[str, list[tuple[Any, ...]]]:
    """The places of every list: rank, rank that people read, enterprise."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, *place in office.rows(relation, "list_name", "rank", "shared_rank", "enterprise_id"):
        found.setdefault(name, []).append(tuple(place))
    return found


def test_equal_drops_go_by_id_by_the_larger_base_or_share_a_rank(office: Office) -> None:
    office.deliver(two_years("A,60.00,10.00", "B,90.00,40.00", "C,100.00,20.00", "D,55.00,5.00"), "2022-02-01")
    ties = ("enterprise_id", "earlier_base", "shared_rank")
    office.build("2022-02-01", settings=lists(**{rule: {"ties": rule, "top_k": 2} for rule in ties}))
    assert ranked(office) == {
        "enterprise_id": [(1, 1, "C"), (2, 2, "A")],
        "earlier_base": [(1, 1, "C"), (2, 2, "B")],
        "shared_rank": [(1, 1, "C"), (2, 2, "A"), (3, 2, "B"), (4, 2, "D")],
    }


def test_amount_and_percent_rank_by_the_caliber_of_the_list(office: Office) -> None:
    office.deliver(two_years("A,100.00,95.00", "B,10.00,1.00", "C,50.00,40.00"), "2022-02-01")
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    rows = "source_id,name,month,amount_total,amount_local,levy_item,reason\nA,A,2022-01,-90.00,-90.00,增值税,留抵退税"
    office.deliver(rows, "2022-02-01", refunds)
    office.build(
        "2022-02-01",
        settings=lists(
            amount={},
            percent={"sort_by": "percent"},
            floored={"sort_by": "percent", "floor": "20"},
            restored={"caliber": "restored"},
            adjusted={"caliber": "deferral_adjusted"},
        ),
    )
    found = ranked(office)
    assert [who for *_, who in found["amount"]] == ["A", "C", "B"]
    assert [who for *_, who in found["percent"]] == ["A", "B", "C"]
    assert [who for *_, who in found["floored"]] == ["A", "C"]
    assert [who for *_, who in found["restored"]] == ["C", "B", "A"]
    figures = office.rows("marts.drop_lists", "list_name", "enterprise_id", "caliber", "current", "change")
    assert ("amount", "A", "natural", "5.00", "-95.00") in figures
    assert ("restored", "C", "restored", "40.00", "-10.00") in figures
    assert ("adjusted", "no deferral extracts") in office.rows("features.list_windows", "list_name", "reason")


def test_a_list_adjusts_for_deferrals_where_they_are_delivered(office: Office) -> None:
    office.deliver(two_years("A,100.00,10.00", "B,100.00,50.00"), "2022-02-01")
    put_off = contract(
        target="deferrals",
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "month", "paid_month", "amount_local")],
    )
    office.deliver("source_id,month,paid_month,amount_local\nA,2022-01,2022-08,85.00", "2022-02-01", put_off)
    office.build("2022-02-01", settings=lists(mine={"caliber": "deferral_adjusted"}))
    assert office.rows("marts.drop_lists", "rank", "enterprise_id", "current", "change", "natural_change") == [
        (1, "B", "50.00", "-50.00", "-50.00"),
        (2, "A", "95.00", "-5.00", "-90.00"),
    ]


def months(*rows: str) -> str:
    """Receipts: `id,month,amount`."""
    lines = [f"{who},{who},{month},{amount},{amount}" for who, month, amount in (row.split(",") for row in rows)]
    return "\n".join(["source_id,name,month,amount_total,amount_local", *lines])


def every_month(who: str, first: int, last: int, **amounts: str) -> list[str]:
    """A row a month of 2020 and later, by number since January 2020: 10.00, or what is told of mYYYYMM."""
    found = []
    for number in range(first, last + 1):
        year, month = 2020 + number // 12, number % 12 + 1
        found.append(f"{who},{year}-{month:02d},{amounts.get(f'm{year}{month:02d}', '10.00')}")
    return found


def test_a_window_is_a_quarter_twelve_months_or_months_by_name(office: Office) -> None:
    office.deliver(months(*every_month("A", 0, 28, m202103="17.00", m202203="2.00")), "2022-06-01")
    windows = ("last_quarter", "last_12_months", "2022-02..2022-03", "ytd")
    office.build("2022-06-01", settings=lists(**{f"w{n}": {"window": one} for n, one in enumerate(windows)}))
    assert office.rows("marts.drop_lists", "list_name", "window_start", "window_end", "prior", "current") == [
        ("w0", "2022-01-01", "2022-03-01", "37.00", "22.00"),
        ("w1", "2021-06-01", "2022-05-01", "127.00", "112.00"),
        ("w2", "2022-02-01", "2022-03-01", "27.00", "12.00"),
        ("w3", "2022-01-01", "2022-05-01", "57.00", "42.00"),
    ]


def test_a_population_is_a_class_of_industry_a_zone_or_an_incubator(office: Office) -> None:
    register = contract(target="enterprises", delivery="full")
    office.deliver(two_years("A,9.00,1.00", "B,8.00,1.00", "C,7.00,1.00", "D,6.00,1.00"), "2022-02-01")
    office.deliver(
        """source_id,name,industry_code,zone,incubator,is_high_precision
        A,A,6510,东镇,甲园,yes
        B,B,7320,东镇,,no
        C,C,1650,西镇,甲园,
        D,D,,西镇,,yes""",
        "2022-02-01",
        register,
    )
    populations = ("industry:65,73", "zone:西镇", "incubator:甲园", "high_precision", "all")
    office.build("2022-02-01", settings=lists(**{f"p{n}": {"population": one} for n, one in enumerate(populations)}))
    found = {name: "".join(who for *_, who in places) for name, places in ranked(office).items()}
    assert found == {"p0": "AB", "p1": "CD", "p2": "AC", "p3": "AD", "p4": "ABCD"}


def test_an_imported_list_shows_every_member_also_those_that_nobody_knows(office: Office) -> None:
    office.deliver(two_years("A,100.00,10.00", "B,50.00,70.00", "C,5.00,5.00"), "2022-02-01")
    office.deliver(
        """source_id,name,list_name,listed_on,until
        B,B,重点企业,2022-01-10,
        A,A,重点企业,,2022-12-31
        X,无名,重点企业,2022-01-05,
        C,C,重点企业,2021-01-01,2022-01-31
        C,C,别的名单,,""",
        "2022-02-01",
        MEMBERS,
    )
    watch = contract(target="watch_list", delivery="full")
    office.deliver("source_id,name,listed_on\nC,C,2022-01-20\nA,A,2022-01-05", "2022-02-01", watch)
    settings = lists(
        members={"population": "imported:重点企业", "sort_by": "revenue", "top_k": 0},
        dropped={"population": "imported:重点企业"},
        watched={"population": "watch_list", "sort_by": "listed", "top_k": 0},
        payers={"sort_by": "revenue", "top_k": 2},
        key={"population": "imported:没有的名单", "otherwise": "payers:1", "sort_by": "name", "top_k": 0},
    )
    week(office, "2022-02-01", settings)
    columns = ("list_name", "rank", "enterprise_id", "current", "change", "yoy", "is_known")
    assert office.rows("marts.firm_lists", *columns) == [
        ("members", 1, "B", "70.00", "20.00", 70 / 50 - 1, True),
        ("members", 2, "A", "10.00", "-90.00", -0.9, True),
        ("members", 3, "X", None, None, None, False),
        ("payers", 1, "B", "70.00", "20.00", 70 / 50 - 1, True),
        ("payers", 2, "A", "10.00", "-90.00", -0.9, True),
        ("watched", 1, "A", "10.00", "-90.00", -0.9, True),
        ("watched", 2, "C", "5.00", "0.00", 0.0, True),
    ]
    assert ranked(office) == {"dropped": [(1, 1, "A")]}
    used = office.rows("marts.list_definitions", "list_name", "population_asked", "population_used")
    assert ("key", "imported:没有的名单", "payers:1") in used
    notes = with_member_notes(explained(office, "marts.firm_lists")).filter(pl.col("enterprise_id") == "X")
    assert "均未找到" in notes["cause_note"].item()


def test_without_an_imported_list_the_largest_payers_of_the_last_closed_year_stand_in(office: Office) -> None:
    large = every_month("A", 12, 28, m202107="99.00")
    office.deliver(months(*large, *every_month("B", 12, 28), *every_month("C", 12, 28, m202201="500.00")), "2022-06-01")
    key = {"population": "imported:重点企业", "otherwise": "payers:2", "sort_by": "revenue", "top_k": 0}
    week(office, "2022-06-01", lists(key=key))
    assert [row[1:] for row in office.rows("marts.firm_lists", "rank", "enterprise_id", "is_known")] == [
        ("A", True),
        ("B", True),
    ]


Q1 = ["A,2021-01,100.00", "B,2021-01,80.00", "C,2021-01,60.00", *(f"A,2021-0{n},1.00" for n in range(2, 7))]
Q1_NOW = ["A,2022-01,10.00", "B,2022-01,20.00", "C,2022-01,30.00", *(f"A,2022-0{n},1.00" for n in range(2, 7))]
CORRECTED = "source_id,name,month,amount_total,amount_local\nA,A,2022-01,25.00,25.00\nB,B,2022-01,90.00,90.00"
FROZEN = {"window": "first_quarter", "top_k": 2, "frozen_on": "2022-04-18"}
LINES = ("rank", "enterprise_id", "change", "frozen_change", "correction", "is_still_drop")


def explained(office: Office, relation: str) -> pl.DataFrame:
    """Places of lists with their causes in words."""
    return with_list_causes(office.warehouse.read(relation), office.warehouse.read("marts.causes"), WAN_YUAN)


def corrected_office(office: Office) -> None:
    """Receipts of a first quarter, known in April, and what corrections of May make of it."""
    office.deliver(months(*Q1, *Q1_NOW[:-3]), "2022-04-10")
    office.deliver(months("C,2021-05,1.00", "C,2022-04,1.00", "C,2022-05,1.00"), "2022-06-05")
    office.deliver(CORRECTED, "2022-05-10")


def test_a_frozen_list_keeps_its_places_and_says_what_was_corrected_since(office: Office) -> None:
    corrected_office(office)
    settings = lists(q1=FROZEN)
    week(office, "2022-04-18", settings, is_published=True)
    assert office.rows("marts.drop_lists", *LINES) == [
        (1, "A", "-90.00", None, None, True),
        (2, "B", "-60.00", None, None, True),
    ]
    first = office.rows("marts.drop_lists", "window_start", "window_end", "is_frozen")
    week(office, "2022-05-16", settings, is_published=True)
    assert office.rows("marts.drop_lists", *LINES) == [
        (1, "A", "-65.00", "-90.00", "25.00", True),
        (2, "B", "30.00", "-60.00", "90.00", False),
    ]
    assert office.rows("marts.drop_lists", "window_start", "window_end", "is_frozen") == first
    moves = ("rows", "entered", "left_list", "moved", "corrected", "no_longer_drops", "is_frozen", "is_redefined")
    assert office.rows("marts.list_movements", *moves) == [(2, 0, 0, 0, 2, 1, True, False)]
    assert office.rows("marts.order_candidates", "enterprise_id") == [("A",)]
    lines = with_freeze_notes(with_list_notes(explained(office, "marts.drop_list_inquiries")), WAN_YUAN)
    assert lines.sort("rank")["cause_note"].to_list() == [
        "定榜后更正：增减额相差25.00元；其余待核实 -0.01万元",
        "定榜后更正：增减额由-0.01变为0.00万元，已不减收",
    ]
    week(office, "2022-05-16", settings)
    assert [row[3] for row in office.rows("marts.drop_lists", *LINES)] == ["-90.00", "-60.00"]


def test_a_workspace_that_starts_after_the_freeze_freezes_its_first_week_over_the_same_months(office: Office) -> None:
    corrected_office(office)
    settings = lists(q1=FROZEN, year=FROZEN | {"window": "ytd"})
    week(office, "2022-06-06", settings, is_published=True)
    spans = ("list_name", "window_start", "window_end", "frozen_week")
    assert office.rows("features.list_windows", *spans) == [
        ("q1", "2022-01-01", "2022-03-01", None),
        ("year", "2022-01-01", "2022-03-01", None),
    ]
    assert [row[1:] for row in ranked(office)["q1"]] == [(1, "A"), (2, "C")]
    office.deliver("source_id,name,month,amount_total,amount_local\nC,C,2022-01,9.00,9.00", "2022-06-10")
    week(office, "2022-06-13", settings)
    assert office.rows("features.list_windows", *spans)[0] == ("q1", "2022-01-01", "2022-03-01", "2022-06-06")
    assert office.rows("marts.drop_lists", "list_name", *LINES) == [
        ("q1", 1, "A", "-65.00", "-65.00", "0.00", True),
        ("q1", 2, "C", "-21.00", "-30.00", "9.00", True),
        ("year", 1, "A", "-65.00", "-65.00", "0.00", True),
        ("year", 2, "C", "-21.00", "-30.00", "9.00", True),
    ]


def test_who_left_a_list_is_named_with_the_reason(office: Office) -> None:
    register = contract(
        target="enterprises",
        delivery="full",
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "in_from", "in_to")],
    )
    names = "source_id,name,in_from,in_to\n"
    everyone = "\n".join(f"{who},{who},2019-01-01," for who in "ABCD")
    office.deliver(f"{names}{everyone}", "2022-02-01", register)
    office.deliver(two_years("A,100.00,10.00", "B,80.00,10.00", "C,60.00,10.00", "D,40.00,10.00"), "2022-02-01")
    settings = lists(mine={"top_k": 3})
    week(office, "2022-02-07", settings, is_published=True)
    office.deliver(
        "source_id,name,month,amount_total,amount_local\nB,B,2022-01,75.00,75.00\nC,C,2022-01,45.00,45.00\n"
        "E,E,2021-01,70.00,70.00",
        "2022-02-10",
    )
    office.deliver(f"{names}{everyone}\nE,E,2019-01-01,", "2022-02-10", register)
    week(office, "2022-02-14", settings, is_published=True)
    places = ("rank", "enterprise_id", "entered", "weeks_on", "previous_rank", "rank_change")
    assert office.rows("marts.drop_lists", *places) == [
        (1, "A", False, 2, 1, 0),
        (2, "E", True, 1, None, None),
        (3, "D", True, 1, None, None),
    ]
    gone = ("enterprise_id", "name", "last_rank", "weeks_listed", "reason")
    assert office.rows("marts.list_leavers", *gone) == [
        ("B", "B", 2, 1, "no_longer_drop"),
        ("C", "C", 3, 1, "overtaken"),
    ]
    week(office, "2022-02-21", lists(mine={"top_k": 2}), is_published=True)
    assert office.rows("marts.list_leavers", *gone) == [("D", "D", 3, 1, "redefined")]
    assert office.rows("marts.list_movements", "rows", "entered", "left_list", "is_redefined") == [
        (2, None, None, True)
    ]
    assert office.rows("marts.drop_lists", "enterprise_id", "entered", "weeks_on", "previous_rank") == [
        ("A", None, 1, None),
        ("E", None, 1, None),
    ]
    office.deliver("source_id,name,month,amount_total,amount_local\nB,B,2022-01,-90.00,-90.00", "2022-02-25")
    week(office, "2022-02-28", lists(mine={"top_k": 2}))
    assert office.rows("marts.list_leavers", *gone) == [("E", "E", 2, 2, "overtaken")]
    assert office.rows("marts.list_movements", "rows", "entered", "left_list", "moved") == [(2, 1, 1, 0)]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"population": "high_precison"}, "did you mean 'high_precision'"),
        ({"population": "imported"}, "needs values behind a colon"),
        ({"population": "payers:many"}, "takes one number"),
        ({"window": "last_quater"}, "did you mean 'last_quarter'"),
        ({"window": "2022-03..2022-01"}, "ends before it begins"),
        ({"ties": "id"}, "shared_rank"),
        ({"caliber": "adjusted"}, "deferral_adjusted"),
        ({"sort_by": "size"}, "revenue"),
    ],
)
def test_an_unknown_value_of_a_list_is_refused_with_a_hint(wrong: dict[str, str], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        DropListSettings.model_validate(wrong)


def test_a_population_stands_in_only_for_one_that_others_draw_up() -> None:
    with pytest.raises(SettingsError, match="no fallback is possible for population 'zone:Z1'"):
        list_definitions(shipped("seeds"), lists(mine={"population": "zone:Z1", "otherwise": "all"}).lists)
    own = {"key_firms": DropListSettings(population="zone:Z1")}
    found = list_definitions(shipped("seeds"), own).filter(pl.col("list_name") == "key_firms")
    assert found.select("population", "otherwise", "otherwise_kind").row(0) == ("zone:Z1", None, None)


def test_a_list_of_another_year_is_not_comparable_but_a_window_that_moves_by_itself_is(office: Office) -> None:
    office.deliver(months(*every_month("A", -12, 14, m202101="2.00")), "2021-04-05")
    office.deliver(months(*every_month("A", 15, 26, m202201="1.00")), "2022-04-05")
    windows = {name: {"window": name} for name in ("first_quarter", "ytd", "last_12_months", "last_quarter")}
    week(office, "2021-04-12", lists(**windows), is_published=True)
    week(office, "2022-04-18", lists(**windows))
    found = office.rows("features.list_weeks", "list_name", "weeks_ago", "is_comparable")
    assert found == [
        ("first_quarter", 1, False),
        ("last_12_months", 1, True),
        ("last_quarter", 1, True),
        ("ytd", 1, False),
    ]


def test_a_list_that_is_added_later_shows_nobody_as_entered_in_its_first_week(office: Office) -> None:
    office.deliver(two_years("A,100.00,10.00", "B,50.00,40.00"), "2022-02-01")
    week(office, "2022-02-07", lists(mine={}), is_published=True)
    week(office, "2022-02-14", lists(mine={}, fresh={}, firms={"sort_by": "revenue"}))
    lines = office.rows("marts.drop_lists", "list_name", "enterprise_id", "entered")
    assert lines == [("fresh", "A", None), ("fresh", "B", None), ("mine", "A", False), ("mine", "B", False)]
    assert office.rows("marts.firm_lists", "enterprise_id", "entered") == [("A", None), ("B", None)]
    assert office.rows("marts.list_movements", "list_name", "entered", "left_list", "moved") == [
        ("firms", None, None, None),
        ("fresh", None, None, None),
        ("mine", 0, 0, 0),
    ]


def test_a_list_that_cannot_be_computed_says_why_and_keeps_the_firms_that_others_named(office: Office) -> None:
    office.deliver(months(*every_month("A", 24, 25)), "2022-03-05")
    office.deliver("source_id,name,list_name,listed_on,until\nA,A,重点企业,,", "2022-03-05", MEMBERS)
    settings = lists(
        payers={"population": "payers:2", "sort_by": "revenue"},
        floored={"population": "imported:重点企业", "sort_by": "revenue", "floor": "50"},
        frozen={"frozen_on": "2021-04-18"},
    )
    week(office, "2022-03-07", settings)
    assert office.rows("features.list_windows", "list_name", "window_start", "window_end", "reason") == [
        ("floored", "2022-01-01", "2022-02-01", "base window not covered"),
        ("frozen", "2021-01-01", "2021-03-01", "window not covered"),
        ("payers", "2022-01-01", "2022-02-01", "base window not covered"),
    ]
    assert office.rows("marts.firm_lists", "list_name", "enterprise_id", "current") == [("floored", "A", None)]


def test_the_largest_payers_of_a_year_that_is_not_delivered_whole_are_not_known(office: Office) -> None:
    office.deliver(two_years("A,100.00,10.00"), "2022-02-01")
    key = {"population": "imported:重点企业", "otherwise": "payers:2", "sort_by": "revenue"}
    week(office, "2022-02-07", lists(payers={"population": "payers:2", "sort_by": "revenue"}, key=key, mine={}))
    reasons = office.rows("marts.list_movements", "list_name", "rows", "not_covered_reason")
    assert reasons == [("key", 0, "last year not covered"), ("mine", 1, None), ("payers", 0, "last year not covered")]


def test_a_firm_that_paid_nothing_has_nothing_adjusted_where_deferrals_are_delivered(office: Office) -> None:
    office.deliver(two_years("A,100.00,10.00"), "2022-02-01")
    office.deliver("source_id,name\nA,A\nB,B", "2022-02-01", contract(target="enterprises", delivery="full"))
    all_firms = lists(mine={"caliber": "deferral_adjusted", "kind": "firms"}, other={"kind": "firms"})
    figures = ("list_name", "enterprise_id", "current", "change", "adjusted_current")
    week(office, "2022-02-07", all_firms)
    assert ("other", "B", "0.00", "0.00", None) in office.rows("marts.firm_lists", *figures)
    put_off = contract(
        target="deferrals",
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "month", "paid_month", "amount_local")],
    )
    office.deliver("source_id,month,paid_month,amount_local\nA,2022-01,2022-08,85.00", "2022-02-10", put_off)
    week(office, "2022-02-14", all_firms)
    assert ("mine", "B", "0.00", "0.00", "0.00") in office.rows("marts.firm_lists", *figures)


def test_firms_whose_level_is_unknown_are_counted_though_they_have_no_place(office: Office) -> None:
    others = [f"{name},5.00,9.00" for name in "CDEF"]
    office.deliver(f"{two_years('A,100.00,10.00', *others)}\nB,B,2022-01,7.00,", "2022-02-01")
    week(office, "2022-02-07", lists(mine={}, firms={"sort_by": "name"}))
    assert office.rows("marts.list_movements", "list_name", "rows", "unranked") == [("firms", 6, 0), ("mine", 1, 1)]
