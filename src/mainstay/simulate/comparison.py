"""What a workspace found of the planted story: the end of a demo, in figures that anyone can check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from mainstay.months import last_day
from mainstay.simulate.extracts.refunds import CREDIT_REFUND_REASON
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.park import Park
from mainstay.simulate.visitors import TICKED_AS, planted_causes

_HALF_A_YEAR = timedelta(days=183)

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

    def of_week(relation: str) -> pl.DataFrame:
        return read(relation).filter(pl.col("as_of_date") == as_of)

    register, risk, lists = (
        of_week("marts.outbound_register"),
        of_week("marts.enterprise_risk"),
        of_week("marts.drop_lists"),
    )
    firms = {firm.uscc: firm for firm in park.firms if firm.in_park}
    told = as_of.replace(day=1) - timedelta(days=1)
    return [
        *_leaving(firms, register, told),
        _relocation(firms, risk, told),
        _declining(firms, lists, risk, told),
        _refunded(park, lists),
        *_causes(park, firms, of_week("marts.drop_list_inquiries")),
        _visits(of_week("marts.visits"), firms, register),
    ]


def _leaving(firms: Mapping[str, Firm], register: pl.DataFrame, told: date) -> list[Finding]:
    """Who left, came back or stayed by the last day that the extracts of the week tell of."""
    moved = {uscc for uscc, firm in firms.items() if firm.plot.move and firm.plot.move.moved_on <= told}
    back = {uscc for uscc, firm in firms.items() if firm.plot.back_on(told)}
    stays = {uscc for uscc, firm in firms.items() if firm.plot.retention and firm.plot.retention.stays_on <= told}
    outbound = _those(register.filter("is_outbound"))
    return [
        Finding("moved out", len(moved), len(moved & outbound), "in the outbound register"),
        Finding("came back", len(back), len(back & _in_state(register, "returned")), "returned, by its evidence"),
        Finding(
            "stays after all", len(stays), len(stays & _in_state(register, "retained")), "retained, by its evidence"
        ),
    ]


def _relocation(firms: Mapping[str, Firm], risk: pl.DataFrame, told: date) -> Finding:
    soon = {
        uscc
        for uscc, firm in firms.items()
        if firm.plot.move and timedelta() < firm.plot.move.moved_on - told <= _HALF_A_YEAR
    }
    graded = _graded(risk, "relocation")
    note = f"graded 高 or 中 for leaving; so are {len(graded - soon)} others"
    return Finding("leaves within 6 months", len(soon), len(soon & graded), note)


def _declining(firms: Mapping[str, Firm], lists: pl.DataFrame, risk: pl.DataFrame, told: date) -> Finding:
    """Decliners that stay in the park and pay less in the last month told of than they would."""
    lasting = {"M1", "M3", "R3", "C1"}
    declining = {
        uscc
        for uscc, firm in firms.items()
        if any(one.cause in lasting and one.kept(told.replace(day=1)) < 1 for one in firm.plot.stories)
    }
    seen = _those(lists) | _graded(risk, "decline")
    return Finding(
        "pays less than it would", len(declining), len(declining & seen), "on a drop list or graded 高 or 中"
    )


def _refunded(park: Park, lists: pl.DataFrame) -> Finding:
    """Places on a list of which planted credit refunds explain four fifths (DOMAIN section 4)."""
    refunds = [
        (refund.firm.uscc, refund.refunded_on, Decimal(refund.amount.city + refund.amount.district) / 100)
        for refund in park.refunds
        if refund.reason == CREDIT_REFUND_REASON
    ]
    planted = found = 0
    for row in lists.iter_rows(named=True):
        window = row["window_start"], last_day(row["window_end"])
        part = sum(
            amount for uscc, day, amount in refunds if uscc == row["enterprise_id"] and window[0] <= day <= window[1]
        )
        is_planted = part >= -row["natural_change"] * 4 / 5
        planted += is_planted
        found += is_planted and row["is_policy_drop"]
    return Finding("drop is a credit refund", planted, found, "places on a list, marked 政策性减收")


def _causes(park: Park, firms: Mapping[str, Firm], inquiries: pl.DataFrame) -> list[Finding]:
    told = inquiries.filter(pl.col("cause_confirmed").is_not_null()).unique("enterprise_id")
    rows = told.select("enterprise_id", "cause_confirmed", "last_visit_on").iter_rows()
    named = [(firms[uscc], words, visited_on) for uscc, words, visited_on in rows if uscc in firms]
    planted = [
        (words, [TICKED_AS[cause] for cause in planted_causes(firm, park, visited_on) if cause in TICKED_AS])
        for firm, words, visited_on in named
    ]
    right = sum(any(tick in words for tick in ticks) if ticks else "企业未说明" in words for words, ticks in planted)
    on_lists = inquiries["enterprise_id"].n_unique()
    return [
        Finding("on a drop list", on_lists, len(named), "inquired: a visit has named the cause"),
        Finding("cause named", len(named), right, "it is the planted one, or none is planted and none was told"),
    ]


def _visits(visits: pl.DataFrame, firms: Mapping[str, Firm], register: pl.DataFrame) -> Finding:
    scope = register.filter("in_scope")
    reached = scope.filter(pl.col("contacts") > 0).height
    spoken = visits.filter("is_contact", pl.col("enterprise_id").is_in(list(firms)))["enterprise_id"].n_unique()
    return Finding("moved within 12 months", scope.height, reached, f"contacted; {spoken} firms spoken to in all")


def _graded(risk: pl.DataFrame, target: str) -> set[str]:
    of_target = risk.filter(pl.col("target") == target, pl.col("horizon_months") == risk["horizon_months"].max())
    return _those(of_target.filter(pl.col("grade").is_in(["high", "medium"])))


def _in_state(register: pl.DataFrame, state: str) -> set[str]:
    return _those(register.filter(pl.col("state") == state))


def _those(rows: pl.DataFrame) -> set[str]:
    return set(rows["enterprise_id"])
