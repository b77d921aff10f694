"""The SQL model runner: one file, one SELECT, one relation; the order comes from the SQL itself.

sqlglot reads what each model refers to, graphlib sorts. A model is built when everything it reads is there,
so that a step in Python (scores, orders) can stand between two models without anybody keeping a list.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp

from mainstay.errors import ModelError
from mainstay.warehouse.connection import CANDIDATE, Warehouse
from mainstay.warehouse.model_texts import model_texts

BUILT = "run.built"
_HEADER = re.compile(r"^-- (?P<name>key|materialized): (?P<value>.+)$", re.MULTILINE)
_MATERIALIZED = {"view", "table"}
_OF_THE_SQL_ALONE = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
"""Errors whose message quotes the model; any other may quote a value of a row."""


@dataclass(frozen=True)
class Model:
    """One SQL file. `relation` is `<folder>.<file>`; `reads` are the relations it names; one row needs no `key`.

    `sql` is the text as written, but that every reference to a mart points at the candidate file.
    """

    relation: str
    grain: str
    key: tuple[str, ...]
    materialized: str
    reads: frozenset[str]
    sql: str


def load_models(folder: Path) -> dict[str, Model]:
    """Read every model below a folder, in the order in which they can be built.

    Raises:
        ModelError: a file breaks the rules of its kind, or the models refer to each other in a circle.
    """
    models = {name: parse_model(name, sql) for name, sql in model_texts(folder).items()}
    graph = {name: {read for read in model.reads if read in models} for name, model in models.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ModelError("SQL models depend on each other in a circle", where=" -> ".join(error.args[1])) from error
    return {name: models[name] for name in order}


@lru_cache(maxsize=512)
def parse_model(relation: str, sql: str) -> Model:
    """Read one model's header and references.

    Raises:
        ModelError: no grain, no key, an unknown materialization, or not exactly one SELECT.
    """
    first = sql.partition("\n")[0]
    header = {match["name"]: match["value"].strip() for match in _HEADER.finditer(sql)}
    is_single = first.startswith("-- One row: ")
    stated = {"materialized"} if is_single else {"key", "materialized"}
    if not (is_single or first.startswith("-- One row per ")) or set(header) != stated:
        raise ModelError(
            "a model's header must state grain, key and materialized", where=relation, hint="see sql/README.md"
        )
    if header["materialized"] not in _MATERIALIZED:
        raise ModelError(
            f"materialized: '{header['materialized']}' is not known",
            where=relation,
            hint=f"one of {sorted(_MATERIALIZED)}",
        )
    tables = [table for table in _tables(sql) if table.db]
    return Model(
        relation=relation,
        grain=first.removeprefix("-- "),
        key=() if is_single else tuple(part.strip() for part in header["key"].split(",")),
        materialized=header["materialized"],
        reads=frozenset(f"{table.db}.{table.name}" for table in tables),
        sql=_located(sql, tables),
    )


def _located(sql: str, tables: list[exp.Table]) -> str:
    starts = {int(table.args["db"].meta["start"]) for table in tables if table.db == "marts"}
    for start in sorted(starts, reverse=True):
        sql = f"{sql[:start]}{CANDIDATE}.{sql[start:]}"
    return sql


def _tables(sql: str) -> list[exp.Table]:
    statements = sqlglot.parse(sql, read="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError("a model must be exactly one SELECT", where=sql.partition("\n")[0])
    return list(statements[0].find_all(exp.Table))


def needed(models: Mapping[str, Model], relations: Iterable[str]) -> dict[str, Model]:
    """The relations and every model that they rest on, in the order in which they can be built."""
    waiting, found = list(relations), set[str]()
    while waiting:
        name = waiting.pop()
        if name in models and name not in found:
            found.add(name)
            waiting += models[name].reads
    return {name: model for name, model in models.items() if name in found}


def start_build(warehouse: Warehouse) -> None:
    """Forget what an earlier run has built; every model counts as not there."""
    for schema in ("staging", "features", "labels", "gates"):
        warehouse.execute(f"drop schema if exists {schema} cascade")
        warehouse.execute(f"create schema {schema}")
    for schema in ("run", "ledger", f"{CANDIDATE}.marts"):
        warehouse.execute(f"create schema if not exists {schema}")
    warehouse.execute(f"create or replace table {BUILT} (relation varchar)")


def mark_ready(warehouse: Warehouse, relations: list[str]) -> None:
    """Say that relations are complete, so that models may read them."""
    warehouse.execute(f"insert into {BUILT} select unnest($1::varchar[])", [relations])


def build_ready(warehouse: Warehouse, models: dict[str, Model]) -> list[str]:
    """Build every model that is not built yet and whose inputs are all there.

    Returns:
        The relations built, in order.

    Raises:
        ModelError: the database refuses a model.
    """
    done = set(warehouse.read(BUILT)["relation"].to_list())
    built = []
    for model in models.values():
        if model.relation in done or not _inputs_ready(model, done, models):
            continue
        _build(warehouse, model)
        done.add(model.relation)
        built.append(model.relation)
    mark_ready(warehouse, built)
    return built


def assert_complete(warehouse: Warehouse, models: dict[str, Model]) -> None:
    """Make sure that the run has built everything.

    Raises:
        ModelError: a model reads a relation of the schema `run` that no step has handed in.
    """
    missing = sorted(set(models) - set(warehouse.read(BUILT)["relation"].to_list()))
    if missing:
        raise ModelError("models not built: input missing", where=", ".join(missing), count=len(missing))


def key_metrics(warehouse: Warehouse, models: dict[str, Model]) -> pl.DataFrame:
    """One row a mart: how many of its rows repeat the key that its header states.

    Columns: `subject`, `rule`, `measured`, `low`, `high`, `severity`, `detail`, like a gate model's.
    """
    counts = []
    for model in models.values():
        if not model.relation.startswith("marts."):
            continue
        key = exp.tuple_(*(exp.column(name) for name in model.key))
        distinct = exp.Count(this=exp.Distinct(expressions=[key]))
        query = exp.select((exp.Count(this=exp.Star()) - distinct).as_("repeats")).from_(
            warehouse.located(model.relation)
        )
        repeats = warehouse.query(query.sql("duckdb")).item()
        counts.append((model.relation.removeprefix("marts."), float(repeats), ", ".join(model.key)))
    return pl.DataFrame(counts, schema=["subject", "measured", "detail"], orient="row").select(
        "subject",
        "measured",
        rule=pl.lit("key_unique"),
        low=pl.lit(0.0),
        high=pl.lit(0.0),
        severity=pl.lit("error"),
        detail=pl.format("rows that repeat ({})", "detail"),
    )


def gate_metrics(warehouse: Warehouse, models: dict[str, Model]) -> pl.DataFrame:
    """One row per rule on the marts: what the gate models measured, and the keys; kept as `gates.all_rules`."""
    columns = ["subject", "rule", "measured", "low", "high", "severity", "detail"]
    gates = [warehouse.read(name) for name in models if name.startswith("gates.")]
    rules = pl.concat([frame.select(columns) for frame in (*gates, key_metrics(warehouse, models))])
    warehouse.write("gates.all_rules", rules)
    return rules


def _inputs_ready(model: Model, done: set[str], models: dict[str, Model]) -> bool:
    handed_in = {read for read in model.reads if read in models or read.startswith("run.")}
    return handed_in <= done


def _build(warehouse: Warehouse, model: Model) -> None:
    schema, _, name = warehouse.located(model.relation).rpartition(".")
    kind = "view" if model.materialized == "view" else "table"
    try:
        warehouse.execute(f"create or replace {kind} {schema}.{name} as\n{model.sql}")
    except duckdb.Error as error:
        shown = str(error).partition("\n")[0] if isinstance(error, _OF_THE_SQL_ALONE) else type(error).__name__
        raise ModelError("the database refuses a model", where=model.relation, example=shown) from error
