"""The page of a visit form as data: what stands in which line, of which height, and what may be answered.

Labels and words are those of the contract under which the form is read back: the two cannot drift apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mainstay.extracts.contract import Column, Contract
from mainstay.extracts.targets import CAUSE_TICKS

Kind = Literal["text", "word", "date", "tenths", "money"]

PAIRS = 3
"""Pairs of label and answer beside each other: an answer stands right of its label, or nobody finds it again."""


@dataclass(frozen=True)
class Line:
    """A line of one to three pairs of label and answer; the last answer takes what room is left. Points, fields."""

    height: int
    fields: tuple[str, ...]

    def spans(self) -> tuple[tuple[str, int, int], ...]:
        """Each field with the first and the last column of its answer, from 0; its label stands before the first."""
        last = len(self.fields) - 1
        return tuple(
            (field, 2 * n + 1, 2 * PAIRS - 1 if n == last else 2 * n + 1) for n, field in enumerate(self.fields)
        )


@dataclass(frozen=True)
class Band:
    """A heading over lines, with a remark for those who fill them in; the words to choose from follow it."""

    title: str
    remark: str = ""
    words_of: tuple[str, ...] = ()
    remark_height: int = 13


SHOWN: Mapping[str, str] = {
    "address": "企业地址",
    "visit_reason": "走访事由",
    "visit_questions": "了解事项",
}
"""What the page says beside the prefilled fields of the contract: field -> label, none of them the contract's."""

# Points; with title and closing line they fill A4 portrait within the margins. Lines to write in leave room for a pen.
PAGE: tuple[Line | Band, ...] = (
    Line(24, ("order_id", "source_id")),
    Line(30, ("name",)),
    Line(30, ("address",)),
    Line(30, ("visit_reason",)),
    Line(50, ("visit_questions",)),
    Band("走访情况", words_of=("result",)),
    Line(24, ("visited_on", "result", "lead")),
    Line(24, ("department", "contact")),
    Line(80, ("explanation",)),
    Line(28, ("evidence",)),
    Band(
        "收入变化原因", "对应项填成数（1 至 10）：主因一项，其他不超过两项，合计不超过十成；最大的一项为主因，不能并列"
    ),
    Line(22, ("cause_orders", "cause_refund", "cause_deferral")),
    Line(22, ("cause_one_off", "cause_move", "cause_group")),
    Line(22, ("cause_timing", "cause_data", "cause_unstated")),
    Band("诉求与协调", words_of=("request_result",)),
    Line(60, ("request",)),
    Line(24, ("request_department", "request_due_on", "request_result")),
    Band("全年预计与后续安排", words_of=("visitor_view", "move_stance", "next_step"), remark_height=24),
    Line(28, ("firm_estimate", "visitor_view", "move_stance")),
    Line(24, ("destination",)),
    Line(24, ("next_step", "owner", "due_on")),
)


def labels(contract: Contract) -> dict[str, str]:
    """The label of each field: the contract's first heading, or our own for what is only shown."""
    return {**SHOWN, **{column.canonical: column.headings[0] for column in contract.columns if column.headings}}


def words(column: Column) -> list[str]:
    """The words offered for a closed column: the first that its contract has for each value."""
    first: dict[str, str] = {}
    for word, value in column.values.items():
        first.setdefault(value, word)
    return list(first.values())


def kind_of(column: Column, contract: Contract) -> Kind:
    """How the answer to a field is written down."""
    if column.canonical in CAUSE_TICKS:
        return "tenths"
    if column.closed:
        return "word"
    kind = contract.kind_of(column)
    return "date" if kind == "date" else "money" if kind == "money" else "text"


def remark(band: Band, contract: Contract) -> str:
    """The line below a band's title: a form printed on paper has no drop-downs, so the words stand here."""
    columns = {column.canonical: column for column in contract.columns}
    named = labels(contract)
    listed = [f"{named[f]}：{' / '.join(words(columns[f]))}" for f in band.words_of if f in columns]
    return "；".join(part for part in (band.remark, *listed) if part)
