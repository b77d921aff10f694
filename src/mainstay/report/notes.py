"""The short remarks beside a figure: why it may have fallen, what to ask, and what the reader must know of it."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from mainstay.report.cause_texts import ASK_OF_CAUSE
from mainstay.report.office_words import LEVEL_WORDS
from mainstay.report.units import DisplayUnit

NO_WINDOW = {
    "window not over": "统计期间尚未结束，无同比",
    "window not covered": "本期数据不全，无同比",
    "base window not covered": "上年同期数据不全，无同比",
    "last year not covered": "上一年度数据不全，无法确定收入最大的企业",
    "no deferral extracts": "未导入缓税数据，无还原留抵退税及缓税口径",
}
"""Why a window gives no year-on-year figure."""
REFUND_CAUSE = "可能受留抵退税影响"
POLICY_DROP = "政策性/时点性减收，不派单"
NO_REFUNDS = "未导入退库数据，还原口径等于自然口径"
MOVED = "已迁出或已不在园区名录，先核对迁出情况"
NOT_FOUND = "入库明细和企业名录中均未找到，请核对企业名称和代码"
FROZEN_UNKNOWN = "定榜后更正：期间数据已不可用"
FROZEN_NO_DROP = "按现有数据已不减收"
BY_AMOUNT = "减收关注按预期减收金额列入，等级为低"
ASK_REFUND = "核对留抵退税金额及到账时间；了解后续生产经营"
ASK_MOVED = "了解迁出原因与企业诉求；核对主管税务机关"
ASK_PLANS = "了解经营场地、资质等方面的安排和诉求"
ASK_SERVICE = "了解经营情况、全年预计和企业诉求"
ASK_HIDDEN = "税收与经营变动不一致，待核实"
ASK_DECLINE = "了解收入下降的原因、持续时间和全年预计；了解企业诉求"


def with_order_notes(orders: pl.DataFrame) -> pl.DataFrame:
    """Add `uscc`, `cause_note`, `verify_note` and `note` to `marts.work_orders` with causes, one row an order.

    What the arithmetic shows (`causes.with_order_causes`) speaks first; without it a refund is only a possible cause.
    `uscc` is the id as delivered, blank for an enterprise without one; a move ahead of the as-of date is no move yet.
    What a model's reasons ask to verify stands behind what the arithmetic asks; a rule's is among that already.
    """
    refunded = pl.col("local_natural_change") < pl.col("local_restored_change")
    moved = has_moved()
    asked_of_cause = pl.col("main_cause").replace_strict(dict(ASK_OF_CAUSE), default=None, return_dtype=pl.String)
    may_leave = pl.col("relocation_grade").is_in(["high", "medium"])
    by_model = (pl.col("decline_basis") == "model") & pl.col("decline_grade").is_in(["high", "medium"])
    by_amount = (
        (pl.col("decline_basis") == "model")
        & (pl.col("decline_grade") == "low")
        & pl.col("sources").list.contains("risk")
    )
    is_apart = (pl.col("hidden_outflow_grade") == "high").fill_null(value=False)
    return orders.with_columns(
        uscc=pl.col("source_id"),
        cause_note=_joined(
            pl.when(moved).then(pl.lit(MOVED)),
            pl.when(pl.col("causes").is_not_null()).then("causes").when(refunded).then(pl.lit(REFUND_CAUSE)),
            pl.col("decline_reasons"),
        ),
        verify_note=_asked_once(
            pl.when(moved)
            .then(pl.lit(ASK_MOVED))
            .when(asked_of_cause.is_not_null())
            .then(asked_of_cause)
            .when(refunded)
            .then(pl.lit(ASK_REFUND))
            .when(may_leave)
            .then(pl.lit(ASK_PLANS))
            .when(pl.col("local_restored_change") >= 0)
            .then(pl.lit(ASK_SERVICE))
            .otherwise(pl.lit(ASK_DECLINE)),
            pl.when(by_model & ~moved).then("decline_verify"),
            pl.when(is_apart & ~moved).then(pl.lit(ASK_HIDDEN)),
        ),
        note=_joined(
            pl.when(pl.col("is_fallback")).then(
                pl.format("本数据无地方级金额，地方级各列为{}", pl.col("level").replace(dict(LEVEL_WORDS)))
            ),
            pl.col("not_covered_reason").replace_strict(NO_WINDOW, default=None, return_dtype=pl.String),
            pl.when(moved).then(pl.format("离园日期{}", pl.col("moved_on").dt.to_string("%Y-%m-%d"))),
            pl.when(~pl.col("has_refunds")).then(pl.lit(NO_REFUNDS)),
            pl.when(may_leave & ~moved).then(pl.format("迁出关注：{}", "relocation_reasons")),
            pl.when(by_amount & ~moved).then(pl.lit(BY_AMOUNT)),
            pl.when(pl.col("is_overdue")).then(pl.lit("已超办理时限")),
        ),
    )


def with_list_notes(inquiries: pl.DataFrame) -> pl.DataFrame:
    """Add `uscc` and `cause_note` to `marts.drop_list_inquiries` with `causes`, one row a place on a list."""
    return inquiries.with_columns(
        uscc=pl.col("source_id"),
        cause_note=_joined(
            pl.when(pl.col("is_policy_drop")).then(pl.lit(POLICY_DROP)),
            pl.when(pl.col("natural_change") < 0).then(
                pl.when(pl.col("causes").is_not_null())
                .then("causes")
                .when(pl.col("natural_change") < pl.col("restored_change"))
                .then(pl.lit(REFUND_CAUSE))
            ),
            pl.when(has_moved()).then(pl.format("离园日期{}", pl.col("moved_on").dt.to_string("%Y-%m-%d"))),
        ),
    )


def with_member_notes(members: pl.DataFrame) -> pl.DataFrame:
    """Add `uscc`, `cause_note` and an empty `share_of_drop` to `marts.firm_lists` with `causes`, one row a place."""
    return members.with_columns(
        uscc=pl.col("source_id"),
        share_of_drop=pl.lit(None, dtype=pl.Float64),
        cause_note=_joined(
            pl.when(~pl.col("is_known")).then(pl.lit(NOT_FOUND)),
            pl.col("not_covered_reason").replace_strict(NO_WINDOW, default=None, return_dtype=pl.String),
            pl.when(pl.col("natural_change") < 0).then("causes"),
            pl.when(has_moved()).then(pl.format("离园日期{}", pl.col("moved_on").dt.to_string("%Y-%m-%d"))),
        ),
    )


def with_freeze_notes(lines: pl.DataFrame, unit: DisplayUnit) -> pl.DataFrame:
    """Put before `cause_note` of `marts.drop_list_inquiries` what was corrected since a list was frozen (定榜)."""
    columns = ("is_frozen", "frozen_change", "correction", "change", "is_still_drop")
    notes = [_freeze_note(row, unit) for row in lines.select(columns).iter_rows(named=True)]
    note = pl.lit(pl.Series("note", notes, dtype=pl.String))
    return lines.with_columns(cause_note=_joined(note, pl.col("cause_note")))


def _freeze_note(row: Mapping[str, Any], unit: DisplayUnit) -> str | None:
    if not row["is_frozen"]:
        return None
    if row["change"] is None:
        return FROZEN_UNKNOWN
    if not row["correction"]:
        return None if row["is_still_drop"] else FROZEN_NO_DROP
    before, now = unit.show(row["frozen_change"]), unit.show(row["change"])
    moved = f"增减额由{before}变为{now}{unit.label}"
    if before == now:
        moved = f"增减额相差{row['correction']:,f}元"
    return f"定榜后更正：{moved}" + ("" if row["is_still_drop"] else "，已不减收")


def has_moved() -> pl.Expr:
    """Whether an enterprise of a week's rows has moved out; a move ahead of the as-of date is no move yet."""
    return (pl.col("moved_on") <= pl.col("as_of_date")).fill_null(value=False)


def _asked_once(*parts: pl.Expr) -> pl.Expr:
    """Questions in a row, each once: a model's concepts ask for what the order asks for already."""
    questions = _joined(*parts).str.split("；").list.unique(maintain_order=True)
    return questions.list.join("；")


def _joined(*parts: pl.Expr) -> pl.Expr:
    """Remarks in a row, the missing ones left out; null where none is left."""
    text = pl.concat_str([part.cast(pl.String) for part in parts], separator="；", ignore_nulls=True)
    return pl.when(text != "").then(text)
