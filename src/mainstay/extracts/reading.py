"""Reading a landed file: what it is, which contract it fits, and the whole of it typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Contract
from mainstay.extracts.decoding import decode, decode_head, refuse_nul
from mainstay.extracts.extract import Extract, FileContent
from mainstay.extracts.forms import form_misfit, read_forms
from mainstay.extracts.header import Layout, locate, refuse_personal
from mainstay.extracts.normalising import BLANKS
from mainstay.extracts.parsing import parse
from mainstay.extracts.records import Record, Records, split_head, split_text
from mainstay.extracts.workbook_reader import read_sheet, sheet_heads

FileKind = Literal["csv", "xlsx", "xls"]

_HEAD_BYTES = 1 << 18
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml")


@dataclass(frozen=True)
class Probe:
    """A look at the beginning of a file.

    Attributes:
        kind: What the content is, whatever the extension says.
        encoding: What the first bytes look like; empty for a workbook, or where nothing fits.
        heads: The first records of each sheet by its name; of a text, with commas, under an empty name.
        head: The first bytes of a text, for another delimiter or encoding.
    """

    kind: FileKind
    encoding: str
    heads: Mapping[str, list[Record]]
    head: bytes


def probe(content: FileContent) -> Probe:
    """Look at the beginning of a file; the content decides, not the extension.

    Raises:
        ExtractError: the file is empty, is no table, cannot be opened, or its headings name identity documents.
    """
    head = content.data[:_HEAD_BYTES]
    kind = _kind(head, content.name)
    if kind != "csv":
        looked_at = Probe(kind, "", sheet_heads(content.data, content.name), b"")
    else:
        text, encoding = decode_head(head, "auto")
        refuse_nul(head, text, content.name)
        looked_at = Probe(kind, encoding, {"": _split(text, ",", head)}, head)
    if not any(cell.strip(BLANKS) for records in looked_at.heads.values() for record in records for cell in record):
        raise ExtractError("the file is empty or not a table", where=content.name, hint="ask for it again")
    for records in looked_at.heads.values():
        refuse_personal(records, content.name)
    return looked_at


def misfit(probe: Probe, contract: Contract) -> str:
    """Why a file does not have a contract's shape, in one sentence; empty where it has."""
    if contract.format.header == "form":
        return "a form is a workbook" if probe.kind == "csv" else form_misfit(probe.heads, contract)
    reasons = {sheet: _misfit(head, contract) for sheet, head in _heads(probe, contract).items()}
    if contract.format.sheet is not None and probe.kind != "csv":
        return reasons.get(contract.format.sheet, f"there is no sheet '{contract.format.sheet}'")
    if not reasons or "" in reasons.values():
        return "" if reasons else "there is no sheet with anything in it"
    return next(iter(reasons.values()))


def read_extract(content: FileContent, contract: Contract) -> Extract:
    """Read a whole file under a contract.

    Raises:
        ExtractError: the file as a whole cannot be read: damaged, of another encoding or shape, with headings
            missing, with two sheets that fit, or with persons' identity numbers; no taxpayer data are in the message.
        ContractError: a constant of the contract cannot be read as its field's kind.
    """
    looked_at = probe(content)
    where = f"{content.name}, contract '{contract.name}'"
    if contract.format.header == "form":
        return parse(*_located(read_forms(content.data, contract, where), contract, where), contract, "")
    if looked_at.kind != "csv":
        sheet = _sheet(looked_at, contract, where)
        return parse(*_located(read_sheet(content.data, sheet, where), contract, where), contract, "")
    text, encoding = decode(content.data, contract.format.encoding, where)
    records = split_text(text, contract.format.delimiter, where)
    return parse(*_located(records, contract, where), contract, encoding)


def _located(records: Records, contract: Contract, where: str) -> tuple[Records, Layout]:
    refuse_personal(records.head, where)
    return records, locate(records.head, contract, where)


def _kind(head: bytes, where: str) -> FileKind:
    if not head:
        raise ExtractError("the file is empty", where=where, hint="ask for it again")
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        return "xls"
    if head.lstrip().lower().startswith(_MARKUP):
        raise ExtractError(
            "the file is a web page, not a table",
            where=where,
            hint="open it in a spreadsheet program and save it as .xlsx or .csv",
        )
    return "csv"


def _heads(probe: Probe, contract: Contract) -> Mapping[str, list[Record]]:
    """The first records of each sheet, as the contract would read them."""
    if probe.kind != "csv":
        return probe.heads
    text = decode_head(probe.head, contract.format.encoding).text
    return {"": _split(text, contract.format.delimiter, probe.head)}


def _split(text: str, delimiter: str, head: bytes) -> list[Record]:
    return split_head(text, delimiter, is_cut=len(head) == _HEAD_BYTES)


def _misfit(head: list[Record], contract: Contract) -> str:
    try:
        locate(head, contract, "")
    except ExtractError as error:
        return error.what
    return ""


def _sheet(probe: Probe, contract: Contract, where: str) -> str:
    """The sheet to read: the contract's, else the only one that fits."""
    named = contract.format.sheet
    if named is not None and named not in probe.heads:
        raise ExtractError(
            f"there is no sheet '{named}' with anything in it",
            where=where,
            example=f"sheets: {', '.join(probe.heads)}",
            hint="correct format.sheet in the contract",
        )
    reasons = {sheet: _misfit(head, contract) for sheet, head in probe.heads.items()}
    fitting = [named] if named is not None else [sheet for sheet, reason in reasons.items() if not reason]
    if len(fitting) > 1:
        raise ExtractError(
            "two sheets fit the contract",
            where=where,
            example=", ".join(fitting),
            hint="name the right one in format.sheet",
        )
    if not fitting:
        raise ExtractError("no sheet fits the contract", where=where, example=next(iter(reasons.values())))
    return fitting[0]
