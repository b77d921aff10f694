"""`mainstay schedule` with a real server: what a run shows as, what becomes of missed ones, and that it stops clean."""

import asyncio
import base64
import inspect
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID

import prefect
import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Scheduled

from flows import schedule as flow
from flows.server import Server
from mainstay import cli
from mainstay.errors import LockHeldError, MainstayError, UsageError
from mainstay.settings import Workspace
from mainstay.warehouse.lock import exclusive

ROOT = Path(__file__).parents[2]
MONTH = re.compile(r"_(\d{4})(\d{2})")


@dataclass
class Schedule:
    """A running `mainstay schedule`: what it has printed so far, and what its server shows."""

    process: subprocess.Popen[str]
    address: str
    client: Any
    printed: str

    def deployment(self) -> Any:
        return self.client.read_deployment_by_name("weekly/monday")

    def status_of_request(self, credentials: str) -> int:
        """What the server answers to somebody who names this user and password."""
        with closing(HTTPConnection(self.address, timeout=30)) as connection:
            headers = {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}
            connection.request("GET", "/api/admin/version", headers=headers if credentials else {})
            return connection.getresponse().status

    def fire(self, as_of: date, at: datetime | None = None) -> UUID:
        """Ask for a run, as the schedule does or an operator in the browser."""
        made = self.client.create_flow_run_from_deployment(
            self.deployment().id, parameters={"as_of": as_of.isoformat()}, state=Scheduled(scheduled_time=at)
        )
        return UUID(str(made.id))

    def state_of(self, run: UUID) -> Any:
        return self.client.read_flow_run(run).state

    def under_way(self, as_of: date) -> UUID:
        """Ask for a run, and wait until it runs."""
        run = self.fire(as_of)
        while not self.state_of(run).is_running():
            assert not self.state_of(run).is_final()
            time.sleep(0.5)
        return run

    def read_until(self, text: str) -> None:
        """Wait until it has printed a text."""
        assert self.process.stdout is not None
        while text not in self.printed:
            line = self.process.stdout.readline()
            assert line, self.printed
            self.printed += line


def end(process: subprocess.Popen[str], how: Callable[[int], None]) -> tuple[int, list[int], list[int]]:
    """End a schedule; returns its exit status, its processes before, and those of them that are left."""
    before = descendants(process.pid)
    how(process.pid)
    status = process.wait(60)
    until = time.monotonic() + 20 * (status < 0)
    while any(map(is_alive, before)) and time.monotonic() < until:
        time.sleep(0.1)
    return status, before, [pid for pid in before if is_alive(pid)]


def terminate(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)


