"""The planted truth: what a reader of the simulated files has to find."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mainstay.simulate.firms import Firm
from mainstay.simulate.refunds import CREDIT_REFUND_REASON, Refund
from mainstay.simulate.table import money_text


@dataclass(frozen=True)
class PlantedFile:
    """The accounting of one written file: rows_read is the sum of the five kinds; titles are preamble.

    `rows_natural_person` are among the loaded ones: a reader sums them. `loaded` is money by column of the
    contract's target, in cents and in the file's sign, over the loaded rows.
    """

    file: str
    contract: str
    month: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int = 0
    rows_duplicate: int = 0
    rows_total_line: int = 0
    rows_blank: int = 0
    rows_preamble: int = 0
    rows_natural_person: int = 0
    loaded: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return it with money in yuan, as text."""
        money = {column: _yuan(cents) for column, cents in self.loaded.items()}
        return {**asdict(self), "loaded": money}


def planted_declines(firms: Iterable[Firm], refunds: Iterable[Refund]) -> list[dict[str, object]]:
    """Return one entry per planted decline: enterprise, cause code, first and last month, part that stays."""
    entries: list[dict[str, object]] = [
        {
            **_who(firm),
            "cause": story.cause,
            "first_month": f"{story.first:%Y-%m}",
            "last_month": story.last and f"{story.last:%Y-%m}",
            "keeps": round(story.keeps, 4),
            "one_off_local": _yuan(round(firm.annual_local * story.one_off)),
        }
        for firm in firms
        for story in firm.plot.stories
    ]
    return entries + [
        {
            **_who(refund.firm),
            "cause": "P1",
            "first_month": f"{refund.refunded_on:%Y-%m}",
            "last_month": f"{refund.refunded_on:%Y-%m}",
            "keeps": 1.0,
            "one_off_local": _yuan(refund.amount.city + refund.amount.district),
        }
        for refund in refunds
        if refund.reason == CREDIT_REFUND_REASON
    ]


def planted_moves(firms: Iterable[Firm]) -> list[dict[str, object]]:
    """Return one entry per firm that leaves: day, kind, destination, whether the city loses too."""
    return [
        {
            **_who(firm),
            "moved_on": firm.plot.move.moved_on.isoformat(),
            "kind": firm.plot.move.kind,
            "destination": firm.plot.move.destination,
            "leaves_city": firm.plot.move.leaves_city,
        }
        for firm in firms
        if firm.plot.move is not None
    ]


def write_truth(path: Path, truth: Mapping[str, object], files: Iterable[PlantedFile]) -> None:
    """Write the truth as JSON beside the extracts, never among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {**truth, "files": [file.as_json() for file in files]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _who(firm: Firm) -> dict[str, object]:
    return {"enterprise_id": firm.uscc, "name": firm.name}


def _yuan(cents: int) -> str:
    return f"-{_yuan(-cents)}" if cents < 0 else money_text(cents, thousands=False)
