"""A Prefect server of one's own: a process on this machine that asks for a password and ends with whoever started it.

It starts before Prefect is imported, which takes as long: the two go side by side. (Prefect's own ephemeral server is
started by an import of the whole server in this process, asks for nothing, and outlives a killed starter: 2026-12.)
"""

import atexit
import os
import secrets
import socket
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from mainstay.errors import MainstayError
from mainstay.settings import Workspace

from .child import child_command

HOST = "127.0.0.1"
_START_SECONDS, _STOP_SECONDS = 180, 20


@dataclass(frozen=True)
class Server:
    """A server that was started: its address for a browser on this machine, its process, and where it complains."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Wait until it answers; its socket listens from the first, so one request is enough.

        Raises:
            MainstayError: it ended by itself, or does not answer.
        """
        # Straight to this machine: a proxy in the environment is for other addresses.
        connection = HTTPConnection(self.address.removeprefix("http://"), timeout=_START_SECONDS)
        with closing(connection), suppress(OSError, HTTPException):
            connection.request("GET", "/api/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        self.must_run()
        raise MainstayError("the Prefect server does not answer", where=f"{self.address}, see {self.log}")

    def must_run(self) -> None:
        """Check that it has not ended.

        Raises:
            MainstayError: it ended by itself.
        """
        if self.process.poll() is not None:
            raise MainstayError(
                "the Prefect server ended by itself", where=str(self.log), hint="see its last lines; try again"
            )

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_SECONDS)
        self.process.kill()
        self.process.communicate()


def start_server(folder: Path, listener: socket.socket, credentials: str, *, with_pages: bool) -> Server:
    """Start a server at a socket that listens; it does not answer yet, see `Server.wait`.

    Args:
        folder: Prefect's folder in the workspace; the server's complaints go to `server.log` there.
        listener: The socket, the server's from now on; taken so early, no other program's server can answer there.
        credentials: `user:password`, asked of everybody: who can talk to it can start programs as this user.
        with_pages: Whether it shows runs in a browser too.
    """
    port = listener.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": credentials,
        "PREFECT_SERVER_UI_ENABLED": str(with_pages).lower(),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }
    app = ("uvicorn", "--factory", "prefect.server.api.server:create_app")
    log = folder / "server.log"
    with log.open("wb") as lines, listener:
        process = subprocess.Popen(  # noqa: S603 -- a command of ours
            child_command(*app, "--fd", str(listener.fileno()), "--log-level", "warning"),
            stdin=subprocess.PIPE,
            stdout=lines,
            stderr=lines,
            env=environment,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # uvicorn would end at Ctrl-C, before the starter has said goodbye to it
        )
    return Server(f"http://{HOST}:{port}", process, log)


def start_for_this_process(workspace: Workspace) -> Server | None:
    """Start a server for the flows that this process runs, and name it to Prefect, which is imported later.

    Returns:
        The server, which ends with the process; None where Prefect has been imported, and has a server already: the
        second week of a demo, a test.
    """
    if "prefect" in sys.modules:
        return None
    set_environment(workspace)
    credentials = f"mainstay:{secrets.token_urlsafe(18)}"
    server = start_server(workspace.prefect, socket.create_server((HOST, 0)), credentials, with_pages=False)
    # Registered before Prefect is imported, so called after it has said its last word to the server.
    atexit.register(server.close)
    os.environ |= {"PREFECT_API_URL": f"{server.address}/api", "PREFECT_API_AUTH_STRING": credentials}
    return server


def set_environment(workspace: Workspace) -> None:
    """Set what Prefect reads when it is imported: it stays inside the workspace, quiet, and on this machine."""
    for elsewhere in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE"):
        os.environ.pop(elsewhere, None)
    os.environ |= {
        "PREFECT_HOME": str(workspace.prefect),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
