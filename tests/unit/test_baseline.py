"""The baseline score: what it says of its reasons."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.risk.baseline import DropTimesAmount

INPUT = {
    "enterprise_id": "A",
    "recent": Decimal(70),
    "recent_prior": Decimal(100),
    "base_3": Decimal(100),
    "base_6": Decimal(200),
    "base_12": Decimal(400),
}


def reasons(scorer: DropTimesAmount, **changes: Any) -> list[str | None]:
    return scorer.score(pl.DataFrame([INPUT | changes]))["reasons"].to_list()


@pytest.mark.parametrize("months", [3, 6])
def test_the_reason_names_the_months_and_the_caliber(months: int) -> None:
    scorer = DropTimesAmount(Decimal(0), 0.5, 0.3, recent_months=months)
    assert reasons(scorer) == [f"规则评分：近{months}个月还原口径收入较上年同期下降30.0%"] * 3


@pytest.mark.parametrize("changes", [{"recent": Decimal(100)}, {"recent": Decimal(130)}, {"recent_prior": Decimal(0)}])
def test_without_a_drop_there_is_no_reason(changes: dict[str, Any]) -> None:
    assert reasons(DropTimesAmount(Decimal(0), 0.5, 0.3), **changes) == [None] * 3


def test_who_is_not_assessed_takes_no_place_before_those_who_are() -> None:
    rows = [INPUT | {"enterprise_id": "A", "recent_prior": Decimal(0)}, INPUT | {"enterprise_id": "B"}]
    rows += [INPUT | {"enterprise_id": "C", "recent": Decimal(10)}]
    scored = DropTimesAmount(Decimal(0), 0.5, 0.3).score(pl.DataFrame(rows)).filter(horizon_months=12)
    assert dict(scored.select("enterprise_id", "rank").iter_rows()) == {"A": None, "B": 2, "C": 1}
