"""The data dictionary: what each relation of a snapshot is, and what each of its columns means, in which unit.

It is read, never written by hand: grain, key and rules from a model's header, a column from the header's own line
(`-- column name [unit]: meaning`), else from sql/vocabulary.csv: the row of the column's full name
(`ops.runs.status`), of its name, or of a pattern (`<level>_restored`), in this order; else from the headers of the
models that it is made from, else from the canonical targets whose ledger they rest on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mainstay.extracts.targets import TARGETS, Target
from mainstay.warehouse.connection import CANDIDATE, Warehouse, quoted
from mainstay.warehouse.meanings import Entry, Header, entry_of, read_header
from mainstay.warehouse.models import Model
from mainstay.warehouse.operations import OPERATIONS

_DELIVERED: Mapping[str, Target] = {f"ledger.{name}": target for name, target in TARGETS.items()}


@dataclass(frozen=True)
class Column:
    """One column of a relation; `entry` is what documents it, None where nothing does."""

    name: str
    kind: str
    entry: Entry | None

    @property
    def unit(self) -> str:
        """Its unit, "" where nothing documents it."""
        return self.entry.unit if self.entry else ""

    @property
    def meaning(self) -> str:
        """Its meaning, with what the pattern's placeholders stand for in this column; "" where there is none."""
        return self.entry.meaning(self.name) if self.entry else ""


@dataclass(frozen=True)
class Relation:
    """One relation of a snapshot: grain, key, the rules in prose (paragraphs), and its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    rules: str
    columns: tuple[Column, ...]


def relations(warehouse: Warehouse, models: Mapping[str, Model], vocabulary: Iterable[Entry]) -> tuple[Relation, ...]:
    """Every relation of the candidate as built: marts, and the operations tables if they are there; sorted by name."""
    stated: dict[str, dict[str, Entry]] = {}
    for entry in vocabulary:
        stated.setdefault(entry.relation, {})[entry.column] = entry
    columns: dict[str, list[tuple[str, str]]] = {}
    for relation, column, kind in warehouse.query(_COLUMNS, [CANDIDATE]).iter_rows():
        columns.setdefault(relation, []).append((column, kind))
    return tuple(_relation(name, columns[name], models, stated) for name in sorted(columns))


_COLUMNS = """
    select schema_name || '.' || table_name as relation, column_name, data_type
    from duckdb_columns()
    where database_name = $1 and schema_name in ('marts', 'ops')
    order by relation, column_index
"""


def _relation(
    name: str,
    columns: list[tuple[str, str]],
    models: Mapping[str, Model],
    vocabulary: Mapping[str, Mapping[str, Entry]],
) -> Relation:
    model = models.get(name)
    stated = model or OPERATIONS.get(name)
    own = read_header(name, model.sql) if model else Header("", ())
    sources = (
        {entry.column: entry for entry in own.columns},
        vocabulary.get(name, {}),
        vocabulary.get("", {}),
        *_inherited(name, models),
    )
    return Relation(
        name=name,
        grain=stated.grain if stated else "",
        key=stated.key if stated else (),
        rules=own.rules,
        columns=tuple(Column(column, kind, entry_of(column, *sources)) for column, kind in columns),
    )


def _inherited(name: str, models: Mapping[str, Model]) -> Iterator[dict[str, Entry]]:
    """What the headers of the models say that a model reads, then those that they read, and so on; then the targets.

    A name that two headers of one distance explain differently is left out: nobody knows which column it is.
    """
    seen, level = {name}, {name} & models.keys()
    delivered: set[str] = set()
    while level:
        reads = {read for one in level for read in models[one].reads}
        delivered |= reads & _DELIVERED.keys()
        level = (reads & models.keys()) - seen
        seen |= level
        yield _agreed(entry for read in sorted(level) for entry in read_header(read, models[read].sql).columns)
    yield _agreed(
        Entry(field.name, field.unit, field.doc) for read in sorted(delivered) for field in _DELIVERED[read].fields
    )


def _agreed(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by column, but for columns that two of them explain differently."""
    told: dict[str, set[Entry]] = {}
    for entry in entries:
        told.setdefault(entry.column, set()).add(entry)
    return {column: found.pop() for column, found in told.items() if len(found) == 1}


def write_comments(warehouse: Warehouse, models: Mapping[str, Model], vocabulary: Iterable[Entry]) -> None:
    """Store the dictionary in the candidate, as comments on its tables and columns.

    A table's is its grain, key and rules, a column's `[unit] meaning`: `duckdb_tables()`, `duckdb_columns()`.
    """
    kinds = {model.relation: model.materialized for model in models.values()}
    statements = []
    for relation in relations(warehouse, models, vocabulary):
        table = f"{CANDIDATE}.{relation.name}"
        about = f"{relation.grain}\nKey: {', '.join(relation.key)}.\n\n{relation.rules}".strip()
        statements.append(f"comment on {kinds.get(relation.name, 'table')} {table} is {quoted(about)}")
        statements += [
            f'comment on column {table}."{column.name}" is {quoted(f"[{column.unit}] {column.meaning}")}'
            for column in relation.columns
            if column.entry
        ]
    with warehouse.transaction():  # 550 comments take 0.1 s at once, and five times as long one by one (2026-11)
        warehouse.execute(";\n".join(statements))
