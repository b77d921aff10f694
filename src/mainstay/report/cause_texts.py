"""The causes that the data show, in a few words: beside a firm, on its order, and of a whole list in the brief."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from mainstay.report.brief_page import DASH, Week
from mainstay.report.units import ROUNDING, DisplayUnit, rounded

MOST_CAUSES = 3
"""A note names the largest by money; the others stand in `marts.causes`."""
_MOST_OF_A_LIST = 2
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


def composition(week: Week, causes: pl.DataFrame) -> dict[str, str]:
    """Return by list name of what its change is made, the largest causes first, in whole units and per cent of it.

    Args:
        week: The week and its unit.
        causes: `marts.causes`.
    """
    sums = causes.group_by("list_name", "cause_code", "cause_zh", "place").agg(pl.col("amount").sum())
    made_of = {}
    for (name,), of_list in sums.group_by("list_name"):
        whole = sum(of_list["amount"], Decimal(0))
        rows = of_list.sort(pl.col("amount").abs(), -pl.col("place"), descending=True).head(_MOST_OF_A_LIST)
        made_of[str(name)] = "、".join(
            f"{_name(row)}{_whole_units(week, row['amount'])}({_per_cent(row['amount'], whole)})"
            for row in rows.sort(pl.col("cause_code") == _UNEXPLAINED, maintain_order=True).iter_rows(named=True)
        )
    return made_of


def _whole_units(week: Week, amount: Decimal) -> str:
    """Whole units: the page has room for no more, and `marts.causes` has the cents."""
    return f"{rounded(week.unit.convert(amount), 0):,f}"


def _name(row: Mapping[str, Any]) -> str:
    return _OTHERS_ROSE if row["cause_code"] == _UNEXPLAINED and row["amount"] > 0 else str(row["cause_zh"])


def _per_cent(amount: Decimal, whole: Decimal) -> str:
    return f"{rounded(ROUNDING.divide(amount * 100, whole), 0)}%" if whole else DASH


def _worded(causes: pl.DataFrame, unit: DisplayUnit) -> pl.DataFrame:
    """One row per list and enterprise: `causes` in words, `main_cause`, `change`, and what the list is."""
    ranked = causes.sort(pl.col("amount").abs(), -pl.col("place"), descending=True)
    shown = (
        ranked.filter(pl.col("amount").map_elements(lambda amount: unit.show(amount) != 0, return_dtype=pl.Boolean))
        .group_by("list_name", "enterprise_id", maintain_order=True)
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
