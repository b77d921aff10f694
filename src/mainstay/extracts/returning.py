"""What is wrong in a returned form or table goes back to whoever sent it: a copy with the errors marked.

The copy holds only what has to be corrected, and nothing of it is loaded. Saved under its own name in landing/ it
comes in again like any delivery. It is a workbook in any case: a table of text cells keeps ids and runs no formula.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import openpyxl
import polars as pl
from openpyxl.workbook import Workbook

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import FileContent
from mainstay.extracts.marked_copies import Error, mark_form, marked_table
from mainstay.files import file_hash, replace_file

COPIES = pl.Schema({"path": pl.String(), "audience": pl.String(), "rows": pl.Int64(), "sha256": pl.String()})
"""One row per copy that was written, for the record of exports."""

GONE = "no longer in landing/"
REPLACED = "replaced in landing/ by another file of its name"

_AUDIENCE = "steward"
_STATED = datetime(2000, 1, 1)  # noqa: DTZ001 -- the format has no zone; a constant makes a rerun identical


@dataclass(frozen=True)
class Returned:
    """What became of the files with errors.

    Attributes:
        copies: One row a copy: `path` (review/ and its name), `audience`, `rows` (errors marked), `sha256`.
        failed: The files of which no copy could be written, and why, without data.
    """

    copies: pl.DataFrame
    failed: Mapping[str, str]


@dataclass(frozen=True)
class _Wrong:
    """One delivered file with errors: its batch, the file below landing/, its bytes as loaded, sheet and contract."""

    batch_id: int
    file: str
    sha256: str
    sheet: str
    contract: Contract
    errors: list[Error]


def return_errors(
    wrong: pl.DataFrame, landing: Path, review: Path, contracts: Mapping[str, Contract], sent: Mapping[str, int]
) -> Returned:
    """Write one marked copy per delivered file into `review/`; again only when more has turned out to be wrong.

    A copy is named by its contract's title and the batch, without a day, so that what comes back is known from the day
    it is first seen. A file that cannot be returned costs no week: it is told, and tried again in the next.

    Args:
        wrong: One row per error: `batch_id`, `file` (below landing/), `sha256`, `sheet`, `contract`, `line`, `field`
            (blank where the reason says it), `reason`.
        landing: The landing folder.
        review: Where the copies go; made if it is missing.
        contracts: By name.
        sent: Copies written before and how many errors each marked; a person may have taken them away since.
    """
    written: list[tuple[str, str, int, str]] = []
    failed: dict[str, str] = {}
    for one in _by_file(wrong, contracts):
        if len(one.errors) <= max((rows for copy, rows in sent.items() if _batch_mark(one) in copy), default=0):
            continue
        try:
            path = _write_copy(one, landing, review, contracts)
        except ExtractError as error:
            failed[one.file] = error.what
        except Exception as error:  # noqa: BLE001 -- a return is a courtesy; its message may quote data
            failed[one.file] = type(error).__name__
        else:
            written.append((f"{review.name}/{path.name}", _AUDIENCE, len(one.errors), file_hash(path)))
    return Returned(pl.DataFrame(written, schema=COPIES, orient="row"), MappingProxyType(failed))


def _by_file(wrong: pl.DataFrame, contracts: Mapping[str, Contract]) -> Iterable[_Wrong]:
    """The errors of each file; one whose contract is gone has been told of already, as one that is not loaded."""
    keys = ("batch_id", "file", "sha256", "sheet", "contract")
    for values, errors in wrong.sort("batch_id", "line").group_by(keys, maintain_order=True):
        batch_id, file, sha256, sheet, name = values
        if contract := contracts.get(str(name)):
            found = list(errors.select("line", "field", "reason").iter_rows())
            yield _Wrong(int(str(batch_id)), str(file), str(sha256), str(sheet or ""), contract, found)


def _batch_mark(one: _Wrong) -> str:
    return f"_退回_第{one.batch_id}批_"


def _write_copy(one: _Wrong, landing: Path, review: Path, contracts: Mapping[str, Contract]) -> Path:
    """Write the copy of one file, as a whole or not at all.

    Raises:
        ExtractError: the file is not what was loaded any more, or cannot be read again.
    """
    try:
        source = FileContent.read(landing / one.file)
    except FileNotFoundError:
        hint = "put it back, or ask the sender to correct it without a copy"
        raise ExtractError(GONE, where=one.file, hint=hint) from None
    if source.sha256 != one.sha256:
        raise ExtractError(REPLACED, where=one.file, hint="give each delivery a name of its own")
    book = _opened(source.data) if one.contract.format.header == "form" else None
    if book is not None:
        title = one.contract.title
        mark_form(book, source, one.errors, one.contract)
    else:
        title = _as_table(one.contract, contracts).title
        book = marked_table(source, one.sheet, one.errors, one.contract, title)
    book.properties.created = book.properties.modified = _STATED
    made = BytesIO()
    book.save(made)
    path = review / f"{title}{_batch_mark(one)}{len(one.errors)}处.xlsx"
    replace_file(path, made.getvalue())
    return path


def _opened(content: bytes) -> Workbook | None:
    """A workbook to mark, whatever its name says; None for one that can be read but not written (.xls, .ods)."""
    try:
        return openpyxl.load_workbook(BytesIO(content))
    except Exception:  # noqa: BLE001 -- of a format that it does not know it raises anything
        return None


def _as_table(contract: Contract, contracts: Mapping[str, Contract]) -> Contract:
    """The contract under which a form's records come in again as a plain table; its own where there is none."""
    if contract.format.header != "form":
        return contract
    tables = (c for c in contracts.values() if c.target == contract.target and c.format.header == "search")
    return next(tables, contract)
