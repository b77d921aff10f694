"""Chromium, driven through its own pipe: what a page asks for, complains of, prints and shows. Needs no driver program.

The one place that knows Chromium's options. Chromium itself looks things up (updates, the time, accounts), whatever
options it is given; its network log tells for whom each request was, and only those of pages count here.
"""

import base64
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-field-trial-config",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # Its own look-ups end at once; those of a page do not pass here.
    "--host-resolver-rules=MAP *.google.com ~NOTFOUND,MAP *.googleapis.com ~NOTFOUND,MAP *.gvt1.com ~NOTFOUND",
    "--remote-debugging-pipe",
]
WAIT_SECONDS = 120

_PIPES = """\
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3 and answers on 4, which Popen cannot set."""

_LOOKED_UP = re.compile(r"^(?:https?|wss?|ftp)://")
_OWN = "not an origin"
"""How the network log names who asks, where the browser itself does."""
_PRINTED = re.compile(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]")
_SETTLED = """
document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50))))
"""


def chromium() -> str | None:
    """Where Chromium is; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Browser:
    """A running Chromium with one page."""

    process: subprocess.Popen[bytes]
    commands: int
    answers: int
    complaints: list[str] = field(default_factory=list)
    """What the console told, in order."""
    requests: list[str] = field(default_factory=list)
    """Every address beyond a file that a page asked for, requests that were blocked not included; known at the end."""
    _session: str = ""
    _number: int = 0
    _rest: bytes = b""
    _events: set[str] = field(default_factory=set)

    def open(self, path: Path, width: int, height: int = 900, *, scale: float = 1, mobile: bool = False) -> None:
        """Open a file in a window of this size, in CSS pixels, and wait until it is loaded and drawn."""
        self.resize(width, height, scale=scale, mobile=mobile)
        self._events.discard("Page.loadEventFired")
        self.ask("Page.navigate", url=path.absolute().as_uri())
        until = time.monotonic() + WAIT_SECONDS
        while "Page.loadEventFired" not in self._events:
            self._hear(until)
        self.evaluate(_SETTLED)

    def resize(self, width: int, height: int, *, scale: float = 1, mobile: bool = False) -> None:
        """Make the window this large; a mobile one follows the page's viewport as a phone does."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript is in the page, whatever the page's own policy on scripts is."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"]["text"])
        return told["result"].get("value")

    def pdf(self) -> bytes:
        """Print the page on paper of the size that it asks for."""
        told = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True, displayHeaderFooter=False)
        return base64.b64decode(told["data"])

    def picture(self, width: int, *, scale: float = 1, mobile: bool = False) -> bytes:
        """Return the whole page as PNG, the window made as high as the page is."""
        height = int(self.evaluate("document.documentElement.scrollHeight"))
        self.resize(width, max(height, 1), scale=scale, mobile=mobile)
        self.evaluate(_SETTLED)
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol; returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self._hear(until)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _hear(self, until: float) -> dict[str, Any]:
        """The next message of the browser; an event is remembered."""
        while b"\0" not in self._rest:
            if not select.select([self.answers], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            heard = os.read(self.answers, 1 << 16)
            if not heard:
                raise RuntimeError(f"Chromium ended by itself, status {self.process.wait()}")
            self._rest += heard
        first, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        if "method" in message:
            self._events.add(message["method"])
            self.complaints.extend(_complaints(message["method"], message["params"]))
        return message


def _complaints(event: str, told: dict[str, Any]) -> list[str]:
    match event:
        case "Log.entryAdded":
            return [told["entry"]["text"]]
        case "Runtime.consoleAPICalled":
            return [" ".join(str(one.get("value", one.get("description"))) for one in told["args"])]
        case "Runtime.exceptionThrown":
            return [told["exceptionDetails"]["text"]]
    return []


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start Chromium with its profile and logs in a folder, and end it with the block; then its requests are known."""
    log = folder / "net.json"
    commands, give = os.pipe()
    take, answers = os.pipe()
    pipes = [sys.executable, "-c", _PIPES, str(commands), str(answers)]
    options = [f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "about:blank"]
    with (folder / "chromium.log").open("wb") as lines:
        process = subprocess.Popen(
            [*pipes, str(chromium()), *QUIET, *options],
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            pass_fds=(commands, answers),
        )
    os.close(commands)
    os.close(answers)
    running = Browser(process, give, take)
    try:
        _attach(running)
        yield running
        with suppress(RuntimeError):  # it may be gone before it has answered
            running._session = ""
            running.ask("Browser.close")
        process.wait(WAIT_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(give)
        os.close(take)
    running.requests = requested(json.loads(log.read_text("utf-8")))


def _attach(running: Browser) -> None:
    (page,) = [one for one in running.ask("Target.getTargets")["targetInfos"] if one["type"] == "page"]
    attached = running.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
    running._session = attached["sessionId"]
    for domain in ("Page", "Runtime", "Log"):
        running.ask(f"{domain}.enable")


def requested(log: dict[str, Any]) -> list[str]:
    """Return what the network log says a page asked for: the addresses, and servers that were only looked up.

    Requests of the browser itself have no origin, and their look-ups no page that they are kept apart for. What cannot
    be told counts as the page's.
    """
    kinds = {number: name for name, number in log["constants"]["logEventTypes"].items()}
    asked, looked_up = set(), set()
    for event in log["events"]:
        told, kind = event.get("params", {}), kinds.get(event["type"])
        if kind == "URL_REQUEST_START_JOB" and "url" in told and told.get("initiator") != _OWN:
            asked.add(str(told["url"]))
        elif kind == "HOST_RESOLVER_MANAGER_REQUEST" and "file:" in told.get("network_anonymization_key", "file:"):
            looked_up.add(str(told.get("host", "")))
    addresses = {address for address in asked if _LOOKED_UP.match(address)}
    alone = {host for host in looked_up if host and not any(one.startswith(host) for one in addresses)}
    return sorted(addresses | alone)


def paper(pdf: bytes) -> list[tuple[int, int]]:
    """Return width and height of every page of a PDF of Chromium's, in points."""
    return [(round(float(width)), round(float(height))) for width, height in _PRINTED.findall(pdf)]
