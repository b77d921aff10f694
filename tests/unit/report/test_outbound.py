from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mainstay.errors import ModelError
from mainstay.outbound.case_states import STATES
from mainstay.report.outbound import COLUMNS, OUTBOUND_STATE_WORDS, outbound_rows, write_outbound
from tests.unit.report.samples import WAN_YUAN, YUAN

HEADING = (
    "序号,企业名称,统一社会信用代码,迁出类型,迁往地区,迁出日期,迁出依据,迁出前12个月地方级收入(万元),迁出前12个月区级收入(万元),"
    "首次对接日期,最近对接日期,对接次数,迁出原因,企业诉求,需上级协调事项及部门,当前状态,下一步措施,责任人,办理时限,回迁日期,"
    "回迁后地方级收入(万元)"
)
_TYPES = {
    "text": pl.String(),
    "code": pl.String(),
    "integer": pl.Int64(),
    "money": pl.Decimal(18, 2),
    "date": pl.Date(),
}
_SCHEMA = {
    **{column.source: _TYPES[column.kind] for column in COLUMNS if column.source not in ("row_number", "coordination")},
    "case_id": pl.String(),
    "is_outbound": pl.Boolean(),
    "leaves_city": pl.Boolean(),
    "request_department": pl.String(),
}
RETURNED: dict[str, object] = {
    "case_id": "914403001922038216#1",
    "name": "云川达智能有限公司（模拟）",
    "source_id": "914403001922038216",
    "kind": "whole",
    "destination": "河北省廊坊市",
    "leaves_city": True,
    "moved_on": date(2022, 3, 10),
    "evidence": "跨省（市）迁移涉税事项报告表",
    "local_before": Decimal("1102000.00"),
    "district_before": Decimal("806000.00"),
    "first_contact_on": date(2022, 4, 1),
    "last_contact_on": date(2022, 6, 20),
    "contacts": 3,
    "move_reason": "场地不足",
    "request": "办理行业资质",
    "request_department": "市住建委",
    "state": "returned",
    "is_outbound": True,
    "next_step": "tracking",
    "owner": "张三",
    "due_on": date(2022, 7, 31),
    "returned_on": date(2022, 6, 30),
    "local_after": Decimal("979000.00"),
}
UNKNOWN: dict[str, object] = {
    "case_id": "B#1",
    "name": "乙（模拟）",
    "state": "moved_out",
    "is_outbound": True,
    "contacts": 0,
}


def register(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Cases as the mart delivers them; what a row does not name is null."""
    return pl.DataFrame([{name: row.get(name) for name in _SCHEMA} for row in rows], schema=_SCHEMA)


def test_the_register_is_a_csv_file_below_lists_in_the_words_of_the_office(tmp_path: Path) -> None:
    path = write_outbound(register(RETURNED, UNKNOWN), tmp_path, unit=WAN_YUAN, guard="tab")
    assert path == tmp_path / "lists" / "outbound.csv"
    assert path.read_bytes().decode("utf-8-sig").split("\r\n") == [
        HEADING,
        (
            "1,云川达智能有限公司（模拟）,914403001922038216\t,整体迁出,河北省廊坊市,2022-03-10,跨省（市）迁移涉税事项报告表,110.20,80.60,"
            "2022-04-01,2022-06-20,3,场地不足,办理行业资质,办理行业资质（市住建委）,已回迁,持续跟踪,张三,2022-07-31,2022-06-30,97.90"
        ),
        "2,乙（模拟）,,,,,,,,,,0,,,,已迁出,,,,,",
        "",
    ]


def test_a_week_without_outbound_firms_gives_the_heading_only(tmp_path: Path) -> None:
    path = write_outbound(register(), tmp_path, unit=WAN_YUAN, guard="tab")
    assert path.read_bytes() == f"\ufeff{HEADING}\r\n".encode()


def test_the_headings_carry_the_display_unit(tmp_path: Path) -> None:
    text = write_outbound(register(), tmp_path, unit=YUAN, guard="tab").read_text("utf-8-sig")
    assert "迁出前12个月区级收入(元)" in text


@pytest.mark.parametrize("state", ["intends_to_move", "retaining", "retained", "false_alarm"])
def test_firms_that_stay_or_may_yet_stay_are_not_among_the_outbound(state: str) -> None:
    assert outbound_rows(register(UNKNOWN | {"state": state, "is_outbound": False})).is_empty()


def test_moves_within_the_city_stand_after_all_others_the_newest_first() -> None:
    cases = [
        UNKNOWN | {"case_id": "near", "leaves_city": False, "moved_on": date(2022, 6, 1)},
        UNKNOWN | {"case_id": "old", "leaves_city": True, "moved_on": date(2022, 1, 1)},
        UNKNOWN | {"case_id": "new", "leaves_city": None, "moved_on": date(2022, 5, 1)},
    ]
    rows = outbound_rows(register(*cases))
    assert rows.select("row_number", "case_id").rows() == [(1, "new"), (2, "old"), (3, "near")]


@pytest.mark.parametrize(
    ("kind", "word"),
    [("whole", "整体迁出"), ("partial", "部分迁出"), ("hidden", "税收与经营变动不一致，待核实"), (None, None)],
)
def test_a_hidden_move_reads_as_a_matter_to_verify(kind: str | None, word: str | None) -> None:
    assert outbound_rows(register(UNKNOWN | {"kind": kind}))["kind"].to_list() == [word]


def test_a_request_that_needs_nobody_above_is_no_matter_to_coordinate() -> None:
    [row] = outbound_rows(register(UNKNOWN | {"request": "停车位"})).to_dicts()
    assert (row["request"], row["coordination"]) == ("停车位", None)


def test_a_code_without_a_word_is_refused() -> None:
    with pytest.raises(ModelError, match="has no Chinese word"):
        outbound_rows(register(UNKNOWN | {"state": "somewhere"}))


def test_every_state_has_a_word() -> None:
    assert tuple(OUTBOUND_STATE_WORDS) == STATES
