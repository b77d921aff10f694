"""What a forecast may know: from rows of the ledger to the marts, point in time."""

import polars as pl
import pytest

from mainstay.quality.gates import judge_marts
from mainstay.revenue.forecast import RELATIONS, full_year
from mainstay.warehouse import run
from tests.sql.office import Office, contract, drop_list

EVENTS = contract(
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "levy_item", "amount_total", "amount_local")
    ]
)
DEFERRALS = contract(
    target="deferrals",
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "paid_month", "amount_total", "amount_local")
    ],
)
KNOWN_EVENTS = contract(
    target="known_events",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "matter", "month", "amount", "is_lasting")],
)
AS_OF = "2022-07-12"


def months(first_year: int = 2021, firms: str = "AB", last: int = 6) -> str:
    """100 local of 200 a month and firm, from a January to a month of 2022."""
    rows = ["source_id,name,month,amount_total,amount_local"]
    for year in range(first_year, 2023):
        for number in range(1, 13 if year < 2022 else last + 1):
            rows += [f"{firm},{firm},{year}-{number:02},200.00,100.00" for firm in firms]
    return "\n".join(rows)


def forecast(office: Office, as_of: str = AS_OF) -> pl.DataFrame:
    """Build what is known, forecast, and build the marts on it."""
    office.build(as_of, settings=drop_list())
    known = {name: office.warehouse.read(name) for name in RELATIONS}
    made = full_year(known)
    run.write_inputs(office.warehouse, {"forecasts": made})
    rebuild(office, "marts.forecasts", "marts.forecast_scenarios", "gates.forecasts")
    return made


def rebuild(office: Office, *relations: str) -> None:
    """Build some models anew: what was built without a forecast is as it was but for these."""
    for relation in relations:
        office.warehouse.execute("delete from run.built where relation = $1", [relation])


def year(office: Office, *conditions: pl.Expr) -> list[tuple[str, ...]]:
    """Enterprise, level, caliber, ytd, forecast of the mart."""
    rows = office.warehouse.read("marts.forecasts").filter(*conditions)
    return rows.select(
        "enterprise_id", "level", "caliber", pl.col("ytd").cast(pl.String), pl.col("forecast").cast(pl.String)
    ).rows()


