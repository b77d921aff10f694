"""The causes that the data show, in a few words: beside a firm, on its order, and of a whole list in the brief."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.report.brief_page import LONGEST_NAME, Week, cell_words
from mainstay.report.units import ROUNDING, DisplayUnit, rounded

MOST_CAUSES = 3
"""A note names the largest by money; the others stand in `marts.causes`."""
_MOST_LISTS, _MOST_OF_A_LIST = 2, 4
_UNEXPLAINED = "X"
_OTHERS_ROSE = "其他增收"
"""What is left over where the causes explain more than the drop."""

ASK_OF_CAUSE: Mapping[str, str] = MappingProxyType(
    {
        "P1": "核对留抵退税金额及到账时间；了解后续生产经营",
        "P2": "核对减税降费享受情况；了解后续生产经营",
        "P3": "核对缓税金额及到期入库月份；了解后续生产经营",
        "P4": "核对退税事由、金额及到账时间；了解后续生产经营",
        "T1": "核对汇算清缴或预缴的入库时间和金额",
        "T2": "了解项目周期和后续项目安排",
        "T3": "核对欠缴、迟缴税款；了解资金周转有无困难",
        "B1": "核对上年一次性收入事项；了解今年主营业务和全年预计",
        "B2": "核对上年补缴事项；了解今年主营业务和全年预计",
        "D1": "核对入库税种调整情况",
        "D2": "核对更正冲销情况",
        "S1": "核对预算级次和分成比例",
        "C1": "核对登记状态和经营地址；了解有无需要协助的事项",
        "R2": "核对主管税务机关变动情况；了解企业诉求",
        "R3": "核对开票与入库变化不一致的原因；了解业务和场地安排",
        "M1": "了解订单变化、持续时间和全年预计；了解企业诉求",
    }
)
"""What to verify where this code takes most of the drop; of a firm that moved and of what is unexplained as ever."""


def with_list_causes(inquiries: pl.DataFrame, causes: pl.DataFrame, unit: DisplayUnit) -> pl.DataFrame:
    """Add `causes` to places of lists: the largest causes in words, null where none was computed.

    Args:
        inquiries: `marts.drop_list_inquiries`.
        causes: `marts.causes`.
        unit: The display unit of money.
    """
    keys = ["list_name", "enterprise_id"]
    return inquiries.join(_worded(causes, unit).select(*keys, "causes"), on=keys, how="left", maintain_order="left")


def with_order_causes(orders: pl.DataFrame, causes: pl.DataFrame, unit: DisplayUnit) -> pl.DataFrame:
    """Add `causes` and `main_cause` (its code) to orders, null where the enterprise is on no list.

    Those of the list with the window and level of the order's own figures; else of the list with the largest drop, and
    then its title stands before them.

    Args:
        orders: `marts.work_orders`.
        causes: `marts.causes`.
        unit: The display unit of money.
    """
    own = orders.select("order_id", "enterprise_id", "window_start", "window_end", "level")
    chosen = (
        _worded(causes, unit)
        .join(own, on="enterprise_id", suffix="_own")
        .with_columns(
            is_own=pl.all_horizontal(
                pl.col(name).eq_missing(pl.col(f"{name}_own")) for name in ("window_start", "window_end", "level")
            )
        )
        .sort("is_own", "change", "list_name", descending=[True, False, False])
        .unique("order_id", keep="first", maintain_order=True)
        .select(
            "order_id",
            "main_cause",
            causes=pl.when("is_own").then("causes").otherwise(pl.format("{}：{}", "title", "causes")),
        )
    )
    return orders.join(chosen, on="order_id", how="left", maintain_order="left")


def composition(week: Week, lists: pl.DataFrame, causes: pl.DataFrame) -> str:
    """Say of what the change of each list is made, largest first; blank where no causes were computed.

    Args:
        week: The week and its unit.
        lists: `marts.list_movements`, in the order of the brief.
        causes: `marts.causes`.
    """
    sums = causes.group_by("list_name", "cause_code", "cause_zh", "place").agg(pl.col("amount").sum())
    said = []
    for title, name in lists.select("title", "list_name").iter_rows():
        of_list = sums.filter(pl.col("list_name") == name)
        whole = sum(of_list["amount"], Decimal(0))
        if of_list.is_empty() or not whole:
            continue
        rows = of_list.sort(pl.col("amount").abs(), -pl.col("place"), descending=True).head(_MOST_OF_A_LIST)
        parts = [
            f"{_name(row)}{week.money(row['amount'])}（{_per_cent(row['amount'], whole)}%）"
            for row in rows.sort(pl.col("cause_code") == _UNEXPLAINED, maintain_order=True).iter_rows(named=True)
        ]
        rest = "等" if of_list.height > rows.height else ""
        said.append(f"{cell_words(title, LONGEST_NAME)}——{'、'.join(parts)}{rest}")
    if not said:
        return ""
    return f"原因构成（{week.unit.label}，占增减额比重，系统初判待核实）：{'；'.join(said[:_MOST_LISTS])}。"


def _name(row: Mapping[str, Any]) -> str:
    return _OTHERS_ROSE if row["cause_code"] == _UNEXPLAINED and row["amount"] > 0 else str(row["cause_zh"])


def _per_cent(amount: Decimal, whole: Decimal) -> Decimal:
    return rounded(ROUNDING.divide(amount * 100, whole), 0)


def _worded(causes: pl.DataFrame, unit: DisplayUnit) -> pl.DataFrame:
    """One row per list and enterprise: `causes` in words, `main_cause`, `change`, and what the list is."""
    ranked = causes.sort(pl.col("amount").abs(), -pl.col("place"), descending=True)
    shown = (
        ranked.group_by("list_name", "enterprise_id", maintain_order=True)
        .head(MOST_CAUSES)
        .sort(pl.col("cause_code") == _UNEXPLAINED, maintain_order=True)
        .with_columns(
            words=pl.concat_str(
                pl.when(pl.col("cause_code") == _UNEXPLAINED, pl.col("amount") > 0)
                .then(pl.lit(_OTHERS_ROSE))
                .otherwise("cause_zh"),
                pl.lit(" "),
                pl.col("amount").map_elements(unit.words, return_dtype=pl.String),
            )
        )
    )
    words = shown.group_by("list_name", "enterprise_id", maintain_order=True).agg(causes=pl.col("words").str.join("；"))
    lines = causes.group_by("list_name", "enterprise_id").agg(
        pl.col("title", "level", "window_start", "window_end").first(),
        change=pl.col("amount").sum(),
        main_cause=pl.col("cause_code").sort_by("amount", "place").first(),
    )
    return lines.join(words, on=["list_name", "enterprise_id"])
