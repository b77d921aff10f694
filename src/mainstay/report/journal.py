"""`out/runs/<run_id>.json`: what one run did, refused ones too."""

from collections.abc import Mapping
from pathlib import Path

from mainstay.report.files import replace_file
from mainstay.report.week_manifest import canonical_json


def write_journal(folder: Path, run_id: str, entry: Mapping[str, object]) -> Path:
    """Write one run's journal.

    Args:
        folder: `out/runs/`.
        run_id: The run's id, the file's name.
        entry: As-of date, status, times, files, warnings, and the error of a run that failed.

    Returns:
        The path written.
    """
    path = folder / f"{run_id}.json"
    replace_file(path, canonical_json({"run_id": run_id, **entry}).encode())
    return path
