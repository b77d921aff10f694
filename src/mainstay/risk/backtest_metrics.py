"""All metrics of a backtest, from its predictions and nothing else: `metrics.json` can be recomputed by anyone.

Lists by `risk` answer for precision, lists by `expected_loss` for money; both are reported, and every baseline beside
them. Rows with an unknown outcome are left out and counted, by reason.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from mainstay.risk.calibration_error import brier, calibration_error, calibration_table
from mainstay.risk.flagged import flagged, lead_time, stability
from mainstay.risk.groups import by_group
from mainstay.risk.matrix import Flags, Integers
from mainstay.risk.ranking_metrics import at_every_k, captured_by_k, ranks, scores_of
from mainstay.risk.spread import spread

KS = (25, 50, 160)
"""The lengths of list that matter: the first-quarter list, the high-precision list, the outbound firms."""

RANKINGS = (
    "risk",
    "expected_loss",
    "baseline_drop",
    "baseline_drop_x_amount",
    "baseline_size",
    "baseline_signal_points",
)
"""Columns of the predictions that order the firms, higher first; those that are null everywhere are left out."""

NOT_MATURED = "not matured"
NOBODY = "nobody in the cohort"
PRICED = ~pl.col("label") | pl.col("loss").is_not_null()
"""Of rows with a known label: whether their loss is known; where nothing happened, nothing was lost."""

DEFINITIONS = {
    "expected_loss": "sum of the expected losses of the rows with a known label; null where a row has none, and by a "
    "rule, whose score times base only ranks",
    "rows": "rows whose label is null are left out of all metrics but lists, and counted in unknown; a row without a "
    "score (null) ranks last",
    "ties": "worst, expected, best: of the rows that tie at the k-th place the worst, random or the best are taken",
    "precision": "true labels among the first k / k (or rows, where fewer)",
    "recall": "true labels among the first k / all true labels",
    "captured_loss": "loss of the first k / sum of the k largest losses; loss = base - actual where the label is true, "
    "else 0; rows of loss_unknown are left out of the list, too",
    "loss_unknown": "rows whose label is true and whose loss is not known, as the base or the actual is not",
    "average_precision": "sum over distinct scores of (recall step x precision)",
    "auc": "chance that a true row ranks above a false one, ties half",
    "brier": "mean of (risk - label)^2; only where basis is model: a rule's score is no probability",
    "ece": "ten bins of equal mass by mean rank of risk (ties stay together); mean of |mean risk - rate| by rows",
    "list": "first k by the ranking over all rows, unknown ones too, ties by enterprise_id",
    "unknown_in_list": "rows of the list whose label is null",
    "jaccard": "firms on both lists / firms on either, against the origin before, so many months earlier",
    "mean_jaccard": "mean over pairs of origins that were both scored by a model, or both by a rule, of those "
    "that lie the fewest months apart (mean_jaccard_months)",
    "lead_time": "months from the earliest origin with the firm on the list to label_from of its first true window: "
    "the least that it can be, as the fall may lie anywhere in the window; at_most: to label_to, of the firms "
    "(bounded) whose first known window was not true already",
    "spread": "mean, sample standard deviation, min and max over origins with known labels, by basis",
}


def backtest_metrics(predictions: pl.DataFrame, *, capacity: int, origins: Iterable[date] = ()) -> dict[str, Any]:
    """Every metric of a backtest.

    Args:
        predictions: `PREDICTIONS` of one target and horizon.
        capacity: How many firms the office can visit in a week; one of the ks.
        origins: As-of dates that were asked for; one of which there is no prediction says `NOBODY`.

    Returns:
        `definitions`, `capacity`, `ks`, `origins` (a list), `over_origins` by basis, `lists` (stability and lead time
        by ranking and k), `groups`, `calibration` (all matured origins of a model together).
    """
    ks = tuple(sorted({*KS, capacity} - {0}))
    rankings = [name for name in RANKINGS if predictions[name].null_count() < predictions.height]
    parts = predictions.sort("origin", "enterprise_id").partition_by("origin", as_dict=True)
    told = {str(origin): origin_metrics(rows, rankings, ks) for (origin,), rows in parts.items() if rows.height}
    empty = {f"{day:%Y-%m}": _nobody(day) for day in origins}
    every = [one for _, one in sorted((empty | told).items())]
    matured = predictions.filter(pl.col("label").is_not_null().any().over("origin"))
    return {
        "definitions": DEFINITIONS,
        "capacity": capacity,
        "ks": list(ks),
        "origins": every,
        "over_origins": _over(every),
        "lists": {name: {str(k): _lists(predictions, matured, name, k) for k in ks} for name in rankings},
        "groups": by_group(matured, capacity),
        "calibration": calibration(matured.filter(pl.col("basis") == "model")),
    }


def origin_metrics(rows: pl.DataFrame, rankings: Iterable[str], ks: tuple[int, ...]) -> dict[str, Any]:
    """The metrics of one origin; `note` says where there are none yet."""
    known = rows.filter(pl.col("label").is_not_null())
    unknown = rows.filter(pl.col("label").is_null())
    reasons = unknown["unknown_reason"].fill_null("not told").value_counts().sort("unknown_reason")
    told: dict[str, Any] = {
        "origin": rows["origin"][0],
        "as_of_date": rows["as_of_date"][0],
        "label_from": rows["label_from"].min(),
        "label_to": rows["label_to"].max(),
        "basis": rows["basis"][0],
        "model_version": rows["model_version"][0],
        "n": rows.height,
        "known": known.height,
        "unknown": dict(reasons.iter_rows()),
        "treated": int(rows["treated"].fill_null(value=False).sum()),
    }
    if known.is_empty():
        return told | {"note": NOT_MATURED}
    labels, losses, priced = labels_of(known), cents_of(known, "loss"), known.select(PRICED).to_series().to_numpy()
    return told | {
        "events": int(labels.sum()),
        "base_rate": float(labels.mean()),
        "loss": known["loss"].sum(),
        "loss_unknown": int((~priced).sum()),
        "expected_loss": _expected(known),
        "rankings": {
            name: _ranking(rows, name, at_every_k(scores_of(known, name), labels, losses, ks, priced=priced))
            for name in rankings
        },
        "calibration": calibration(known.filter(pl.col("basis") == "model")),
    }


def _nobody(day: date) -> dict[str, Any]:
    counts: dict[str, Any] = {"n": 0, "known": 0, "unknown": {}, "treated": 0}
    return {"origin": f"{day:%Y-%m}", "as_of_date": day} | counts | {"note": NOBODY}


def _expected(known: pl.DataFrame) -> Decimal | None:
    """What was expected to be lost; none where not every row has it, and of a rule: its score times base is a rank."""
    if known["expected_loss"].null_count() or set(known["basis"]) != {"model"}:
        return None
    return Decimal(known["expected_loss"].sum())


def _ranking(rows: pl.DataFrame, name: str, told: dict[str, Any]) -> dict[str, Any]:
    for k, at in told["at"].items():
        at["unknown_in_list"] = flagged(rows, name, int(k))["label"].null_count()
    return told


def calibration(rows: pl.DataFrame) -> dict[str, Any] | None:
    """`n`, `brier`, `ece` and the `table` of the plot, of rows with a risk and a known label; None without any."""
    known = rows.filter(pl.col("label").is_not_null() & pl.col("risk").is_not_null())
    if known.is_empty():
        return None
    risks, labels = scores_of(known, "risk"), labels_of(known)
    table = calibration_table(risks, labels)
    return {
        "n": known.height,
        "brier": brier(risks, labels),
        "ece": calibration_error(table),
        "table": table.to_dicts(),
    }


def gain_curve(predictions: pl.DataFrame, ks: Iterable[int]) -> pl.DataFrame:
    """One row per ranking and k: `captured`, the first k's share of all loss, as a mean over matured origins."""
    steps = np.array(sorted(ks), dtype=np.int64)
    known = predictions.filter(pl.col("label").is_not_null(), PRICED)
    parts = [pl.DataFrame(schema={"ranking": pl.String, "k": pl.Int64, "captured": pl.Float64})]
    for rows in known.partition_by("origin"):
        losses = cents_of(rows, "loss")
        scores = {name: scores_of(rows, name) for name in RANKINGS if rows[name].null_count() < rows.height}
        scores["best_possible"] = losses.astype(np.float64)
        for name, score in scores.items():
            captured = captured_by_k(ranks(score), losses, steps)
            parts.append(
                pl.DataFrame({"k": steps, "captured": captured}).select(pl.lit(name).alias("ranking"), pl.all())
            )
    return pl.concat(parts).group_by("ranking", "k").agg(pl.col("captured").mean()).sort("ranking", "k")


