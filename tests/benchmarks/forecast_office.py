"""A landing folder as a ledger in memory, and what a forecast may know of it at several as-of dates."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from mainstay.demo import mark_simulated
from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.extracts.registry import one_namespace, workspace_contracts
from mainstay.resources import shipped
from mainstay.revenue.forecast import RELATIONS
from mainstay.settings import Workspace
from mainstay.simulate import Park
from mainstay.warehouse import ledger, loading
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.models import load_models
from mainstay.warehouse.past import PastLedger
from mainstay.week.input_tables import input_tables

HERE = Path(__file__).resolve().parent
MEMORY = Path(":memory:")
YEARS = "features.forecast_years"


def known_then(workspace: Workspace, as_of: Sequence[date]) -> dict[date, dict[str, pl.DataFrame]]:
    """Load every file of the landing folder and build what a forecast reads, one as-of date after the other."""
    settings, seeds = workspace.settings(), shipped("seeds")
    contracts = workspace_contracts(workspace, settings, seeds)
    seen = datetime.now(UTC)
    with Warehouse(MEMORY, candidate=MEMORY) as warehouse:
        ledger.prepare(warehouse)
        files = scan(workspace.landing, settings.landing.ignore)
        deliveries, refused = sort_out(files, contracts, ledger.known_files(warehouse), seen.date())
        quarantined: list[Quarantined] = list(refused)
        for group in loading.in_groups(read_each(deliveries, quarantined)):
            loading.load_all(warehouse, group, seen)
        if quarantined:
            raise SystemExit(f"{len(quarantined)} files could not be read: {quarantined[0].file}")
        ledger.supersede(warehouse)
        ledger.identify(warehouse, one_namespace=one_namespace(contracts))
        for contract in contracts:
            ledger.settle(warehouse, list(ledger.pending_files(warehouse, contract.name)), "accepted")
        past = PastLedger(warehouse, load_models(shipped("sql")), input_tables(settings, contracts, workspace.home))
        return {day: past.as_known(day, RELATIONS, {}) for day in as_of}


@contextmanager
def simulated(enterprises: int, seed: int, first_month: date, months: int) -> Iterator[Workspace]:
    """A workspace with every extract of a simulated park."""
    with _fresh() as workspace:
        mark_simulated(workspace)
        park = Park(enterprises=enterprises, seed=seed, first_month=first_month, months=months)
        for month in park.months:
            park.write_month(workspace.landing / f"{month:%Y-%m}", month)
        yield workspace


@contextmanager
def texas(extracts: Sequence[Path]) -> Iterator[Workspace]:
    """A workspace with the real extracts."""
    with _fresh() as workspace:
        shutil.copytree(HERE.parent / "realdata" / "texas", workspace.home)
        workspace.landing.mkdir()
        for path in extracts:
            shutil.copy(path, workspace.landing)
        yield workspace


@contextmanager
def _fresh() -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory(prefix="mainstay-study-") as folder:
        yield Workspace(Path(folder) / "office")


def as_years(
    known: Mapping[date, Mapping[str, pl.DataFrame]], closed: Callable[[date], int]
) -> dict[date, dict[str, pl.DataFrame]]:
    """The same frames for a year that does not begin in January: `closed` counts its closed months at an as-of date."""
    return {
        day: {
            **frames,
            YEARS: frames[YEARS].with_columns(
                months_closed=pl.lit(closed(day), dtype=pl.Int64), reason=pl.lit(None, dtype=pl.String)
            ),
        }
        for day, frames in known.items()
    }
