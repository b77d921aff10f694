import hashlib
import re
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.errors import ExtractError
from mainstay.extracts.extract import Extract, FileContent
from mainstay.extracts.forms import answer_places
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.extracts.returning import return_errors
from mainstay.extracts.targets import CAUSE_TICKS
from mainstay.extracts.workbook_reader import read_sheets
from mainstay.report.visit_page import words
from tests.unit.extracts.samples import reasons
from tests.unit.report.test_visit_words import UNFIT
from tests.unit.report.visit_samples import (
    ANSWERS,
    CONTRACT,
    READ_BACK,
    answer_cell,
    bare_order,
    fill_in,
    visit_order,
    written,
)

FIRST = "M2022W28-0001"
HEADINGS = {column.canonical: column.headings[0] for column in CONTRACT.columns}
PREFILLED = {"order_id", "name", "source_id"}
TENTHS = '"1,2,3,4,5,6,7,8,9,10"'


def page(path: Path, name: str = FIRST) -> Worksheet:
    """One page, by the independent reader."""
    sheet = load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def texts(sheet: Worksheet) -> list[str]:
    """Everything that stands on a page."""
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def answered(sheet: Worksheet, label: str) -> object:
    """What stands right of a label."""
    return sheet[answer_cell(sheet, label)].value


def rules(sheet: Worksheet) -> dict[str, tuple[str, str | None, str | None]]:
    """The rule of each answer, by cell."""
    found = sheet.data_validations.dataValidation
    return {str(cell): (v.type, v.formula1, v.formula2) for v in found for cell in str(v.sqref).split()}


def read(path: Path) -> Extract:
    """Read a form as it comes back."""
    assert misfit(probe(FileContent.read(path)), CONTRACT) == ""
    return read_extract(FileContent.read(path), CONTRACT)


def told(extract: Extract) -> list[dict[str, object]]:
    """What the rows say, without what they leave open."""
    technical = {"line", "source_rows", "flags", "name_key"}
    return [
        {name: value for name, value in row.items() if value is not None and name not in technical}
        for row in extract.rows.iter_rows(named=True)
    ]


def test_every_open_order_that_awaits_a_visit_has_a_page_the_most_urgent_first(tmp_path: Path) -> None:
    orders = [
        visit_order(4),
        visit_order(2, awaits_visit=False),
        visit_order(3, is_open=False),
        visit_order(5, priority=None),
        visit_order(1),
    ]
    path = written(tmp_path, *orders)
    assert path == tmp_path / "visit_form.xlsx"
    assert load_workbook(path).sheetnames == ["M2022W28-0001", "M2022W28-0004", "M2022W28-0005"]


def test_a_page_says_who_where_and_why_and_that_it_is_no_inspection(tmp_path: Path) -> None:
    sheet = page(written(tmp_path, visit_order()))
    assert answered(sheet, "工单编号") == FIRST
    assert answered(sheet, "企业名称") == "北京银杏树智能科技有限公司"
    assert answered(sheet, "统一社会信用代码") == "914403001922038216"
    assert answered(sheet, "企业地址") == "北京市门头沟区永定镇石龙经济开发区永安路20号"
    assert str(answered(sheet, "走访事由")).startswith("因贵企业2022年1-6月地方级入库收入较上年同期变化较大")
    assert len(str(answered(sheet, "了解事项")).splitlines()) == 3
    assert {"承办：园区服务中心 张三", "走访期限：2022-07-25", "本走访为服务走访，不是检查。"} <= set(texts(sheet))


def test_a_page_says_nothing_of_scores_money_or_another_firm(tmp_path: Path) -> None:
    orders = [visit_order(1), visit_order(2, name="乙公司", sources=["watch_list", "risk"])]
    path = written(tmp_path, *orders)
    for name, other in (("M2022W28-0001", "乙公司"), ("M2022W28-0002", "银杏树")):
        said = "".join(texts(page(path, name)))
        assert [word for word in (*UNFIT, other, "765432", "76.54") if word in said.replace("不得写", "")] == []


