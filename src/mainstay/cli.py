"""The commands (DESIGN section 3). Progress goes to standard error; `--json` prints to standard output."""

import json
import logging
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from mainstay import __version__
from mainstay.errors import ExitStatus, MainstayError, UnexpectedError, UsageError
from mainstay.extracts.targets import TARGETS
from mainstay.model_commands import JsonOption, models_app, show, trained_table
from mainstay.running import run_backtest, run_schedule, run_training, run_week
from mainstay.settings import TIMEZONE, Workspace, default_home

app = typer.Typer(
    name="mainstay",
    help="Keeps the firms that hold up a park's revenue: weekly lists, scores and work orders from tax extracts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
contract_app = typer.Typer(help="Contracts: how a file is read.", no_args_is_help=True)
app.add_typer(contract_app, name="contract")
app.add_typer(models_app, name="models")

logger = logging.getLogger("mainstay")

SIMULATED_FROM, SIMULATED_MONTHS = date(2020, 1, 1), 36
"""The span of the simulated park: two base years, and the year of the refunds (DOMAIN section 0)."""

_MISSED_SHOWN = 4


def main() -> None:
    """Run a command; an expected error is a few lines and an exit status, never a stack trace."""
    sys.exit(_run())


def _run() -> int:
    try:
        app()
    except MainstayError as error:
        typer.echo(f"mainstay: {error}", err=True)
        return int(error.exit_status)
    except Exception as error:  # noqa: BLE001 -- the last wall before the operator; the place is named, no data
        typer.echo(f"mainstay: {UnexpectedError(error)}", err=True)
        return int(ExitStatus.FAILURE)
    return int(ExitStatus.DONE)


@app.callback()
def with_home(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="The workspace; else MAINSTAY_HOME, else data/.", show_default=False),
    ] = None,
) -> None:
    """Take the global options."""
    context.obj = Workspace((home or default_home()).absolute())
    _show_progress()


@app.command()
def weekly(
    context: typer.Context,
    as_of: Annotated[
        str, typer.Option("--as-of", help="YYYY-MM-DD, inclusive; default today.", show_default=False)
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Run the week: ingest, check, build, score, order, export, publish."""
    workspace: Workspace = context.obj
    day = _parse_day(as_of, datetime.now(TIMEZONE).date()) if as_of else None
    _assert_landing(workspace)
    entry = run_week(workspace, day)
    folder = workspace.out_of(entry["as_of"])
    if as_json:
        typer.echo((folder / "manifest.json").read_text("utf-8"), nl=False)
        return
    for line in entry["quarantined"]:
        typer.echo(f"warning: not loaded: {line}", err=True)
    for line in entry.get("not_returned", []):
        typer.echo(f"warning: errors not returned: {line}", err=True)
    typer.echo(f"{'replayed' if entry['replay'] else 'published'}: {folder}")


@app.command()
def backtest(
    context: typer.Context,
    target: Annotated[str, typer.Option("--target", help="decline, relocation or hidden_outflow.")] = "decline",
    origins: Annotated[
        str, typer.Option("--origins", help="Months or ranges, comma-separated: 2016-03..2016-08.", show_default=False)
    ] = "",
    horizon: Annotated[int, typer.Option("--horizon", help="Months ahead: 3, 6 or 12.")] = 6,
    as_json: JsonOption = False,
) -> None:
    """Score past months as known then; compare the scores with outcomes and simple baselines."""
    from mainstay.report.backtest_table import backtest_tables
    from mainstay.report.week_manifest import canonical_json
    from mainstay.risk.origins import read_question

    workspace: Workspace = context.obj
    question = read_question(target, horizon, origins, datetime.now(TIMEZONE).date())
    _assert_landing(workspace)
    metrics = run_backtest(workspace, question)
    if as_json:
        typer.echo(canonical_json(metrics), nl=False)
        return
    console = Console(highlight=False)
    for table in backtest_tables(metrics):
        console.print(table)
    if metrics["note"]:
        console.print(metrics["note"])
    console.print(f"written: {workspace.backtest_of(question.name)}", soft_wrap=True)


@app.command()
def train(
    context: typer.Context,
    as_of: Annotated[
        str,
        typer.Option("--as-of", help="YYYY-MM-DD; the last month's end on or before it counts.", show_default=False),
    ] = "",
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only what was not trained in the last quarter that is over.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train a model for every target and horizon with enough events; a new one runs in shadow until it is enabled."""
    workspace: Workspace = context.obj
    day = _parse_day(as_of, datetime.now(TIMEZONE).date()) if as_of else None
    _assert_landing(workspace)
    lines = run_training(workspace, day, if_due=if_due)
    if as_json:
        typer.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    show(trained_table(lines) if lines else "nothing is due")


@app.command()
def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the last runs, how fresh the data are, and the weeks that were missed; never opens the warehouse."""
    report = _status_of(context.obj, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    console = Console()
    published = report["published"]
    console.print(
        f"published: as of {published['as_of']}, run {published['run_id']}, data until {published['data_until']}"
        if published
        else "published: nothing yet"
    )
    missed = report["missed_weeks"]
    older = f"{len(missed) - _MISSED_SHOWN} more before them, " if len(missed) > _MISSED_SHOWN else ""
    console.print(f"missed Mondays: {older}{', '.join(missed[-_MISSED_SHOWN:]) or 'none'}")
    table = Table("run", "as of", "status", "quarantined", "what happened")
    for run in report["runs"]:
        table.add_row(run["run_id"], run["as_of"], run["status"], str(run["quarantined"]), run["what"])
    console.print(table)


@app.command()
def schedule(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Of the Prefect server on this machine; 4200 or a free one.", show_default=False),
    ] = None,
    cron: Annotated[str, typer.Option("--cron", help="When to run, in Asia/Shanghai.")] = "0 7 * * 1",
) -> None:
    """Keep the Monday schedule on this machine until it is stopped; of missed weeks only the latest is run."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    run_schedule(context.obj, port=port, cron=cron, report=console.print)


@contract_app.command("schema")
def contract_schema() -> None:
    """Print the canonical targets and fields that a contract can fill."""
    for target in TARGETS.values():
        typer.echo(f"\n{target.name}: {target.doc}")
        for field in target.fields:
            needed = " (required)" if field.required else ""
            typer.echo(f"  {field.name:<18} {field.kind:<8} {field.doc}{needed}")


@app.command()
def simulate(
    context: typer.Context,
    enterprises: Annotated[int, typer.Option("--enterprises", min=10, help="How many firms.")] = 3500,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same park.")] = 7,
    months: Annotated[
        int, typer.Option("--months", min=1, max=SIMULATED_MONTHS, help="How many months, the last ones of 2020-2022.")
    ] = SIMULATED_MONTHS,
) -> None:
    """Write a simulated park's extracts into landing/, its planted truth beside it."""
    from mainstay.demo import mark_simulated
    from mainstay.months import months_from
    from mainstay.simulate import write_park

    workspace: Workspace = context.obj
    if workspace.landing.is_dir() and any(workspace.landing.iterdir()):
        raise UsageError("landing/ is not empty", where=str(workspace.landing), hint="simulate into a fresh --home")
    mark_simulated(workspace)
    write_park(
        workspace.landing,
        workspace.home / "truth.json",
        enterprises=enterprises,
        seed=seed,
        first_month=months_from(SIMULATED_FROM, SIMULATED_MONTHS)[-months],
        months=months,
    )
    typer.echo(f"simulated: {workspace.landing}")


@app.command()
def demo(
    context: typer.Context,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=8, help="How many of the eight weeks.")] = 8,
) -> None:
    """Play eight weeks of a simulated park in a fresh workspace; print what was found of it, and where to look."""
    from mainstay.demo import play

    play(Workspace(context.obj.home / "demo"), weeks)


