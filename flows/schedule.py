"""The schedule on this machine: a Prefect server on localhost, two deployments, one worker, until it is stopped.

The week on Mondays, and the training of models in the first night of a quarter.

Run as a program, this file is one run, which ends with the process that started it, however that ends.
"""

import asyncio
import os
import re
import runpy
import secrets
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.schedules import Cron
from prefect.server.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_WORKER_QUERY_SECONDS, temporary_settings
from prefect.states import Cancelled, Crashed
from prefect.workers.process import ProcessWorker

from mainstay.errors import UsageError
from mainstay.resources import shipped
from mainstay.server import Server, open_door, start_server
from mainstay.settings import TIMEZONE, Workspace
from mainstay.warehouse.lock import exclusive

POOL, DEPLOYMENT, TRAINING = "mainstay", "monday", "quarter"
MONDAY_MORNING = "0 7 * * 1"
FIRST_OF_QUARTER = "0 5 1 1,4,7,10 *"
"""Models are trained as of the end of the quarter before, hours before anybody reads a week."""
USUAL_PORT = 4200

_HEARTBEAT_SECONDS = 30
_LOOK_SECONDS = 0.2
_CREDENTIALS = re.compile(r"mainstay:[\w-]{16,}\n")

Tell = Callable[[str], None]
Filter = dict[str, Any]


class _Stopped(Exception):  # noqa: N818 -- nothing went wrong
    """The operator has asked to stop."""


def keep(home: Path, *, port: int | None = None, cron: str = MONDAY_MORNING, tell: Tell) -> None:
    """Keep the schedule of one workspace until SIGTERM or Ctrl-C; then stop everything that was started.

    A run's as-of date is the day on which it really starts, in Asia/Shanghai: a late one claims no earlier knowledge.

    Args:
        home: The workspace.
        port: The server's port on localhost; 4200, or any free one where that is taken, if not given.
        cron: When to run, in Asia/Shanghai.
        tell: Takes one line for the operator at a time.

    Raises:
        UsageError: no such workspace, not a cron line, or the port is taken.
        LockHeldError: this workspace's schedule is being kept already.
        MainstayError: the server did not start, or ended by itself.
    """
    workspace = Workspace(Path(home).absolute())
    if not workspace.landing.is_dir():
        raise UsageError(
            "no workspace", where=str(workspace.home), hint="name the folder that holds landing/ with --home"
        )
    upcoming = _next_run(cron)
    with exclusive(workspace.prefect / "schedule.lock", "mainstay schedule", wait_seconds=0):
        with suppress(_Stopped), _told_to_stop() as stopping, _server(workspace, _door(port), stopping) as server:
            welcome = (
                f"schedule of {workspace.home}: {cron} (Asia/Shanghai), next run {upcoming:%Y-%m-%d %H:%M}",
                f"runs: {server.address}, user and password in {_credentials_file(workspace)}",
                f"stop: Ctrl-C, or kill {os.getpid()}",
            )
            api = {PREFECT_API_URL: f"{server.address}/api", PREFECT_API_AUTH_STRING: server.credentials}
            with temporary_settings(api):
                asyncio.run(_work(workspace, cron, server, stopping, welcome, tell))
        tell("stopped")


