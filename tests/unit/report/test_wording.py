import re
from datetime import date
from pathlib import Path

import pytest

import mainstay.report
from mainstay.report import office_words
from mainstay.resources import shipped

REPORT = Path(mainstay.report.__file__).parent

# DOMAIN section 3: no text of ours hinders a firm from leaving or buys it back.
FORBIDDEN = ("不予办理", "暂缓迁出", "承诺不迁", "税收返还", "追回奖励")


def forbidden_words(folder: Path) -> list[str]:
    """Name the file and the word, for every text file below the folder."""
    return [
        f"{path.name}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
        for word in FORBIDDEN
        if word in path.read_text("utf-8")
    ]


def test_no_text_of_the_reports_advises_to_hinder_a_firm_or_to_buy_it_back() -> None:
    assert list(REPORT.glob("*.py"))
    assert forbidden_words(REPORT) == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_the_search_finds_a_forbidden_word_where_there_is_one(word: str, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "brief.html"
    template.parent.mkdir()
    template.write_text(f"<p>建议{word}。</p>", "utf-8")
    assert forbidden_words(tmp_path) == [f"brief.html: {word}"]


def test_no_text_of_the_reports_says_a_bare_comparable_basis_or_calls_a_firm_a_shell() -> None:
    texts = "".join(path.read_text("utf-8") for path in REPORT.rglob("*.py"))
    assert "同口径" not in texts
    assert "空壳" not in texts
    assert "领导关注" not in texts


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2022, 1, 1), date(2022, 10, 1), "2022年1-10月(累计)"),
        (date(2022, 5, 1), date(2022, 5, 1), "2022年5月"),
        (date(2022, 1, 1), date(2022, 1, 1), "2022年1月"),
        (date(2022, 1, 1), date(2022, 12, 1), "2022年1-12月(累计)"),
        (date(2022, 4, 1), date(2022, 6, 1), "2022年4-6月"),
        (date(2021, 11, 1), date(2022, 2, 1), "2021年11月-2022年2月"),
        (date(2021, 1, 1), date(2022, 1, 1), "2021年1月-2022年1月"),
        (None, date(2022, 10, 1), None),
        (date(2022, 1, 1), None, None),
    ],
)
def test_a_window_reads_as_the_office_writes_it(start: date | None, end: date | None, words: str | None) -> None:
    assert office_words.period_words(start, end) == words


def test_every_status_of_an_order_has_its_chinese_word() -> None:
    assert dict(office_words.STATUS_WORDS) == {
        "to_dispatch": "待派单",
        "dispatched": "已派单",
        "visited": "已走访",
        "diagnosed": "已诊断",
        "no_action": "无需跟进",
        "tracking": "持续跟踪",
        "intends_to_move": "拟迁出",
        "awaiting_approval": "待审核",
        "closed": "已办结",
        "not_reached": "未联系上",
        "declined_by_firm": "企业婉拒",
        "returned_wrong": "退单",
        "cancelled": "已撤单",
    }


def test_every_source_of_an_order_has_a_word_of_its_own() -> None:
    sql = (shipped("sql") / "marts" / "order_candidates.sql").read_text("utf-8")
    emitted = set(re.findall(r"'(\w+)' as source", sql)) | set(re.findall(r"then '(\w+)'", sql))
    assert emitted >= {"drop_list", "risk", "relocation", "dispatched_alert", "watch_list", "service_request"}
    assert emitted <= set(office_words.SOURCE_WORDS), "an order of such a source could not be written"
    assert len(set(office_words.SOURCE_WORDS.values())) == len(office_words.SOURCE_WORDS)
