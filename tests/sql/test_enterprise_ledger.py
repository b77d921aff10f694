"""The ledger of all enterprises: who is in it, and that its columns add up to the park's figures."""

from decimal import Decimal

import polars as pl
import pytest

from mainstay.risk.scoring import SCORES
from tests.sql.office import Office, contract, drop_list

LEVELS = ("total", "central", "local", "city", "district")
DETAILED = contract(
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "levy_item", "amount_central", "amount_city", "amount_district")
    ]
)
HEADING = "source_id,name,month,levy_item,amount_central,amount_city,amount_district"
TWO_YEARS = f"""{HEADING}
A,A,2021-01,增值税,50.00,25.00,25.00
A,A,2021-02,企业所得税,6.00,2.00,2.00
A,A,2022-01,增值税,5.00,2.50,2.50
A,A,2022-01,印花税,0.00,0.10,0.20
B,B,2021-01,房产税,0.00,30.00,30.00
B,B,2022-01,城镇土地使用税,0.00,40.00,40.00
B,B,2022-01,消费税,7.00,,
自然人及个体,自然人及个体,2022-01,个人所得税,600.00,200.00,200.00"""
REGISTER = contract(
    target="enterprises",
    delivery="full",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "in_from", "in_to")],
)


def build(office: Office, *as_of: str, scores: pl.DataFrame | None = None) -> None:
    """Build everything up to the ledger."""
    handed = scores if scores is not None else SCORES.to_frame()
    office.build(*(as_of or ("2022-02-07",)), settings=drop_list(), hand_in={"scores": handed})


def covered(office: Office) -> None:
    """Deliver January of two years: two enterprises, and the natural persons summed up as one."""
    office.deliver(TWO_YEARS, "2022-02-01", DETAILED)


def refunded(office: Office, *rows: str) -> None:
    """Deliver VAT credit refunds: `id,month,central,city,district`."""
    made = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    lines = ["source_id,name,month,amount_central,amount_city,amount_district,levy_item,reason"]
    lines += [f"{row.split(',')[0]},{row},增值税,留抵退税" for row in rows]
    office.deliver("\n".join(lines), "2022-02-01", made)


def test_an_enterprise_has_every_level_of_both_years_in_both_calibers(office: Office) -> None:
    covered(office)
    refunded(office, "A,2022-01,-4.00,-3.40,-0.60")
    build(office)
    [row] = office.warehouse.read("marts.enterprise_ledger").filter(pl.col("enterprise_id") == "A").to_dicts()
    shown = {name: str(value) for name, value in row.items() if isinstance(value, Decimal)}
    assert {name: value for name, value in shown.items() if name.startswith("local_")} == {
        "local_natural_current": "1.30",
        "local_natural_prior": "50.00",
        "local_natural_change": "-48.70",
        "local_restored_current": "5.30",
        "local_restored_prior": "50.00",
        "local_restored_change": "-44.70",
        "local_refund_current": "4.00",
        "local_refund_prior": "0.00",
    }
    assert (shown["total_natural_current"], shown["total_refund_current"]) == ("2.30", "8.00")
    assert (shown["central_restored_current"], shown["city_natural_current"]) == ("5.00", "-0.80")
    assert (shown["district_natural_prior"], row["district_natural_yoy"]) == ("25.00", pytest.approx(-0.916))
    assert (row["local_natural_yoy"], row["local_restored_yoy"]) == (pytest.approx(-0.974), pytest.approx(-0.894))


def test_every_column_adds_up_to_the_parks_figures_to_the_cent(office: Office) -> None:
    covered(office)
    refunded(office, "A,2022-01,-4.00,-3.40,-0.60", "B,2021-01,-1.00,-0.85,-0.15")
    office.deliver("source_id,name,in_from,in_to\nC,C,2020-01-01,", "2022-02-01", REGISTER)
    build(office)
    ledger = office.warehouse.read("marts.enterprise_ledger")
    parks = office.warehouse.read("marts.park_indicators").filter(
        pl.col("indicator") == "revenue_as_extracted", pl.col("caliber") != "deferral_adjusted"
    )
    assert parks.height == 10
    for park in parks.to_dicts():
        column = f"{park['level']}_{park['caliber']}"
        assert ledger[f"{column}_current"].sum() == park["value"]
        assert ledger[f"{column}_prior"].sum() == park["prior_value"]
    assert ledger["local_natural_current"].sum() == Decimal("481.30")


