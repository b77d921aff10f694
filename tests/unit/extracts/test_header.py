import pytest

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Contract
from mainstay.extracts.header import Layout, locate, refuse_personal
from mainstay.extracts.normalising import normal_heading
from tests.unit.extracts.samples import PERMITS, RECEIPTS, by_position, contract

HEADINGS = ["社会信用代码（纳税人识别号）", "纳税人名称", "征收项目", "实缴金额", "入库日期", "电子税票号码"]
IN_ORDER = {"source_id": 0, "name": 1, "levy_item": 2, "amount_total": 3, "receipt_date": 4, "voucher": 5}
DATA = ["91110108551385082Q", "某公司", "增值税", "1", "2022-05-01", ""]


def located(*head: list[str], under: Contract | None = None) -> Layout:
    return locate(list(head), under or contract(), "x.csv")


@pytest.mark.parametrize(
    "delivered",
    [
        "社会信用代码（纳税人识别号）",
        "社会信用代码(纳税人识别号)",
        "社会信用代码 （纳税人识别号 ）",
        "社会信用代码\n（纳税人识别号）",
        "社会信用代码<br/>（纳税人识别号）",
        "社会信用代码【纳税人识别号】",
        "*社会信用代码（纳税人识别号）：",
        "\ufeff社会信用代码（纳税人识别号）",
        "纳税人识别号",
    ],
)
def test_a_heading_is_known_in_whatever_dress_it_comes(delivered: str) -> None:
    layout = located([delivered, *HEADINGS[1:]], DATA)
    assert (layout.first, layout.positions) == (1, IN_ORDER)


def test_title_rows_stand_above_the_headings() -> None:
    layout = located(["2022年5月税收入库明细"], [], ["制表：税务局", "", "单位：元"], HEADINGS, DATA)
    assert (layout.first, layout.positions) == (4, IN_ORDER)


def test_columns_may_come_in_any_order_among_others() -> None:
    layout = located(["序号", "实缴金额", "备注", "纳税人名称", "入库日期", "纳税人识别号"], DATA)
    assert layout.positions == {"source_id": 5, "name": 3, "amount_total": 1, "receipt_date": 4}


def test_two_lines_of_headings_are_joined() -> None:
    columns = [
        *RECEIPTS[:2],
        {"field": "tax_period_from", "headings": ["税款所属期起"]},
        {"field": "tax_period_to", "headings": ["税款所属期止"]},
        {"field": "amount", "level": "total", "headings": ["实缴金额合计"]},
        {"field": "amount", "level": "district", "headings": ["区级"], "optional": True},
        RECEIPTS[4],
    ]
    layout = located(
        ["入库明细"],
        ["纳税人识别号", "纳税人名称", "税款所属期", "", "实缴金额", "", "入库日期"],
        ["", "", "起", "止", "合计", "区级", ""],
        ["91110108551385082Q", "某公司", "2022-04-01", "2022-04-30", "1", "1", "2022-05-01"],
        under=contract(columns, month_from="receipt_date"),
    )
    assert layout.first == 3
    assert layout.positions == {
        "source_id": 0,
        "name": 1,
        "tax_period_from": 2,
        "tax_period_to": 3,
        "amount_total": 4,
        "amount_district": 5,
        "receipt_date": 6,
    }


def test_a_second_line_of_optional_headings_is_not_taken_for_data() -> None:
    columns = [*RECEIPTS[:5], {"field": "amount", "level": "district", "headings": ["区级"], "optional": True}]
    layout = located(
        [*HEADINGS[:5], "其中", ""],
        ["", "", "", "", "", "市级", "区级"],
        under=contract(columns, month_from="receipt_date"),
    )
    assert (layout.first, layout.positions["amount_district"]) == (2, 6)


def test_the_same_heading_in_two_columns_is_refused() -> None:
    with pytest.raises(ExtractError, match="'amount_total' is repeated"):
        located([*HEADINGS, "实缴金额"])


def test_the_first_alias_that_is_there_is_taken() -> None:
    layout = located(["纳税人识别号", *HEADINGS], DATA)
    assert layout.positions["source_id"] == 1


