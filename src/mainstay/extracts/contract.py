"""Contracts: what a file is, how it is read, and what may be believed of it.

A contract is a TOML file. It is frozen and takes no unknown key: a wrong contract is refused at start, with
the file, the key and a hint. The semantics are DESIGN section 2 and 3.
"""

import hashlib
import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainstay.errors import did_you_mean
from mainstay.extracts.targets import LEVELS, TARGETS, Kind, Level, Target

Severity = Literal["warn", "error"]
Unit = Literal["元", "万元", "亿元"]
UNIT_EXPONENT: dict[Unit, int] = {"元": 0, "万元": 4, "亿元": 8}
"""Powers of ten from a unit to the ledger's unit."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Match(_Part):
    """Which landed files the contract speaks of: globs on the file's name."""

    files: tuple[str, ...] = ("*",)


class Format(_Part):
    """How the bytes are laid out.

    `encoding = "auto"` is: byte order mark, else strict UTF-8, else GB18030. `header = "search"` looks for
    the known headings in the first 15 rows; `header = "none"` reads by position and wants `width` fields;
    `header = "form"` reads a workbook of forms, a sheet a row: the answer stands in the cell right of its label.
    """

    encoding: str = "auto"
    header: Literal["search", "none", "form"] = "search"
    width: int | None = Field(default=None, ge=1)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    sheet: str | None = None


class Column(_Part):
    """One canonical field and where it comes from: a heading (with aliases) or a position from 1.

    `optional` lets the whole column be absent; `required` says a blank cell is an error; `length` restores
    leading zeros of an id; `values` maps delivered words to canonical ones, and with `closed` refuses any other;
    `unit` is the file's, unless it stands in the heading, as in 实缴金额（万元）; `prefilled` is what a form says
    before anybody has filled it in.
    """

    field: str
    headings: tuple[str, ...] = ()
    position: int | None = Field(default=None, ge=1)
    level: Level | None = None
    kind: Literal["id", "uscc"] | None = None
    unit: Unit | Literal["from_heading"] = "元"
    sign: Literal[1, -1] = 1
    required: bool | None = None
    optional: bool = False
    pattern: str | None = None
    length: int | None = Field(default=None, ge=1)
    values: dict[str, str] = Field(default_factory=dict)
    closed: bool = False
    prefilled: bool = False

    @property
    def canonical(self) -> str:
        """The ledger's column name: `amount` with a level becomes `amount_<level>`."""
        return f"amount_{self.level}" if self.field == "amount" and self.level else self.field


class Blank(_Part):
    """A position that must be blank or fit a pattern; it is not loaded, but a shifted layout shows there."""

    position: int = Field(ge=1)
    pattern: str = r"\s*"


class Partition(_Part):
    """The declared slice of time that a file holds, read off its name; `covers` says which month it closes.

    `pattern` has the groups `year` and `month`. `covers = -1`: the extract of September closes August.
    """

    pattern: str
    covers: int = 0


class Knowledge(_Part):
    """When the office received the record (DESIGN section 2, clocks).

    A pattern with `year` and `month` gives the month's last day plus `offset_days`; with `day` as well, that day.
    A file whose name says nothing is refused, or with `otherwise = "first_seen"` known from the day it is first seen;
    with it no file is known later than that day either, whatever month its name states.
    """

    source: Literal["file_name", "column", "file_time"] = Field(alias="from")
    pattern: str | None = None
    heading: str | None = None
    offset_days: int = 0
    otherwise: Literal["refuse", "first_seen"] = "refuse"
    accept_file_time: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.source == "file_name" and not self.pattern:
            msg = "knowledge.from = 'file_name' needs knowledge.pattern with the groups year and month"
            raise ValueError(msg)
        if self.source == "column" and not self.heading:
            msg = "knowledge.from = 'column' needs knowledge.heading"
            raise ValueError(msg)
        if self.source == "file_time" and not self.accept_file_time:
            msg = "knowledge.from = 'file_time' needs knowledge.accept_file_time = true: file times change when copied"
            raise ValueError(msg)
        return self


