"""A run: the folder, the date and the rules that all of its steps share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mainstay.extracts.contract import Contract
from mainstay.extracts.registry import workspace_contracts
from mainstay.resources import shipped
from mainstay.settings import Settings, Workspace
from mainstay.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Run:
    """What the steps of one run share.

    Settings and contracts are read once, at the start: what the manifest names is what every step used, whatever
    becomes of the files meanwhile.
    """

    home: Path
    as_of: date
    run_id: str
    started_at: datetime
    settings: Settings
    contracts: tuple[Contract, ...]
    replay: bool = False

    @property
    def workspace(self) -> Workspace:
        """The folder this run works in."""
        return Workspace(self.home)

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


def start_run(workspace: Workspace, as_of: date, run_id: str, started_at: datetime, *, replay: bool = False) -> Run:
    """Read the settings and contracts of a workspace, once for the whole run.

    Args:
        workspace: The workspace.
        as_of: The run's date, inclusive.
        run_id: Names the run, its journal and its candidate.
        started_at: With its time zone.
        replay: Whether the date is older than the last published one.

    Raises:
        SettingsError: `mainstay.toml` is wrong.
        ContractError: a contract is wrong, or there is none for receipts.
    """
    settings = workspace.settings()
    contracts = workspace_contracts(workspace, settings, shipped("seeds"))
    return Run(workspace.home, as_of, run_id, started_at, settings, contracts, replay)
