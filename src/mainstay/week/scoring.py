"""The scores of a week: by the models that people have enabled, else by rule."""

import logging
from functools import partial

import polars as pl

from mainstay.resources import shipped
from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.risk.reasons import read_wording
from mainstay.risk.roster import week_roster
from mainstay.risk.weekly_scores import Roster, WeekInputs, score_week
from mainstay.warehouse import checks, events
from mainstay.warehouse.past import dated
from mainstay.week.building import build_on
from mainstay.week.rules import decline_rule, relocation_rule
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


def score(run: Run) -> None:
    """Score every enterprise by the models that people have enabled, else by rule; models in shadow score beside them.

    A model that cannot be used is a warning: its target is scored by rule, and the week goes on.
    """
    with run.warehouse() as warehouse:
        decline = decline_rule(run.settings).score(warehouse.read("features.risk_inputs"))
        relocation = relocation_rule(run.settings).score(warehouse.read("features.relocation_inputs"))
        inputs = WeekInputs(
            features=dated(warehouse.read("features.risk_features"), run.as_of),
            cohort=dated(warehouse.read("features.risk_cohort"), run.as_of),
            wording=read_wording(shipped("seeds")),
            capacity=run.settings.orders.visiting_capacity,
        )
        scored = score_week(pl.concat([decline, relocation]), _roster(run), inputs)
        build_on(
            warehouse,
            {
                "scores": scored.scores,
                "model_scores": scored.model_scores,
                "score_bases": scored.bases,
                "cohorts": origin_cohorts(events.reviewed_cohorts(warehouse)),
            },
        )
        problems = {one.subject: one.message for one in scored.problems}
        checks.record_warnings(warehouse, run.run_id, problems, rule="usable", scope="model")
    for problem in scored.problems:
        logger.warning("model not used: %s: %s", problem.subject, problem.message)
    enterprises = scored.scores["enterprise_id"].n_unique()
    logger.info("scored %d enterprises, %d of %d targets by a model", enterprises, scored.by_model, scored.bases.height)


def _roster(run: Run) -> Roster:
    """Who scores this week, by the decisions dated on or before it; nobody where nothing was ever trained."""
    if not run.workspace.models.is_dir():
        return Roster()
    # What models are made of takes a second to import.
    from mainstay.risk.past_predictions import read_catalogue
    from mainstay.risk.store import ModelStore

    store = ModelStore(run.workspace.models)
    return week_roster(store, partial(store.load, catalogue=read_catalogue(shipped("seeds"))), run.as_of)
