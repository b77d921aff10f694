"""Who scores in a week: for every target and horizon the champion and the model in shadow, as decided by its date."""

from collections.abc import Callable
from datetime import date
from typing import Literal, Protocol

from mainstay.errors import MainstayError
from mainstay.risk.prediction_targets import HORIZONS, TARGETS
from mainstay.risk.weekly_scores import Post, Predictor, Problem, Roster

Role = Literal["champion", "shadow"]
ROLES: tuple[Role, ...] = ("champion", "shadow")


class Store(Protocol):
    """What the roster asks of the model store."""

    def champion(self, target: str, horizon_months: int, as_of: date) -> str | None:
        """The version that a person had enabled by then."""

    def shadow(self, target: str, horizon_months: int, as_of: date) -> str | None:
        """The newest version that waits for a decision."""


Load = Callable[[str, int, str], Predictor]
"""Loads a version of a target and horizon; raises MainstayError where it must not or cannot be used."""


def week_roster(store: Store, load: Load, as_of: date) -> Roster:
    """The posts of a week; nothing is loaded yet. A part of the store that cannot be read is a problem, not the end."""
    posts: list[Post] = []
    problems: list[Problem] = []
    for target in TARGETS:
        for horizon in HORIZONS:
            for role in ROLES:
                try:
                    version = getattr(store, role)(target, horizon, as_of)
                except MainstayError as error:
                    problems.append(Problem(target, horizon, role, "", error.what))
                except (OSError, ValueError, KeyError, TypeError) as error:
                    problems.append(Problem(target, horizon, role, "", f"unreadable: {type(error).__name__}"))
                else:
                    if version is not None:
                        posts.append(Post(target, horizon, role, version, _loading(load, target, horizon, version)))
    return Roster(tuple(posts), tuple(problems))


def _loading(load: Load, target: str, horizon: int, version: str) -> Callable[[], Predictor]:
    return lambda: load(target, horizon, version)