def test_all_missing_headings_are_listed_with_what_comes_closest() -> None:
    with pytest.raises(ExtractError) as caught:
        located(["纳税人识别号", "纳税人全称", "实缴税额", "备注"])
    assert caught.value.count == 3
    assert "纳税人名称 (closest: 纳税人全称)" in caught.value.what
    assert "实缴金额 (closest: 实缴税额)" in caught.value.what
    assert "入库日期" in caught.value.what


def test_a_missing_heading_shows_no_taxpayer_data() -> None:
    with pytest.raises(ExtractError) as caught:
        located(DATA, ["纳税人1", "北京某某公司", "x", "2", "3", "4"])
    assert "某" not in str(caught.value)
    assert "1" not in caught.value.what


@pytest.mark.parametrize(
    ("heading", "unit"), [("实缴金额（万元）", "万元"), ("实缴金额(元)", "元"), ("实缴金额（单位：亿元）", "亿元")]
)
def test_a_unit_is_read_from_the_heading(heading: str, unit: str) -> None:
    columns = [*RECEIPTS[:3], RECEIPTS[3] | {"unit": "from_heading"}, RECEIPTS[4]]
    layout = located([*HEADINGS[:3], heading, HEADINGS[4]], under=contract(columns, month_from="receipt_date"))
    assert layout.units == {"amount_total": unit}


def test_a_unit_that_should_stand_in_the_heading_and_does_not_is_refused() -> None:
    columns = [*RECEIPTS[:3], RECEIPTS[3] | {"unit": "from_heading"}, RECEIPTS[4]]
    with pytest.raises(ExtractError, match="'amount_total' states no unit"):
        located(HEADINGS, under=contract(columns, month_from="receipt_date"))


def test_a_unit_that_contradicts_the_contract_is_refused() -> None:
    with pytest.raises(ExtractError, match="states 万元 for 'amount_total', the contract 元"):
        located([*HEADINGS[:3], "实缴金额（万元）", *HEADINGS[4:]])
    with pytest.raises(ExtractError, match="states 万元"):
        located(["入库明细", "", "单位：万元"], HEADINGS)
    assert located(["入库明细", "", "单位：元"], [*HEADINGS[:3], "实缴金额（元）", *HEADINGS[4:]]).units == {
        "amount_total": "元"
    }


def test_the_heading_of_the_knowledge_date_is_found_or_missed() -> None:
    known = contract(knowledge={"from": "column", "heading": "导出日期"})
    assert located([*HEADINGS, "导出日期"], under=known).knowledge == 6
    with pytest.raises(ExtractError, match="导出日期, is missing"):
        located(HEADINGS, under=known)


@pytest.mark.parametrize("heading", ["身份证号", "法人身份证件号码", "证件号码", "居民身份证", "身份 证\n号码"])
def test_headings_of_identity_numbers_are_refused_at_the_door(heading: str) -> None:
    with pytest.raises(ExtractError, match="contains identity numbers of persons"):
        refuse_personal([["个人所得税明细"], ["姓名", heading]], "x.csv")


def test_a_headings_normal_form_is_one_text() -> None:
    assert normal_heading(" 实缴 <b>金额</b>\r\n（ＡＢ） ") == "实缴金额(ab)"


ROW = ["MB1", "X", "2016/07", "1.00"]


def test_a_layout_by_position_starts_with_the_first_record() -> None:
    layout = located(ROW, ROW, under=by_position())
    assert (layout.first, layout.least, layout.most) == (0, 4, 4)
    assert layout.positions == {"source_id": 0, "name": 1, "month": 2, "amount_total": 3}


def test_another_number_of_fields_is_no_fit() -> None:
    with pytest.raises(ExtractError, match="5 fields instead of 4"):
        located([*ROW, ""], [*ROW, ""], under=by_position())
    assert located(ROW, ROW, [*ROW, ""], under=by_position()).first == 0


def test_a_shifted_layout_of_the_same_width_is_no_fit() -> None:
    columns = [PERMITS[0], PERMITS[2], PERMITS[3]]
    layout = {"header": "none", "width": 4}
    shifted = contract(columns, format=layout, blanks=[{"position": 2, "pattern": r"\d{3}"}])
    assert located(["MB1", "221", "2016/07", "1.00"], under=shifted).first == 0
    with pytest.raises(ExtractError, match="position 2 does not have the contract's shape"):
        located(ROW, ROW, under=shifted)
