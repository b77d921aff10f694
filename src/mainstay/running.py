"""Running a flow. Only `flows/` knows Prefect, and starts it; here are the types of what goes in and comes out."""

import importlib
import sys
import threading
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

from mainstay.resources import shipped
from mainstay.settings import Workspace

_PACKAGE = "mainstay_flows"


def run_week(workspace: Workspace, day: date | None) -> dict[str, Any]:
    """Run the weekly flow on a Prefect server of this process; returns the journal's entry."""
    entry: dict[str, Any] = _flow_on_server(workspace, "weekly").weekly(home=workspace.home, as_of=day)
    return entry


def run_backtest(workspace: Workspace, question: object) -> dict[str, Any]:
    """Run the backtest flow as `run_week` does; returns what its `metrics.json` says."""
    flow = _flow_on_server(workspace, "backtest")
    metrics: dict[str, Any] = flow.backtest(home=workspace.home, question=question)
    return metrics


def run_training(workspace: Workspace, day: date | None, *, if_due: bool) -> list[dict[str, Any]]:
    """Run the training flow as `run_week` does; returns one line per target and horizon."""
    flow = _flow_on_server(workspace, "training")
    lines: list[dict[str, Any]] = flow.training(home=workspace.home, as_of=day, if_due=if_due)
    return lines


def run_schedule(workspace: Workspace, *, port: int | None, cron: str, report: Callable[[str], None]) -> None:
    """Run the schedule until it is stopped, see `serve` in `flows/schedule.py`."""
    load_flow("server").set_environment(workspace)
    load_flow("schedule").serve(workspace, port=port, cron=cron, report=report)


def _flow_on_server(workspace: Workspace, name: str) -> ModuleType:
    """A flow's module, once there is a server that answers."""
    server = load_flow("server").start_for_this_process(workspace)
    flow = load_flow(name)
    # Great Expectations takes seconds to import, like Prefect's server to start. Not beside the import of the flow:
    # what both need would be seen half imported.
    threading.Thread(target=importlib.import_module, args=("mainstay.quality.suites",), daemon=True).start()
    if server is not None:
        server.wait()
    return flow


def load_flow(name: str) -> ModuleType:
    """Import a module of the shipped `flows/`, which Prefect finds by path as well: they are not a package of ours."""
    if _PACKAGE not in sys.modules:
        package = sys.modules[_PACKAGE] = ModuleType(_PACKAGE)
        package.__path__ = [str(shipped("flows"))]
    return importlib.import_module(f"{_PACKAGE}.{name}")
