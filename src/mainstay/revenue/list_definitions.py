"""Lists are data: the shipped definitions, and those of the workspace."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import polars as pl

from mainstay.errors import SettingsError
from mainstay.list_settings import DRAWN_UP, DropListSettings, population_of, range_of

_COLUMNS: dict[str, pl.DataType] = {
    "list_name": pl.String(),
    "title": pl.String(),
    "kind": pl.String(),
    "population": pl.String(),
    "population_kind": pl.String(),
    "population_values": pl.List(pl.String()),
    "otherwise": pl.String(),
    "otherwise_kind": pl.String(),
    "otherwise_values": pl.List(pl.String()),
    "level": pl.String(),
    "caliber": pl.String(),
    "window_name": pl.String(),
    "range_from": pl.Date(),
    "range_to": pl.Date(),
    "top_k": pl.Int64(),
    "floor": pl.Decimal(18, 2),
    "sort_by": pl.String(),
    "ties": pl.String(),
    "applies": pl.String(),
    "frozen_on": pl.Date(),
    "version": pl.String(),
    "fingerprint": pl.String(),
}
_SAYS_NOTHING_OF_ITS_PLACES = {"title", "applies", "frozen_on", "version"}
_FINGERPRINT_LENGTH = 12


def list_definitions(seeds: Path, own: Mapping[str, DropListSettings]) -> pl.DataFrame:
    """One row per list that is not switched off (key: list_name), the shipped ones and the workspace's.

    What a workspace says of a shipped list takes the place of what was shipped, key by key. `floor` is in the ledger's
    unit, `window_name` the settings' window; `fingerprint` changes with everything that decides who is on the list.

    Raises:
        SettingsError: A list is asked for a kind that its order does not allow, or names a population that stands in
            for one that has its members always.
    """
    shipped = pl.read_csv(seeds / "drop_lists.csv", infer_schema=False).drop("note").rename({"floor_yuan": "floor"})
    stated = {row.pop("list_name"): row for row in shipped.iter_rows(named=True)}
    for name, settings in own.items():
        said = settings.model_dump(exclude_unset=True)
        # What stands in for the population as shipped does not stand in for another one.
        stands_in = {} if population_of(settings.population).kind in DRAWN_UP else {"otherwise": ""}
        stated[name] = stated.get(name, {}) | (stands_in if "population" in said else {}) | said
    defined = {
        name: DropListSettings.model_validate({key: value for key, value in keys.items() if value is not None})
        for name, keys in stated.items()
    }
    rows = [_row(name, one) for name, one in sorted(defined.items()) if one.applies != "never"]
    return pl.DataFrame(rows, schema=_COLUMNS)


def _row(name: str, one: DropListSettings) -> dict[str, object]:
    if one.kind == "drops" and one.sort_by not in {"amount", "percent"}:
        raise SettingsError(
            f"a drop list cannot be sorted by {one.sort_by}",
            where=f"[lists.{name}]",
            hint="sort_by = 'amount' or 'percent', or kind = 'firms'",
        )
    population = population_of(one.population)
    if one.otherwise and population.kind not in DRAWN_UP:
        raise SettingsError(
            f"no fallback is possible for population '{one.population}'",
            where=f"[lists.{name}]",
            hint="leave out otherwise; only imported lists and the watch_list, which may not have come, take one",
        )
    otherwise = population_of(one.otherwise) if one.otherwise else None
    first, last = range_of(one.window) or (None, None)
    decides = one.model_copy(update={"kind": one.kind_used}).model_dump_json(exclude=_SAYS_NOTHING_OF_ITS_PLACES)
    return {
        **one.model_dump(exclude={"window", "kind", "title", "otherwise"}),
        "list_name": name,
        "title": one.title or name,
        "kind": one.kind_used,
        "population_kind": population.kind,
        "population_values": list(population.values),
        "otherwise": one.otherwise or None,
        "otherwise_kind": otherwise.kind if otherwise else None,
        "otherwise_values": list(otherwise.values) if otherwise else [],
        "window_name": one.window,
        "range_from": first,
        "range_to": last,
        "fingerprint": sha256(decides.encode()).hexdigest()[:_FINGERPRINT_LENGTH],
    }


def size_classes(seeds: Path) -> pl.DataFrame:
    """One row per class of enterprises by revenue (key: size_class): `lower` and `upper`, in the ledger's unit.

    A class holds revenue from `lower` up to, but not including, `upper`; null is no bound.
    """
    classes = pl.read_csv(seeds / "size_classes.csv", infer_schema=False)
    bounds = [pl.col(f"{name}_yuan").cast(pl.Decimal(18, 2)).alias(name) for name in ("lower", "upper")]
    return classes.select("size_class", *bounds)


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
