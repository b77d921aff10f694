"""A stand-in for a trained model, and the frames of a small week."""

import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from mainstay.resources import shipped
from mainstay.risk.prediction_targets import COHORT
from mainstay.risk.reasons import Wording, read_wording
from mainstay.risk.scoring import as_scores
from mainstay.risk.weekly_scores import Post, WeekInputs

DAY = date(2022, 6, 6)
CONCEPTS = (
    "revenue", "gaps", "filing", "mix", "peers", "site", "chain", "age", "signals", "service", "operations",
)  # fmt: skip
BASE = -1.5


def wording() -> Wording:
    """The shipped sentences."""
    return read_wording(shipped("seeds"))


def predictions(*rows: tuple[str, dict[str, float]]) -> pl.DataFrame:
    """What a model predicts: `(enterprise, {concept: log-odds})`, all other concepts at nothing."""
    made = []
    for number, (enterprise, given) in enumerate(rows):
        parts = {concept: given.get(concept, 0.0) for concept in CONCEPTS}
        risk = 1 / (1 + math.exp(-(BASE + sum(parts.values()))))
        named = {f"concept_{concept}": value for concept, value in parts.items()}
        row = {
            "as_of_date": DAY,
            "enterprise_id": enterprise,
            "risk": risk,
            "expected_loss": Decimal(1000 * (number + 1)),
        }
        made.append(row | {"base_value": BASE} | named)
    return pl.DataFrame(made)


@dataclass(frozen=True)
class Trained:
    """What it was trained on."""

    events: int = 321


@dataclass(frozen=True)
class StandIn:
    """Predicts what it is given, for the enterprises of the cohort."""

    given: pl.DataFrame
    version: str = "m1"
    training_period: str = "2020-01..2021-12"
    facts: Trained = field(default_factory=Trained)
    asked: list[pl.DataFrame] = field(default_factory=list)

    def predict(self, features: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
        """The given rows of the cohort."""
        self.asked.append(features)
        return self.given.join(cohort.select("as_of_date", "enterprise_id"), on=["as_of_date", "enterprise_id"])


def cohort(*enterprises: str, target: str = "decline", horizon: int = 12) -> pl.DataFrame:
    """A cohort of one target and horizon."""
    rows = [
        {
            "as_of_date": DAY,
            "target": target,
            "horizon_months": horizon,
            "enterprise_id": enterprise,
            "base": Decimal(1000),
            "label_from": date(2022, 6, 1),
            "label_to": date(2023, 5, 1),
        }
        for enterprise in enterprises
    ]
    return pl.DataFrame(rows, schema=COHORT)


def ruled(*enterprises: str, target: str = "decline", horizon: int = 12, risk: float = 0.4) -> pl.DataFrame:
    """What the rule says of some enterprises."""
    rows = [
        {
            "target": target,
            "horizon_months": horizon,
            "enterprise_id": enterprise,
            "risk": risk,
            "grade": "medium",
            "expected_loss": Decimal(400),
            "rank": number,
            "reasons": "规则评分：近3个月还原口径收入较上年同期下降40.0%",
            "model_version": "rule-1",
        }
        for number, enterprise in enumerate(enterprises, 1)
    ]
    return as_scores(pl.DataFrame(rows))


def week(cohort: pl.DataFrame, features: pl.DataFrame | None = None, capacity: int = 25) -> WeekInputs:
    """The inputs of a week."""
    known = features if features is not None else cohort.select("as_of_date", "enterprise_id").unique()
    return WeekInputs(features=known, cohort=cohort, wording=wording(), capacity=capacity)


def post(model: StandIn, role: str = "champion", target: str = "decline", horizon: int = 12) -> Post:
    """A stand-in on a post."""
    return Post(target, horizon, role, model.version, lambda: model)  # type: ignore[arg-type]
