"""The metrics of a backtest as a table for a terminal: every ranking beside every other, as means with their spread."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

_RANKINGS = {
    "risk": "risk",
    "expected_loss": "expected loss",
    "baseline_drop": "drop",
    "baseline_drop_x_amount": "drop x amount",
    "baseline_size": "size",
    "baseline_signal_points": "signal points",
}


def backtest_tables(metrics: Mapping[str, Any]) -> Iterator[Table]:
    """One table per basis (model, rule) of the rankings, after one of the origins."""
    yield _origins(metrics)
    for basis, figures in metrics["over_origins"].items():
        yield _rankings(metrics, basis, figures)


def _origins(metrics: Mapping[str, Any]) -> Table:
    table = Table("origin", "scored by", "learnt from", "enterprises", "known", "events", "Brier", "ECE")
    models = {model["origin"]: model for model in metrics["models"]}
    for origin in metrics["origins"]:
        model = models[origin["origin"]]
        calibration = origin.get("calibration") or {}
        table.add_row(
            origin["origin"],
            model["version"],
            f"{model['training_events']} events, {len(model['training_origins'])} origins",
            f"{origin['n']:,}",
            f"{origin['known']:,}",
            f"{origin['events']:,}" if "events" in origin else origin["note"],
            _figure(calibration.get("brier")),
            _figure(calibration.get("ece")),
        )
    return table


def _rankings(metrics: Mapping[str, Any], basis: str, figures: Mapping[str, Any]) -> Table:
    count = figures["events"]["origins"]
    ks = metrics["ks"]
    title = f"{metrics['target']}, {metrics['horizon_months']} months, scored by {basis}: mean of {count} origins (sd)"
    measures = [f"P@{k}" for k in ks] + [f"loss@{k}" for k in ks]
    table = Table("ranked by", "AUC", "AP", *measures, title=title)
    for name, of_ranking in figures["rankings"].items():
        at = [of_ranking["at"][str(k)] for k in ks]
        table.add_row(
            _RANKINGS.get(name, name),
            _spread(of_ranking["auc"]),
            _spread(of_ranking["average_precision"]),
            *(_bounds(one["precision"]) for one in at),
            *(_bounds(one["captured_loss"]) for one in at),
        )
    return table


def _bounds(figure: Mapping[str, Any]) -> str:
    """The expected value; with the means of the worst and the best order where ties leave it open."""
    if "expected" not in figure:
        return "-"
    worst, best = figure["worst"].get("mean"), figure["best"].get("mean")
    shown = _spread(figure["expected"])
    return shown if worst == best else f"{shown} {_figure(worst)}..{_figure(best)}"


def _spread(figure: Mapping[str, Any]) -> str:
    if "mean" not in figure:
        return "-"
    spread = "" if figure["sd"] is None else f" ({figure['sd']:.3f})"
    return f"{figure['mean']:.3f}{spread}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
