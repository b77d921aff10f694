"""Predictions, features and outcomes of invented firms."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from mainstay.months import add_months, last_day
from mainstay.risk.prediction_targets import COHORT, OUTCOMES, PREDICTIONS


def prediction(origin: str, enterprise_id: str, **stated: Any) -> dict[str, Any]:
    """One row of `PREDICTIONS`: of six months, the month of the origin still open."""
    month = date.fromisoformat(f"{origin}-01")
    row = dict.fromkeys(PREDICTIONS) | {
        "origin": origin,
        "as_of_date": last_day(month),
        "target": "decline",
        "horizon_months": 6,
        "enterprise_id": enterprise_id,
        "base": Decimal(100),
        "label_from": month,
        "label_to": add_months(month, 5),
        "treated": False,
        "basis": "model",
        "model_version": "test-1",
    }
    if stated.get("label") is not None:
        row["loss"] = Decimal(80) if stated["label"] else Decimal(0)
    return row | stated


def predictions(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=PREDICTIONS)


def many_predictions(origins: tuple[str, ...], firms: int = 400, seed: int = 3) -> pl.DataFrame:
    """Firms whose risk is right on average, with ties, unknown labels and two size classes."""
    chance = np.random.default_rng(seed)
    rows = []
    for origin in origins:
        for firm in range(firms):
            risk = round(float(chance.beta(1, 4)), 2)
            base = Decimal(int(chance.lognormal(6, 2) * 100)) / 100
            label = None if chance.random() < 0.05 else bool(chance.random() < risk)
            rows.append(
                prediction(
                    origin,
                    f"F{firm:04}",
                    base=base,
                    label=label,
                    loss=None if label is None else (base * 3 / 4).quantize(Decimal("0.01")) if label else Decimal(0),
                    unknown_reason="successor" if label is None else None,
                    risk=risk,
                    expected_loss=(Decimal(str(risk)) * base).quantize(Decimal("0.01")),
                    size_class="small" if firm % 2 else "large",
                    zone="rare" if firm < 5 else "usual",
                    baseline_drop=round(float(chance.random()), 1) if chance.random() < 0.9 else None,
                    baseline_drop_x_amount=float(chance.random()),
                    baseline_size=float(base),
                )
            )
    return predictions(*rows)


def features(as_of: date, ids: list[str], **columns: list[float | None]) -> pl.DataFrame:
    """One row per enterprise, numbers as given."""
    return pl.DataFrame(
        {"as_of_date": [as_of] * len(ids), "enterprise_id": ids} | columns,
        schema_overrides=dict.fromkeys(columns, pl.Float64),
    )


def cohort(as_of: date, ids: list[str], target: str = "decline", horizon_months: int = 6) -> pl.DataFrame:
    """Every firm with a base of 100."""
    month = as_of.replace(day=1)
    rows = [
        dict.fromkeys(COHORT)
        | {
            "as_of_date": as_of,
            "target": target,
            "horizon_months": horizon_months,
            "enterprise_id": one,
            "base": Decimal(100),
            "label_from": month,
            "label_to": add_months(month, horizon_months - 1),
            "local_at_stake": Decimal(200),
        }
        for one in ids
    ]
    return pl.DataFrame(rows, schema=COHORT)


def outcomes(cohort_rows: pl.DataFrame, judged_as_of: date, labels: list[bool | None]) -> pl.DataFrame:
    """What became of a cohort: 80 of 100 lost where the label is true; the whole window is settled."""
    known = cohort_rows.rename({"as_of_date": "origin_date"}).with_columns(
        as_of_date=pl.lit(judged_as_of),
        label=pl.Series(labels, dtype=pl.Boolean),
        treated=pl.lit(value=False),
        unknown_reason=pl.when(pl.Series(labels, dtype=pl.Boolean).is_null()).then(pl.lit("successor")),
    )
    known = known.with_columns(
        actual=pl.when("label").then(20).otherwise(100), loss=pl.when("label").then(80).when(~pl.col("label")).then(0)
    )
    return known.with_columns(
        lesson=pl.col("label"),
        lesson_loss=pl.col("loss"),
        lesson_to=pl.when(pl.col("label").is_not_null()).then("label_to"),
        lesson_base=pl.when(pl.col("label").is_not_null()).then("base"),
    ).select(pl.col(name).cast(kind) for name, kind in OUTCOMES.items())
