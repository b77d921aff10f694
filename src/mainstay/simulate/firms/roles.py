"""The firms that make the growth of 2022: few, named, and free of plots (DOMAIN sections 0 and 7).

An ordinary firm grows by a tenth. What the published totals grow beyond that comes from a dozen firms whose local
revenue the district keeps, from large newcomers and from a few growers. One firm's rows of 2021 give the district
slightly less than the table does: that makes the 49.87% of that year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from random import Random
from typing import Literal

from mainstay.simulate.money.published import PUBLISHED_FIRMS

Kind = Literal["retained", "newcomer", "grower"]
RETAINED_FROM = date(2022, 1, 1)
_RETAINED, _OTHERS = 12, 22
"""Of 3,500 firms: whose revenue the district keeps; newcomers, and as many growers."""
_FIRMS_PER_RETAINED, _FIRMS_PER_OTHER = 40, 85
"""In a smaller park."""
_LEAST_RETAINED = 2
_RETAINED_PART, _GROWERS_PART = 0.30, 0.11
"""About what they come to in 2022, in parts of the park's revenue of 2021."""
_SURGE = 5.0
"""How many times as much as before they are to pay then, about: much and not absurd."""
_JOINED = (date(2021, 11, 1), date(2022, 1, 31))
_SURGES = (date(2021, 11, 1), date(2022, 2, 1))
_LARGEST_FREE = 3
"""So many of the largest firms have no plot: a tenth of the park that leaves is another story."""


@dataclass(frozen=True)
class Role:
    """What a firm is to the growth: its kind, the day it joined or None = it was there, since when it surges."""

    kind: Kind
    joined_on: date | None
    surges_from: date | None
    weight: float


def draw_roles(rng: Random, sizes: Mapping[int, float]) -> dict[int, Role]:
    """Draw who makes the growth.

    Args:
        rng: The source of all chance.
        sizes: Sizes of the park's firms by number, in means of the park.
    """
    count = len(sizes)
    over = max(1.0, count / PUBLISHED_FIRMS)
    retained = max(_LEAST_RETAINED, min(round(_RETAINED * over), count // _FIRMS_PER_RETAINED))
    others = max(1, min(round(_OTHERS * over), count // _FIRMS_PER_OTHER))
    small = [number for number, size in sizes.items() if size < 1]
    joining = rng.sample(small, min(len(small) // 2, retained // 2 + others))
    rest = {number: size for number, size in sizes.items() if number not in joining}
    old = _nearest(rest, _RETAINED_PART * count / retained / _SURGE, retained - min(len(joining), retained // 2))
    others_rest = {number: size for number, size in rest.items() if number not in old}
    growers = _nearest(others_rest, _GROWERS_PART * count / others / _SURGE, others)
    first, last = (day.toordinal() for day in _JOINED)
    roles: dict[int, Role] = {}
    for place, number in enumerate(joining):
        kind: Kind = "retained" if place < retained // 2 else "newcomer"
        roles[number] = Role(kind, date.fromordinal(rng.randint(first, last)), None, rng.lognormvariate(0, 0.4))
    for number in old:
        roles[number] = Role("retained", None, RETAINED_FROM, rng.lognormvariate(0, 0.4))
    for number in growers:
        roles[number] = Role("grower", None, rng.choice(_SURGES), 1.0)
    return roles


def open_to_plots(sizes: Mapping[int, float], roles: Mapping[int, Role]) -> list[int]:
    """Return the firms that anything may be planted for: neither those of the growth nor the very largest."""
    free = sorted(sizes, key=lambda number: -sizes[number])[:_LARGEST_FREE]
    return [number for number in sizes if number not in roles and number not in free]


def _nearest(sizes: Mapping[int, float], size: float, count: int) -> Sequence[int]:
    return sorted(sizes, key=lambda number: abs(log(sizes[number] / size)))[:count]
