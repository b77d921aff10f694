"""Grades of a model's scores: what people see instead of a percentage (高, 中, 低).

The rule, 2026-11, a judgement. *high*: at least every second firm of that probability is expected to be right, or the
firm is among the week's visiting capacity by probability and at least three times as likely as the average of its
cohort. *medium*: at least twice the average, or one in three. *low*: the rest. The second half of each rule is for
targets that are common, the first for those that are rare; the average is the mean calibrated probability.
"""

import polars as pl

HIGH_PRECISION = 0.5
"""2026-11: a visit that finds what it came for every second time is worth its hour; a judgement."""
HIGH_LIFT = 3.0
"""2026-11: below three times the average the capacity's last places would say no more than any firm."""
MEDIUM_PRECISION = 1 / 3
MEDIUM_LIFT = 2.0


def graded_by_rule(score: pl.Expr, *, high_from: float, medium_from: float) -> pl.Expr:
    """The grade of every row by a rule's score: high, medium or low; null where the score is."""
    return (
        pl.when(score >= high_from)
        .then(pl.lit("high"))
        .when(score >= medium_from)
        .then(pl.lit("medium"))
        .when(score.is_not_null())
        .then(pl.lit("low"))
    )


def graded(risk: pl.Expr, *, capacity: int) -> pl.Expr:
    """The grade of every row of one cohort: high, medium or low; null where the risk is.

    Args:
        risk: The calibrated probabilities of one target, horizon and as-of date.
        capacity: How many firms can be visited; firms that share the last place are in only if all of them fit.
    """
    average = risk.mean()
    place = risk.rank("max", descending=True)
    return (
        pl.when(risk.is_null())
        .then(None)
        .when((risk >= HIGH_PRECISION) | ((place <= capacity) & (risk >= HIGH_LIFT * average)))
        .then(pl.lit("high"))
        .when((risk >= MEDIUM_PRECISION) | (risk >= MEDIUM_LIFT * average))
        .then(pl.lit("medium"))
        .otherwise(pl.lit("low"))
    )
