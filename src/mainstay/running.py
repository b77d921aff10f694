"""Starting a flow: Prefect stays inside the workspace, quiet, and on this machine."""

import atexit
import importlib
import importlib.util
import os
import secrets
import sys
import threading
from datetime import date
from types import ModuleType
from typing import Any

from mainstay.errors import MainstayError
from mainstay.resources import shipped
from mainstay.server import Server, open_door, start_server
from mainstay.settings import Workspace


def run_week(workspace: Workspace, day: date | None) -> dict[str, Any]:
    """Run the weekly flow on a Prefect server of this process; returns the journal's entry.

    A process that has Prefect already uses the server that it has: the second week of a demo, a test.
    """
    flow = _flow_on_server(workspace, "weekly")
    entry: dict[str, Any] = flow.weekly(home=workspace.home, as_of=day)
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


def _flow_on_server(workspace: Workspace, name: str) -> ModuleType:
    """A flow's module, once there is a server that answers."""
    server = None if "prefect" in sys.modules else _started(workspace)
    flow = load_flow(name)
    # Great Expectations takes seconds to import, like Prefect's server to start. Not beside the import of the flow:
    # what both need would be seen half imported.
    threading.Thread(target=importlib.import_module, args=("mainstay.quality.suites",), daemon=True).start()
    if server is not None:
        server.wait()
    return flow


def _started(workspace: Workspace) -> Server:
    """Start a server, and tell Prefect of it in the environment that it reads when it is imported."""
    prepare_prefect(workspace)
    server = start_server(workspace.prefect, open_door(0), f"mainstay:{secrets.token_urlsafe(18)}", with_pages=False)
    # Registered before Prefect is imported, so called after it has said its last word to the server.
    atexit.register(server.stop)
    os.environ |= {
        "PREFECT_API_URL": f"{server.address}/api",
        "PREFECT_API_AUTH_STRING": server.credentials,
    }
    return server


def load_flow(name: str) -> ModuleType:
    """Import a shipped flow by its file; flows are not a package of ours, Prefect finds them by path as well.

    Raises:
        MainstayError: there is no such file.
    """
    path = shipped("flows") / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"mainstay_flows_{name}", path)
    if spec is None or spec.loader is None:
        raise MainstayError("a flow of mainstay cannot be loaded", where=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def prepare_prefect(workspace: Workspace) -> None:
    """Set the environment that Prefect and Great Expectations read when they are imported."""
    for elsewhere in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE"):
        os.environ.pop(elsewhere, None)
    os.environ |= {
        "PREFECT_HOME": str(workspace.prefect),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
