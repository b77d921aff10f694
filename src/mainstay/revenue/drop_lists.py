"""Drop lists are data: the shipped definitions, and those of the workspace."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from mainstay.settings import DropListSettings

_COLUMNS: dict[str, pl.DataType] = {
    "list_name": pl.String(),
    "title": pl.String(),
    "population": pl.String(),
    "level": pl.String(),
    "window_name": pl.String(),
    "top_k": pl.Int64(),
    "floor": pl.Decimal(18, 2),
    "sort_by": pl.String(),
    "applies": pl.String(),
}


def list_definitions(seeds: Path, own: Mapping[str, DropListSettings]) -> pl.DataFrame:
    """One row per drop list (key: list_name); a list of the workspace replaces the shipped one of its name.

    Columns: list_name, title, population, level, window_name, top_k, floor (in the ledger's unit), sort_by, applies.
    """
    shipped = pl.read_csv(seeds / "drop_lists.csv", infer_schema=False).rename(
        {"window": "window_name", "floor_yuan": "floor"}
    )
    mine = pl.DataFrame(
        [
            {**settings.model_dump(exclude={"window"}), "list_name": name, "window_name": settings.window}
            for name, settings in own.items()
        ],
        schema=_COLUMNS,
    )
    kept = shipped.filter(~pl.col("list_name").is_in(list(own))).select(
        pl.col(name).cast(kind) for name, kind in _COLUMNS.items()
    )
    return pl.concat([kept, mine]).filter(pl.col("applies") != "never").sort("list_name")


def levy_items(seeds: Path, in_local_revenue: tuple[str, ...]) -> pl.DataFrame:
    """One row per levy item as delivered (key: levy_item): levy, is_tax, in_local_revenue.

    The workspace's own items count as tax, in the local revenue, and as a levy of their own.
    """
    shipped = pl.read_csv(seeds / "levy_items.csv", infer_schema=False).select(
        "levy_item", "levy", *(pl.col(name) == "true" for name in ("is_tax", "in_local_revenue"))
    )
    own = pl.DataFrame({"levy_item": list(in_local_revenue)}, schema={"levy_item": pl.String}).select(
        "levy_item", levy=pl.col("levy_item"), is_tax=pl.lit(value=True), in_local_revenue=pl.lit(value=True)
    )
    return pl.concat([own, shipped.join(own, on="levy_item", how="anti")]).sort("levy_item")


def level_fallbacks(seeds: Path) -> pl.DataFrame:
    """One row per level asked for and level that may stand in for it (key: level_asked, level_used), by preference."""
    return pl.read_csv(seeds / "level_fallbacks.csv", schema_overrides={"preference": pl.Int64})
