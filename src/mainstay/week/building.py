"""The candidate is built: SQL models as far as their inputs reach, and between them the steps that Python takes."""

import logging
from collections.abc import Mapping

import polars as pl

from mainstay.orders.lifecycle import follow_orders
from mainstay.orders.selection import select_orders
from mainstay.outbound.register import keep_register
from mainstay.resources import shipped
from mainstay.revenue import forecast as revenue_forecast
from mainstay.revenue.list_causes import RELATIONS as EXPLAINED_BY
from mainstay.revenue.list_causes import explain_lists
from mainstay.warehouse import models
from mainstay.warehouse import run as run_tables
from mainstay.warehouse.connection import Warehouse
from mainstay.week.ingestion import Show
from mainstay.week.input_tables import input_tables
from mainstay.week.rules import display_unit
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


def build(run: Run, show: Show) -> None:
    """Build every model that needs no score and no order: as-known relations, features, drop lists."""
    with run.warehouse() as warehouse:
        models.start_build(warehouse)
        tables = input_tables(run.settings, run.contracts, run.workspace.home)
        built = build_on(warehouse, {"as_of": run_tables.as_of(run.as_of)} | tables)
        show("lists", "Drop lists", warehouse.read("features.list_windows").to_dicts())
    logger.info("built %d SQL relations", len(built))


def build_on(warehouse: Warehouse, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Give further tables of the schema `run`, and build every model that waited for them; returns their names."""
    run_tables.write_inputs(warehouse, tables)
    return models.build_ready(warehouse, models.load_models(shipped("sql")))


def explain(run: Run) -> None:
    """Part the change of every enterprise on a list into its causes, by arithmetic; to be verified."""
    currency = run.settings.money.currency
    with run.warehouse() as warehouse:
        causes = explain_lists(
            {name: warehouse.read(name) for name in EXPLAINED_BY},
            shipped("seeds"),
            run.as_of,
            money_zh=display_unit(run.settings).words,
            money_en=lambda amount: f"{currency} {amount:,.2f}",
        )
        build_on(warehouse, {"causes": causes})
    logger.info("%d causes proposed", causes.height)


def forecast(run: Run) -> None:
    """Forecast the full year of every enterprise and of the park."""
    with run.warehouse() as warehouse:
        forecasts = revenue_forecast.full_year({name: warehouse.read(name) for name in revenue_forecast.RELATIONS})
        build_on(warehouse, {"forecasts": forecasts})
    counts = revenue_forecast.counts(forecasts)
    logger.info("year forecast: %d enterprises, %d of them by a fallback method, %d without a forecast", *counts)


def register(run: Run) -> None:
    """Follow every firm that wants to leave, left, stays or came back, from the facts known by then."""
    with run.warehouse() as warehouse:
        facts = warehouse.read("features.outbound_facts")
        cases, events_of_cases = keep_register(facts, run.as_of, scope_months=run.settings.outbound.scope_months)
        build_on(warehouse, {"outbound_cases": cases, "outbound_events": events_of_cases})
    logger.info("%d cases in the outbound register", cases.height)


def order(run: Run) -> None:
    """Follow the orders that are out, choose whom else to visit, and build what is left to build."""
    settings = run.settings
    with run.warehouse() as warehouse:
        followed, problems = follow_orders(
            warehouse.read("features.known_orders"), warehouse.read("features.visits"), run.as_of
        )
        orders = select_orders(
            warehouse.read("marts.order_candidates"),
            followed,
            warehouse.read("features.last_visits"),
            warehouse.read("events.order_numbers"),
            as_of=run.as_of,
            settings=settings.orders,
            simulated=settings.workspace.simulated,
        )
        build_on(warehouse, {"work_orders": orders, "outcome_problems": problems})
        models.assert_complete(warehouse, models.load_models(shipped("sql")))
    logger.info("%d open work orders", orders["is_open"].sum())
