"""The brief in a real browser: it asks for nothing, complains of nothing, and prints on one A4 page."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.unit.report.brief_samples import empty_week, full_week, page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the brief is not looked at")

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--hide-scrollbars",
]
CONSOLE = re.compile(r'CONSOLE:?\S*\] "(.*?)", source:')
LOOKED_UP = re.compile(r"^(?:https?|wss?|ftp)://")
A4 = (595, 842)


@dataclass(frozen=True)
class Look:
    """What the browser did with a page."""

    complaints: list[str]
    requests: list[str]
    paper: list[tuple[int, int]]
    """Width and height of every printed page, in points."""


def looked_at(html: str, folder: Path) -> Look:
    """Open a page as a file and print it, with all of the browser's logs on."""
    path, log, pdf = folder / "page.html", folder / "net.json", folder / "page.pdf"
    path.write_text(html, "utf-8")
    command = [
        str(CHROMIUM),
        *QUIET,
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        f"--log-net-log={log}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={pdf}",
        path.as_uri(),
    ]
    ran = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=120, check=True
    )
    sizes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf.read_bytes())
    paper = [(round(float(width)), round(float(height))) for width, height in sizes]
    return Look(CONSOLE.findall(ran.stderr), requested(json.loads(log.read_text("utf-8"))), paper)


def requested(log: dict[str, Any]) -> list[str]:
    """Return every address beyond the machine that the browser's network log names, blocked requests not included."""
    addresses = {str(event.get("params", {}).get("url", "")) for event in log["events"]}
    return sorted(address for address in addresses if LOOKED_UP.match(address))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The fullest week, with the longest names."""
    return looked_at(page(full_week()), tmp_path_factory.mktemp("full"))


def test_a_full_week_opens_without_a_complaint_and_without_a_request(full: Look) -> None:
    assert (full.complaints, full.requests) == ([], [])


def test_a_full_week_is_one_a4_page(full: Look) -> None:
    assert full.paper == [A4]


def test_an_empty_week_is_one_a4_page_too(tmp_path: Path) -> None:
    assert looked_at(page(empty_week()), tmp_path) == Look([], [], [A4])


def test_too_much_text_is_seen_as_a_second_page(tmp_path: Path) -> None:
    html = page(full_week()).replace("</main>", f"<p>{'多' * 3000}</p></main>")
    assert looked_at(html, tmp_path).paper == [A4, A4]


def test_an_image_from_elsewhere_is_seen_as_a_request(tmp_path: Path) -> None:
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page(empty_week()))
    html = open_page.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>')
    assert looked_at(html, tmp_path).requests == ["http://127.0.0.1:9/x.png"]


def test_the_policy_stops_an_image_from_elsewhere_and_the_console_tells(tmp_path: Path) -> None:
    look = looked_at(page(empty_week()).replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'), tmp_path)
    assert look.requests == []
    assert any("Content Security Policy" in complaint for complaint in look.complaints)


def test_the_policy_stops_a_script_and_the_console_tells(tmp_path: Path) -> None:
    html = page(empty_week()).replace("</main>", "<script>document.title = 'run'</script></main>")
    look = looked_at(html, tmp_path)
    assert any("Content Security Policy" in complaint for complaint in look.complaints)
