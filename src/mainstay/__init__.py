"""mainstay keeps the firms that hold up a park's revenue: every week from tax extracts to visits."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mainstay.warehouse.snapshot import Snapshot

__all__ = ["__version__", "open_snapshot"]

__version__ = version("mainstay")


def open_snapshot(home: Path | str | None = None) -> "Snapshot":
    """Open the newest published week of a workspace for analysis; it never stands in the way of the weekly run.

        import mainstay

        snapshot = mainstay.open_snapshot()
        snapshot.tables
        snapshot["marts.drop_lists"]  # a polars frame
        snapshot.sql("select zone, count(*) from marts.enterprises group by zone")

    Args:
        home: The workspace; else `MAINSTAY_HOME`, else `data/` below the current folder.

    Raises:
        UsageError: nothing was published there yet.
        MainstayError: the snapshot cannot be read.
    """
    # Imported late: whoever needs only the version, or an error class, does not wait for DuckDB and polars.
    from mainstay.warehouse.snapshot import open_snapshot as open_newest

    return open_newest(home)
