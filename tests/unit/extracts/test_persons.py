import random
import time
from pathlib import Path

import polars as pl
import pytest

from mainstay.extracts.identifiers import tax_code
from mainstay.extracts.persons import holds_citizen_number, is_natural_person, numbers_within
from mainstay.simulate.firms.codes import simulated_uscc, uscc
from tests.unit.extracts.samples import (
    FIRM,
    HEADER,
    RECEIPTS,
    accounted,
    by_position,
    citizen_number,
    column,
    contract,
    read,
    reasons,
)

PERSON = citizen_number("11010919900101123")
OTHER_PERSON = citizen_number("32050119751231007")
ENDS_IN_X = next(n for i in range(100, 1000) if (n := citizen_number(f"11010919900101{i}")).endswith("X"))


@pytest.mark.parametrize("text", [PERSON, f" {PERSON}\t", f"'{PERSON}", ENDS_IN_X.lower(), PERSON + "01", "L" * 20])
def test_citizen_numbers_and_ids_of_twenty_characters_are_natural_persons(text: str) -> None:
    assert is_natural_person(text)


@pytest.mark.parametrize(
    "text",
    [
        FIRM,
        "914403001922038216",
        "911101097481361512",
        "110109748136151",
        "110109748136151000",
        "110109199013011238",
        PERSON[:17] + ("1" if PERSON[17] != "1" else "2"),
        "N 037863",
        "",
    ],
)
def test_codes_of_enterprises_and_broken_numbers_are_not(text: str) -> None:
    assert not is_natural_person(text)


def test_a_citizen_number_is_found_within_a_text() -> None:
    assert holds_citizen_number(f"张三({PERSON})")
    assert holds_citizen_number(f"9{PERSON}0")
    assert not holds_citizen_number(f"某公司({FIRM})")


GROUPED = f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "text",
    [
        f"法人张三，身份证{PERSON}，已面谈",
        f"法人 {GROUPED}，电话13800138000",
        f"{GROUPED} 13800138000",
        GROUPED.replace(" ", "-"),
        GROUPED.replace(" ", "－"),
        GROUPED.replace(" ", "\u3000"),
        "\n".join(PERSON),
        "\u200b".join(PERSON),
        f"经办人{PERSON.translate(FULL_WIDTH)}（本人）",
        f"1、{ENDS_IN_X.lower()}",
        f"执照 {PERSON}01",
        "1.10109199001011E+17",
    ],
)
def test_a_citizen_number_is_found_in_a_free_text_however_it_is_written(text: str) -> None:
    assert holds_citizen_number(text)
    assert numbers_within(pl.Series(["无", None, text])).to_list() == [False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "914403001922038216",
        "关联企业 911101097481361512、12110109400123456X",
        "工单 M2022W28-0001 与 M2022W29-0012，SIM2022W28-0003",
        "电子税票号码 311016220500012345",
        "3110162205000123453110162205000124",
        "登记序号10211101000006154321",
        "电话 13800138000 2022-06-13，010-69842211 2022-06-14",
        "13800138000 13900139000",
        "订单 20220613000112345678，合同 HT-2022-06-13-000112",
        "2022-06-13 2022-07-13 1990",
        "账号 6222 0202 0001 1234 567",
        "全年预计 110109199001011.23 元",
        "9.11101097481362E+17",
        "",
    ],
)
def test_codes_orders_vouchers_and_telephones_are_nobodys_number(text: str) -> None:
    assert not holds_citizen_number(text)
    assert not numbers_within(pl.Series([text])).any()


def test_no_code_of_an_enterprise_is_taken_for_a_person() -> None:
    rng = random.Random(2022)
    codes = [simulated_uscc(number) for number in range(5_000)]
    # An organisation code of digits in a district whose division ends in 19 looks like a year of birth.
    codes += [uscc("110119", f"{rng.randrange(10**8):08d}") for _ in range(20_000)]
    digits_only = [code for code in codes if code.isdigit()]
    assert len(digits_only) > 5_000
    assert not numbers_within(pl.Series(codes)).any()
    assert not numbers_within(pl.Series([f"关联企业{tax_code(code).text}（13800138000）" for code in codes])).any()


