from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mainstay.errors import ContractError, ExtractError
from mainstay.extracts.extract import Extract
from tests.unit.extracts.samples import (
    FIRM,
    HEADER,
    OTHER_FIRM,
    RECEIPTS,
    accounted,
    by_position,
    column,
    contract,
    read,
    reasons,
)

ROW = f"{FIRM},北京某公司,增值税,1,2022-05-03,\n"


def amounts(extract: Extract) -> list[str]:
    return [str(amount) for amount in column(extract, "amount_total")]


def test_a_row_comes_out_typed_in_the_order_of_the_target(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + f'{FIRM}, 北京（某）公司 ,增值税,"1,234.5",2022/5/3,\'311\n')
    assert extract.rows.columns[:7] == ["line", "source_rows", "flags", "source_id", "name", "address", "month"]
    assert extract.rows.columns[3:-1] == [field.name for field in contract().definition.fields]
    assert extract.rows.columns[-1] == "name_key"
    assert extract.rows.schema["line"] == pl.Int64
    assert extract.rows.schema["source_rows"] == pl.Int32
    assert extract.rows.schema["amount_total"] == pl.Decimal(18, 2)
    assert extract.rows.schema["amount_city"] == pl.Decimal(18, 2)
    assert extract.rows.schema["month"] == pl.Date
    row = extract.rows.row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "line": 2,
        "source_rows": 1,
        "flags": "",
        "source_id": FIRM,
        "name": "北京（某）公司",
        "month": date(2022, 5, 1),
        "receipt_date": date(2022, 5, 3),
        "amount_total": Decimal("1234.50"),
        "levy_item": "增值税",
        "voucher": "311",
        "name_key": "北京(某)公司",
    }


def test_every_row_has_one_fate_and_every_amount_too(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        "2022年5月入库明细\n"
        + HEADER
        + ROW
        + ",,,,,\n"
        + "\n"
        + f"{FIRM},北京某公司,增值税,2,2022-05-03,3110\n"
        + f"{FIRM},北京某公司,增值税,2,2022-05-03,3110\n"
        + f"{FIRM},北京某公司,增值税,4.001,2022-05-03,\n"
        + f"{FIRM},北京某公司,增值税,abc,2022-05-03,\n"
        + f"{FIRM},北京某公司,增值税\n"
        + "小计,,,9.001,,\n"
        + HEADER
        + ROW
        + "合　计,,,10.001,,\n",
    )
    assert (extract.rows_read, extract.rows_preamble) == (11, 3)
    assert (extract.rows_rejected, extract.rows_duplicate, extract.rows_total_line, extract.rows_blank) == (3, 1, 2, 2)
    assert accounted(extract) == extract.rows_read
    assert (column(extract, "line"), column(extract, "flags")) == ([3, 6, 13], ["", "", "IDENTICAL_IN_FILE"])
    (amount,) = extract.amounts
    assert (amount.read, amount.rejected, amount.duplicate, amount.total_line) == (
        Decimal("29.003"),
        Decimal("4.001"),
        Decimal(2),
        Decimal("19.002"),
    )
    assert amount.read == amount.rejected + amount.duplicate + amount.total_line + Decimal(
        sum(map(Decimal, amounts(extract)))
    )
    assert amount.rows_unreadable == 2
    assert extract.total_line_differences == {"amount_total": Decimal(0)}
    assert reasons(extract) == [
        (8, "amount_total", "EXCESS_DECIMALS"),
        (9, "amount_total", "BAD_AMOUNT"),
        (10, "", "BAD_WIDTH"),
    ]


def test_everything_wrong_with_a_row_is_listed_and_the_row_counts_once(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + "9.11101E+17,,增值税,,2022-13-01,\n")
    assert reasons(extract) == [
        (2, "source_id", "ID_SCIENTIFIC"),
        (2, "amount_total", "MISSING_REQUIRED"),
        (2, "receipt_date", "BAD_DATE"),
    ]
    assert extract.rows_rejected == 1
    assert set(extract.rejects["raw"]) == {"9.11101E+17,,增值税,,2022-13-01,"}


