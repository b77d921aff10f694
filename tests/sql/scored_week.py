"""A week in which nothing is scored, and what it leaves behind when it is published."""

from datetime import date

from mainstay.risk.scoring import SCORES
from mainstay.risk.weekly_scores import BASES, MODEL_SCORES
from mainstay.warehouse.events import record_week
from tests.sql.office import Office

NOTHING_SCORED = {
    "scores": SCORES.to_frame(),
    "model_scores": MODEL_SCORES.to_frame(),
    "score_bases": BASES.to_frame(),
}
"""What the score step hands in, by name without the schema `run`."""


def publish(office: Office, as_of: date) -> None:
    """Remember the week; what its events are made of is built before, as a transaction writes to one database only."""
    for relation in ("features.list_places", "features.list_figures", "features.risk_cohort"):
        office.warehouse.read(relation)
    for relation in ("marts.enterprise_risk", "marts.model_scores"):
        office.warehouse.read(relation)
    record_week(office.warehouse, as_of)
