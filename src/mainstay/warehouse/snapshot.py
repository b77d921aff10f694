"""The published snapshot as an analyst reads it: relations by name as polars frames, and queries.

Opening reads the file into memory and closes it again. So a notebook that stays open for days holds no file: it
never hinders publishing or pruning, on a share neither, it keeps the figures with which it began, and no further
copy of taxpayers' data lies on a disk. (20 million rows take a second and a gigabyte: 2026-11.)
"""

import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from mainstay.errors import MainstayError, UsageError, did_you_mean
from mainstay.resources import shipped
from mainstay.settings import Settings, Workspace, default_home
from mainstay.warehouse.connection import WITHOUT_EXTENSIONS, quoted
from mainstay.warehouse.operations import OPERATIONS
from mainstay.warehouse.publication import Published, latest

_ATTEMPTS = 5
"""Between reading which snapshot is the newest and opening it, newer ones may be published and it be pruned."""

_READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class NewerSnapshotWarning(UserWarning):
    """A newer snapshot was published since this one was opened; this one still answers."""


class Snapshot:
    """One published week, in memory; `open_snapshot` makes it.

    `snapshot["marts.drop_lists"]` is a frame of all its rows, `snapshot.sql(...)` answers a query, `snapshot.tables`
    says what there is, `snapshot.describe("marts.drop_lists")` what its columns mean. Money is Decimal in the ledger's
    currency (yuan), a month is its first day.
    """

    def __init__(self, workspace: Workspace, published: Published, connection: duckdb.DuckDBPyConnection) -> None:
        self._workspace = workspace
        self._published = published
        self._connection = connection
        self._names = tuple(row[0] for row in connection.execute(_NAMES).fetchall())
        self._told_of = {published.run_id}
        self.settings: Settings = workspace.settings()

    @property
    def as_of(self) -> date:
        """The week's date: every figure is as known then."""
        return self._published.as_of

    @property
    def run_id(self) -> str:
        """The run that published it."""
        return self._published.run_id

    @property
    def newer(self) -> Published | None:
        """The snapshot that was published since, or None; None too while the workspace cannot be read."""
        try:
            stated = latest(self._workspace)
        except (OSError, ValueError, KeyError):
            return None
        return None if stated is None or stated.run_id == self.run_id else stated

    @property
    def tables(self) -> pl.DataFrame:
        """One row per relation, sorted by name: `name`, `rows`, and `grain`, which says what one row is."""
        rows = [(name, self._rows_of(name), self._grain(name)) for name in self._names]
        return pl.DataFrame(rows, schema={"name": pl.String, "rows": pl.Int64, "grain": pl.String}, orient="row")

    def describe(self, name: str) -> pl.DataFrame:
        """What a relation's columns mean, as stored when it was published.

        Returns:
            One row per column, in its order: `column`, `type`, `unit` and `meaning` (null in a snapshot of an older
            version, which says nothing of them). docs/data_dictionary.md has all of them, and the rules.

        Raises:
            UsageError: this snapshot has no such relation.
        """
        self._must_have(name)
        rows: pl.DataFrame = self._connection.sql(_DESCRIBED, params=[name]).pl()
        return rows

    def previous(self) -> "Snapshot | None":
        """The newest snapshot of an earlier week that is still kept, opened like this one; None where there is none."""
        earlier = [
            _from_name(path)
            for path in self._workspace.published.glob("[0-9]*.duckdb")
            if path.name[:10] < str(self.as_of)
        ]
        for published in sorted(earlier, key=lambda one: (one.as_of, one.run_id), reverse=True):
            try:
                opened = Snapshot(self._workspace, published, _in_memory(self._workspace.published / published.file))
            except duckdb.Error:
                continue  # pruned meanwhile, or of another version
            opened._told_of |= self._told_of  # who asks for an earlier week knows of this one
            return opened
        return None

    def sql(self, query: str) -> pl.DataFrame:
        """Answer one query that only reads; relations are named in full, such as `marts.drop_lists`.

        Raises:
            UsageError: it is not exactly one `select`.
            duckdb.Error: the query is wrong; the message says where.
        """
        self._tell_of_a_newer_one()
        statements = self._connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type not in _READS:
            raise UsageError("a snapshot is read-only: one SELECT a call", hint="compute in polars")
        # One cursor a call: a connection shared across threads has given wrong results without an error.
        with self._connection.cursor() as cursor:
            rows: pl.DataFrame = cursor.sql(query).pl()
        return rows

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return all rows of a relation, such as `marts.drop_lists`.

        Raises:
            UsageError: this snapshot has no such relation.
        """
        self._must_have(name)
        return self.sql(f"select * from {name}")

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a relation; a week published by an older version may lack one."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the relations, sorted."""
        return iter(self._names)

    def __repr__(self) -> str:
        """Week, run, and whether there is a newer one."""
        newer = self.newer
        note = f", NEWER ONE PUBLISHED: as of {newer.as_of}, call open_snapshot() again" if newer else ""
        return f"<Snapshot as of {self.as_of}, run {self.run_id}, {len(self._names)} relations{note}>"

    def _ipython_key_completions_(self) -> list[str]:
        """What a notebook offers after `snapshot["`."""
        return list(self._names)

    def _must_have(self, name: str) -> None:
        if name not in self._names:
            raise UsageError(
                "this snapshot has no such relation",
                where=f"'{name}'{did_you_mean(name, self._names)}",
                hint="snapshot.tables lists all of them",
            )

    def _grain(self, name: str) -> str:
        """What one row of a relation is: by the snapshot itself, or where it says nothing by this version."""
        stored = self._connection.execute(_COMMENT, [name]).fetchone()
        return stored[0].partition("\n")[0] if stored and stored[0] else _grain(name)

    def _rows_of(self, name: str) -> int:
        found = self._connection.execute(f"select count(*) from {name}").fetchone()
        return int(found[0]) if found else 0

    def _tell_of_a_newer_one(self) -> None:
        """Warn once of each newer snapshot: who has a notebook open for days does not look for one."""
        newer = self.newer
        if newer is not None and newer.run_id not in self._told_of:
            self._told_of.add(newer.run_id)
            warnings.warn(
                f"these are the figures as of {self.as_of}; as of {newer.as_of} was published since: "
                "call open_snapshot() again to see it",
                NewerSnapshotWarning,
                stacklevel=3,
            )


