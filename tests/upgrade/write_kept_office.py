"""Writes `office.tar.xz`: a small simulated park as an office of an older version has it on the eve of an upgrade.

To be run by the version that is to be kept, from a checkout of it, never by today's; README.md says how.
"""

import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from mainstay.demo import mark_simulated
from mainstay.extracts.contract import Contract
from mainstay.resources import shipped
from mainstay.risk import training
from mainstay.risk.candidates import Candidate
from mainstay.risk.estimators.boosting import ConceptBoosting
from mainstay.risk.estimators.interface import Estimator
from mainstay.risk.estimators.rankers import Ranker
from mainstay.risk.store import ModelStore
from mainstay.running import run_training, run_week
from mainstay.settings import Settings, Workspace
from mainstay.simulate import Park, Visitors

PARK: dict[str, Any] = {"enterprises": 75, "seed": 2, "first_month": date(2020, 7, 1), "months": 30}
JUNE = date(2022, 6, 1)
MONDAYS = (date(2022, 6, 20), date(2022, 6, 27), date(2022, 7, 4))
NEXT_MONDAY = date(2022, 7, 11)
KEPT_MONTHS = ("2022-05", "2022-06")
"""Of landing/: what was loaded long ago is in the warehouse."""
TRAINED, DECIDED_BY = date(2022, 5, 31), "某某"
ENABLED, SHADOWED = (("decline", 6), ("relocation", 6)), ("relocation", 3)
SETTINGS = """
[orders]
visiting_capacity = 8
department = "企业服务部"
assignees = ["模拟责任人甲", "模拟责任人乙"]

[models]
min_events = 20
min_events_relocation = 20
min_events_prior = 1

[export]
enterprise_ledger = false
"""
BUILT = ("staging", "features", "labels", "gates")
TABLES = "select schema_name, table_name from duckdb_tables() where database_name = 'written'"
EXPECTED = {
    "features": "from features.risk_features",
    "scores": "from candidate.marts.model_scores where role <> 'rule'",
    "orders": "from candidate.marts.work_orders",
    "register": "from candidate.marts.outbound_register",
    "visits": "from candidate.marts.visits",
}
"""What this version itself makes of the next Monday: a Parquet file each."""


def main(archive: Path) -> None:
    """Play the weeks, then the next Monday in a copy, and pack both."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) / "kept"
        workspace = Workspace(kept / "office")
        play(workspace)
        expect(Workspace(kept / "next_office"), workspace, kept / "next_monday")
        slim(workspace)
        write_schemas(kept / "schemas")
        with tarfile.open(archive, "w:xz", preset=9) as packed:
            packed.add(kept, arcname="", filter=nobody)


def play(workspace: Workspace) -> None:
    """Three weeks by two enabled models, forms coming back; on the last evening June's extracts have landed."""
    mark_simulated(workspace)
    stated = workspace.settings_file.read_text("utf-8")
    first, last = stated.index("[orders]"), stated.index("[outbound]")
    workspace.settings_file.write_text(stated[:first] + stated[last:] + SETTINGS, "utf-8")
    park = Park(**PARK, newest_month=JUNE)
    visitors = Visitors(park)
    for month in park.months:
        if month < JUNE:
            park.write_month(workspace.landing / f"{month:%Y-%m}", month)
    train(workspace)
    for monday in MONDAYS:
        run_week(workspace, monday)
        visitors.send_back(monday, workspace.out_of(monday), workspace.review, workspace.landing)
    park.write_month(workspace.landing / f"{JUNE:%Y-%m}", JUNE)


def train(workspace: Workspace) -> None:
    """Models by every kind of estimator: two winners of a race, enabled; a ranker, retired; boosting, in shadow."""
    store = ModelStore(workspace.models)
    race = training.candidates
    kept = {versions_of(workspace)[place] for place in ENABLED}
    for only in (only_candidate("size", lambda: Ranker("size")), only_candidate("boosting", boosting)):
        training.candidates = lambda *_, only=only, **__: [only]
        kept.add(versions_of(workspace)[SHADOWED])
    training.candidates = race
    for model, _ in store.everything():
        place = (model.target, model.horizon_months)
        if model.version not in kept:
            shutil.rmtree(store.folder / "{}-h{}".format(*place) / model.version)
        elif model.estimator != "boosting":
            action = "retire" if model.estimator == "size" else "enable"
            store.decide(action, *place, model.version, by=DECIDED_BY, on=TRAINED)


def versions_of(workspace: Workspace) -> dict[tuple[str, int], str]:
    """One training: the version by target and horizon."""
    lines = run_training(workspace, TRAINED, if_due=False)
    return {(line["target"], line["horizon_months"]): line["version"] for line in lines}


def only_candidate(name: str, make: Callable[[], Estimator]) -> Candidate:
    """The one entrant of a race."""
    return Candidate(name, make, make, is_ranker=name == "size")


def boosting() -> ConceptBoosting:
    """Of a few trees: what its file is made of is the same."""
    return ConceptBoosting(seeds=(0, 1), max_iter=5)


def expect(copy: Workspace, office: Workspace, folder: Path) -> None:
    """What this version makes of the next Monday, in a copy that goes again."""
    shutil.copytree(office.home, copy.home, symlinks=True)
    run_week(copy, NEXT_MONDAY)
    folder.mkdir()
    with duckdb.connect(str(copy.warehouse)) as warehouse:
        warehouse.execute(f"attach '{copy.latest.resolve()}' as candidate (read_only)")
        for name, query in EXPECTED.items():
            warehouse.execute(f"copy ({query} order by all) to '{folder / name}.parquet' (format parquet, codec zstd)")
    shutil.rmtree(copy.home)


def slim(workspace: Workspace) -> None:
    """Take out what the test does not need; the warehouse loses the rows, not the relations, of its last build."""
    for folder in workspace.landing.iterdir():
        if folder.name[:2] == "20" and folder.name not in KEPT_MONTHS:
            shutil.rmtree(folder)
    shutil.rmtree(workspace.prefect)
    for old in (*workspace.published.glob("[0-9]*.duckdb"), *workspace.out.glob("20*")):
        if not old.name.startswith(MONDAYS[-1].isoformat()):
            old.unlink() if old.is_file() else shutil.rmtree(old)
    newest = max(workspace.history.glob("*.features.risk_features.*"))
    for frame in workspace.history.iterdir():
        if frame != newest:
            frame.unlink()
    compact = workspace.home / "compact.duckdb"
    with duckdb.connect() as database:
        database.execute(f"attach '{workspace.warehouse}' as written (read_only)")
        database.execute(f"attach '{compact}' as compact")
        database.execute("copy from database written to compact (schema)")
        for schema, table in database.execute(TABLES).fetchall():
            if schema not in BUILT:
                database.execute(f"insert into compact.{schema}.{table} from written.{schema}.{table}")
    compact.replace(workspace.warehouse)


def write_schemas(folder: Path) -> None:
    """What settings and contracts of this version may say, and its built-in contracts."""
    folder.mkdir()
    for model in (Settings, Contract):
        schema = json.dumps(model.model_json_schema(), ensure_ascii=False)
        (folder / f"{model.__name__.lower()}.json").write_text(schema, "utf-8")
    shutil.copytree(shipped("seeds") / "contracts", folder / "contracts")


def nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the name of whoever packed it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main(Path(sys.argv[1]))
