"""An office that an older version has run is opened by today's: what it issued, knew and decided survives.

`office.tar.xz` is that office on the eve of the upgrade, and what the older version made of the next Monday; README.md
says how it was made. Today's version runs that Monday here.
"""

import json
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import joblib
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mainstay import open_snapshot
from mainstay.extracts.contract import Contract
from mainstay.files import file_hash
from mainstay.resources import shipped
from mainstay.risk.fingerprints import FEATURE_VERSION
from mainstay.risk.history import COHORTS, FEATURES
from mainstay.risk.model_manifest import Manifest
from mainstay.risk.past_predictions import read_catalogue
from mainstay.risk.store import ModelStore
from mainstay.running import run_week
from mainstay.settings import Settings, Workspace
from mainstay.warehouse import layout
from mainstay.warehouse.past import dated
from mainstay.warehouse.snapshot import Snapshot
from mainstay.week.learning import history_cache
from mainstay.week.run import Run
from tests.plain_flows import plain_flows

ARCHIVE = Path(__file__).parent / "office.tar.xz"
LAST_WEEK, MONDAY = date(2022, 7, 4), date(2022, 7, 11)
KEPT_FEATURES = 1
"""The feature version of the kept office's models."""


@dataclass(frozen=True)
class Upgraded:
    """The office after the upgrade and one week of today's version.

    Attributes:
        workspace: The office.
        was: The relations of the snapshot that the older version published last, read before the upgrade.
        expected: What the older version itself made of the same Monday, by name.
        warehouse_hash: Of the warehouse before the upgrade.
        journal: The entry of today's run.
        week: What today's version published.
    """

    workspace: Workspace
    was: dict[str, pl.DataFrame]
    expected: dict[str, pl.DataFrame]
    warehouse_hash: str
    journal: dict[str, Any]
    week: Snapshot

    def events(self, relation: str, file: str = "warehouse.duckdb") -> pl.DataFrame:
        """A table of a warehouse of the office, today's or the copy."""
        with duckdb.connect(str(self.workspace.home / file), read_only=True) as warehouse:
            return warehouse.sql(f"from {relation}").pl()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked archive."""
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def upgraded(kept: Path) -> Upgraded:
    """Run the next Monday."""
    workspace = Workspace(kept / "office")
    snapshot = open_snapshot(workspace.home)
    was, warehouse_hash = {name: snapshot[name] for name in snapshot}, file_hash(workspace.warehouse)
    with plain_flows():
        journal = run_week(workspace, MONDAY)
    expected = {path.stem: pl.read_parquet(path) for path in (kept / "next_monday").iterdir()}
    return Upgraded(workspace, was, expected, warehouse_hash, journal, open_snapshot(workspace.home))


def same(left: pl.DataFrame, right: pl.DataFrame, key: list[str]) -> None:
    """Equal rows, in any order; floats to ten digits: sums may be added up in another order."""
    assert_frame_equal(left.sort(key), right.sort(key), rel_tol=1e-10, abs_tol=1e-12)


# --- opened ----------------------------------------------------------------------------------------------------------


def test_the_warehouse_is_upgraded_once_told_and_kept_as_it_was(upgraded: Upgraded) -> None:
    assert "was brought from layout 1 to 2" in upgraded.journal["upgraded"]
    assert file_hash(upgraded.workspace.home / "warehouse.before-2.duckdb") == upgraded.warehouse_hash
    assert layout.upgrade(upgraded.workspace.warehouse, Settings().warehouse) == ""


def test_the_week_published_before_is_still_read(upgraded: Upgraded) -> None:
    before = upgraded.week.previous()
    assert before is not None
    assert (before.as_of, upgraded.week.as_of) == (LAST_WEEK, MONDAY)
    assert {name: rows.height for name, rows in upgraded.was.items()} == dict(before.tables["name", "rows"].rows())


def test_no_file_is_loaded_twice_and_none_is_refused(upgraded: Upgraded) -> None:
    files = upgraded.events("ops.batches").select("batch_id", "file")
    new = files.join(upgraded.events("ops.batches", "warehouse.before-2.duckdb"), on="batch_id", how="anti")["file"]
    assert upgraded.journal["quarantined"] == []
    assert {name.split("/")[0] for name in new} == {"2022-06", "走访"}
    assert {name for name in new if name.startswith("走访")} <= {
        path.relative_to(upgraded.workspace.landing).as_posix()
        for path in upgraded.workspace.landing.rglob("*20220708*")
    }


@pytest.mark.parametrize(("name", "model"), [("settings", Settings), ("contract", Contract)])
def test_whatever_settings_and_contracts_could_say_they_still_can(
    kept: Path, name: str, model: type[Settings | Contract]
) -> None:
    before = set(sayable(json.loads((kept / "schemas" / f"{name}.json").read_text("utf-8"))))
    assert before - set(sayable(model.model_json_schema())) == set()


def sayable(schema: Any, place: str = "") -> Iterator[str]:
    """Every key and every named value of a JSON schema, by its place."""
    for name, part in schema.items() if isinstance(schema, dict) else ():
        if name == "properties":
            yield from (f"{place}.{key}" for key in part)
        if name == "enum":
            yield from (f"{place}={value}" for value in part)
        yield from sayable(part, place if name in {"properties", "$defs", "items", "enum"} else f"{place}.{name}")
    for part in schema if isinstance(schema, list) else ():
        yield from sayable(part, place)


def test_built_in_contracts_of_before_may_be_a_workspace_s_own(kept: Path) -> None:
    files = sorted((kept / "schemas" / "contracts").glob("*.toml"))
    assert len([Contract.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in files]) == 19


# --- orders, register, outcomes, lists -------------------------------------------------------------------------------


def test_orders_issued_before_stay_with_their_firms_and_days_and_follow_the_forms(upgraded: Upgraded) -> None:
    issued = upgraded.was["marts.work_orders"]["order_id"]
    assert set(upgraded.was["marts.work_orders"]["is_open"]) == {True, False}
    columns = ["order_id", "enterprise_id", "status", "assignee", "issued_on", "opened_on", "due_on"]
    of_before = pl.col("order_id").is_in(issued)
    orders = upgraded.week["marts.work_orders"]
    same(
        orders.filter(of_before).select(columns),
        upgraded.expected["orders"].filter(of_before).select(columns),
        ["order_id"],
    )
    changed = orders.join(upgraded.was["marts.work_orders"], on=["order_id", "status"], how="anti")
    assert changed.filter(of_before).height > 0


def test_no_number_of_an_order_is_given_twice(upgraded: Upgraded) -> None:
    before = upgraded.events("events.order_numbers", "warehouse.before-2.duckdb")
    numbers = upgraded.events("events.order_numbers")
    assert numbers["order_id"].is_unique().all()
    assert before.join(numbers, on=before.columns, how="anti").is_empty()
    new = numbers.join(before, on="order_id", how="anti")
    assert new["issued_on"].unique().to_list() == [MONDAY]
    assert new["order_id"].sort()[0] > before["order_id"].sort()[-1]


def test_the_weeks_published_before_are_remembered_as_they_were(upgraded: Upgraded) -> None:
    for relation in ("work_orders", "outbound_cases", "drop_lists", "list_weeks", "risk_scores", "deliveries"):
        before = upgraded.events(f"events.{relation}", "warehouse.before-2.duckdb")
        now = upgraded.events(f"events.{relation}").filter(pl.col("as_of_date") < MONDAY)
        assert before.height > 0
        assert_frame_equal(now.select(before.columns), before, check_row_order=False)


def test_the_register_goes_on_where_it_was(upgraded: Upgraded) -> None:
    columns = ["case_id", "enterprise_id", "state"]
    assert upgraded.was["marts.outbound_register"].height > 0
    same(
        upgraded.week["marts.outbound_register"].select(columns),
        upgraded.expected["register"].select(columns),
        ["case_id"],
    )


def test_outcomes_of_before_stay_and_forms_of_before_are_still_read(upgraded: Upgraded) -> None:
    columns = ["order_id", "enterprise_id", "visited_on", "result", "explanation", "next_step"]
    visits = upgraded.week["marts.visits"].select(columns)
    same(visits, upgraded.expected["visits"].select(columns), columns)
    assert 0 < upgraded.was["marts.visits"].height < visits.height


def test_what_went_back_for_correction_does_not_go_back_again(upgraded: Upgraded) -> None:
    sent = upgraded.events("ops.exports", "warehouse.before-2.duckdb")["path"]
    assert any(path.startswith("review/") for path in sent)
    assert set(upgraded.journal["returned"]).isdisjoint(sent)


def test_a_list_is_still_the_one_that_it_was(upgraded: Upgraded) -> None:
    weeks = upgraded.events("events.list_weeks").group_by("list_name").agg(pl.col("fingerprint").n_unique())
    assert weeks.height > 0
    assert weeks["fingerprint"].unique().to_list() == [1]


# --- models ----------------------------------------------------------------------------------------------------------


def test_features_have_the_values_of_before_or_their_version_is_another(upgraded: Upgraded) -> None:
    """If this fails and the change is meant, raise `FEATURE_VERSION`: models trained before must not be used."""
    names = read_catalogue(shipped("seeds"))["feature"].to_list()
    if FEATURE_VERSION == KEPT_FEATURES:
        before = upgraded.expected["features"].drop("as_of_date")
        assert before.columns == ["enterprise_id", *names]
        same(upgraded.events(FEATURES).select(before.columns), before, ["enterprise_id"])


def test_an_enabled_model_scores_as_it_did_and_one_of_other_features_is_refused_in_words(upgraded: Upgraded) -> None:
    enabled = [(one.target, one.horizon_months, one.version) for one, state in versions(upgraded) if state == "enabled"]
    bases = upgraded.week["marts.score_bases"]
    assert len(enabled) == 2
    if FEATURE_VERSION > KEPT_FEATURES:
        assert all("trained on other features" in problem for problem in bases["problem"].drop_nulls())
        return
    by_model = bases.filter(basis="model").select("target", "horizon_months", "model_version").rows()
    assert sorted(by_model) == sorted(enabled)
    before = upgraded.expected["scores"].drop("as_of_date", "contributions")
    now = upgraded.week["marts.model_scores"].filter(pl.col("role") != "rule").select(before.columns)
    same(now, before, ["target", "horizon_months", "role", "enterprise_id"])


def versions(upgraded: Upgraded) -> list[tuple[Manifest, str]]:
    return ModelStore(upgraded.workspace.models).everything()


def test_what_people_decided_about_models_holds(upgraded: Upgraded) -> None:
    assert {(one.target, one.horizon_months, one.estimator): state for one, state in versions(upgraded)} == {
        ("decline", 6, "logistic"): "enabled",
        ("relocation", 6, "hazard"): "enabled",
        ("relocation", 3, "size"): "retired",
        ("relocation", 3, "boosting"): "shadow",
    }
    store = ModelStore(upgraded.workspace.models)
    assert not any(store.is_due(target, 3, date(2022, 6, 30)) for target in ("relocation", "hidden_outflow"))


def test_models_by_every_kind_of_estimator_are_still_opened_and_score(upgraded: Upgraded) -> None:
    files = sorted(upgraded.workspace.models.glob("*/*/model.joblib"))
    features, cohort = (dated(upgraded.events(name), MONDAY) for name in (FEATURES, COHORTS))
    for file in files:
        risks = joblib.load(file).predict(features, cohort)["risk"]
        assert len(risks) > 0
        assert risks.is_between(0, 1).all()
    assert len(files) == 4


def test_what_was_kept_of_past_dates_is_not_misread(upgraded: Upgraded) -> None:
    [kept_frame] = upgraded.workspace.history.glob(f"*.{FEATURES}.*.parquet")
    day, *_, fingerprint, _ = kept_frame.name.split(".")
    run = Run(upgraded.workspace, MONDAY, "again", upgraded.journal["started_at"])
    with history_cache(run) as history:
        assert history.past.fingerprint(date.fromisoformat(day), [FEATURES], [])[:16] != fingerprint