def _next_run(cron: str) -> datetime:
    try:
        schedule = CronSchedule(cron=cron, timezone=str(TIMEZONE))
        (upcoming,) = asyncio.run(schedule.get_dates(1, start=datetime.now(UTC)))
    except ValueError:
        raise UsageError("not a cron line", where=f"--cron '{cron}'", hint="Mondays at seven: 0 7 * * 1") from None
    return upcoming.astimezone(TIMEZONE)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set, from the first moment on."""
    stopping = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _door(port: int | None) -> socket.socket:
    for candidate in [port] if port else [USUAL_PORT, 0]:
        with suppress(OSError):
            return open_door(candidate)
    raise UsageError("the port is taken", where=f"--port {port}", hint="name another one, or leave --port out")


def _credentials_file(workspace: Workspace) -> Path:
    return workspace.prefect / "schedule-password"


def _credentials(workspace: Workspace) -> str:
    """User and password of the server: who can talk to it can start programs as the user who keeps the schedule."""
    path = _credentials_file(workspace)
    if path.exists() and _CREDENTIALS.fullmatch(path.read_text("utf-8")):
        path.chmod(0o600)
    else:  # With an empty file, cut off while it was written, the server would ask for nothing.
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"mainstay:{secrets.token_urlsafe(18)}\n")
        unfinished.replace(path)
    return path.read_text("utf-8").strip()


@contextmanager
def _server(workspace: Workspace, door: socket.socket, stopping: threading.Event) -> Iterator[Server]:
    """Start the server, wait until it answers, and end it with the block."""
    server = start_server(workspace.prefect, door, _credentials(workspace), with_pages=True)
    try:
        if not server.wait(stopping.is_set):
            raise _Stopped
        yield server
    finally:
        server.stop()


async def _work(
    workspace: Workspace, cron: str, server: Server, stopping: threading.Event, welcome: Sequence[str], tell: Tell
) -> None:
    """Deploy, and hand every due run to a worker until told to stop; a run under way is ended then."""
    async with get_client() as client:
        mine = {"deployment_id": {"any_": await _deploy(client, workspace, cron)}}
        await _bury(client, mine)
        for line in welcome:
            tell(line)
        told = {run.id for run in await _ended(client, mine)}
        at_work = asyncio.create_task(_hand_out(client, mine, told, tell))
        while not (stopping.is_set() or at_work.done() or server.process.poll() is not None):  # noqa: ASYNC110 -- a process
            await asyncio.sleep(_LOOK_SECONDS)
        at_work.cancel()
        try:
            await at_work
        except asyncio.CancelledError:
            server.must_run()
        except Exception:
            server.must_run()  # says more than that a connection was lost
            raise
        await _bury(client, mine)
        await _tell_of_ended(client, mine, told, tell)  # what ended since the last look, cancelled or cut off


async def _hand_out(client: PrefectClient, mine: Filter, told: set[UUID], tell: Tell) -> None:
    """Hand every due run to a worker, one at a time, for ever; cancelled, it ends the run under way."""
    async with ProcessWorker(work_pool_name=POOL, name="mainstay-schedule", limit=1) as worker:
        beat = time.monotonic()
        while True:
            await _cancel_superseded(client, mine)
            await worker.get_and_submit_flow_runs()
            await _tell_of_ended(client, mine, told, tell)
            if time.monotonic() - beat > _HEARTBEAT_SECONDS:
                await worker.sync_with_backend()
                beat = time.monotonic()
            await asyncio.sleep(PREFECT_WORKER_QUERY_SECONDS.value())


async def _deploy(client: PrefectClient, workspace: Workspace, cron: str) -> list[UUID]:
    """Make the work pool and the deployments, or bring them up to date; runs that were missed stay as they are."""
    await client.create_work_pool(
        WorkPoolCreate(
            name=POOL,
            type=ProcessWorker.type,
            base_job_template=ProcessWorker.get_default_base_job_template(),
        ),
        overwrite=True,
    )
    home = {"home": str(workspace.home)}
    weekly = _deployed("weekly", DEPLOYMENT, "The weekly run of one workspace.", home, cron)
    training = _deployed("training", TRAINING, "The training of its models.", home | {"if_due": True}, FIRST_OF_QUARTER)
    return [await weekly, await training]


async def _deployed(flow: str, name: str, description: str, parameters: dict[str, Any], cron: str) -> UUID:
    shipped_flow = await Flow.afrom_source(source=str(shipped("flows")), entrypoint=f"{flow}.py:{flow}")
    deployment = await shipped_flow.ato_deployment(
        name,
        description=description,
        parameters=parameters,
        schedules=[Cron(cron, timezone=str(TIMEZONE))],
        work_pool_name=POOL,
        job_variables={"command": shlex.join([sys.executable, __file__, str(os.getpid())])},
    )
    made: UUID = await deployment.aapply()
    return made


async def _bury(client: PrefectClient, mine: Filter) -> None:
    """Say of every run that is shown as under way that it is not: no worker of this schedule is at work now."""
    lost: State[Any] = Crashed(message="the schedule was stopped before it ended; nothing was published")
    under_way = _those(mine, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
    for run in await client.read_flow_runs(flow_run_filter=under_way):
        await client.set_flow_run_state(run.id, lost, force=True)


async def _cancel_superseded(client: PrefectClient, mine: Filter) -> None:
    """Of the due runs that ask for the same, only the latest is worth running: the others are cancelled."""
    superseded: State[Any] = Cancelled(message="missed; a later run of the same has come due and stands for it")
    due = _those(mine | {"next_scheduled_start_time": {"before_": datetime.now(UTC)}}, StateType.SCHEDULED)
    latest: list[dict[str, Any]] = []
    for run in await client.read_flow_runs(flow_run_filter=due, sort=FlowRunSort.EXPECTED_START_TIME_DESC):
        if run.parameters in latest:
            await client.set_flow_run_state(run.id, superseded, force=True)
        latest.append(run.parameters)


async def _ended(client: PrefectClient, mine: Filter) -> list[FlowRun]:
    """The runs that ended last."""
    found = _those(mine, StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
    return await client.read_flow_runs(flow_run_filter=found, sort=FlowRunSort.END_TIME_DESC, limit=50)


def _those(mine: Filter, *states: StateType) -> FlowRunFilter:
    return FlowRunFilter.model_validate(mine | {"state": {"type": {"any_": list(states)}}})


async def _tell_of_ended(client: PrefectClient, mine: Filter, told: set[UUID], tell: Tell) -> None:
    for run in reversed(await _ended(client, mine)):
        if run.id not in told:
            told.add(run.id)
            # A run that never started still has the name that Prefect invents.
            due = (
                f", due {run.expected_start_time.astimezone(TIMEZONE):%Y-%m-%d %H:%M}"
                if run.expected_start_time
                else ""
            )
            tell(f"{datetime.now(TIMEZONE):%Y-%m-%d %H:%M} {run.name}{due}: {run.state_name}")


def _run(keeper: str) -> None:
    """Be one run. Without its keeper it would wait for the server for ever, with the workspace's lock in its hand."""

    def end_with_the_keeper() -> None:
        while os.getppid() == int(keeper):
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the keeper, which ends the run
    threading.Thread(target=end_with_the_keeper, daemon=True).start()
    sys.argv = ["prefect.engine"]
    sys.modules.pop("prefect.engine", None)  # what this file imports brings it along; run twice it would warn
    runpy.run_module("prefect.engine", run_name="__main__")


if __name__ == "__main__":
    _run(sys.argv[1])
