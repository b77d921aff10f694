"""The figures of the report of 2022 come out of the simulated park's files, row by row, to the published rounding.

DOMAIN section 0. The park is raked to what was published, so nothing here proves anything about the real one: it shows
that reading, levels, calibers, populations and windows lose no cent between the files and the indicators.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.extracts.registry import one_namespace, workspace_contracts
from mainstay.resources import shipped
from mainstay.settings import Settings, Workspace
from mainstay.simulate import write_park
from mainstay.warehouse import ledger, loading
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office
from tests.sql.on_demand import OnDemand

OCTOBER, NOVEMBER = date(2022, 11, 14), date(2022, 12, 12)
"""As-of dates at which October and November are the last closed months."""
YI, WAN = Decimal(100_000_000), Decimal(10_000)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """`marts.park_indicators` of a park of 250 firms, at both as-of dates."""
    workspace = Workspace(tmp_path_factory.mktemp("park"))
    write_park(
        workspace.landing,
        workspace.home / "truth.json",
        enterprises=250,
        seed=7,
        first_month=date(2021, 1, 1),
        months=23,
    )
    with OnDemand(Path(":memory:"), candidate=Path(":memory:")) as warehouse:
        _load(warehouse, workspace)
        office = Office(warehouse)
        office.build(str(OCTOBER), str(NOVEMBER))
        return office.frame("marts.park_indicators")


def _load(warehouse: Warehouse, workspace: Workspace) -> None:
    """Load every file that was simulated, as the weekly run does."""
    ledger.prepare(warehouse)
    contracts = workspace_contracts(workspace, Settings(), shipped("seeds"))
    today = date(2022, 12, 12)
    deliveries, refused = sort_out(scan(workspace.landing, ()), contracts, ledger.known_files(warehouse), today)
    quarantined: list[Quarantined] = list(refused)
    batches: list[int] = []
    for group in loading.in_groups(read_each(deliveries, quarantined)):
        batches += loading.load_all(warehouse, group, datetime(2022, 12, 12, tzinfo=UTC))
    ledger.supersede(warehouse)
    ledger.identify(warehouse, one_namespace=one_namespace(contracts))
    ledger.settle(warehouse, batches, "accepted")
    assert not quarantined


def shown(figures: pl.DataFrame, indicator: str, level: str = "none", caliber: str = "none") -> dict[str, Any]:
    """The one row of an indicator: of January to October for revenue, else of the newest window."""
    as_of = NOVEMBER if level == "none" else OCTOBER
    rows = figures.filter(
        pl.col("as_of_date") == as_of,
        pl.col("indicator") == indicator,
        pl.col("level") == level,
        pl.col("caliber") == caliber,
    ).to_dicts()
    assert len(rows) == 1, (indicator, level, caliber)
    return rows[0]


@pytest.mark.parametrize(
    ("level", "caliber", "value", "low", "high"),
    [
        ("local", "natural", "17.01", 25.0, 25.9),
        ("local", "restored", "22.31", 59.7, 59.7),
        ("district", "natural", "12.43", 79.9, 79.9),
        ("district", "restored", "13.23", 89.9, 89.9),
    ],
)
def test_january_to_october_has_the_published_revenue_and_growth(
    figures: pl.DataFrame, level: str, caliber: str, value: str, low: float, high: float
) -> None:
    row = shown(figures, "revenue", level, caliber)
    assert (row["window_start"], row["window_end"]) == (date(2022, 1, 1), date(2022, 10, 1))
    assert row["population"] == "as_registered"
    assert round(row["value"] / YI, 2) == Decimal(value)
    assert low <= round(row["yoy"] * 100, 1) <= high
    assert row["yoy"] == pytest.approx(float(row["numerator"] / row["denominator"] - 1))


def test_restoring_one_year_only_would_not_give_the_published_growth(figures: pl.DataFrame) -> None:
    growths = {
        level: round(
            float(shown(figures, "revenue", level, "restored")["value"])
            / float(shown(figures, "revenue", level, "natural")["prior_value"])
            * 100
            - 100,
            1,
        )
        for level in ("local", "district")
    }
    assert 64.0 <= growths["local"] < 65
    assert 91.4 <= growths["district"] <= 91.5


@pytest.mark.parametrize(
    ("indicator", "unit", "digits", "value", "growth"),
    [
        ("total_income", YI, 2, "478.15", "7.1"),
        ("output_per_km2", YI, 2, "252.99", "18.5"),
        ("output_per_worker", WAN, 2, "373.82", "14.14"),
        ("patent_applications", Decimal(1), 0, "452", "62.6"),
        ("invention_applications", Decimal(1), 0, "278", "129.8"),
        ("patent_grants", Decimal(1), 0, "288", "56.5"),
    ],
)
def test_published_totals_give_income_patents_and_output(
    figures: pl.DataFrame, indicator: str, unit: Decimal, digits: int, value: str, growth: str
) -> None:
    row = shown(figures, indicator)
    assert (row["window_start"], row["window_end"]) == (date(2022, 1, 1), date(2022, 11, 1))
    assert round(row["value"] / unit, digits) == Decimal(value)
    assert f"{row['yoy'] * 100:.{len(growth.partition('.')[2])}f}" == growth
    assert row["numerator"] is not None
    assert row["denominator"] is not None


def test_output_keeps_what_it_is_made_of(figures: pl.DataFrame) -> None:
    income = shown(figures, "total_income")["value"]
    per_km2, per_worker = shown(figures, "output_per_km2"), shown(figures, "output_per_worker")
    assert (per_km2["numerator"], per_km2["denominator"]) == (income, Decimal("1.89"))
    assert (per_worker["numerator"], per_worker["denominator"]) == (income, Decimal(12_791))


@pytest.mark.parametrize(
    ("indicator", "value"),
    [
        ("relief_firms_state_owned", "61"),
        ("relief_amount_state_owned", "9058000"),
        ("relief_area_state_owned", "17000"),
        ("relief_firms_incubator", "20"),
        ("relief_landlords_incubator", "2"),
        ("relief_amount_incubator", "2860900"),
        ("relief_area_incubator", "10400"),
        ("relief_subsidy_asked_incubator", "1321500"),
    ],
)
def test_rent_reliefs_are_those_published(figures: pl.DataFrame, indicator: str, value: str) -> None:
    assert shown(figures, indicator)["value"] == Decimal(value)


def test_growth_of_the_district_is_volume_and_share_effect(figures: pl.DataFrame) -> None:
    row = shown(figures, "revenue", "district", "restored")
    volume = shown(figures, "growth_volume", "district", "restored")["value"]
    effect = shown(figures, "growth_share_effect", "district", "restored")["value"]
    assert volume + effect == row["value"] - row["prior_value"]
    assert round(effect / YI, 1) == Decimal("2.1")


def test_joined_left_and_existing_firms_make_up_the_growth_at_every_level_and_caliber(figures: pl.DataFrame) -> None:
    parts = figures.filter(pl.col("indicator").is_in(["growth_joined", "growth_left", "growth_existing"]))
    key = ["as_of_date", "level", "caliber"]
    both = figures.filter(pl.col("indicator") == "revenue").join(parts.group_by(key).agg(pl.col("value").sum()), on=key)
    assert both.height == 30
    assert both.filter(pl.col("value") - pl.col("prior_value") != pl.col("value_right")).is_empty()
