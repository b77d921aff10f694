"""How far the year's revenue hangs on a few firms, by figures worked out by hand."""

import pytest

from tests.sql.office import Office, contract, drop_list

FIGURES = ("group_name", "enterprises", "enterprises_not_positive", "revenue", "positive_revenue")
SHARES = ("top1_share", "top5_share", "hhi", "is_suppressed_in_public")


@pytest.fixture
def park(office: Office) -> Office:
    """Six firms of two zones, in a year of one month; natural persons, and one that left before the year."""
    register = contract(
        target="enterprises",
        delivery="full",
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "name", "zone", "incubator", "in_from", "in_to")],
    )
    office.deliver(
        """source_id,name,month,amount_total,amount_local
        A,A,2022-01,60000000.00,6000000.00
        B,B,2022-01,3000000.00,3000000.00
        C,C,2022-01,1000000.00,1000000.00
        D,D,2022-01,0.00,0.00
        E,E,2022-01,-500000.00,-500000.00
        GONE,GONE,2022-01,77.00,77.00
        自然人及个体,自然人及个体,2022-01,99.00,99.00""",
        "2022-02-01",
    )
    office.deliver(
        """source_id,name,zone,in_from,in_to
        A,A,东镇,2019-01-01,
        B,B,东镇,2019-01-01,
        C,C,东镇,2019-01-01,
        D,D,西镇,2019-01-01,
        E,E,西镇,2019-01-01,
        GONE,GONE,西镇,2019-01-01,2021-11-30""",
        "2022-02-01",
        register,
    )
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    rows = (
        "source_id,name,month,amount_total,amount_local,levy_item,reason\n"
        "E,E,2022-01,-9500000.00,-9500000.00,增值税,留抵退税"
    )
    office.deliver(rows, "2022-02-01", refunds)
    office.build("2022-02-01", settings=drop_list())
    return office


def groups(park: Office, caliber: str, grouping: str, *columns: str) -> list[tuple[object, ...]]:
    """The groups of one kind at the local level."""
    rows = park.rows("marts.concentration", "level", "caliber", "grouping", *columns)
    return [row[3:] for row in rows if row[:3] == ("local", caliber, grouping)]


def test_shares_and_hhi_are_parts_of_the_positive_revenue_of_the_park(park: Office) -> None:
    assert groups(park, "natural", "park", *FIGURES) == [("全园", 3, 2, "0.00", "10000000.00")]
    assert groups(park, "natural", "park", *SHARES) == [(0.6, 1.0, pytest.approx(0.36 + 0.09 + 0.01), False)]
    # Restored, E has paid -0.5m of its own.
    assert groups(park, "restored", "park", *FIGURES) == [("全园", 3, 2, "9500000.00", "10000000.00")]


def test_a_group_of_few_firms_or_of_one_that_pays_most_may_not_be_shown_in_public(park: Office) -> None:
    assert groups(park, "natural", "zone", *FIGURES, *SHARES) == [
        ("东镇", 3, 0, "10000000.00", "10000000.00", 0.6, 1.0, pytest.approx(0.46), False),
        ("西镇", 0, 2, "-10000000.00", "0.00", None, None, None, True),
    ]
    assert groups(park, "natural", "incubator", "group_name", "enterprises") == [("未标明", 3)]
    total = park.rows("marts.concentration", "level", "caliber", "grouping", "enterprises", *SHARES[:1], SHARES[-1])
    assert ("total", "natural", "park", 3, 0.9375, True) in total


def test_a_size_class_goes_by_the_restored_local_revenue_and_states_its_bounds(park: Office) -> None:
    columns = ("group_name", "size_from", "size_below", "enterprises", "enterprises_not_positive", "top1_share")
    assert groups(park, "natural", "size", *columns) == [
        ("100万-1000万元", "1000000.00", "10000000.00", 3, 0, 0.6),
        ("零或负", None, "0.01", 0, 2, None),
    ]
