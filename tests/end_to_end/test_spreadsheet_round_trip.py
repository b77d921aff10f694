"""What a spreadsheet program does to our files: opened, saved, read again."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.report.cells import TextGuard
from mainstay.report.work_orders import write_work_orders
from tests.unit.report.samples import WAN_YUAN, full_order, order_frame

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

# Separator, quote, UTF-8, from line 1: what a person confirms in the import dialog.
CSV_FILTER = "44,34,76,1"
ALL_DIGITS = "914403001922038216"
USCC, NAME, INDUSTRY_CODE = "统一社会信用代码", "企业名称", "行业代码"

Convert = Callable[[Path, str, Path], Path]


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Open a file in LibreOffice and save it as another format."""
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def run(source: Path, target: str, folder: Path) -> Path:
        command = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless"]
        if source.suffix == ".csv":
            command.append(f"--infilter=CSV:{CSV_FILTER}")
        command += ["--convert-to", target, "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        saved = folder / f"{source.stem}.{target.partition(':')[0]}"
        assert saved.exists()
        return saved

    return run


def saved_rows(convert: Convert, source: Path, folder: Path) -> list[dict[str, str]]:
    """Open, save as XLSX, open that, save as CSV; read it as our readers do, without outer blanks."""
    folder.mkdir()
    workbook = source if source.suffix == ".xlsx" else convert(source, "xlsx:Calc MS Excel 2007 XML", folder)
    text = convert(workbook, f"csv:Text - txt - csv (StarCalc):{CSV_FILTER}", folder).read_text("utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    heading = next(number for number, line in enumerate(lines) if USCC in line)
    return [dict(zip(lines[heading], (cell.strip() for cell in line), strict=True)) for line in lines[heading + 1 :]]


def written(folder: Path, guard: TextGuard) -> list[Path]:
    """Write three orders whose cells a spreadsheet likes to spoil."""
    orders = [
        full_order() | {"uscc": ALL_DIGITS, "industry_code": "0111", "name": "京西（北京）科技有限公司"},
        full_order() | {"uscc": "91110108551385E02", "name": "=1+1", "note": '第一行\n第二行，含逗号和"引号"'},
        full_order() | {"uscc": "91110109MA00GT10X0", "name": "-5", "local_natural_yoy": None},
    ]
    return write_work_orders(order_frame(orders), folder, unit=WAN_YUAN, guard=guard, simulated=False)


@pytest.mark.parametrize("file", ["work_orders.csv", "work_orders.xlsx"])
def test_ids_chinese_and_amounts_survive_a_spreadsheet(tmp_path: Path, convert: Convert, file: str) -> None:
    written(tmp_path, "tab")
    rows = saved_rows(convert, tmp_path / file, tmp_path / "saved")
    assert [row[USCC] for row in rows] == [ALL_DIGITS, "91110108551385E02", "91110109MA00GT10X0"]
    assert [row[INDUSTRY_CODE] for row in rows] == ["0111", "7320", "7320"]
    assert [row[NAME] for row in rows] == ["京西（北京）科技有限公司", "'=1+1", "'-5"]
    assert rows[1]["备注"] == '第一行 第二行，含逗号和"引号"'
    assert rows[0]["统计期间"] == "2022年1-10月(累计)"
    assert [row["增减额_自然口径(万元)"] for row in rows] == ["-76.54", "-76.54", "-76.54"]
    assert [row["同比_自然口径(%)"] for row in rows] == ["-38.27", "-38.27", ""]


def test_without_the_guard_a_spreadsheet_does_spoil_the_digits(tmp_path: Path, convert: Convert) -> None:
    csv_path, _ = written(tmp_path, "none")
    rows = saved_rows(convert, csv_path, tmp_path / "saved")
    assert rows[0][USCC] != ALL_DIGITS
    assert rows[0][INDUSTRY_CODE] == "111"
