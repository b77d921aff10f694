import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.report.week_manifest import canonical_json, file_entries

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("键abc", max_size=3), inner, max_size=3),
    max_leaves=10,
)


def test_a_manifest_is_canonical_json() -> None:
    content = {"total": Decimal("-12.30"), "as_of_date": date(2022, 11, 7), "lists": ["一季度"], "rows": 3}
    run = {"started": datetime(2022, 11, 7, 7, tzinfo=UTC), "id": "r1", "folder": Path("out/2022-11-07")}
    assert canonical_json({"run": run, "content": content}) == (
        "{\n"
        '  "content": {\n'
        '    "as_of_date": "2022-11-07",\n'
        '    "lists": [\n'
        '      "一季度"\n'
        "    ],\n"
        '    "rows": 3,\n'
        '    "total": "-12.30"\n'
        "  },\n"
        '  "run": {\n'
        '    "folder": "out/2022-11-07",\n'
        '    "id": "r1",\n'
        '    "started": "2022-11-07T07:00:00+00:00"\n'
        "  }\n"
        "}\n"
    )


@given(st.dictionaries(st.text(max_size=4), JSON_VALUES, max_size=5))
def test_the_order_of_keys_never_matters_and_nothing_is_lost(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)
    assert json.loads(canonical_json(value)) == value


@pytest.mark.parametrize("amount", ["1E+3", "1000"])
def test_a_decimal_is_written_out(amount: str) -> None:
    assert canonical_json(Decimal(amount)) == '"1000"\n'


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold a set"):
        canonical_json({"names": {"a"}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"share": float("nan")})


def test_entries_name_every_file_by_path_with_hash_and_size(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "b.csv").write_bytes(b"abc")
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "manifest.json").write_bytes(b"{}")
    (tmp_path / ".a.csv.x1.tmp").write_bytes(b"half")
    assert file_entries(tmp_path) == [
        {
            "path": "a.csv",
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "bytes": 0,
        },
        {
            "path": "lists/b.csv",
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "bytes": 3,
        },
    ]


def test_a_folder_without_files_has_no_entries(tmp_path: Path) -> None:
    assert file_entries(tmp_path) == []
