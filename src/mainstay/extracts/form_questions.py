"""The questions of the visit form as data (`seeds/visit_form.toml`): what is asked, where, and how an answer is read.

Ledger columns, both built-in contracts of visits, the printed page and the spreadsheet's hints follow from them.
"""

import dataclasses
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mainstay.resources import shipped


@dataclass(frozen=True)
class Question:
    """One question; the keys are explained at the top of the file."""

    field: str
    label: str
    doc: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = "text"
    words: dict[str, str] = dataclasses.field(default_factory=dict)
    table_takes_any_word: bool = False
    unit: str = "元"
    required: bool = False
    prefilled: bool = False
    asked: str = ""
    band: str = ""
    line: int = 1
    height: int = 0
    cause_code: str = ""
    only: Literal["", "page", "table"] = ""

    def column(self, *, in_form: bool) -> dict[str, Any]:
        """The column of a contract that reads the answer, as a contract's file would state it.

        Args:
            in_form: Whether the contract reads forms; in a plain table any column may be missing but the key's.
        """
        stated: dict[str, Any] = {
            "field": self.field,
            "headings": [self.label, *([] if in_form else self.aliases)],
            "unit": self.unit,
            "values": self.words,
            "closed": bool(self.words) and (in_form or not self.table_takes_any_word),
        }
        if self.kind == "uscc":
            stated["kind"] = "uscc"
        if self.required:
            stated["required"] = True
        return stated | ({"prefilled": self.prefilled} if in_form else {"optional": self.field not in KEY})


@dataclass(frozen=True)
class Heading:
    """A heading of the page with a remark for those who fill in what stands under it; heights in points."""

    title: str
    remark: str = ""
    remark_height: int = 13


@dataclass(frozen=True)
class Form:
    """The whole form: its headings, in the order of the page, and its questions, in that of the ledger's columns."""

    bands: tuple[Heading, ...]
    questions: tuple[Question, ...]

    def columns(self, *, in_form: bool) -> list[dict[str, Any]]:
        """The columns of the contract of forms, or of that of plain tables."""
        elsewhere = {"page", "table"} if in_form else {"page"}
        return [one.column(in_form=in_form) for one in self.questions if one.only not in elsewhere]


KEY = ("source_id", "visited_on")
"""What an outcome cannot be told apart without."""


@cache
def read_form(seeds: Path) -> Form:
    """Read `visit_form.toml` of a folder of reference tables."""
    stated = tomllib.loads((seeds / "visit_form.toml").read_text("utf-8"))
    questions = (one | {"aliases": tuple(one.get("aliases", ()))} for one in stated["questions"])
    return Form(tuple(Heading(**one) for one in stated["bands"]), tuple(Question(**one) for one in questions))


FORM = read_form(shipped("seeds"))
"""The shipped form."""
