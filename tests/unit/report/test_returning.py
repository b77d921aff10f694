"""Copies that go back: of whatever was delivered, the errors marked, without persons, and never at a week's cost."""

import ast
import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.extracts import amounts, columns, identifiers, marked_copies, parsing, periods, returning, visit_rules
from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import FileContent
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.extracts.registry import load_contract
from mainstay.extracts.reject_advice import EXPLAINED, explained
from mainstay.extracts.returning import GONE, REPLACED, Returned, return_errors
from mainstay.orders.lifecycle import NOT_A_STEP, SETTLED_ALREADY
from mainstay.resources import shipped
from mainstay.warehouse import loading
from tests.unit.extracts.samples import FIRM, citizen_number, column, reasons, workbook
from tests.unit.extracts.samples import written as written_text
from tests.unit.report.visit_samples import ANSWERS, CONTRACT, answer_cell, fill_in, visit_order, written

FIRST, SECOND = "M2022W28-0001", "M2022W28-0002"
TABLE = load_contract(shipped("seeds") / "contracts" / "visit_outcomes.toml")
CONTRACTS = {CONTRACT.name: CONTRACT, TABLE.name: TABLE}
PERSON = citizen_number("11010919900101123")
HEADINGS = ["工单编号", "统一社会信用代码", "走访日期", "走访结果", "企业说明"]


def errors_of(path: Path, landing: Path, contract: Contract = CONTRACT, batch_id: int = 1) -> pl.DataFrame:
    """What is wrong in a landed file, as the warehouse tells it."""
    assert misfit(probe(FileContent.read(path)), contract) == ""
    extract = read_extract(FileContent.read(path), contract)
    return extract.rejects.select(
        pl.lit(batch_id).cast(pl.Int64).alias("batch_id"),
        pl.lit(path.relative_to(landing).as_posix()).alias("file"),
        pl.lit(hashlib.sha256(path.read_bytes()).hexdigest()).alias("sha256"),
        pl.lit(extract.sheet).alias("sheet"),
        pl.lit(contract.name).alias("contract"),
        "line",
        "field",
        "reason",
    )


def returned(landing: Path, *wrong: pl.DataFrame) -> Returned:
    """Return the errors into review/ beside landing/."""
    return return_errors(pl.concat(wrong), landing, landing.parent / "review", CONTRACTS, {})


def copies(landing: Path) -> list[Path]:
    """What lies in review/."""
    return sorted((landing.parent / "review").iterdir())


def wrong_form(landing: Path, **answers: object) -> Path:
    """A form with a page that has an error and one that has none."""
    path = written(landing, visit_order(), visit_order(2))
    fill_in(path, FIRST, ANSWERS | {"订单减少": 11} | answers)
    fill_in(path, SECOND, ANSWERS)
    return path


def rows_of(path: Path) -> list[list[object]]:
    """The first sheet of a copy."""
    sheet = load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def page(path: Path) -> Worksheet:
    """The first page of a copy."""
    sheet = load_workbook(path)[FIRST]
    assert isinstance(sheet, Worksheet)
    return sheet


