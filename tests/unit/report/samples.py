"""Frames as the marts will deliver them, for the tests of what people read."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from mainstay.report import drop_list_files, work_orders
from mainstay.report.units import DisplayUnit

YUAN = DisplayUnit("元", Decimal(1))
WAN_YUAN = DisplayUnit("万元", Decimal(10_000))

_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "code": pl.String(),
    "integer": pl.Int64(),
    "money": pl.Decimal(18, 2),
    "percent": pl.Float64(),
    "date": pl.Date(),
    "flag": pl.Boolean(),
    "grade": pl.String(),
    "status": pl.String(),
    "sources": pl.List(pl.String),
    "judgement": pl.String(),
}


def order_frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """One row an order; what a row does not name is null."""
    made_by_the_writer = ("row_number", "period")
    schema = {c.source: _TYPES[c.kind] for c in work_orders.COLUMNS if c.source not in made_by_the_writer}
    return _frame(rows, schema | {"window_start": pl.Date(), "window_end": pl.Date()})


def list_frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """One row a place of a drop list; what a row does not name is null."""
    return _frame(rows, {c.source: _TYPES[c.kind] for c in drop_list_files.drop_list_columns("local")})


def full_order() -> dict[str, object]:
    """An order in which every column has a value."""
    return {
        "order_id": "M2022W45-0007",
        "name": "北京银杏树智能科技有限公司",
        "uscc": "914403001922038216",
        "zone": "永定镇",
        "incubator": "创新创业孵化中心",
        "industry": "科学研究和技术服务业",
        "industry_code": "7320",
        "is_high_precision": True,
        "is_above_scale": False,
        "qualifications": "国家高新技术企业",
        "tax_authority": "门头沟区税务局第一税务所",
        "sources": ["drop_list", "dispatched_alert"],
        "list_ranks": "一季度前25第3名",
        "window_start": date(2022, 1, 1),
        "window_end": date(2022, 10, 1),
        "data_until": date(2022, 10, 31),
        "local_natural_current": Decimal("1234567.89"),
        "local_natural_prior": Decimal("2000000.00"),
        "local_natural_change": Decimal("-765432.11"),
        "local_natural_yoy": -0.382716055,
        "local_refund_current": Decimal("50000.00"),
        "local_refund_prior": Decimal("0.00"),
        "local_restored_current": Decimal("1284567.89"),
        "local_restored_prior": Decimal("2000000.00"),
        "local_restored_change": Decimal("-715432.11"),
        "local_restored_yoy": -0.357716055,
        "district_natural_current": Decimal("900000.00"),
        "district_natural_prior": Decimal("998000.00"),
        "forecast_local_restored": Decimal("1500000.00"),
        "decline_grade": "high",
        "relocation_grade": "low",
        "expected_loss_12m": Decimal("345678.12"),
        "cause_note": "订单减少",
        "verify_note": "今年订单的变化",
        "status": "to_dispatch",
        "department": "园区服务中心",
        "assignee": "张三",
        "issued_on": date(2022, 11, 7),
        "due_on": date(2022, 11, 21),
        "last_visit_on": date(2022, 5, 9),
        "note": "热线来电一次",
    }


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema))
