"""The first steps of every run: load what is new in landing/, and let the gates decide about it."""

import logging
from collections.abc import Callable
from typing import Any

from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.extracts.registry import one_namespace
from mainstay.quality.gates import Verdict, judge_batches, refuse_lost_money
from mainstay.settings import TIMEZONE
from mainstay.warehouse import batch_metrics, checks, ledger, loading
from mainstay.week.input_tables import input_tables
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")

Show = Callable[[str, str, list[dict[str, Any]]], None]
"""Shows a table with the run: a key, a title, the rows."""


def ingest(run: Run) -> dict[str, list[str]]:
    """Load every new file of landing/ as a pending batch; journals the files that could not be, with the reason."""
    input_tables(run.settings, run.contracts, run.workspace.home)  # what is wrong in them is told before any work
    with run.warehouse(marts=False) as warehouse:
        ledger.prepare(warehouse)
        files = scan(run.workspace.landing, run.settings.landing.ignore)
        today = run.started_at.astimezone(TIMEZONE).date()
        deliveries, refused = sort_out(files, run.contracts, ledger.known_files(warehouse), today)
        logger.info("landing: %d files, %d to load, %d quarantined", len(files), len(deliveries), len(refused))
        quarantined: list[Quarantined] = list(refused)
        loaded = 0
        for group in loading.in_groups(read_each(deliveries, quarantined)):
            loading.load_all(warehouse, group, run.started_at)
            loaded += len(group)
            logger.info("loaded %d of %d files, last %s", loaded, len(deliveries), group[-1][0].file.name)
        ledger.supersede(warehouse)
        ledger.identify(warehouse, one_namespace=one_namespace(run.contracts))
        reasons = {one.file: one.reason for one in quarantined}
        checks.record_warnings(warehouse, run.run_id, reasons, rule="loadable")
    return {"quarantined": [f"{file}: {reason}" for file, reason in reasons.items()]}


def check_batches(run: Run, show: Show = lambda *_: None) -> None:
    """Hold every pending batch against its contract; accept it or put it in quarantine.

    Raises:
        GateRefusedError: rows or amounts of a batch are not accounted for.
    """
    verdicts: list[Verdict] = []
    with run.warehouse(marts=False) as warehouse:
        for contract in run.contracts:
            waiting = ledger.pending_files(warehouse, contract.name)
            verdict = judge_batches(contract, batch_metrics.batch_metrics(warehouse, contract), waiting)
            lines = batch_metrics.failing_lines(warehouse, contract, waiting)
            checks.record(warehouse, run.run_id, verdict.explained(lines))
            ledger.settle(warehouse, verdict.accepted, "accepted")
            for batch_id, broken in verdict.refused.items():
                ledger.settle(warehouse, [batch_id], "quarantined", f"broken rules: {', '.join(broken)}")
            verdicts.append(verdict)
        show("checks", "Checks that failed", checks.warnings_of(warehouse, run.run_id).to_dicts())
        show("batches", "Batches of this workspace", ledger.batch_counts(warehouse).to_dicts())
    refuse_lost_money(verdicts)
