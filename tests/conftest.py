"""What all tests share: a home of their own, a closed network, one Prefect server a session."""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock

# Set before anything imports Prefect or Great Expectations, which read it then.
_HOME = Path(tempfile.mkdtemp(prefix="mainstay-tests-"))
os.environ.update(
    HOME=str(_HOME),
    XDG_CACHE_HOME=str(_HOME / "cache"),
    PREFECT_HOME=str(_HOME / "prefect"),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_LEVEL="CRITICAL",
    GX_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
)
os.environ.pop("MAINSTAY_HOME", None)

# Two loaded cores miss any deadline now and then; in CI the same change always meets the same examples.
hypothesis.settings.register_profile("mainstay", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("mainstay")


ONE_BY_ONE = ("test_schedule.py", "test_wheel.py")
"""Files whose slow tests share nothing: two processes take them one by one, all others file by file."""
FIRST = (*ONE_BY_ONE, "test_texas_backtest.py", "test_texas.py")
"""Files with the slowest tests, slowest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest tests first, so that no process is left with one at the end; then end to end, as collected."""
    first = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: first.get(item.path.name, len(first)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What the processes of `make test` take at once: a file with its fixtures, or a single slow test."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrTest(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file.endswith(ONE_BY_ONE) else file

    config.option.loadscopereorder = False
    return ByFileOrTest(config, log)


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


def is_this_machine(host: object) -> bool:
    """Tell whether a host is this machine; any name but localhost would be looked up elsewhere."""
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Nothing in this process reaches beyond the machine: no outbound calls (DOMAIN section 8)."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_this_machine(address[0]):
            pytest.fail(f"a connection beyond this machine was tried: {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_this_machine(host):
            pytest.fail(f"a name beyond this machine was looked up: {host!r}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


OnceARun = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once_a_run(tmp_path_factory: pytest.TempPathFactory) -> OnceARun:
    """Makes a folder by its name, once a run whichever process asks first: to be read or copied, not worked in."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, unfinished = shared / name, shared / f"{name}-unfinished"
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(scope="module")
def without_prefect() -> Iterator[None]:
    """Flows and tasks are plain functions in this module; see `tests.plain_flows`."""
    from tests.plain_flows import plain_flows

    with plain_flows():
        yield


@pytest.fixture(scope="session")
def prefect_database(once_a_run: OnceARun) -> Path:
    """The database of a Prefect server that has not been used yet: to make it takes longer than to start a server."""

    def make(home: Path) -> None:
        upgrade = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]
        subprocess.run(upgrade, env=os.environ | {"PREFECT_HOME": str(home)}, check=True, capture_output=True)

    return once_a_run("prefect", make) / "prefect.db"


@pytest.fixture(scope="session")
def prefect_server(prefect_database: Path) -> Iterator[None]:
    """One temporary Prefect server for all tests that run a flow in this process; slow to start."""
    from prefect.testing import utilities

    def folder_of_the_server() -> str:
        folder = tempfile.mkdtemp()
        shutil.copy(prefect_database, Path(folder) / "prefect-test.db")
        return folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utilities, "mkdtemp", folder_of_the_server)
        with utilities.prefect_test_harness(server_startup_timeout=120):
            yield
