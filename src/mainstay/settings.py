"""Settings of a workspace, and the paths inside it (DESIGN section 3).

Every setting has a default. An unknown key is an error with a hint, at start, not after an hour.
"""

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mainstay.errors import SettingsError, describe_problems
from mainstay.list_settings import DropListSettings, ListName

TIMEZONE = ZoneInfo("Asia/Shanghai")
"""The clock of `as_of_date` and of the schedule (DESIGN section 2)."""

KNOWN_DIVISORS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}

BuiltIn = Literal[
    "receipts",
    "refunds",
    "deferrals",
    "enterprises",
    "outbound",
    "signals",
    "leases",
    "alerts",
    "watch_list",
    "service_requests",
    "visit_outcomes",
    "visit_forms",
    "control_totals",
    "aggregates",
    "known_events",
    "monthly_values",
    "list_members",
    "reliefs",
    "projects",
]
BUILT_IN: tuple[BuiltIn, ...] = get_args(BuiltIn)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkspaceSettings(_Section):
    """What the workspace is called; a simulated one is marked on every page and order."""

    title: str = ""
    simulated: bool = False


class MoneySettings(_Section):
    """The currency of the ledger, and the unit in which people read it."""

    currency: str = "CNY"
    display_unit: str = "万元"
    display_divisor: Decimal | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.display_divisor is None and self.display_unit not in KNOWN_DIVISORS:
            raise ValueError(f"the display_unit '{self.display_unit}' needs a display_divisor")
        return self

    @property
    def divisor(self) -> Decimal:
        """By what an amount is divided for display; units other than 元, 万元, 亿元 state it."""
        return self.display_divisor or KNOWN_DIVISORS[self.display_unit]


class LandingSettings(_Section):
    """Which landed files to pass over: globs on the path below landing/."""

    ignore: tuple[str, ...] = ()


class ContractSettings(_Section):
    """Which built-in contracts the workspace uses, beside its own."""

    built_in: tuple[BuiltIn, ...] = BUILT_IN


class LevySettings(_Section):
    """Levy items of this workspace beside those of seeds/levy_items.csv: name -> in the local revenue or not."""

    in_local_revenue: tuple[str, ...] = ()


class ShareSettings(_Section):
    """Which share tables hold here, by the regime's name in seeds/share_rules.csv or the workspace's shares.csv.

    None is used unless it is named: a level that the lines do not give stays unknown.
    """

    confirmed: tuple[str, ...] = ()


class TieSettings(_Section):
    """From which difference on a figure does not tie to the finance bureau's total; in the ledger's unit."""

    tolerance: Decimal = Field(default=Decimal(1), ge=0)


class ScoreSettings(_Section):
    """The baseline score, drop x amount (docs/decisions.md), and from when on revenue has declined.

    `decline_drop`: the share of the base that is gone where an enterprise has declined (DESIGN section 3, backtest).
    `hidden_total_holds`: the share of the base that total tax or invoiced value keeps where local revenue leaves alone.
    `settle_months`: how many later months are closed before a model learns from a month; late filers are in by then.
    """

    recent_months: int = Field(default=3, ge=1, le=12)
    floor: Decimal = Field(default=Decimal(10_000), ge=0)
    high_from: float = Field(default=0.5, gt=0, le=1)
    medium_from: float = Field(default=0.3, gt=0, le=1)
    top_k: int = Field(default=50, ge=0)
    decline_drop: Decimal = Field(default=Decimal("0.30"), gt=0, le=1)
    hidden_total_holds: Decimal = Field(default=Decimal("0.9"), gt=0)
    settle_months: int = Field(default=1, ge=0, le=6)


class OrderSettings(_Section):
    """Who visits how many enterprises, and by when."""

    visiting_capacity: int = Field(default=25, ge=0)
    due_days: int = Field(default=14, ge=1)
    department: str = ""
    assignees: tuple[str, ...] = ()


