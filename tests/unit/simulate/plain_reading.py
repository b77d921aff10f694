"""Reading simulated files without any of the project's readers, and what was planted in them."""

import csv
import io
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from mainstay.resources import shipped

FIRST, MONTHS, ENTERPRISES, SEED = date(2020, 1, 1), 30, 120, 20_220_101
LEVELS = ("实缴金额", "中央级", "市级", "区级")


def text_of(path: Path) -> str:
    by_the_bureau = path.name.startswith(("财政", "汇总", "大数据"))
    return path.read_bytes().decode("utf-8-sig" if by_the_bureau else "gb18030")


@cache
def table_of(landing: Path, name: str) -> list[dict[str, str]]:
    """Read a simulated CSV file without any of our readers: one row per line below the header."""
    lines = list(csv.reader(io.StringIO(text_of(next(landing.rglob(name))), newline="")))
    header = next(number for number, line in enumerate(lines) if all(line))
    return [dict(zip(lines[header], line, strict=True)) for line in lines[header + 1 :]]


def amount(text: str) -> Decimal:
    plain = text.replace(",", "").translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
    return -Decimal(plain[1:-1]) if plain.startswith("(") else Decimal(plain)


def is_line(row: dict[str, str]) -> bool:
    return row["社会信用代码（纳税人识别号）"] not in {"", "合计"}


@cache
def good_lines(landing: Path, name: str) -> list[dict[str, str]]:
    """The lines that count: no total, no bad id, no third decimal, nothing twice."""
    seen, found = set(), []
    for row in table_of(landing, name):
        bad = not is_line(row) or "E+" in row["社会信用代码（纳税人识别号）"] or row["区级"] == "25.125"
        key = tuple(sorted(row.items()))
        if not bad and key not in seen:
            found.append(row)
        seen.add(key)
    return found


@cache
def scope_of() -> dict[str, tuple[str, str]]:
    text = (shipped("seeds") / "levy_items.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {row["levy_item"]: (row["is_tax"], row["in_local_revenue"]) for row in rows}


def stamp(month: str) -> str:
    return month.replace("-", "")


def delivered(truth: dict[str, Any], contract: str, suffix: str = ".csv") -> list[dict[str, Any]]:
    return [file for file in truth["files"] if file["contract"] == contract and file["file"].endswith(suffix)]


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
