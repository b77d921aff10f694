"""The Prefect server of a weekly run: behind a password, on this machine, gone with whoever started it."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from mainstay.errors import MainstayError
from mainstay.server import HOST, open_door, start_server

STARTER = """
import sys, time
from pathlib import Path
from mainstay.server import open_door, start_server
server = start_server(Path(sys.argv[1]), open_door(0), "mainstay:secret", with_pages=False)
server.wait()
print(server.process.pid, flush=True)
time.sleep(600)
"""


def until(holds: Callable[[], bool]) -> bool:
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.1)
    return False


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def status_of(port: int, credentials: str = "") -> int:
    headers = {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"} if credentials else {}
    with closing(HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request("GET", "/api/admin/version", headers=headers)
        return connection.getresponse().status


def test_the_server_asks_for_its_password_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    server = start_server(tmp_path, open_door(0), "mainstay:secret", with_pages=False)
    try:
        assert server.wait(lambda: True) is False, "a wait that is told to stop is over"
        assert server.wait() is True
        assert (status_of(server.port), status_of(server.port, "mainstay:wrong")) == (401, 401)
        assert status_of(server.port, server.credentials) == 200
    finally:
        server.stop()
    assert is_gone(server.process.pid)
    with pytest.raises(MainstayError, match="ended by itself"):
        server.wait()


def test_the_server_of_a_killed_process_ends_by_itself(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert not is_gone(pid)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert until(lambda: is_gone(pid))
