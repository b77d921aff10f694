"""What stands behind the grades, in words."""

from typing import Any

import polars as pl

from mainstay.report.scoring_words import problem_words, scoring_note
from tests.unit.report.brief_samples import empty_week, page, with_rows

BASES = pl.Schema(
    {
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "basis": pl.String(),
        "training_period": pl.String(),
        "training_events": pl.Int64(),
        "problem": pl.String(),
    }
)


def bases(**decline: Any) -> pl.DataFrame:
    """Decline and leaving over twelve months, by rule but for what is said of decline; and one horizon more."""
    rule = {"horizon_months": 12, "basis": "rule"}
    rows = [rule | {"target": "decline"} | decline, rule | {"target": "relocation"}]
    return pl.DataFrame([*rows, rows[0] | {"horizon_months": 6}], schema=BASES)


def test_rules_say_that_they_are_rules() -> None:
    assert scoring_note(bases(), 3) == (
        "减收关注等级为规则评分（近3个月还原口径收入同比降幅×金额），"
        "迁出关注等级为规则评分（变动信号先验权重之和），均不是模型评分，无训练期。"
    )


def test_a_model_names_its_training_period_and_events() -> None:
    model = bases(basis="model", training_period="2014-08..2016-02", training_events=321)
    assert scoring_note(model, 3) == (
        "减收关注等级为模型评分（训练期2014-08至2016-02，事件321户），"
        "迁出关注等级为规则评分（变动信号先验权重之和），等级由系统提示，由人核定。"
    )


def test_a_champion_that_could_not_score_is_told_of_and_a_shadow_is_not() -> None:
    fallen = bases(problem="champion m1: it was changed")
    words = "模型未能使用：减收。"
    assert problem_words(fallen) == words
    assert scoring_note(fallen, 3).endswith(words)
    assert problem_words(fallen.with_columns(problem=pl.lit("champion m1: it was changed"))) == "模型未能使用：2类。"
    assert problem_words(bases(problem="shadow m2: it was changed")) == ""


def test_the_brief_tells_of_it_and_says_nothing_where_all_is_well() -> None:
    fallen = bases(problem="champion m1: it was changed").select("target", "horizon_months", "problem")
    assert "模型未能使用：减收。" in page(with_rows(score_bases=fallen))
    assert "模型" not in page(empty_week())