def test_every_field_of_the_contract_has_its_place_and_every_place_its_field(tmp_path: Path) -> None:
    path = written(tmp_path, visit_order())
    (rows,) = read_sheets(path, "")
    places = answer_places(rows, CONTRACT)
    assert set(places) == set(HEADINGS)
    sheet = page(path)
    unlocked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked and cell.has_style
    }
    answers = {sheet.cell(*place).coordinate for field, place in places.items() if field not in PREFILLED}
    merged = {str(area).split(":")[0]: area for area in sheet.merged_cells.ranges}
    covered = {c for first in answers & set(merged) for cells in sheet[str(merged[first])] for c in _names(cells)}
    assert unlocked == answers | covered
    assert sheet.protection.sheet
    assert sheet.protection.password is None


def _names(cells: tuple[object, ...]) -> list[str]:
    return [str(getattr(cell, "coordinate", "")) for cell in cells]


def test_answers_offer_the_words_of_the_contract_and_refuse_what_reading_would_refuse(tmp_path: Path) -> None:
    sheet = page(written(tmp_path, visit_order()))
    found = rules(sheet)
    by_field = {field: found.get(answer_cell(sheet, heading)) for field, heading in HEADINGS.items()}
    for column in CONTRACT.columns:
        if column.closed:
            assert by_field[column.canonical] == ("list", f'"{",".join(words(column))}"', None)
    assert by_field["result"] == ("list", '"面谈,电话,未联系上,婉拒,地址无人,已注销,退单"', None)
    assert by_field["request_result"] == ("list", '"响应,解决,满意"', None)
    assert {by_field[field] for field in CAUSE_TICKS} == {("list", TENTHS, None)}
    assert by_field["visited_on"] == ("date", "44753", "TODAY()")  # the day of the order, 2022-07-11
    assert by_field["due_on"] == by_field["request_due_on"] == ("date", "36526", "73050")
    assert by_field["firm_estimate"] == ("decimal", "-100000000", "100000000")
    assert all(v.promptTitle and v.prompt for v in sheet.data_validations.dataValidation)


def test_the_words_to_choose_from_stand_on_paper_too(tmp_path: Path) -> None:
    said = "".join(texts(page(written(tmp_path, visit_order()))))
    for column in CONTRACT.columns:
        if column.closed:
            assert f"{column.headings[0]}：{' / '.join(words(column))}" in said


def test_what_is_filled_in_is_read_back_word_for_word(tmp_path: Path) -> None:
    path = written(tmp_path, visit_order(), visit_order(2))
    fill_in(path, FIRST, ANSWERS)
    extract = read(path)
    assert told(extract) == [READ_BACK]
    assert reasons(extract) == []
    assert (extract.rows_read, extract.rows_blank) == (2, 1)


@pytest.mark.parametrize("order", [visit_order(), bare_order(), visit_order(name="缓税", address=None)])
def test_a_form_that_nobody_touched_gives_only_blank_records(tmp_path: Path, order: Mapping[str, object]) -> None:
    extract = read(written(tmp_path, order, order | {"order_id": "M2022W28-0009"}))
    assert (extract.rows_read, extract.rows_blank, extract.rows.height) == (2, 2, 0)
    assert reasons(extract) == []


def test_a_firm_without_code_gets_one_from_the_visitor(tmp_path: Path) -> None:
    path = written(tmp_path, bare_order())
    sheet = page(path)
    assert not sheet[answer_cell(sheet, "统一社会信用代码")].protection.locked
    assert answered(sheet, "企业地址") == "（未登记地址，请先与企业联系确认）"
    fill_in(path, FIRST, {"统一社会信用代码": "914403001922038216", "走访日期": "2022-07-13", "走访结果": "电话"})
    (row,) = told(read(path))
    assert (row["source_id"], row["result"]) == ("914403001922038216", "phone")