class Range(_Part):
    """Bounds on a field's loaded values; money in the ledger's unit, a month relative to the covered month."""

    field: str
    min: float | None = None
    max: float | None = None
    severity: Severity = "warn"


class Volume(_Part):
    """Bounds on a batch's size: absolute, or as a ratio to the median of the up to six batches before it."""

    of: Literal["rows", "parties"] = "rows"
    min: int | None = None
    max: int | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None
    severity: Severity = "warn"


class Contract(_Part):
    """One contract, as the TOML file states it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    target: str
    title: str
    id_namespace: str = "tax"
    legal_basis: str
    agreement_id: str
    expires_on: date
    granularity: Literal["firm", "aggregate"] = "firm"
    delivery: Literal["increment", "replace_partition", "full"]
    within_file: Literal["add", "last", "reject"] = "add"
    across_files: Literal["add", "version", "reject"] = "add"
    key: tuple[str, ...] = ()
    time_basis: Literal["receipt_date", "tax_period"] = "receipt_date"
    closing_lag_months: int = Field(default=0, ge=0)
    required_for_run: bool = False
    grace_days: int = Field(default=0, ge=0)
    max_rejected_share: float = Field(default=0.02, ge=0, le=1)
    month_from: str | None = None
    match: Match = Match()
    format: Format = Format()
    partition: Partition | None = None
    knowledge: Knowledge
    columns: tuple[Column, ...]
    blanks: tuple[Blank, ...] = ()
    constants: dict[str, str] = Field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    volumes: tuple[Volume, ...] = ()

    @property
    def definition(self) -> Target:
        """The canonical target."""
        return TARGETS[self.target]

    @property
    def fingerprint(self) -> str:
        """A hash of everything the contract says (sha256, hex)."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def is_expired(self, today: date) -> bool:
        """Whether the legal basis has run out, against the calendar's today (DESIGN section 3)."""
        return today > self.expires_on

    def kind_of(self, column: Column) -> Kind | Literal["uscc"]:
        """The kind under which a column is parsed."""
        field = self.definition.field(column.canonical)
        assert field is not None  # noqa: S101 -- the validator below has seen to it
        return column.kind or field.kind

    def is_required(self, column: Column) -> bool:
        """Whether a blank value in the column is an error."""
        field = self.definition.field(column.canonical)
        return column.required if column.required is not None else bool(field and field.required)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.target in TARGETS:
            problems = [*self._target_problems(), *self._column_problems()]
            problems += [*self._layout_problems(), *self._rule_problems(), *self._bound_problems()]
        else:
            problems = [f"target: no target '{self.target}'{did_you_mean(self.target, TARGETS)}"]
            problems += [*self._layout_problems(), *self._bound_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _target_problems(self) -> list[str]:
        problems = []
        filled = self._filled()
        problems += [f"constants: {self._unknown_field(name)}" for name in self.constants if not self._knows(name)]
        missing = [f.name for f in self.definition.fields if f.required and f.name not in filled]
        if "month" in missing and self.month_from in filled:
            missing.remove("month")
        problems += [f"columns: the target '{self.target}' needs the field '{name}'" for name in missing]
        if self.definition.is_flow and not any(f"amount_{level}" in filled for level in LEVELS):
            problems.append("columns: 'amount' with a level, or one of amount_total ... amount_district, is needed")
        if self.definition.has_party and not {"source_id", "name"} & filled:
            problems.append("columns: 'source_id' or 'name' is needed")
        if self.definition.has_party and self.granularity == "aggregate":
            problems.append(f"granularity: 'aggregate' does not fit the target '{self.target}', whose rows are firms'")
        if self.definition.is_flow and self.delivery == "full":
            problems.append("delivery: 'full' is for a register; a flow of money is 'increment' or 'replace_partition'")
        return problems

    def _column_problems(self) -> list[str]:
        problems = []
        for index, column in enumerate(self.columns):
            where = f"columns[{index}] ({column.field})"
            if not self._knows(column.canonical):
                problems.append(f"{where}: {self._unknown_field(column.canonical)}")
            if bool(column.headings) == bool(column.position):
                problems.append(f"{where}: give either headings or a position")
            if column.headings and self.format.header == "none":
                problems.append(f"{where}: format.header = 'none' reads by position, not by heading")
            if column.closed and not column.values:
                problems.append(f"{where}: closed needs values")
            if column.position and (self.format.width or 0) < column.position:
                problems.append(f"{where}: position {column.position} lies outside format.width")
        names = [column.canonical for column in self.columns] + list(self.constants)
        problems += [f"columns: '{name}' is filled twice" for name in sorted({n for n in names if names.count(n) > 1})]
        return problems

    def _layout_problems(self) -> list[str]:
        problems = []
        if self.format.header == "none" and self.format.width is None:
            problems.append("format.width: reading by position needs the number of fields")
        if self.format.header == "none" and self.knowledge.source == "column":
            problems.append("knowledge.from: 'column' needs a heading, and format.header = 'none' has none")
        if self.format.width is not None:
            problems += [
                f"blanks: position {blank.position} lies outside format.width"
                for blank in self.blanks
                if blank.position > self.format.width
            ]
        return problems

    def _bound_problems(self) -> list[str]:
        """A rule that cannot fail is a mistake."""
        return [
            *(f"ranges ({r.field}): give a min or a max" for r in self.ranges if r.min is None and r.max is None),
            *(
                f"volumes ({v.of}): give a min, a max, a min_ratio or a max_ratio"
                for v in self.volumes
                if {v.min, v.max, v.min_ratio, v.max_ratio} == {None}
            ),
        ]

    def _rule_problems(self) -> list[str]:
        filled = self._filled() | {"month"}
        problems = [f"key: '{name}' is not a column of this contract" for name in self.key if name not in filled]
        problems += [
            f"ranges: '{r.field}' is not a column of this contract" for r in self.ranges if r.field not in filled
        ]
        if not self.key and (self.within_file != "add" or self.across_files != "add"):
            problems.append("key: within_file and across_files other than 'add' need a key")
        if self.delivery == "replace_partition" and self.partition is None:
            problems.append("partition: delivery = 'replace_partition' needs a [partition]")
        for name, pattern in self._patterns():
            try:
                re.compile(pattern)
            except re.error as error:
                problems.append(f"{name}: not a regular expression ({error})")
        for part in (self.partition, self.knowledge if self.knowledge.source == "file_name" else None):
            if part is not None and not all(f"(?P<{group}>" in (part.pattern or "") for group in ("year", "month")):
                problems.append(
                    f"{type(part).__name__.lower()}.pattern: needs the groups (?P<year>...) and (?P<month>...)"
                )
        return problems

    def _patterns(self) -> list[tuple[str, str]]:
        found = [("partition.pattern", self.partition.pattern)] if self.partition else []
        found += [("knowledge.pattern", self.knowledge.pattern)] if self.knowledge.pattern else []
        found += [(f"columns ({c.field}).pattern", c.pattern) for c in self.columns if c.pattern]
        return found + [(f"blanks ({b.position}).pattern", b.pattern) for b in self.blanks]

    def _filled(self) -> set[str]:
        return {column.canonical for column in self.columns} | set(self.constants)

    def _knows(self, name: str) -> bool:
        return self.definition.field(name) is not None

    def _unknown_field(self, name: str) -> str:
        fields = [field.name for field in self.definition.fields]
        return f"no field '{name}' in the target '{self.target}'{did_you_mean(name, fields)}"


KNOWN_KEYS = frozenset(
    key
    for part in (Contract, Match, Format, Column, Blank, Partition, Knowledge, Range, Volume)
    for key in (*part.model_fields, *(f.alias for f in part.model_fields.values() if f.alias))
)
"""Every key that a contract can hold, at any depth: what a misspelt one is compared with."""
