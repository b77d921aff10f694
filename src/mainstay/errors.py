"""Every error that mainstay raises on purpose: what, where, how many, one example, and what to do next.

No message may carry taxpayer data: examples show the shape of a bad value, never a name, an id or an amount.
"""

import difflib
import traceback
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

from pydantic import ValidationError

_OUR_MODULES = ("mainstay.", "mainstay_flows.")
"""How module names of ours begin: the package's, and those by which the commands load the flows."""


class ExitStatus(IntEnum):
    """What the process tells its caller (DESIGN section 3)."""

    DONE = 0
    FAILURE = 1
    USAGE = 2
    REFUSED = 3


class MainstayError(Exception):
    """The base of all errors that an operator may meet.

    Args:
        what: One sentence on what is wrong.
        where: File, key, sheet, line or relation.
        count: How many times it happened, where that is known.
        example: One example without taxpayer data.
        hint: What the reader can do next.
    """

    exit_status = ExitStatus.FAILURE

    def __init__(
        self, what: str, *, where: str = "", count: int | None = None, example: str = "", hint: str = ""
    ) -> None:
        """Keep the parts; `str()` joins them."""
        super().__init__(what, where, count, example, hint)
        self.what = what
        self.where = where
        self.count = count
        self.example = example
        self.hint = hint

    def parts(self) -> dict[str, str | int | None]:
        """The parts by name, for a journal."""
        return {
            "kind": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "count": self.count,
            "example": self.example,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        """Several short lines, in the order in which a reader needs them."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.count is not None:
            lines.append(f"  how many: {self.count:,}")
        if self.example:
            lines.append(f"  example: {self.example}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def location_of(error: BaseException) -> str:
    """Where in our own code an error arose, as `file:line`, or ""; its message may hold data and is not shown."""
    ours = [
        f"{Path(frame.f_code.co_filename).name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__", "").startswith(_OUR_MODULES)
    ]
    return ours[-1] if ours else ""


class UnexpectedError(MainstayError):
    """Something that nobody has thought of: its kind and its place in our code, for its message may quote data.

    Args:
        error: What was raised.
    """

    def __init__(self, error: BaseException) -> None:
        """Keep nothing of the error but its kind and place, and of trouble with a file its name."""
        about = [str(part) for part in (error.strerror, error.filename) if part] if isinstance(error, OSError) else []
        super().__init__(
            f"unexpected {type(error).__name__}",
            where=": ".join([location_of(error) or "a library", *about]),
            hint="nothing was published; run `mainstay status`, and report these lines",
        )


class UsageError(MainstayError):
    """A command was called with something it cannot take."""

    exit_status = ExitStatus.USAGE


class SettingsError(UsageError):
    """`mainstay.toml` has a key or a value that it must not have."""


class ContractError(UsageError):
    """A contract file is wrong; found at start, before any extract is read."""


class ExtractError(MainstayError):
    """An extract as a whole cannot be read under its contract; it is quarantined, the run goes on."""


class GateRefusedError(MainstayError):
    """A gate refused the run: nothing is published, last week's results stay."""

    exit_status = ExitStatus.REFUSED


class LockHeldError(MainstayError):
    """Another process works on this workspace."""


class ModelError(MainstayError):
    """A SQL model, or the set of them, is wrong."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def describe_problems(error: ValidationError, known: Iterable[str]) -> str:
    """Every problem that pydantic found, as `key: message`, one a line; unknown keys get a suggestion."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in problem["loc"]) or "as a whole"
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = f"unknown key{did_you_mean(str(problem['loc'][-1]), known)}"
        lines.append(f"{key}: {message}")
    return "\n    ".join(lines)
