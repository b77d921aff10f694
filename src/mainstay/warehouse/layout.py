"""The layout of the warehouse's file: which one this version writes, and how a file of an older one is brought to it.

A column that is new needs no migration, `Warehouse.ensure` adds it. What does: a table or column that is renamed, moved
or read differently. Then raise `LAYOUT` by adding to `MIGRATIONS`; tests/upgrade runs it on the office of an older
version.
"""

import errno
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mainstay.errors import MainstayError
from mainstay.files import sync
from mainstay.settings import WarehouseSettings
from mainstay.warehouse.connection import Warehouse

_STATED = "ops.layout"
_UNSTATED = 1
"""Of a file that states no layout: until 2026-12 there was one only."""


@dataclass(frozen=True)
class Migration:
    """One step from a layout to the next.

    Attributes:
        layout: The layout that it makes.
        does: What it does, for the operator.
        work: Does it, inside a transaction that is not its own; what it meets is the layout before.
    """

    layout: int
    does: str
    work: Callable[[Warehouse], None]


def _forget_builds(warehouse: Warehouse) -> None:
    """Drop all that a build makes: it is made anew, and what stayed would name tables that are gone."""
    for schema in ("staging", "features", "labels", "gates", "run"):
        warehouse.execute(f"drop schema if exists {schema} cascade")
    for view in warehouse.query("select view_name from duckdb_views() where schema_name = 'ledger'")["view_name"]:
        warehouse.execute(f"drop view ledger.{view}")


MIGRATIONS = (Migration(2, "results of former builds removed, which every run makes anew", _forget_builds),)
"""In their order; the last one's layout is today's."""

LAYOUT = MIGRATIONS[-1].layout


def state_layout(warehouse: Warehouse) -> None:
    """Write today's layout into a warehouse that is new.

    Raises:
        MainstayError: it is not new, and of another layout.
    """
    found = _layout_of(warehouse)
    if found is None:
        warehouse.execute("create schema if not exists ops")
        warehouse.execute(f"create table {_STATED} as select {LAYOUT} as layout")
    elif found != LAYOUT:
        raise MainstayError("the warehouse is of another version of mainstay", where=f"layout {found}, not {LAYOUT}")


def upgrade(path: Path, settings: WarehouseSettings) -> str:
    """Bring a warehouse to today's layout, once: first a copy beside it, then every step in one transaction.

    Only the holder of the workspace's lock may call it. A process that is killed meanwhile leaves the file as it was or
    as it is to be.

    Args:
        path: The warehouse; it need not be there.
        settings: What the database may take of the machine.

    Returns:
        What was done, for the operator, or "" where there was nothing to do.

    Raises:
        MainstayError: a newer version wrote it, the disk has no room for the copy, or a step failed. The file is as it
            was.
    """
    if not path.exists():
        return ""
    copy = path.with_name(f"{path.stem}.before-{LAYOUT}{path.suffix}")
    try:
        with Warehouse(path, settings=settings) as warehouse:
            found = _layout_of(warehouse)
            steps = _steps_from(found, path.name)
            if not steps:
                return ""
            warehouse.execute("checkpoint")  # what a killed run had committed belongs into the file that is copied
        _copy(path, copy)
        with Warehouse(path, settings=settings) as warehouse, warehouse.transaction():
            for step in steps:
                step.work(warehouse)
            warehouse.execute(f"create or replace table {_STATED} as select {LAYOUT} as layout")
    except duckdb.Error as error:
        raise MainstayError(
            f"the warehouse cannot be brought to layout {LAYOUT}, that of this version",
            where=f"{path.name}: {type(error).__name__}",
            hint="nothing was changed; see that the disk is not full and run again, or go back to the version before",
        ) from error
    done = "; ".join(step.does for step in steps)
    return f"the warehouse was brought from layout {found} to {LAYOUT} ({done}); as it was before: {copy.name}"


def _steps_from(found: int | None, name: str) -> list[Migration]:
    """What is to be done to a warehouse of a layout; nothing to a new one."""
    if found is not None and found > LAYOUT:
        raise MainstayError(
            "the warehouse was written by a newer version of mainstay",
            where=f"{name}: layout {found}; this version knows {LAYOUT}",
            hint="install the newer version again; nothing was changed",
        )
    return [step for step in MIGRATIONS if step.layout > (found or LAYOUT)]


def _layout_of(warehouse: Warehouse) -> int | None:
    """The layout of an open warehouse; None where it is new."""
    if warehouse.exists(_STATED):
        return int(warehouse.read(_STATED).item())
    return _UNSTATED if warehouse.exists("ledger.batches") else None


def _copy(path: Path, copy: Path) -> None:
    """Copy a file that nobody has open, whole or not at all."""
    unfinished = copy.with_name(f".{copy.name}.part")
    if shutil.disk_usage(path.parent).free < path.stat().st_size:
        raise _no_room(path)
    try:
        unfinished.touch(mode=0o600)  # taxpayers' data: never wider than the warehouse itself
        shutil.copy2(path, unfinished)
        sync(unfinished)
        unfinished.replace(copy)
        sync(path.parent)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise _no_room(path) from error
        raise


def _no_room(path: Path) -> MainstayError:
    return MainstayError(
        "no room for a copy of the warehouse, which is made before its layout is changed",
        where=str(path.parent),
        example=f"{path.stat().st_size / 1e6:,.0f} MB are needed",
        hint="free that much on the disk and run again; nothing was changed",
    )
