"""The server of a weekly run, and programs that end with their starter; `test_schedule.py` starts a real server."""

import atexit
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flows import server
from flows.child import child_command
from mainstay.errors import MainstayError
from mainstay.settings import Workspace

SLEEPER = """
import time
print("ready", flush=True)
time.sleep(0.5)
print("still here", flush=True)
time.sleep(600)
"""


def test_a_child_ignores_ctrl_c_and_ends_when_its_starter_no_longer_holds_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sleeper.py").write_text(SLEEPER, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with subprocess.Popen(child_command("sleeper"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == b"still here\n"
        child.stdin.close()
        assert child.wait(30) == -signal.SIGKILL


def test_a_server_that_ends_while_it_starts_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with pytest.raises(MainstayError, match="the Prefect server ended by itself") as raised:
        server.Server("http://127.0.0.1:9", ended, tmp_path / "server.log").wait()
    assert str(tmp_path / "server.log") in str(raised.value)


def test_a_weekly_run_has_a_server_of_its_own_with_a_password_made_for_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = []

    def start(folder: Path, listener: socket.socket, credentials: str, *, with_pages: bool) -> server.Server:
        assert (folder, with_pages) == (tmp_path / ".prefect", False)
        passwords.append(credentials)
        with listener, subprocess.Popen([sys.executable, "-c", ""]) as ended:
            return server.Server(f"http://{listener.getsockname()[0]}", ended, folder / "server.log")

    monkeypatch.setattr(os, "environ", os.environ | {"PREFECT_API_URL": "https://elsewhere.example/api"})
    monkeypatch.setattr(server, "start_server", start)
    monkeypatch.setattr(atexit, "register", lambda close: close)
    monkeypatch.delitem(sys.modules, "prefect", raising=False)
    for _ in range(2):
        assert server.start_for_this_process(Workspace(tmp_path)) is not None
        assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1/api"
        assert os.environ["PREFECT_API_AUTH_STRING"] == passwords[-1]
    assert len({word for word in passwords if re.fullmatch(r"mainstay:[\w-]{24}", word)}) == 2


def test_a_process_that_has_prefect_uses_the_server_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prefect", sys.modules[__name__])
    assert server.start_for_this_process(Workspace(Path("nowhere"))) is None