def test_a_register_of_the_size_of_a_months_receipts_is_searched_in_no_time() -> None:
    rng = random.Random(2022)
    texts = [f"{simulated_uscc(n)} 电话139{rng.randrange(10**8):08d} 2022-06-{n % 30 + 1:02d}" for n in range(12_500)]
    columns = [pl.Series([text + str(number) for text in texts]) for number in range(12)]
    begun = time.process_time()
    assert not any(numbers_within(column).any() for column in columns)
    assert time.process_time() - begun < 5  # of processor time; a fraction of a second on a quiet machine


def test_natural_persons_are_summed_by_month_and_levy_item(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        HEADER
        + f"{PERSON},王某甲,个人所得税,100.10,2022-05-03,\n"
        + f"{FIRM},北京某公司,增值税,7,2022-05-04,\n"
        + f"{OTHER_PERSON},李某乙,个人所得税,0.05,2022-05-31,\n"
        + f"{PERSON},王某甲,契税,3,2022-05-03,\n"
        + f"{PERSON}01,赵某丙,个人所得税,9,2022-06-01,\n",
    )
    assert column(extract, "line") == [2, 3, 5, 6]
    assert column(extract, "source_id") == ["自然人及个体", FIRM, "自然人及个体", "自然人及个体"]
    assert column(extract, "name") == ["自然人及个体", "北京某公司", "自然人及个体", "自然人及个体"]
    assert [str(amount) for amount in column(extract, "amount_total")] == ["100.15", "7.00", "3.00", "9.00"]
    assert column(extract, "source_rows") == [2, 1, 1, 1]
    assert [None if d is None else d.isoformat() for d in column(extract, "receipt_date")] == [  # type: ignore[attr-defined]
        None, "2022-05-04", None, None,
    ]  # fmt: skip
    assert (extract.rows_read, accounted(extract)) == (5, 5)
    assert str(extract.amounts[0].read) == "119.15"


def test_neither_name_nor_number_of_a_person_leaves_the_reader(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        HEADER
        + f"{PERSON},王某甲,个人所得税,100,2022-05-03,3110\n"
        + f"{PERSON},王某甲,个人所得税,100,2022-05-03,3110\n"
        + f"{PERSON},王某甲,个人所得税,bad,2022-05-03,\n"
        + f"{PERSON},王某甲,个人所得税,1.005\n"
        + f",王某甲（{OTHER_PERSON}）,契税,4,2022-05-03,\n"
        + "3.20501E+17,李某乙,契税,5,2022-05-03,\n"
        + f"{FIRM},代王某甲{PERSON},契税,x,2022-05-03,\n",
    )
    everything = repr(extract.rows.rows()) + repr(extract.rejects.rows()) + repr(extract)
    for secret in (PERSON, OTHER_PERSON, "王某甲", "李某乙", "3.20501", PERSON[:14]):
        assert secret not in everything
    assert reasons(extract) == [
        (4, "amount_total", "BAD_AMOUNT"),
        (5, "", "BAD_WIDTH"),
        (7, "source_id", "ID_SCIENTIFIC"),
        (8, "amount_total", "BAD_AMOUNT"),
    ]
    assert (extract.rows_read, accounted(extract), extract.rows_duplicate) == (7, 7, 1)


def test_a_file_without_persons_keeps_its_raw_text_in_the_rejects(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + f"{FIRM},某公司,增值税,bad,2022-05-03,3110\n")
    assert extract.rejects["raw"].to_list() == [f"{FIRM},某公司,增值税,bad,2022-05-03,3110"]


def test_a_citizen_number_that_ends_in_zeros_is_not_taken_for_a_padded_tax_id(tmp_path: Path) -> None:
    number = "110109199110250000"
    extract = read(tmp_path, HEADER + f"{number},王某甲,契税,1,2022-05-03,\n")
    assert column(extract, "source_id") == ["自然人及个体"]


