"""What counts at an as-of date: deliveries, repeats, replacements, identity."""

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from mainstay.warehouse import ledger, loading
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import SEEN, Office, contract

KEYED = {"key": ["source_id", "month"]}
VERSIONED = contract(across_files="version", **KEYED)
PARTITION = {"pattern": "(?P<year>x)(?P<month>x)"}
CURRENT = ("as_of_date", "source_id", "month", "amount_total")


def current(office: Office, *as_of: str) -> list[tuple[str, ...]]:
    office.build(*as_of)
    return office.rows("ledger.receipts_as_known", *CURRENT)


def test_a_pending_or_quarantined_batch_does_not_count(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-01", accept=False)
    assert current(office, "2022-12-31") == []


def test_a_batch_counts_from_its_knowledge_date_on(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10")
    assert current(office, "2022-02-09", "2022-02-10") == [("2022-02-10", "A", "2022-01-01", "1.00")]


def test_under_version_a_later_row_of_the_key_stands_in_from_its_own_knowledge_date(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00\nB,2022-01,5.00", "2022-02-10", VERSIONED)
    office.deliver("source_id,month,amount_total\nA,2022-01,3.00", "2022-03-10", VERSIONED)
    assert current(office, "2022-02-28", "2022-03-31") == [
        ("2022-02-28", "A", "2022-01-01", "1.00"),
        ("2022-02-28", "B", "2022-01-01", "5.00"),
        ("2022-03-31", "A", "2022-01-01", "3.00"),
        ("2022-03-31", "B", "2022-01-01", "5.00"),
    ]


def test_the_later_version_is_by_knowledge_date_whatever_the_order_of_loading(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,3.00", "2022-03-10", VERSIONED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", VERSIONED)
    assert current(office, "2022-02-28", "2022-03-31") == [
        ("2022-02-28", "A", "2022-01-01", "1.00"),
        ("2022-03-31", "A", "2022-01-01", "3.00"),
    ]


def test_under_add_a_repeated_key_adds(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10")
    office.deliver("source_id,month,amount_total\nA,2022-01,3.00", "2022-03-10")
    assert [row[3] for row in current(office, "2022-03-31")] == ["1.00", "3.00"]


def test_all_rows_of_a_key_in_the_later_file_stand_in_for_all_of_it_in_the_earlier(office: Office) -> None:
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00\nA,2022-01,2.00", "2022-02-10", VERSIONED)
    office.deliver("source_id,month,amount_total\nA,2022-01,3.00\nA,2022-01,4.00", "2022-03-10", VERSIONED)
    assert [row[3] for row in current(office, "2022-02-28")] == ["1.00", "2.00"]
    assert [row[3] for row in current(office, "2022-03-31")] == ["3.00", "4.00"]


def test_a_row_without_the_first_field_of_its_key_is_never_a_repeat(office: Office) -> None:
    made = contract(
        across_files="version",
        key=["voucher", "levy_item"],
        columns=[
            {"field": "source_id", "headings": ["id"]},
            {"field": "month", "headings": ["month"]},
            {"field": "voucher", "headings": ["voucher"]},
            {"field": "levy_item", "headings": ["levy"]},
            {"field": "amount_total", "headings": ["total"]},
        ],
    )
    office.deliver("source_id,month,voucher,amount_total\nA,2022-01,,1.00\nA,2022-01,V1,5.00", "2022-02-10", made)
    office.deliver("source_id,month,voucher,amount_total\nA,2022-01,,3.00\nA,2022-01,V1,7.00", "2022-03-10", made)
    assert [row[3] for row in current(office, "2022-03-31")] == ["1.00", "3.00", "7.00"]


def test_within_file_last_keeps_the_last_line_of_a_key(office: Office) -> None:
    made = contract(within_file="last", **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00\nA,2022-01,2.00", "2022-02-10", made)
    assert [row[3] for row in current(office, "2022-02-28")] == ["2.00"]


def test_within_file_reject_keeps_every_line_of_a_repeated_key_among_the_rejects(office: Office) -> None:
    made = contract(within_file="reject", **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00\nA,2022-01,2.00\nB,2022-01,7.00", "2022-02-10", made)
    assert [row[3] for row in current(office, "2022-02-28")] == ["7.00"]
    assert office.rows("ops.rejects", "line", "reason") == [(2, "REPEATED_IN_FILE"), (3, "REPEATED_IN_FILE")]
    amounts = office.rows("ops.batch_amounts", "column", "read", "loaded", "rejected")
    assert amounts[-1] == ("amount_total", "10.0000000000", "7.0000000000", "3.0000000000")


def test_across_files_reject_refuses_a_key_that_an_earlier_file_brought(office: Office) -> None:
    made = contract(across_files="reject", **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", made)
    office.deliver("source_id,month,amount_total\nA,2022-01,2.00\nA,2022-02,4.00", "2022-03-10", made)
    assert [row[3] for row in current(office, "2022-03-31")] == ["1.00", "4.00"]
    assert office.rows("ops.rejects", "line", "reason") == [(2, "REPEATED_IN_LATER_FILE")]


def test_a_replaced_partition_loses_the_rows_that_the_new_file_does_not_have(office: Office) -> None:
    made = contract(delivery="replace_partition", partition=PARTITION)
    office.deliver(
        "source_id,month,amount_total\nA,2022-01,1.00\nB,2022-01,2.00",
        "2022-02-10",
        made,
        partition="2022-01",
    )
    office.deliver("source_id,month,amount_total\nA,2022-01,9.00", "2022-02-20", made, partition="2022-01")
    assert [row[1:] for row in current(office, "2022-02-15")] == [
        ("A", "2022-01-01", "1.00"),
        ("B", "2022-01-01", "2.00"),
    ]
    assert [row[1:] for row in current(office, "2022-02-20")] == [("A", "2022-01-01", "9.00")]


def test_a_row_comes_back_when_the_batch_that_stood_in_for_it_is_replaced_without_it(office: Office) -> None:
    made = contract(delivery="replace_partition", partition=PARTITION, across_files="version", **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", made, partition="2022-01")
    office.deliver("source_id,month,amount_total\nA,2022-01,9.00", "2022-03-10", made, partition="2022-02")
    office.deliver("source_id,month,amount_total\nB,2022-02,5.00", "2022-03-20", made, partition="2022-02")
    assert [row[1:] for row in current(office, "2022-03-15")] == [("A", "2022-01-01", "9.00")]
    assert [row[1:] for row in current(office, "2022-03-31")] == [
        ("A", "2022-01-01", "1.00"),
        ("B", "2022-02-01", "5.00"),
    ]


def test_a_second_version_without_a_later_date_is_known_from_the_day_it_was_seen(office: Office) -> None:
    made = contract(delivery="replace_partition", partition=PARTITION)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", made, partition="2022-01")
    office.deliver("source_id,month,amount_total\nA,2022-01,9.00", "2022-02-10", made, partition="2022-01")
    assert office.rows("ledger.batches", "knowledge_date") == [("2022-02-10",), ("2030-01-01",)]


def test_a_register_ends_whom_it_no_longer_names(office: Office) -> None:
    register = contract(target="enterprises", delivery="full")
    office.deliver("source_id,name,in_from\nA,a,2020-01-01\nB,b,2020-01-01", "2022-01-31", register)
    office.deliver("source_id,name,in_from\nA,a,2020-01-01", "2022-02-28", register)
    office.build("2022-01-31", "2022-03-31")
    assert office.rows("features.enterprises", "as_of_date", "enterprise_id", "in_to") == [
        ("2022-01-31", "A", None),
        ("2022-01-31", "B", None),
        ("2022-03-31", "A", None),
        ("2022-03-31", "B", "2022-02-28"),
    ]


def test_a_name_without_an_id_becomes_the_enterprise_of_that_name_once_both_are_known(office: Office) -> None:
    outbound = contract(
        target="outbound",
        columns=[{"field": "name", "headings": ["n"]}, {"field": "moved_on", "headings": ["d"]}],
    )
    office.deliver("name,moved_on\nACME,2022-01-15", "2022-01-31", outbound)
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-01,1.00", "2022-02-28")
    office.build("2022-01-31", "2022-02-28")
    assert office.rows("ledger.outbound_as_known", "as_of_date", "enterprise_id") == [
        ("2022-01-31", "tax:ACME"),
        ("2022-02-28", "A"),
    ]


@pytest.mark.parametrize("across_files", ["add", "version"])
def test_what_counts_is_what_was_loaded_minus_what_was_superseded(office: Office, across_files: str) -> None:
    made = contract(across_files=across_files, **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00\nB,2022-01,5.00", "2022-02-10", made)
    office.deliver("source_id,month,amount_total\nA,2022-01,3.00", "2022-03-10", made)
    office.build("2022-03-31")
    superseded = {"add": (0, "0.00", 3, "9.00"), "version": (1, "1.00", 2, "8.00")}[across_files]
    columns = (
        "loaded_rows",
        "loaded_money",
        "superseded_rows",
        "superseded_money",
        "current_rows",
        "current_money",
    )
    [(loaded_rows, loaded_money, *rest)] = office.rows("ledger.conservation_as_known", *columns)
    assert (int(loaded_rows), loaded_money) == (3, "9.00")
    assert (int(rest[0]), rest[1], int(rest[2]), rest[3]) == superseded


def test_a_quarantined_batch_gives_nobody_a_name_or_an_id(office: Office) -> None:
    by_name = contract(
        name="by_name", columns=[{"field": f, "headings": [f]} for f in ("name", "month", "amount_total")]
    )
    office.deliver("name,month,amount_total\nACME,2022-01,1.00", "2022-01-31", by_name)
    office.deliver("source_id,name,month,amount_total\nWRONG,ACME,2022-01,1.00", "2022-01-31", accept=False)
    office.build("2022-12-31")
    assert office.rows("ledger.identity_as_known", "enterprise_id") == [("tax:ACME",)]


def test_a_name_that_two_enterprises_bear_later_was_unique_before(office: Office) -> None:
    by_name = contract(
        name="by_name", columns=[{"field": f, "headings": [f]} for f in ("name", "month", "amount_total")]
    )
    office.deliver("name,month,amount_total\nACME,2022-01,1.00", "2022-01-31", by_name)
    office.deliver("source_id,name,month,amount_total\nA,ACME,2022-01,2.00", "2022-01-31")
    office.deliver("source_id,name,month,amount_total\nB,ACME,2022-05,4.00", "2022-06-05")
    office.build("2022-03-31", "2022-06-30")
    assert office.rows("ledger.receipts_as_known", "as_of_date", "enterprise_id", "amount_total") == [
        ("2022-03-31", "A", "1.00"),
        ("2022-03-31", "A", "2.00"),
        ("2022-06-30", "A", "2.00"),
        ("2022-06-30", "B", "4.00"),
        ("2022-06-30", "tax:ACME", "1.00"),
    ]


def test_a_replaced_batch_is_a_branch_of_its_own_in_the_conservation(office: Office) -> None:
    made = contract(delivery="replace_partition", partition=PARTITION)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", made, partition="2022-01")
    office.deliver("source_id,month,amount_total\nA,2022-01,9.00", "2022-02-20", made, partition="2022-01")
    office.build("2022-03-31")
    columns = ("loaded_money", "replaced_money", "superseded_money", "current_money")
    assert office.rows("ledger.conservation_as_known", *columns) == [("10.00", "1.00", "0.00", "9.00")]


def test_a_correction_of_a_partition_is_not_refused_as_a_repeat_of_what_it_replaces(office: Office) -> None:
    made = contract(delivery="replace_partition", partition=PARTITION, across_files="reject", **KEYED)
    office.deliver("source_id,month,amount_total\nA,2022-01,1.00", "2022-02-10", made, partition="2022-01")
    office.deliver("source_id,month,amount_total\nA,2022-01,9.00", "2022-02-20", made, partition="2022-01")
    assert [row[3] for row in current(office, "2022-03-31")] == ["9.00"]


def test_files_loaded_together_are_what_they_are_one_after_the_other(tmp_path: Path) -> None:
    made = contract(across_files="version", key=["source_id", "month"])
    files = [
        ("source_id,name,month,amount_total\nB,乙,2022-03,1.00\nA,甲,2022-03,2.00", "2022-04-30"),
        ("source_id,name,month,amount_total\nA,甲,2022-03,3.00\nC,丙,2022-04,4.00", "2022-05-31"),
        ("source_id,name,month,amount_total\nA,甲改,2022-05,5.00", "2022-05-31"),
    ]
    seen = []
    for together in (True, False):
        with Warehouse(tmp_path / f"{together}.duckdb") as warehouse:
            ledger.prepare(warehouse)
            office = Office(warehouse)
            group = [office.extract(rows, known, made) for rows, known in files]
            for part in [group] if together else [[one] for one in group]:
                loading.load_all(warehouse, part, SEEN)
            relations = ("ledger.parties", "ledger.receipts", "ledger.batches", "ops.batches", "ops.batch_amounts")
            seen.append([warehouse.read(name).sort(pl.first(), pl.nth(1)).to_dicts() for name in relations])
    assert seen[0] == seen[1]


def test_a_contract_that_refuses_repeats_never_shares_a_group_with_its_earlier_files() -> None:
    strict, lenient = contract(name="strict", across_files="reject", **KEYED), contract(name="lenient")
    files = [(SimpleNamespace(contract=c), SimpleNamespace(rows=pl.DataFrame())) for c in (strict, lenient, strict)]
    assert [len(group) for group in loading.in_groups(files)] == [2, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "seen", "known"),
    [("2022-07-31", "2022-07-14", "2022-07-14"), ("2022-07-31", "2026-11-24", "2022-07-31")],
)
def test_what_names_its_month_or_nothing_is_never_known_later_than_it_is_first_seen(
    office: Office, declared: str, seen: str, known: str
) -> None:
    stated = {"from": "file_name", "pattern": PARTITION["pattern"], "otherwise": "first_seen"}
    made = contract(target="visit_outcomes", name="visit_outcomes", knowledge=stated)
    office.deliver("source_id,visited_on\nA,2022-07-13", declared, made, seen=seen)
    refusing = contract(target="visit_outcomes", name="dated", knowledge=stated | {"otherwise": "refuse"})
    office.deliver("source_id,visited_on\nA,2022-07-13", declared, refusing, seen=seen)
    assert office.rows("ledger.batches", "contract", "knowledge_date") == [
        ("dated", declared),
        ("visit_outcomes", known),
    ]
