"""The enterprises of the simulated park: who they are, how large, and what they pay."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import NormalDist
from typing import Any

from mainstay.months import months_between
from mainstay.simulate.firms.codes import simulated_uscc
from mainstay.simulate.firms.industries import (
    AUTHORITIES,
    INCUBATORS,
    SIMULATED,
    ZONES,
    Industry,
    draw_industry,
    firm_name,
)
from mainstay.simulate.firms.roles import Role
from mainstay.simulate.money.levies import EVEN, MIX
from mainstay.simulate.planted.stories import Plot

_TOP = 50
_TOP_SHARE = 0.65
_LEAST_SIGMA = 1.0
_REDRAWS = 400
_LARGEST_SHARE = 0.125
_TOP_BAND = (0.635, 0.69)
"""Narrower than DOMAIN asks (60-70%, at most 15%): what is planted, and the growth of 2022, come on top."""
_LARGE = 4.4
"""In means of the park."""
_USUAL_YEAR = date(2021, 1, 1)
"""Where a firm's annual revenue holds as drawn; growth counts from there, both ways."""
_OLD_DIVISIONS = ("110108", "110105", "110114", "130102")


@dataclass(frozen=True)
class Regime:
    """A district's part of the local one, in hundredths, that differs from the table's, from `first` to `last`."""

    district: int
    first: date
    last: date | None = None

    def in_month(self, month: date) -> int:
        """Return what holds in a month."""
        holds = self.first <= month and (self.last is None or month <= self.last)
        return self.district if holds else EVEN


@dataclass(frozen=True)
class Firm:
    """One enterprise of the park, or of the district outside it (`in_park = False`).

    `size` is in means of the park, `annual_local` in cents. `settles_in` is the month in which it settles its income
    tax (0 = it does not), `settled_part` what it settles of a year's, 0 to 1.
    """

    number: int
    uscc: str
    name: str
    industry: Industry
    is_high_precision: bool
    qualifications: str
    authority: str
    zone: str
    incubator: str
    address: str
    registration_seq: str
    in_park: bool
    in_from: date
    size: float
    annual_local: float
    mix: dict[str, float]
    yearly_growth: float
    noise: float
    files_quarterly: bool
    owns_premises: bool
    collects_for_others: bool
    plot: Plot
    role: Role | None = None
    surge: float = 1.0
    settles_in: int = 0
    settled_part: float = 0.0
    regime: Regime | None = None

    @property
    def is_large(self) -> bool:
        """Whether the key office looks after it, and it prepays its income tax by the month."""
        return self.size > _LARGE or self.role is not None

    def usual(self, month: date) -> float:
        """Return a usual year's local revenue as of a month, plots aside, in cents."""
        grown: float = self.annual_local * self.yearly_growth ** (months_between(_USUAL_YEAR, month) / 12)
        surges_from = self.role.surges_from if self.role else None
        return grown if surges_from is None or month < surges_from else grown * self.surge

    def district_hundredths(self, month: date) -> int:
        """Return how much of the local part its rows of a month give the district."""
        return EVEN if self.regime is None else self.regime.in_month(month)

    def entered_on(self, day: date) -> date:
        """Return since when the firm is in the park, as it stands on a day: after a return the day it came back."""
        return self.plot.back_on(day) or self.in_from

    def authority_on(self, day: date) -> str:
        """Return its tax authority on a day: another district's from a whole move until the firm is back."""
        move = self.plot.move
        return self.authority if move is None or self.plot.left_on(day) is None else move.authority


