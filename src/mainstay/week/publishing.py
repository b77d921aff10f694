"""The last steps of a week: the gates of the marts, what people receive, what is remembered and published."""

import logging
from datetime import UTC, datetime

from mainstay import __version__
from mainstay.extracts.registry import form_contract
from mainstay.extracts.returning import return_errors
from mainstay.quality.gates import judge_marts, refuse_failed_marts
from mainstay.report.week import Paper, export_week, swap_in
from mainstay.resources import shipped
from mainstay.warehouse import checks, dictionary, events, meanings, models, publication
from mainstay.warehouse import run as run_tables
from mainstay.week.rules import display_unit
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


def gate(run: Run) -> None:
    """Hold the candidate against the gate models; a broken rule stops the run before anything is published.

    Raises:
        GateRefusedError: a mart breaks a rule of severity error.
    """
    sql = models.load_models(shipped("sql"))
    with run.warehouse() as warehouse:
        outcome = judge_marts(models.gate_metrics(warehouse, sql))
        checks.record(warehouse, run.run_id, outcome)
    refuse_failed_marts(outcome)


def export(run: Run) -> None:
    """Write what people receive into a folder of its own."""
    settings = run.settings
    paper = Paper(
        unit=display_unit(settings),
        guard=settings.export.csv_text_guard,
        simulated=settings.workspace.simulated,
        recent_months=settings.score.recent_months,
        form=form_contract(run.contracts, shipped("seeds")),
        office=settings.workspace.title,
        has_ledger=settings.export.enterprise_ledger,
    )
    with run.warehouse() as warehouse:
        files = export_week(
            run.written,
            {name: warehouse.read(name) for name in paper.relations},
            as_of=run.as_of,
            paper=paper,
            content=run_tables.content(warehouse, run.as_of, settings, run.contracts, __version__),
            run={"run_id": run.run_id, "started_at": run.started_at, "replay": run.replay},
        )
        checks.record_exports(warehouse, run.run_id, files)


def send_back(run: Run) -> dict[str, list[str]]:
    """Return what is wrong in visit outcomes to whoever sent it, as marked copies in review/.

    Journals their names, and the files of which no copy could be written, with the kind of trouble.
    """
    contracts = {contract.name: contract for contract in run.contracts}
    folder = run.workspace.review
    with run.warehouse() as warehouse:
        wrong, sent = checks.outcome_errors(warehouse), checks.exported_rows(warehouse, folder.name)
        returned = return_errors(wrong, run.workspace.landing, folder, contracts, sent)
        checks.record_exports(warehouse, run.run_id, returned.copies)
        checks.record_warnings(warehouse, run.run_id, returned.failed, rule="returnable")
    not_returned = [f"{file}: {kind}" for file, kind in returned.failed.items()]
    if not_returned:
        logger.warning("%d files have errors, and no marked copy of them could be written", len(not_returned))
    return {"returned": returned.copies["path"].to_list(), "not_returned": not_returned}


def record(run: Run) -> None:
    """Remember what this week publishes, in the warehouse and in the candidate; done again, it replaces itself."""
    with run.warehouse() as warehouse:
        events.record_week(warehouse, run.as_of)
        run_tables.record_run(warehouse, run.run_id, run.as_of, run.started_at, datetime.now(UTC), version=__version__)
        publication.copy_operations(warehouse)
        sql = shipped("sql")
        dictionary.write_comments(warehouse, models.load_models(sql), meanings.read_vocabulary(sql / "vocabulary.csv"))


def publish(run: Run) -> None:
    """Make the candidate this week's snapshot, and the folder this week's folder.

    A step of its own: done again it must not open the candidate, which may have its final name already.
    """
    keep = run.settings.publish.keep
    publication.publish(run.workspace, run.candidate, as_of=run.as_of, run_id=run.run_id, keep=keep)
    swap_in(run.written, run.workspace.out_of(run.as_of))


def hand_out_replay(run: Run) -> None:
    """Put a replay's folder in its place; nothing is published, issued or remembered."""
    publication.discard(run.candidate)
    swap_in(run.written, run.workspace.out_of(run.as_of))