_NAMES = """
    select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'ops')
    union all
    select schema_name || '.' || view_name from duckdb_views() where schema_name in ('marts', 'ops')
    order by all
"""

_COMMENT = "select comment from duckdb_tables() where schema_name || '.' || table_name = $1"

_DESCRIBED = r"""
    select
        column_name as "column",
        data_type as type,
        nullif(regexp_extract(comment, '^\[(\w+)\] ', 1), '') as unit,
        regexp_replace(comment, '^\[\w+\] ', '') as meaning
    from duckdb_columns()
    where schema_name || '.' || table_name = $1
    order by column_index
"""


def open_snapshot(home: Path | str | None = None) -> Snapshot:
    """Read the newest published snapshot of a workspace into memory; the warehouse is never opened.

    Args:
        home: The workspace; else `MAINSTAY_HOME`, else `data/` below the current folder.

    Raises:
        UsageError: nothing was published there yet.
        MainstayError: the snapshot cannot be read.
    """
    workspace = Workspace(Path(home or default_home()).expanduser().absolute())
    for attempt in range(1, _ATTEMPTS + 1):
        published = _stated(workspace)
        path = workspace.published / published.file
        try:
            return Snapshot(workspace, published, _in_memory(path))
        except duckdb.Error as error:
            if attempt < _ATTEMPTS and _stated(workspace) != published:
                continue
            raise MainstayError(
                "the snapshot cannot be read",
                where=f"{path}: {type(error).__name__}",
                hint="open it with the version of mainstay that published it, or publish the week again"
                if path.exists()
                else "its file is gone; publish the week again",
            ) from error
    raise MainstayError("the snapshot cannot be read", where=str(workspace.published), hint="try again")


def _stated(workspace: Workspace) -> Published:
    try:
        published = latest(workspace)
    except (ValueError, KeyError) as error:
        raise MainstayError("latest.json cannot be read", where=str(workspace.published)) from error
    if published is None:
        raise UsageError(
            "nothing has been published here yet" if workspace.home.is_dir() else "there is no such workspace",
            where=str(workspace.home),
            hint="run `mainstay weekly` first, or name the workspace: open_snapshot('FOLDER'), or set MAINSTAY_HOME",
        )
    return published


def _from_name(path: Path) -> Published:
    """What the name of a snapshot's file says of it; its hash is not known from there."""
    day, run_id = path.stem[:10], path.stem[11:]
    return Published(run_id=run_id, as_of=date.fromisoformat(day), file=path.name, sha256="")


def _in_memory(path: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with all that a file holds; the file is closed again, and nothing else can be reached."""
    connection = duckdb.connect(":memory:", config=WITHOUT_EXTENSIONS)
    try:
        connection.execute("set timezone = 'Asia/Shanghai'")
        connection.execute(f"attach {quoted(path)} as published (read_only)")
        connection.execute("copy from database published to memory")
        connection.execute("detach published")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _grain(name: str) -> str:
    """What one row of a relation is, from the first line of its SQL file."""
    folder, _, relation = name.partition(".")
    path = shipped("sql") / folder / f"{relation}.sql"
    if not path.exists():
        return OPERATIONS[name].grain if name in OPERATIONS else ""
    with path.open(encoding="utf-8") as lines:
        return lines.readline().removeprefix("--").strip()