def test_a_row_without_id_and_name_has_no_party(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + ",,增值税,1,2022-05-03,\n" + ",某公司,增值税,1,2022-05-03,\n")
    assert reasons(extract) == [(2, "source_id", "MISSING_PARTY")]
    assert column(extract, "source_id") == [None]


def test_a_row_without_a_month_is_refused(tmp_path: Path) -> None:
    assert reasons(read(tmp_path, HEADER + f"{FIRM},某公司,增值税,1,,\n")) == [(2, "month", "MISSING_REQUIRED")]


def test_what_tells_rows_apart_must_not_be_rounded(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + f"{FIRM},某公司,增值税,1,2022-05-03,3.11016E+17\n")
    assert reasons(extract) == [(2, "voucher", "ID_SCIENTIFIC")]


def test_flags_of_a_row_are_joined(tmp_path: Path) -> None:
    row = "91350211M0000XUF46,某公司,增值税,1,2022-05-03,\n"
    extract = read(tmp_path, HEADER + row + row + "110109748136151,乙,增值税,1,2022-05-03,\n")
    assert column(extract, "flags") == ["WARN_CHECKSUM", "WARN_CHECKSUM,IDENTICAL_IN_FILE", "ID_UPGRADED"]
    assert column(extract, "source_id")[2] == "911101097481361512"


def test_a_short_record_is_refused_and_blank_cells_too_many_are_not(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + ROW.replace("\n", ",,\n") + ROW.replace("\n", ",x\n") + ROW.replace(",\n", "\n"))
    assert column(extract, "line") == [2]
    assert reasons(extract) == [(3, "", "BAD_WIDTH"), (4, "", "BAD_WIDTH")]
    by_place = read(tmp_path, "MB1,X,2016/07,1\nMB1,X,2016/07,1,\n", by_position())
    assert reasons(by_place) == [(2, "", "BAD_WIDTH")]


def test_a_column_without_a_heading_is_let_be(tmp_path: Path) -> None:
    text = HEADER.replace("\n", ",\n") + ROW.replace("\n", ",备注\n") + ROW
    assert column(read(tmp_path, text), "line") == [2, 3]


def test_a_record_over_several_lines_has_the_line_where_it_begins(tmp_path: Path) -> None:
    text = HEADER + f'{FIRM},"北京\n某公司",增值税,1,2022-05-03,\n' + ROW
    extract = read(tmp_path, text)
    assert column(extract, "line") == [2, 4]
    assert column(extract, "name_key") == ["北京某公司", "北京某公司"]


@pytest.mark.parametrize("word", ["合计", "合　计", "总 计", "小计：", "本月合计", "合计（元）", "共计"])
def test_words_of_a_total_make_a_total_line(tmp_path: Path, word: str) -> None:
    extract = read(tmp_path, HEADER + ROW + f",{word},,1,,\n")
    assert (extract.rows_total_line, column(extract, "line")) == (1, [2])


def test_a_heading_that_is_such_a_word_is_preamble(tmp_path: Path) -> None:
    extract = read(tmp_path, ",,,合计\n" + HEADER + ROW)
    assert (extract.rows_preamble, extract.rows_total_line, extract.rows_read) == (2, 0, 1)


def test_a_name_that_contains_such_a_word_does_not(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + f"{FIRM},北京总计科技有限公司,增值税,1,2022-05-03,\n")
    assert (extract.rows_total_line, len(extract.rows)) == (0, 1)


def test_the_files_own_total_is_compared_with_all_its_other_rows(tmp_path: Path) -> None:
    text = HEADER + ROW + "小计,,,1,,\n" + ROW + "小计,,,5,,\n" + "总计,,,2.50,,\n"
    assert read(tmp_path, text).total_line_differences == {"amount_total": Decimal("0.50")}
    assert read(tmp_path, HEADER + ROW + "小计,,,1,,\n").total_line_differences == {}
    assert read(tmp_path, HEADER + ROW + "合计,,,-,,\n").total_line_differences == {}


