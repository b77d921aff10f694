"""risk_review.csv: what was said, what came of it."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from mainstay.report.risk_review import write_risk_review
from tests.unit.report.samples import WAN_YUAN

WEEK = date(2022, 3, 7)
REVIEW = pl.Schema(
    {
        "months_ago": pl.Int64(), "reviewed_week": pl.Date(), "target": pl.String(), "part": pl.String(),
        "place": pl.Int64(), "enterprise_id": pl.String(), "name": pl.String(), "source_id": pl.String(),
        "grade": pl.String(), "basis": pl.String(), "model_version": pl.String(), "reasons": pl.String(),
        "outcome": pl.String(), "unknown_reason": pl.String(), "is_visited": pl.Boolean(),
        "expected_loss": pl.Decimal(18, 2), "actual_loss": pl.Decimal(18, 2),
    }
)  # fmt: skip
COUNTS = ("graded", "flagged", "came_true", "did_not", "not_due", "unknown", "visited", "added_true", "removed_true")
TOTALS = pl.Schema(
    {"months_ago": pl.Int64(), "reviewed_week": pl.Date(), "target": pl.String()}
    | dict.fromkeys(COUNTS, pl.Int64())
    | dict.fromkeys(("loss_flagged", "loss_all", "loss_added", "loss_removed"), pl.Decimal(18, 2))
)
FLAGGED = {
    "months_ago": 3,
    "reviewed_week": WEEK,
    "target": "decline",
    "part": "flagged",
    "place": 1,
    "enterprise_id": "A",
    "name": "甲（模拟）",
    "source_id": "911101097481361512",
    "grade": "high",
    "basis": "model",
    "reasons": "模型评分：收入走势低于以往同期",
    "outcome": "came_true",
    "is_visited": True,
    "expected_loss": Decimal("12000.00"),
    "actual_loss": Decimal("34500.00"),
}
TOTAL = dict.fromkeys(COUNTS, 0) | {"months_ago": 3, "reviewed_week": WEEK, "target": "decline"}


def written(folder: Path, review: list[dict[str, Any]], totals: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The lines of the file."""
    path, rows = write_risk_review(
        folder, pl.DataFrame(review, schema=REVIEW), pl.DataFrame(totals, schema=TOTALS), unit=WAN_YUAN, guard="none"
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == rows
    return lines


def test_a_flag_stands_with_its_grade_reason_outcome_visit_and_money(tmp_path: Path) -> None:
    [_, line] = written(tmp_path, [FLAGGED], [TOTAL | {"graded": 9, "flagged": 1, "came_true": 1}])
    assert line == {
        "几个月前": "3",
        "当时周": "2022-03-07",
        "关注类型": "减收",
        "类别": "已提示",
        "名次": "1",
        "企业名称": "甲（模拟）",
        "统一社会信用代码": "911101097481361512",
        "当时等级": "高",
        "当时评分方式": "模型评分",
        "当时理由": "模型评分：收入走势低于以往同期",
        "结果": "应验",
        "是否走访": "是",
        "当时预期减收(万元)": "1.20",
        "实际减收(万元)": "3.45",
        "说明": "",
    }


def test_months_without_a_published_week_say_so_in_one_line(tmp_path: Path) -> None:
    gone = [TOTAL | {"reviewed_week": None, "months_ago": 12, "target": name} for name in ("decline", "relocation")]
    [line] = written(tmp_path, [], gone)
    assert (line["几个月前"], line["类别"], line["说明"]) == ("12", "小结", "尚无约12个月前发布的评分，不能回看")


def test_a_target_without_a_week_says_so_beside_the_others(tmp_path: Path) -> None:
    waits = TOTAL | {"reviewed_week": None, "target": "relocation"}
    lines = written(tmp_path, [], [TOTAL | {"graded": 1}, waits])
    assert [(line["关注类型"], line["当时周"]) for line in lines] == [("减收", "2022-03-07"), ("迁出", "")]
    assert lines[1]["说明"] == "尚无期满后又过一个月的评分，不能回看"


def test_the_summary_counts_outcomes_and_captured_money_and_compares_with_drop_x_amount(tmp_path: Path) -> None:
    counts = {"graded": 40, "flagged": 5, "came_true": 2, "did_not": 1, "not_due": 1, "unknown": 1, "visited": 3}
    money = {"loss_flagged": Decimal(30000), "loss_all": Decimal(50000), "loss_added": Decimal(1)}
    [line] = written(tmp_path, [], [TOTAL | counts | money | {"added_true": 2, "removed_true": 1}])
    assert line["说明"] == (
        "评分40户，提示5户：应验2户、未应验1户、未到期1户、无法判定1户；已走访3户；"
        "已提示企业减收3.00万元，全部5.00万元；较降幅×金额：新增应验2户、减少应验1户"
    )


def test_parts_follow_each_other_by_months_target_and_place(tmp_path: Path) -> None:
    review = [
        FLAGGED | {"part": "missed", "place": 1},
        FLAGGED | {"place": 2},
        FLAGGED | {"months_ago": 6},
        FLAGGED | {"part": "removed"},
        FLAGGED,
        FLAGGED | {"part": "added"},
    ]
    lines = written(tmp_path, review, [TOTAL | {"graded": 1}])
    assert [(line["几个月前"], line["类别"], line["名次"]) for line in lines] == [
        ("3", "小结", ""),
        ("3", "已提示", "1"),
        ("3", "已提示", "2"),
        ("3", "未提示的较大减收", "1"),
        ("3", "较降幅×金额新增", "1"),
        ("3", "较降幅×金额减少", "1"),
        ("6", "已提示", "1"),
    ]