def content(path: Path) -> str:
    """Everything that a workbook holds."""
    with zipfile.ZipFile(path) as parts:
        return "".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_a_form_saved_under_a_wrong_extension_goes_back_like_any_other(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    form = wrong_form(landing)
    path = form.rename(form.with_name("走访表_20220715.csv"))
    assert returned(landing, errors_of(path, landing)).failed == {}
    (copy,) = copies(landing)
    assert load_workbook(copy).sheetnames == ["退回说明", FIRST]


def as_old_workbook(path: Path, ending: str) -> Path:
    """The same workbook as another program saves it."""
    profile = path.parent.parent / "profile"
    convert = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", ending]
    subprocess.run([*convert, "--outdir", path.parent, path], check=True, capture_output=True)
    path.unlink()
    return path.with_suffix(f".{ending}")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice writes the old format")
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_a_form_in_a_format_that_cannot_be_marked_goes_back_as_a_table_that_can_be_landed(
    tmp_path: Path, ending: str
) -> None:
    landing = tmp_path / "landing"
    path = as_old_workbook(wrong_form(landing), ending)
    found = errors_of(path, landing)
    assert returned(landing, found).failed == {}
    check_table(landing, found)


def test_a_form_that_cannot_be_opened_to_be_marked_goes_back_as_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile

    monkeypatch.setattr(returning.openpyxl, "load_workbook", refuse)
    landing = tmp_path / "landing"
    path = wrong_form(landing)
    found = errors_of(path, landing)
    assert returned(landing, found).failed == {}
    check_table(landing, found)


def check_table(landing: Path, found: pl.DataFrame) -> None:
    """The copy is a table under the form's labels; corrected, it comes in as a plain table of outcomes."""
    (copy,) = copies(landing)
    assert copy.name == f"走访记录_退回_第1批_{found.height}处.xlsx"
    heading, *rows = rows_of(copy)
    assert heading[:4] == ["错误说明", "工单编号", "企业名称", "统一社会信用代码"]
    assert [row[1] for row in rows] == [FIRST]
    assert "订单减少：成数请填 1 至 10 的整数" in str(rows[0][0])
    book = load_workbook(copy)
    book.worksheets[0].cell(2, heading.index("订单减少") + 1).value = "6"
    book.save(landing / copy.name)
    assert misfit(probe(FileContent.read(landing / copy.name)), TABLE) == ""
    corrected = read_extract(FileContent.read(landing / copy.name), TABLE)
    assert (reasons(corrected), column(corrected, "cause_orders")) == ([], [6])
    assert column(corrected, "explanation") == [ANSWERS["企业说明"]]


def test_a_copy_is_made_of_the_bytes_that_were_compared_with_those_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    table = written_text(landing / "table.csv", ",".join(HEADINGS) + f"\n,{FIRM},2022-06-13,微信,\n")
    form = wrong_form(landing)
    wrong = errors_of(table, landing, TABLE, 1), errors_of(form, landing, CONTRACT, 2)

    def replaced(content: FileContent) -> str:
        (landing / content.name).write_text("another file by now", "utf-8")
        return hashlib.sha256(content.data).hexdigest()

    monkeypatch.setattr(FileContent, "sha256", property(replaced))
    assert returned(landing, *wrong).failed == {}
    assert {path.read_text("utf-8") for path in (table, form)} == {"another file by now"}
    assert ["微信" in content(path) for path in copies(landing)] == [False, True]


def test_a_file_that_cannot_be_returned_is_told_by_kind_and_the_others_go_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = tmp_path / "landing"
    names = ["deleted.csv", "replaced.csv", "odd.csv", "fine.csv"]
    header = ",".join(HEADINGS) + "\n"
    landing.mkdir()
    wrong = []
    for number, name in enumerate(names, start=1):
        path = written_text(landing / name, header + f",{FIRM},2022-06-13,微信{number},\n")
        wrong.append(errors_of(path, landing, TABLE, number))
    (landing / "deleted.csv").unlink()
    written_text(landing / "replaced.csv", header + f",{FIRM},2022-06-13,面谈,\n")

    def write(sheet: Worksheet, row: int, texts: list[str]) -> None:
        if "微信3" in texts:
            raise ValueError(*texts)
        as_ever(sheet, row, texts)

    as_ever = marked_copies._write_texts
    monkeypatch.setattr(marked_copies, "_write_texts", write)
    found = returned(landing, *wrong)
    assert found.failed == {"deleted.csv": GONE, "replaced.csv": REPLACED, "odd.csv": "ValueError"}
    assert [path.name for path in copies(landing)] == ["走访记录_退回_第4批_1处.xlsx"]
    assert found.copies["path"].to_list() == ["review/走访记录_退回_第4批_1处.xlsx"]


def test_a_folder_that_cannot_be_written_costs_no_week(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    path = wrong_form(landing)
    (tmp_path / "review").write_text("in the way", "utf-8")
    found = returned(landing, errors_of(path, landing))
    assert (found.copies.height, found.failed) == (0, {path.name: "FileExistsError"})


def test_what_has_gone_back_already_may_be_taken_out_of_landing(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    path = wrong_form(landing)
    wrong = errors_of(path, landing)
    sent = {Path(name).name: rows for name, rows in returned(landing, wrong).copies.select("path", "rows").iter_rows()}
    path.unlink()
    again = return_errors(wrong, landing, tmp_path / "review", CONTRACTS, sent)
    assert (again.copies.height, again.failed) == (0, {})


def test_control_characters_in_a_table_do_not_keep_it_from_going_back(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    row = f",{FIRM},2022-06-13,微信,第一段\x0b第二段\x07\n"
    path = written_text(landing / "走访记录.csv", ",".join(HEADINGS) + "\n" + row)
    assert returned(landing, errors_of(path, landing, TABLE)).failed == {}
    (copy,) = copies(landing)
    assert rows_of(copy)[1][-1] == "第一段 第二段 "


def test_of_a_workbook_with_a_cover_the_sheet_that_was_read_goes_back(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    row = ["", FIRM, "2022-06-13", "微信", "第二张表"]
    sheets = {"封面": [["走访记录汇总"], ["第一页"], ["第二页"]], "明细": [["六月"], HEADINGS, row]}
    path = workbook(landing / "走访记录.xlsx", sheets)
    assert returned(landing, errors_of(path, landing, TABLE)).failed == {}
    (copy,) = copies(landing)
    assert rows_of(copy) == [
        ["错误说明", *HEADINGS],
        ["走访结果：请从下拉选项中选择", None, FIRM, "2022-06-13", "微信", "第二张表"],
    ]


def test_the_copy_of_a_form_has_the_cell_with_a_persons_number_blank_and_says_why(tmp_path: Path) -> None:
    landing, grouped = tmp_path / "landing", f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}"
    path = wrong_form(landing, 企业说明=f"法人{PERSON}", 企业诉求=grouped, 佐证材料=int(PERSON))
    wrong = errors_of(path, landing)
    assert {field for field, reason in wrong.select("field", "reason").iter_rows() if reason == "NATURAL_PERSON"} == {
        "explanation", "evidence", "request",
    }  # fmt: skip
    assert returned(landing, wrong).failed == {}
    (copy,) = copies(landing)
    sheet = page(copy)
    for label in ("企业说明", "企业诉求", "佐证材料"):
        cell = sheet[answer_cell(sheet, label)]
        assert cell.value is None
        assert EXPLAINED["NATURAL_PERSON"] in cell.comment.text
    assert sheet[answer_cell(sheet, "需协调部门")].value == "区住建委"
    assert not any(secret in content(copy) for secret in (PERSON, grouped, PERSON[:14]))


def test_the_copy_of_a_table_has_the_cell_with_a_persons_number_blank_and_says_why(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    text = (
        ",".join([*HEADINGS, "备注"])
        + "\n"
        + f",{FIRM},2022-06-13,面谈,法人{PERSON},\n"
        + f",{'L' * 20},2022-06-14,面谈,个体户,\n"
        + f",{FIRM},2022-06-15,微信,无,{PERSON}\n"
        + f",{FIRM},2022-06-16,面谈,{PERSON}\n"
    )
    path = written_text(landing / "走访记录.csv", text)
    wrong = errors_of(path, landing, TABLE)
    assert returned(landing, wrong).failed == {}
    (copy,) = copies(landing)
    words = EXPLAINED["NATURAL_PERSON"]
    assert rows_of(copy)[1:] == [
        [f"企业说明：{words}", None, FIRM, "2022-06-13", "面谈", None, None],
        [f"统一社会信用代码：{words}", None, None, "2022-06-14", "面谈", "个体户", None],
        [f"走访结果：{EXPLAINED['UNKNOWN_WORD']}", None, FIRM, "2022-06-15", "微信", "无", None],
        [EXPLAINED["BAD_WIDTH"], None, FIRM, "2022-06-16", "面谈", None, None],
    ]
    assert PERSON not in content(copy)


FLAGS = {"IDENTICAL_IN_FILE", "WARN_CHECKSUM", "ID_UPGRADED", "ID_UNUSUAL"}


def codes_of(*modules: object) -> set[str]:
    """The reject codes in the source of modules: every constant of that shape, in SQL too, that is no flag."""
    found = set()
    for module in modules:
        tree = ast.parse(Path(str(vars(module)["__file__"])).read_text("utf-8"))
        texts = (repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found |= {code for text in texts for code in re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", text)}
    return found - FLAGS


def test_whatever_can_be_wrong_with_an_outcome_has_words_for_its_sender() -> None:
    codes = codes_of(parsing, columns, amounts, periods, identifiers, visit_rules, loading)
    assert {"BAD_WIDTH", "ID_SCIENTIFIC", "NATURAL_PERSON", "EXCESS_DECIMALS", "NO_MAIN_CAUSE"} <= codes
    visits = (shipped("sql") / "features" / "orders" / "visits.sql").read_text("utf-8")
    problems = set(re.findall(r"then '([^']+)'", visits))
    assert "unknown enterprise" in problems
    assert set(EXPLAINED) == codes | problems | {SETTLED_ALREADY, NOT_A_STEP}


def test_what_is_wrong_with_a_whole_row_is_said_without_a_field() -> None:
    assert explained("", "BAD_WIDTH", TABLE) == EXPLAINED["BAD_WIDTH"]
    assert explained("", "unknown order", TABLE) == "工单编号：没有这个工单编号，请核对"
    assert explained("next_step", NOT_A_STEP, CONTRACT).startswith("下一步措施：该工单当前状态不能这样变更")
    assert explained("source_id,visited_on", "REPEATED_IN_FILE", CONTRACT).startswith("统一社会信用代码、走访日期：")
