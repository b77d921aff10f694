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
    """A table of the origins; then by basis (model, rule) how right the rankings are, and how much money they hold.

    Args:
        metrics: What `metrics.json` says.
    """
    yield _origins(metrics)
    for basis, figures in metrics["over_origins"].items():
        count = figures["events"]["origins"]
        name = f"{metrics['target']}, {metrics['horizon_months']} months, by {basis}; mean of {count} origins (sd)"
        ks = [str(k) for k in metrics["ks"]]
        right = Table("ranked by", "AUC", "AP", *(f"precision@{k}" for k in ks), title=name)
        money = Table(
            "ranked by", *(f"captured loss@{k}" for k in ks), title=f"{name}, share of the best possible list"
        )
        for ranking, of_ranking in figures["rankings"].items():
            at = [of_ranking["at"][k] for k in ks]
            word = _RANKINGS.get(ranking, ranking)
            overall = (_spread(of_ranking[name]) for name in ("auc", "average_precision"))
            right.add_row(word, *overall, *(_bounds(one["precision"]) for one in at))
            money.add_row(word, *(_bounds(one["captured_loss"]) for one in at))
        yield right
        yield money


def _origins(metrics: Mapping[str, Any]) -> Table:
    table = Table("origin", "by", "learnt from events (origins)", "firms", "known", "events", "Brier", "ECE")
    models = {model["origin"]: model for model in metrics["models"]}
    for origin in metrics["origins"]:
        model = models[origin["origin"]]
        calibration = origin.get("calibration") or {}
        table.add_row(
            origin["origin"],
            model["basis"],
            f"{model['training_events']:,} ({len(model['training_origins'])})",
            f"{origin['n']:,}",
            f"{origin['known']:,}",
            f"{origin['events']:,}" if "events" in origin else origin["note"],
            _figure(calibration.get("brier")),
            _figure(calibration.get("ece")),
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
