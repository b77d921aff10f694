"""One exclusive lock a workspace, for what changes it: weekly and purge."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from mainstay.errors import LockHeldError

WAIT_SECONDS = 60.0


@contextmanager
def exclusive(lock: Path, purpose: str, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the workspace's lock for the block.

    Raises:
        LockHeldError: somebody else still holds it after the wait; names the holder.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    holder = lock.with_name(f"{lock.name}.holder")
    try:
        with FileLock(lock, timeout=wait_seconds):
            since = datetime.now(UTC).isoformat(timespec="seconds")
            holder.write_text(json.dumps({"process": os.getpid(), "purpose": purpose, "since": since}), "utf-8")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as error:
        raise LockHeldError(
            "another run is using this workspace",
            where=f"{lock}: {_described(holder)}",
            hint=f"wait for it to end; this run waited {wait_seconds:.0f} s and changed nothing",
        ) from error


def _described(holder: Path) -> str:
    try:
        stated = json.loads(holder.read_text("utf-8"))
        return f"process {stated['process']}, {stated['purpose']}, since {stated['since']}"
    except (OSError, ValueError, KeyError):
        return "holder unknown"
