"""The enterprises of the simulated park: who they are, how large, and what they pay."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import NormalDist

from mainstay.simulate.codes import simulated_uscc
from mainstay.simulate.industries import (
    AUTHORITIES,
    INCUBATORS,
    SIMULATED,
    ZONES,
    Industry,
    draw_industry,
    firm_name,
)
from mainstay.simulate.levies import MIX
from mainstay.simulate.stories import Plot

ANNUAL_LOCAL_PER_FIRM = 1_590_000_000_00 / 3500
"""Cents: natural local revenue of 2021 (13.59亿 in ten months, DOMAIN section 0) over 3,500 firms."""
_TOP = 50
_TOP_SHARE = 0.65
_LEAST_SIGMA = 1.0
_REDRAWS = 400
_LARGEST_SHARE = 0.15
_TOP_BAND = (0.60, 0.70)
_LARGE = 2_000_000_00
_OLD_DIVISIONS = ("110108", "110105", "110114", "130102")


@dataclass(frozen=True)
class Firm:
    """One enterprise of the park, or of the district outside it (`in_park = False`)."""

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
    annual_local: float
    mix: dict[str, float]
    yearly_growth: float
    noise: float
    files_quarterly: bool
    owns_premises: bool
    collects_for_others: bool
    plot: Plot

    def entered_on(self, day: date) -> date:
        """Return since when the firm is in the park, as it stands on a day: after a return the day it came back."""
        return self.plot.back_on(day) or self.in_from

    def authority_on(self, day: date) -> str:
        """Return its tax authority on a day: another district's from a whole move until the firm is back."""
        move = self.plot.move
        return self.authority if move is None or self.plot.left_on(day) is None else move.authority


def draw_sizes(rng: Random, count: int) -> list[float]:
    """Draw annual local revenues in cents, lognormal, and scale them to the park's mean.

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
    factor = ANNUAL_LOCAL_PER_FIRM * count / sum(sizes)
    return [size * factor for size in rng.sample(sizes, count)]


def draw_firm(
    rng: Random, number: int, annual_local: float, months: tuple[date, ...], plot: Plot, *, in_park: bool
) -> Firm:
    """Draw everything else about one enterprise.

    Args:
        rng: The source of all chance.
        number: Its number in the simulation.
        annual_local: Local revenue of a usual year, in cents.
        months: The simulated months; a few firms without a plot join the park in their course.
        plot: What is planted for it.
        in_park: Whether the park's register knows it.
    """
    industry = draw_industry(rng)
    zone = rng.choice(ZONES)
    high_precision = rng.random() < industry.high_precision
    division = "110109" if rng.random() < 0.9 else rng.choice(_OLD_DIVISIONS)  # noqa: PLR2004 -- as in the real register
    large = annual_local > _LARGE
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
        in_from=_joined(rng, months, is_old=bool(plot.stories) or large),
        annual_local=annual_local,
        mix=_mix(rng),
        yearly_growth=rng.lognormvariate(0.15, 0.08),
        noise=rng.uniform(0.08, 0.25),
        files_quarterly=not large and rng.random() < 0.5,  # noqa: PLR2004 -- half of the small ones
        owns_premises=rng.random() < 0.25,  # noqa: PLR2004 -- a quarter
        collects_for_others=rng.random() < 0.2,  # noqa: PLR2004 -- a fifth
        plot=plot,
    )


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
