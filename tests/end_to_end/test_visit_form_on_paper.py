"""The visit form in a spreadsheet program: printed, saved again, read back."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mainstay.extracts.extract import FileContent
from mainstay.extracts.reading import read_extract
from tests.unit.report.visit_samples import (
    ANSWERS,
    CONTRACT,
    READ_BACK,
    bare_order,
    fill_in,
    visit_order,
    written,
)

SOFFICE = shutil.which("soffice")
PDFINFO, PDFTOTEXT = shutil.which("pdfinfo"), shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

A4 = (595, 842)
"""Points."""

Convert = Callable[[Path, str], Path]


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Open a workbook in LibreOffice and save it as another format, in a folder of its own."""
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def run(source: Path, target: str) -> Path:
        folder = source.parent / "saved"
        command = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", target]
        subprocess.run([*command, "--outdir", str(folder), str(source)], check=True, capture_output=True, timeout=120)
        saved = folder / f"{source.stem}.{target.partition(':')[0]}"
        assert saved.exists()
        return saved

    return run


def printed(*command: str) -> str:
    """What a program of poppler prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.skipif(PDFINFO is None or PDFTOTEXT is None, reason="poppler (pdfinfo, pdftotext) is not installed")
def test_each_order_is_one_upright_page_of_a4(tmp_path: Path, convert: Convert) -> None:
    orders = [
        visit_order(1),
        visit_order(2, name="北京京西" * 15, address="北京市门头沟区永定镇石龙经济开发区永安路二十号三号楼" * 8),
        bare_order(3, priority=3),
        visit_order(4, department="园区综合服务管理中心" * 6, assignee="张三、李四、王五" * 4),
        visit_order(5, name="名" * 300),
    ]
    path = written(tmp_path, *orders, simulated=True)
    fill_in(path, "M2022W28-0004", {"企业说明": "订单推迟。" * 200, "企业诉求": "一\n" * 60})
    pdf = str(convert(path, "pdf"))
    sizes = re.findall(r"size: +([\d.]+) x ([\d.]+) pts", printed("pdfinfo", "-f", "1", "-l", "99", pdf))
    assert [(round(float(width)), round(float(height))) for width, height in sizes] == [A4] * 5
    pages = printed("pdftotext", "-layout", pdf, "-").split("\f")[:5]
    for number, text in enumerate(pages, 1):
        assert f"M2022W28-{number:04d}" in text
        assert "本走访为服务走访，不是检查。" in text
        assert text.count("模拟数据") == 3


def test_a_form_that_a_spreadsheet_saved_is_read_back_word_for_word(tmp_path: Path, convert: Convert) -> None:
    path = written(tmp_path, visit_order(), visit_order(2, source_id="911101085513850820"))
    fill_in(path, "M2022W28-0001", ANSWERS)
    saved = convert(path, "xlsx:Calc MS Excel 2007 XML")
    extract = read_extract(FileContent.read(saved), CONTRACT)
    (row,) = extract.rows.drop("line", "source_rows", "flags", "name_key").iter_rows(named=True)
    assert {name: value for name, value in row.items() if value is not None} == READ_BACK
    assert (extract.rows_read, extract.rows_blank, extract.rejects.height) == (2, 1, 0)
    sheet = load_workbook(saved)["M2022W28-0001"]
    assert sheet.protection.sheet
    assert {rule.type for rule in sheet.data_validations.dataValidation} >= {"list", "date", "decimal"}
