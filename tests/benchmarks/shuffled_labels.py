"""A model that learnt from labels dealt out at random within each origin: its risks, as JSON on standard output.

`shuffled_labels.py HOME TARGET HORIZON ORIGIN`, after a backtest of the same question there. What
such a model finds is what the machinery would find in noise: it has to fall to the base rate.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from mainstay.risk.model import TrainedModel
from mainstay.risk.origins import read_question
from mainstay.risk.past_predictions import origin_frames
from mainstay.settings import Workspace
from mainstay.week.backtesting import Backtest, look_back
from mainstay.week.learning import trainer_of
from mainstay.week.run import Run


def main() -> None:
    """Train on shuffled lessons and score the origin's cohort."""
    home, target, horizon, origin = sys.argv[1:]
    question = read_question(target, int(horizon), origin, date.max)
    run = Run(Workspace(Path(home)), question.origins[0], "shuffled", datetime.now(UTC))
    frames = origin_frames(look_back(Backtest(run, question)), question.origins[0])
    taught = frames.past_outcomes.filter(pl.col("lesson").is_not_null())
    order = pl.int_range(pl.len()).shuffle(seed=1).over("origin_date")
    lesson = pl.struct("lesson", "lesson_base", "lesson_loss", "lesson_to")
    dealt = taught.with_columns(lesson.gather(order).over("origin_date").alias("dealt"))
    outcomes = dealt.drop("lesson", "lesson_base", "lesson_loss", "lesson_to").unnest("dealt")
    model = trainer_of(question, run.settings)(frames.past_features, outcomes, as_of=question.origins[0])
    if not isinstance(model, TrainedModel):
        raise SystemExit(f"no model: {model}")
    scored = model.predict(frames.features, frames.cohort)
    print(scored.select("enterprise_id", "risk", pl.col("expected_loss").cast(pl.Float64)).write_json())


if __name__ == "__main__":
    main()