def test_a_total_of_all_levies_is_data_among_control_totals(tmp_path: Path) -> None:
    totals = contract(
        [
            {"field": "month", "headings": ["月份"]},
            {"field": "level", "headings": ["级次"], "values": {"地方级": "local"}},
            {"field": "levy_item", "headings": ["税种"], "values": {"合计": ""}},
            {"field": "amount", "headings": ["金额"], "unit": "from_heading"},
        ],
        target="control_totals",
    )
    text = "月份,级次,税种,金额（万元）\n2022年5月,地方级,增值税,1.5\n2022年5月,地方级,合计,2\n合计,,,3.5\n"
    extract = read(tmp_path, text, totals)
    assert extract.rows.rows() == [
        (2, 1, "", date(2022, 5, 1), "local", "增值税", Decimal("15000.00"), None),
        (3, 1, "", date(2022, 5, 1), "local", None, Decimal("20000.00"), None),
    ]
    assert (extract.rows_total_line, extract.amounts[0].unit, extract.amounts[0].read) == (1, "万元", Decimal("7.0"))


def test_such_a_total_is_data_even_if_the_contract_does_not_map_it(tmp_path: Path) -> None:
    columns = [
        {"field": "month", "headings": ["月份"]},
        {"field": "level", "headings": ["级次"]},
        {"field": "levy_item", "headings": ["税种"]},
        {"field": "amount", "headings": ["金额"]},
    ]
    extract = read(tmp_path, "月份,级次,税种,金额\n202205,local,合计,2\n", contract(columns, target="control_totals"))
    assert (column(extract, "levy_item"), extract.rows_total_line) == (["合计"], 0)


def test_unit_and_sign_are_applied_once_and_tallies_stay_as_delivered(tmp_path: Path) -> None:
    columns = [*RECEIPTS[:3], RECEIPTS[3] | {"unit": "万元", "sign": -1}, *RECEIPTS[4:]]
    text = HEADER + f"{FIRM},某公司,增值税,1.5,2022-05-03,\n" + f"{FIRM},某公司,增值税,(0.0001),2022-05-03,\n"
    extract = read(tmp_path, text, contract(columns, month_from="receipt_date"))
    assert amounts(extract) == ["-15000.00", "1.00"]
    assert (extract.amounts[0].read, extract.amounts[0].unit) == (Decimal("1.4999"), "万元")


def test_patterns_must_match_the_whole_trimmed_text(tmp_path: Path) -> None:
    columns = [
        {"field": "source_id", "position": 1, "pattern": r"[A-Z]{1,2} *\d{5,6}"},
        *by_position().model_dump()["columns"][1:],
    ]
    under = contract(
        [{k: v for k, v in c.items() if v not in (None, (), {}, False)} for c in columns],
        format={"header": "none", "width": 4},
        blanks=[{"position": 2, "pattern": r"[A-Z ]*"}],
    )
    text = "N 037863 ,X,2016/07,1\nN037863A,X,2016/07,1\nMB12345,x1,2016/07,1\n"
    extract = read(tmp_path, text, under)
    assert column(extract, "source_id") == ["N 037863"]
    assert reasons(extract) == [(2, "source_id", "BAD_PATTERN"), (3, "position 2", "BAD_BLANK")]


def test_a_cumulative_period_is_refused(tmp_path: Path) -> None:
    extract = read(tmp_path, "MB1,X,2016年1-7月,1\nMB1,X,2016年7月,1\n", by_position())
    assert reasons(extract) == [(1, "month", "CUMULATIVE_PERIOD")]


