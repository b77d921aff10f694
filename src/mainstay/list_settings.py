"""What one list says of itself: whom it ranks, by what, over which months, how far, and whether it is frozen.

A list is data (DOMAIN section 4). The shipped ones stand in `seeds/drop_lists.csv`, a workspace's own in
`[lists.<name>]`; `mainstay.revenue.list_definitions` puts the two together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from mainstay.errors import did_you_mean

Kind = Literal["drops", "firms"]
"""`drops`: enterprises whose revenue fell, of `marts.drop_lists`; `firms`: every member, of `marts.firm_lists`."""

WINDOWS = ("first_quarter", "ytd", "last_quarter", "last_12_months")
_RANGE = re.compile(r"(?P<start>\d{4}-(?:0[1-9]|1[0-2]))\.\.(?P<end>\d{4}-(?:0[1-9]|1[0-2]))")
_KIND_OF_ORDER: Mapping[str, Kind] = MappingProxyType(
    {"amount": "drops", "percent": "drops", "revenue": "firms", "name": "firms", "listed": "firms"}
)
_WITHOUT_VALUES = frozenset({"all", "high_precision", "watch_list"})
_WITH_VALUES = frozenset({"imported", "industry", "zone", "incubator", "payers"})
DRAWN_UP = frozenset({"imported", "watch_list"})
"""Populations that others draw up, which may not have come: another one may stand in for them (`otherwise`)."""
RESERVED_NAMES = frozenset({"outbound"})
"""lists/outbound.csv is the register of firms that left, not a list."""
_LIST_NAME = re.compile(r"\w[\w-]*")


def known_list_name(name: str) -> str:
    """The name of a list, which is its file's name too.

    Raises:
        ValueError: It cannot be the name of a file.
    """
    if not _LIST_NAME.fullmatch(name) or name in RESERVED_NAMES:
        raise ValueError(
            "the name of a list is the name of its file: letters, digits, _ and - only; "
            f"taken: {', '.join(sorted(RESERVED_NAMES))}"
        )
    return name


ListName = Annotated[str, AfterValidator(known_list_name)]


@dataclass(frozen=True)
class Population:
    """Whom a list ranks: a kind, and its names (of imported lists, zones, incubators), code prefixes or number."""

    kind: str
    values: tuple[str, ...] = ()


def population_of(text: str) -> Population:
    """Read a population as it is written in settings and seeds: `kind` or `kind:value,value`.

    Raises:
        ValueError: The kind is unknown, or lacks its values, or has values that it cannot have.
    """
    kind, _, rest = text.partition(":")
    values = tuple(value.strip() for value in rest.split(",") if value.strip())
    known = _WITHOUT_VALUES | _WITH_VALUES
    if kind not in known:
        raise ValueError(f"the population '{kind}' is not one of {', '.join(sorted(known))}{did_you_mean(kind, known)}")
    if (kind in _WITH_VALUES) != bool(values):
        needed = "needs values behind a colon" if kind in _WITH_VALUES else "takes no values"
        raise ValueError(f"the population '{kind}' {needed}, as in 'imported:重点企业' or 'industry:65,73'")
    if kind == "payers" and not (len(values) == 1 and values[0].isdigit() and int(values[0]) > 0):
        raise ValueError("the population 'payers' takes one number: how many of last year's largest payers")
    if kind == "industry" and not all(value.isalnum() for value in values):
        raise ValueError("the population 'industry' takes the beginnings of codes, as in 'industry:65,73'")
    return Population(kind, values)


def range_of(window: str) -> tuple[date, date] | None:
    """The first days of the first and the last month of a window written as `2022-01..2022-03`; None for a name."""
    found = _RANGE.fullmatch(window)
    return (date.fromisoformat(f"{found['start']}-01"), date.fromisoformat(f"{found['end']}-01")) if found else None


class DropListSettings(BaseModel):
    """One list as data. What a workspace does not say of a shipped list stays as shipped.

    `kind` follows from the order where it is not said. `top_k = 0` is everybody. `floor` is the least base of a drop,
    the least revenue of any other place. `otherwise` is the population where `population`, which others draw up, has no
    member.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    kind: Kind | None = None
    population: str = "all"
    otherwise: str = ""
    level: Literal["total", "central", "local", "city", "district"] = "local"
    caliber: Literal["natural", "restored", "deferral_adjusted"] = "natural"
    window: str = "ytd"
    top_k: int = Field(default=50, ge=0)
    floor: Decimal = Field(default=Decimal(0), ge=0)
    sort_by: Literal["amount", "percent", "revenue", "name", "listed"] = "amount"
    ties: Literal["enterprise_id", "earlier_base", "shared_rank"] = "enterprise_id"
    applies: Literal["always", "with_register", "without_register", "never"] = "always"
    frozen_on: date | None = None
    version: str = ""

    @field_validator("population", "otherwise")
    @classmethod
    def _known_population(cls, text: str, info: ValidationInfo) -> str:
        if text or info.field_name == "population":
            population_of(text)
        return text

    @field_validator("window")
    @classmethod
    def _known_window(cls, text: str) -> str:
        months = range_of(text)
        if text not in WINDOWS and months is None:
            raise ValueError(
                f"the window '{text}' is none of {', '.join(WINDOWS)} nor months as 2022-01..2022-03"
                f"{did_you_mean(text, WINDOWS)}"
            )
        if months and months[0] > months[1]:
            raise ValueError(f"the window '{text}' ends before it begins")
        return text

    @property
    def kind_used(self) -> Kind:
        """What the list says it is, or what its order makes it."""
        return self.kind or _KIND_OF_ORDER[self.sort_by]
