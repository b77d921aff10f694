"""The model runner: what an operator is told of a model that cannot be built."""

from pathlib import Path

import pytest

from mainstay.errors import ModelError
from mainstay.extracts.targets import TARGETS
from mainstay.resources import shipped
from mainstay.warehouse import models
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.model_texts import model_texts

HEADER = "-- One row per test.\n-- key: value\n-- materialized: table\n"


def refusal(tmp_path: Path, sql: str) -> ModelError:
    """The error of building one model over a table that holds a firm's name."""
    with Warehouse(tmp_path / "warehouse.duckdb", candidate=tmp_path / "candidate.duckdb") as warehouse:
        models.start_build(warehouse)
        warehouse.execute("create schema if not exists features")
        warehouse.execute("create table features.firms as select '某某公司' as name")
        with pytest.raises(ModelError) as refused:
            models.build_ready(warehouse, {"features.broken": models.parse_model("features.broken", f"{HEADER}{sql}")})
    return refused.value


def test_an_error_over_a_row_is_shown_by_its_kind_alone(tmp_path: Path) -> None:
    error = refusal(tmp_path, "select name::integer as value from features.firms")
    assert (error.where, error.example) == ("features.broken", "ConversionException")
    assert "某某公司" not in str(error)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select nam as value from features.firms", "nam"),
        ("select name as value from features.firm", "firm does not exist"),
    ],
)
def test_an_error_of_the_sql_itself_is_shown_whole(tmp_path: Path, sql: str, told: str) -> None:
    error = refusal(tmp_path, sql)
    assert error.example.startswith(("Binder Error", "Catalog Error"))
    assert told in error.example


def test_every_target_has_a_relation_of_what_counts_and_the_register_its_own() -> None:
    texts = model_texts(shipped("sql"))
    relations = {target: f"ledger.{target}_as_known" for target in TARGETS}
    assert [target for target, relation in relations.items() if relation not in texts] == ["enterprises"]
    assert all(f"from ledger.{target} as" in texts[relations[target]] for target in TARGETS if target != "enterprises")


def test_a_target_with_a_file_of_its_own_has_that_relation() -> None:
    texts = model_texts(shipped("sql"))
    assert "as is_ahead" in texts["ledger.visit_outcomes_as_known"]
    assert "as is_ahead" not in texts["ledger.outbound_as_known"]