def test_every_level_and_caliber_that_the_data_give_is_forecast_for_firms_and_park(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    forecast(office)
    assert year(office, pl.col("level") == "local") == [
        ("*", "local", "natural", "1200.00", "2400.00"),
        ("A", "local", "natural", "600.00", "1200.00"),
        ("B", "local", "natural", "600.00", "1200.00"),
        ("*", "local", "restored", "1200.00", "2400.00"),
        ("A", "local", "restored", "600.00", "1200.00"),
        ("B", "local", "restored", "600.00", "1200.00"),
    ]
    assert set(office.warehouse.read("marts.forecasts")["level"]) == {"total", "central", "local"}


def test_the_scenarios_stand_beside_the_year_before(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    forecast(office)
    rows = office.warehouse.read("marts.forecast_scenarios").filter(
        pl.col("level") == "local", pl.col("caliber") == "restored"
    )
    assert rows["scenario"].to_list() == ["pessimistic", "expected", "optimistic"]
    assert rows["amount"].is_sorted()
    [expected] = rows.filter(pl.col("scenario") == "expected").to_dicts()
    assert (str(expected["amount"]), str(expected["prior_year"]), expected["yoy"]) == ("2400.00", "2400.00", 0.0)


def test_what_becomes_known_later_changes_nothing(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    before = forecast(office)
    office.deliver("source_id,name,month,amount_total,amount_local\nA,A,2022-05,9000.00,9000.00", "2022-07-13")
    office.deliver("source_id,matter,month,amount,is_lasting\nA,market,2022-08,-90.00,yes", "2022-07-13", KNOWN_EVENTS)
    assert forecast(office).equals(before)
    assert (
        not forecast(office, "2022-07-14")
        .filter(pl.col("enterprise_id") == "A")
        .equals(before.filter(pl.col("enterprise_id") == "A"))
    )


def test_event_levies_are_told_apart_from_the_business(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    office.deliver(
        "source_id,name,month,levy_item,amount_total,amount_local\nA,A,2022-03,土地增值税,5000.00,5000.00",
        "2022-07-05",
        EVENTS.model_copy(update={"name": "events"}),
    )
    rows = office_rows(office)
    assert rows.filter(pl.col("one_off") != 0).select("enterprise_id", "level", pl.col("one_off").cast(pl.Int64)).rows(
    ) == [("A", "local", 5000), ("A", "total", 5000)]  # fmt: skip


def office_rows(office: Office) -> pl.DataFrame:
    """Return the months that a forecast rests on."""
    office.build(AS_OF, settings=drop_list())
    return office.warehouse.read("features.forecast_months").sort("enterprise_id", "level", "month")


def test_deferrals_that_fall_due_in_the_open_months_are_known(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    office.deliver(
        """source_id,name,month,paid_month,amount_total,amount_local
        A,A,2022-02,2022-08,120.00,60.00
        A,A,2022-03,2023-02,80.00,40.00""",
        "2022-07-05",
        DEFERRALS,
    )
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.forecast_due", "enterprise_id", "month", "level", "due_in", "put_off") == [
        ("A", "2022-08-01", "central", "60.00", "0.00"),
        ("A", "2022-08-01", "city", "0.00", "0.00"),
        ("A", "2022-08-01", "district", "0.00", "0.00"),
        ("A", "2022-08-01", "local", "60.00", "0.00"),
        ("A", "2022-08-01", "total", "120.00", "0.00"),
    ]


def test_a_firm_that_left_whole_is_told_and_one_that_moved_in_part_is_not(office: Office) -> None:
    moves = contract(
        target="outbound",
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "moved_on", "move_kind")],
    )
    office.deliver(months(), "2022-07-05")
    office.deliver(
        "source_id,name,moved_on,move_kind\nA,A,2022-04-20,整体迁出\nB,B,2022-04-20,部分迁出", "2022-07-05", moves
    )
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.forecast_firms", "enterprise_id", "left_in") == [("A", "2022-04-01"), ("B", None)]


def test_without_the_whole_year_before_there_is_no_forecast_but_a_reason(office: Office) -> None:
    office.deliver(months(2022), "2022-07-05")
    forecast(office)
    rows = office.warehouse.read("marts.forecasts")
    assert set(rows["enterprise_id"]) == {"*"}
    assert set(rows["method"]) == {"none: base window not covered"}
    assert rows["forecast"].null_count() == rows.height


def test_a_gap_in_the_months_cuts_the_history_off(office: Office) -> None:
    rows = [line for line in months(2020).splitlines() if ",2020-12," not in line]
    office.deliver("\n".join(rows), "2022-07-05")
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.forecast_years", "year", "months_closed", "first_month", "reason") == [
        (2022, 6, "2021-01-01", None)
    ]


def test_real_forecasts_pass_their_gates(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    forecast(office)
    checks = judge_marts(office.warehouse.read("gates.forecasts"))
    assert checks["passed"].to_list() == [True, True, True, True]


def test_a_cent_too_much_in_the_park_breaks_its_gate(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    forecast(office)
    mart = office.warehouse.located("marts.forecasts")
    office.warehouse.execute(f"update {mart} set forecast = forecast + 0.01 where enterprise_id = '*'")
    rebuild(office, "gates.forecasts")
    checks = judge_marts(office.warehouse.read("gates.forecasts"))
    assert checks.filter(~pl.col("passed"))["rule"].to_list() == ["firms_sum_to_park"]


SPLIT = contract(
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "name", "month", "amount_total", "amount_city", "amount_district")
    ]
)


def split_months() -> str:
    """What `months` gives, of which local is 30 city and 70 district."""
    head, *rows = months().splitlines()
    return "\n".join(
        [head.replace("amount_local", "amount_city,amount_district"), *(f"{row[:-6]}30.00,70.00" for row in rows)]
    )


@pytest.mark.parametrize("level", ["central", "city"])
def test_a_level_a_cent_off_for_firm_and_park_breaks_its_gate(office: Office, level: str) -> None:
    office.deliver(split_months(), "2022-07-05", SPLIT)
    forecast(office)
    assert judge_marts(office.warehouse.read("gates.forecasts"))["passed"].all()
    mart = office.warehouse.located("marts.forecasts")
    office.warehouse.execute(
        f"update {mart} set forecast = forecast + 0.01, high = high + 0.01 "
        f"where caliber = 'restored' and level = '{level}' and enterprise_id in ('A', '*')"
    )
    rebuild(office, "gates.forecasts")
    checks = judge_marts(office.warehouse.read("gates.forecasts"))
    assert checks.filter(~pl.col("passed"))["rule"].to_list() == ["levels_add_up"]


def test_levels_that_the_deferral_records_give_in_part_do_not_refuse_the_run(office: Office) -> None:
    office.deliver(months(), "2022-07-05")
    office.deliver(
        "source_id,name,month,paid_month,amount_total,amount_local\nA,A,2022-02,2022-08,120.00,",
        "2022-07-05",
        DEFERRALS,
    )
    forecast(office)
    assert judge_marts(office.warehouse.read("gates.forecasts"))["passed"].all()
