"""The rules that settings and seeds state: how a score is made where no model scores, and how money is shown."""

import polars as pl

from mainstay.report.units import DisplayUnit
from mainstay.resources import shipped
from mainstay.risk.baseline import DropTimesAmount
from mainstay.risk.relocation import SignalPoints, signal_definitions
from mainstay.settings import Settings


def decline_rule(settings: Settings) -> DropTimesAmount:
    """The score of a decline: drop times amount."""
    chosen = settings.score
    return DropTimesAmount(chosen.floor, chosen.high_from, chosen.medium_from, recent_months=chosen.recent_months)


def relocation_rule(settings: Settings) -> SignalPoints:
    """The score of leaving: points of signals."""
    return SignalPoints(settings.signals.high_from, settings.signals.medium_from)


def signals(settings: Settings) -> pl.DataFrame:
    """One row per signal that the workspace uses, see `relocation.signal_definitions`."""
    return signal_definitions(shipped("seeds"), on=settings.signals.on, off=settings.signals.off)


def display_unit(settings: Settings) -> DisplayUnit:
    """The unit in which people read money."""
    return DisplayUnit(settings.money.display_unit, settings.money.divisor)
