"""The walls of DESIGN section 1, read off the syntax trees: who may import what, and what a flow may hold.

Each function takes source text and returns sentences, one per violation; none means that the wall stands.
Files of `tests/` are outside all walls.
"""

import ast
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import sqlglot
from sqlglot import exp

OWNERS = {
    "prefect": "flows",
    "duckdb": "src/mainstay/warehouse",
    "great_expectations": "src/mainstay/quality",
    "sklearn": "src/mainstay/risk",
    "sqlglot": "src/mainstay/warehouse",
}
"""Third-party package -> the only folder that may import it."""

SHARED = frozenset(
    {
        "mainstay",
        "mainstay.settings",
        "mainstay.list_settings",
        "mainstay.errors",
        "mainstay.resources",
        "mainstay.files",  # 2026-12: bytes in, a file or its hash out; five packages did both in ways of their own
        "mainstay.months",  # 2026-12: dates in, dates out; four packages counted months in ways of their own
    }
)
"""What every package of mainstay may import; `mainstay` itself holds only the version."""

PLAIN_VALUES = frozenset(f"mainstay.extracts.{name}" for name in ("contract", "extract", "form_questions", "targets"))
"""Modules of plain value types that other packages may import too."""

MEETING_PLACES = frozenset(
    f"src/mainstay/{name}.py" for name in ("__init__", "__main__", "cli", "model_commands", "demo", "running")
)
"""Modules that may import any package: the commands, the demo, what starts flows, and what analysts import."""

MEETING_PACKAGE = "src/mainstay/week/"
"""The package that may import any other: a run's steps take frames from one and hand them to the next, where flows may
hold no frames (2026-12: three flows had a copy each). The wall stands the other way: no package imports `week`."""

FRAME_LIBRARIES = frozenset({"polars", "pandas", "pyarrow", "numpy", "duckdb"})
"""What a flow must not import: frames stay inside tasks' callees."""

_VERBS = re.compile(r"\b(from|insert|update|delete|merge|create|drop|alter|copy|attach)\b", re.IGNORECASE)


STARTERS = ("flows.child", "flows.server")
"""Modules of `flows/` that are no flows: they start Prefect for one (2026-12: the schedule's server and its runs)."""

STARTS_PREFECT = re.compile(r"(^|[\s/])prefect\b|\bPREFECT_|\buvicorn\b")
"""What a text says that starts Prefect or sets it up: `prefect server start`, `prefect.engine`, `PREFECT_API_URL`. Not
the workspace's folder `.prefect`, and not the product's name in a message."""


@dataclass(frozen=True)
class Import:
    """One imported module, by its absolute dotted name, and the line that imports it."""

    module: str
    line: int


def python_files(root: Path) -> list[Path]:
    """Return the project's Python files inside the walls: below `src` and `flows`, sorted."""
    return sorted(path for folder in ("src", "flows") for path in (root / folder).rglob("*.py"))


def imports_of(source: str, path: str) -> list[Import]:
    """Return all imports of a file, late and conditional ones and constant `import_module` calls too."""
    return [found for node in ast.walk(ast.parse(source)) for found in _imported_by(node, path)]


def _imported_by(node: ast.AST, path: str) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            yield from (Import(alias.name, node.lineno) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = _absolute(module, level, path)
            # `from mainstay import risk` imports mainstay.risk: the longer name says more.
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in names)
        case ast.Call(
            func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
            args=[ast.Constant(value=str(module)), *_],
        ):
            yield Import(module, node.lineno)
        case _:
            pass


def _absolute(module: str | None, level: int, path: str) -> str:
    if level == 0:
        return module or ""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    parts = parts[1:] if parts[0] == "src" else parts
    return ".".join([*parts[:-level], *([module] if module else [])])


def _is_of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def third_party_violations(source: str, path: str) -> list[str]:
    """Return where a library is imported outside the one folder that owns it."""
    return [
        f"{path}:{found.line}: {library} is imported only in {owner}/"
        for found in imports_of(source, path)
        for library, owner in OWNERS.items()
        if _is_of(found.module, library) and not path.startswith(f"{owner}/")
    ]


