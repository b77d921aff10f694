"""What is known of single mutants (`known.toml`): the named ones, and those that are equivalent, with the reason."""

import tomllib
from pathlib import Path

from tests.mutants.mutant import Edit, Mutant

Key = tuple[str, str, str, int]


def named(root: Path, toml: str) -> list[Mutant]:
    """The mutants that are always tried.

    Raises:
        ValueError: A line does not stand in its file, once.
    """
    return [_at_its_line(root, **entry) for entry in tomllib.loads(toml).get("named", [])]


def equivalents(toml: str) -> dict[Key, str]:
    """The mutants that no test can kill, with why not.

    Raises:
        ValueError: One has no reason, or stands there twice.
    """
    found: dict[Key, str] = {}
    for entry in tomllib.loads(toml).get("equivalent", []):
        key = (entry["path"], entry["was"], entry["becomes"], entry.get("nth", 1))
        if not entry.get("why", "").strip() or key in found:
            raise ValueError(f"an equivalent mutant has no reason, or stands there twice: {key}")
        found[key] = entry["why"]
    return found


def _at_its_line(root: Path, path: str, was: str, becomes: str) -> Mutant:
    text = (root / path).read_text("utf-8")
    at = [number for number, line in enumerate(text.splitlines()) if line.strip() == was]
    if len(at) != 1:
        raise ValueError(f"this line of a named mutant stands {len(at)} times in {path}: {was}")
    start = sum(len(line) for line in text.splitlines(keepends=True)[: at[0]])
    start = text.index(was, start)
    return Mutant(path, "named", at[0] + 1, was, becomes, 1, (Edit(start, start + len(was), becomes),))
