"""The scores of a week: the champion's where a person has enabled one, else the rule's; a shadow scores beside them.

Pure: the rules' scores, the loaded models and the week's features and cohort in, frames out. A model that cannot score
is a problem that the run tells of, and its target falls back on the rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import polars as pl

from mainstay.errors import MainstayError
from mainstay.risk.grades import graded
from mainstay.risk.prediction_targets import HORIZONS, MONEY, TARGETS
from mainstay.risk.reasons import KEY, Wording, explained
from mainstay.risk.scoring import MODEL, RULE, SCORES, as_scores

if TYPE_CHECKING:
    from mainstay.risk.model import TrainedModel  # a week without models does not wait for scikit-learn

Scored: TypeAlias = "tuple[TrainedModel, pl.DataFrame]"
"""A model and its scores: `SCORES` with `base_value` and `contributions`."""

Role = Literal["champion", "shadow"]

RULE_CONCEPTS = {"decline": "revenue", "relocation": "signals"}
"""The one concept on which each rule rests, for what to verify."""
HIDDEN_ZH = "税收与经营变动不一致，待核实；"
HIDDEN_EN = "tax and business have moved apart, to be verified; "
"""Never a word of leaving: total tax or invoices hold while local revenue falls (DOMAIN section 3)."""
_CERTAIN = 1.0
"""The relocation rule's score of a decisive signal or of ten points: no model speaks against a filed migration."""

MODEL_SCORES = pl.Schema(
    {
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "model_version": pl.String(),
        "enterprise_id": pl.String(),
        "role": pl.String(),
        "risk": pl.Float64(),
        "grade": pl.String(),
        "expected_loss": MONEY,
        "rank": pl.Int64(),
        "base_value": pl.Float64(),
        "contributions": pl.String(),
    }
)
"""Every score of a week, also those that nobody is shown: one row per rule or model and enterprise assessed."""

BASES = pl.Schema(
    {
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "basis": pl.String(),
        "model_version": pl.String(),
        "training_period": pl.String(),
        "training_events": pl.Int64(),
        "shadow_version": pl.String(),
        "problem": pl.String(),
    }
)
"""On what each target and horizon was scored: one row each, basis null where nothing scores it."""


@dataclass(frozen=True)
class Post:
    """Who is to score one target and horizon in a role: a version and how to load it, for only loading shows faults."""

    target: str
    horizon_months: int
    role: Role
    version: str
    load: Callable[[], "TrainedModel"]


@dataclass(frozen=True)
class Problem:
    """A model that could not score, and why, without taxpayer data."""

    target: str
    horizon_months: int
    role: str
    version: str
    reason: str

    @property
    def subject(self) -> str:
        """The model's place below models/."""
        return f"{self.target}-h{self.horizon_months}/{self.version}".rstrip("/")

    @property
    def message(self) -> str:
        """One line about it: the role, the version and the reason."""
        return f"{self.role} {self.version or '?'}: {self.reason}"