def labels_of(rows: pl.DataFrame) -> Flags:
    """The known labels."""
    labels: Flags = rows["label"].to_numpy()
    return labels


def cents_of(rows: pl.DataFrame, column: str) -> Integers:
    """An amount in cents, exact; what is not known is 0."""
    cents: Integers = (rows[column].cast(pl.Decimal(18, 2)).fill_null(0) * 100).cast(pl.Int64).to_numpy()
    return cents


def _over(origins: list[dict[str, Any]]) -> dict[str, Any]:
    """The spread over origins with known labels, for models and rules apart: they are not the same thing."""
    matured = [origin for origin in origins if "events" in origin]
    return {
        basis: spread([_figures(origin) for origin in matured if origin["basis"] == basis])
        for basis in sorted({origin["basis"] for origin in matured})
    }


def _figures(origin: dict[str, Any]) -> dict[str, Any]:
    chosen = {name: origin[name] for name in ("n", "known", "events", "base_rate", "rankings")}
    calibrated = origin["calibration"] or {}
    return chosen | {name: calibrated.get(name) for name in ("brier", "ece")}


def _lists(every: pl.DataFrame, matured: pl.DataFrame, ranking: str, k: int) -> dict[str, Any]:
    steps = stability(every, ranking, k)
    alike = [step for step in steps if step["same_basis"]]
    least = min((step["months"] for step in alike), default=None)
    near = [step["jaccard"] for step in alike if step["months"] == least]
    return {
        "stability": steps,
        "mean_jaccard": sum(near) / len(near) if near else None,
        "mean_jaccard_months": least,
        "lead_time": lead_time(matured, ranking, k),
    }
