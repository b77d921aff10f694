"""Reasons: exact parts, grouped into concepts, as sentences."""

import csv
import json
import math

import polars as pl
import pytest

from mainstay.resources import shipped
from mainstay.risk.reasons import explained
from tests.unit.risk.scoring_samples import BASE, CONCEPTS, DAY, predictions, wording

NO_FEATURES = pl.DataFrame({"as_of_date": [DAY], "enterprise_id": ["A"]})


def told(given: dict[str, float], features: pl.DataFrame = NO_FEATURES) -> dict[str, object]:
    """The explanation of one enterprise."""
    [row] = explained(predictions(("A", given)), features, wording()).to_dicts()
    return row


@pytest.mark.parametrize(
    "given",
    [
        {"revenue": 2.0, "gaps": 1.0, "site": 0.5, "signals": 0.3, "age": -0.7},
        {"revenue": -0.4, "peers": -0.01},
        {"mix": 0.05, "service": 0.04},
        {},
    ],
)
def test_the_contributions_sum_to_the_calibrated_log_odds(given: dict[str, float]) -> None:
    risk = predictions(("A", given))["risk"].item()
    parts = json.loads(str(told(given)["contributions"]))
    assert BASE + sum(parts.values()) == pytest.approx(math.log(risk / (1 - risk)), abs=1e-6)


def test_the_three_largest_upward_concepts_are_told_the_largest_first() -> None:
    row = told({"signals": 0.3, "gaps": 1.0, "revenue": 2.0, "site": 0.5, "age": -0.7})
    sentences = dict(wording().concepts.select("concept", "sentence_zh").iter_rows())
    assert row["told"] == "；".join(sentences[concept] for concept in ("revenue", "gaps", "site"))


def test_a_reason_is_a_sentence_in_both_languages_with_the_facts_of_its_concept_and_what_to_verify() -> None:
    features = NO_FEATURES.with_columns(yoy_3=pl.lit(-0.29), months_since_receipt=pl.lit(2.0))
    row = told({"revenue": 1.2, "gaps": 0.6}, features)
    assert row["told"] == "收入水平和走势（近3个月较上年同期-45%）；入库间断情况（已2个月未见入库）"
    assert str(row["told_en"]).startswith("level and course of revenue (last 3 months -45% on the year before); ")
    assert "核实收入变化的原因" in str(row["verify"])
    assert "停业" in str(row["verify"])


def test_a_fact_that_does_not_hold_or_is_not_known_is_not_told() -> None:
    for value in (0.2, None, float("nan")):
        features = NO_FEATURES.with_columns(yoy_3=pl.lit(value, dtype=pl.Float64))
        assert told({"revenue": 1.2}, features)["told"] == "收入水平和走势"


def test_where_nothing_points_upward_there_is_no_reason() -> None:
    row = told({"revenue": -1.0, "gaps": 0.05})
    assert (row["told"], row["told_en"], row["verify"], row["signal_groups"]) == (None, None, None, 0)


def test_confirming_signs_count_by_independent_group_and_not_by_column() -> None:
    assert told({"revenue": 1.0, "gaps": 0.8, "mix": 0.4})["signal_groups"] == 1, "all three are receipts"
    assert told({"revenue": 1.0, "service": 0.4, "site": 0.2})["signal_groups"] == 3
    assert told({"revenue": 1.0, "gaps": -0.95})["signal_groups"] == 0, "one group that contradicts itself"
    assert told({"age": 1.0, "peers": 1.0})["signal_groups"] == 0, "what describes a firm confirms nothing"


def test_the_contributions_are_kept_by_concept() -> None:
    kept = json.loads(str(told({"revenue": 1.25, "age": -0.5})["contributions"]))
    assert kept == dict.fromkeys(CONCEPTS, 0.0) | {"revenue": 1.25, "age": -0.5}


def test_the_order_of_rows_changes_nothing() -> None:
    rows = predictions(("A", {"revenue": 1.0}), ("B", {"gaps": 0.5, "site": 0.5}), ("C", {}))
    there, back = (explained(frame, NO_FEATURES, wording()).sort("enterprise_id") for frame in (rows, rows.reverse()))
    assert there.equals(back)


def test_the_seeds_have_every_concept_once_and_blank_cells_in_the_group_only() -> None:
    with (shipped("seeds") / "risk_concepts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(row["concept"] for row in rows) == CONCEPTS
    assert {name for row in rows for name, value in row.items() if not value} == {"signal_group"}
    assert {row["concept"] for row in rows if not row["signal_group"]} == {"peers", "age"}


def test_at_most_two_facts_a_concept_are_told_in_the_order_of_the_seeds() -> None:
    features = NO_FEATURES.with_columns(yoy_6=pl.lit(-0.5), yoy_12=pl.lit(-1.0), yoy_3=pl.lit(-0.2))
    assert told({"revenue": 1.2}, features)["told"] == (
        "收入水平和走势（近3个月较上年同期-33%，近12个月较上年同期-100%）"
    )


def test_a_figure_less_the_median_of_the_park_is_never_told_as_a_fact() -> None:
    told = set(wording().facts["feature"])
    centred = {name for name, row in catalogue().items() if "全园中位数" in row["name_zh"]}
    assert len(centred) == 27
    assert not told & centred
    assert {"yoy_3", "yoy_6", "yoy_12"} <= told


def catalogue() -> dict[str, dict[str, str]]:
    """The features of the seeds, by name."""
    with (shipped("seeds") / "risk_features.csv").open(encoding="utf-8", newline="") as stream:
        return {row["feature"]: row for row in csv.DictReader(stream)}


def test_every_fact_is_of_a_feature_and_of_its_concept() -> None:
    concept_of = {name: row["concept"] for name, row in catalogue().items()}
    facts = wording().facts
    assert facts["kind"].unique().sort().to_list() == ["change", "count", "flag", "share"]
    for feature, concept in facts.select("feature", "concept").iter_rows():
        assert concept_of.get(feature) == concept, feature