def test_persons_have_no_place_in_a_register(tmp_path: Path) -> None:
    register = contract(
        [RECEIPTS[0], RECEIPTS[1], {"field": "in_from", "headings": ["入园日期"]}], target="enterprises"
    )
    extract = read(
        tmp_path, f"纳税人识别号,纳税人名称,入园日期\n{PERSON},王某甲,2020-01-01\n{FIRM},某公司,2020-01-01\n", register
    )
    assert column(extract, "source_id") == [FIRM]
    assert reasons(extract) == [(2, "source_id", "NATURAL_PERSON")]
    assert extract.rejects["raw"].to_list() == [""]


def test_persons_are_summed_where_a_file_is_read_by_position(tmp_path: Path) -> None:
    extract = read(tmp_path, f"{PERSON},王某甲,2022/05,1.00\n{PERSON},王某甲,2022/05,1.00\n", by_position())
    assert column(extract, "source_id") == ["自然人及个体"]
    assert (column(extract, "source_rows"), column(extract, "flags")) == ([2], [""])


def test_another_number_of_twenty_digits_hides_nothing(tmp_path: Path) -> None:
    columns = [*RECEIPTS, {"field": "registration_seq", "headings": ["登记序号"]}]
    text = HEADER.replace("\n", ",登记序号\n") + f"{FIRM},某公司,增值税,x,2022-05-03,,10211101000006154321\n"
    extract = read(tmp_path, text, contract(columns, month_from="receipt_date"))
    assert extract.rejects["raw"].to_list() == [f"{FIRM},某公司,增值税,x,2022-05-03,,10211101000006154321"]


NOTES = contract(
    [RECEIPTS[0], RECEIPTS[1], {"field": "visited_on", "headings": ["日期"]}]
    + [{"field": name, "headings": [name]} for name in ("order_id", "result", "explanation", "firm_estimate")],
    target="visit_outcomes",
)
SOLE_TRADER = "L" * 20
NOTES_HEADER = "纳税人识别号,纳税人名称,日期,order_id,result,explanation,firm_estimate\n"


def test_a_citizen_number_in_a_free_text_refuses_the_row_and_is_not_repeated(tmp_path: Path) -> None:
    grouped = f"{OTHER_PERSON[:6]}-{OTHER_PERSON[6:14]}-{OTHER_PERSON[14:]}"
    extract = read(
        tmp_path,
        NOTES_HEADER
        + f"{FIRM},某公司,2022-05-03,,phone,法人{PERSON}说明,1\n"
        + f"{FIRM},某公司,2022-05-04,,phone,法人 {grouped},1\n"
        + f"{FIRM},王某甲（{grouped}）,2022-05-05,,phone,无,1\n"
        + f"身份证{PERSON},某公司,2022-05-06,,phone,无,1\n"
        + f"{FIRM},某公司,{grouped},{PERSON},phone,无,{PERSON}\n"
        + f"{FIRM},某公司,2022-05-08,,phone,关联企业914403001922038216,1\n"
        + f'="{SOLE_TRADER}",某商店,2022-05-09,,phone,无,1\n',
        NOTES,
    )
    assert reasons(extract) == [
        (2, "explanation", "NATURAL_PERSON"),
        (3, "explanation", "NATURAL_PERSON"),
        (4, "name", "NATURAL_PERSON"),
        (5, "source_id", "NATURAL_PERSON"),
        (6, "visited_on", "BAD_DATE"),
        (6, "firm_estimate", "BAD_AMOUNT"),
        (6, "order_id", "NATURAL_PERSON"),
        (8, "source_id", "NATURAL_PERSON"),
    ]
    assert set(extract.rejects["raw"]) == {""}
    assert column(extract, "line") == [7]
    everything = repr(extract.rows.rows()) + repr(extract.rejects.rows()) + repr(extract)
    assert not any(secret in everything for secret in (PERSON, OTHER_PERSON, SOLE_TRADER, grouped))


def test_a_row_refused_for_anything_else_keeps_its_text(tmp_path: Path) -> None:
    row = f"{FIRM},某公司,2022-13-03,M2022W28-0001,phone,电话 010-69842211 2022-06-13,1"
    assert read(tmp_path, NOTES_HEADER + row + "\n", NOTES).rejects["raw"].to_list() == [row]
