"""A week's scores: champion, shadow, rule, and what happens to a model that cannot score."""

import json
from typing import Any

import polars as pl
import pytest

from mainstay.errors import ModelError
from mainstay.risk.scoring import SCORES
from mainstay.risk.weekly_scores import BASES, MODEL_SCORES, Post, Roster, WeekScores, score_week
from tests.unit.risk.scoring_samples import StandIn, cohort, post, predictions, ruled, week

SURE, CALM = {"revenue": 3.0, "gaps": 0.5}, {"revenue": -2.0}


def basis(scores: WeekScores, target: str = "decline", horizon: int = 12) -> dict[str, Any]:
    [row] = scores.bases.filter(target=target, horizon_months=horizon).to_dicts()
    return row


def test_without_a_model_the_rule_speaks_and_says_so() -> None:
    scores = score_week(ruled("A", "B"), Roster(), week(cohort("A", "B")))
    assert (scores.scores.schema, scores.model_scores.schema, scores.bases.schema) == (SCORES, MODEL_SCORES, BASES)
    assert scores.scores.select("basis", "model_version", "verify").unique().rows() == [
        ("rule", "rule-1", "核实收入变化的原因、持续时间和全年预计")
    ]
    assert scores.model_scores["role"].to_list() == ["rule", "rule"]
    assert basis(scores)["basis"] == "rule"
    assert basis(scores, "hidden_outflow")["basis"] is None, "no rule scores it"


def test_a_champion_stands_in_for_the_rule_and_names_what_it_was_trained_on() -> None:
    model = StandIn(predictions(("A", CALM), ("B", SURE)))
    scores = score_week(ruled("A", "B", "C"), Roster((post(model),)), week(cohort("A", "B")))
    rows = {row["enterprise_id"]: row for row in scores.scores.to_dicts()}
    assert [rows["B"][name] for name in ("basis", "model_version", "grade", "rank", "signal_groups")] == [
        "model", "m1", "high", 1, 1,
    ]  # fmt: skip
    assert rows["B"]["reasons"] == "模型评分：主要依据为收入水平和走势；入库间断情况"
    assert rows["B"]["reasons_en"].startswith("model score: mainly level and course")
    assert (rows["B"]["training_period"], rows["B"]["training_events"]) == ("2020-01..2021-12", 321)
    assert (rows["A"]["grade"], rows["A"]["rank"], rows["A"]["reasons"]) == ("low", 2, None)
    assert (rows["C"]["basis"], rows["C"]["grade"], rows["C"]["risk"]) == ("model", None, None), "not of its cohort"
    assert basis(scores) == {
        "target": "decline",
        "horizon_months": 12,
        "basis": "model",
        "model_version": "m1",
        "training_period": "2020-01..2021-12",
        "training_events": 321,
        "shadow_version": None,
        "problem": None,
    }


def test_the_rule_and_a_shadow_score_beside_the_champion_and_nobody_is_shown_them() -> None:
    champion = StandIn(predictions(("A", CALM)))
    shadow = StandIn(predictions(("A", SURE)), version="m2")
    scores = score_week(
        ruled("A"),
        Roster(
            (
                post(champion),
                post(shadow, "shadow"),
            )
        ),
        week(cohort("A")),
    )
    assert scores.scores["model_version"].to_list() == ["m1"]
    beside = scores.model_scores.select("role", "model_version", "grade").rows()
    assert beside == [("rule", "rule-1", "medium"), ("champion", "m1", "low"), ("shadow", "m2", "high")]
    assert json.loads(scores.model_scores["contributions"][2])["revenue"] == 3.0
    assert basis(scores)["shadow_version"] == "m2"


def test_a_shadow_alone_leaves_the_rule_in_charge() -> None:
    scores = score_week(ruled("A"), Roster((post(StandIn(predictions(("A", SURE))), "shadow"),)), week(cohort("A")))
    assert scores.scores["basis"].to_list() == ["rule"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelError("its manifest is of another workspace"), "its manifest is of another workspace"),
        (ValueError("某某公司"), "unexpected ValueError"),
    ],
)
def test_a_model_that_cannot_score_is_told_of_without_data_and_the_rule_stands_in(
    error: Exception, reason: str
) -> None:
    def broken() -> StandIn:
        raise error

    scores = score_week(ruled("A"), Roster((Post("decline", 12, "champion", "m1", broken),)), week(cohort("A")))
    assert scores.scores["basis"].to_list() == ["rule"]
    [problem] = scores.problems
    assert (problem.subject, problem.role, problem.reason) == ("decline-h12/m1", "champion", reason)
    assert basis(scores)["problem"] == f"champion m1: {reason}"


def test_hidden_outflow_is_worded_as_a_difference_to_verify_and_never_as_leaving() -> None:
    model = StandIn(predictions(("A", SURE)))
    there = cohort("A", target="hidden_outflow")
    scores = score_week(ruled("A"), Roster((post(model, target="hidden_outflow"),)), week(there))
    [row] = scores.scores.filter(target="hidden_outflow").to_dicts()
    assert row["reasons"] == "模型评分：税收与经营变动不一致，待核实；主要依据为收入水平和走势；入库间断情况"
    assert "迁" not in row["reasons"]
    assert "leav" not in row["reasons_en"]


def test_no_model_speaks_against_a_filed_migration() -> None:
    model = StandIn(predictions(("A", CALM), ("B", SURE)))
    filed = ruled("A", target="relocation", risk=1.0).with_columns(grade=pl.lit("high"))
    rules = pl.concat([filed, ruled("B", target="relocation", risk=0.3)])
    there = cohort("A", "B", target="relocation")
    scores = score_week(rules, Roster((post(model, target="relocation"),)), week(there))
    rows = scores.scores.sort("enterprise_id").select("enterprise_id", "basis", "grade", "rank").rows()
    assert rows == [("A", "rule", "high", 1), ("B", "model", "high", 2)]


def test_the_order_of_rows_changes_no_score() -> None:
    given = predictions(*((f"F{number:02d}", {"revenue": number / 5}) for number in range(12)))
    there, back = (
        score_week(ruled("F00"), Roster((post(StandIn(frame)),)), week(cohort(*ids), capacity=3)).scores.sort(
            "enterprise_id"
        )
        for frame, ids in ((given, given["enterprise_id"]), (given.reverse(), given["enterprise_id"].reverse()))
    )
    assert there.equals(back)


def test_an_enterprise_without_an_expected_loss_takes_no_place_before_those_with_one() -> None:
    given = predictions(("A", SURE), ("B", CALM)).with_columns(
        expected_loss=pl.when(pl.col("enterprise_id") == "B").then("expected_loss")
    )
    scores = score_week(ruled("A"), Roster((post(StandIn(given)),)), week(cohort("A", "B"))).scores
    assert dict(scores.select("enterprise_id", "rank").iter_rows()) == {"A": None, "B": 1}
