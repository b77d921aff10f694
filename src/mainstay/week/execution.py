"""Journalled execution: a run is in `out/runs/` from its start, holds the workspace's lock, and ends with a status."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from time import perf_counter
from typing import Any, ParamSpec, Protocol, TypeVar

from mainstay import __version__
from mainstay.errors import ExitStatus, MainstayError, UnexpectedError
from mainstay.files import replace_file
from mainstay.report.week_manifest import canonical_json
from mainstay.settings import Workspace
from mainstay.warehouse import layout
from mainstay.warehouse.lock import exclusive

logger = logging.getLogger("mainstay.week")

P = ParamSpec("P")
T = TypeVar("T")


class EndState(Protocol):
    """How a task ended, as Prefect tells it."""

    def result(self, raise_on_failure: bool) -> object:  # noqa: FBT001 -- Prefect's
        """What the task returned, or the error that it raised."""


def is_io_trouble(_task: object, _run: object, state: EndState) -> bool:
    """A share that is away or a file that is open may be better in a moment; a wrong contract will not."""
    return isinstance(state.result(raise_on_failure=False), OSError)


RETRY_IO: dict[str, Any] = {"retries": 2, "retry_delay_seconds": [5.0, 30.0], "retry_condition_fn": is_io_trouble}
"""How a task that reads or writes files is tried again."""


@dataclass(frozen=True)
class Journal:
    """The entry of a run under way.

    Attributes:
        run_id: The run's id, the file's name.
        started_at: In UTC.
        entry: As-of date, status, times, files, warnings, and the error of a run that failed.
    """

    run_id: str
    started_at: datetime
    entry: dict[str, Any]

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long the block took, in seconds, under the step's name."""
        begun = perf_counter()
        yield
        self.entry["seconds"][step] = round(perf_counter() - begun, 3)

    def write(self, workspace: Workspace, entry: Mapping[str, object]) -> None:
        """Write `out/runs/<run_id>.json`, in place of what it said before."""
        text = canonical_json({"run_id": self.run_id, **entry})
        replace_file(workspace.runs / f"{self.run_id}.json", text.encode())


@contextmanager
def journalled(workspace: Workspace, purpose: str, as_of: date, **facts: object) -> Iterator[Journal]:
    """Hold the workspace for the block, its warehouse in today's layout, and journal the run whatever happens.

    A run that is killed leaves an entry without a status.

    Args:
        workspace: The workspace.
        purpose: What the run is for, told to whoever finds the lock held.
        as_of: The run's date, inclusive.
        facts: What else the entry says from the start.

    Raises:
        MainstayError: the run was refused or failed; of an unexpected error only the kind and the place.
    """
    started_at = datetime.now(UTC)
    known = {"as_of": as_of, "started_at": started_at, **facts}
    unfinished = {"status": "failed", "exit_status": int(ExitStatus.FAILURE)}
    entry = known | {"version": __version__, **unfinished, "quarantined": [], "seconds": {}}
    journal = Journal(f"{started_at:%Y%m%dT%H%M%S%f}Z", started_at, entry)
    journal.write(workspace, known)
    try:
        with exclusive(workspace.lock, purpose):
            upgraded = layout.upgrade(workspace.warehouse, workspace.settings().warehouse)
            if upgraded:
                entry["upgraded"] = upgraded
                logger.info("%s", upgraded)
            yield journal
        entry |= {"status": "done", "exit_status": int(ExitStatus.DONE)}
    except UnexpectedError as error:
        entry["error"] = error.parts()
        raise
    except MainstayError as error:
        entry |= {"status": "refused", "exit_status": int(error.exit_status), "error": error.parts()}
        raise
    except Exception as error:  # noqa: BLE001 -- as in `without_data`: Prefect keeps what a flow raises
        unexpected = UnexpectedError(error)
        entry["error"] = unexpected.parts()
        raise unexpected from None
    finally:
        entry["finished_at"] = datetime.now(UTC)
        journal.write(workspace, entry)


def without_data(step: Callable[P, T]) -> Callable[P, T]:
    """Let nothing of an unexpected error out of a step but its kind and place: Prefect keeps what it says.

    An OSError passes: where a share is away for a moment the step is tried again.
    """

    @wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return step(*args, **kwargs)
        except (MainstayError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 -- the last wall before Prefect's own database
            raise UnexpectedError(error) from None

    return guarded