def _assert_landing(workspace: Workspace) -> None:
    if not workspace.landing.is_dir():
        raise UsageError(
            "the workspace has no landing folder",
            where=str(workspace.home),
            hint="put the extracts into landing/ there, or name another workspace with --home",
        )


def _show_progress() -> None:
    """Progress on standard error: rich on a terminal, plain lines otherwise."""
    if sys.stderr.isatty():
        handler: logging.Handler = RichHandler(console=Console(stderr=True), show_path=False, show_level=False)
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _parse_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError("not a date", where=f"--as-of {text}", hint="write it as 2026-01-05") from None
    if day > today:
        # Published once, a week to come would turn every real week before it into a replay.
        raise UsageError(
            "the as-of date is in the future", where=f"--as-of {text}", hint=f"today is {today}; leave --as-of out"
        )
    return day


def _status_of(workspace: Workspace, now: datetime) -> dict[str, Any]:
    """What `status` shows, from journals, `latest.json` and its manifest; one that cannot be read hides no other."""
    journals = sorted(workspace.runs.glob("*.json"), reverse=True)[:10]
    runs = [_run_shown(path.stem, _read_json(path)) for path in journals]
    latest = workspace.published / "latest.json"
    published = json.loads(latest.read_text("utf-8")) if latest.exists() else None
    if published:
        manifest = _read_json(workspace.out / published["as_of"] / "manifest.json")
        data = manifest.get("content", {}).get("data") or [{}]
        published["data_until"] = data[0].get("data_until")
    return {"home": str(workspace.home), "version": __version__, "published": published, "runs": runs} | {
        "missed_weeks": _missed_weeks(date.fromisoformat(published["as_of"]), now.date()) if published else []
    }


def _run_shown(run_id: str, entry: dict[str, Any]) -> dict[str, Any]:
    """One line of `status`, from a run's journal; {} for one that cannot be read."""
    error = entry.get("error", {})
    return {
        "run_id": run_id,
        "as_of": entry.get("as_of", ""),
        "status": entry.get("status", "interrupted") if entry else "unreadable",
        "quarantined": len(entry.get("quarantined", [])),
        "what": error.get("where")
        or error.get("what")
        or entry.get("command")
        or ("replay" if entry.get("replay") else ""),
    }


def _read_json(path: Path) -> dict[str, Any]:
    """The object that a file holds, or {} where there is none or it cannot be read."""
    try:
        stated = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stated if isinstance(stated, dict) else {}


def _missed_weeks(last: date, today: date) -> list[str]:
    """The Mondays after the last published as-of date up to today; of these only the latest is worth running."""
    monday = last + timedelta(days=7 - last.weekday())
    mondays = []
    while monday <= today:
        mondays.append(monday.isoformat())
        monday += timedelta(days=7)
    return mondays
