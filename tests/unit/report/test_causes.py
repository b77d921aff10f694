"""Causes in a few words: on an order, on a list, in the brief."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from mainstay.report.brief_page import Week
from mainstay.report.cause_texts import composition, with_list_causes, with_order_causes
from tests.unit.report.brief_samples import WEEK
from tests.unit.report.samples import WAN_YUAN

YTD = {"title": "累计前50", "level": "local", "window_start": date(2022, 1, 1), "window_end": date(2022, 5, 1)}
QUARTER = YTD | {"title": "一季度前25", "window_end": date(2022, 3, 1)}
SCHEMA = {
    "list_name": pl.String, "enterprise_id": pl.String, "cause_code": pl.String, "cause_zh": pl.String,
    "place": pl.Int64, "amount": pl.Decimal(18, 2), "title": pl.String, "level": pl.String,
    "window_start": pl.Date, "window_end": pl.Date,
}  # fmt: skip
NAMES = {"P1": ("留抵退税", 1), "P3": ("缓税", 3), "B1": ("上年一次性", 8), "R1": ("迁出", 17), "X": ("其余待核实", 23)}


def causes(name: str, of: dict[str, Any], enterprise: str = "A", **amounts: str) -> pl.DataFrame:
    """Causes of one enterprise on one list, in yuan."""
    rows = [
        {"list_name": name, "enterprise_id": enterprise, "cause_code": code, "amount": Decimal(amount), **of}
        | {"cause_zh": NAMES[code][0], "place": NAMES[code][1]}
        for code, amount in amounts.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def orders(enterprise: str) -> pl.DataFrame:
    """One order, with figures of January to May."""
    return pl.DataFrame([{"order_id": "M1", "enterprise_id": enterprise, **YTD}]).drop("title")


def test_a_note_names_the_three_largest_by_money_and_what_is_unexplained_last() -> None:
    found = causes("ytd", YTD, P1="-1205000", X="-400000", B1="-302000", P3="1000", R1="-100")
    places = pl.DataFrame({"list_name": ["ytd", "ytd"], "enterprise_id": ["A", "B"]})
    assert with_list_causes(places, found, WAN_YUAN)["causes"].to_list() == [
        "留抵退税 -120.50万元；上年一次性 -30.20万元；其余待核实 -40.00万元",
        None,
    ]


def test_an_order_takes_the_causes_of_the_list_with_its_own_window() -> None:
    found = pl.concat([causes("q1", QUARTER, R1="-9000000"), causes("ytd", YTD, X="-40000", B1="-50000")])
    row = with_order_causes(orders("A"), found, WAN_YUAN).row(0, named=True)
    assert (row["causes"], row["main_cause"]) == ("上年一次性 -5.00万元；其余待核实 -4.00万元", "B1")


def test_causes_of_another_window_say_which_list_they_are_of() -> None:
    found = causes("q1", QUARTER, R1="-90000")
    assert with_order_causes(orders("A"), found, WAN_YUAN)["causes"].to_list() == ["一季度前25：迁出 -9.00万元"]
    assert with_order_causes(orders("B"), found, WAN_YUAN)["causes"].to_list() == [None]


def test_the_brief_says_of_what_the_change_of_a_list_is_made() -> None:
    week = Week(date(2022, 6, 13), WEEK, WAN_YUAN)
    found = pl.concat(
        [causes("q1", QUARTER, "A", P1="-60000", X="-30000"), causes("q1", QUARTER, "B", P1="-30000", B1="20000")]
    )
    assert composition(week, found) == {"q1": "留抵退税-9(90%)、其余待核实-3(30%)"}
    assert composition(week, found.clear()) == {}