def draw_sizes(rng: Random, count: int) -> list[float]:
    """Draw sizes of firms, lognormal, their mean 1.

    The spread is such that the 50 largest are expected to hold 65%: sigma 2.6 with 3,500 firms (DOMAIN
    section 7). Sizes are redrawn until the 50 hold 60-70% and the largest at most 15%; a park too small for
    that keeps the last draw.
    """
    top = min(_TOP, max(1, count // 2))
    normal = NormalDist()
    sigma = max(_LEAST_SIGMA, normal.inv_cdf(1 - top / (count + 1)) + normal.inv_cdf(_TOP_SHARE))
    sizes: list[float] = []
    for _ in range(_REDRAWS):
        sizes = sorted((rng.lognormvariate(0, sigma) for _ in range(count)), reverse=True)
        whole = sum(sizes)
        if sizes[0] <= _LARGEST_SHARE * whole and _TOP_BAND[0] <= sum(sizes[:top]) / whole <= _TOP_BAND[1]:
            break
    mean = sum(sizes) / count
    return [size / mean for size in rng.sample(sizes, count)]


def draw_firm(
    rng: Random, number: int, size: float, months: tuple[date, ...], plot: Plot, role: Role | None, *, in_park: bool
) -> Firm:
    """Draw everything else about one enterprise; its revenue is sized later, with all the others'.

    Args:
        rng: The source of all chance.
        number: Its number in the simulation.
        size: Local revenue of a usual year, in means of the park.
        months: The simulated months; a few firms without a plot join the park in their course.
        plot: What is planted for it.
        role: What it is to the growth of 2022.
        in_park: Whether the park's register knows it.
    """
    industry = draw_industry(rng)
    zone = rng.choice(ZONES)
    high_precision = rng.random() < industry.high_precision
    division = "110109" if rng.random() < 0.9 else rng.choice(_OLD_DIVISIONS)  # noqa: PLR2004 -- as in the real register
    large = size > _LARGE or role is not None
    joined_on = _joined(rng, months, is_old=bool(plot.stories) or large)
    settles, part = rng.random() < 0.7 or large, 0.095 * rng.lognormvariate(-0.08, 0.4)  # noqa: PLR2004 -- most do
    return Firm(
        number=number,
        uscc=simulated_uscc(number, division),
        name=firm_name(number, industry.trade),
        industry=industry,
        is_high_precision=high_precision,
        qualifications=_qualifications(rng, high_precision=high_precision),
        authority=AUTHORITIES[2] if large else rng.choice(AUTHORITIES[:2]),
        zone=zone,
        incubator=rng.choice(INCUBATORS),
        address=f"{zone}创新路{rng.randint(1, 99)}号{rng.randint(1, 20)}层{SIMULATED}",
        registration_seq=f"1011109{number:09d}",
        in_park=in_park,
        in_from=(role and role.joined_on) or joined_on,
        size=size,
        annual_local=size,
        mix=_mix(rng),
        yearly_growth=rng.lognormvariate(0.095, 0.05),
        noise=rng.uniform(0.08, 0.25),
        files_quarterly=not large and rng.random() < 0.5,  # noqa: PLR2004 -- half of the small ones
        owns_premises=rng.random() < 0.25,  # noqa: PLR2004 -- a quarter
        collects_for_others=rng.random() < 0.2,  # noqa: PLR2004 -- a fifth
        plot=plot,
        role=role,
        **_settlement(plot, part=part if settles else 0.0),
    )


def _settlement(plot: Plot, *, part: float) -> dict[str, Any]:
    """Its usual month and part; who settles without a planted month gets one when all firms are sized."""
    late = next((story for story in plot.stories if story.cause == "T1"), None)
    return {"settled_part": part} if late is None else {"settled_part": late.one_off, "settles_in": late.first.month}


def _qualifications(rng: Random, *, high_precision: bool) -> str:
    labels = []
    if rng.random() < (0.7 if high_precision else 0.1):
        labels.append("国家高新技术企业")
    if rng.random() < (0.2 if high_precision else 0.02):
        labels.append("专精特新")
    return "、".join(labels)


def _joined(rng: Random, months: tuple[date, ...], *, is_old: bool) -> date:
    days = (months[-1] - months[0]).days
    if not is_old and days and rng.random() < 0.08:  # noqa: PLR2004 -- newcomers
        return months[0] + timedelta(days=rng.randint(1, days))
    return months[0] - timedelta(days=rng.randint(30, 5000))


def _mix(rng: Random) -> dict[str, float]:
    drawn = {levy: part * rng.gammavariate(3, 1 / 3) for levy, part in MIX.items()}
    whole = sum(drawn.values())
    return {levy: part / whole * sum(MIX.values()) for levy, part in drawn.items()}
