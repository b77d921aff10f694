"""docs/data_dictionary.md, made from SQL headers, the vocabulary, the questions and the contracts: `make docs`."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mainstay.extracts.contract import Contract
from mainstay.extracts.registry import load_contracts
from mainstay.extracts.targets import TARGETS, Field, Target
from mainstay.resources import shipped
from mainstay.warehouse.dictionary import Column, Relation
from mainstay.warehouse.meanings import PLACEHOLDERS, UNITS
from tests.sql.whole_week import built_relations

PAGE = Path(__file__).parents[1] / "docs" / "data_dictionary.md"

_INTRODUCTION = """\
# Data dictionary

What a published snapshot holds, by the questions that it answers, and what an extract may bring. **Made by
`make docs`** from the headers in `sql/`, `sql/vocabulary.csv`, `sql/questions.csv`,
`src/mainstay/extracts/targets.py` and `seeds/contracts/`: change it there. The snapshot says the same of itself:
`snapshot.describe("marts.drop_lists")` in a notebook, `duckdb_columns()` and `duckdb_tables()` in SQL.

## How to read figures

- **Levels**: total (全口径) = central (中央级) + local; local (地方级) = city (市级) + district (区级). A level that
  the data do not give is null, or another one is shown and said (`level`, `is_fallback`).
- **Calibers**: natural (自然口径) = net receipts (净入库): receipts (入库) less all refunds (退库); restored
  (还原口径, 同口径) = natural plus VAT credit refunds (留抵退税), in both years; deferral-adjusted = restored plus
  what was due in the months but deferred (缓税), less what came because it had been deferred before.
- **Unknown is null, never zero**: a month without its extract, a level not given, a rate on a base of zero or less.
- **Windows** run over whole months; the year before is always the same months. A month is written as its first day.
- **As known then**: `as_of_date` is in the key where a figure belongs to a week; what is corrected later changes
  later weeks only.
- Amounts are positive when the treasury receives money; refunds are positive where they have columns of their own.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(built_relations(), read_questions(), shipped_contracts()), "utf-8")