def test_levies_and_months_add_up_to_the_same_figures(office: Office) -> None:
    covered(office)
    refunded(office, "A,2022-01,-4.00,-3.40,-0.60")
    build(office)
    ledger = office.warehouse.read("marts.enterprise_ledger")
    levies = office.warehouse.read("marts.enterprise_ledger_levies")
    months = office.warehouse.read("marts.enterprise_ledger_months")
    assert levies["natural_current"].sum() == ledger["local_natural_current"].sum() == Decimal("481.30")
    assert levies["natural_prior"].sum() == ledger["local_natural_prior"].sum()
    newest = months.filter(pl.col("month") == pl.date(2022, 1, 1))
    assert newest["natural_revenue"].sum() == ledger["local_natural_current"].sum()


def test_the_largest_payers_come_first_the_unknown_after_them_and_the_natural_persons_last(office: Office) -> None:
    covered(office)
    office.deliver("source_id,name,in_from,in_to\nC,C,2020-01-01,", "2022-02-01", REGISTER)
    coarse = contract(name="coarse")
    office.deliver("source_id,name,month,amount_total\nD,D,2022-01,9.00\nE,E,2021-01,1.00", "2022-02-01", coarse)
    most = "\n".join("A,A,2022-01,0.00,0.00" for _ in range(20))
    office.deliver(f"source_id,name,month,amount_total,amount_local\n{most}", "2022-02-01", coarse)
    build(office)
    columns = ("rank", "enterprise_id", "source_id", "local_natural_current", "is_pseudo_taxpayer")
    assert office.rows("marts.enterprise_ledger", *columns) == [
        (1, "B", "B", "80.00", False),
        (2, "A", "A", "5.30", False),
        (3, "C", "C", "0.00", False),
        (4, "D", "D", None, False),
        (5, "E", "E", None, False),
        (6, "自然人及个体", None, "400.00", True),
    ]


def test_a_registered_enterprise_without_receipts_paid_nothing_and_has_no_yoy(office: Office) -> None:
    covered(office)
    office.deliver("source_id,name,in_from,in_to\nC,C,2020-01-01,2030-12-31", "2022-02-01", REGISTER)
    build(office)
    columns = ("name", "in_from", "in_to", "moved_on", "district_restored_prior", "district_restored_yoy")
    assert ("C", "2020-01-01", "2030-12-31", None, "0.00", None) in office.rows("marts.enterprise_ledger", *columns)


def test_an_enterprise_that_nothing_but_an_alert_names_is_not_in_the_ledger(office: Office) -> None:
    covered(office)
    office.deliver(
        "source_id,name,alert_no,dispatched_on,due_on\nX,X,1,2022-02-01,", "2022-02-01", contract(target="alerts")
    )
    build(office)
    assert ("X",) in office.rows("features.enterprises", "enterprise_id")
    assert office.rows("marts.enterprise_ledger", "enterprise_id") == [("A",), ("B",), ("自然人及个体",)]


def test_an_enterprise_whose_last_receipt_is_older_than_24_months_is_not_in_the_ledger(office: Office) -> None:
    covered(office)
    office.deliver(
        "source_id,name,month,amount_local\nOLD,OLD,2020-01,5.00\nIN,IN,2020-02,5.00",
        "2022-02-01",
        contract(delivery="increment"),
    )
    build(office)
    assert office.rows("marts.enterprise_ledger", "enterprise_id") == [("A",), ("B",), ("IN",), ("自然人及个体",)]


def test_a_window_that_is_not_covered_is_unknown_and_never_zero(office: Office) -> None:
    office.deliver(
        f"{HEADING}\nA,A,2021-12,增值税,2.00,1.00,1.00\nA,A,2022-01,增值税,2.00,1.00,1.00", "2022-02-01", DETAILED
    )
    office.deliver("source_id,name,in_from,in_to\nC,C,2020-01-01,", "2022-02-01", REGISTER)
    build(office)
    ledger = office.warehouse.read("marts.enterprise_ledger")
    money = [f"{level}_{caliber}_current" for level in LEVELS for caliber in ("natural", "restored")]
    assert ledger.height == 2
    assert ledger.select(money).null_count().row(0) == (2,) * 10
    levies = office.warehouse.read("marts.enterprise_ledger_levies")
    assert levies["natural_current"].null_count() == levies.height == 14
    indicators = office.warehouse.read("marts.park_indicators")
    assert indicators["value"].null_count() == indicators.height > 0


def test_the_24_months_show_what_is_covered_and_leave_the_rest_unknown(office: Office) -> None:
    office.deliver(
        f"{HEADING}\nA,A,2021-12,增值税,2.00,1.00,1.00\nB,B,2022-01,增值税,2.00,1.00,0.50", "2022-02-01", DETAILED
    )
    build(office)
    months = office.rows("marts.enterprise_ledger_months", "enterprise_id", "month", "natural_revenue")
    assert len(months) == 48
    assert months[0] == ("A", "2020-02-01", None)
    assert months[-26:-24] == [("A", "2021-12-01", "2.00"), ("A", "2022-01-01", "0.00")]
    assert months[-2:] == [("B", "2021-12-01", "0.00"), ("B", "2022-01-01", "1.50")]


