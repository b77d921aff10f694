"""The brief in a real browser: it asks for nothing, complains of nothing, prints on one A4 page and fits a phone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, browser, chromium, paper, requested
from tests.unit.report.brief_samples import empty_week, full_week, page

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the brief is not looked at")

A4 = (595, 842)
DESKTOP, PHONE = 1280, 390
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
CUT = """[...document.querySelectorAll("body *:not(.watermark, .watermark *, thead, thead *, svg *)")]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).map(one => one.outerHTML.slice(0, 80))"""
"""What is wider than the room it has."""


@dataclass(frozen=True)
class Look:
    """What the browser did with a page."""

    complaints: list[str]
    paper: list[tuple[int, int]]
    """Width and height of every printed page, in points."""
    desktop: list[int]
    """How wide the page is, and the window."""
    phone: list[int]
    cut: list[str]
    """What is cut off on a phone."""


@dataclass
class Window:
    """A browser for many pages: what takes long is to start one. What pages asked for is known when it has ended."""

    opened: Browser
    folder: Path

    def look(self, html: str) -> Look:
        """Open a page as a file in a window and on a phone, and print it."""
        path = self.folder / "page.html"
        path.write_text(html, "utf-8")
        self.opened.complaints.clear()
        self.opened.open(path, DESKTOP)
        desktop, printed = self.opened.evaluate(WIDTHS), paper(self.opened.pdf())
        complaints = [*self.opened.complaints]
        self.opened.open(path, PHONE, 844, scale=2, mobile=True)
        return Look(complaints, printed, desktop, self.opened.evaluate(WIDTHS), self.opened.evaluate(CUT))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A browser for pages of which only what they show counts."""
    folder = tmp_path_factory.mktemp("window")
    with browser(folder) as opened:
        yield Window(opened, folder)


@pytest.fixture(scope="module")
def full(window: Window) -> Look:
    """The fullest week, with the longest names."""
    return window.look(page(full_week()))


def without_policy(html: str) -> str:
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)


def test_a_brief_asks_for_nothing_and_its_policy_stops_an_image_from_elsewhere(tmp_path: Path) -> None:
    stopped = page(empty_week()).replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>')
    with browser(tmp_path) as opened:
        for html in (page(full_week()), page(empty_week()), stopped):
            Window(opened, tmp_path).look(html)
    assert opened.requests == []


def test_a_full_week_opens_without_a_complaint(full: Look) -> None:
    assert full.complaints == []


def test_a_full_week_is_one_a4_page(full: Look) -> None:
    assert full.paper == [A4]


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_a_full_week_is_never_wider_than_the_window(full: Look, width: str) -> None:
    assert getattr(full, width) == [DESKTOP if width == "desktop" else PHONE] * 2


def test_a_phone_shows_every_name_in_full(full: Look) -> None:
    assert full.cut == []


def test_an_empty_week_is_one_a4_page_too_and_fits_a_phone(window: Window) -> None:
    assert window.look(page(empty_week())) == Look([], [A4], [DESKTOP] * 2, [PHONE] * 2, [])


def test_a_word_too_wide_for_a_phone_is_seen(window: Window) -> None:
    html = page(empty_week()).replace("</main>", f"<pre>{'宽' * 60}</pre></main>")
    assert window.look(html).phone[0] > PHONE


def test_a_full_week_leaves_room_for_a_line_that_other_fonts_may_need(window: Window) -> None:
    html = page(full_week()).replace("</main>", f"<p>{'多' * 50}</p></main>")
    assert window.look(html).paper == [A4]


def test_too_much_text_is_seen_as_a_second_page(window: Window) -> None:
    html = page(full_week()).replace("</main>", f"<p>{'多' * 3000}</p></main>")
    assert window.look(html).paper == [A4, A4]


def test_what_a_page_asks_for_elsewhere_is_seen_as_a_request(tmp_path: Path) -> None:
    planted = {
        "http://127.0.0.1:9/image.png": '<img src="http://127.0.0.1:9/image.png">',
        "http://127.0.0.1:9/frame": '<iframe src="http://127.0.0.1:9/frame"></iframe>',
        "http://127.0.0.1:9/script": "<script>fetch('http://127.0.0.1:9/script')</script>",
        "http://planted.invalid": '<link rel="preconnect" href="http://planted.invalid">',
        "https://www.google.com/x.png": '<img src="https://www.google.com/x.png">',
    }
    with browser(tmp_path) as opened:
        for html in planted.values():
            Window(opened, tmp_path).look(without_policy(page(empty_week())).replace("</main>", f"{html}</main>"))
    assert set(planted) <= set(opened.requests)


def test_a_request_of_which_the_log_does_not_say_for_whom_it_was_counts() -> None:
    kinds = {"URL_REQUEST_START_JOB": 1, "HOST_RESOLVER_MANAGER_REQUEST": 2}
    events: list[dict[str, Any]] = [
        {"type": 1, "params": {"url": "http://a.invalid/x"}},
        {"type": 1, "params": {"url": "http://b.invalid/x", "initiator": "not an origin"}},
        {"type": 2, "params": {"host": "http://c.invalid"}},
        {"type": 2, "params": {"host": "http://d.invalid", "network_anonymization_key": "null"}},
        {"type": 2},
    ]
    log = {"constants": {"logEventTypes": kinds}, "events": events}
    assert requested(log) == ["http://a.invalid/x", "http://c.invalid"]


@pytest.mark.parametrize("planted", ['<img src="http://127.0.0.1:9/x.png">', "<script>document.title = 'run'</script>"])
def test_the_policy_stops_an_image_from_elsewhere_or_a_script_and_the_console_tells(
    window: Window, planted: str
) -> None:
    look = window.look(page(empty_week()).replace("</main>", f"{planted}</main>"))
    assert any("Content Security Policy" in complaint for complaint in look.complaints)