def read_questions() -> list[tuple[str, str, str]]:
    """sql/questions.csv: topic, question and the relation that answers it, in the page's order."""
    with (shipped("sql") / "questions.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["topic"], row["question"], row["relation"]) for row in csv.DictReader(lines)]


def shipped_contracts() -> tuple[Contract, ...]:
    """The built-in contracts, by name."""
    return load_contracts(list((shipped("seeds") / "contracts").glob("*.toml")))


def page(
    relations: Iterable[Relation], questions: Iterable[tuple[str, str, str]], contracts: Iterable[Contract]
) -> str:
    """The whole page, as Markdown."""
    by_name = {relation.name: relation for relation in relations}
    asked = [question for question in questions if question[2] in by_name]
    order = list(dict.fromkeys(name for _, _, name in asked))
    sections = [
        _INTRODUCTION,
        *_units(),
        "## Questions and where the answer is\n",
        *_question_tables(asked),
        "## Tables of the snapshot\n",
        *(block for name in order for block in _relation(by_name[name])),
        "## Extracts\n",
        _EXTRACTS,
        *(block for target in TARGETS.values() for block in _target(target, tuple(contracts))),
    ]
    return "\n".join(sections).rstrip() + "\n"


_EXTRACTS = """\
What a contract can fill, and which headings the built-in contracts read; a workspace's own contract may read others.
One target is one table of the ledger. Amounts come into the ledger in its currency, positive when the treasury
receives money.
"""


def _units() -> Iterator[str]:
    yield "### Units\n"
    yield _table(("Unit", "What it says"), [(f"`{unit}`", text) for unit, text in UNITS.items()])


def _question_tables(questions: list[tuple[str, str, str]]) -> Iterator[str]:
    for topic, rows in itertools.groupby(questions, key=lambda row: row[0]):
        yield f"**{topic}**\n"
        yield _table(("Question", "Table"), [(text, _link(relation)) for _, text, relation in rows])


def _link(relation: str) -> str:
    return f"[`{relation}`](#{relation.replace('.', '')})"


def _relation(relation: Relation) -> Iterator[str]:
    yield f"### {relation.name}\n"
    yield f"{_text(relation.grain)}\n"
    yield f"Key: {', '.join(f'`{name}`' for name in relation.key)}.{_calibers(relation)}\n"
    if relation.rules:
        yield f"{_text(relation.rules)}\n"
    yield _table(("Column", "Type", "Unit", "Meaning"), list(_column_rows(relation.columns)))


def _calibers(relation: Relation) -> str:
    """Which calibers the money of a relation is in, as its columns say."""
    if any(column.name == "caliber" for column in relation.columns):
        return " Caliber: of each row, see `caliber`."
    money = " ".join(column.meaning for column in relation.columns if column.unit in {"currency", "ratio"}).lower()
    named = [caliber for caliber in ("natural", "restored", "deferral-adjusted") if caliber in money]
    return f" Caliber: {', '.join(named)}." if named else ""


def _column_rows(columns: Iterable[Column]) -> Iterator[tuple[str, ...]]:
    """One row per column; those that one pattern explains alike share a row, at the place of the first."""
    groups: dict[tuple[object, ...], list[Column]] = {}
    for column in columns:
        shared = column.entry is not None and "<" in column.entry.name
        groups.setdefault((column.entry, column.kind) if shared else (column.name,), []).append(column)
    for group in groups.values():
        first = group[0]
        meaning = first.meaning if len(group) == 1 or not first.entry else first.entry.text
        yield _names(group), first.kind.lower(), first.unit, _text(meaning)


def _names(group: list[Column]) -> str:
    """The names of columns that share a row: as a pattern where they are all that it can mean."""
    names = [column.name for column in group]
    entry = group[0].entry
    if len(names) == 1 or entry is None:
        return f"`{names[0]}`"
    found = [entry.match(name) or {} for name in names]
    values = {word: list(dict.fromkeys(one[word] for one in found)) for word in found[0]}
    if len(list(itertools.product(*values.values()))) != len(names):
        return ", ".join(f"`{name}`" for name in names)
    return f"`{entry.column}`; " + "; ".join(f"`<{word}>`: {', '.join(of)}" for word, of in values.items())


def _target(target: Target, contracts: tuple[Contract, ...]) -> Iterator[str]:
    reading = [contract for contract in contracts if contract.target == target.name]
    yield f"### {target.name}\n"
    yield f"{_text(target.doc[0].upper() + target.doc[1:])}.\n"
    yield "".join(f"- {_contract(contract)}\n" for contract in reading)
    rows = [
        (f"`{field.name}`", field.unit, "yes" if field.required else "", _text(field.doc), _headings(field, reading))
        for field in target.fields
    ]
    yield _table(("Field", "Unit", "Required", "Meaning", "Headings read"), rows)


def _contract(contract: Contract) -> str:
    key = f" by {', '.join(contract.key)}" if contract.key else ""
    return (
        f"`{contract.name}` ({contract.title}): files {', '.join(f'`{glob}`' for glob in contract.match.files)}; "
        f"delivery {contract.delivery}; repeats in a file {contract.within_file}, across files "
        f"{contract.across_files}{key}."
    )


def _headings(field: Field, contracts: list[Contract]) -> str:
    columns = [column for contract in contracts for column in contract.columns if column.canonical == field.name]
    headings = dict.fromkeys(heading for column in columns for heading in column.headings)
    notes = ["positive in the file: negated once"] * any(column.sign < 0 for column in columns)
    notes += [f"from {contract.month_from}" for contract in contracts if contract.month_from and field.name == "month"]
    return _text(" ".join(["、".join(headings), *(f"({note})" for note in dict.fromkeys(notes))]).strip())


def _table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(text: str) -> str:
    """Prose in which Markdown would see tags and emphasis."""
    words = "|".join(PLACEHOLDERS)
    return re.sub(rf"(\w*<(?:{words}|\w+)>\w*)|([*<>])", lambda m: f"`{m[1]}`" if m[1] else f"\\{m[2]}", text)


if __name__ == "__main__":
    main()
