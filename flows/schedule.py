"""The schedule on this machine: a Prefect server on localhost, two deployments, one worker, until it is stopped.

The week on Mondays, and the training of models in the first night of a quarter.
"""

import asyncio
import os
import re
import secrets
import shlex
import signal
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.schedules import Cron
from prefect.server.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Crashed
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from mainstay.errors import UsageError
from mainstay.resources import shipped
from mainstay.settings import TIMEZONE, Workspace
from mainstay.warehouse.lock import exclusive

from .child import child_command
from .server import HOST, Server, start_server

POOL, DEPLOYMENT, TRAINING = "mainstay", "monday", "quarter"
MONDAY_MORNING = "0 7 * * 1"
FIRST_OF_QUARTER = "0 5 1 1,4,7,10 *"
"""Models are trained as of the end of the quarter before, hours before anybody reads a week."""
USUAL_PORT = 4200

_CREDENTIALS = re.compile(r"mainstay:[\w-]{16,}\n")

Report = Callable[[str], None]


def serve(workspace: Workspace, *, port: int | None = None, cron: str = MONDAY_MORNING, report: Report) -> None:
    """Run the schedule of one workspace until SIGTERM or Ctrl-C; then stop everything that was started.

    A run's as-of date is the day on which it really starts, in Asia/Shanghai: a late one claims no earlier knowledge.

    Args:
        workspace: The workspace.
        port: The server's port on localhost; 4200, or any free one where that is taken, if not given.
        cron: When to run, in Asia/Shanghai.
        report: Takes one line for the operator at a time.

    Raises:
        UsageError: no such workspace, not a cron line, or the port is taken.
        LockHeldError: this workspace's schedule is running already.
        MainstayError: the server did not start, or ended by itself.
    """
    if not workspace.landing.is_dir():
        raise UsageError(
            "no workspace", where=str(workspace.home), hint="name the folder that holds landing/ with --home"
        )
    upcoming = _next_run(cron)
    with exclusive(workspace.prefect / "schedule.lock", "mainstay schedule", wait_seconds=0):
        # SIGTERM stops as Ctrl-C does, also where a script that starts it in the background has Ctrl-C ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
        password_file = workspace.prefect / "schedule-password"
        credentials = _credentials(password_file)
        server = start_server(workspace.prefect, _listener(port), credentials, with_pages=True)
        api = {PREFECT_API_URL: f"{server.address}/api", PREFECT_API_AUTH_STRING: credentials}
        with suppress(KeyboardInterrupt), closing(server), temporary_settings(api):
            server.wait()
            asyncio.run(_deploy(workspace, cron, report))
            report(f"schedule of {workspace.home}: {cron} (Asia/Shanghai), next run {upcoming:%Y-%m-%d %H:%M}")
            report(f"runs: {server.address}, user and password in {password_file}")
            report(f"stop: Ctrl-C, or kill {os.getpid()}")
            asyncio.run(_work(server, report))
    report("stopped")


def _next_run(cron: str) -> datetime:
    try:
        schedule = CronSchedule(cron=cron, timezone=str(TIMEZONE))
        (upcoming,) = asyncio.run(schedule.get_dates(1, start=datetime.now(UTC)))
    except ValueError:
        raise UsageError("not a cron line", where=f"--cron '{cron}'", hint="Mondays at seven: 0 7 * * 1") from None
    return upcoming.astimezone(TIMEZONE)


def _listener(port: int | None) -> socket.socket:
    for candidate in [port] if port else [USUAL_PORT, 0]:
        with suppress(OSError):
            return socket.create_server((HOST, candidate))
    raise UsageError("the port is taken", where=f"--port {port}", hint="name another one, or leave --port out")


def _credentials(path: Path) -> str:
    """User and password of the server: who can talk to it can start programs as the user who runs the schedule."""
    # With an empty file, cut off while it was written, the server would ask for nothing.
    if not (path.exists() and _CREDENTIALS.fullmatch(path.read_text("utf-8"))):
        path.unlink(missing_ok=True)
        path.touch(0o600)
        path.write_text(f"mainstay:{secrets.token_urlsafe(18)}\n", "utf-8")
    path.chmod(0o600)
    return path.read_text("utf-8").strip()


