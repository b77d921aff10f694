"""`metrics.json` and `predictions.parquet` of a backtest: everything that is needed to repeat and to recompute it."""

import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from mainstay import __version__
from mainstay.risk.backtest_metrics import NOBODY, NOT_MATURED, backtest_metrics
from mainstay.risk.history import write_parquet
from mainstay.risk.origins import Question
from mainstay.risk.prediction_targets import PREDICTIONS

PREDICTIONS_NAME, METRICS_NAME = "predictions.parquet", "metrics.json"
_LIBRARIES = ("polars", "scikit-learn", "numpy", "duckdb")


def write_predictions(folder: Path, parts: Sequence[pl.DataFrame]) -> Path:
    """Write the predictions of all origins, sorted by origin and enterprise; the same rows give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PREDICTIONS_NAME
    write_parquet(path, pl.concat([PREDICTIONS.to_frame(), *parts]).sort("origin", "enterprise_id"))
    return path


def read_predictions(folder: Path) -> pl.DataFrame:
    """The predictions as written."""
    return pl.read_parquet(folder / PREDICTIONS_NAME)


def described(
    question: Question,
    judged_as_of: date,
    models: Sequence[Mapping[str, Any]],
    predictions: pl.DataFrame,
    capacity: int,
) -> dict[str, Any]:
    """What `metrics.json` says.

    Args:
        question: What was asked.
        judged_as_of: The date as of which outcomes were judged.
        models: On the model of each origin.
        predictions: As read back from `predictions.parquet`.
        capacity: The visiting capacity.
    """
    metrics = backtest_metrics(predictions, capacity=capacity, origins=question.origins)
    noted = {
        note: [origin["origin"] for origin in metrics["origins"] if origin.get("note") == note]
        for note in (NOT_MATURED, NOBODY)
    }
    waiting, empty = noted[NOT_MATURED], noted[NOBODY]
    ruled = [model["origin"] for model in models if model["basis"] == "rule" and model["origin"] not in empty]
    notes = [f"{NOT_MATURED} as of {judged_as_of}, no metrics yet: {', '.join(waiting)}"] * bool(waiting)
    notes += [f"{NOBODY}: {', '.join(empty)}"] * bool(empty)
    notes += [f"scored by the rule, not by a model: {', '.join(ruled)}"] * bool(ruled)
    return {
        "target": question.target,
        "horizon_months": question.horizon_months,
        "judged_as_of": judged_as_of,
        "command": command(question),
        "versions": {"mainstay": __version__, "python": platform.python_version()}
        | {name: version(name) for name in _LIBRARIES},
        "note": "; ".join(notes),
        "models": list(models),
    } | metrics


def command(question: Question) -> str:
    """The command that gives the same again."""
    origins = ",".join(f"{day:%Y-%m}" for day in question.origins)
    return f"mainstay backtest --target {question.target} --origins {origins} --horizon {question.horizon_months}"
