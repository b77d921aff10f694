import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import FileContent
from mainstay.extracts.landing import match, scan
from mainstay.extracts.reading import read_extract
from mainstay.months import add_months
from mainstay.simulate import bulk, park, write_park
from mainstay.simulate.codes import simulated_uscc, simulated_usccs
from mainstay.simulate.planted_outcomes import planted_outcomes
from tests.unit.simulate.plain_reading import contents

FIRMS = 700


@pytest.fixture
def small_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(park, "BULK_ABOVE", 500)
    monkeypatch.setattr(bulk, "CHUNK", 300)


def write(home: Path, seed: int = 4) -> Path:
    write_park(
        home / "landing",
        home / "truth.json",
        enterprises=FIRMS,
        seed=seed,
        first_month=date(2021, 1, 1),
        months=14,
    )
    return home


@pytest.mark.usefixtures("small_bulk")
def test_the_readers_load_a_park_in_bulk_as_planted(tmp_path: Path, contracts: tuple[Contract, ...]) -> None:
    home = write(tmp_path)
    files = {file["file"]: file for file in json.loads((home / "truth.json").read_text("utf-8"))["files"]}
    deliveries = [match(file, contracts, date(2026, 1, 1)) for file in scan(home / "landing", ())]
    assert {delivery.file.path.name for delivery in deliveries} == set(files)
    for delivery in deliveries:
        extract, planted = (
            read_extract(FileContent.read(delivery.file.path), delivery.contract),
            files[delivery.file.path.name],
        )
        assert (delivery.contract.name, extract.rows_read, extract.rows_rejected, extract.rows_preamble) == (
            planted["contract"],
            planted["rows_read"],
            0,
            planted["rows_preamble"],
        )
        for column, yuan in planted["loaded"].items():
            assert extract.rows[column].sum() == Decimal(yuan)
        if delivery.contract.name == "receipts":
            levels = extract.rows.select(
                pl.sum_horizontal("amount_central", "amount_city", "amount_district")
            ).to_series()
            assert (levels == extract.rows["amount_total"]).all()
        if delivery.contract.name == "enterprises":
            assert extract.rows["source_id"].n_unique() == FIRMS


@pytest.mark.usefixtures("small_bulk")
def test_planted_decliners_pay_what_they_keep_and_nobody_else_shrinks(
    tmp_path: Path, contracts: tuple[Contract, ...]
) -> None:
    home = write(tmp_path)
    receipts = next(contract for contract in contracts if contract.name == "receipts")
    paid = {
        month: read_extract(
            FileContent.read(home / "landing" / month / f"税收入库明细_{month.replace('-', '')}.csv"), receipts
        )
        .rows.group_by("source_id")
        .agg(pl.col("amount_total").sum())
        for month in ("2021-01", "2022-01")
    }
    both = paid["2021-01"].join(paid["2022-01"], on="source_id", suffix="_now")
    both = both.with_columns(ratio=pl.col("amount_total_now").cast(float) / pl.col("amount_total").cast(float))
    truth = json.loads((home / "truth.json").read_text("utf-8"))
    declined = {one["enterprise_id"] for one in truth["declines"] if "2021-01" < one["first_month"] <= "2022-01"}
    is_planted = pl.col("source_id").is_in(list(declined))
    assert 40 < len(declined) < 110
    down, usual = (both.filter(which)["ratio"].median() for which in (is_planted, ~is_planted))
    assert 0.35 < down < 0.65  # type: ignore[operator]
    assert 1.05 < usual < 1.15  # type: ignore[operator]


@pytest.mark.usefixtures("small_bulk")
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    first, again, other = (contents(write(tmp_path / name, seed)) for name, seed in (("a", 4), ("b", 4), ("c", 5)))
    assert first == again
    assert first["税收入库明细_202101.csv"] != other["税收入库明细_202101.csv"]


def test_codes_made_at_once_are_those_made_one_by_one() -> None:
    numbers = pl.Series([1, 2, 31, 3500, 999_999, 1_000_000])
    assert simulated_usccs(numbers).to_list() == [simulated_uscc(number) for number in numbers]


@pytest.mark.usefixtures("small_bulk")
def test_movers_are_on_the_outbound_list_leave_the_register_and_pay_no_more(
    tmp_path: Path, contracts: tuple[Contract, ...]
) -> None:
    home = write(tmp_path)
    truth = json.loads((home / "truth.json").read_text("utf-8"))
    moved = {move["enterprise_id"]: date.fromisoformat(move["moved_on"]) for move in truth["moves"]}
    assert len(truth["declines"]) >= 5 * len(moved) > 0
    rows: dict[str, list[pl.DataFrame]] = {"receipts": [], "outbound": [], "enterprises": []}
    for file in scan(home / "landing", ()):
        contract = match(file, contracts, date(2026, 1, 1)).contract
        if contract.name in rows:
            rows[contract.name].append(read_extract(FileContent.read(file.path), contract).rows)
    listed = pl.concat(rows["outbound"])
    assert dict(listed.select("source_id", "moved_on").rows()) == moved
    register = rows["enterprises"][-1].filter(pl.col("in_to").is_not_null())
    assert dict(register.select("source_id", "in_to").rows()) == moved
    last = pl.concat(rows["receipts"]).group_by("source_id").agg(pl.col("receipt_date").max())
    assert all(paid < add_months(moved[firm], 1) for firm, paid in last.rows() if firm in moved)
    assert planted_outcomes(truth, date(2021, 6, 30), 6)["target"].unique().sort().to_list() == [
        "decline",
        "relocation",
    ]
