"""Hashes by which a manifest names data, code and features."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from mainstay.resources import shipped
from mainstay.risk.matrix import TrainingRows

_SQL_FOLDERS = ("features", "labels")

FEATURE_VERSION = 1
"""Raise it with every change of the catalogue or of a feature's value, not of how the SQL says it: what was trained
before is not used then. tests/upgrade compares the values with those of an older version."""
_HASHED_WITH_SQL = {1: "c346c6716d0ef007f231a6c0e6586e0f671c784ba480a70fd1d927687e9bf41d"}
"""By feature version: the `feature_hash` of manifests until 2026-12-01, which held the text of the SQL."""


def data_hash(rows: TrainingRows) -> str:
    """Of the training rows: every feature, label and loss, in their fixed order."""
    digest = hashlib.sha256()
    for part in (
        rows.matrix.values,
        rows.matrix.base,
        rows.label,
        rows.loss_share,
        rows.origin,
        rows.label_from,
        rows.label_to,
        rows.treated,
    ):
        digest.update(part.tobytes())
    digest.update("\n".join([*rows.matrix.names, *rows.enterprise.tolist()]).encode())
    return digest.hexdigest()


def feature_hash(catalogue: pl.DataFrame) -> str:
    """Of the features: which there are, in which order, of which concept and unit, and the version of their values."""
    columns = [name for name in ("feature", "concept", "unit", "needs") if name in catalogue.columns]
    lines = ["\t".join(str(value) for value in row) for row in catalogue.select(columns).rows()]
    return text_hash([f"features {FEATURE_VERSION}", "\t".join(columns), *lines])


def is_of_features(stated: str, catalogue: pl.DataFrame) -> bool:
    """Whether a manifest's `feature_hash` is that of today's features."""
    return stated in {feature_hash(catalogue), _HASHED_WITH_SQL.get(FEATURE_VERSION)}


def code_hash() -> str:
    """Of the sources of this package."""
    return sources_hash(Path(__file__).parent)


def sources_hash(package: Path) -> str:
    """Of the Python sources below a folder."""
    return _hash_of(package, package.rglob("*.py"))


def sql_hash() -> str:
    """Of the SQL that makes features and labels."""
    sql = shipped("sql")
    return _hash_of(sql, (path for folder in _SQL_FOLDERS for path in (sql / folder).rglob("*.sql")))


def text_hash(parts: Iterable[str]) -> str:
    """The sha256 of some texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _hash_of(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        # A checkout may turn line ends; what the code does stays the same.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
