import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mainstay.errors import ModelError
from mainstay.report.units import DisplayUnit
from mainstay.report.work_orders import COLUMNS, write_work_orders
from tests.unit.report.samples import WAN_YUAN, full_order, order_frame

# Copied from DOMAIN section 5, not from the code.
HEADING = (
    "序号,工单编号,企业名称,统一社会信用代码,所属街镇,所属园区/孵化器,行业门类,行业代码,是否高精尖,是否规上,资质标签,主管税务机关,"
    "来源,榜单及名次,统计期间,数据截止日,本期地方级收入_自然口径(万元),上年同期地方级收入_自然口径(万元),增减额_自然口径(万元),"
    "同比_自然口径(%),本期地方级留抵退税(万元),上年同期地方级留抵退税(万元),本期地方级收入_还原口径(万元),"
    "上年同期地方级收入_还原口径(万元),增减额_还原口径(万元),同比_还原口径(%),本期区级收入_自然口径(万元),"
    "上年同期区级收入_自然口径(万元),全年预计地方级收入_还原口径(万元),减收关注等级,迁出关注等级,"
    "未来12个月预期减收_地方级还原口径(万元),减收原因(系统初判，待核实),建议核实事项,处置状态,责任单位,责任人,派单日期,"
    "办理时限,最近走访日期,备注"
)
FULL_ROW = (
    "1,M2022W45-0007,北京银杏树智能科技有限公司,914403001922038216\t,永定镇,创新创业孵化中心,科学研究和技术服务业,7320,是,否,"
    "国家高新技术企业,门头沟区税务局第一税务所,榜单、预警派单,一季度前25第3名,2022年1-10月(累计),2022-10-31,123.46,200.00,-76.54,"
    "-38.27,5.00,0.00,128.46,200.00,-71.54,-35.77,90.00,99.80,150.00,高,低,34.57,订单减少,今年订单的变化,待派单,园区服务中心,张三,"
    "2022-11-07,2022-11-21,2022-05-09,热线来电一次"
)


def written(folder: Path, *rows: Mapping[str, object], unit: DisplayUnit = WAN_YUAN) -> tuple[Path, Path]:
    """Write the orders and return the two paths."""
    csv_path, xlsx_path = write_work_orders(order_frame(rows), folder, unit=unit, guard="tab", simulated=False)
    return csv_path, xlsx_path


def csv_rows(path: Path) -> list[list[str]]:
    """Read a file of ours as a program would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_file_has_the_columns_of_the_domain_in_their_order(tmp_path: Path) -> None:
    csv_path, _ = written(tmp_path, full_order())
    assert csv_path == tmp_path / "work_orders.csv"
    assert csv_path.read_bytes() == f"\ufeff{HEADING}\r\n{FULL_ROW}\r\n".encode()


def test_an_order_of_which_only_the_firm_is_known_has_blanks_and_no_zeros(tmp_path: Path) -> None:
    csv_path, _ = written(tmp_path, {"order_id": "M2022W45-0001", "name": "甲公司"})
    assert csv_rows(csv_path)[1] == ["1", "M2022W45-0001", "甲公司", *[""] * 38]


def test_rows_keep_their_order_and_are_numbered_from_one(tmp_path: Path) -> None:
    csv_path, _ = written(tmp_path, *({"order_id": f"M2022W45-{n:04d}"} for n in (9, 2, 5)))
    assert [row[:2] for row in csv_rows(csv_path)[1:]] == [
        ["1", "M2022W45-0009"],
        ["2", "M2022W45-0002"],
        ["3", "M2022W45-0005"],
    ]


@pytest.mark.parametrize("count", [0, 300])
def test_both_files_have_the_same_cells(tmp_path: Path, count: int) -> None:
    orders = [full_order() | {"order_id": f"M2022W45-{n:04d}", "name": "=甲" * (n + 1)} for n in range(count)]
    csv_path, xlsx_path = written(tmp_path, *orders)
    sheet = load_workbook(xlsx_path)["财源稳存量工单"]
    from_workbook = [[_as_csv(cell) for cell in row] for row in sheet.iter_rows(min_row=3, values_only=True)]
    from_csv = [[_as_number(text.rstrip("\t")) for text in row] for row in csv_rows(csv_path)]
    assert len(from_csv) == count + 1
    assert from_workbook == from_csv


def test_the_bracket_carries_the_workspaces_unit(tmp_path: Path) -> None:
    order = {"local_natural_current": Decimal("1234.56")}
    csv_path, xlsx_path = written(tmp_path, order, unit=DisplayUnit("美元", Decimal(1)))
    heading, row = csv_rows(csv_path)
    assert heading[16] == "本期地方级收入_自然口径(美元)"
    assert sum("(美元)" in text for text in heading) == 12
    assert not any("{" in text or "万元" in text for text in heading)
    assert row[16] == "1234.56"
    assert load_workbook(xlsx_path)["财源稳存量工单"]["Q3"].value == heading[16]


def test_two_writes_are_byte_identical(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in written(tmp_path / "a", full_order())]
    assert [path.read_bytes() for path in written(tmp_path / "b", full_order())] == first


def test_a_simulated_workspace_is_marked_in_the_workbook(tmp_path: Path) -> None:
    paths = write_work_orders(order_frame([]), tmp_path, unit=WAN_YUAN, guard="tab", simulated=True)
    assert load_workbook(paths[1])["财源稳存量工单"]["A1"].value == "财源稳存量工单（模拟数据）"


def test_what_stands_behind_the_grades_is_said_in_the_notes(tmp_path: Path) -> None:
    paths = write_work_orders(
        order_frame([]),
        tmp_path,
        unit=WAN_YUAN,
        guard="tab",
        simulated=False,
        scoring_note="等级为规则评分。",
    )
    notes = [row[0] for row in load_workbook(paths[1])["说明"].iter_rows(values_only=True)]
    assert notes[-1] == "等级为规则评分。"
    assert len(notes) == 5


def test_a_frame_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    frame = order_frame([full_order()]).drop("zone", "uscc")
    with pytest.raises(ModelError) as refusal:
        write_work_orders(frame, tmp_path, unit=WAN_YUAN, guard="tab", simulated=False)
    assert refusal.value.where == "uscc, zone"
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_forty_one_columns() -> None:
    assert len(COLUMNS) == len({column.source for column in COLUMNS}) == 41


def _as_csv(cell: object) -> object:
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d")
    return _as_number("" if cell is None else str(cell))


def _as_number(text: str) -> object:
    """Make 128.4 and 128.40 one, and leave codes alone."""
    return Decimal(text).normalize() if "." in text and text.lstrip("-").replace(".", "").isdigit() else text
