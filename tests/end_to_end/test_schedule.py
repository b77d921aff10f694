"""`mainstay schedule` with a real server: what a run shows as, what becomes of missed ones, and that it stops clean."""

import inspect
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import prefect
import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Scheduled

from mainstay import cli, running
from mainstay.errors import LockHeldError, UsageError
from mainstay.settings import Workspace
from mainstay.warehouse.lock import exclusive

ROOT = Path(__file__).parents[2]
MONTH = re.compile(r"_(\d{4})(\d{2})")


@dataclass
class Schedule:
    """A running `mainstay schedule`, and what its server shows."""

    process: subprocess.Popen[str]
    told: list[str]
    client: Any

    def deployment(self) -> Any:
        return self.client.read_deployment_by_name("weekly/monday")

    def fire(self, as_of: date, at: datetime | None = None) -> UUID:
        """Ask for a run, as the schedule does or an operator in the browser."""
        made = self.client.create_flow_run_from_deployment(
            self.deployment().id, parameters={"as_of": as_of.isoformat()}, state=Scheduled(scheduled_time=at)
        )
        return UUID(str(made.id))

    def wait(self, run: UUID, until: Callable[[Any], bool]) -> Any:
        """The run's state, once it is as wanted."""
        for _ in range(600):
            state = self.client.read_flow_run(run).state
            if until(state):
                return state
            time.sleep(0.1)
        raise TimeoutError(str(state))

    def under_way(self, as_of: date) -> UUID:
        """Ask for a run, and wait until it runs."""
        run = self.fire(as_of)
        self.wait(run, lambda state: state.is_running())
        return run

    def stop(self, end: Callable[[int], None]) -> tuple[int, list[int], list[int]]:
        """End it; returns its exit status, its processes before, and those of them that are left."""
        before = descendants(self.process.pid)
        end(self.process.pid)
        status = self.process.wait(30)
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
def schedule(workspace: Workspace) -> Iterator[Schedule]:
    """Start `mainstay schedule`; whatever happens in the test, it is ended."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MAINSTAY_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstay", "--home", str(workspace.home), "schedule"],
        env=clean | {"PREFECT_WORKER_QUERY_SECONDS": "0.5"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # a terminal's Ctrl-C goes to all processes of the group
    )
    assert process.stdout is not None
    told = []
    try:
        while not told or "stop:" not in told[-1]:
            told.append(process.stdout.readline())
            assert told[-1], process.communicate()[1]
        address = re.search(r"http://127\.0\.0\.1:\d+", "".join(told))
        password = (workspace.prefect / "schedule-password").read_text("utf-8").strip()
        assert address is not None
        with (
            temporary_settings({PREFECT_API_URL: f"{address[0]}/api", PREFECT_API_AUTH_STRING: password}),
            get_client(sync_client=True) as client,
        ):
            yield Schedule(process, told, client)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, date]:
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
    return workspace, (last + timedelta(days=31)).replace(day=11)


def keep(workspace: Workspace, **options: Any) -> None:
    running.load_flow("schedule").keep(workspace.home, tell=lambda _: None, **options)


def test_the_schedule_runs_fails_visibly_stops_clean_and_makes_up_for_the_latest_missed_week_only(
    park: tuple[Workspace, date],
) -> None:
    workspace, as_of = park
    with schedule(workspace) as first:
        (planned,) = first.deployment().schedules
        assert (planned.schedule.cron, planned.schedule.timezone) == ("0 7 * * 1", "Asia/Shanghai")
        assert first.deployment().parameters == {"home": str(workspace.home)}
        with pytest.raises(LockHeldError, match="mainstay schedule"):
            keep(workspace)

        refused = first.wait(first.fire(as_of + timedelta(days=80)), lambda state: state.is_final())
        assert refused.name == "Failed"
        assert "receipts" in refused.message
        assert not workspace.latest.exists()

        under_way = first.under_way(as_of - timedelta(days=1))
        soon = datetime.now(UTC) + timedelta(seconds=2)
        missed = [first.fire(as_of, soon + timedelta(milliseconds=number)) for number in (1, 3, 2)]
        status, before, left = first.stop(terminate)
        assert (status, left) == (0, [])
        assert len(before) >= 2, "the server and the run under way"
        earlier, _ = first.process.communicate()  # on a slow machine it sees to the first missed ones itself

    with schedule(workspace) as second:
        latest = second.wait(missed[1], lambda state: state.is_final())
        assert latest.name == "Completed", latest.message
        assert [second.wait(missed[number], lambda state: state.is_final()).name for number in (0, 2)] == [
            "Cancelled"
        ] * 2
        assert second.wait(under_way, lambda state: state.is_final()).name == "Crashed"
        assert workspace.out_of(as_of).exists()

        second.under_way(as_of + timedelta(days=1))
        assert second.stop(press_ctrl_c)[::2] == (0, [])
        told, complaints = second.process.communicate()
        assert (told.splitlines()[-1], complaints) == ("stopped", "")
        cancelled = re.compile(r", due \d{4}-\d\d-\d\d \d\d:\d\d: Cancelled$", re.MULTILINE)
        assert len(cancelled.findall(earlier) + cancelled.findall(told)) == 2


def test_a_killed_schedule_leaves_neither_server_nor_run_nor_lock_behind(park: tuple[Workspace, date]) -> None:
    workspace, as_of = park
    with schedule(workspace) as killed:
        killed.under_way(as_of + timedelta(days=2))
        status, before, left = killed.stop(kill)
    assert (status, len(before), left) == (-signal.SIGKILL, 2, [])
    for lock in (workspace.lock, workspace.prefect / "schedule.lock"):
        with exclusive(lock, "the next one", wait_seconds=0):
            pass


def test_the_server_always_asks_for_a_password_that_only_its_user_can_read(tmp_path: Path) -> None:
    flow, workspace = running.load_flow("schedule"), Workspace(tmp_path)
    path = workspace.prefect / "schedule-password"
    workspace.prefect.mkdir()
    for cut_off in ("", "mainstay:\n", "mainstay:abc"):
        path.write_text(cut_off, "utf-8")
        assert re.fullmatch(r"mainstay:[\w-]{24}", flow._credentials(workspace))
    path.chmod(0o644)
    kept = flow._credentials(workspace)
    assert kept == flow._credentials(workspace)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in workspace.prefect.iterdir()] == ["schedule-password"]


def test_the_port_is_held_from_the_start() -> None:
    flow = running.load_flow("schedule")
    with flow._door(None) as door, pytest.raises(UsageError, match="the port is taken"):
        flow._door(door.getsockname()[1])


def test_what_cannot_be_kept_is_refused_before_anything_is_started(
    park: tuple[Workspace, date], tmp_path: Path
) -> None:
    workspace, _ = park
    with pytest.raises(UsageError, match="not a cron line"):
        keep(workspace, cron="Mondays")
    with pytest.raises(UsageError, match="no workspace"):
        keep(Workspace(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="the port is taken"):
            keep(workspace, port=taken.getsockname()[1])


def test_the_deployment_file_and_the_command_say_the_same() -> None:
    stated = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
    flow = running.load_flow("schedule")
    deployment, training = stated["deployments"]
    assert (training["name"], training["entrypoint"]) == (flow.TRAINING, "flows/training.py:training")
    assert training["schedules"] == [{"cron": flow.FIRST_OF_QUARTER, "timezone": "Asia/Shanghai", "active": True}]
    assert (deployment["name"], deployment["work_pool"]["name"]) == (flow.DEPLOYMENT, flow.POOL)
    assert deployment["schedules"] == [{"cron": flow.MONDAY_MORNING, "timezone": "Asia/Shanghai", "active": True}]
    assert deployment["entrypoint"] == "flows/weekly.py:weekly"
    assert inspect.signature(cli.schedule).parameters["cron"].default == flow.MONDAY_MORNING
    assert stated["prefect-version"] == prefect.__version__
