"""`out/<as_of>/`: everything that people receive of one week, written beside and swapped in whole."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import polars as pl

from mainstay.extracts.contract import Contract
from mainstay.files import replace_file
from mainstay.report import alert_replies, brief, enterprise_ledger, risk_review
from mainstay.report.cause_texts import with_list_causes, with_order_causes
from mainstay.report.cells import TextGuard
from mainstay.report.drop_list_files import write_drop_list
from mainstay.report.notes import with_freeze_notes, with_list_notes, with_member_notes, with_order_notes
from mainstay.report.office_words import FROZEN_MARK, SIMULATED_MARK
from mainstay.report.outbound import TITLE as OUTBOUND_TITLE
from mainstay.report.outbound import write_outbound
from mainstay.report.scoring_words import scoring_note
from mainstay.report.units import DisplayUnit
from mainstay.report.visit_form import write_visit_forms
from mainstay.report.week_manifest import MANIFEST_NAME, canonical_json, file_entries
from mainstay.report.work_orders import TITLE as ORDERS_TITLE
from mainstay.report.work_orders import write_work_orders

_RELATIONS = frozenset(
    {
        "marts.work_orders",
        "marts.drop_list_inquiries",
        "marts.firm_lists",
        "marts.outbound_register",
        "features.list_windows",
        *brief.RELATIONS,
        *risk_review.RELATIONS,
    }
)

Audience = Literal["task_force", "steward", "analyst"]
FORM_TITLE = "走访表"
"""How the names of visit forms begin; the built-in contract knows them by it when they come back."""

COPIES: Mapping[Audience, str] = MappingProxyType({"task_force": "报送", "steward": "走访"})
"""Where the copies go that leave the house, under Chinese names with their date; an analyst's papers stay."""

_UNFIT_FOR_A_NAME = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class Paper:
    """How the files of a workspace are written.

    Args:
        unit: The display unit of money.
        guard: Whether digits that a spreadsheet would change get a trailing TAB.
        simulated: Whether every page must say that the data are simulated.
        recent_months: Over how many months the score measures the drop.
        form: The contract under which visit forms come back; its labels are theirs.
        office: Whose papers they are, the workspace's title.
        has_ledger: Whether the ledger of all enterprises is among them.
    """

    unit: DisplayUnit
    guard: TextGuard
    simulated: bool
    recent_months: int
    form: Contract
    office: str = ""
    has_ledger: bool = True

    @property
    def relations(self) -> list[str]:
        """What the papers of a week are made of, by name."""
        return sorted(_RELATIONS.union(enterprise_ledger.RELATIONS if self.has_ledger else ()))


@dataclass(frozen=True)
class _Written:
    """A file for people: its path, who reads it, how many rows it has, and the name of its dated copy."""

    path: Path
    audience: Audience
    rows: int
    copy_name: str


