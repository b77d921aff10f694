"""Files, for every package: written whole or not at all, and named by what they hold."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write the content under a temporary name beside the path, then rename: nobody sees half a file.

    Missing folders are made. The temporary name begins with a dot and is gone after a failure.

    Args:
        path: Where the file shall be; an older file of that name is replaced.
        content: The whole file.

    Raises:
        OSError: The folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_default_mode())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise


def file_hash(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _default_mode() -> int:
    """Return the mode an ordinary new file would get; mkstemp's own is for the owner's eyes only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
