"""What stands behind the grades, in words: rule or model, training period and events (DOMAIN section 8)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

TARGET_WORDS: Mapping[str, str] = MappingProxyType(
    {"decline": "减收", "relocation": "迁出", "hidden_outflow": "税收与经营变动不一致"}
)
BASIS_WORDS: Mapping[str, str] = MappingProxyType({"rule": "规则评分", "model": "模型评分"})
_SHORT = MappingProxyType({"decline": "减收", "relocation": "迁出", "hidden_outflow": "税收核对"})
"""The brief's page is full."""
_SHEET_MONTHS = 12
"""The horizon of the grades that papers show."""


def scoring_note(bases: pl.DataFrame, recent_months: int) -> str:
    """One sentence a target, and one on models that could not score.

    Args:
        bases: `marts.score_bases` of one as-of date.
        recent_months: Over how many months the rule measures the drop.
    """
    how = {
        "decline": f"规则评分（近{recent_months}个月还原口径收入同比降幅×金额）",
        "relocation": "规则评分（变动信号先验权重之和）",
    }
    rows = {row["target"]: row for row in bases.filter(horizon_months=_SHEET_MONTHS).iter_rows(named=True)}
    parts = [
        f"{TARGET_WORDS[target]}关注等级为{_behind(rows[target]) or rule}"
        for target, rule in how.items()
        if target in rows
    ]
    trained = any(row["basis"] == "model" for row in rows.values())
    end = "等级由系统提示，由人核定。" if trained else "均不是模型评分，无训练期。"
    return f"{'，'.join(parts)}，{end}{problem_words(bases)}"


def _behind(row: Mapping[str, Any]) -> str:
    if row["basis"] != "model":
        return ""
    return f"模型评分（训练期{row['training_period'].replace('..', '至')}，事件{row['training_events']}户）"


def problem_words(bases: pl.DataFrame) -> str:
    """Which target was not scored by the model in charge as it could not be used, or of how many; blank for none."""
    fallen = bases.filter(pl.col("problem").str.contains("champion ", literal=True))
    parts = [word for target, word in _SHORT.items() if target in fallen["target"]]
    told = parts[0] if len(parts) == 1 else f"{len(parts)}类"
    return f"模型未能使用：{told}。" if parts else ""