def test_the_kinds_of_levies_are_those_of_the_office_and_the_rest_is_other(office: Office) -> None:
    covered(office)
    build(office)
    kinds = office.rows(
        "marts.enterprise_ledger_levies", "enterprise_id", "levy_kind", "natural_current", "natural_prior"
    )
    assert [row[1:] for row in kinds if row[0] == "A"] == [
        ("CIT", "0.00", "0.00"),
        ("IIT", "0.00", "0.00"),
        ("OTHER", "0.00", "0.00"),
        ("PROPERTY_LAND_USE", "0.00", "0.00"),
        ("STAMP", "0.30", "0.00"),
        ("UMCT", "0.00", "0.00"),
        ("VAT", "5.00", "50.00"),
    ]
    assert ("B", "PROPERTY_LAND_USE", "80.00", "60.00") in kinds


def test_without_levy_items_the_kinds_are_unknown_and_the_money_is_undivided(office: Office) -> None:
    office.deliver(
        "source_id,name,month,amount_local\nA,A,2021-01,9.00\nA,A,2022-01,5.00\nB,B,2022-01,1.00", "2022-02-01"
    )
    build(office)
    kinds = office.rows(
        "marts.enterprise_ledger_levies", "enterprise_id", "levy_kind", "natural_current", "natural_prior"
    )
    assert ("A", "UNDIVIDED", "5.00", "9.00") in kinds
    assert ("A", "VAT", None, None) in kinds
    assert len(kinds) == 16


def test_a_level_that_is_not_given_stays_unknown_and_the_total_stands_in_for_levies_and_months(office: Office) -> None:
    only_total = contract(
        columns=[{"field": f, "headings": [f]} for f in ("source_id", "month", "levy_item", "amount_total")],
    )
    rows = "source_id,name,month,levy_item,amount_total"
    rows += "\nA,A,2021-01,增值税,9.00\nA,A,2022-01,增值税,5.00\nB,B,2021-01,增值税,1.00\nB,B,2022-01,增值税,8.00"
    office.deliver(rows, "2022-02-01", only_total)
    build(office)
    columns = ("rank", "enterprise_id", "level", "is_fallback", "total_natural_change", "local_natural_change")
    assert office.rows("marts.enterprise_ledger", *columns) == [
        (1, "B", "total", True, "7.00", None),
        (2, "A", "total", True, "-4.00", None),
    ]
    kinds = office.rows("marts.enterprise_ledger_levies", "enterprise_id", "levy_kind", "natural_current")
    assert ("A", "VAT", "5.00") in kinds
    months = office.rows("marts.enterprise_ledger_months", "enterprise_id", "month", "natural_revenue")
    assert months[-1] == ("B", "2022-01-01", "8.00")


def test_the_grades_of_the_next_twelve_months_stand_beside_the_money(office: Office) -> None:
    covered(office)
    score = {"as_of_date": "2022-02-07", "enterprise_id": "A", "horizon_months": 12}
    rows = [score | {"target": "decline", "grade": "high"}, score | {"target": "relocation", "grade": "low"}]
    rows += [score | {"target": "decline", "grade": "low", "horizon_months": 6}]
    types = {name: kind for name, kind in SCORES.items() if name in {"horizon_months", "grade", "target"}}
    scores = pl.DataFrame(rows, schema_overrides=types).with_columns(pl.col("as_of_date").str.to_date())
    empty = [pl.lit(None, kind).alias(name) for name, kind in SCORES.items() if name not in scores.columns]
    build(office, scores=scores.with_columns(empty).select(SCORES.names()))
    columns = ("enterprise_id", "decline_grade", "relocation_grade")
    assert office.rows("marts.enterprise_ledger", *columns)[:2] == [("A", "high", "low"), ("B", None, None)]


def test_an_earlier_date_keeps_its_own_ledger(office: Office) -> None:
    covered(office)
    office.deliver(f"{HEADING}\nA,A,2022-01,增值税,1.00,1.00,1.00", "2022-02-10", DETAILED)
    build(office, "2022-02-07", "2022-02-14")
    columns = ("as_of_date", "enterprise_id", "local_natural_current")
    mine = [row for row in office.rows("marts.enterprise_ledger", *columns) if row[1] == "A"]
    assert mine == [("2022-02-07", "A", "5.30"), ("2022-02-14", "A", "7.30")]
