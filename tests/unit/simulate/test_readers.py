from datetime import date
from decimal import Decimal
from typing import Any

from mainstay.extracts.extract import Delivery, Extract
from mainstay.extracts.persons import PSEUDO_TAXPAYER
from mainstay.months import last_day
from tests.unit.simulate.plain_reading import delivered


def test_every_simulated_file_fits_exactly_one_built_in_contract(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    assert {name: delivery.contract.name for name, (delivery, _) in read.items()} == {
        file["file"]: file["contract"] for file in truth["files"]
    }


def test_the_readers_account_for_every_row_as_planted(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    kinds = ("rows_read", "rows_rejected", "rows_duplicate", "rows_total_line", "rows_blank", "rows_preamble")
    for file in truth["files"]:
        extract = read[file["file"]][1]
        assert {kind: getattr(extract, kind) for kind in kinds} == {kind: file[kind] for kind in kinds}, file
        assert extract.rows["source_rows"].sum() == file["rows_loaded"], file


def test_the_readers_load_the_planted_money_to_the_cent(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    for file in truth["files"]:
        delivery, extract = read[file["file"]]
        signs = {column.canonical: column.sign for column in delivery.contract.columns}
        for column, yuan in file["loaded"].items():
            assert extract.rows[column].sum() == signs[column] * Decimal(yuan), (file, column)


def test_planted_faults_are_refused_for_the_planted_reason(read: dict[str, tuple[Delivery, Extract]]) -> None:
    found = {
        name: extract.rejects.select("field", "reason").rows()
        for name, (_, extract) in read.items()
        if extract.rejects.height
    }
    assert found["税收入库明细_202005.csv"] == [("amount_district", "EXCESS_DECIMALS")]
    assert found["税收入库明细_202006.csv"] == [("source_id", "ID_SCIENTIFIC")]
    assert len(found) == 10


def test_total_lines_agree_with_the_rows_above_them(read: dict[str, tuple[Delivery, Extract]]) -> None:
    differences = {
        name: extract.total_line_differences
        for name, (_, extract) in read.items()
        if any(extract.total_line_differences.values())
    }
    assert differences == {}


def test_natural_persons_are_summed_and_leave_no_trace(
    truth: dict[str, Any], read: dict[str, tuple[Delivery, Extract]]
) -> None:
    for file in delivered(truth, "receipts", ""):
        rows = read[file["file"]][1].rows
        persons = rows.filter(rows["source_id"] == PSEUDO_TAXPAYER)
        assert persons["source_rows"].sum() == file["rows_natural_person"]
        assert not rows["name"].str.contains("模拟自然人|模拟个体户").any()
        assert set(rows.filter(rows["source_id"] != PSEUDO_TAXPAYER)["source_id"].str.len_chars()) == {18}


def test_names_state_the_month_and_when_it_became_known(read: dict[str, tuple[Delivery, Extract]]) -> None:
    stated = {name: (delivery.partition, delivery.declared_knowledge) for name, (delivery, _) in read.items()}
    assert stated["税收入库明细_202008.csv"] == ("2020-08", date(2020, 9, 5))
    assert stated["税收入库明细_202008_更正20200920.csv"] == ("2020-08", date(2020, 9, 20))
    assert stated["税收入库明细_202206.csv"] == ("2022-06", date(2022, 7, 5))
    assert stated["税收入库明细_202206_更正20220706.xlsx"] == ("2022-06", date(2022, 7, 6))
    assert stated["缓税明细_202203.csv"] == ("2022-03", date(2022, 4, 5))
    for name, known_on in (
        ("房屋租约台账", date(2022, 3, 31)),
        ("重点服务企业名单", date(2022, 3, 31)),
        ("登记变动信号", date(2022, 4, 5)),
        ("企业诉求台账", date(2022, 4, 5)),
        ("汇总统计", date(2022, 4, 5)),
    ):
        assert stated[f"{name}_202203.csv"][1] == known_on
    contacts = {name: known for name, (_, known) in stated.items() if name.startswith("企业对接记录")}
    for name, known in contacts.items():
        assert known == last_day(date(int(name[-10:-6]), int(name[-6:-4]), 1))
    assert contacts
    assert stated["财政收入控制数_202112.csv"] == ("2021-12", date(2022, 1, 5))
    assert stated["园区企业名录_202206.xlsx"] == ("2022-06", date(2022, 6, 30))
    for name, (delivery, extract) in read.items():
        if delivery.contract.name in {"receipts", "refunds", "control_totals"}:
            assert set(extract.rows["month"]) == {delivery.covers}, name


def test_flags_days_levels_and_kinds_of_moves_arrive_in_the_words_of_the_ledger(
    read: dict[str, tuple[Delivery, Extract]],
) -> None:
    register = read["园区企业名录_202206.xlsx"][1].rows
    assert set(register["is_high_precision"]) == {True, False}
    assert register["in_from"].null_count() == 0
    assert 0 < register["in_to"].count() < register.height / 4
    totals = read["财政收入控制数_202205.csv"][1].rows
    assert totals["level"].to_list() == ["total", "central", "local", "city", "district"]
    assert totals["levy_item"].null_count() == 5
    moves = [extract.rows for delivery, extract in read.values() if delivery.contract.name == "outbound"]
    assert {kind for rows in moves for kind in rows["move_kind"]} == {"whole", "partial"}
    assert all(rows["moved_on"].null_count() == 0 for rows in moves)