@dataclass(frozen=True)
class Roster:
    """The posts of a week, at most one a target, horizon and role; and those of which the store knows no better."""

    posts: tuple[Post, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class WeekScores:
    """What the score step hands in: `SCORES`, `MODEL_SCORES`, `BASES`, and the models that could not score."""

    scores: pl.DataFrame
    model_scores: pl.DataFrame
    bases: pl.DataFrame
    problems: tuple[Problem, ...]

    @property
    def by_model(self) -> int:
        """How many targets and horizons a model has scored for people to see."""
        return self.bases.filter(basis=MODEL).height


@dataclass(frozen=True)
class WeekInputs:
    """The week's `features.risk_features` and `features.risk_cohort`, dated; sentences and visiting capacity."""

    features: pl.DataFrame
    cohort: pl.DataFrame
    wording: Wording
    capacity: int


def score_week(rules: pl.DataFrame, roster: Roster, inputs: WeekInputs) -> WeekScores:
    """Score a week.

    Args:
        rules: `SCORES` by the rules, for the targets and horizons that have one.
        roster: The champions and shadows of the week.
        inputs: What models score by.
    """
    ruled = _with_verify(rules, inputs.wording)
    scored: dict[tuple[str, int, str], Scored] = {}
    troubles = list(roster.problems)
    for post in roster.posts:
        found = _scored_by(post, inputs)
        if isinstance(found, Problem):
            troubles.append(found)
        else:
            scored[post.target, post.horizon_months, post.role] = found
    shown = [
        _shown(ruled, target, horizon, scored.get((target, horizon, "champion")))
        for target in TARGETS
        for horizon in HORIZONS
    ]
    every = [_as_model_scores(frame, role) for (_, _, role), (_, frame) in scored.items()]
    return WeekScores(
        scores=pl.concat(shown),
        model_scores=pl.concat([_as_model_scores(ruled, RULE), *every]),
        bases=_bases(ruled, scored, troubles),
        problems=tuple(troubles),
    )


def _with_verify(rules: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """What to verify, where a rule gives a reason."""
    words = {target: wording.verify_of(concept) for target, concept in RULE_CONCEPTS.items()}
    verify = pl.col("target").replace_strict(words, default=None, return_dtype=pl.String)
    return rules.with_columns(verify=pl.when(pl.col("reasons").is_not_null()).then(verify))


def _scored_by(post: Post, inputs: WeekInputs) -> "Scored | Problem":
    """The model and its scores, or why there are none."""
    try:
        model = post.load()
        return model, _scores(post, model, inputs)
    except MainstayError as error:
        reason = error.what
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with a model, the week goes on by the rule
        reason = f"unexpected {type(error).__name__}"
    return Problem(post.target, post.horizon_months, post.role, post.version, reason)


def _scores(post: Post, model: "TrainedModel", inputs: WeekInputs) -> pl.DataFrame:
    cohort = inputs.cohort.filter(target=post.target, horizon_months=post.horizon_months)
    is_hidden = post.target == "hidden_outflow"
    # By id, so that the order in which rows come changes nothing.
    predicted = model.predict(inputs.features, cohort).sort(KEY)
    predicted = predicted.with_columns(grade=graded(pl.col("risk"), capacity=inputs.capacity))
    asked = predicted.filter(pl.col("grade") != "low").select(KEY)
    reasons = explained(predicted, inputs.features, inputs.wording, asked=asked)
    loss = pl.col("expected_loss").cast(MONEY)
    # Apart from those without one: a missing figure would come before every other.
    has_loss = pl.col("expected_loss").is_not_null()
    order = pl.struct(-pl.col("expected_loss"), "enterprise_id").rank("ordinal").over(has_loss)
    rows = (
        predicted.with_columns(reasons.drop(KEY), expected_loss=loss)
        .with_columns(
            rank=pl.when(has_loss).then(order),
            target=pl.lit(post.target),
            horizon_months=pl.lit(post.horizon_months),
            **_of_the_model(model),
        )
        .with_columns(
            reasons=pl.format(f"模型评分：{HIDDEN_ZH if is_hidden else ''}主要依据为{{}}", "told"),
            reasons_en=pl.format(f"model score: {HIDDEN_EN if is_hidden else ''}mainly {{}}", "told_en"),
        )
    )
    return as_scores(rows).with_columns(rows["base_value"].cast(pl.Float64), rows["contributions"])


def _of_the_model(model: "TrainedModel") -> dict[str, pl.Expr]:
    return {
        "basis": pl.lit(MODEL),
        "model_version": pl.lit(model.version),
        "training_period": pl.lit(model.training_period),
        "training_events": pl.lit(model.facts.events),
    }


def _shown(ruled: pl.DataFrame, target: str, horizon: int, champion: "Scored | None") -> pl.DataFrame:
    """What people are shown of one target and horizon: one row an enterprise of the rule's or the model's cohort."""
    rule = ruled.filter(target=target, horizon_months=horizon)
    if champion is None:
        return rule
    model, scores = champion
    certain = rule.filter(pl.col("risk") >= _CERTAIN) if target == "relocation" else rule.clear()
    by_model = scores.select(SCORES.names()).join(certain, on="enterprise_id", how="anti")
    silent = rule.join(by_model, on="enterprise_id", how="anti").join(certain, on="enterprise_id", how="anti")
    unassessed = as_scores(
        silent.select("enterprise_id", "target", "horizon_months").with_columns(**_of_the_model(model))
    )
    return _ranked_once(pl.concat([by_model, certain, unassessed]), certain)


def _ranked_once(rows: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
    """Where the rule's certain ones stand among a model's, they come first, and no rank is given twice."""
    if certain.is_empty():
        return rows
    first = pl.when(pl.col("basis") == RULE).then(0).otherwise(1)
    order = pl.struct(first, "rank", "enterprise_id").rank("ordinal").over(pl.col("rank").is_null())
    return rows.with_columns(rank=pl.when(pl.col("rank").is_not_null()).then(order).cast(pl.Int64))


def _as_model_scores(rows: pl.DataFrame, role: str) -> pl.DataFrame:
    assessed = rows.filter(pl.col("risk").is_not_null()).with_columns(role=pl.lit(role))
    missing = [pl.lit(None).alias(name) for name in ("base_value", "contributions") if name not in rows.columns]
    return assessed.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in MODEL_SCORES.items())


def _bases(
    ruled: pl.DataFrame,
    scored: dict[tuple[str, int, str], Scored],
    problems: Sequence[Problem],
) -> pl.DataFrame:
    named = ruled.select("target", "horizon_months", "model_version").unique()
    by_rule = {(target, horizon): version for target, horizon, version in named.iter_rows()}
    rows = []
    for target in TARGETS:
        for horizon in HORIZONS:
            champion, shadow = (scored.get((target, horizon, role)) for role in ("champion", "shadow"))
            rule = by_rule.get((target, horizon))
            troubles = [one for one in problems if (one.target, one.horizon_months) == (target, horizon)]
            rows.append(
                {
                    "target": target,
                    "horizon_months": horizon,
                    "basis": MODEL if champion else RULE if rule else None,
                    "model_version": champion[0].version if champion else rule,
                    "training_period": champion[0].training_period if champion else None,
                    "training_events": champion[0].facts.events if champion else None,
                    "shadow_version": shadow[0].version if shadow else None,
                    "problem": "; ".join(one.message for one in troubles) or None,
                }
            )
    return pl.DataFrame(rows, schema=BASES)
