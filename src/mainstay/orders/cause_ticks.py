"""The causes that a visitor ticks, and the codes they stand for."""

from pathlib import Path

import polars as pl

from mainstay.extracts.form_questions import read_form


def cause_ticks(seeds: Path) -> pl.DataFrame:
    """One row per cause that a form offers: `field` (key), `word` in plain Chinese, `cause_code` (DOMAIN section 4)."""
    ticks = [(one.field, one.label, one.cause_code) for one in read_form(seeds).questions if one.cause_code]
    return pl.DataFrame(ticks, schema=dict.fromkeys(("field", "word", "cause_code"), pl.String), orient="row")
