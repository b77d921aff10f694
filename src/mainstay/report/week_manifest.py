"""`manifest.json`: what an as-of date's folder holds, and what made it."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePath

from mainstay.files import file_hash

MANIFEST_NAME = "manifest.json"


def file_entries(folder: Path) -> list[dict[str, object]]:
    """List the files below a folder, for the content part of its manifest.

    Args:
        folder: The folder of one as-of date.

    Returns:
        One entry a file, by path: `path` (relative, with slashes), `sha256`, `bytes`. The manifest itself and
        names that begin with a dot (unfinished files) are left out.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return [
        {"path": name, "sha256": file_hash(paths[name]), "bytes": paths[name].stat().st_size}
        for name in sorted(paths)
        if name != MANIFEST_NAME and not paths[name].name.startswith(".")
    ]


def canonical_json(value: object) -> str:
    """Return JSON that depends on the value only; decimals become text, dates and times ISO 8601.

    Sorted keys, two blanks of indent, a newline at the end.

    Raises:
        TypeError: A value is neither JSON nor a decimal, a date or a path.
        ValueError: A number is not finite.
    """
    text = json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n"


def _plain(value: object) -> object:
    """Turn what json does not know into text."""
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case PurePath():
            return value.as_posix()
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"a manifest cannot hold a {type(value).__name__}")