def press_ctrl_c(pid: int) -> None:
    os.killpg(pid, signal.SIGINT)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def descendants(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-ax", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(above) for pid, above in (line.split() for line in listed.splitlines())}
    found = [parent]
    for above in found:
        found.extend(pid for pid, its_parent in parents.items() if its_parent == above)
    return found[1:]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def started(workspace: Workspace) -> Iterator[subprocess.Popen[str]]:
    """Start `mainstay schedule`; whatever happens in the test, it is ended."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MAINSTAY_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstay", "--home", str(workspace.home), "schedule"],
        env=clean | {"PREFECT_WORKER_QUERY_SECONDS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # a terminal's Ctrl-C goes to all processes of the group
    )
    patience = threading.Timer(900, process.kill)  # a line that never comes is an error then
    patience.start()
    try:
        yield process
    finally:
        patience.cancel()
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


@contextmanager
def schedule(workspace: Workspace) -> Iterator[Schedule]:
    """Start `mainstay schedule`, and wait until it is ready."""
    with started(workspace) as process:
        shown = Schedule(process, "", None, "")
        shown.read_until("stop:")
        address = re.search(r"http://(127\.0\.0\.1:\d+)", shown.printed)
        assert address is not None
        shown.address = address[1]
        password = (workspace.prefect / "schedule-password").read_text("utf-8").strip()
        api = {PREFECT_API_URL: f"{address[0]}/api", PREFECT_API_AUTH_STRING: password}
        with temporary_settings(api), get_client(sync_client=True) as shown.client:
            yield shown


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> tuple[Workspace, date]:
    """Three months of receipts of a small simulated park, not run yet; and a date as of which they can be run."""
    workspace = Workspace(tmp_path_factory.mktemp("scheduled") / "park")
    with pytest.MonkeyPatch.context() as patch:
        options = ["--enterprises", "20", "--months", "3"]
        patch.setattr(sys, "argv", ["mainstay", "--home", str(workspace.home), "simulate", *options])
        with pytest.raises(SystemExit):
            cli.main()
    cli.logger.handlers.clear()
    months = []
    for path in workspace.landing.rglob("*"):
        found = MONTH.search(path.name)
        if path.is_file() and found and "入库" in path.name:
            months.append(date(int(found[1]), int(found[2]), 1))
        elif path.is_file():
            path.unlink()
    last = max(months)
    workspace.prefect.mkdir()
    shutil.copy(prefect_database, workspace.prefect)
    return workspace, (last + timedelta(days=31)).replace(day=11)


def serve(workspace: Workspace, **options: Any) -> None:
    flow.serve(workspace, report=lambda _: None, **options)


def test_a_killed_schedule_leaves_nothing_behind_and_the_next_one_makes_up_for_the_latest_missed_week_only(
    park: tuple[Workspace, date],
) -> None:
    workspace, as_of = park
    settings = workspace.settings_file.read_text("utf-8")
    with schedule(workspace) as first:
        (planned,) = first.deployment().schedules
        assert (planned.schedule.cron, planned.schedule.timezone) == ("0 7 * * 1", "Asia/Shanghai")
        assert first.deployment().parameters == {"home": str(workspace.home)}
        password = (workspace.prefect / "schedule-password").read_text("utf-8").strip()
        assert [first.status_of_request(one) for one in ("", "mainstay:wrong", password)] == [401, 401, 200]
        with pytest.raises(LockHeldError, match="mainstay schedule"):
            serve(workspace)

        workspace.settings_file.write_text("[unheard]\n", "utf-8")
        refused = first.fire(as_of - timedelta(days=2))
        first.read_until(": Failed\n")
        assert "unheard" in first.state_of(refused).message
        workspace.settings_file.write_text(settings, "utf-8")

        under_way = first.under_way(as_of - timedelta(days=1))
        soon = datetime.now(UTC) + timedelta(seconds=3)
        missed = [first.fire(as_of, soon + timedelta(milliseconds=number)) for number in (1, 3, 2)]
        status, before, left = end(first.process, kill)
        assert (status, len(before), left) == (-signal.SIGKILL, 2, []), "the server and the run under way"
        printed = first.printed + first.process.communicate()[0]  # on a slow machine it cancels missed ones itself
    for lock in (workspace.lock, workspace.prefect / "schedule.lock"):
        with exclusive(lock, "the next one", wait_seconds=0):
            pass
    while datetime.now(UTC) < soon:
        time.sleep(0.1)

    with schedule(workspace) as second:
        assert second.state_of(under_way).name == "Crashed"
        second.read_until(": Completed\n")
        assert [second.state_of(run).name for run in missed] == ["Cancelled", "Completed", "Cancelled"]
        assert workspace.out_of(as_of).exists()

        second.under_way(as_of + timedelta(days=1))
        assert end(second.process, terminate)[::2] == (0, [])
        printed_last, complaints = second.process.communicate()
    assert (printed_last, complaints) == ("stopped\n", "")
    lines = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d (\S+), due .*: (\w+)$", printed + second.printed, re.MULTILINE)
    assert [(name, state) for name, state in lines if state != "Cancelled"] == [
        (f"weekly-{as_of - timedelta(days=2)}", "Failed"),
        (f"weekly-{as_of - timedelta(days=1)}", "Crashed"),
        (f"weekly-{as_of}", "Completed"),
    ]
    assert [state for _, state in lines].count("Cancelled") == 2


def test_ctrl_c_while_the_server_starts_stops_clean(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.landing.mkdir()
    with started(workspace) as process:
        while not descendants(process.pid):
            assert process.poll() is None
            time.sleep(0.1)
        assert end(process, press_ctrl_c)[::2] == (0, [])
        assert process.communicate() == ("stopped\n", "")


def test_the_schedule_ends_with_an_error_when_its_server_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    server = Server("http://127.0.0.1:9", ended, Path("server.log"))
    with pytest.raises(MainstayError, match="the Prefect server ended by itself"):
        asyncio.run(flow._Worker(server, lambda _: None).get_and_submit_flow_runs())


def test_the_server_always_asks_for_a_password_that_only_its_user_can_read(tmp_path: Path) -> None:
    path = tmp_path / "schedule-password"
    for cut_off in ("", "mainstay:\n", "mainstay:abc"):
        path.write_text(cut_off, "utf-8")
        assert re.fullmatch(r"mainstay:[\w-]{24}", flow._credentials(path))
    path.chmod(0o644)
    kept = flow._credentials(path)
    assert kept == flow._credentials(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_port_is_held_from_the_start() -> None:
    with flow._listener(None) as listener, pytest.raises(UsageError, match="the port is taken"):
        flow._listener(listener.getsockname()[1])


def test_what_cannot_be_run_is_refused_before_anything_is_started(park: tuple[Workspace, date], tmp_path: Path) -> None:
    workspace, _ = park
    with pytest.raises(UsageError, match="not a cron line"):
        serve(workspace, cron="Mondays")
    with pytest.raises(UsageError, match="no workspace"):
        serve(Workspace(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="the port is taken"):
        serve(workspace, port=taken.getsockname()[1])


def test_the_deployment_file_and_the_command_say_the_same() -> None:
    stated = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
    deployment, training = stated["deployments"]
    assert (training["name"], training["entrypoint"]) == (flow.TRAINING, "flows/training.py:training")
    assert training["schedules"] == [{"cron": flow.FIRST_OF_QUARTER, "timezone": "Asia/Shanghai", "active": True}]
    assert (deployment["name"], deployment["work_pool"]["name"]) == (flow.DEPLOYMENT, flow.POOL)
    assert deployment["schedules"] == [{"cron": flow.MONDAY_MORNING, "timezone": "Asia/Shanghai", "active": True}]
    assert deployment["entrypoint"] == "flows/weekly.py:weekly"
    assert inspect.signature(cli.schedule).parameters["cron"].default == flow.MONDAY_MORNING
    assert stated["prefect-version"] == prefect.__version__
