"""Risk features and cohorts by given rows: what each tells, and when it stays silent."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.resources import shipped
from mainstay.risk.past_predictions import read_catalogue
from mainstay.risk.prediction_targets import COHORT
from mainstay.risk.reasons import read_wording
from mainstay.settings import ScoreSettings, Settings
from tests.sql.office import Office, contract
from tests.sql.outbound_week import follow_outbound
from tests.sql.risk_office import VALUES, new_office, pay

AS_OF = "2022-06-30"
TWO_YEARS = "K 2020-07 " + "9 " * 24
"""Somebody pays in each of the 24 months to June 2022; ten more of the kind, and all of them are covered."""
SETTINGS = Settings(score=ScoreSettings.model_validate({"floor": 1200}))


def deliver_facts(office: Office) -> None:
    """Signals, visits, requests, turnover and staff."""
    signals = "Sign,controller_changed,2022-05-31 Sign,address_change_filed,2022-06-20 K,controller_changed,2021-01-01"
    text = "\n".join(["source_id,signal,observed_on", *signals.split()])
    office.deliver(text, AS_OF, contract(target="signals"))
    visits = "Served,2022-05-31,phone Served,2022-06-01,not_reached Served,2021-05-01,phone"
    text = "\n".join(["source_id,visited_on,result", *visits.split()])
    office.deliver(text, AS_OF, contract(target="visit_outcomes"))
    requests = "Served,1,2022-03-01, Served,2,2022-06-01, Served,3,2022-01-01,2022-02-01"
    text = "\n".join(["source_id,request_no,requested_on,resolved_on", *requests.split()])
    office.deliver(text, AS_OF, contract(target="service_requests"))
    rows = [f"Gap,{year}-0{month},invoiced_value,100" for year in (2021, 2022) for month in (4, 5, 6)]
    staff = ["Gap,2022-02,insured_headcount,30", "Gap,2022-03,insured_headcount,20", "Gap,2022-06,insured_headcount,10"]
    office.deliver("\n".join(["source_id,month,measure,value", *rows, *staff]), AS_OF, VALUES)


@pytest.fixture(scope="module")
def park() -> Iterator[Office]:
    """A park of firms that each show one thing, built once."""
    with new_office() as office:
        pay(
            office,
            AS_OF,
            TWO_YEARS,
            *(TWO_YEARS.replace("K", f"K{number}") for number in range(10)),
            "Sign 2022-06 1",
            "Served 2022-06 1",
            "Grown 2020-07 " + "10 " * 12 + "20 " * 9 + "10 10 10",
            "Gone 2021-04 1 1 1",
            "Refunded 2022-06 -5",
            "Rising 2021-07 1 1 1 1 1 1 0 2 4 6 8 10",
            "Absent 2021-04 " + "10 " * 13 + "- -",
            "Zero 2021-04 " + "10 " * 13 + "0 0",
            "Old 2020-07 " + "10 " * 21 + "0 0 0 @ 1 Main St Ste 1",
            "New 2022-04 5 5 10 @ 1 MAIN ST",
            "Alone 2020-07 " + "10 " * 24 + "@ 2 Main St",
            "Gap 2021-04 " + "30 " * 12 + "10 10 10",
            "Large 2021-07 100 100 100 1 1 1 1 1 1 1 0 0",
            "Small 2021-07 100 100 99 1 1 1 1 1 1 1 1 1",
            "Dead 2021-07 100 100 100 1 1 1 1 1 1 0 0 0",
        )
        zones = (("Z1", "Z", 10, 10), ("Z2", "Z", 10, 5), ("Z3", "Z", 10, 0), ("Y1", "Y", 10, 10))
        rows = [
            f"{name},{name},{zone},{year}-{month:02d},{amount},{amount}"
            for name, zone, before, now in zones
            for year, amount in ((2021, before), (2022, now))
            for month in range(4, 7)
        ]
        office.deliver("\n".join(["source_id,name,zone,month,amount_total,amount_local", *rows]), AS_OF)
        names = ("Mario Grill #12", "MARIO GRILL LLC", "京西科技（北京）有限公司", "京西科技股份有限公司")
        rows = [f"N{number},{name},2022-06,1,1" for number, name in enumerate(names)]
        office.deliver("\n".join(["source_id,name,month,amount_total,amount_local", *rows]), AS_OF)
        deliver_facts(office)
        office.build(AS_OF, settings=SETTINGS)
        yield office


def features(office: Office, *columns: str) -> dict[str, Any]:
    """These features: enterprise -> a value or a tuple, rounded to four digits."""
    frame = office.warehouse.read("features.risk_features").select("enterprise_id", *columns)
    shown = {}
    for enterprise, *values in frame.iter_rows():
        rounded = tuple(value if value is None else round(value, 4) for value in values)
        shown[enterprise] = rounded[0] if len(rounded) == 1 else rounded
    return shown


def cohort(office: Office) -> pl.DataFrame:
    """The cohort at a horizon of three months, once the outbound register is known."""
    follow_outbound(office)
    return office.warehouse.read("features.risk_cohort").filter(pl.col("horizon_months") == 3)


def test_the_catalogue_names_every_column_in_its_order(park: Office) -> None:
    catalogue, key = read_catalogue(shipped("seeds")), ["enterprise_id"]
    frame = park.warehouse.read("features.risk_features")
    assert frame.columns == [*key, *catalogue["feature"]]
    assert {str(kind) for kind in frame.drop(key).dtypes} == {"Float64"}
    assert frame.select(key).is_unique().all()
    assert set(catalogue["concept"]) == set(read_wording(shipped("seeds")).concepts["concept"])
    assert set(catalogue["unit"]) == {"ratio", "count", "months", "flag", "number"}


def test_the_signals_of_the_catalogue_are_those_of_the_seeds() -> None:
    codes = {line.split(",")[0] for line in (shipped("seeds") / "signals.csv").read_text("utf-8").splitlines()[1:]}
    named = set(read_catalogue(shipped("seeds")).filter(concept="signals")["feature"])
    assert named - {"signal_groups", "signal_points", "newest_signal_months"} == codes | {f"{c}_months" for c in codes}


def test_levels_trends_and_years_compare_the_mean_of_a_month(park: Office) -> None:
    """In this park whoever still pays mostly pays the same each month: the median of a lag is 1, of a change 0."""
    shown = features(park, "log_sum_3", "lag_0", "lag_3", "trend_3_12", "yoy_3", "yoy_12", "recent_to_base_3")
    assert shown["Grown"] == (3.434, round(0.5714 - 1, 4), round(1.1429 - 1, 4), -0.2727, 0.0, 0.2727, -0.3333)
    assert shown["Gone"] == (0, None, None, None, -1.0, -1.0, None)
    assert shown["Refunded"] == (0, None, None, -0.6, -1.0, -1.0, -1.0)


SEASONAL = (
    *(f"lag_{back}" for back in range(12)),
    *("base_3_season", "base_6_season", "recent_to_base_3", "recent_to_base_6", "trend_3_12", "trend_6_12"),
    *("trend_1_3", "slope_6", "filed_trend_3_12", "filed_yoy_3"),
)
DEVIATION = (3, 0, 0, 0, 0, 2, 0, -1, 0, 0, -2, -2)


def test_a_season_that_all_enterprises_share_changes_nothing(office: Office) -> None:
    """Up to June 2021 all months are alike, the year after ends with a flood; Own deviates in both in the same way."""
    flat, flood = [10] * 12, [4] * 6 + [16] * 6
    for known, first, season in (("2021-06-30", "2020-07", flat), (AS_OF, "2021-07", flood)):
        own = [usual + more for usual, more in zip(season, DEVIATION, strict=True)]
        lines = {f"K{number}": season for number in range(3)} | {"Own": own}
        quiet = [f"Quiet{number} {first} {season[0]}" for number in range(9)]  # of those who still pay is the median
        pay(office, known, *(f"{name} {first} {' '.join(map(str, line))}" for name, line in lines.items()), *quiet)
    office.build("2021-06-30", AS_OF)
    frame = office.frame("features.risk_features")
    followers = frame.filter(pl.col("enterprise_id").str.starts_with("K")).select(SEASONAL)
    assert followers.height == 6
    assert followers.select(pl.all().abs().max()).row(0) == pytest.approx((0,) * len(SEASONAL))
    own_lags = frame.filter(enterprise_id="Own").select(*SEASONAL[:12], "slope_6").rows()
    assert own_lags[0] == pytest.approx(own_lags[1])
    assert own_lags[0][:12] == pytest.approx([more / 10 for more in reversed(DEVIATION)])
    yoy = frame.filter(enterprise_id="K0", as_of_date=date.fromisoformat(AS_OF))["yoy_3"].item()
    assert yoy == pytest.approx(6 / 26)  # what a receiver is told keeps the season


def test_the_change_of_the_whole_park_is_taken_out(park: Office) -> None:
    windows = park.warehouse.read("features.risk_windows")
    sums = {name: windows.filter(window_name=name)["amount"].cast(pl.Float64).sum() for name in ("last_3", "prior_3")}
    expected = (sums["prior_3"] - sums["last_3"]) / (sums["prior_3"] + sums["last_3"])
    assert features(park, "yoy_3", "yoy_3_adjusted")["K"] == (0, round(expected, 4))
    assert sums["last_3"] < sums["prior_3"]


def test_a_slope_and_a_spread_are_those_of_the_textbook(park: Office) -> None:
    shown = features(park, "slope_6", "volatility_12", "peak_12")
    assert shown["Rising"] == (0.6667, 1.0918, 3.3333)
    assert shown["K"] == (0.0, 0.0, 1.0)


def test_a_month_without_a_row_may_only_be_late(park: Office) -> None:
    columns = ("zero_months_3", "absent_months_3", "months_since_receipt", "has_newest_month", "yoy_3", "filed_yoy_3")
    shown = features(park, *columns)
    assert shown["Absent"] == (2, 2, 2, 0, -0.5, 0)
    assert shown["Zero"] == (2, 0, 2, 1, -0.5, -0.5)


def test_others_of_the_zone_count_without_the_enterprise_itself(park: Office) -> None:
    shown = features(park, "zone_yoy_3", "yoy_3_to_zone")
    assert shown["Z1"] == (-0.6667, 0.6667)
    assert shown["Z2"] == (-0.5, 0.1667)
    assert shown["Z3"] == (-0.1667, -0.8333)
    assert shown["Y1"] == shown["K"] == (None, None)


def test_a_newer_enterprise_at_the_site_takes_over(park: Office) -> None:
    columns = ("site_others", "newer_at_site", "newer_at_site_months", "newer_at_site_share", "site_quiet")
    shown = features(park, *columns)
    assert shown["Old"] == (1, 1, 2, 1.0, 0)
    assert shown["New"] == (1, 0, None, 0, 1.0)
    assert shown["Alone"] == (0, 0, None, 0, None)
    assert shown["K"] == (None,) * 5


def test_a_chain_is_known_by_its_name_without_numbers_and_legal_form(park: Office) -> None:
    shown = features(park, "chain_others")
    assert [shown[f"N{number}"] for number in range(4)] == [1, 1, 1, 1]
    assert shown["K"] is None


def test_a_signal_counts_where_its_source_was_delivered(park: Office) -> None:
    columns = ("controller_changed", "controller_changed_months", "lease_ends", "headcount_down", "signal_groups")
    shown = features(park, *columns, "signal_points")
    assert shown["Sign"] == (1, 0.9856, None, None, 1, 7)
    assert shown["K"] == (0, None, None, None, 0, 0)


def test_what_the_office_has_had_to_do_with_a_firm_is_counted(park: Office) -> None:
    columns = ("contacts_12", "contact_months", "open_requests", "stale_requests", "open_alerts_6")
    shown = features(park, *columns)
    assert shown["Served"] == (1, 0.9856, 2, 1, None)
    assert shown["K"] == (0, None, 0, 0, None)


def test_turnover_that_holds_while_revenue_falls_leaves_a_gap(park: Office) -> None:
    shown = features(park, "invoiced_yoy_3", "invoiced_gap", "headcount_change_3", "total_gap")
    assert shown["Gap"] == (0, 0.5, -0.3333, 0)
    assert shown["K"] == (None, None, None, 0)


def test_a_cohort_holds_who_has_something_to_lose(park: Office) -> None:
    frame = cohort(park)
    assert {"as_of_date": pl.Date(), **frame.schema} == dict(COHORT)
    members = {target: set(rows["enterprise_id"]) for (target,), rows in frame.group_by("target")}
    assert members["decline"] == members["hidden_outflow"] == {"Large"}
    assert {"Large", "Small", "Dead", "K", "Refunded"} <= members["relocation"]
    large = frame.row(by_predicate=(pl.col("enterprise_id") == "Large") & (pl.col("target") == "decline"), named=True)
    assert (large["base"], large["label_from"], large["label_to"]) == (300, date(2022, 7, 1), date(2022, 9, 1))
    assert large["size_class"] == "0-10万元"


def test_what_is_not_covered_compares_nothing_and_who_has_left_is_in_no_cohort(office: Office) -> None:
    pay(office, AS_OF, "A 2021-10 " + "90000 " * 9, "B 2021-10 " + "90000 " * 9)
    office.deliver("source_id,moved_on\nB,2022-05-01", AS_OF, contract(target="outbound"))
    office.build(AS_OF)
    assert cohort(office).select("target", "enterprise_id", "base").rows() == [("relocation", "A", None)]
    columns = (
        "log_sum_3",
        "log_sum_12",
        "yoy_3",
        "controller_changed",
        "contacts_12",
        "vat_share",
        "months_registered",
    )
    assert features(office, *columns) == {"A": (12.5062, *(None,) * 6)}


def test_lateness_is_beyond_what_is_usual_and_amendments_are_changes_of_money(office: Office) -> None:
    versions = contract(across_files="version", key=["source_id", "month"], closing_lag_months=1)
    head = "source_id,name,month,amount_total,amount_local\n"
    for month, day in (("2022-03", "2022-04-05"), ("2022-04", "2022-05-05"), ("2022-05", "2022-06-05")):
        office.deliver(head + "\n".join(f"{x},{x},{month},10,10" for x in "ABCD"), day, versions)
    office.deliver(
        f"{head}L,L,2022-04,10,10\nA,A,2022-04,4,4\nB,B,2022-04,10,10\nA,A,2022-06,5,5", "2022-06-05", versions
    )
    office.build(AS_OF)
    shown = features(office, "lateness_max_12", "late_months_12", "amendments_3", "amended_12", "has_early_month")
    assert shown == {
        "A": (0, 0, 1, -0.1111, 1),
        "B": (0, 0, 0, 0, 0),
        "C": (0, 0, 0, 0, 0),
        "D": (0, 0, 0, 0, 0),
        "L": (1.0185, 1, 0, 0, 0),
    }
    assert [row for row in office.rows(*FILINGS) if row[0] in "AB" and row[1] == "2022-04-01"] == [
        ("A", "2022-04-01", 2, 1, "10.00", "4.00"),
        ("B", "2022-04-01", 2, 0, "10.00", "10.00"),
    ]


FILINGS = (
    "ledger.filings_as_known",
    "enterprise_id",
    "month",
    "filings",
    "amendments",
    "first_amount",
    "current_amount",
)
