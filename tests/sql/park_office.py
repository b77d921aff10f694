"""A simulated park in the warehouse: its files landed, read and loaded as a run does, without flow and papers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.extracts.registry import one_namespace, workspace_contracts
from mainstay.resources import shipped
from mainstay.settings import Settings, Workspace
from mainstay.simulate.park import write_park
from mainstay.warehouse import ledger, loading
from tests.sql.office import SEEN, Office
from tests.sql.on_demand import OnDemand


@dataclass(frozen=True)
class SimulatedPark:
    """The office that holds the park's files, and what was planted in them."""

    office: Office
    truth: dict[str, Any]


@contextmanager
def simulated_park(folder: Path, *, enterprises: int, seed: int, months: int) -> Iterator[SimulatedPark]:
    """Write a park from January 2021 on, and load every file of it that a contract knows."""
    landing, truth = folder / "landing", folder / "truth.json"
    write_park(landing, truth, enterprises=enterprises, seed=seed, first_month=date(2021, 1, 1), months=months)
    memory = Path(":memory:")
    with OnDemand(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        contracts = workspace_contracts(Workspace(folder), Settings(), shipped("seeds"))
        deliveries, refused = sort_out(scan(landing, ()), contracts, ledger.known_files(warehouse), SEEN.date())
        quarantined: list[Quarantined] = list(refused)
        groups = loading.in_groups(read_each(deliveries, quarantined))
        batches = [batch for group in groups for batch in loading.load_all(warehouse, group, SEEN)]
        assert quarantined == []
        ledger.supersede(warehouse)
        ledger.identify(warehouse, one_namespace=one_namespace(contracts))
        ledger.settle(warehouse, batches, "accepted")
        yield SimulatedPark(Office(warehouse), json.loads(truth.read_text("utf-8")))
