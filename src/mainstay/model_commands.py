"""`mainstay models`: what was trained, and what people decide about it. A model is enabled by a person, by name."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mainstay.errors import UsageError
from mainstay.risk.origins import known_target
from mainstay.settings import TIMEZONE, Workspace

models_app = typer.Typer(help="Models: list, enable, retire, read their cards.", invoke_without_command=True)

_WIDEST = 140
_PLACE = re.compile(r"(?P<target>[a-z_]+)-h(?P<horizon>\d+)")

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
PlaceArgument = Annotated[str, typer.Argument(metavar="TARGET-hH", help="Such as decline-h12.")]
VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="As `mainstay models` names it.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
OnOption = Annotated[
    str,
    typer.Option("--on", help="YYYY-MM-DD from which it holds; default today.", show_default=False),
]


@models_app.callback()
def models(context: typer.Context) -> None:
    """Without a command: list them."""
    if context.invoked_subcommand is None:
        list_models(context)


@models_app.command("list")
def list_models(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List every trained model with its state: enabled, shadow, superseded or retired."""
    from mainstay.risk.store import ModelStore

    workspace: Workspace = context.obj
    found = ModelStore(workspace.models).everything() if workspace.models.is_dir() else []
    rows = [
        {
            "model": f"{manifest.target}-h{manifest.horizon_months}",
            "version": manifest.version,
            "state": state,
            "events": manifest.events,
            "training": f"{manifest.origins[0]:%Y-%m}..{manifest.origins[-1]:%Y-%m}",
            "metrics": manifest.metrics,
        }
        for manifest, state in found
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = _table("model", "version", "state", "events", "training", "AUC", "AP", "ECE")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("model", "version", "state", "events", "training")), *_shown(row))
    show(table if rows else "no model yet: every score is by rule; see `mainstay train`")


@models_app.command()
def enable(
    context: typer.Context, place: PlaceArgument, version: VersionArgument, by: ByOption, on: OnOption = ""
) -> None:
    """Let a model score what people see, from a day on."""
    _decide(context.obj, "enable", place, version, by, on)


@models_app.command()
def retire(
    context: typer.Context, place: PlaceArgument, version: VersionArgument, by: ByOption, on: OnOption = ""
) -> None:
    """Take a model out of use, from a day on; its target is scored by rule until another one is enabled."""
    _decide(context.obj, "retire", place, version, by, on)


@models_app.command()
def card(context: typer.Context, place: PlaceArgument, version: VersionArgument) -> None:
    """Print a model's card: what it is for and not for, its training, its races and its errors."""
    from mainstay.risk.card import model_card
    from mainstay.risk.store import ModelStore

    target, horizon = _parse_place(place)
    store = ModelStore(context.obj.models)
    manifest = store.manifest(target, horizon, version)
    typer.echo(model_card(manifest, state=store.state(target, horizon, version, date.max)))


def trained_table(lines: Sequence[dict[str, Any]]) -> Table:
    """What a training came to, one row per target and horizon."""
    table = _table("model", "version", "events", "origins", "AUC", "AP", "ECE")
    table.add_column("why not", no_wrap=False)
    for line in lines:
        name = f"{line['target']}-h{line['horizon_months']}"
        counts = (str(line["events"]), str(line["origins"]))
        table.add_row(name, line["version"] or "by rule", *counts, *_shown(line), line["reason"])
    return table


def show(told: Table | str) -> None:
    """Print it; a terminal that is too narrow breaks lines, as a name that is cut cannot be copied."""
    console = Console(highlight=False)
    console.width = max(console.width, _WIDEST)
    console.print(told)


def _table(*headings: str) -> Table:
    """A table whose columns stay whole."""
    table = Table()
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _shown(row: dict[str, Any]) -> list[str]:
    metrics = row["metrics"]
    return ["" if metrics.get(name) is None else f"{metrics[name]:.3f}" for name in ("auc", "average_precision", "ece")]


def _decide(workspace: Workspace, action: str, place: str, version: str, by: str, on: str) -> None:
    from mainstay.risk.store import ModelStore
    from mainstay.warehouse.lock import exclusive

    target, horizon = _parse_place(place)
    # A week under way must not be published between the check of the day and the decision.
    with exclusive(workspace.lock, f"models {action} {place}"):
        day = _day_of(workspace, on)
        ModelStore(workspace.models).decide(action, target, horizon, version, by=by, on=day)  # type: ignore[arg-type]
    typer.echo(f"{action}d from {day}: {place} {version}")


def _day_of(workspace: Workspace, on: str) -> date:
    """The day of a decision: today, or where a later week is published the day after it; what is published stands."""
    from mainstay.warehouse.publication import first_open_day

    first = first_open_day(workspace)
    newest = max(datetime.now(TIMEZONE).date(), first)
    try:
        day = date.fromisoformat(on) if on else newest
    except ValueError:
        raise UsageError("not a date", where=f"--on {on}", hint="write it as 2026-01-05") from None
    if not first <= day <= newest:
        raise UsageError(
            "a decision cannot change a published week or be dated in the future",
            where=f"--on {day}",
            hint=f"from {first} to {newest}" if first > date.min else f"{newest} at the latest",
        )
    return day


def _parse_place(place: str) -> tuple[str, int]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UsageError("not a target and horizon", where=place, hint="write it as decline-h12")
    horizon = int(found["horizon"])
    return known_target(found["target"], horizon, (place, place)), horizon
