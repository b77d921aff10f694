"""Who scores in a week: for every target and horizon the champion and the model in shadow, as decided by its date."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from mainstay.errors import MainstayError
from mainstay.risk.prediction_targets import HORIZONS, TARGETS
from mainstay.risk.weekly_scores import Post, Problem, Role, Roster

if TYPE_CHECKING:
    from mainstay.risk.model import TrainedModel
    from mainstay.risk.store import ModelStore


def week_roster(store: "ModelStore", load: Callable[[str, int, str], "TrainedModel"], as_of: date) -> Roster:
    """The posts of a week; nothing is loaded yet. A part of the store that cannot be read is a problem, not the end.

    Args:
        store: Knows the champions and the models in shadow.
        load: Loads a version of a target and horizon; raises MainstayError where it must not or cannot be used.
        as_of: The week's date.
    """
    posts: list[Post] = []
    problems: list[Problem] = []
    chosen: dict[Role, Callable[[str, int, date], str | None]] = {"champion": store.champion, "shadow": store.shadow}
    for target in TARGETS:
        for horizon in HORIZONS:
            for role, version_of in chosen.items():
                try:
                    version = version_of(target, horizon, as_of)
                except MainstayError as error:
                    problems.append(Problem(target, horizon, role, "", error.what))
                except (OSError, ValueError, KeyError, TypeError) as error:
                    problems.append(Problem(target, horizon, role, "", f"unreadable: {type(error).__name__}"))
                else:
                    if version is not None:
                        posts.append(Post(target, horizon, role, version, partial(load, target, horizon, version)))
    return Roster(tuple(posts), tuple(problems))
