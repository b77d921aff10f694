"""A week's frames for the tests of the brief, in words and figures that can be looked for on its page."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from mainstay.months import add_months
from mainstay.report.brief import brief_html
from mainstay.report.outbound import OUTBOUND_STATE_WORDS
from tests.unit.report.samples import WAN_YUAN

AS_OF = date(2022, 6, 13)
BEFORE = date(2022, 6, 6)
LONG_NAME = "北京某某某超长名称智能科技产业创新发展集团股份有限公司门头沟分公司（有限合伙）（模拟）"

_TEXT, _WHOLE, _DAY, _FLAG, _MONEY = pl.String(), pl.Int64(), pl.Date(), pl.Boolean(), pl.Decimal(18, 2)
_WINDOW: dict[str, pl.DataType] = {"window_start": _DAY, "window_end": _DAY}
SCHEMAS: Mapping[str, dict[str, pl.DataType]] = {
    "weeks": {
        "as_of_date": _DAY, "issue_no": _WHOLE, "published_before": _DAY, "data_until": _DAY, "has_new_receipts": _FLAG,
        "has_refunds": _FLAG, "last_closed": _DAY, **_WINDOW, "is_covered": _FLAG, "not_covered_reason": _TEXT,
        "level": _TEXT, "is_fallback": _FLAG, "refund_months_missing": _WHOLE,
    },
    "week_files": {"file": _TEXT, "target": _TEXT, "rows_loaded": _WHOLE, "rows_rejected": _WHOLE, "is_new": _FLAG},
    "park_indicators": {
        "indicator": _TEXT, "level": _TEXT, "caliber": _TEXT, "value": _MONEY, "prior_value": _MONEY,
        "yoy": pl.Float64(), "population": _TEXT,
    },
    "park_monthly": {
        "month": _DAY, "natural_revenue": _MONEY, "restored_revenue": _MONEY, "enterprises_unknown": _WHOLE,
    },
    "forecast_scenarios": {
        "year": _WHOLE, "level": _TEXT, "caliber": _TEXT, "scenario": _TEXT, "amount": _MONEY, "yoy": pl.Float64(),
        "method": _TEXT,
    },
    "list_movements": {
        "list_name": _TEXT, "title": _TEXT, "kind": _TEXT, "level": _TEXT, "caliber": _TEXT, **_WINDOW,
        "is_covered": _FLAG, "not_covered_reason": _TEXT, "is_redefined": _FLAG, "is_frozen": _FLAG, "frozen_on": _DAY,
        "corrected": _WHOLE, "no_longer_drops": _WHOLE, "unranked": _WHOLE,
        "rows": _WHOLE, "entered": _WHOLE, "left_list": _WHOLE, "inquired": _WHOLE, "policy_drops": _WHOLE,
    },
    "drop_list_inquiries": {
        "enterprise_id": _TEXT, "name": _TEXT, "entered": _FLAG, "cause_confirmed": _TEXT, "cause_known_on": _DAY,
    },
    "causes": {
        "list_name": _TEXT, "enterprise_id": _TEXT, "cause_code": _TEXT, "cause_zh": _TEXT, "place": _WHOLE,
        "amount": _MONEY,
    },
    "work_orders": {"is_open": _FLAG, "is_new": _FLAG, "is_overdue": _FLAG, "acts_by": _DAY},
    "outbound_register": {
        "case_id": _TEXT, "name": _TEXT, "state": _TEXT, "state_since": _DAY, "state_before": _TEXT, "in_scope": _FLAG,
        "leaves_city": _FLAG, "contacts": _WHOLE, "district_before": _MONEY, "last_contact_on": _DAY, "request": _TEXT,
        "next_step": _TEXT, "due_on": _DAY,
    },
    "outbound_funnel": {"state": _TEXT, "opening": _WHOLE, "entered": _WHOLE, "left": _WHOLE, "closing": _WHOLE},
    "alert_replies": {
        "alert_no": _TEXT, "name": _TEXT, "alert_type": _TEXT, "dispatched_on": _DAY, "due_on": _DAY, "known_on": _DAY,
        "status": _TEXT, "replied": _FLAG, "is_due": _FLAG, "is_overdue": _FLAG, "timeliness": _TEXT, "verdict": _TEXT,
    },
    "coordination_matters": {
        "matter_no": _WHOLE, "name": _TEXT, "matter": _TEXT, "department": _TEXT, "due_on": _DAY, "source": _TEXT,
        "is_overdue": _FLAG,
    },
    "control_differences": {
        "month": _DAY, "level": _TEXT, "levy_item": _TEXT, "stated": _MONEY, "computed": _MONEY, "difference": _MONEY,
        "is_above_tolerance": _FLAG,
    },
    "score_bases": {"target": _TEXT, "horizon_months": _WHOLE, "problem": _TEXT},
}  # fmt: skip
"""What the brief reads of each frame."""

WEEK = {
    "as_of_date": AS_OF, "issue_no": 23, "published_before": BEFORE, "data_until": date(2022, 6, 5),
    "has_new_receipts": True, "has_refunds": True, "last_closed": date(2022, 5, 1), "window_start": date(2022, 1, 1),
    "window_end": date(2022, 5, 1), "is_covered": True, "not_covered_reason": None, "level": "local",
    "is_fallback": False, "refund_months_missing": 0,
}  # fmt: skip


def frame(name: str, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of the brief; what a row does not name is null."""
    columns = SCHEMAS[name]
    return pl.DataFrame([{column: row.get(column) for column in columns} for row in rows], schema=columns)


