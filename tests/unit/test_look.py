from pathlib import Path

import nbformat
import pytest

from tests import look

Captured = pytest.CaptureFixture[str]


def test_a_program_that_is_not_there_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(look.shutil, "which", lambda _: None)
    assert look.main() == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert all(f"apt-get install {name}" in told for name in ("chromium", "libreoffice-calc", "poppler-utils"))


def test_the_newest_week_is_drawn(tmp_path: Path) -> None:
    assert look.newest_week(tmp_path) is None
    for name in ("2022-06-13", "2022-07-11", "runs", ".2022-08-01-unfinished"):
        (tmp_path / "out" / name).mkdir(parents=True)
    assert look.newest_week(tmp_path) == tmp_path / "out/2022-07-11"


def test_a_paper_that_is_not_there_yet_is_said_to_be_skipped(tmp_path: Path, capsys: Captured) -> None:
    look.draw_week(None, tmp_path, tmp_path)  # type: ignore[arg-type]
    told = capsys.readouterr().out
    assert all(f"no {name} yet: skipped" in told for name in ("brief.html", *look.WORKBOOKS))


def test_a_notebooks_page_shows_its_texts_drawings_tables_and_errors_and_no_code() -> None:
    cell = nbformat.v4.new_code_cell("secret = 1")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "<Chart>"}),
        nbformat.v4.new_output("execute_result", {"text/html": "<table></table>"}),
        nbformat.v4.new_output("display_data", {"text/markdown": "**粗**"}),
        nbformat.v4.new_output("stream", name="stdout", text="a < b"),
        nbformat.v4.new_output("error", ename="ValueError", evalue="<b>", traceback=[]),
    ]
    shown = look.notebook_page(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 标题"), cell]))
    parts = ("<h1>标题</h1>", "data:image/svg+xml;base64,PHN2Zy8+", "<table></table>", "<strong>粗</strong>")
    assert all(part in shown for part in (*parts, "<pre>a &lt; b</pre>", "ValueError: &lt;b&gt;"))
    assert "secret" not in shown
