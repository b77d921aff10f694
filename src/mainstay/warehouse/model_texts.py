"""The SQL below a folder as relations and their texts."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mainstay.errors import ModelError
from mainstay.extracts.targets import TARGETS

_TARGET = re.compile(r"\bledger\.target\b")
_TARGETS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "with_party": tuple(name for name, one in TARGETS.items() if one.has_party and name != "enterprises"),
        "without_party": tuple(name for name, one in TARGETS.items() if not one.has_party),
        "money": tuple(name for name, one in TARGETS.items() if one.field("amount_local")),
    }
)
"""Folder of `ledger/targets/` -> its targets. `enterprises` has relations of its own (`ledger.register_as_known`)."""


def model_texts(folder: Path) -> dict[str, str]:
    """The SQL below a folder by relation: the first folder is the schema, the file's stem the name.

    A file below `ledger/targets/` stands for one relation of each target that its folder names: it reads
    `ledger.target`, and the relation is the target's name with the file's stem. A target whose relation differs has a
    file of its own.

    Raises:
        ModelError: two files make one relation.
    """
    texts: dict[str, str] = {}
    of_targets = folder / "ledger" / "targets"
    for path in sorted(folder.rglob("*.sql")):
        if path.is_relative_to(of_targets):
            continue
        relation = f"{path.relative_to(folder).parts[0]}.{path.stem}"
        if relation in texts:
            raise ModelError("two SQL files make one relation", where=relation)
        texts[relation] = path.read_text("utf-8")
    return _texts_of_targets(of_targets) | texts


def _texts_of_targets(folder: Path) -> dict[str, str]:
    return {
        f"ledger.{name}_{path.stem}": _TARGET.sub(f"ledger.{name}", path.read_text("utf-8"))
        for group, names in _TARGETS_OF.items()
        for path in sorted((folder / group).glob("*.sql"))
        for name in names
    }
