"""The weekly run, step by step: see `STEPS`; then send back, record, publish.

Tasks stand at the boundaries of input and output; they pass a `Run` (paths and dates) and never a connection or
a frame. What is done lives in `mainstay`; here is only the order of it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial, wraps
from pathlib import Path
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from prefect import State, Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun

from mainstay import __version__
from mainstay.errors import ExitStatus, MainstayError, UnexpectedError
from mainstay.extracts.contract import Contract
from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.extracts.registry import form_contract, one_namespace, workspace_contracts
from mainstay.extracts.returning import return_errors
from mainstay.orders.cause_ticks import cause_ticks
from mainstay.orders.lifecycle import follow_orders
from mainstay.orders.selection import select_orders
from mainstay.outbound.register import district_authorities, keep_register
from mainstay.quality.batch_metrics import batch_metrics, range_failures
from mainstay.quality.gates import Verdict, judge_batches, judge_marts, refuse_failed_marts, refuse_lost_money
from mainstay.report.journal import write_journal
from mainstay.report.units import DisplayUnit
from mainstay.report.week import Paper, export_week, swap_in
from mainstay.resources import shipped
from mainstay.revenue import forecast as revenue_forecast
from mainstay.revenue.cause_amounts import cause_codes
from mainstay.revenue.indicators import aggregate_indicators, aggregate_units
from mainstay.revenue.list_causes import RELATIONS as EXPLAINED_BY
from mainstay.revenue.list_causes import explain_lists
from mainstay.revenue.list_definitions import level_fallbacks, levy_items, list_definitions, size_classes
from mainstay.revenue.shares import share_rules
from mainstay.risk.baseline import DropTimesAmount
from mainstay.risk.prediction_targets import origin_cohorts, risk_horizons
from mainstay.risk.reasons import read_wording
from mainstay.risk.relocation import SignalPoints, signal_definitions
from mainstay.risk.roster import week_roster
from mainstay.risk.scoring import all_targets, spans
from mainstay.risk.weekly_scores import Roster, WeekInputs, score_week
from mainstay.settings import TIMEZONE, Settings, Workspace
from mainstay.warehouse import checks, dictionary, events, ledger, loading, meanings, models, publication
from mainstay.warehouse import run as run_tables
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.lock import exclusive

logger = logging.getLogger("mainstay.weekly")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """What the tasks of one run pass to each other."""

    home: Path
    as_of: date
    run_id: str
    started_at: datetime
    replay: bool = False

    @property
    def workspace(self) -> Workspace:
        """The folder this run works in."""
        return Workspace(self.home)

    @property
    def settings(self) -> Settings:
        """The workspace's settings."""
        return self.workspace.settings()

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The workspace's contracts."""
        return workspace_contracts(self.workspace, self.settings, shipped("seeds"))

    @property
    def candidate(self) -> Path:
        """The file in which this run builds its marts."""
        return self.workspace.candidate(self.run_id)

    @property
    def written(self) -> Path:
        """The folder in which this run writes what people will receive."""
        return self.workspace.out / f".{self.as_of}-{self.run_id}"

    @contextmanager
    def warehouse(self, *, marts: bool = True) -> Iterator[Warehouse]:
        """The open warehouse, with this run's candidate attached unless `marts` is False."""
        candidate = self.candidate if marts else None
        with Warehouse(self.workspace.warehouse, candidate=candidate, settings=self.settings.warehouse) as warehouse:
            yield warehouse


