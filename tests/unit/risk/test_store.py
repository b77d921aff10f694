"""The model store: what is written, what is refused, who is champion on which day."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import joblib
import polars as pl
import pytest

from mainstay.errors import MainstayError
from mainstay.risk.candidates import candidates
from mainstay.risk.fingerprints import FEATURE_VERSION
from mainstay.risk.model import NotEnoughEvents, TrainedModel
from mainstay.risk.model_training import train
from mainstay.risk.store import ModelStore, ModelStoreError
from mainstay.settings import ModelSettings
from tests.unit.risk.planted_park import CATALOGUE, cohort, decline_odds, features, month_end, outcomes

ORIGIN = month_end(1)
PARK = features([ORIGIN], 800)
FIRST, SECOND = month_end(6), month_end(9)


@pytest.fixture(scope="module", autouse=True)
def _plain_race() -> Iterator[None]:
    """The store does not care who won: the race is of the quick ones."""

    def quick(*asked: object, **named: object) -> list[object]:
        return [entrant for entrant in candidates(*asked, **named) if entrant.name != "boosting"]  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mainstay.risk.model_training.candidates", quick)
        patched.setattr("mainstay.risk.model_training.recipes_for", lambda _: ("risk_x_severity",))
        patched.setattr("mainstay.risk.losses.EVENTS_FOR_SEVERITY", 10**9)
        yield


def trained(as_of: date) -> TrainedModel:
    told = outcomes(PARK, decline_odds(PARK), as_of)
    found = train(
        PARK, told, target="decline", horizon_months=3, as_of=as_of, catalogue=CATALOGUE, settings=ModelSettings()
    )
    assert isinstance(found, TrainedModel)
    return found


@pytest.fixture(scope="module")
def first(_plain_race: None) -> TrainedModel:
    return trained(FIRST)


@pytest.fixture(scope="module")
def second(_plain_race: None) -> TrainedModel:
    return trained(SECOND)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def refusal(store: ModelStore, model: TrainedModel, catalogue: pl.DataFrame = CATALOGUE) -> str:
    with pytest.raises(ModelStoreError) as refused:
        store.load("decline", 3, model.version, catalogue)
    return refused.value.what


def test_a_stored_model_predicts_the_same(store: ModelStore, first: TrainedModel) -> None:
    folder = store.save(first, shadow_from=first.trained_as_of)
    assert folder == store.folder / "decline-h3" / first.version
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "manifest.json", "model.joblib"]
    loaded = store.load("decline", 3, first.version, CATALOGUE)
    assert loaded.predict(PARK, cohort(PARK)).equals(first.predict(PARK, cohort(PARK)))


def test_the_manifest_names_data_code_features_and_versions(store: ModelStore, first: TrainedModel) -> None:
    told = json.loads((store.save(first, shadow_from=first.trained_as_of) / "manifest.json").read_text("utf-8"))
    assert told["workspace"] == store.workspace()
    assert (told["events"], told["origins"], told["trained_as_of"]) == (
        first.facts.events,
        ["2015-01-31"],
        "2015-06-30",
    )
    for name in ("data_hash", "code_hash", "sql_hash", "feature_hash", "sha256"):
        assert len(told[name]) == 64
    assert told["sklearn"].startswith("1.")
    assert {row["candidate"] for row in told["risk_race"]} == {"size", "drop", "drop_x_amount", "logistic"}


def test_saving_the_same_version_again_changes_nothing(store: ModelStore, first: TrainedModel) -> None:
    before = {path: path.read_bytes() for path in store.save(first, shadow_from=first.trained_as_of).iterdir()}
    assert {path: path.read_bytes() for path in store.save(first, shadow_from=first.trained_as_of).iterdir()} == before


def test_training_again_mends_a_model_that_was_damaged(store: ModelStore, first: TrainedModel) -> None:
    folder = store.save(first, shadow_from=first.trained_as_of)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    card = (folder / "card.md").read_bytes()
    (folder / "model.joblib").write_bytes(b"")
    assert store.save(first, shadow_from=first.trained_as_of) == folder
    assert store.load("decline", 3, first.version, CATALOGUE).version == first.version
    assert [(manifest.sequence, state) for manifest, state in store.everything()] == [(1, "enabled")]
    assert (folder / "card.md").read_bytes() == card


def test_training_again_replaces_a_link_and_leaves_what_it_led_to(
    store: ModelStore, first: TrainedModel, tmp_path: Path
) -> None:
    path = store.save(first, shadow_from=first.trained_as_of) / "model.joblib"
    (tmp_path / "elsewhere.joblib").write_bytes(b"of somebody else")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.joblib")
    store.save(first, shadow_from=first.trained_as_of)
    assert store.load("decline", 3, first.version, CATALOGUE).version == first.version
    assert (tmp_path / "elsewhere.joblib").read_bytes() == b"of somebody else"


def test_training_again_mends_a_model_of_another_scikit_learn(store: ModelStore, first: TrainedModel) -> None:
    changed_manifest(store, first, sklearn="1.8.0")
    store.save(first, shadow_from=first.trained_as_of)
    assert store.load("decline", 3, first.version, CATALOGUE).version == first.version


def test_the_version_names_the_scikit_learn_and_the_recipe_of_the_loss(
    first: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mainstay.risk.model_training.recipes_for", lambda _: ("mean",))
    assert trained(FIRST).version != first.version
    monkeypatch.undo()
    monkeypatch.setattr("sklearn.__version__", "1.99.0")
    assert trained(FIRST).version != first.version


def test_the_identity_of_a_workspace_is_written_once(store: ModelStore, tmp_path: Path) -> None:
    assert store.workspace() == store.workspace() != ModelStore(tmp_path / "other").workspace()


def test_a_model_of_another_workspace_is_refused(store: ModelStore, first: TrainedModel, tmp_path: Path) -> None:
    foreign = ModelStore(tmp_path / "foreign")
    folder = foreign.save(first, shadow_from=first.trained_as_of)
    target = store.folder / "decline-h3" / first.version
    target.parent.mkdir(parents=True)
    folder.rename(target)
    assert refusal(store, first) == "the model was trained in another workspace"
    with pytest.raises(ModelStoreError, match="in another workspace"):
        store.decide("enable", "decline", 3, first.version, by="王某", on=date(2030, 1, 1))


def test_a_model_file_that_was_changed_is_refused_before_it_is_opened(store: ModelStore, first: TrainedModel) -> None:
    path = store.save(first, shadow_from=first.trained_as_of) / "model.joblib"
    joblib.dump(print, path)
    assert refusal(store, first) == "the model file is not the one that was saved"


def test_a_model_file_outside_the_folder_is_refused(store: ModelStore, first: TrainedModel, tmp_path: Path) -> None:
    path = store.save(first, shadow_from=first.trained_as_of) / "model.joblib"
    path.rename(tmp_path / "elsewhere.joblib")
    path.symlink_to(tmp_path / "elsewhere.joblib")
    assert refusal(store, first) == "the model file is not in this workspace's models folder"


def changed_manifest(store: ModelStore, model: TrainedModel, **changes: str) -> None:
    path = store.save(model, shadow_from=model.trained_as_of) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def test_a_model_of_another_scikit_learn_is_refused(store: ModelStore, first: TrainedModel) -> None:
    changed_manifest(store, first, sklearn="1.8.0")
    assert refusal(store, first) == "the model was written by another scikit-learn"


def test_a_model_of_other_features_is_refused(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    assert refusal(store, first, CATALOGUE.head(4)) == "the model was trained on other features"


def test_a_model_of_features_whose_values_were_others_is_refused(
    store: ModelStore, first: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(first, shadow_from=FIRST)
    monkeypatch.setattr("mainstay.risk.fingerprints.FEATURE_VERSION", FEATURE_VERSION + 1)
    assert refusal(store, first) == "the model was trained on other features"


@pytest.mark.parametrize("version", ["../../elsewhere", "2015-06-30-logistic-zzzzzzzz", ""])
def test_a_name_that_is_no_version_is_refused(store: ModelStore, version: str) -> None:
    with pytest.raises(ModelStoreError, match="not the name of a model"):
        store.load("decline", 3, version, CATALOGUE)


def test_a_version_that_is_not_there_is_named_with_those_that_are(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    with pytest.raises(ModelStoreError, match=f"known: {first.version}"):
        store.manifest("decline", 3, "2015-06-30-logistic-00000000")


def test_a_manifest_that_is_none_names_its_place(store: ModelStore, first: TrainedModel) -> None:
    (store.save(first, shadow_from=first.trained_as_of) / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(MainstayError, match=f"{first.version}/manifest.json"):
        store.versions("decline", 3)


# --- champion and challenger -----------------------------------------------------------------------------------------


def test_a_new_model_runs_in_shadow_until_a_person_enables_it(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    assert store.champion("decline", 3, SECOND) is None
    assert store.shadow("decline", 3, SECOND) == first.version
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    assert store.champion("decline", 3, SECOND) == first.version
    assert store.shadow("decline", 3, SECOND) is None


def test_a_replay_sees_the_champion_of_its_own_day(
    store: ModelStore, first: TrainedModel, second: TrainedModel
) -> None:
    for model in (first, second):
        store.save(model, shadow_from=model.trained_as_of)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    store.decide("enable", "decline", 3, second.version, by="王某", on=month_end(10))
    days = [FIRST, month_end(7), SECOND, month_end(10)]
    assert [store.champion("decline", 3, day) for day in days] == [None, first.version, first.version, second.version]
    assert [store.shadow("decline", 3, day) for day in days] == [first.version, None, second.version, None]


def test_a_training_changes_no_week_that_was_published_before_it(
    store: ModelStore, first: TrainedModel, second: TrainedModel
) -> None:
    store.save(first, shadow_from=date.min)
    store.save(second, shadow_from=month_end(11))
    days = [month_end(5), FIRST, SECOND, month_end(10), month_end(11)]
    known = [None, first.version, first.version, first.version, second.version]
    assert [store.shadow("decline", 3, day) for day in days] == known
    (store.folder / "decline-h3" / first.version / "model.joblib").write_bytes(b"")
    store.save(first, shadow_from=month_end(12))
    assert [store.shadow("decline", 3, day) for day in days] == known


def test_a_retired_champion_leaves_it_to_the_rule_and_does_not_come_back(
    store: ModelStore, first: TrainedModel
) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    store.decide("retire", "decline", 3, first.version, by="李某", on=month_end(8))
    assert store.champion("decline", 3, month_end(7)) == first.version
    assert store.champion("decline", 3, SECOND) is None
    assert store.shadow("decline", 3, SECOND) is None
    assert [state for _, state in store.everything()] == ["retired"]


@pytest.mark.parametrize(
    ("on", "by", "what"),
    [
        (month_end(5), "王某", "a decision cannot be dated before the model's training or an earlier decision"),
        (month_end(7), "  ", "a decision needs the name of the person who takes it"),
    ],
)
def test_a_decision_needs_a_name_and_no_past_day(
    store: ModelStore, first: TrainedModel, on: date, by: str, what: str
) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    with pytest.raises(ModelStoreError, match=what):
        store.decide("enable", "decline", 3, first.version, by=by, on=on)
    assert not (store.folder / "decisions.jsonl").exists()


def test_decisions_are_only_ever_appended(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    before = (store.folder / "decisions.jsonl").read_text("utf-8")
    store.decide("retire", "decline", 3, first.version, by="王某", on=month_end(8))
    after = (store.folder / "decisions.jsonl").read_text("utf-8")
    assert after.startswith(before)
    assert len(after.splitlines()) == 2


def test_a_decision_after_a_line_without_an_end_takes_a_line_of_its_own(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=FIRST)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    path = store.folder / "decisions.jsonl"
    path.write_bytes(path.read_bytes().rstrip())
    store.decide("retire", "decline", 3, first.version, by="李某", on=month_end(8))
    assert [store.champion("decline", 3, month_end(month)) for month in (7, 8)] == [first.version, None]


def test_a_decision_that_cannot_be_read_stops_the_run(store: ModelStore, first: TrainedModel) -> None:
    store.save(first, shadow_from=first.trained_as_of)
    (store.folder / "decisions.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(MainstayError, match=r"decisions\.jsonl, line 1"):
        store.champion("decline", 3, SECOND)


def test_training_is_due_once_a_quarter_even_where_it_came_to_nothing(store: ModelStore, first: TrainedModel) -> None:
    assert store.is_due("decline", 3, FIRST)
    store.save(first, shadow_from=first.trained_as_of)
    assert not store.is_due("decline", 3, FIRST)
    assert store.is_due("decline", 3, month_end(7))
    assert store.is_due("decline", 6, FIRST)
    store.record_refusal(NotEnoughEvents("decline", 6, FIRST, 3, 50, "3 events are known, 50 are needed"))
    assert not store.is_due("decline", 6, FIRST)
    assert store.is_due("decline", 6, month_end(7))


# --- the card --------------------------------------------------------------------------------------------------------


def test_the_card_says_what_a_reader_has_to_know(store: ModelStore, first: TrainedModel) -> None:
    card = (store.save(first, shadow_from=first.trained_as_of) / "card.md").read_text("utf-8")
    for part in (
        first.version,
        "影子运行",
        "不得给企业贴标签",
        "只用于安排服务走访的先后",
        f"事件 {first.facts.events:,} 家企业",
        "2015-01-31 至 2015-01-31",
        "按企业分组交叉检验",
        "| drop_x_amount |",
        "ECE",
        "gaps（1）：零收入月数",
    ):
        assert part in card
    assert "None" not in card
    assert "nan" not in card


def test_the_card_tells_that_it_was_enabled(store: ModelStore, first: TrainedModel) -> None:
    folder = store.save(first, shadow_from=first.trained_as_of)
    store.decide("enable", "decline", 3, first.version, by="王某", on=month_end(7))
    assert "已启用" in (folder / "card.md").read_text("utf-8")
    assert "影子运行" not in (folder / "card.md").read_text("utf-8")


def test_no_card_holds_a_word_that_hinders_a_firm(store: ModelStore, first: TrainedModel) -> None:
    card = (store.save(first, shadow_from=first.trained_as_of) / "card.md").read_text("utf-8")
    for word in ("不予办理", "暂缓迁出", "承诺不迁", "税收返还", "追回奖励", "同口径", "空壳"):
        assert word not in card