def export_week(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    as_of: date,
    paper: Paper,
    content: Mapping[str, object],
    run: Mapping[str, object],
) -> pl.DataFrame:
    """Write every paper of one as-of date, the dated copies and the manifest into an empty folder.

    Args:
        folder: Where; not yet the folder that people look into, see `swap_in`.
        frames: `paper.relations` by name, of one as-of date. A list that could not be computed gets its
            heading only.
        as_of: The week's date.
        paper: How money and text are written.
        content: What the manifest says beside the files; a replay must repeat it byte for byte.
        run: What differs from run to run.

    Returns:
        One row a file: `path`, `audience`, `rows`, `sha256`, for the record of exports.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lists").mkdir(parents=True)
    rows: dict[str, tuple[Audience, int]] = {}
    for written in _papers(folder, frames, as_of, paper):
        for path in (written.path, *_copied(written, folder, simulated=paper.simulated)):
            rows[path.relative_to(folder).as_posix()] = (written.audience, written.rows)
    files = file_entries(folder)
    manifest = canonical_json({"content": {**content, "files": files}, "run": run})
    replace_file(folder / MANIFEST_NAME, manifest.encode())
    return pl.DataFrame(
        [(str(file["path"]), *rows[str(file["path"])], str(file["sha256"])) for file in files],
        schema={"path": pl.String, "audience": pl.String, "rows": pl.Int64, "sha256": pl.String},
        orient="row",
    )


def swap_in(written: Path, final: Path) -> None:
    """Put a finished folder in the place that people look into; what was there before goes.

    A call that failed half-way may be repeated: `written` may be in its place already.
    """
    retired = written.with_name(f"{written.name}.old")
    if written.exists() or not final.exists():
        if final.exists():
            shutil.rmtree(retired, ignore_errors=True)
            final.replace(retired)
        written.replace(final)
    shutil.rmtree(retired, ignore_errors=True)


def _papers(folder: Path, frames: Mapping[str, pl.DataFrame], as_of: date, paper: Paper) -> Iterator[_Written]:
    day = f"{as_of:%Y%m%d}"
    unit, guard, causes = paper.unit, paper.guard, frames["marts.causes"]
    explained = with_order_causes(frames["marts.work_orders"], causes, unit)
    orders = with_order_notes(explained)
    note = scoring_note(frames["marts.score_bases"], paper.recent_months)
    for path in write_work_orders(orders, folder, unit=unit, guard=guard, simulated=paper.simulated, scoring_note=note):
        yield _Written(path, "task_force", orders.height, f"{ORDERS_TITLE}_{day}")
    path = write_visit_forms(frames["marts.work_orders"], folder, contract=paper.form, simulated=paper.simulated)
    year, week, _ = as_of.isocalendar()
    # Its name says no day: what comes back under it is known from the day it is first seen.
    yield _Written(path, "steward", orders.filter("awaits_visit").height, f"{FORM_TITLE}_{year}年第{week}周")
    if paper.has_ledger:
        path = enterprise_ledger.write_enterprise_ledger(
            folder, frames, as_of=as_of, unit=unit, simulated=paper.simulated, scoring_note=note
        )
        yield _Written(path, "analyst", frames["marts.enterprise_ledger"].height, "")
    reviewed = (frames[name] for name in risk_review.RELATIONS)
    path, rows = risk_review.write_risk_review(folder, *reviewed, unit=unit, guard=guard)
    yield _Written(path, "analyst", rows, "")
    yield from _lists(folder, frames, day, paper)
    replies = alert_replies.alerts_to_reply(frames[alert_replies.RELATION], as_of)
    if not replies.is_empty():
        path = alert_replies.write_alert_replies(replies, folder, unit=unit, simulated=paper.simulated)
        yield _Written(path, "task_force", replies.height, f"{alert_replies.TITLE}_{day}")
    register = frames["marts.outbound_register"]
    path = write_outbound(register, folder, unit=unit, guard=guard)
    yield _Written(path, "task_force", register.filter("is_outbound").height, f"{OUTBOUND_TITLE}_{day}")
    page = brief.brief_html(frames, as_of=as_of, unit=unit, simulated=paper.simulated, office=paper.office)
    replace_file(folder / brief.FILE_NAME, page.encode())
    issue = frames["marts.weeks"]["issue_no"].item()
    yield _Written(folder / brief.FILE_NAME, "task_force", 1, f"{brief.TITLE}（第{issue}期）_{day}")


def _lists(folder: Path, frames: Mapping[str, pl.DataFrame], day: str, paper: Paper) -> Iterator[_Written]:
    """One file a list, of drops or of firms; on paper equal firms share a rank where the list says so."""
    drops, firms = (
        with_list_causes(frames[name], frames["marts.causes"], paper.unit)
        for name in ("marts.drop_list_inquiries", "marts.firm_lists")
    )
    noted = {"drops": with_freeze_notes(with_list_notes(drops), paper.unit), "firms": with_member_notes(firms)}
    lines = {kind: found.with_columns(rank=pl.col("shared_rank")) for kind, found in noted.items()}
    windows = frames["features.list_windows"].sort("list_name")
    for window, is_shared in zip(windows.iter_rows(named=True), windows["title"].is_duplicated(), strict=True):
        name = window["list_name"]
        of_list = lines[window["kind"]].filter(pl.col("list_name") == name)
        path = write_drop_list(
            of_list, folder, list_name=name, level=window["level"], unit=paper.unit, guard=paper.guard
        )
        parts = (window["title"], name if is_shared else "", FROZEN_MARK if window["is_frozen"] else "", day)
        yield _Written(path, "task_force", of_list.height, "_".join(part for part in parts if part))


def _copied(written: _Written, folder: Path, *, simulated: bool) -> Iterator[Path]:
    """Copy a paper that leaves the house under its Chinese name."""
    if written.audience not in COPIES:
        return
    mark = f"_{SIMULATED_MARK}" if simulated else ""
    name = _UNFIT_FOR_A_NAME.sub("", f"{written.copy_name}{mark}")
    copy = folder / COPIES[written.audience] / f"{name}{written.path.suffix}"
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(written.path, copy)
    yield copy
