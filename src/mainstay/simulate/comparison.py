"""What a workspace found of the planted story: the end of a demo, in figures that anyone can check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from mainstay.simulate.firms import Firm
from mainstay.simulate.park import Park
from mainstay.simulate.visitors import TICKED_AS, planted_causes

Read = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Finding:
    """One line: what was planted, how many of them, how many were found, and what that means."""

    subject: str
    planted: int
    found: int
    note: str


def compare(park: Park, read: Read, as_of: date) -> list[Finding]:
    """Hold the published end state against the planted story.

    Args:
        park: The simulated park.
        read: Returns a relation of the snapshot by its name.
        as_of: The week's date.

    Returns:
        One line per part of the story, in the order of the work: who left, who may leave, who declines, and why.
    """
    register = read("marts.outbound_register").filter(pl.col("as_of_date") == as_of)
    firms = {firm.uscc: firm for firm in park.firms if firm.in_park}
    return [
        *_leaving(firms, register, as_of),
        _relocation(firms, read("marts.enterprise_risk"), as_of),
        *_declining(park, firms, read("marts.drop_lists"), read("marts.enterprise_risk"), as_of),
        *_causes(park, firms, read("marts.drop_list_inquiries"), as_of),
        _visits(read("marts.visits"), firms, register),
    ]


def _leaving(firms: Mapping[str, Firm], register: pl.DataFrame, as_of: date) -> list[Finding]:
    moved = {uscc for uscc, firm in firms.items() if firm.plot.move and firm.plot.move.moved_on <= as_of}
    back = {uscc for uscc, firm in firms.items() if firm.plot.back_on(as_of)}
    stays = {u for u, firm in firms.items() if firm.plot.retention and firm.plot.retention.stays_on <= as_of}
    return [
        Finding(
            "moved out", len(moved), len(moved & _those(register.filter("is_outbound"))), "in the outbound register"
        ),
        Finding("came back", len(back), len(back & _in_state(register, "returned")), "state returned, by its evidence"),
        Finding(
            "retained", len(stays), len(stays & _in_state(register, "retained")), "state retained, by its evidence"
        ),
    ]


def _relocation(firms: Mapping[str, Firm], risk: pl.DataFrame, as_of: date) -> Finding:
    soon = {
        uscc
        for uscc, firm in firms.items()
        if firm.plot.move and as_of < firm.plot.move.moved_on and (firm.plot.move.moved_on - as_of).days <= 183  # noqa: PLR2004 -- half a year
    }
    graded = _those(_scores(risk, "relocation", as_of).filter(pl.col("grade").is_in(["high", "medium"])))
    others = len(graded - soon)
    return Finding("leaves within 6 months", len(soon), len(soon & graded), f"graded 高 or 中; {others} others are too")


def _declining(
    park: Park, firms: Mapping[str, Firm], lists: pl.DataFrame, risk: pl.DataFrame, as_of: date
) -> list[Finding]:
    """Decliners that stay: those whose drop is under way in the list's window, by planted money not by sight."""
    declining = {uscc for uscc, firm in firms.items() if firm.plot.move is None and _drops_now(firm, as_of)}
    listed = _those(lists.filter(pl.col("as_of_date") == as_of))
    graded = _those(_scores(risk, "decline", as_of).filter(pl.col("grade").is_in(["high", "medium"])))
    refunded = {uscc for uscc, firm in firms.items() if planted_causes(firm, park, as_of)[:1] == ["P1"]}
    ordered = _those(lists.filter(pl.col("as_of_date") == as_of, ~pl.col("is_policy_drop")))
    return [
        Finding("declining", len(declining), len(declining & (listed | graded)), "on a drop list or graded 高 or 中"),
        Finding(
            "credit refund", len(refunded & listed), len((refunded & listed) - ordered), "on a list and marked 政策性"
        ),
    ]


def _drops_now(firm: Firm, as_of: date) -> bool:
    month = as_of.replace(day=1)
    return any(story.cause in {"M1", "M3", "R3", "C1"} and story.kept(month) < 1 for story in firm.plot.stories)


def _causes(park: Park, firms: Mapping[str, Firm], inquiries: pl.DataFrame, as_of: date) -> list[Finding]:
    told = inquiries.filter(pl.col("as_of_date") == as_of, pl.col("cause_confirmed").is_not_null())
    rows = told.unique("enterprise_id").select("enterprise_id", "cause_confirmed", "last_visit_on").iter_rows()
    known = [(uscc, words, visited_on) for uscc, words, visited_on in rows if uscc in firms]
    planted = [
        (words, [TICKED_AS[cause] for cause in planted_causes(firms[uscc], park, visited_on) if cause in TICKED_AS])
        for uscc, words, visited_on in known
    ]
    right = sum(any(tick in words for tick in ticks) if ticks else "企业未说明" in words for words, ticks in planted)
    on_lists = inquiries.filter(pl.col("as_of_date") == as_of)["enterprise_id"].n_unique()
    return [
        Finding("firms on the lists", on_lists, len(known), "inquired: a visit has named the cause"),
        Finding("causes named", len(known), right, "name the planted cause"),
    ]


def _visits(visits: pl.DataFrame, firms: Mapping[str, Firm], register: pl.DataFrame) -> Finding:
    scope = register.filter("in_scope")
    reached = scope.filter(pl.col("contacts") > 0).height
    spoken = visits.filter("is_contact", pl.col("enterprise_id").is_in(list(firms)))["enterprise_id"].n_unique()
    return Finding("moved within 12 months", scope.height, reached, f"contacted; {spoken} firms spoken to in all")


def _scores(risk: pl.DataFrame, target: str, as_of: date) -> pl.DataFrame:
    return risk.filter(pl.col("target") == target, pl.col("horizon_months") == 12, pl.col("as_of_date") == as_of)  # noqa: PLR2004 -- a horizon of the scores


def _in_state(register: pl.DataFrame, state: str) -> set[str]:
    return _those(register.filter(pl.col("state") == state))


def _those(rows: pl.DataFrame) -> set[str]:
    return set(rows["enterprise_id"])
