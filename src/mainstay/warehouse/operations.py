"""The operations tables that a snapshot shows: what one row is, its key, and what stays in the warehouse.

What their columns mean stands in sql/vocabulary.csv, under their full names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Operation:
    """One operations table.

    Attributes:
        grain: What one row is, as the first line of a SQL model says it.
        key: The columns that name a row.
        hidden: Columns that never leave the warehouse.
    """

    grain: str
    key: tuple[str, ...]
    hidden: tuple[str, ...] = ()


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "ops.runs": Operation("One row per run that published.", ("run_id",)),
        "ops.batches": Operation(
            "One row per landed file and contract: its rows by what became of them, and its money.", ("batch_id",)
        ),
        "ops.batch_amounts": Operation(
            "One row per batch and amount column, in the file's own sign and unit.", ("batch_id", "column")
        ),
        "ops.rejects": Operation(
            "One row per rejected row and reason, without its text.",
            ("batch_id", "line", "field", "reason"),
            hidden=("raw",),
        ),
        "ops.checks": Operation(
            "One row per run, subject and rule: what was measured, and within which bounds it should be.",
            ("run_id", "scope", "subject", "rule"),
        ),
        "ops.exports": Operation("One row per run and file written for people.", ("run_id", "path")),
    }
)
