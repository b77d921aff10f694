"""A run: the folder, the date and the rules that all of its steps share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final

from mainstay.extracts.registry import workspace_contracts
from mainstay.resources import shipped
from mainstay.settings import Workspace
from mainstay.warehouse.connection import Warehouse


class Run:
    """What the steps of one run share.

    Settings and contracts are read once, at the start: what the manifest names is what every step used, whatever
    becomes of the files meanwhile.

    Args:
        workspace: The folder that the run works in.
        as_of: The run's date, inclusive.
        run_id: Names the run, its journal and its candidate.
        started_at: With its time zone.
        replay: Whether the date is older than the last published one.

    Raises:
        SettingsError: `mainstay.toml` is wrong.
        ContractError: a contract is wrong, or there is none for receipts.
    """

    # No dataclass: Prefect looks through all 5,000 values of one at every task, 20 ms each time (2026-12).
    def __init__(
        self, workspace: Workspace, as_of: date, run_id: str, started_at: datetime, *, replay: bool = False
    ) -> None:
        """Read the settings and contracts of the workspace."""
        self.workspace: Final = workspace
        self.as_of: Final = as_of
        self.run_id: Final = run_id
        self.started_at: Final = started_at
        self.replay: Final = replay
        self.settings: Final = workspace.settings()
        self.contracts: Final = workspace_contracts(workspace, self.settings, shipped("seeds"))

    @property
    def candidate(self) -> Path:
        """The file in which this run builds its marts."""
        return self.workspace.candidate(self.run_id)

    @property
    def written(self) -> Path:
        """The folder in which this run writes what people will receive."""
        return self.workspace.out / f".{self.as_of}-{self.run_id}"

    @contextmanager
    def warehouse(self, *, marts: bool = True) -> Iterator[Warehouse]:
        """The open warehouse, with this run's candidate attached unless `marts` is False."""
        candidate = self.candidate if marts else None
        with Warehouse(self.workspace.warehouse, candidate=candidate, settings=self.settings.warehouse) as warehouse:
            yield warehouse
