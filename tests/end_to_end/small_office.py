"""A small office that many weeks are played in: twelve firms, fifteen months of receipts; half of the firms halve."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from mainstay.settings import Workspace
from mainstay.week.run import Run

CONTRACT = """
name = "monthly"
target = "receipts"
title = "monthly receipts"
id_namespace = "tax"
legal_basis = "agreement"
agreement_id = "A-1"
expires_on = 2099-12-31
delivery = "replace_partition"
within_file = "add"
across_files = "version"
key = ["source_id", "month"]
required_for_run = true
grace_days = 10
max_rejected_share = 0.4

[match]
files = ["receipts_*.csv"]

[partition]
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})'

[knowledge]
from = "file_name"
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})(_(?P<day>\\d{2}))?'

[[columns]]
field = "source_id"
headings = ["id"]

[[columns]]
field = "name"
headings = ["name"]

[[columns]]
field = "month"
headings = ["month"]

[[columns]]
field = "amount"
level = "local"
headings = ["amount"]
"""
SETTINGS = """
[contracts]
built_in = ["visit_forms", "visit_outcomes"]

[orders]
visiting_capacity = 4
"""
APRIL, NEXT = date(2022, 4, 4), date(2022, 4, 11)
FIRMS = {f"F{number:02d}": 1000 * (number + 1) for number in range(12)}


def office(home: Path) -> Workspace:
    """Lay out a workspace with one contract, visit forms, and receipts of 2021-01 to 2022-03."""
    made = Workspace(home)
    made.contracts.mkdir(parents=True)
    (made.contracts / "monthly.toml").write_text(CONTRACT, "utf-8")
    made.settings_file.write_text(SETTINGS, "utf-8")
    for index in range(15):
        land(made, date(2021 + index // 12, index % 12 + 1, 1))
    return made


def land(workspace: Workspace, month: date, *, name: str = "", lines: tuple[str, ...] = ()) -> Path:
    """Write one month's extract."""
    rows = ["id,name,month,amount", *lines]
    for number, (firm, usual) in enumerate(FIRMS.items()):
        paid = usual / 2 if month.year == 2022 and number % 2 else usual
        rows.append(f"{firm},={firm} Ltd,{month:%Y-%m},{paid:.2f}")
    path = workspace.landing / (name or f"receipts_{month:%Y%m}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def by_steps(workspace: Workspace, as_of: date = APRIL) -> Run:
    """A run of which the test itself calls the steps."""
    started_at = datetime(2022, 4, 4, 9, tzinfo=UTC)
    return Run(workspace, as_of, "by-steps", started_at)


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that people receive."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def snapshot(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """Ask the published snapshot."""
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def week_files(workspace: Workspace, as_of: date = APRIL) -> dict[str, bytes]:
    """What people received in a week, byte for byte."""
    folder = workspace.out_of(as_of)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def journals(workspace: Workspace) -> list[dict[str, Any]]:
    """What the journal says of every run, oldest first."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(workspace.runs.glob("*.json"))]
