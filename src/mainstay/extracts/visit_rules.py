"""What a visit outcome must make sense as, beyond its single cells (DOMAIN section 5)."""

import polars as pl

from mainstay.extracts.targets import CAUSE_TICKS

MOST_CAUSES = 3
"""One main and up to two further causes."""
WHOLE = 10
"""Tenths of the whole."""

OF_TICKS = ("BAD_TENTHS", "TOO_MANY_CAUSES", "CAUSES_OVER_TEN")
"""Reasons that hold whatever stands in the cells that cannot be read."""

_CAUSES = list(CAUSE_TICKS)


def unfit_outcomes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what is wrong with whole rows: `index`, `field`, `reason`.

    BAD_TENTHS: a tick is no number from 1 to 10. TOO_MANY_CAUSES: more than three. CAUSES_OVER_TEN: more than ten
    tenths in all. NO_MAIN_CAUSE: the largest tick is not the only one of its size. NOTHING_HAPPENED: neither a result
    nor a decision nor a word on moving.

    Args:
        rows: Typed rows of the target `visit_outcomes`, with `index`.
    """
    ticked = pl.sum_horizontal(pl.col(name).is_not_null() for name in _CAUSES)
    largest = pl.max_horizontal(_CAUSES)
    with_largest = pl.sum_horizontal((pl.col(name) == largest).fill_null(value=False) for name in _CAUSES)
    bad_tenths = [_wrong(rows, ~pl.col(name).is_between(1, WHOLE), name, "BAD_TENTHS") for name in _CAUSES]
    first = _CAUSES[0]
    return pl.concat(
        [
            *bad_tenths,
            _wrong(rows, ticked > MOST_CAUSES, first, "TOO_MANY_CAUSES"),
            _wrong(rows, pl.sum_horizontal(_CAUSES) > WHOLE, first, "CAUSES_OVER_TEN"),
            _wrong(rows, (ticked > 0) & (with_largest > 1), first, "NO_MAIN_CAUSE"),
            _wrong(
                rows,
                pl.all_horizontal(pl.col("result", "status", "move_stance").is_null()),
                "result",
                "NOTHING_HAPPENED",
            ),
        ]
    )


def _wrong(rows: pl.DataFrame, condition: pl.Expr, field: str, reason: str) -> pl.DataFrame:
    return rows.filter(condition.fill_null(value=False)).select("index", field=pl.lit(field), reason=pl.lit(reason))