class SignalSettings(_Section):
    """Signs that an enterprise may leave (seeds/signals.csv): which ones this workspace switches on or off, by code."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    high_from: int = Field(default=7, ge=1)
    medium_from: int = Field(default=4, ge=1)


class OutboundSettings(_Section):
    """The register of firms that leave, stay or come back.

    `district_authorities`: words in the names of the district's own tax authorities; without any, a change of tax
    authority is no evidence.
    """

    district_authorities: tuple[str, ...] = ()
    scope_months: int = Field(default=12, ge=1)


class ModelSettings(_Section):
    """When a model is trained (docs/risk.md). Events are enterprises to which it happened, each counted once.

    `min_events`: below it nothing is fitted for a decline. `min_events_relocation`: the same for leaving, but from
    `min_events_prior` on the prior weights of the signals may be moved by what events there are. `include_treated`:
    whether enterprises that were visited meanwhile are learnt from.
    """

    min_events: int = Field(default=50, ge=20)
    min_events_relocation: int = Field(default=30, ge=20)
    min_events_prior: int = Field(default=5, ge=1)
    include_treated: bool = True
    retrain: Literal["quarterly", "never"] = "quarterly"

    def needed(self, target: str) -> int:
        """How many events it takes to train anything at all for a target."""
        return min(self.min_events_prior, self.min_events_relocation) if target == "relocation" else self.min_events


class ExportSettings(_Section):
    """How the files for people are written.

    `enterprise_ledger`: whether 全量企业台账.xlsx is; beyond ten thousand firms it takes longer than all other papers.
    """

    csv_text_guard: Literal["tab", "none"] = "tab"
    enterprise_ledger: bool = True


class PublishSettings(_Section):
    """How many published snapshots stay."""

    keep: int = Field(default=4, ge=1)


class WarehouseSettings(_Section):
    """What the database may take of the machine; blank = its own default."""

    memory_limit: str = ""
    threads: int | None = Field(default=None, ge=1)


class Settings(_Section):
    """Everything `mainstay.toml` can say."""

    workspace: WorkspaceSettings = WorkspaceSettings()
    money: MoneySettings = MoneySettings()
    landing: LandingSettings = LandingSettings()
    contracts: ContractSettings = ContractSettings()
    levies: LevySettings = LevySettings()
    shares: ShareSettings = ShareSettings()
    ties: TieSettings = TieSettings()
    lists: dict[ListName, DropListSettings] = Field(default_factory=dict)
    score: ScoreSettings = ScoreSettings()
    orders: OrderSettings = OrderSettings()
    signals: SignalSettings = SignalSettings()
    outbound: OutboundSettings = OutboundSettings()
    models: ModelSettings = ModelSettings()
    export: ExportSettings = ExportSettings()
    publish: PublishSettings = PublishSettings()
    warehouse: WarehouseSettings = WarehouseSettings()


def _known_keys() -> frozenset[str]:
    sections: list[type[BaseModel]] = [type(part) for part in vars(Settings()).values() if isinstance(part, _Section)]
    sections.append(DropListSettings)
    nested = {key for section in sections for key in section.model_fields}
    return frozenset(nested | set(Settings.model_fields))


def load_settings(path: Path) -> Settings:
    """Read `mainstay.toml`; a file that is not there means all defaults.

    Raises:
        SettingsError: not TOML, an unknown key, or a value out of bounds; all problems at once.
    """
    if not path.exists():
        return Settings()
    try:
        stated = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "the settings are not valid TOML", where=f"{path.name}: {error}", hint="check the line named"
        ) from error
    try:
        return Settings.model_validate(stated)
    except ValidationError as error:
        raise SettingsError(
            "the settings are invalid",
            where=path.name,
            count=error.error_count(),
            example=describe_problems(error, _known_keys()),
            hint="every key has a default; remove what is unknown",
        ) from error


@dataclass(frozen=True)
class Workspace:
    """The folder in which one office works; nothing is written outside it."""

    home: Path

    @property
    def settings_file(self) -> Path:
        """`mainstay.toml`."""
        return self.home / "mainstay.toml"

    @property
    def contracts(self) -> Path:
        """The workspace's own contracts."""
        return self.home / "contracts"

    @property
    def landing(self) -> Path:
        """Extracts as delivered."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file with the ledger."""
        return self.home / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """The exclusive lock of weekly and purge."""
        return self.home / ".lock"

    @property
    def prefect(self) -> Path:
        """Prefect's own folder, so that nothing of ours lies in the user's home."""
        return self.home / ".prefect"

    @property
    def published(self) -> Path:
        """Published snapshots."""
        return self.home / "published"

    @property
    def latest(self) -> Path:
        """The snapshot that notebooks open: an atomic symlink."""
        return self.published / "latest.duckdb"

    @property
    def out(self) -> Path:
        """What people receive."""
        return self.home / "out"

    def out_of(self, as_of: date) -> Path:
        """The folder of one week."""
        return self.out / as_of.isoformat()

    @property
    def history(self) -> Path:
        """What was known at past dates, kept for trainings and backtests."""
        return self.home / "models" / "history"

    def backtest_of(self, name: str) -> Path:
        """The folder of one backtest, such as `decline-h6`."""
        return self.out / "backtest" / name

    @property
    def review(self) -> Path:
        """Copies of what came back with errors, for whoever sent it."""
        return self.home / "review"

    @property
    def models(self) -> Path:
        """Trained models, and what people decided about them."""
        return self.home / "models"

    @property
    def runs(self) -> Path:
        """One journal a run, refused ones too."""
        return self.out / "runs"

    def candidate(self, run_id: str) -> Path:
        """The file in which a run builds its marts before a gate lets them through."""
        return self.published / f".candidate-{run_id}.duckdb"

    def settings(self) -> Settings:
        """The workspace's settings.

        Raises:
            SettingsError: see `load_settings`.
        """
        return load_settings(self.settings_file)


def default_home() -> Path:
    """`MAINSTAY_HOME`, else `data/` below the current folder."""
    return Path(os.environ.get("MAINSTAY_HOME") or "data")
