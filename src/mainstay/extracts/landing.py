"""What lies in landing/: which files are new, which contract each fits, and what its name says of its time."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Delivery, Extract, FileContent, LandedFile
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.files import file_hash
from mainstay.months import add_months, last_day


@dataclass(frozen=True)
class Quarantined:
    """A landed file that is not loaded, and why; listed every run until it is removed or ignored."""

    file: str
    reason: str


def scan(landing: Path, ignore: tuple[str, ...]) -> tuple[LandedFile, ...]:
    """Every file below landing/, at any depth, but hidden ones and those that the settings ignore; by name."""
    found = []
    for path in sorted(p for p in landing.rglob("*") if p.is_file()):
        name = path.relative_to(landing).as_posix()
        if any(part.startswith((".", "~$")) for part in path.relative_to(landing).parts):
            continue
        if any(fnmatchcase(name, pattern) for pattern in ignore):
            continue
        # A file that was moved away since the folder was listed is not there.
        with suppress(FileNotFoundError):
            modified_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            found.append(LandedFile(path=path, name=name, sha256=file_hash(path), modified_at=modified_at))
    return tuple(found)


def sort_out(
    files: Iterable[LandedFile], contracts: tuple[Contract, ...], known: pl.DataFrame, today: date
) -> tuple[tuple[Delivery, ...], tuple[Quarantined, ...]]:
    """Split landed files into those to load, in the order in which they became known, and those that cannot be.

    The same bytes under the same contract are loaded once. A batch that its own gate refused is tried again when
    its contract has changed.

    Args:
        files: What lies in landing/.
        contracts: The workspace's contracts.
        known: One row per batch: `sha256`, `contract`, `contract_fingerprint`, `status`, `note`.
        today: Against which a contract expires.
    """
    by_name = {contract.name: contract for contract in contracts}
    earlier = {row["sha256"]: row for row in known.iter_rows(named=True)}
    deliveries, quarantined = [], []
    seen: set[str] = set()
    for file in files:
        settled = _settled(earlier.get(file.sha256), by_name)
        if settled is not None:
            quarantined += [Quarantined(file.name, settled)] if settled else []
            continue
        if file.sha256 in seen:
            continue
        try:
            deliveries.append(match(file, contracts, today))
            seen.add(file.sha256)
        except ExtractError as error:
            quarantined.append(Quarantined(file.name, _one_line(error)))
    ordered = sorted(deliveries, key=lambda d: (d.declared_knowledge or d.file.modified_at.date(), d.file.name))
    return tuple(ordered), tuple(quarantined)


def read_each(deliveries: Iterable[Delivery], quarantined: list[Quarantined]) -> Iterator[tuple[Delivery, Extract]]:
    """Read the files one by one; one that cannot be read joins the quarantined and the rest go on."""
    for delivery in deliveries:
        try:
            yield delivery, _read(delivery)
        except ExtractError as error:
            quarantined.append(Quarantined(delivery.file.name, _one_line(error)))


def _read(delivery: Delivery) -> Extract:
    extract = read_extract(_content(delivery.file), delivery.contract)
    if delivery.contract.knowledge.source == "column" and extract.stated_knowledge is None:
        raise ExtractError("no row has a knowledge date", hint="fill the column that the contract names")
    return extract


def _content(file: LandedFile) -> FileContent:
    """The bytes that `scan` hashed, read again.

    Raises:
        ExtractError: they are other bytes by now; the next run takes the file as it is then.
    """
    try:
        content = FileContent.read(file.path)
    except FileNotFoundError:
        raise ExtractError("the file is no longer in landing/", hint="it was moved away during the run") from None
    if content.sha256 != file.sha256:
        raise ExtractError(
            "the file changed during the run",
            where=file.name,
            hint="it may still be being copied; nothing of it is loaded, the next run reads it again",
        )
    return content


def _settled(batch: dict[str, str] | None, contracts: dict[str, Contract]) -> str | None:
    """What is decided of bytes that were loaded before: "" for done, a reason for quarantined, None for load them."""
    if batch is None:
        return None
    contract = contracts.get(batch["contract"])
    if batch["status"] != "quarantined":
        # Loading them again under another name would count the same money twice.
        return (
            "" if contract else f"already loaded under the contract '{batch['contract']}', which is gone; bring it back"
        )
    return batch["note"] if contract and contract.fingerprint == batch["contract_fingerprint"] else None


def _one_line(error: ExtractError) -> str:
    return "; ".join(part for part in (error.what, error.example, error.hint) if part)


def match(file: LandedFile, contracts: Iterable[Contract], today: date) -> Delivery:
    """Find the one contract that a file fits.

    Raises:
        ExtractError: no contract fits, two do, the one that does has expired, or the name lacks its period.
    """
    named = [c for c in contracts if any(fnmatchcase(file.path.name, pattern) for pattern in c.match.files)]
    looked_at = probe(_content(file))
    misfits = {contract.name: misfit(looked_at, contract) for contract in named}
    fitting = [contract for contract in named if not misfits[contract.name]]
    if not fitting:
        near = "; ".join(f"{name}: {reason}" for name, reason in misfits.items())
        raise ExtractError(
            "the file matches no contract",
            where=file.name,
            example=near or "no contract expects a file of this name",
            hint="write a contract for it, or name it in [landing] ignore",
        )
    if len(fitting) > 1:
        raise ExtractError(
            "the file matches two contracts",
            where=file.name,
            example=", ".join(contract.name for contract in fitting),
            hint="narrow [match] files in one of them",
        )
    contract = fitting[0]
    if contract.is_expired(today):
        raise ExtractError(
            "the contract has expired",
            where=f"{file.name}, contract '{contract.name}', expires_on {contract.expires_on}",
            hint="renew the agreement and its date in the contract",
        )
    return _delivery(file, contract)


def _delivery(file: LandedFile, contract: Contract) -> Delivery:
    partition, covers = ("*" if contract.delivery == "full" else file.sha256), None
    if contract.partition is not None:
        period = _date_in_name(file, contract, contract.partition.pattern).replace(day=1)
        covers = add_months(period, contract.partition.covers)
        partition = f"{period:%Y-%m}"
    return Delivery(
        file=file,
        contract=contract,
        partition=partition,
        covers=covers,
        declared_knowledge=_knowledge(file, contract),
    )


def _knowledge(file: LandedFile, contract: Contract) -> date | None:
    """The knowledge date that name or file time declare; None where a column states it or nothing does."""
    knowledge = contract.knowledge
    if knowledge.source == "column":
        return None
    if knowledge.source == "file_time":
        return file.modified_at.date()
    assert knowledge.pattern is not None  # noqa: S101 -- the contract's validator has seen to it
    if knowledge.otherwise == "first_seen" and not re.search(knowledge.pattern, file.path.name):
        return None
    return _date_in_name(file, contract, knowledge.pattern, offset_days=knowledge.offset_days)


def _date_in_name(file: LandedFile, contract: Contract, pattern: str, *, offset_days: int = 0) -> date:
    """The day that a pattern finds in a file's name; a month stands for its last day plus the offset."""
    found = re.search(pattern, file.path.name)
    try:
        groups = found.groupdict() if found else {}
        year, month = int(groups["year"]), int(groups["month"])
        if groups.get("day"):
            return date(year, month, int(groups["day"]))
        return last_day(date(year, month, 1)) + timedelta(days=offset_days)
    except (KeyError, ValueError) as error:
        raise ExtractError(
            "the file's name does not say its period",
            where=f"{file.name}, contract '{contract.name}'",
            hint=f"the contract reads it with the pattern {pattern}",
        ) from error
