"""The baseline score: what it says of its reasons."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.risk.baseline import DropTimesAmount

INPUT = {
    "as_of_date": date(2022, 6, 6),
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


def test_the_ranks_begin_at_one_whoever_cannot_be_assessed() -> None:
    lost = {"A": Decimal(0), "B": Decimal(90), "C": Decimal(40)}
    firms = [INPUT | {"enterprise_id": name, "recent": recent} for name, recent in lost.items()]
    firms[0] |= {"recent_prior": Decimal(0)}
    scored = DropTimesAmount(Decimal(0), 0.5, 0.3).score(pl.DataFrame(firms)).filter(horizon_months=12)
    assert scored.select("enterprise_id", "rank").rows() == [("A", None), ("B", 2), ("C", 1)]
