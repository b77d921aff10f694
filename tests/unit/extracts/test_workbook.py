import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from mainstay.errors import ExtractError
from mainstay.extracts.extract import FileContent
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.extracts.workbook_reader import exact_number, read_sheet
from tests.unit.extracts.samples import (
    FIRM,
    OTHER_FIRM,
    RECEIPTS,
    accounted,
    column,
    contract,
    reasons,
    workbook,
)

HEADINGS = ["社会信用代码（纳税人识别号）", "纳税人名称", "征收项目", "实缴金额", "入库日期"]


def cells(path: Path, rows: list[list[object]]) -> list[list[str]]:
    return read_sheet(workbook(path, {"数据": rows}).read_bytes(), "数据", "x.xlsx").cells


def test_numbers_keep_the_decimals_that_their_author_sees(tmp_path: Path) -> None:
    numbers: list[object] = [
        1234.56,
        0.1 + 0.2,
        123456789.35,
        1234567890123.45,
        12345678901234.56,
        -5,
        0.7999999999999999,
    ]
    assert cells(tmp_path / "x.xlsx", [numbers]) == [
        ["1234.56", "0.3", "123456789.35", "1234567890123.45", "12345678901234.56", "-5", "0.8"]
    ]


def test_real_excess_decimals_are_not_taken_for_noise(tmp_path: Path) -> None:
    assert cells(tmp_path / "x.xlsx", [[1234.567, 123456789.123456]]) == [["1234.567", "123456789.123456"]]
    assert exact_number("12345678901234.564453125") != "12345678901234.56"


def test_a_long_number_is_scientific_and_the_same_text_is_kept(tmp_path: Path) -> None:
    code = "911101097481361512"
    got = cells(tmp_path / "x.xlsx", [[int(code)], [code], ["911101097481361536"], [110109748136151]])
    assert got == [["9.11101097481362E+17"], [code], ["911101097481361536"], ["110109748136151"]]


def test_a_text_that_looks_like_noise_stays_as_it_is(tmp_path: Path) -> None:
    assert cells(tmp_path / "x.xlsx", [["123456789.349999994"], [123456789.35]]) == [
        ["123456789.349999994"],
        ["123456789.35"],
    ]


def test_dates_come_out_as_iso_dates(tmp_path: Path) -> None:
    assert cells(tmp_path / "x.xlsx", [[date(2022, 5, 1), datetime(2022, 5, 2)]]) == [["2022-05-01", "2022-05-02"]]  # noqa: DTZ001


def test_rows_above_and_between_are_kept_so_that_numbers_fit(tmp_path: Path) -> None:
    records = read_sheet(workbook(tmp_path / "x.xlsx", {"a": [[], [], ["x"], [], ["y"]]}).read_bytes(), "a", "x")
    assert records.cells == [[""], [""], ["x"], [""], ["y"]]
    assert list(records.lines) == [1, 2, 3, 4, 5]


def test_a_formulas_error_is_not_a_blank(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 2, ["x", 1.5])
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    assert read_sheet((tmp_path / "x.xlsx").read_bytes(), "a", "x").cells == [["x", "1.5"], ["", "#ERROR"]]


def test_a_workbook_is_read_to_the_cent(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "入库.xlsx",
        {
            "说明": [["本表由税务局导出"]],
            "明细": [
                ["2022年5月税收入库明细"],
                [],
                HEADINGS,
                [FIRM, "某公司", "增值税", 1234.56, date(2022, 5, 3)],
                [911101097481361512, "另一公司", "增值税", 7, 44682],
                [OTHER_FIRM, "第三公司", "增值税", "1,000.005", "2022-05-04"],
                [None, "合　计", None, 2241.565, None],
            ],
        },
    )
    extract = read_extract(FileContent.read(path), contract())
    assert (extract.sheet, extract.encoding) == ("明细", "")
    assert column(extract, "line") == [4]
    assert column(extract, "receipt_date") == [date(2022, 5, 3)]
    assert str(column(extract, "amount_total")[0]) == "1234.56"
    assert reasons(extract) == [(5, "source_id", "ID_SCIENTIFIC"), (6, "amount_total", "EXCESS_DECIMALS")]
    assert (extract.rows_read, extract.rows_preamble, extract.rows_total_line) == (4, 3, 1)
    assert accounted(extract) == 4
    assert (str(extract.amounts[0].read), str(extract.total_line_differences["amount_total"])) == ("4483.130", "0.000")


