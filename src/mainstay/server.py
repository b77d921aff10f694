"""A Prefect server of one's own: a process on this machine that asks for a password and ends with whoever started it.

It is started before Prefect is imported, which takes as long as its start: the two go side by side. (Prefect's own
ephemeral server is started by an import of the whole server in this process, asks for nothing, and takes twice as
long: 2026-11.)
"""

import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from mainstay.errors import MainstayError

HOST = "127.0.0.1"
_START_SECONDS = 180
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A server that was started: its address, and the user and password that it asks for."""

    port: int
    credentials: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://{HOST}:{self.port}"

    def wait(self, is_told_to_stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until it answers; False where the wait was told to stop.

        Raises:
            MainstayError: it ended by itself, or does not answer.
        """
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if is_told_to_stop():
                return False
            self.must_run()
            if _answers(self.port):
                return True
            time.sleep(0.05)
        raise MainstayError("the Prefect server does not answer", where=f"{self.address}, see {self.log}")

    def must_run(self) -> None:
        """Raise where it has ended.

        Raises:
            MainstayError: it ended by itself.
        """
        if self.process.poll() is not None:
            raise MainstayError(
                "the Prefect server ended by itself", where=str(self.log), hint="see its last lines; try again"
            )

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def start_server(folder: Path, door: socket.socket, credentials: str, *, with_pages: bool) -> Server:
    """Start a server at a socket that listens; it does not answer yet, see `Server.wait`.

    Args:
        folder: Prefect's folder in the workspace; the server's complaints go to `server.log` there.
        door: The socket, which is the server's from now on.
        credentials: `user:password`, asked of everybody: who can talk to it can start programs as this user.
        with_pages: Whether it shows runs in a browser too.
    """
    port = int(door.getsockname()[1])
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": credentials,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": str(with_pages).lower(),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }
    log = folder / "server.log"
    with log.open("wb") as lines, door:
        process = subprocess.Popen(  # noqa: S603 -- this very module
            [sys.executable, "-P", "-m", "mainstay.server", str(door.fileno())],
            stdin=subprocess.PIPE,
            stdout=lines,
            stderr=lines,
            env=environment,
            pass_fds=[door.fileno()],
            start_new_session=True,  # Ctrl-C is for the starter, who has to say goodbye to the server first
        )
    return Server(port, credentials, process, log)


def open_door(port: int) -> socket.socket:
    """The socket at which a server will listen, taken now: nobody else's server can answer at its port later.

    Args:
        port: 0 for any free one.

    Raises:
        OSError: the port is taken.
    """
    door = socket.socket()
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, port))
        door.listen()
    except OSError:
        door.close()
        raise
    return door


def _answers(port: int) -> bool:
    # Straight to this machine: a proxy in the environment is for other addresses.
    connection = HTTPConnection(HOST, port, timeout=2)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", "/api/health")
        return connection.getresponse().status == HTTPStatus.OK
    return False


def _serve(door: str) -> None:
    """Be the server at a socket that listens; it ends when its standard input is closed, which the starter holds."""

    def end_with_the_starter() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with_the_starter, daemon=True).start()
    app = "prefect.server.api.server:create_app"
    sys.argv = ["uvicorn", "--factory", app, "--fd", door, "--log-level", "warning"]
    runpy.run_module("uvicorn", run_name="__main__")


if __name__ == "__main__":
    _serve(sys.argv[1])
