"""Starting a flow: Prefect stays inside the workspace, quiet, and on this machine."""

import importlib
import importlib.util
import os
import sys
import threading
from datetime import date
from types import ModuleType
from typing import Any

from mainstay.errors import MainstayError
from mainstay.resources import shipped
from mainstay.settings import Workspace


def run_week(workspace: Workspace, day: date | None) -> dict[str, Any]:
    """Run the weekly flow on an ephemeral Prefect server inside the workspace; returns the journal's entry."""
    prepare_prefect(workspace)
    flow = load_flow("weekly")
    # Great Expectations takes seconds to import; Prefect's server, a process of its own, takes longer to start.
    threading.Thread(target=importlib.import_module, args=("mainstay.quality.suites",), daemon=True).start()
    entry: dict[str, Any] = flow.weekly(home=workspace.home, as_of=day)
    return entry


def load_flow(name: str) -> ModuleType:
    """Import a shipped flow by its file; flows are not a package of ours, Prefect finds them by path as well.

    Raises:
        MainstayError: there is no such file.
    """
    path = shipped("flows") / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"mainstay_flows_{name}", path)
    if spec is None or spec.loader is None:
        raise MainstayError("a shipped flow cannot be loaded", where=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def prepare_prefect(workspace: Workspace) -> None:
    """Set the environment that Prefect and Great Expectations read when they are imported."""
    for elsewhere in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE"):
        os.environ.pop(elsewhere, None)
    os.environ |= {
        "PREFECT_HOME": str(workspace.prefect),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
