"""The parser against files that nobody on this project wrote; skipped where they are not at hand."""

import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Extract, FileContent
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.extracts.registry import load_contract
from tests.unit.extracts.samples import accounted, contract

ROOT = Path(__file__).parents[3]
REAL = Path(os.environ.get("MAINSTAY_REALDATA", ROOT.parent / "shared" / "realdata"))
TEXAS = REAL / "tx_mixed_beverage"
BEIJING = REAL / "beijing_open_data"

needs_texas = pytest.mark.skipif(not TEXAS.is_dir(), reason="the real tax extracts are not at hand")
needs_beijing = pytest.mark.skipif(not BEIJING.is_dir(), reason="the real enterprise lists are not at hand")


def register(code: str | None, name: str) -> Contract:
    columns: list[dict[str, object]] = [{"field": "name", "headings": [name]}]
    if code:
        columns.append({"field": "source_id", "kind": "uscc", "headings": [code]})
    return contract(columns, target="enterprises")


def flags(extract: Extract) -> dict[str, int]:
    return dict(Counter(",".join(extract.rows["flags"]).split(",")))


@needs_texas
def test_24_monthly_extracts_are_read_to_the_row_and_to_the_cent() -> None:
    under = load_contract(ROOT / "tests" / "realdata" / "texas" / "contracts" / "mixed_beverage.toml")
    extracts = {
        path.name: read_extract(FileContent.read(path), under)
        for path in sorted(TEXAS.glob("MIXEDBEV_??_201[456].CSV"))
    }
    extracts = {name: e for name, e in extracts.items() if name[12:16] + name[9:11] <= "201608"}
    rows = pl.concat([extract.rows for extract in extracts.values()])
    assert len(extracts) == 24
    assert sum(extract.rows_read for extract in extracts.values()) == len(rows) == 369_672
    assert sum((e.amounts[0].read for e in extracts.values()), Decimal(0)) == Decimal("857378749.55")
    assert rows["amount_total"].sum() == Decimal("857378749.55")
    assert sum(len(extract.rejects) for extract in extracts.values()) == 0
    assert Counter(rows["flags"]) == {"": 369_668, "IDENTICAL_IN_FILE": 4}
    assert rows.filter(pl.col("source_id") == "N 037863").height > 0
    assert rows.filter(pl.col("name").str.contains("29Œ CHILL")).height > 0


@needs_texas
def test_a_published_extract_in_a_changed_layout_is_refused(tmp_path: Path) -> None:
    under = load_contract(ROOT / "tests" / "realdata" / "texas" / "contracts" / "mixed_beverage.toml")
    lines = (TEXAS / "MIXEDBEV_08_2016.CSV").read_bytes().splitlines()[:500]
    without_filler = b"\r\n".join(line.replace(b'"          ",', b"") + b"," for line in lines)
    path = tmp_path / "MIXEDBEV_07_2017.csv"
    path.write_bytes(without_filler)
    assert misfit(probe(FileContent.read(path)), under) == (
        r"position 8 does not have the contract's shape \s* in any of the first records"
    )


@needs_beijing
def test_a_register_in_gb18030_is_read_whole() -> None:
    path = BEIJING / "high_tech_register_haidian_2023-07.csv"
    extract = read_extract(FileContent.read(path), register("统一社会信用代码", "法人单位名称"))
    assert (extract.encoding, extract.rows_read, len(extract.rows)) == ("gb18030", 9_461, 9_461)
    assert flags(extract) == {"": 9_456, "WARN_CHECKSUM": 5}
    rounded = extract.rows.filter(pl.col("source_id") == "121000004000147000")
    assert rounded["flags"].to_list() == ["WARN_CHECKSUM"]


@needs_beijing
def test_lists_in_utf_8_are_read_whole_with_codes_or_without() -> None:
    with_codes = read_extract(
        FileContent.read(BEIJING / "technology_sme_list.csv"), register("统一社会信用代码", "企业名称")
    )
    assert (with_codes.encoding, len(with_codes.rows), flags(with_codes)) == ("utf-8", 8_202, {"": 8_202})
    names = read_extract(FileContent.read(BEIJING / "gazelle_firms_names_only.csv"), register(None, "法人单位名称"))
    assert (len(names.rows), names.rows["source_id"].null_count()) == (5_629, 5_629)
    assert "中博国农(北京)牧场建设有限公司" in names.rows["name_key"]


@needs_beijing
def test_old_ids_and_three_decimals_of_the_arrears_are_understood() -> None:
    under = contract(
        [
            {"field": "source_id", "kind": "uscc", "headings": ["纳税人识别号"]},
            {"field": "name", "headings": ["企业或单位名称"]},
            {"field": "address", "headings": ["经营地点"]},
            {"field": "amount", "level": "total", "headings": ["欠税金额"], "required": True},
            {"field": "levy_item", "headings": ["税种"]},
        ],
        month_from=None,
        constants={"month": "2016-06"},
    )
    extract = read_extract(FileContent.read(BEIJING / "tax_arrears_announcements.csv"), under)
    assert (extract.rows_read, accounted(extract), len(extract.rejects)) == (332, 332, 0)
    assert extract.amounts[0].read == extract.rows["amount_total"].sum() == Decimal("578822003.21")
    assert extract.rows["source_id"].str.len_chars().unique().to_list() == [18]
    assert flags(extract) == {"": 65, "ID_UPGRADED": 263, "IDENTICAL_IN_FILE": 29}
