"""Hashes by which a manifest names data, code and features."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from mainstay.resources import shipped
from mainstay.risk.matrix import TrainingRows
from mainstay.sql_texts import model_texts

_SQL_FOLDERS = ("features", "labels")
_FEATURES = "features.risk_features"
_COMMENT = re.compile(r"--[^\n]*")
_RELATION = re.compile(r"\b[a-z]\w*\.[a-z]\w*")


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
    """Of the features: which there are, in which order, of which concept and unit, and the SQL that computes them."""
    columns = [name for name in ("feature", "concept", "unit", "needs") if name in catalogue.columns]
    lines = ["\t".join(str(value) for value in row) for row in catalogue.select(columns).rows()]
    sql = feature_sql()
    return text_hash(["\t".join(columns), *lines, *(f"{name} {sql[name]}" for name in sorted(sql))])


def feature_sql() -> dict[str, str]:
    """The models that the features rest on, by relation: their SQL without comments, which change no figure."""
    texts = model_texts(shipped("sql"))
    waiting, found = [_FEATURES], dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name in texts and name not in found:
            found[name] = " ".join(_COMMENT.sub("", texts[name]).split())
            waiting += _RELATION.findall(found[name])
    return found


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
