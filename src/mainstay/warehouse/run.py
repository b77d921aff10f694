"""What a run tells the SQL models: one-row parameters, the as-of date, and the tables from seeds and settings."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from mainstay.extracts.contract import Contract
from mainstay.extracts.targets import PSEUDO_TAXPAYER
from mainstay.settings import Settings
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.models import mark_ready
from mainstay.warehouse.tables import TABLES


def write_inputs(warehouse: Warehouse, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write tables into the schema `run` and mark them ready for the models, by name without the schema."""
    for name, rows in tables.items():
        warehouse.write(f"run.{name}", rows)
    mark_ready(warehouse, [f"run.{name}" for name in tables])


def parameters(settings: Settings) -> pl.DataFrame:
    """One row: the settings that SQL models read."""
    return pl.DataFrame(
        {
            "visiting_capacity": [settings.orders.visiting_capacity],
            "risk_top_k": [settings.score.top_k],
            "simulated": [settings.workspace.simulated],
            "pseudo_taxpayer": [PSEUDO_TAXPAYER],
            "tie_tolerance": [settings.ties.tolerance],
            "decline_floor": [settings.score.floor],
            "decline_drop": [settings.score.decline_drop],
            "hidden_total_holds": [settings.score.hidden_total_holds],
            "settle_months": [settings.score.settle_months],
        },
        schema_overrides={
            "tie_tolerance": pl.Decimal(18, 2),
            "decline_floor": pl.Decimal(18, 2),
            "decline_drop": pl.Decimal(9, 4),
            "hidden_total_holds": pl.Decimal(9, 4),
        },
    )


def as_of(day: date) -> pl.DataFrame:
    """One row: the as-of date of the build, the only date in the models that nobody else states."""
    return pl.DataFrame({"as_of_date": [day]}, schema={"as_of_date": pl.Date})


def required_contracts(contracts: tuple[Contract, ...]) -> pl.DataFrame:
    """One row per contract without which a run is refused: `contract`, `covers_offset_months`, `days_until_due`."""
    rows = [
        {
            "contract": contract.name,
            "covers_offset_months": contract.partition.covers if contract.partition else 0,
            "days_until_due": contract.knowledge.offset_days + contract.grace_days,
        }
        for contract in contracts
        if contract.required_for_run
    ]
    schema = {"contract": pl.String, "covers_offset_months": pl.Int32, "days_until_due": pl.Int32}
    return pl.DataFrame(rows, schema=schema)


def record_run(
    warehouse: Warehouse,
    run_id: str,
    as_of: date,
    started_at: datetime,
    finished_at: datetime,
    *,
    version: str,
) -> None:
    """Write a publishing run's own line, before its snapshot is made."""
    row = {
        "run_id": run_id,
        "as_of_date": as_of,
        "started_at": started_at,
        "finished_at": finished_at,
        "status": "done",
        "replay": False,
        "version": version,
    }
    warehouse.execute("delete from ops.runs where run_id = $1", [run_id])
    warehouse.append("ops.runs", pl.DataFrame([row], schema=TABLES["ops.runs"]))


def content(
    warehouse: Warehouse, as_of: date, settings: Settings, contracts: tuple[Contract, ...], version: str
) -> dict[str, Any]:
    """What decided a week's results, for its manifest: a replay repeats it byte for byte.

    Only what was known at the as-of date stands in it, so that files landed later change nothing.
    """
    return {
        "as_of_date": as_of,
        "version": version,
        "simulated": settings.workspace.simulated,
        "currency": settings.money.currency,
        "settings_sha256": hashlib.sha256(settings.model_dump_json().encode()).hexdigest(),
        "contracts": {contract.name: contract.fingerprint for contract in contracts},
        "data": _rows(warehouse, "from features.data_until"),
        "closed_month": _rows(warehouse, "from features.closed_months"),
        "levels": _rows(warehouse, "select level_asked, level_used from features.levels_in_use order by all"),
        "lists": _rows(
            warehouse,
            """
            select
                list_name, title, kind, version, fingerprint, population_used, level, caliber, window_start, window_end,
                is_covered, reason, frozen_on, frozen_week
            from features.list_windows order by list_name
            """,
        ),
        "conservation": _rows(warehouse, "from ledger.conservation_as_known order by contract"),
        "checks": _rows(
            warehouse,
            "select subject, rule, severity, measured, low, high, detail from gates.all_rules order by subject, rule",
        ),
        "models": _rows(
            warehouse,
            """
            select target, horizon_months, basis, model_version, shadow_version, problem
            from run.score_bases order by target, horizon_months
            """,
        ),
        "deliveries": _rows(
            warehouse,
            """
            select * exclude (batch_id, target) from ledger.deliveries_as_known
            order by contract, file, sheet
            """,
        ),
    }


def _rows(warehouse: Warehouse, sql: str) -> list[dict[str, Any]]:
    return warehouse.query(sql).to_dicts()
