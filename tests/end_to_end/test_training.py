"""`mainstay train` on a small simulated park: models that are trained, enabled by a person, and score a week."""

import json
import math
from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay import open_snapshot
from mainstay.risk.store import ModelStore
from mainstay.settings import Workspace
from tests.end_to_end.command_line import typed
from tests.end_to_end.conftest import copied
from tests.end_to_end.small_office import journals

MAY, MONDAY = "2022-05-31", "2022-06-13"
pytestmark = pytest.mark.usefixtures("without_prefect")


@pytest.fixture(scope="module")
def park(trained_park: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the park that was trained on as of the end of May."""
    return copied(trained_park, tmp_path_factory.mktemp("trained") / "park")


@pytest.fixture(scope="module")
def trained(park: Workspace) -> dict[str, dict[str, Any]]:
    """The journal's lines of that training, by model."""
    [journal] = journals(park)
    assert (journal["command"], journal["as_of"], journal["status"]) == ("train", MAY, "done")
    return {f"{line['target']}-h{line['horizon_months']}": line for line in journal["trained"]}


@pytest.fixture(scope="module")
def week(park: Workspace, trained: dict[str, dict[str, Any]]) -> pl.DataFrame:
    """The bases of a week with two champions, of which one was changed since it was saved."""
    for name in ("decline-h3", "decline-h6"):
        enabled = ("enable", name, trained[name]["version"], "--by", "王某", "--on", MAY)
        assert typed(park.home, "models", *enabled) == 0
    with (park.models / "decline-h6" / trained["decline-h6"]["version"] / "model.joblib").open("ab") as file:
        file.write(b"!")
    assert typed(park.home, "weekly", "--as-of", MONDAY) == 0
    return open_snapshot(park.home)["marts.score_bases"].filter(target="decline").sort("horizon_months")


def test_what_has_enough_events_is_trained_and_the_rest_says_why_not(
    park: Workspace, trained: dict[str, dict[str, Any]]
) -> None:
    by_model = {name for name, line in trained.items() if line["version"]}
    assert by_model == {"decline-h3", "decline-h6"}
    assert trained["decline-h3"]["metrics"]["auc"] > 0.6
    assert trained["decline-h12"]["reason"] == "no origin has half of its window closed"
    assert all(line["reason"] for name, line in trained.items() if name not in by_model)
    kept = {manifest.version: state for manifest, state in ModelStore(park.models).everything()}
    assert kept.keys() == {trained[name]["version"] for name in by_model}


def test_the_model_that_a_person_enabled_scores_the_week_and_a_changed_one_does_not(
    park: Workspace, trained: dict[str, dict[str, Any]], week: pl.DataFrame
) -> None:
    version = trained["decline-h3"]["version"]
    assert week["basis"].to_list() == ["model", "rule", "rule"]
    assert week.row(0, named=True)["model_version"] == version
    assert "the model file is not the one that was saved" in week.row(1, named=True)["problem"]
    shown = open_snapshot(park.home)["marts.enterprise_risk"].filter(target="decline", horizon_months=3)
    assert set(shown["basis"]) == {"model"}
    assert {"high", "low"} <= set(shown["grade"].drop_nulls())
    manifest = json.loads((park.out_of(date.fromisoformat(MONDAY)) / "manifest.json").read_text("utf-8"))
    assert version in {row["model_version"] for row in manifest["content"]["models"]}


def test_the_contributions_of_a_stored_model_add_up_to_its_log_odds(park: Workspace, week: pl.DataFrame) -> None:
    assert week.height == 3
    scores = open_snapshot(park.home)["marts.model_scores"].filter(role="champion")
    assert scores.height > 50
    for risk, base, told in scores.select("risk", "base_value", "contributions").iter_rows():
        assert base + sum(json.loads(told).values()) == pytest.approx(_log_odds(risk), abs=1e-4)


def _log_odds(risk: float) -> float:
    return math.log(risk / (1 - risk))