def test_flags_integers_and_mapped_words_are_typed(tmp_path: Path) -> None:
    register = contract(
        [
            *RECEIPTS[:2],
            {"field": "is_high_precision", "headings": ["是否高精尖"]},
            {"field": "is_above_scale", "headings": ["是否规上"], "values": {"规上": "是", "规下": "否"}},
            {"field": "in_from", "headings": ["入园日期"]},
        ],
        target="enterprises",
        constants={"zone": "门头沟园"},
    )
    extract = read(
        tmp_path,
        "纳税人识别号,纳税人名称,是否高精尖,是否规上,入园日期\n"
        f"{FIRM},甲,是,规上,2020-01\n{OTHER_FIRM},乙,N,规下,2020/1/2\n{FIRM},丙,√,,\n{FIRM},丁,也许,,\n",
        register,
    )
    assert column(extract, "is_high_precision") == [True, False, True]
    assert column(extract, "is_above_scale") == [True, False, None]
    assert column(extract, "in_from") == [date(2020, 1, 1), date(2020, 1, 2), None]
    assert column(extract, "zone") == ["门头沟园"] * 3
    assert reasons(extract) == [(5, "is_high_precision", "BAD_FLAG")]


def test_constants_are_typed_like_their_field(tmp_path: Path) -> None:
    columns = [*RECEIPTS[:2], RECEIPTS[3]]
    text = HEADER + ROW
    extract = read(tmp_path, text, contract(columns, month_from=None, constants={"month": "2022年5月"}))
    assert column(extract, "month") == [date(2022, 5, 1)]
    with pytest.raises(ContractError, match=r"constants.month: '1-5月' is no month"):
        read(tmp_path, text, contract(columns, month_from=None, constants={"month": "1-5月"}))


def test_the_latest_stated_knowledge_date_counts(tmp_path: Path) -> None:
    known = contract(knowledge={"from": "column", "heading": "导出日期", "offset_days": 5})
    head = HEADER.replace("\n", ",导出日期\n")
    rows = [ROW.replace("\n", f",{day}\n") for day in ("2022-06-02", "2022-06-07", "")]
    assert read(tmp_path, head + "".join(rows), known).stated_knowledge == date(2022, 6, 7)
    assert read(tmp_path, head + ROW.replace("\n", ",2022-05\n"), known).stated_knowledge == date(2022, 6, 5)
    assert read(tmp_path, head + rows[2], known).stated_knowledge is None
    assert reasons(read(tmp_path, head + ROW.replace("\n", ",soon\n"), known)) == [(2, "knowledge", "BAD_DATE")]


def test_an_optional_column_that_is_absent_is_null_and_not_tallied(tmp_path: Path) -> None:
    columns = [*RECEIPTS, {"field": "amount", "level": "city", "headings": ["市级"], "optional": True}]
    extract = read(tmp_path, HEADER + ROW, contract(columns, month_from="receipt_date"))
    assert column(extract, "amount_city") == [None]
    assert [amount.column for amount in extract.amounts] == ["amount_total"]


def test_a_header_and_nothing_else_is_an_extract_of_no_rows(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER)
    assert (extract.rows_read, extract.rows_preamble, len(extract.rows), len(extract.rejects)) == (0, 1, 0, 0)
    assert extract.rows.schema["amount_total"] == pl.Decimal(18, 2)
    assert extract.rows.schema["flags"] == pl.String
    assert extract.rejects.schema == {"line": pl.Int64, "field": pl.String, "reason": pl.String, "raw": pl.String}
    assert extract.amounts[0].read == 0


def test_a_file_in_which_every_row_is_refused_still_has_typed_columns(tmp_path: Path) -> None:
    extract = read(tmp_path, HEADER + f"{FIRM},甲,增值税,x,2022-05-03,\n")
    assert (len(extract.rows), extract.rows_rejected) == (0, 1)
    assert extract.rows.schema["month"] == pl.Date


def test_a_heading_that_is_missing_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="headings are missing: 实缴金额"):
        read(tmp_path, HEADER.replace("实缴金额", "金额") + ROW)


def test_a_blank_position_beyond_the_record_is_blank(tmp_path: Path) -> None:
    under = contract(blanks=[{"position": 9}])
    assert column(read(tmp_path, HEADER + ROW, under), "line") == [2]
