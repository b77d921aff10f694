"""The brief in a real browser: it asks for nothing, complains of nothing, prints on one A4 page and fits a phone."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import browser, chromium, paper, requested
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
    requests: list[str]
    paper: list[tuple[int, int]]
    """Width and height of every printed page, in points."""
    desktop: list[int]
    """How wide the page is, and the window."""
    phone: list[int]
    cut: list[str]
    """What is cut off on a phone."""


def looked_at(html: str, folder: Path) -> Look:
    """Open a page as a file in a window and on a phone, and print it."""
    path = folder / "page.html"
    path.write_text(html, "utf-8")
    with browser(folder) as opened:
        opened.open(path, DESKTOP)
        desktop, printed = opened.evaluate(WIDTHS), paper(opened.pdf())
        complaints = [*opened.complaints]
        opened.open(path, PHONE, 844, scale=2, mobile=True)
        phone, cut = opened.evaluate(WIDTHS), opened.evaluate(CUT)
    return Look(complaints, opened.requests, printed, desktop, phone, cut)


def without_policy(html: str) -> str:
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The fullest week, with the longest names."""
    return looked_at(page(full_week()), tmp_path_factory.mktemp("full"))


def test_a_full_week_opens_without_a_complaint_and_without_a_request(full: Look) -> None:
    assert (full.complaints, full.requests) == ([], [])


def test_a_full_week_is_one_a4_page(full: Look) -> None:
    assert full.paper == [A4]


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_a_full_week_is_never_wider_than_the_window(full: Look, width: str) -> None:
    assert getattr(full, width) == [DESKTOP if width == "desktop" else PHONE] * 2


def test_a_phone_shows_every_name_in_full(full: Look) -> None:
    assert full.cut == []


def test_an_empty_week_is_one_a4_page_too_and_fits_a_phone(tmp_path: Path) -> None:
    assert looked_at(page(empty_week()), tmp_path) == Look([], [], [A4], [DESKTOP] * 2, [PHONE] * 2, [])


def test_a_word_too_wide_for_a_phone_is_seen(tmp_path: Path) -> None:
    html = page(empty_week()).replace("</main>", f"<pre>{'宽' * 60}</pre></main>")
    assert looked_at(html, tmp_path).phone[0] > PHONE


def test_a_full_week_leaves_room_for_a_line_that_other_fonts_may_need(tmp_path: Path) -> None:
    html = page(full_week()).replace("</main>", f"<p>{'多' * 50}</p></main>")
    assert looked_at(html, tmp_path).paper == [A4]


def test_too_much_text_is_seen_as_a_second_page(tmp_path: Path) -> None:
    html = page(full_week()).replace("</main>", f"<p>{'多' * 3000}</p></main>")
    assert looked_at(html, tmp_path).paper == [A4, A4]


@pytest.mark.parametrize(
    ("planted", "asked"),
    [
        ('<img src="http://127.0.0.1:9/x.png">', "http://127.0.0.1:9/x.png"),
        ('<iframe src="http://127.0.0.1:9/x"></iframe>', "http://127.0.0.1:9/x"),
        ("<script>fetch('http://127.0.0.1:9/x')</script>", "http://127.0.0.1:9/x"),
        ('<link rel="preconnect" href="http://planted.invalid">', "http://planted.invalid"),
        ('<img src="https://www.google.com/x.png">', "https://www.google.com/x.png"),
    ],
)
def test_what_a_page_asks_for_elsewhere_is_seen_as_a_request(tmp_path: Path, planted: str, asked: str) -> None:
    html = without_policy(page(empty_week())).replace("</main>", f"{planted}</main>")
    assert asked in looked_at(html, tmp_path).requests


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


def test_the_policy_stops_an_image_from_elsewhere_and_the_console_tells(tmp_path: Path) -> None:
    look = looked_at(page(empty_week()).replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'), tmp_path)
    assert look.requests == []
    assert any("Content Security Policy" in complaint for complaint in look.complaints)


def test_the_policy_stops_a_script_and_the_console_tells(tmp_path: Path) -> None:
    html = page(empty_week()).replace("</main>", "<script>document.title = 'run'</script></main>")
    look = looked_at(html, tmp_path)
    assert any("Content Security Policy" in complaint for complaint in look.complaints)
