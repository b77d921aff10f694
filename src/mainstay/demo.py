"""`mainstay demo`: eight weeks of a simulated park, forms coming back; its end is held against what was planted."""

import json
import logging
import shutil
from datetime import date, timedelta

import polars as pl
from rich.console import Console
from rich.table import Table

from mainstay import open_snapshot
from mainstay.errors import UsageError
from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.simulate import DISTRICT_AUTHORITY_WORDS, Park, Visitors, compare
from mainstay.warehouse.snapshot import Snapshot

logger = logging.getLogger("mainstay.demo")

ENTERPRISES, SEED, FIRST_MONTH, MONTHS = 300, 2, date(2021, 1, 1), 24
"""A base year, and the year of the refunds (DOMAIN section 0); of its second half only the signs of moves are known.
With this seed a firm comes back, and one is retained, before the weeks are over: so it is with 2 of the first 60."""
FIRST_MONDAY, NEWEST_MONTH = date(2022, 5, 23), date(2022, 6, 1)
_DELIVERED_BY = 6
"""On the Mondays from this day of a month on, the extracts of the month before have come."""

_SETTINGS = """\
[workspace]
title = "模拟园区"
simulated = true

[orders]
department = "企业服务部"
assignees = ["模拟责任人甲", "模拟责任人乙", "模拟责任人丙"]

[outbound]
district_authorities = {words}
"""


def mark_simulated(workspace: Workspace) -> None:
    """Write settings that say that the workspace is simulated; every page and order number takes it from there."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    if not workspace.settings_file.exists():
        words = json.dumps(list(DISTRICT_AUTHORITY_WORDS), ensure_ascii=False)
        workspace.settings_file.write_text(_SETTINGS.format(words=words), "utf-8")


def play(workspace: Workspace, weeks: int) -> None:
    """Play the weeks in a fresh workspace, and print each of them, what was found, and where to look.

    Args:
        workspace: What is there is replaced.
        weeks: How many, up to eight.

    Raises:
        UsageError: there is a workspace that is not simulated; it is not replaced.
    """
    if workspace.home.exists():
        if not workspace.settings().workspace.simulated:
            raise UsageError("the demo would overwrite a workspace that is not simulated", where=str(workspace.home))
        shutil.rmtree(workspace.home)
    mark_simulated(workspace)
    park = Park(enterprises=ENTERPRISES, seed=SEED, first_month=FIRST_MONTH, months=MONTHS, newest_month=NEWEST_MONTH)
    (workspace.home / "truth.json").write_text(json.dumps(park.truth(), ensure_ascii=False, indent=2), "utf-8")
    visitors = Visitors(park)
    played = []
    for number in range(weeks):
        monday = FIRST_MONDAY + timedelta(weeks=number)
        _land(park, workspace, monday)
        logger.info("-- week %d of %d: %s", number + 1, weeks, monday)
        run_week(workspace, monday)
        snapshot = open_snapshot(workspace.home)
        played.append(_week_row(snapshot))
        if number + 1 < weeks:
            week = workspace.out_of(monday)
            returned = visitors.send_back(monday, week, workspace.review, workspace.landing)
            logger.info("-- %d files come back from visitors and office", len(returned))
    _tell(workspace, snapshot, park, visitors, played)


def _land(park: Park, workspace: Workspace, monday: date) -> None:
    """Put what has come by a Monday into landing/, a folder a month."""
    newest = (monday - timedelta(days=_DELIVERED_BY - 1)).replace(day=1)
    for month in park.months:
        folder = workspace.landing / f"{month:%Y-%m}"
        if month < newest and not folder.exists():
            park.write_month(folder, month)


def _week_row(snapshot: Snapshot) -> tuple[str, ...]:
    """New files, firms that came on lists and went, inquiries done, new visits, orders, contacts with movers."""
    files = snapshot["marts.week_files"].filter("is_new")
    lists = snapshot["marts.list_movements"].filter("is_covered", pl.col("kind") == "drops")
    orders = snapshot["marts.work_orders"]
    outcomes = files.filter(pl.col("target") == "visit_outcomes")["rows_loaded"].sum()
    opened = orders.filter("is_open")
    scope = snapshot["marts.outbound_register"].filter("in_scope")
    return (
        snapshot.as_of.isoformat(),
        str(files.height),
        f"+{lists['entered'].sum()} −{lists['left_list'].sum()}",
        f"{lists['inquired'].sum()}/{lists['rows'].sum()}",
        str(outcomes),
        f"{opened.filter('is_new').height}/{opened.height}/{orders.height - opened.height}",
        str(opened.filter("is_overdue").height),
        f"{scope.filter(pl.col('contacts') > 0).height}/{scope.height}",
    )


def _tell(
    workspace: Workspace, snapshot: Snapshot, park: Park, visitors: Visitors, weeks: list[tuple[str, ...]]
) -> None:
    """What the eight weeks have made; the firms are invented."""
    console = Console()
    columns = ("as of", "files", "lists", "inquired", "visits", "orders", "late", "contacted")
    played = Table(*columns, title="模拟数据", caption="orders: new/open/settled; inquired, contacted: done of all")
    for row in weeks:
        played.add_row(*row)
    console.print(played)
    done = visitors.tally
    console.print(
        f"pages filled {done.filled}, of these two weeks late {done.late}, with an error {done.wrong}; "
        f"corrected {done.corrected}",
        highlight=False,
    )
    found = Table(
        "planted", "found", "which means", title=f"{snapshot.as_of}: what was planted, and what is known of it"
    )
    for one in compare(park, snapshot.__getitem__, snapshot.as_of):
        found.add_row(one.subject, f"{one.found} of {one.planted}", one.note)
    console.print(found)
    week = workspace.out_of(snapshot.as_of)
    for label, path in (
        ("weekly brief, in a browser", week / "brief.html"),
        ("work orders, for a spreadsheet", week / "work_orders.xlsx"),
        ("work orders, for the task force", week / "work_orders.csv"),
        ("drop lists, outbound firms", week / "lists"),
        ("visit forms, a page an order", week / "visit_form.xlsx"),
        ("all enterprises, for analysts", week / "全量企业台账.xlsx"),
        ("dated copies to send", week / "报送"),
        ("what came back with errors", workspace.review),
        ("what decided it all", week / "manifest.json"),
        ("the snapshot that notebooks open", workspace.latest),
        ("what was planted", workspace.home / "truth.json"),
    ):
        console.print(f"{label:<34} {path}", soft_wrap=True, highlight=False)
