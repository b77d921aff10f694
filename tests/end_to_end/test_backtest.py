"""`mainstay backtest` on a small simulated park: a rule, a model, and an origin that has not matured."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from mainstay.risk.model import NotEnoughEvents
from mainstay.risk.model_training import train
from mainstay.risk.prediction_targets import PREDICTIONS
from mainstay.settings import Workspace
from tests.end_to_end.command_line import typed
from tests.end_to_end.conftest import copied
from tests.end_to_end.small_office import journals

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("without_prefect")
MAY = date(2022, 5, 31)
OPTIONS = ("backtest", "--target", "decline", "--horizon", "3", "--origins", "2022-01,2022-05..2022-06")


@pytest.fixture(scope="module", autouse=True)
def one_training() -> Iterator[None]:
    """Only at the origin of May a model is trained, and only once for the same frames: a training takes seconds."""
    learnt: dict[str, object] = {}

    def trained(features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date, **options: Any) -> object:
        if as_of != MAY:
            return NotEnoughEvents("decline", 3, as_of, 0, 20, "nobody waits for this one")
        told = f"{features.hash_rows().to_list()}{outcomes.hash_rows().to_list()}"
        if told not in learnt:
            learnt[told] = train(features, outcomes, as_of=as_of, **options)
        return learnt[told]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mainstay.week.learning.train", trained)
        yield


@pytest.fixture(scope="module")
def park(trained_park: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A backtest of a park that has been trained on, and so has some of its past in its history."""
    workspace = copied(trained_park, tmp_path_factory.mktemp("backtest") / "park")
    assert typed(workspace.home, *OPTIONS) == 0
    return workspace


@pytest.fixture(scope="module")
def metrics(park: Workspace) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder(park) / "metrics.json").read_text("utf-8"))
    return told


@pytest.fixture(scope="module")
def predictions(park: Workspace) -> pl.DataFrame:
    return pl.read_parquet(folder(park) / "predictions.parquet")


def folder(workspace: Workspace) -> Path:
    return workspace.out / "backtest" / "decline-h3"


def bytes_of(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder(workspace).iterdir())}


def test_each_origin_says_what_scored_it_and_what_is_not_matured(metrics: dict[str, Any]) -> None:
    models = {model["origin"]: model for model in metrics["models"]}
    assert [(origin, model["basis"]) for origin, model in models.items()] == [
        ("2022-01", "rule"),
        ("2022-05", "model"),
        ("2022-06", "rule"),
    ]
    assert models["2022-01"]["why_no_model"] == "no outcome of an earlier origin was known then"
    assert models["2022-05"]["training_origins"] == ["2022-01", "2022-02"]
    assert models["2022-06"]["training_origins"] == ["2022-01", "2022-02", "2022-03"]
    assert [origin.get("note") for origin in metrics["origins"]] == [None, None, "not matured"]
    assert "not matured" in metrics["note"]
    assert "scored by the rule, not by a model: 2022-01, 2022-06" in metrics["note"]
    assert metrics["command"] == " ".join(["mainstay", *OPTIONS[:3], "--origins 2022-01,2022-05,2022-06 --horizon 3"])


def test_the_predictions_have_exactly_their_schema_and_no_label_before_it_is_known(predictions: pl.DataFrame) -> None:
    assert predictions.schema == PREDICTIONS
    assert predictions.equals(predictions.sort("origin", "enterprise_id"))
    assert not predictions.select("origin", "enterprise_id").is_duplicated().any()
    june = predictions.filter(origin="2022-06")
    assert june["label"].null_count() == june.height > 50
    assert set(june["unknown_reason"]) == {"not_matured"}
    assert june["risk"].null_count() < june.height
    assert predictions.filter(origin="2022-05")["risk"].null_count() == 0
    judged = predictions.filter(pl.col("label").is_not_null())
    down = judged["actual"].cast(pl.Float64) < 0.7 * judged["base"].cast(pl.Float64)
    assert (down == judged["label"]).all()
    lost = judged.filter("label")
    assert ((lost["base"] - lost["actual"]) == lost["loss"]).all()


def test_the_metrics_can_be_recomputed_from_the_predictions_alone(
    metrics: dict[str, Any], predictions: pl.DataFrame
) -> None:
    for told in metrics["origins"][:2]:
        rows = predictions.filter(origin=told["origin"])
        known = rows.filter(pl.col("label").is_not_null())
        assert (told["n"], told["known"], told["events"]) == (rows.height, known.height, known["label"].sum())
        for name, figures in told["rankings"].items():
            score = known[name].cast(pl.Float64).fill_null(-1e9)
            assert figures["auc"] == pytest.approx(roc_auc_score(known["label"], score))
            assert figures["average_precision"] == pytest.approx(average_precision_score(known["label"], score))
            best = known.sort(score, known["label"], descending=True).head(25)
            assert figures["at"]["25"]["precision"]["best"] == pytest.approx(best["label"].mean())
            most = known["loss"].cast(pl.Float64).sort(descending=True).head(25).sum()
            richest = known.sort(score, known["loss"], descending=True).head(25)
            share = richest["loss"].cast(pl.Float64).sum() / most
            assert figures["at"]["25"]["captured_loss"]["best"] == pytest.approx(share)
    may = predictions.filter(origin="2022-05").filter(pl.col("label").is_not_null())
    brier = ((may["risk"] - may["label"].cast(pl.Float64)) ** 2).mean()
    assert metrics["origins"][1]["calibration"]["brier"] == pytest.approx(brier)


def test_a_rerun_gives_the_same_bytes_from_the_history_and_without_it(park: Workspace, capsys: Captured) -> None:
    before = bytes_of(park)
    assert typed(park.home, *OPTIONS, "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == json.loads(before["metrics.json"])
    assert "from the cache" in captured.err
    assert "computed" not in captured.err
    assert bytes_of(park) == before
    for path in park.history.glob("2022-05*"):
        path.unlink()
    assert typed(park.home, *OPTIONS) == 0
    captured = capsys.readouterr()
    assert captured.err.count(", computed") == 1
    assert "ranked by" in captured.out
    assert bytes_of(park) == before


def test_a_refused_backtest_leaves_the_last_results_in_their_place(park: Workspace, capsys: Captured) -> None:
    before = bytes_of(park)
    capsys.readouterr()
    assert typed(park.home, *OPTIONS[:-1], "2021-06") == 2
    told = capsys.readouterr().err
    assert "the first possible origin is 2022-01, the last one 2022-08" in told
    assert "Traceback" not in told
    assert bytes_of(park) == before
    assert [path.name for path in (park.out / "backtest").iterdir()] == ["decline-h3"]
    runs = [(entry["command"].split()[0], entry["status"]) for entry in journals(park)]
    assert runs == [("train", "done"), *[("mainstay", "done")] * 3, ("mainstay", "refused")]
    assert not park.published.exists() or not any(park.published.iterdir())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--target", "declin"), "did you mean 'decline'?"),
        (("--horizon", "5"), "one of 3, 6, 12 months"),
        (("--origins", "2022/03"), "2016-03..2016-08"),
        (("--origins", "2999-01"), "last day of its month"),
    ],
)
def test_wrong_use_is_told_before_any_work(tmp_path: Path, capsys: Captured, words: tuple[str, str], hint: str) -> None:
    asked = {"--target": "decline", "--horizon": "3", "--origins": "2022-03"} | dict([words])
    given = [word for option in asked.items() for word in option]
    assert typed(tmp_path, "backtest", *given) == 2
    captured = capsys.readouterr()
    assert hint in captured.err
    assert captured.out == ""
    assert not any(tmp_path.iterdir())
