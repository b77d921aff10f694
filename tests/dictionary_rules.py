"""What must hold of the data dictionary: nothing is missing, nothing speaks of what is not there.

As in tests/sql_rules.py, each function takes plain values and returns sentences, one per violation.
"""

from collections.abc import Iterable, Mapping

from mainstay.warehouse.dictionary import Relation
from mainstay.warehouse.meanings import Entry

_WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "HUGEINT", "UBIGINT")
_FIGURE = (*_WHOLE, "DECIMAL", "DOUBLE")
FITS = {
    "currency": ("DECIMAL",),
    "ratio": ("DOUBLE", "DECIMAL"),
    "count": _WHOLE,
    "persons": _WHOLE,
    "number": _FIGURE,
    "rank": _WHOLE,
    "months": _WHOLE,
    "days": _WHOLE,
    "area_m2": _FIGURE,
    "month": ("DATE",),
    "date": ("DATE",),
    "time": ("TIMESTAMP",),
    "flag": ("BOOLEAN",),
    "id": ("VARCHAR", *_WHOLE),
    "text": ("VARCHAR", "ENUM"),
}
"""Unit -> how the types begin that a column of that unit may have."""

CALIBERS = ("caliber", "natural", "restored")
PARTS = ("refund", "put off", "deferral", "deferred")
"""What calibers are made of: natural plus refunds is restored, plus deferrals is deferral-adjusted."""
NO_REVENUE = ("rent", "subsid", "investment", "invoiced", "income")
"""Money to which no caliber applies, by a word of its meaning."""


def without_grain_or_key(relations: Iterable[Relation]) -> list[str]:
    """Every relation says what one row is, and which of its columns name a row."""
    problems = []
    for relation in relations:
        columns = {column.name for column in relation.columns}
        if not relation.grain:
            problems.append(f"{relation.name}: no grain")
        if not relation.key or not set(relation.key) <= columns:
            problems.append(f"{relation.name}: no key, or one that is no column: {', '.join(relation.key)}")
    return problems


def undocumented(relations: Iterable[Relation]) -> list[str]:
    """Every column has a unit and a meaning."""
    return [
        f"{relation.name}.{column.name}: add `-- column {column.name} [unit]: meaning` to its model, "
        "or a row to sql/vocabulary.csv"
        for relation in relations
        for column in relation.columns
        if not column.unit or not column.meaning
    ]


def misfits(relations: Iterable[Relation]) -> list[str]:
    """A column's unit fits its type: a ratio is no text, money is no float."""
    return [
        f"{relation.name}.{column.name}: [{column.unit}] does not fit {column.kind}"
        for relation in relations
        for column in relation.columns
        if column.unit and not column.kind.startswith(FITS[column.unit])
    ]


def without_caliber(relations: Iterable[Relation]) -> list[str]:
    """Money says its caliber, or that it is what calibers differ by; other money than revenue has none.

    A column that names the caliber of each row speaks for all money of the row, the relation's rules for all of it.
    """
    return [
        f"{relation.name}.{column.name}: its meaning names no caliber (natural, restored, deferral-adjusted)"
        for relation in relations
        if not any(word in f"{relation.grain} {relation.rules}".lower() for word in CALIBERS)
        and all(column.name != "caliber" for column in relation.columns)
        for column in relation.columns
        if column.unit == "currency"
        and not any(word in column.meaning.lower() for word in (*CALIBERS, *PARTS, *NO_REVENUE))
    ]


def of_nothing(own: Mapping[str, Iterable[Entry]], built: Mapping[str, Iterable[str]]) -> list[str]:
    """A model's header explains only columns that the model has."""
    return [
        f"{relation}: there is no column {entry.name}"
        for relation, entries in own.items()
        for entry in entries
        if not any(entry.match(column) is not None for column in built[relation])
    ]


def unused(vocabulary: Iterable[Entry], relations: Iterable[Relation]) -> list[str]:
    """The vocabulary explains only columns that some relation has."""
    columns = [(relation.name, column.name) for relation in relations for column in relation.columns]
    return [
        f"sql/vocabulary.csv: {entry.name} explains no column"
        for entry in vocabulary
        if not any(entry.relation in {"", name} and entry.match(column) is not None for name, column in columns)
    ]


def unasked(questions: Iterable[tuple[str, str, str]], relations: Iterable[Relation]) -> list[str]:
    """Every relation answers a question of sql/questions.csv, and every question has its relation."""
    asked, there = [relation for _, _, relation in questions], [relation.name for relation in relations]
    return [
        *(f"{name}: no question of sql/questions.csv leads there" for name in sorted(set(there) - set(asked))),
        *(f"sql/questions.csv: there is no {name}" for name in sorted(set(asked) - set(there))),
    ]
