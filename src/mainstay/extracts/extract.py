"""What reading a file gives: plain values that the warehouse loads."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Self

import polars as pl

from mainstay.extracts.contract import Contract


@dataclass(frozen=True)
class FileContent:
    """A file's name, and its bytes as they were read once: what is hashed is what is parsed."""

    name: str
    data: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file, whole.

        Raises:
            OSError: it is gone, or cannot be read.
        """
        return cls(path.name, path.read_bytes())

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True)
class AmountTally:
    """Where the money of one amount column went, exact, in the file's own sign and unit.

    `read` comes from a pass of its own over the raw text; loaded money is summed in the ledger, not here.
    """

    column: str
    unit: str
    read: Decimal
    rejected: Decimal
    duplicate: Decimal
    total_line: Decimal
    rows_unreadable: int


@dataclass(frozen=True)
class Extract:
    """One file (or sheet), read and typed under its contract.

    `rows`: one row per loaded line; `line`, `source_rows`, `flags`, every field of the target, `name_key`.
    `rejects`: one row per refused line: `line`, `field`, `reason`, `raw`.
    """

    sheet: str
    encoding: str
    rows: pl.DataFrame
    rejects: pl.DataFrame
    rows_read: int
    rows_rejected: int
    rows_duplicate: int
    rows_total_line: int
    rows_blank: int
    rows_preamble: int
    amounts: tuple[AmountTally, ...]
    total_line_differences: dict[str, Decimal]
    stated_knowledge: date | None


@dataclass(frozen=True)
class LandedFile:
    """One file in landing/: where, which bytes, and what its name and time say."""

    path: Path
    name: str
    sha256: str
    modified_at: datetime


@dataclass(frozen=True)
class Delivery:
    """A landed file under the one contract that it fits."""

    file: LandedFile
    contract: Contract
    partition: str
    covers: date | None
    declared_knowledge: date | None