async def _deploy(workspace: Workspace, cron: str, report: Report) -> None:
    """Make the work pool and the deployments, or bring them up to date; runs that were missed stay as they are."""
    async with get_client() as client:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=ProcessWorker.type), overwrite=True)
        home = {"home": str(workspace.home)}
        await _deploy_flow("weekly", DEPLOYMENT, "The weekly run of one workspace.", home, cron)
        due = home | {"if_due": True}
        await _deploy_flow("training", TRAINING, "The training of its models.", due, FIRST_OF_QUARTER)
        lost: State[Any] = Crashed(message="the schedule was stopped before it ended; nothing was published")
        for run in await _runs(client, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING):
            await _end(client, run, lost, report)


async def _deploy_flow(flow: str, name: str, description: str, parameters: dict[str, Any], cron: str) -> None:
    shipped_flow = await Flow.afrom_source(source=str(shipped("flows")), entrypoint=f"{flow}.py:{flow}")
    deployment = await shipped_flow.ato_deployment(
        name,
        description=description,
        parameters=parameters,
        schedules=[Cron(cron, timezone=str(TIMEZONE))],
        work_pool_name=POOL,
        job_variables={"command": shlex.join(child_command("prefect.engine"))},
    )
    await deployment.aapply()


async def _runs(client: PrefectClient, *states: StateType) -> list[FlowRun]:
    """The runs of the schedule in one of the states, the latest first; those of `mainstay weekly` have no work pool."""
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": states}}}),
        work_pool_filter=WorkPoolFilter.model_validate({"name": {"any_": [POOL]}}),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
    )


async def _end(client: PrefectClient, run: FlowRun, state: State[Any], report: Report) -> None:
    await client.set_flow_run_state(run.id, state, force=True)
    await _report(client, run, report)


async def _report(client: PrefectClient, run: FlowRun, report: Report) -> None:
    ended = await client.read_flow_run(run.id)
    # A run that never started still has the name that Prefect invents.
    due = f", due {ended.expected_start_time.astimezone(TIMEZONE):%Y-%m-%d %H:%M}" if ended.expected_start_time else ""
    report(f"{datetime.now(TIMEZONE):%Y-%m-%d %H:%M} {ended.name}{due}: {ended.state_name}")


async def _work(server: Server, report: Report) -> None:
    """Run what is due until this task is cancelled; the run under way is ended then."""
    try:
        await _Worker(server, report).start(printer=lambda _: None)
    except Exception:
        server.must_run()  # says more than that a connection was lost
        raise


class _Worker(ProcessWorker):
    """Prefect's worker for runs in processes of their own, one at a time; of missed runs it runs only the latest."""

    type = "mainstay"  # Prefect's registry of workers takes each type once

    def __init__(self, server: Server, report: Report) -> None:
        super().__init__(work_pool_name=POOL, name="mainstay-schedule", limit=1)
        self._server = server
        self._report = report

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        self._server.must_run()
        await self._cancel_superseded()
        return await super().get_and_submit_flow_runs()

    async def _cancel_superseded(self) -> None:
        """Of the due runs that ask for the same, only the latest is worth running: the others are cancelled."""
        superseded: State[Any] = Cancelled(message="missed; a later run of the same has come due and stands for it")
        latest: list[dict[str, Any]] = []
        for run in await _runs(self.client, StateType.SCHEDULED):
            if run.next_scheduled_start_time is None or run.next_scheduled_start_time > datetime.now(UTC):
                continue
            if run.parameters in latest:
                await _end(self.client, run, superseded, self._report)
            latest.append(run.parameters)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: Any = None,  # noqa: ANN401 -- anyio's, which only Prefect needs
    ) -> ProcessWorkerResult:
        result = await super().run(flow_run, configuration, task_status)
        await _report(self.client, flow_run, self._report)
        return result
