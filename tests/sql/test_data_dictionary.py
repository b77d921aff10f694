"""The data dictionary of what a week builds: nothing is missing, the snapshot holds it, the page is up to date."""

import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mainstay.settings import Workspace
from mainstay.warehouse import dictionary, ledger, meanings, models, publication
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.dictionary import Relation
from mainstay.warehouse.operations import OPERATIONS
from mainstay.warehouse.snapshot import open_snapshot
from tests import data_dictionary, dictionary_rules
from tests.sql.office import Office
from tests.sql.whole_week import AS_OF, SQL, build_week, vocabulary

UNSAID = """\
-- One row per test.
-- key: value
-- materialized: table
-- column value [count]: how many
select 1 as value, 0.5 as unheard_of
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose warehouse and candidate hold a whole week."""
    made = Workspace(tmp_path_factory.mktemp("office"))
    with opened(made) as warehouse:
        ledger.prepare(warehouse)
        build_week(Office(warehouse))
        publication.copy_operations(warehouse)
    return made


def opened(workspace: Workspace) -> Warehouse:
    """The week's warehouse with its candidate."""
    return Warehouse(workspace.warehouse, candidate=workspace.candidate("week"))


@pytest.fixture(scope="module")
def relations(workspace: Workspace) -> tuple[Relation, ...]:
    """What the week's snapshot holds, as documented."""
    with opened(workspace) as warehouse:
        return dictionary.relations(warehouse, SQL, vocabulary())


def test_every_mart_and_operations_table_is_documented(relations: tuple[Relation, ...]) -> None:
    names = {relation.name for relation in relations}
    assert {name for name in SQL if name.startswith("marts.")} < names
    assert {name for name in names if name.startswith("ops.")} == set(OPERATIONS)


def test_nothing_is_missing(relations: tuple[Relation, ...]) -> None:
    assert dictionary_rules.without_grain_or_key(relations) == []
    assert dictionary_rules.undocumented(relations) == []


def test_units_fit_the_types_and_money_says_its_caliber(relations: tuple[Relation, ...]) -> None:
    assert dictionary_rules.misfits(relations) == []
    marts = [relation for relation in relations if relation.name.startswith("marts.")]
    assert dictionary_rules.without_caliber(marts) == []


def test_nothing_speaks_of_what_is_not_there(workspace: Workspace, relations: tuple[Relation, ...]) -> None:
    own = {name: meanings.read_header(name, model.sql).columns for name, model in SQL.items()}
    with opened(workspace) as warehouse:
        built = {name: warehouse.query(f"from {warehouse.located(name)} limit 0").columns for name in own if own[name]}
    assert dictionary_rules.of_nothing({name: own[name] for name in built}, built) == []
    assert dictionary_rules.unused(vocabulary(), relations) == []


def test_no_relation_but_a_mart_has_the_as_of_date_as_a_column(workspace: Workspace) -> None:
    with opened(workspace) as warehouse:
        dated = {name for name in SQL if "as_of_date" in warehouse.query(f"from {warehouse.located(name)} limit 0")}
    assert {name for name in dated if not name.startswith("marts.")} == set()
    assert "marts.drop_lists" in dated


def test_every_relation_answers_a_question(relations: tuple[Relation, ...]) -> None:
    assert dictionary_rules.unasked(data_dictionary.read_questions(), relations) == []


def test_the_page_is_what_the_generator_gives(relations: tuple[Relation, ...]) -> None:
    page = data_dictionary.page(relations, data_dictionary.read_questions(), data_dictionary.shipped_contracts())
    assert data_dictionary.PAGE.read_text("utf-8") == page, "run `make docs`"


def test_a_model_with_an_undocumented_column_is_found(tmp_path: Path) -> None:
    unsaid = {"marts.unsaid": models.parse_model("marts.unsaid", UNSAID)}
    with Warehouse(tmp_path / "w.duckdb", candidate=tmp_path / "c.duckdb") as warehouse:
        models.start_build(warehouse)
        models.build_ready(warehouse, unsaid)
        found = dictionary_rules.undocumented(dictionary.relations(warehouse, unsaid, vocabulary()))
    assert [problem.partition(":")[0] for problem in found] == ["marts.unsaid.unheard_of"]


def test_a_column_that_is_handed_on_keeps_the_meaning_of_where_it_comes_from(tmp_path: Path) -> None:
    head = "-- One row per test.\n-- key: value\n-- materialized: table\n"
    made = {
        "features.first": f"{head}-- column shade [ratio]: how dark it is\nselect 'a' as value, 0.5::double as shade",
        "features.other": f"{head}-- column tint [text]: one thing\nselect 'a' as value, 'b' as tint",
        "features.another": f"{head}-- column tint [text]: another thing\nselect 'a' as value, 'b' as tint",
        "marts.last": f"{head}select * from features.first join features.other using (value) "
        "join features.another using (value)",
    }
    parsed = {name: models.parse_model(name, sql) for name, sql in made.items()}
    with Warehouse(tmp_path / "w.duckdb", candidate=tmp_path / "c.duckdb") as warehouse:
        models.start_build(warehouse)
        models.build_ready(warehouse, parsed)
        (last,) = dictionary.relations(warehouse, parsed, ())
    said = {column.name: column.meaning for column in last.columns}
    assert said["shade"] == "how dark it is"
    assert said["tint"] == "", "two headers explain it differently"


def test_the_published_snapshot_explains_itself_and_that_takes_no_time(workspace: Workspace) -> None:
    with opened(workspace) as warehouse:
        begun = time.process_time()
        dictionary.write_comments(warehouse, SQL, vocabulary())
        assert time.process_time() - begun < 1, "0.12 s on two cores (2026-11)"
    publication.publish(workspace, workspace.candidate("week"), as_of=date.fromisoformat(AS_OF), run_id="week", keep=1)
    snapshot = open_snapshot(workspace.home)
    for name in snapshot:
        assert snapshot.describe(name).null_count().sum_horizontal().item() == 0, name
    lists = snapshot.describe("marts.drop_lists")
    assert lists.columns == ["column", "type", "unit", "meaning"]
    assert lists.row(by_predicate=pl.col("column") == "restored_change") == (
        "restored_change",
        "DECIMAL(38,2)",
        "currency",
        "change on the same months a year before at level, restored caliber; negative = less",
    )
    told = snapshot.sql("select comment from duckdb_tables() where table_name = 'outbound_funnel'").item()
    assert told.startswith("One row per as-of date and state: ")
    assert "\nKey: as_of_date, state.\n\nopening + entered - left = closing" in told
