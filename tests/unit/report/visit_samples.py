"""Orders as marts.work_orders delivers them, and forms as visitors fill them in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.extracts.registry import load_contract
from mainstay.report.visit_form import write_visit_forms
from mainstay.resources import shipped

CONTRACT = load_contract(shipped("seeds") / "contracts" / "visit_forms.toml")
SCHEMA: dict[str, pl.DataType] = {
    "as_of_date": pl.Date(),
    "order_id": pl.String(),
    "name": pl.String(),
    "source_id": pl.String(),
    "address": pl.String(),
    "sources": pl.List(pl.String),
    "is_open": pl.Boolean(),
    "awaits_visit": pl.Boolean(),
    "priority": pl.Int64(),
    "department": pl.String(),
    "assignee": pl.String(),
    "opened_on": pl.Date(),
    "due_on": pl.Date(),
    "moved_on": pl.Date(),
    "window_start": pl.Date(),
    "window_end": pl.Date(),
    "level": pl.String(),
    "local_natural_change": pl.Decimal(18, 2),
    "local_restored_change": pl.Decimal(18, 2),
}


def visit_order(number: int = 1, **changes: object) -> dict[str, object]:
    """An order of which everything is known."""
    order: dict[str, object] = {
        "as_of_date": date(2022, 7, 11),
        "order_id": f"M2022W28-{number:04d}",
        "name": "北京银杏树智能科技有限公司",
        "source_id": "914403001922038216",
        "address": "北京市门头沟区永定镇石龙经济开发区永安路20号",
        "sources": ["drop_list"],
        "is_open": True,
        "awaits_visit": True,
        "priority": number,
        "department": "园区服务中心",
        "assignee": "张三",
        "opened_on": date(2022, 7, 11),
        "due_on": date(2022, 7, 25),
        "moved_on": None,
        "window_start": date(2022, 1, 1),
        "window_end": date(2022, 6, 1),
        "level": "local",
        "local_natural_change": Decimal("-765432.11"),
        "local_restored_change": Decimal("-765432.11"),
    }
    return order | changes


def bare_order(number: int = 1, **known: object) -> dict[str, object]:
    """An order of which only its number and the firm's name are known."""
    unknown: dict[str, object] = dict.fromkeys(SCHEMA)
    named = {"order_id": f"M2022W28-{number:04d}", "name": "甲公司", "is_open": True, "awaits_visit": True}
    return unknown | named | known


def visit_frame(*orders: Mapping[str, object]) -> pl.DataFrame:
    """One row an order."""
    return pl.DataFrame([dict(order) for order in orders], schema=SCHEMA)


def written(folder: Path, *orders: Mapping[str, object], simulated: bool = False) -> Path:
    """Write the forms under the shipped contract."""
    return write_visit_forms(visit_frame(*orders), folder, contract=CONTRACT, simulated=simulated)


ANSWERS: dict[str, object] = {
    "走访日期": date(2022, 7, 13),
    "走访结果": "面谈",
    "走访人": "李四",
    "走访部门": "园区服务中心",
    "企业联系人": "王经理",
    "企业说明": "两个大客户推迟下单，预计四季度恢复",
    "订单减少": 6,
    "缓税": 3,
    "佐证材料": "合同清单",
    "企业诉求": "协调人才公寓",
    "需协调部门": "区住建委",
    "诉求办理时限": date(2022, 8, 31),
    "诉求办理结果": "响应",
    "企业全年预计（万元）": 1234.56,
    "走访人研判": "低于",
    "迁移意向": "拟迁出",
    "拟迁往地区": "河北省廊坊市",
    "下一步措施": "持续跟踪",
    "责任人": "赵六",
    "下一步时限": date(2022, 9, 30),
}
"""A form filled in, by label."""

READ_BACK: dict[str, object] = {
    "order_id": "M2022W28-0001",
    "name": "北京银杏树智能科技有限公司",
    "source_id": "914403001922038216",
    "visited_on": date(2022, 7, 13),
    "result": "face_to_face",
    "lead": "李四",
    "department": "园区服务中心",
    "contact": "王经理",
    "explanation": "两个大客户推迟下单，预计四季度恢复",
    "cause_orders": 6,
    "cause_deferral": 3,
    "evidence": "合同清单",
    "request": "协调人才公寓",
    "request_department": "区住建委",
    "request_due_on": date(2022, 8, 31),
    "request_result": "响应",
    "firm_estimate": Decimal("12345600.00"),
    "visitor_view": "below",
    "move_stance": "intends_to_move",
    "destination": "河北省廊坊市",
    "next_step": "tracking",
    "owner": "赵六",
    "due_on": date(2022, 9, 30),
}
"""What those answers are to mean; every other field stays null."""


def answer_cell(sheet: Worksheet, label: str) -> str:
    """Where a person would write the answer: right of the label."""
    for row in sheet.iter_rows():
        for cell in row:
            if str(cell.value or "").replace("\n", "") == label:
                return str(cell.offset(column=1).coordinate)
    raise AssertionError(label)


def fill_in(path: Path, sheet_name: str, answers: Mapping[str, object]) -> None:
    """Write answers into a page and save the workbook."""
    book = load_workbook(path)
    sheet = book[sheet_name]
    for label, answer in answers.items():
        sheet[answer_cell(sheet, label)] = answer
    book.save(path)