def test_a_copy_that_goes_back_keeps_its_drop_downs_and_its_protection(tmp_path: Path) -> None:
    landing, review, second = tmp_path / "landing", tmp_path / "review", "M2022W28-0002"
    path = written(landing, visit_order(), visit_order(2), visit_order(3))
    fill_in(path, FIRST, {"走访结果": "面谈"})
    fill_in(path, second, {"走访日期": date(2022, 7, 13), "走访结果": "面谈", "订单减少": 11})
    wrong = (
        read(path)
        .rejects.drop("raw")
        .with_columns(batch_id=pl.lit(1), file=pl.lit(path.name), contract=pl.lit(CONTRACT.name))
        .with_columns(sha256=pl.lit(hashlib.sha256(path.read_bytes()).hexdigest()), sheet=pl.lit(""))
    )
    assert sorted(wrong["reason"]) == ["BAD_TENTHS", "CAUSES_OVER_TEN", "MISSING_REQUIRED"]
    return_errors(wrong, landing, review, {CONTRACT.name: CONTRACT}, {})
    (copy,) = review.iterdir()
    assert load_workbook(copy).sheetnames == ["退回说明", FIRST, second]
    sent, sheet = page(path), page(copy)
    assert rules(sheet) == rules(sent)
    assert sheet.protection.sheet
    assert sheet[answer_cell(sheet, "走访日期")].comment is not None
    fill_in(copy, FIRST, {"走访日期": date(2022, 7, 13)})
    fill_in(copy, second, {"订单减少": 7})
    assert [(row["result"], row.get("cause_orders")) for row in told(read(copy))] == [
        ("face_to_face", None),
        ("face_to_face", 7),
    ]


def test_without_an_order_the_only_sheet_says_so_and_is_no_page(tmp_path: Path) -> None:
    path = written(tmp_path, visit_order(awaits_visit=False))
    assert load_workbook(path).sheetnames == ["说明"]
    assert "本期没有待走访的工单，无需填表。" in texts(page(path, "说明"))
    assert misfit(probe(FileContent.read(path)), CONTRACT) != ""
    with pytest.raises(ExtractError, match="no sheet"):
        read_extract(FileContent.read(path), CONTRACT)


@pytest.mark.parametrize("delivered", ["=1+1", "+甲", "@SUM(A1)", "-5", "\t=1", "＝1+1"])
def test_a_delivered_text_is_never_a_formula(tmp_path: Path, delivered: str) -> None:
    path = written(tmp_path, visit_order(name=delivered, address=delivered, department=delivered, assignee=delivered))
    sheet = page(path)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert str(answered(sheet, "企业名称")).startswith("'")
    assert str(answered(sheet, "企业地址")).startswith("'")


def test_a_page_is_one_sheet_of_a4_upright(tmp_path: Path) -> None:
    sheet = page(written(tmp_path, visit_order()))
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
    assert re.fullmatch(r".*\$A\$1:\$F\$\d+", str(sheet.print_area))


@pytest.mark.parametrize("simulated", [True, False])
def test_a_simulated_workspace_is_marked_on_every_page(tmp_path: Path, *, simulated: bool) -> None:
    path = written(tmp_path, visit_order(1), visit_order(2), simulated=simulated)
    for name in ("M2022W28-0001", "M2022W28-0002"):
        sheet = page(path, name)
        marked = [sheet["A1"].value, sheet.oddHeader.center.text or "", sheet.oddFooter.center.text or ""]
        assert ["模拟数据" in str(text) for text in marked] == [simulated] * 3


def test_a_long_name_stays_whole(tmp_path: Path) -> None:
    name, address = "京西" * 30, "永安路" * 80
    sheet = page(written(tmp_path, visit_order(name=name, address=address)))
    assert answered(sheet, "企业名称") == name
    assert answered(sheet, "企业地址") == address
    assert sheet[answer_cell(sheet, "企业地址")].font.sz < sheet[answer_cell(sheet, "走访事由")].font.sz


def test_two_writes_are_byte_identical(tmp_path: Path) -> None:
    orders = [visit_order(number) for number in range(1, 4)]
    first = written(tmp_path / "a", *orders).read_bytes()
    assert written(tmp_path / "b", *reversed(orders)).read_bytes() == first


def test_three_hundred_orders_are_written_in_seconds(tmp_path: Path) -> None:
    orders = [visit_order(number) for number in range(1, 301)]
    begun = time.process_time()
    path = written(tmp_path, *orders)
    assert time.process_time() - begun < 10  # a second of processor time on a quiet machine
    assert len(load_workbook(path, read_only=True).sheetnames) == 300