def _is_io_trouble(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A share that is away or a file that is open may be better in a moment; a wrong contract will not."""
    outcome = state.result(raise_on_failure=False)
    return isinstance(outcome, OSError)


RETRY_DELAYS = [5.0, 30.0]


def without_data(step: Callable[P, T]) -> Callable[P, T]:
    """Let nothing of an unexpected error out of a task but its kind and place: Prefect keeps what it says."""

    @wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return step(*args, **kwargs)
        except (MainstayError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 -- the last wall before Prefect's own database
            raise UnexpectedError(error) from None

    return guarded


def _step(step: Callable[[Run], T]) -> Task[[Run], T]:
    """A task of the week that works inside the workspace's databases."""
    return task(cache_policy=NO_CACHE)(without_data(step))


def _io_step(step: Callable[[Run], T]) -> Task[[Run], T]:
    """A task of the week that reads or writes files, and is tried again where these are away for a moment."""
    retried = task(
        retries=2, retry_delay_seconds=RETRY_DELAYS, retry_condition_fn=_is_io_trouble, cache_policy=NO_CACHE
    )
    return retried(without_data(step))


@_io_step
def ingest(run: Run) -> dict[str, list[str]]:
    """Load every new file of landing/ as a pending batch; journals the files that could not be, with the reason."""
    contracts = run.contracts
    list_definitions(shipped("seeds"), run.settings.lists)  # what is wrong is told before any work
    share_rules(shipped("seeds"), run.home, run.settings.shares.confirmed)
    with run.warehouse(marts=False) as warehouse:
        ledger.prepare(warehouse)
        files = scan(run.workspace.landing, run.settings.landing.ignore)
        today = run.started_at.astimezone(TIMEZONE).date()
        deliveries, refused = sort_out(files, contracts, ledger.known_files(warehouse), today)
        logger.info("landing: %d files, %d to load, %d quarantined", len(files), len(deliveries), len(refused))
        quarantined: list[Quarantined] = list(refused)
        loaded = 0
        for group in loading.in_groups(read_each(deliveries, quarantined)):
            loading.load_all(warehouse, group, run.started_at)
            loaded += len(group)
            logger.info("loaded %d of %d files, last %s", loaded, len(deliveries), group[-1][0].file.name)
        ledger.supersede(warehouse)
        ledger.identify(warehouse, one_namespace=one_namespace(contracts))
        reasons = {one.file: one.reason for one in quarantined}
        checks.record_quarantined(warehouse, run.run_id, reasons)
    return {"quarantined": [f"{file}: {reason}" for file, reason in reasons.items()]}


@_step
def check_batches(run: Run) -> None:
    """Hold every pending batch against its contract; accept it or put it in quarantine."""
    verdicts: list[Verdict] = []
    with run.warehouse(marts=False) as warehouse:
        for contract in run.contracts:
            waiting = ledger.pending_files(warehouse, contract.name)
            verdict = judge_batches(contract, batch_metrics(warehouse.query, contract), waiting)
            lines = checks.failing_lines(warehouse, range_failures(contract, list(waiting)))
            checks.record(warehouse, run.run_id, verdict.explained(lines))
            ledger.settle(warehouse, verdict.accepted, "accepted")
            for batch_id, broken in verdict.refused.items():
                ledger.settle(warehouse, [batch_id], "quarantined", f"broken rules: {', '.join(broken)}")
            verdicts.append(verdict)
        _artifact("checks", "Checks that failed", checks.warnings_of(warehouse, run.run_id).to_dicts())
        _artifact("batches", "Batches of this workspace", ledger.batch_counts(warehouse).to_dicts())
    refuse_lost_money(verdicts)


def told(run: Run) -> dict[str, Any]:
    """What seeds and settings tell the models, whatever the date: the tables of the schema `run`, by name."""
    settings, seeds = run.settings, shipped("seeds")
    return {
        "parameters": run_tables.parameters(settings),
        "required_contracts": run_tables.required_contracts(run.contracts),
        "drop_lists": list_definitions(seeds, settings.lists),
        "levy_items": levy_items(seeds, settings.levies.in_local_revenue),
        "level_fallbacks": level_fallbacks(seeds),
        "share_rules": share_rules(seeds, run.home, settings.shares.confirmed),
        "aggregate_indicators": aggregate_indicators(seeds),
        "aggregate_units": aggregate_units(seeds),
        "size_classes": size_classes(seeds),
        "score_spans": spans(settings.score.recent_months),
        "risk_horizons": risk_horizons(),
        "signals": signal_definitions(seeds, on=settings.signals.on, off=settings.signals.off),
        "cause_ticks": cause_ticks(seeds),
        "cause_codes": cause_codes(seeds),
        "district_authorities": district_authorities(settings.outbound.district_authorities),
    }


@_step
def build(run: Run) -> None:
    """Build every model that needs no score and no order: as-known relations, features, drop lists."""
    with run.warehouse() as warehouse:
        models.start_build(warehouse)
        run_tables.tell(warehouse, {"as_of_dates": run_tables.as_of_dates(run.as_of)} | told(run))
        built = models.build_ready(warehouse, models.load_models(shipped("sql")))
        _artifact("lists", "Drop lists", warehouse.read("features.list_windows").to_dicts())
    logger.info("built %d relations", len(built))


@_step
def explain(run: Run) -> None:
    """Part the change of every enterprise on a list into its causes, by arithmetic; to be verified."""
    money = run.settings.money
    unit = DisplayUnit(money.display_unit, money.divisor)
    with run.warehouse() as warehouse:
        causes = explain_lists(
            {name: warehouse.read(name) for name in EXPLAINED_BY},
            shipped("seeds"),
            money_zh=unit.words,
            money_en=lambda amount: f"{money.currency} {amount:,.2f}",
        )
        run_tables.tell(warehouse, {"causes": causes})
        models.build_ready(warehouse, models.load_models(shipped("sql")))
    logger.info("%d causes", causes.height)


@_step
def forecast(run: Run) -> None:
    """Forecast the full year of every enterprise and of the park."""
    with run.warehouse() as warehouse:
        frames = revenue_forecast.ForecastFrames(
            **{name: warehouse.read(relation) for name, relation in revenue_forecast.RELATIONS.items()}
        )
        forecasts = revenue_forecast.full_year(frames)
        run_tables.tell(warehouse, {"forecasts": forecasts})
        models.build_ready(warehouse, models.load_models(shipped("sql")))
    counts = revenue_forecast.counts(forecasts)
    logger.info("forecast the year of %d enterprises, %d by a fallback, %d not", *counts)


@_step
def register(run: Run) -> None:
    """Follow every firm that wants to leave, left, stays or came back, from the facts known by then."""
    with run.warehouse() as warehouse:
        facts = warehouse.read("features.outbound_facts")
        cases, events_of_cases = keep_register(facts, scope_months=run.settings.outbound.scope_months)
        run_tables.tell(warehouse, {"outbound_cases": cases, "outbound_events": events_of_cases})
        models.build_ready(warehouse, models.load_models(shipped("sql")))
    logger.info("%d cases in the outbound register", cases.height)


@_step
def score(run: Run) -> None:
    """Score every enterprise by the models that people have enabled, else by rule; models in shadow score beside them.

    A model that cannot be used is a warning: its target is scored by rule, and the week goes on.
    """
    chosen, signals = run.settings.score, run.settings.signals
    decline = DropTimesAmount(chosen.floor, chosen.high_from, chosen.medium_from, recent_months=chosen.recent_months)
    relocation = SignalPoints(signals.high_from, signals.medium_from)
    with run.warehouse() as warehouse:
        rules = all_targets(
            decline.score(warehouse.read("features.risk_inputs")),
            relocation.score(warehouse.read("features.relocation_inputs")),
        )
        inputs = WeekInputs(
            as_of=run.as_of,
            features=warehouse.read("features.risk_features"),
            cohort=warehouse.read("features.risk_cohort"),
            wording=read_wording(shipped("seeds")),
            capacity=run.settings.orders.visiting_capacity,
        )
        scored = score_week(rules, _roster(run), inputs)
        run_tables.tell(
            warehouse,
            {
                "scores": scored.scores,
                "model_scores": scored.model_scores,
                "score_bases": scored.bases,
                "cohorts": origin_cohorts(events.reviewed_cohorts(warehouse)),
            },
        )
        checks.record_unusable(warehouse, run.run_id, {one.subject: one.told for one in scored.problems})
        models.build_ready(warehouse, models.load_models(shipped("sql")))
    for problem in scored.problems:
        logger.warning("model not used: %s: %s", problem.subject, problem.told)
    logger.info(
        "scored %d enterprises, %d of %d scores by models",
        scored.scores["enterprise_id"].n_unique(),
        scored.by_model,
        scored.bases.height,
    )


def _roster(run: Run) -> Roster:
    """Who scores this week, by the decisions dated on or before it; nobody where nothing was ever trained."""
    if not run.workspace.models.is_dir():
        return Roster()
    # What models are made of takes a second to import.
    from mainstay.risk.past_predictions import read_catalogue
    from mainstay.risk.store import ModelStore

    store = ModelStore(run.workspace.models)
    return week_roster(store, partial(store.load, catalogue=read_catalogue(shipped("seeds"))), run.as_of)


@_step
def order(run: Run) -> None:
    """Follow the orders that are out, choose whom else to visit, and build what is left to build."""
    settings = run.settings
    with run.warehouse() as warehouse:
        followed, problems = follow_orders(
            warehouse.read("features.known_orders"), warehouse.read("features.visits"), run.as_of
        )
        orders = select_orders(
            warehouse.read("marts.order_candidates"),
            followed,
            warehouse.read("features.last_visits"),
            warehouse.read("events.order_numbers"),
            as_of=run.as_of,
            settings=settings.orders,
            simulated=settings.workspace.simulated,
        )
        run_tables.tell(warehouse, {"work_orders": orders, "outcome_problems": problems})
        models.build_ready(warehouse, models.load_models(shipped("sql")))
        models.assert_complete(warehouse, models.load_models(shipped("sql")))
    logger.info("%d open work orders", orders["is_open"].sum())


@_step
def gate(run: Run) -> None:
    """Hold the candidate against the gate models; a broken rule stops the run before anything is published."""
    sql = models.load_models(shipped("sql"))
    with run.warehouse() as warehouse:
        outcome = judge_marts(models.gate_metrics(warehouse, sql))
        checks.record(warehouse, run.run_id, outcome)
    refuse_failed_marts(outcome)


@_io_step
def export(run: Run) -> None:
    """Write what people receive into a folder of its own."""
    settings = run.settings
    paper = Paper(
        unit=DisplayUnit(settings.money.display_unit, settings.money.divisor),
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


@_io_step
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
        checks.record_not_returned(warehouse, run.run_id, returned.failed)
    not_returned = [f"{file}: {kind}" for file, kind in returned.failed.items()]
    if not_returned:
        logger.warning("no copy of %d files with errors could be written", len(not_returned))
    return {"returned": returned.copies["path"].to_list(), "not_returned": not_returned}


@_io_step
def record(run: Run) -> None:
    """Remember what this week publishes, in the warehouse and in the candidate; done again, it replaces itself."""
    with run.warehouse() as warehouse:
        events.record_week(warehouse, run.as_of)
        run_tables.record_run(warehouse, run.run_id, run.as_of, run.started_at, datetime.now(UTC), version=__version__)
        publication.copy_operations(warehouse)
        sql = shipped("sql")
        dictionary.write_comments(warehouse, models.load_models(sql), meanings.read_vocabulary(sql / "vocabulary.csv"))


@_io_step
def publish(run: Run) -> None:
    """Make the candidate this week's snapshot, and the folder this week's folder.

    A task of its own: done again it must not open the candidate, which may have its final name already.
    """
    keep = run.settings.publish.keep
    publication.publish(run.workspace, run.candidate, as_of=run.as_of, run_id=run.run_id, keep=keep)
    swap_in(run.written, run.workspace.out_of(run.as_of))


@_io_step
def hand_out_replay(run: Run) -> None:
    """Put a replay's folder in its place; nothing is published, issued or remembered."""
    publication.discard(run.candidate)
    swap_in(run.written, run.workspace.out_of(run.as_of))


STEPS: tuple[Any, ...] = (ingest, check_batches, build, explain, forecast, register, score, order, gate, export)
"""The steps of a week; `send_back`, `record` and `publish` follow or, for an older week, `hand_out_replay`."""


@flow(name="weekly", flow_run_name="weekly-{as_of}")
def weekly(home: Path, as_of: date | None = None) -> dict[str, Any]:
    """Run one week of a workspace, and journal it whatever happens.

    Args:
        home: The workspace.
        as_of: The week's date, inclusive; today in Asia/Shanghai where not given.

    Returns:
        The journal's entry.

    Raises:
        MainstayError: the run was refused or failed; nothing was published.
    """
    started_at = datetime.now(UTC)
    day = as_of or started_at.astimezone(TIMEZONE).date()
    workspace = Workspace(Path(home).absolute())
    run_id = f"{started_at:%Y%m%dT%H%M%S%f}Z"
    entry: dict[str, Any] = {
        "as_of": day,
        "started_at": started_at,
        "replay": False,
        "version": __version__,
        "status": "failed",
        "exit_status": int(ExitStatus.FAILURE),
        "quarantined": [],
        "seconds": {},
    }
    write_journal(workspace.runs, run_id, {"as_of": day, "started_at": started_at})
    try:
        with exclusive(workspace.lock, f"weekly run as of {day}"):
            entry["replay"] = publication.is_replay(workspace, day)
            _take_steps(Run(workspace.home, day, run_id, started_at, entry["replay"]), entry)
        entry |= {"status": "done", "exit_status": int(ExitStatus.DONE)}
    except UnexpectedError as error:
        entry["error"] = error.parts()
        raise
    except MainstayError as error:
        entry |= {"status": "refused", "exit_status": int(error.exit_status), "error": error.parts()}
        raise
    except Exception as error:  # noqa: BLE001 -- as in `without_data`: Prefect keeps what a flow raises
        unexpected = UnexpectedError(error)
        entry["error"] = unexpected.parts()
        raise unexpected from None
    finally:
        entry["finished_at"] = datetime.now(UTC)
        write_journal(workspace.runs, run_id, entry)
    return entry


def _take_steps(run: Run, entry: dict[str, Any]) -> None:
    """Take every step of the week, and add what each one tells and how long it took to the journal's entry."""
    last = (hand_out_replay,) if run.replay else (send_back, record, publish)
    try:
        for step in (*STEPS, *last):
            begun = perf_counter()
            entry |= step(run) or {}
            entry["seconds"][step.name] = round(perf_counter() - begun, 3)
    finally:
        publication.discard_all(run.workspace)


def _artifact(key: str, title: str, rows: list[dict[str, Any]]) -> None:
    """Show a table with the run; it stays in the workspace's own Prefect database."""
    table = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    create_table_artifact(table=table, key=key, description=title)
