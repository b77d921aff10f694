"""The reply sheet: what a dispatcher reads of each alert."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from mainstay.errors import ModelError
from mainstay.report.alert_replies import COLUMNS, write_alert_replies
from tests.unit.report.samples import WAN_YUAN

TEXTS = (
    "alert_no", "name", "source_id", "alert_type", "dispatcher", "found", "result", "verdict", "verdict_basis",
    "status", "timeliness", "order_id",
)  # fmt: skip
DAYS = ("dispatched_on", "due_on", "answered_on")
ALERT = {
    "alert_no": "2022-017", "name": "甲公司（模拟）", "source_id": "914403001922038216", "alert_type": "收入下降",
    "dispatcher": "区专班", "found": "主因：订单减少(6成)", "result": "face_to_face", "verdict": "true",
    "verdict_basis": "visit", "status": "visited", "timeliness": "late", "order_id": "M2022W20-0001",
    "dispatched_on": date(2022, 5, 10), "due_on": date(2022, 5, 31), "answered_on": date(2022, 6, 2),
}  # fmt: skip


def frame(**changes: object) -> pl.DataFrame:
    """One alert."""
    schema = dict.fromkeys(TEXTS, pl.String()) | dict.fromkeys(DAYS, pl.Date())
    return pl.DataFrame([ALERT | changes], schema=schema)


def rows(path: Path) -> list[list[object]]:
    """The sheet's headings and rows."""
    sheet = load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=3, max_col=len(COLUMNS), values_only=True)]


def test_an_alert_is_a_row_in_the_words_of_the_office(tmp_path: Path) -> None:
    path = write_alert_replies(frame(), tmp_path, unit=WAN_YUAN, simulated=True)
    assert path.name == "预警派单反馈.xlsx"
    heading, *_, told = rows(path)
    assert [*heading[:4], heading[-2]] == ["序号", "派单编号", "企业名称", "统一社会信用代码", "是否按时"]
    assert told[8:13] == ["主因：订单减少(6成)", "面谈", "属实", "走访核实", "已走访"]
    assert told[-2:] == ["逾期反馈", "M2022W20-0001"]


def test_what_is_not_known_stays_blank(tmp_path: Path) -> None:
    unknown = frame(verdict="unknown", verdict_basis=None, result=None, found=None, answered_on=None, due_on=None)
    told = rows(write_alert_replies(unknown, tmp_path, unit=WAN_YUAN, simulated=False))[-1]
    assert (told[7], told[8], told[9], told[10], told[11], told[13]) == (None,) * 6


def test_a_code_without_a_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no Chinese word"):
        write_alert_replies(frame(result="by_pigeon"), tmp_path, unit=WAN_YUAN, simulated=False)


def test_the_same_alerts_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_alert_replies(frame(), tmp_path / "1", unit=WAN_YUAN, simulated=False).read_bytes()
    assert write_alert_replies(frame(), tmp_path / "2", unit=WAN_YUAN, simulated=False).read_bytes() == first
