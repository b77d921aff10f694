"""The tables that seeds, settings and contracts give to the SQL models, whatever the date."""

from pathlib import Path

import polars as pl

from mainstay.extracts.contract import Contract
from mainstay.orders.cause_ticks import cause_ticks
from mainstay.outbound.register import district_authorities
from mainstay.resources import shipped
from mainstay.revenue.cause_amounts import cause_codes
from mainstay.revenue.indicators import aggregate_indicators, aggregate_units
from mainstay.revenue.list_definitions import level_fallbacks, levy_items, list_definitions, size_classes
from mainstay.revenue.shares import share_rules
from mainstay.risk.prediction_targets import risk_horizons
from mainstay.risk.scoring import spans
from mainstay.settings import Settings
from mainstay.warehouse import run as run_tables
from mainstay.week.rules import signals


def input_tables(settings: Settings, contracts: tuple[Contract, ...], home: Path) -> dict[str, pl.DataFrame]:
    """The tables of the schema `run` that do not depend on the as-of date, by name without the schema.

    Args:
        settings: The run's.
        contracts: The run's.
        home: The workspace, which may have a `shares.csv`.

    Raises:
        SettingsError: a list or a share table is wrong.
    """
    seeds = shipped("seeds")
    return {
        "parameters": run_tables.parameters(settings),
        "required_contracts": run_tables.required_contracts(contracts),
        "drop_lists": list_definitions(seeds, settings.lists),
        "levy_items": levy_items(seeds, settings.levies.in_local_revenue),
        "level_fallbacks": level_fallbacks(seeds),
        "share_rules": share_rules(seeds, home, settings.shares.confirmed),
        "aggregate_indicators": aggregate_indicators(seeds),
        "aggregate_units": aggregate_units(seeds),
        "size_classes": size_classes(seeds),
        "score_spans": spans(settings.score.recent_months),
        "risk_horizons": risk_horizons(),
        "signals": signals(settings),
        "cause_ticks": cause_ticks(seeds),
        "cause_codes": cause_codes(seeds),
        "district_authorities": district_authorities(settings.outbound.district_authorities),
    }