def package_of(module: str) -> str:
    """Return the package to which a module belongs: `mainstay.risk.labels` -> `mainstay.risk`."""
    return ".".join(module.split(".")[:2])


def package_violations(source: str, path: str) -> list[str]:
    """Return where a package of mainstay imports the insides of another one."""
    if not path.startswith("src/mainstay/") or path in MEETING_PLACES or path.startswith(MEETING_PACKAGE):
        return []
    own = package_of(".".join(PurePosixPath(path).with_suffix("").parts[1:]))
    return [
        f"{path}:{found.line}: {found.module} is inside another package; they meet in flows"
        for found in imports_of(source, path)
        if _is_of(found.module, "mainstay")
        and package_of(found.module) != own
        and not any(_is_shared(found.module, shared) for shared in SHARED | PLAIN_VALUES)
    ]


def _is_shared(name: str, shared: str) -> bool:
    # `mainstay` alone is shared (`from mainstay import __version__`), what is below it is not.
    return name in {"mainstay", "mainstay.__version__"} if shared == "mainstay" else _is_of(name, shared)


def flow_violations(source: str, path: str) -> list[str]:
    """Return where a flow imports a library of frames, or what would load another flow."""
    if not path.startswith("flows/"):
        return []
    imports = imports_of(source, path)
    return [
        f"{path}:{found.line}: a flow passes paths and dates, never frames ({found.module})"
        for found in imports
        if any(_is_of(found.module, library) for library in FRAME_LIBRARIES)
    ] + [
        f"{path}:{found.line}: a flow reaches no other flow; what they share is in {MEETING_PACKAGE}"
        for found in imports
        if _is_of(found.module, "mainstay.running") or _is_of(found.module, "flows")
        if not any(_is_of(found.module, starter) for starter in STARTERS)
    ]


def query_violations(source: str, path: str) -> list[str]:
    """Return where the text of a query stands outside the warehouse."""
    if path.startswith(f"{OWNERS['duckdb']}/"):
        return []
    return [
        f"{path}:{line}: SQL belongs into sql/ or {OWNERS['duckdb']}/, which hand out frames"
        for line, text in texts_of(source)
        if is_query(text)
    ]


def start_violations(source: str, path: str) -> list[str]:
    """Return where Prefect is started outside flows/: by its modules, its command, or its settings."""
    return [
        f"{path}:{line}: Prefect is started and set up only in flows/ ({text.strip()})"
        for line, text in texts_of(source)
        if not path.startswith("flows/") and STARTS_PREFECT.search(text)
    ]


def texts_of(source: str) -> list[tuple[int, str]]:
    """Return (line, text) of all strings but docstrings; a placeholder in an f-string becomes x."""
    tree = ast.parse(source)
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    plain = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose | parts
    ]
    formatted = [
        (
            node.lineno,
            "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values),
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    return sorted(plain + formatted)


def is_query(text: str) -> bool:
    """Tell whether a text is a SQL statement that reads or changes a relation."""
    if not _VERBS.search(text):  # parsing every string of the project takes seconds
        return False
    quiet = logging.getLogger("sqlglot")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # it warns of statements that it only half understands
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return False
    finally:
        quiet.setLevel(level)
    return any(statement is not None and _touches_a_relation(statement) for statement in statements)


def _touches_a_relation(statement: exp.Expression) -> bool:
    if isinstance(statement, exp.Query):
        return statement.find(exp.From) is not None
    return isinstance(statement, exp.DML | exp.Create | exp.Drop | exp.Alter | exp.Copy | exp.Attach)


CHECKS = (third_party_violations, package_violations, flow_violations, query_violations)


def violations(root: Path) -> list[str]:
    """Return the violations of all walls in a checkout."""
    return [
        sentence
        for path in python_files(root)
        for check in CHECKS
        for sentence in check(path.read_text("utf-8"), path.relative_to(root).as_posix())
    ]
