"""Publishing: a candidate file becomes the snapshot that people open, in one atomic step.

A process that still holds the old file keeps it; a new name per run is what lets a new connection see new data
(DESIGN section 2, publication).
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mainstay.files import file_hash, replace_file, sync
from mainstay.settings import Workspace
from mainstay.warehouse.connection import CANDIDATE, Warehouse
from mainstay.warehouse.operations import OPERATIONS


@dataclass(frozen=True)
class Published:
    """What `latest.json` says."""

    run_id: str
    as_of: date
    file: str
    sha256: str


def copy_operations(warehouse: Warehouse) -> None:
    """Put the operations tables into the candidate, without raw text."""
    warehouse.execute("create schema if not exists candidate.ops")
    for name, table in OPERATIONS.items():
        hidden = f"exclude ({', '.join(table.hidden)})" if table.hidden else ""
        warehouse.execute(f"create or replace table {CANDIDATE}.{name} as select * {hidden} from {name}")


def latest(workspace: Workspace) -> Published | None:
    """The snapshot published last, or None before the first one."""
    path = workspace.published / "latest.json"
    if not path.exists():
        return None
    stated = json.loads(path.read_text("utf-8"))
    return Published(
        run_id=stated["run_id"],
        as_of=date.fromisoformat(stated["as_of"]),
        file=stated["file"],
        sha256=stated["sha256"],
    )


def first_open_day(workspace: Workspace) -> date:
    """The first day on which anything may still change what a week says: the day after the newest published one."""
    published = latest(workspace)
    return published.as_of + timedelta(days=1) if published else date.min


def is_replay(workspace: Workspace, as_of: date) -> bool:
    """Whether a newer week has been published already; then an as-of is only replayed (DESIGN section 2)."""
    newest = latest(workspace)
    return newest is not None and as_of < newest.as_of


def publish(workspace: Workspace, candidate: Path, *, as_of: date, run_id: str, keep: int) -> Published:
    """Sync and rename the candidate, point `latest` at it, and drop snapshots beyond the last `keep`.

    A call that failed half-way may be repeated: the candidate may have its final name already.
    """
    final = workspace.published / f"{as_of.isoformat()}-{run_id}.duckdb"
    if candidate.exists() or not final.exists():
        sync(candidate)
        candidate.replace(final)
    published = Published(run_id=run_id, as_of=as_of, file=final.name, sha256=file_hash(final))
    link = workspace.published / f".latest-{run_id}"
    link.unlink(missing_ok=True)
    link.symlink_to(final.name)
    link.replace(workspace.latest)
    stated = {"run_id": run_id, "as_of": as_of.isoformat(), "file": final.name, "sha256": published.sha256}
    replace_file(workspace.published / "latest.json", f"{json.dumps(stated, indent=2, sort_keys=True)}\n".encode())
    snapshots = sorted(workspace.published.glob("[0-9]*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
    for old in snapshots[:-keep]:
        old.unlink(missing_ok=True)
    return published


def discard(candidate: Path) -> None:
    """Remove a candidate that will not be published, and what an interrupted run left of it."""
    for path in (candidate, candidate.with_name(f"{candidate.name}.wal")):
        path.unlink(missing_ok=True)


def discard_all(workspace: Workspace) -> None:
    """Remove every candidate; only the holder of the workspace's lock may do so."""
    for path in workspace.published.glob(".candidate-*"):
        path.unlink(missing_ok=True)
