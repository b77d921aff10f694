"""Pictures of what people receive, for a person to look at: `make look`.

Renders the newest week of a workspace (LOOK_HOME, else the demo's) and the brief's sample weeks to PNG files in
data/look/. What is not there yet is skipped with a line that says so.
"""

import base64
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt
from nbclient import NotebookClient

from tests.browser import Browser, browser, chromium
from tests.unit.report.brief_samples import empty_week, full_week, page

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("LOOK_HOME") or ROOT / "data/demo").absolute()
PICTURES = ROOT / "data/look"

PROGRAMS: dict[str, tuple[Callable[[], str | None], str]] = {
    "Chromium": (chromium, "chromium"),
    "LibreOffice (soffice)": (lambda: shutil.which("soffice"), "libreoffice-calc"),
    "pdftoppm": (lambda: shutil.which("pdftoppm"), "poppler-utils"),
}
"""Program -> how it is found, and the Debian package that brings it."""

WORKBOOKS = ("visit_form.xlsx", "全量企业台账.xlsx", "work_orders.xlsx")
FIRST_PAGES = 3
DOTS_PER_INCH = 110
DESKTOP, PHONE, NOTEBOOK = 1280, 390, 1280

NOTEBOOK_PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body { font: 14px/1.5 "Noto Sans CJK SC", sans-serif; max-width: 1200px; margin: 2em auto; }
table { border-collapse: collapse; font-size: 13px; } th, td { border: 1px solid #ccc; padding: 2px 8px; }
pre { white-space: pre-wrap; } .error { color: #a4262c; } img { max-width: 100%; }
</style><body>"""


def main() -> int:
    """Render all there is; returns the exit status."""
    missing = [f"{name}: apt-get install {package}" for name, (find, package) in PROGRAMS.items() if not find()]
    if missing:
        print(f"make look needs {'; '.join(missing)}", file=sys.stderr)
        return 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mainstay-look-") as scratch, browser(Path(scratch)) as opened:
        for name, week in (("sample-full", full_week()), ("sample-empty", empty_week())):
            path = Path(scratch) / f"{name}.html"
            path.write_text(page(week), "utf-8")
            draw_brief(opened, path, name, Path(scratch))
        folder = newest_week(HOME)
        if folder is None:
            say(f"no week in {HOME}: `make demo` makes one, LOOK_HOME names another workspace")
        else:
            draw_week(opened, folder, Path(scratch))
            failed = draw_notebooks(opened, Path(scratch))
    say(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}")
    return 1 if failed else 0


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"-- {line}", flush=True)


def newest_week(home: Path) -> Path | None:
    """Return the newest `out/<as_of>/`; None where there is none."""
    return max((path for path in home.glob("out/*") if re.fullmatch(r"\d{4}-\d\d-\d\d", path.name)), default=None)


def draw_week(opened: Browser, folder: Path, scratch: Path) -> None:
    """Draw the papers of a week."""
    say(f"the week in {folder}")
    if (folder / "brief.html").exists():
        draw_brief(opened, folder / "brief.html", "brief", scratch)
    else:
        say("no brief.html yet: skipped")
    for name in WORKBOOKS:
        if (folder / name).exists():
            draw_workbook(folder / name, scratch)
        else:
            say(f"no {name} yet: skipped")


def draw_brief(opened: Browser, path: Path, name: str, scratch: Path) -> None:
    """Draw the brief on paper, on a desk and on a phone."""
    say(f"{name}: A4, {DESKTOP} and {PHONE} px")
    opened.open(path, DESKTOP)
    printed = scratch / f"{name}.pdf"
    printed.write_bytes(opened.pdf())
    draw_pages(printed, f"{name}-a4")
    (PICTURES / f"{name}-desktop.png").write_bytes(opened.picture(DESKTOP))
    opened.open(path, PHONE, 844, scale=2, mobile=True)
    (PICTURES / f"{name}-phone.png").write_bytes(opened.picture(PHONE, scale=2, mobile=True))


def draw_workbook(path: Path, scratch: Path) -> None:
    """Draw the first pages of a workbook as a spreadsheet program prints it."""
    say(f"{path.name}: the first {FIRST_PAGES} pages")
    profile = f"-env:UserInstallation={(scratch / 'soffice').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    draw_pages(scratch / f"{path.stem}.pdf", path.stem)


def draw_pages(pdf: Path, name: str) -> None:
    """Draw the first pages of a PDF."""
    options = ["-r", str(DOTS_PER_INCH), "-l", str(FIRST_PAGES), "-png"]
    subprocess.run(["pdftoppm", *options, str(pdf), str(PICTURES / name)], check=True, timeout=120)


def draw_notebooks(opened: Browser, scratch: Path) -> int:
    """Execute the notebooks over the workspace, and draw what they show; returns how many cells failed."""
    failed = 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = executed(path, scratch)
        broken = sum(one.output_type == "error" for cell in notebook.cells for one in cell.get("outputs", []))
        say(f"{path.stem}: {len(notebook.cells)} cells" + (f", {broken} FAILED" if broken else ""))
        shown = scratch / f"{path.stem}.html"
        shown.write_text(notebook_page(notebook), "utf-8")
        opened.open(shown, NOTEBOOK)
        (PICTURES / f"notebook-{path.stem}.png").write_bytes(opened.picture(NOTEBOOK))
        failed += broken
    return failed


def executed(path: Path, scratch: Path) -> Any:
    """Execute a notebook; a cell that fails shows its error."""
    os.environ |= {"MAINSTAY_HOME": str(HOME), "IPYTHONDIR": str(scratch / "ipython")}
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(scratch)}}
    return NotebookClient(notebook, timeout=300, allow_errors=True, resources=resources).execute(
        stderr=subprocess.DEVNULL  # it warns of its own transport on this machine
    )


def notebook_page(notebook: Any) -> str:
    """Return what a reader of a notebook sees, without the code, as one page."""
    return NOTEBOOK_PAGE + "\n".join(part for cell in notebook.cells for part in _shown(cell))


def _shown(cell: Any) -> Iterator[str]:
    markdown = MarkdownIt("commonmark").enable("table")
    if cell.cell_type == "markdown":
        yield markdown.render(cell.source)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/svg+xml" in data:
            # As an image of its own: drawings on one page may use the same names inside.
            drawn = base64.b64encode(data["image/svg+xml"].encode()).decode()
            yield f'<p><img src="data:image/svg+xml;base64,{drawn}"></p>'
        elif "text/html" in data:
            yield data["text/html"]
        elif "text/markdown" in data:
            yield markdown.render(data["text/markdown"])
        elif output.output_type == "error":
            yield f'<pre class="error">{html.escape(output.ename)}: {html.escape(output.evalue)}</pre>'
        else:
            yield f"<pre>{html.escape(data.get('text/plain', output.get('text', '')))}</pre>"


if __name__ == "__main__":
    sys.exit(main())
