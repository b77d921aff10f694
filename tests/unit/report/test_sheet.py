import csv
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.errors import ModelError
from mainstay.report.cells import guarded_text
from mainstay.report.sheet import Column, rendered_table, write_csv
from tests.unit.report.samples import WAN_YUAN, YUAN

COLUMNS = (
    Column("企业名称", "name", "text"),
    Column("代码", "uscc", "code"),
    Column("金额({unit})", "amount", "money"),
)
SCHEMA = {"name": pl.String(), "uscc": pl.String(), "amount": pl.Decimal(18, 2)}


def frame(*rows: tuple[str | None, str | None, str | None]) -> pl.DataFrame:
    """One row a firm; amounts in yuan."""
    return pl.DataFrame(
        [(name, uscc, None if amount is None else Decimal(amount)) for name, uscc, amount in rows],
        schema=SCHEMA,
        orient="row",
    )


def test_a_csv_file_is_utf8_with_bom_crlf_and_minimal_quoting(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = frame(('甲"乙",丙', "914403001922038216", "-1234567.89"), ("=cmd|x", None, None))
    write_csv(rows, COLUMNS, path, unit=WAN_YUAN, guard="tab")
    assert path.read_bytes() == (
        b"\xef\xbb\xbf"
        + "企业名称,代码,金额(万元)\r\n".encode()
        + '"甲""乙"",丙",914403001922038216\t,-123.46\r\n'.encode()
        + b"'=cmd|x,,\r\n"
    )


def test_without_the_guard_the_digits_stand_bare(tmp_path: Path) -> None:
    write_csv(frame(("甲", "914403001922038216", None)), COLUMNS, tmp_path / "a.csv", unit=YUAN, guard="none")
    assert (tmp_path / "a.csv").read_bytes().endswith("\r\n甲,914403001922038216,\r\n".encode())


def test_a_frame_without_rows_gives_the_heading(tmp_path: Path) -> None:
    write_csv(frame(), COLUMNS, tmp_path / "a.csv", unit=YUAN, guard="tab")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + "企业名称,代码,金额(元)\r\n".encode()


def test_a_frame_without_types_for_its_null_columns_can_be_written() -> None:
    rows = pl.DataFrame({"name": ["甲"], "uscc": [None], "amount": [None]})
    assert rendered_table(rows, COLUMNS, YUAN).rows == (("甲", None, None),)


@settings(deadline=None)  # it writes files
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_every_text_comes_back_from_the_file_as_it_was_shown(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(frame(*((name, "x", "1.00") for name in names)), COLUMNS, path, unit=YUAN, guard="none")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = [row[0] for row in list(csv.reader(file))[1:]]
    assert read == [guarded_text(name) or "" for name in names]


def test_all_absent_columns_are_named_at_once() -> None:
    with pytest.raises(ModelError) as refusal:
        rendered_table(pl.DataFrame({"name": ["甲"]}), COLUMNS, YUAN)
    assert refusal.value.where == "amount, uscc"
    assert refusal.value.count == 2


def test_all_columns_with_unfit_values_are_named_at_once_without_the_values() -> None:
    rows = pl.DataFrame({"name": ["保密公司", "另一家"], "uscc": [87654321, 7], "amount": [98765.25, None]})
    with pytest.raises(ModelError) as refusal:
        rendered_table(rows, COLUMNS, YUAN)
    assert refusal.value.where == "uscc, amount"
    assert refusal.value.count == 3
    assert "never as a float" in refusal.value.hint
    assert not any(secret in str(refusal.value) for secret in ("保密", "87654321", "98765"))


def test_a_refused_frame_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(ModelError):
        write_csv(pl.DataFrame({"name": ["甲"]}), COLUMNS, path, unit=YUAN, guard="tab")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