def week(**changes: Any) -> pl.DataFrame:
    """The week's row."""
    return frame("weeks", WEEK | changes)


def marts(**frames: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The frames by the names of their relations."""
    return {f"marts.{name}": rows for name, rows in frames.items()}


def empty_week(**changes: Any) -> dict[str, pl.DataFrame]:
    """A week in which there is nothing to tell but the week itself."""
    return marts(**{name: frame(name) for name in SCHEMAS} | {"weeks": week(**changes)})


def with_rows(**frames: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """An empty week with these frames instead."""
    return empty_week() | marts(**frames)


def page(frames: Mapping[str, pl.DataFrame], *, simulated: bool = True) -> str:
    """The brief's page."""
    return brief_html(frames, as_of=AS_OF, unit=WAN_YUAN, simulated=simulated, office="某园区")


def months(first: date, natural: list[str | None], restored: list[str | None] | None = None) -> pl.DataFrame:
    """Revenue from a January on."""
    return frame(
        "park_monthly",
        *(
            {
                "month": add_months(first, number),
                "natural_revenue": None if one is None else Decimal(one),
                "restored_revenue": None if two is None else Decimal(two),
                "enterprises_unknown": 0,
            }
            for number, (one, two) in enumerate(zip(natural, restored or natural, strict=True))
        ),
    )


def full_week() -> dict[str, pl.DataFrame]:
    """A week with more of everything than the page shows, in long words: what must still fit on one page."""
    day = AS_OF
    levels = ("total", "central", "local", "city", "district")
    listing = {"level": "local", "window_start": date(2022, 1, 1), "window_end": date(2022, 5, 1), "is_covered": True}
    money = Decimal("123456789.01")
    left = {"leaves_city": True, "district_before": money, "state": "moved_out", "in_scope": True}
    wants = {"state": "retaining", "in_scope": False, "request": "请协调" * 40, "next_step": "tracking"}
    return marts(
        weeks=week(refund_months_missing=11, is_fallback=True, not_covered_reason="base window not covered"),
        week_files=frame(
            "week_files",
            *(
                {
                    "file": f"{target}{number}",
                    "target": target,
                    "rows_loaded": 12_345,
                    "rows_rejected": 7,
                    "is_new": True,
                }
                for target in ("receipts", "refunds", "alerts", "leases", "signals", "watch_list", "enterprises")
                for number in range(9)
            ),
        ),
        park_indicators=frame(
            "park_indicators",
            *(
                {"indicator": "revenue", "level": level, "caliber": caliber, "value": money, "prior_value": money}
                | {"yoy": -0.123}
                for level in levels
                for caliber in ("natural", "restored")
            ),
        ),
        park_monthly=months(date(2021, 1, 1), [str(money)] * 17),
        forecast_scenarios=frame(
            "forecast_scenarios",
            *(
                {"year": 2022, "level": "local", "caliber": "restored", "scenario": scenario, "amount": money}
                | {"yoy": -0.123, "method": "sum of enterprises"}
                for scenario in ("pessimistic", "expected", "optimistic")
            ),
        ),
        list_movements=frame(
            "list_movements",
            *(
                {"list_name": f"list{number}", "title": f"高精尖企业累计降幅前{number}", "rows": 50, "inquired": 3}
                | {"entered": 50, "left_list": 50, "policy_drops": 12}
                | listing
                for number in range(5)
            ),
        ),
        causes=frame(
            "causes",
            *(
                {"list_name": name, "enterprise_id": f"E{place}", "cause_code": code, "cause_zh": word}
                | {"place": place, "amount": -money / place}
                for name in ("list0", "list1", "list2")
                for place, (code, word) in enumerate(
                    [
                        ("P1", "留抵退税"),
                        ("B1", "上年一次性"),
                        ("C1", "注销、停业或异常"),
                        ("R1", "迁出"),
                        ("X", "其余待核实"),
                    ],
                    start=1,
                )
            ),
        ),
        drop_list_inquiries=frame(
            "drop_list_inquiries",
            *(
                {"enterprise_id": f"E{number}", "name": LONG_NAME, "entered": True, "cause_known_on": day}
                | {"cause_confirmed": "主因：订单减少(6成)、上年一次性(3成)、搬迁或业务转移(1成)"}
                for number in range(50)
            ),
        ),
        work_orders=frame(
            "work_orders", *([{"is_open": True, "is_new": True, "is_overdue": False, "acts_by": day}] * 300)
        ),
        outbound_register=frame(
            "outbound_register",
            *({"case_id": f"A{n}", "name": LONG_NAME, "contacts": n % 2} | left for n in range(160)),
            *({"case_id": f"B{n}", "name": LONG_NAME, "state_since": day, "due_on": day} | wants for n in range(9)),
        ),
        outbound_funnel=frame(
            "outbound_funnel",
            *(
                {"state": state, "opening": 120, "entered": 10, "left": 9, "closing": 121}
                for state in OUTBOUND_STATE_WORDS
            ),
        ),
        alert_replies=frame(
            "alert_replies",
            *(
                {"alert_no": str(n), "name": LONG_NAME, "alert_type": "税收异常下降预警" * 4, "dispatched_on": BEFORE}
                | {"due_on": BEFORE + timedelta(days=n), "replied": False, "is_due": n > 6, "is_overdue": n < 7}
                for n in range(20)
            ),
        ),
        coordination_matters=frame(
            "coordination_matters",
            *(
                {"matter_no": n, "name": LONG_NAME, "matter": "协调资质互认" * 20, "department": "区人力社保局"}
                | {"due_on": BEFORE, "source": "outbound", "is_overdue": True}
                for n in range(1, 10)
            ),
        ),
        control_differences=frame(
            "control_differences",
            *(
                {
                    "month": date(2022, 5, 1),
                    "level": level,
                    "levy_item": "ALL",
                    "stated": money,
                    "computed": money,
                    "difference": Decimal("0.00"),
                    "is_above_tolerance": False,
                }
                for level in levels
            ),
        ),
        score_bases=frame(
            "score_bases",
            *(
                {"target": target, "horizon_months": 12, "problem": "champion 2022-03-31-boosting-1a2b3c4d: changed"}
                for target in ("decline", "relocation", "hidden_outflow")
            ),
        ),
    )
