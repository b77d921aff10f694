"""No text of ours hinders a firm from leaving, or buys it back with taxes (DOMAIN section 3)."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "flows", "sql", "seeds", "notebooks")
TEXTS = frozenset({".py", ".sql", ".csv", ".toml", ".md", ".html", ".css", ".j2", ".json", ".ipynb", ".txt", ".yaml"})
# 同口径 alone does not say which caliber (DOMAIN section 1); 不同口径 compares several.
FORBIDDEN = ("不予办理", "暂缓迁出", "承诺不迁", "税收返还", "追回奖励", "同口径")
ALLOWED = "不同口径"


def found_below(folder: Path) -> list[str]:
    """Name the file and the word, for every text file below a folder."""
    return [
        f"{path.relative_to(folder).as_posix()}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in TEXTS
        for word in FORBIDDEN
        if word in path.read_text("utf-8").replace(ALLOWED, "")
    ]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_text_advises_to_hinder_a_firm_or_to_buy_it_back(name: str) -> None:
    assert (ROOT / name).is_dir()
    assert found_below(ROOT / name) == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_the_search_finds_a_word_wherever_it_stands(word: str, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "brief.html"
    template.parent.mkdir()
    template.write_text(f"<p>建议{word}。</p>", "utf-8")
    assert found_below(tmp_path) == [f"templates/brief.html: {word}"]
