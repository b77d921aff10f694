"""One connection to a workspace's warehouse, and what every other module may do with it.

DuckDB's extensions are neither installed nor loaded at run time (they call out), and the configuration is
locked after that (DESIGN section 4).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from mainstay.errors import MainstayError
from mainstay.settings import WarehouseSettings

CANDIDATE = "candidate"
"""The name under which a run's candidate file is attached; the schema `marts` lives there."""

WITHOUT_EXTENSIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Warehouse:
    """An open warehouse: the ledger file, with a candidate file for the marts attached where one is given.

    Use it as a context manager, within one task and one thread; it holds the file's write lock.
    """

    def __init__(self, path: Path, *, candidate: Path | None = None, settings: WarehouseSettings | None = None) -> None:
        """Open the file, creating it where it is not there.

        Raises:
            MainstayError: the file is in use, or is not a database of this version.
        """
        settings = settings or WarehouseSettings()
        config = {**WITHOUT_EXTENSIONS, "temp_directory": str(path.with_suffix(".tmp"))}
        if settings.memory_limit:
            config["memory_limit"] = settings.memory_limit
        if settings.threads:
            config["threads"] = str(settings.threads)
        try:
            self._connection = duckdb.connect(str(path), config=config)
        except duckdb.Error as error:
            raise MainstayError(
                "the warehouse cannot be opened",
                where=path.name,
                example=type(error).__name__,
                hint="close the program that has it open; notebooks open published/latest.duckdb instead",
            ) from error
        self._connection.execute("set timezone = 'Asia/Shanghai'")
        if candidate is not None:
            candidate.parent.mkdir(parents=True, exist_ok=True)
            self._connection.execute(f"attach {quoted(candidate)} as {CANDIDATE}")
        self._connection.execute("set lock_configuration = true")

    def __enter__(self) -> Self:
        """Hand out the open warehouse."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; what was not committed is gone."""
        self._connection.close()
        # A traceback may keep this object alive until the process ends, which DuckDB 2.0 would then complain of.
        del self._connection

    def execute(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> None:
        """Run one statement; values are bound, never formatted in."""
        self._connection.execute(sql, parameters)

    def query(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> pl.DataFrame:
        """Run one query and return its rows."""
        rows: pl.DataFrame = self._connection.sql(sql, params=parameters).pl()
        return rows

    def read(self, relation: str) -> pl.DataFrame:
        """Return all rows of a relation, such as `marts.drop_lists`."""
        return self.query(f"select * from {self.located(relation)}")

    def count(self, relation: str) -> int:
        """Return the number of rows of a relation."""
        return int(self.query(f"select count(*) as n from {self.located(relation)}").item())

    def write(self, relation: str, rows: pl.DataFrame) -> None:
        """Replace a relation by the rows given."""
        self._create_schema(relation)
        with self.registered(rows) as name:
            self.execute(f"create or replace table {self.located(relation)} as select * from {name}")

    def ensure(self, relation: str, schema: pl.Schema) -> None:
        """Create the table where it is missing, and add columns that a newer version brings."""
        self._create_schema(relation)
        with self.registered(schema.to_frame()) as name:
            self.execute(f"create table if not exists {relation} as select * from {name}")
            there = {row[0]: row[1] for row in self._connection.execute(f"describe {relation}").fetchall()}
            for column, kind, *_ in self._connection.execute(f"describe {name}").fetchall():
                if column not in there:
                    self.execute(f'alter table {relation} add column "{column}" {kind}')

    def append(self, relation: str, rows: pl.DataFrame) -> None:
        """Append rows to a table, by column name."""
        with self.registered(rows) as name:
            self.execute(f"insert into {relation} by name select * from {name}")

    @contextmanager
    def registered(self, rows: pl.DataFrame) -> Iterator[str]:
        """Let SQL see a frame under the name handed out, for as long as the block lasts."""
        self._connection.register("incoming", rows)
        try:
            yield "incoming"
        finally:
            self._connection.unregister("incoming")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, for one database file."""
        self._connection.execute("begin transaction")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def exists(self, relation: str) -> bool:
        """Whether a table or view of that name is there."""
        schema, table = relation.split(".")
        found = self.query(
            "select count(*) as n from duckdb_columns() where schema_name = $1 and table_name = $2",
            [schema, table],
        )
        return bool(found.item())

    def located(self, relation: str) -> str:
        """The name with its database: marts live in the candidate file, all else in the warehouse."""
        return f"{CANDIDATE}.{relation}" if relation.startswith("marts.") else relation

    def _create_schema(self, relation: str) -> None:
        schema = self.located(relation).rpartition(".")[0]
        self.execute(f"create schema if not exists {schema}")


def quoted(text: object) -> str:
    """A text of ours as SQL writes it, where DuckDB binds no value."""
    return "'" + str(text).replace("'", "''") + "'"
