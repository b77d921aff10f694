"""What must hold of the project's own files: no addresses, complete locks, a reason for each dependency.

As in tests/walls.py, each function takes text and returns sentences, one per violation.
"""

import ast
import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

FOREIGN = {
    # The brackets keep the patterns from finding themselves.
    "a package index": re.compile(r"--(?:extra-)?inde[x]-url|--find-link[s]|https?://\S+/simpl[e]\b"),
    "the host of a package index": re.compile(r"py[p]i\.(?:org|io)|python[h]osted"),
    "a path of somebody's machine": re.compile(r"(?<![\w.)}*])/(?:root|home|work|opt|Users)/\w|file:/{3}\w"),
}

PIN = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; [^\\]+?)? \\\n(?P<hashes>(?: {4}--hash=.+\n)+)",
    re.MULTILINE,
)
HASH_LINE = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")


def foreign_names(text: str, path: str) -> list[str]:
    """Return where a text names a package index, or a path that exists on one machine only."""
    return [
        f"{path}:{number}: names {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FOREIGN.items()
        if pattern.search(line)
    ]


def pins(constraints: str) -> dict[str, set[str]]:
    """Return the pinned versions of each package; two where Python versions need different ones."""
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer(constraints):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def lock_violations(constraints: str) -> list[str]:
    """Return what is no comment and no pin with sha256 hashes: an address, an option, an open version."""
    rest = PIN.sub("", constraints)
    stray = [f"not a pin with hashes: {line}" for line in rest.splitlines() if line and not line.startswith("#")]
    hashes = [line for pin in PIN.finditer(constraints) for line in pin["hashes"].splitlines()]
    return stray + [f"not a sha256: {line}" for line in hashes if not HASH_LINE.fullmatch(line)]


def unmet(requirements: list[str], pinned: dict[str, set[str]]) -> list[str]:
    """Return the requirements that a lock does not pin, or pins outside their bounds."""
    parsed = [Requirement(requirement) for requirement in requirements]
    return [
        f"{requirement}: pinned to {sorted(pinned.get(requirement.name, ()))}"
        for requirement in parsed
        if not pinned.get(requirement.name)
        or any(Version(version) not in requirement.specifier for version in pinned[requirement.name])
    ]


def unbounded(requirements: list[str]) -> list[str]:
    """Return the requirements without a lower or an upper bound; tzdata's calendar versions need no upper one."""
    operators = {
        requirement: {specifier.operator for specifier in Requirement(requirement).specifier}
        for requirement in requirements
    }
    return [
        requirement
        for requirement, found in operators.items()
        if "==" not in found and not (">=" in found and ("<" in found or requirement.startswith("tzdata")))
    ]


def undecided(requirements: list[str], decisions: str) -> list[str]:
    """Return the dependencies that the decision records give no entry: "- **name**: why"."""
    return [name for name in map(_name, requirements) if f"- **{name}**" not in decisions]


def forgotten(requirements: list[str], decisions: str) -> list[str]:
    """Return the entries of the decision records for what is no dependency any more."""
    return sorted(set(re.findall(r"^- \*\*([\w-]+)\*\*", decisions, re.MULTILINE)) - set(map(_name, requirements)))


def undeclared(
    sources: list[str], requirements: list[str], own: set[str], providers: dict[str, list[str]]
) -> list[str]:
    """Return the imported third-party modules whose package is not a declared dependency.

    Args:
        sources: Texts of Python files.
        requirements: The declared dependencies.
        own: Modules of the project itself.
        providers: Top-level module -> the distributions that provide it.
    """
    modules = {name.split(".")[0] for source in sources for name in _imported(source)}
    declared = set(map(_name, requirements))
    return sorted(
        module
        for module in modules - own - set(sys.stdlib_module_names)
        if not {_canonical(provider) for provider in providers.get(module, ())} & declared
    )


def targets(makefile: str) -> set[str]:
    """Return the targets of a Makefile that are declared phony: its commands."""
    return set(" ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split())


def tracked(listing: str, root: Path) -> list[Path]:
    """Return the existing files of a listing of git, NUL between names."""
    return [root / name for name in listing.split("\0") if name and (root / name).is_file()]


def _imported(source: str) -> set[str]:
    tree = ast.parse(source)
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def _name(requirement: str) -> str:
    return _canonical(Requirement(requirement).name)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