def test_the_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    path = workbook(tmp_path / "入库.xlsx", {"明细": [HEADINGS, [FIRM, "某公司", "增值税", 1, date(2022, 5, 3)]]})
    renamed = path.rename(tmp_path / "入库.csv")
    assert (probe(FileContent.read(renamed)).kind, misfit(probe(FileContent.read(renamed)), contract())) == ("xlsx", "")
    assert column(read_extract(FileContent.read(renamed), contract()), "source_id") == [FIRM]


def test_two_sheets_that_fit_are_refused_until_one_is_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADINGS], [FIRM, "某公司", "增值税", 1, date(2022, 5, 3)]]
    path = workbook(tmp_path / "x.xlsx", {"五月": rows, "六月": rows})
    with pytest.raises(ExtractError, match="two sheets fit") as caught:
        read_extract(FileContent.read(path), contract())
    assert caught.value.example == "五月, 六月"
    assert read_extract(FileContent.read(path), contract(format={"sheet": "六月"})).sheet == "六月"
    with pytest.raises(ExtractError, match="no sheet '七月'"):
        read_extract(FileContent.read(path), contract(format={"sheet": "七月"}))
    assert misfit(probe(FileContent.read(path)), contract(format={"sheet": "七月"})) == "there is no sheet '七月'"


def test_no_sheet_that_fits_says_what_is_missing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"a": [["纳税人识别号", "纳税人全称"]]})
    with pytest.raises(ExtractError, match="no sheet fits") as caught:
        read_extract(FileContent.read(path), contract())
    assert "纳税人名称 (closest: 纳税人全称)" in caught.value.example


def test_any_sheet_with_identity_numbers_refuses_the_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"明细": [HEADINGS], "附表": [["姓名", "身份证号"]]})
    with pytest.raises(ExtractError, match="contains identity numbers of persons"):
        probe(FileContent.read(path))


@pytest.mark.parametrize("head", [b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_a_damaged_or_protected_workbook_is_named_as_such(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(head)
    with pytest.raises(ExtractError, match="cannot be opened"):
        probe(FileContent.read(tmp_path / "x.xlsx"))


def test_a_workbook_cut_off_anywhere_is_refused_by_name(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "x.xlsx", {"明细": [HEADINGS]}).read_bytes()
    for size in range(10, len(whole), 500):
        (tmp_path / "y.xlsx").write_bytes(whole[:size])
        with pytest.raises(ExtractError, match="cannot be opened"):
            read_extract(FileContent.read(tmp_path / "y.xlsx"), contract())


def test_what_a_sheet_left_of_a_persons_number_leaves_no_raw_text(tmp_path: Path) -> None:
    row: list[object] = [int("110109199001011238"), "王某甲", "契税", 1, date(2022, 5, 3)]
    extract = read_extract(FileContent.read(workbook(tmp_path / "x.xlsx", {"a": [HEADINGS, row]})), contract())
    assert reasons(extract) == [(2, "source_id", "ID_SCIENTIFIC")]
    assert extract.rejects["raw"].to_list() == [""]


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="empty"):
        probe(FileContent.read(workbook(tmp_path / "x.xlsx", {"a": []})))


def test_a_sheet_can_be_read_by_position(tmp_path: Path) -> None:
    columns = [
        {"field": "source_id", "position": 1},
        {"field": "month", "position": 2},
        {"field": "amount", "level": "total", "position": 3, "unit": "万元"},
    ]
    path = workbook(tmp_path / "x.xlsx", {"a": [["MB1", 202205, 1.5], ["MB2", 44682, "(2)"]]})
    extract = read_extract(FileContent.read(path), contract(columns, format={"header": "none", "width": 3}))
    assert column(extract, "month") == [date(2022, 5, 1), date(2022, 5, 1)]
    assert [str(amount) for amount in column(extract, "amount_total")] == ["15000.00", "-20000.00"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice writes the old format")
def test_the_old_format_is_read_too(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*HEADINGS],
        [FIRM, "某公司", "增值税", 1234.56, date(2022, 5, 3)],
        [911101097481361512, "b", "c", 1, 44682],
    ]
    workbook(tmp_path / "x.xlsx", {"明细": rows})
    convert = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xls"]
    subprocess.run([*convert, "--outdir", tmp_path, tmp_path / "x.xlsx"], check=True, capture_output=True)
    assert probe(FileContent.read(tmp_path / "x.xls")).kind == "xls"
    extract = read_extract(FileContent.read(tmp_path / "x.xls"), contract(RECEIPTS))
    assert column(extract, "receipt_date") == [date(2022, 5, 3)]
    assert [str(amount) for amount in column(extract, "amount_total")] == ["1234.56"]
    assert reasons(extract) == [(3, "source_id", "ID_SCIENTIFIC")]
