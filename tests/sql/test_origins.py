"""Looking at a ledger as it was: only what is needed is built, and a fingerprint says whether anything differs."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from mainstay.outbound.register import keep_register
from mainstay.resources import shipped
from mainstay.warehouse import models
from mainstay.warehouse.past import PastLedger, PythonStep
from tests.sql.office import Office, contract

PARTITION = {"pattern": "(?P<year>.{4})-(?P<month>..)"}
MONTHS = contract(delivery="replace_partition", partition=PARTITION, closing_lag_months=0)
WANTED = ["features.covered_months"]


@pytest.fixture
def past(office: Office) -> PastLedger:
    """An office that has received 2021-01 and 2021-02, each on the fifth of the month after."""
    office.deliver("source_id,month,amount_total\nA,2021-01,10", "2021-02-05", MONTHS, partition="2021-01")
    office.deliver("source_id,month,amount_total\nA,2021-02,20", "2021-03-05", MONTHS, partition="2021-02")
    register = PythonStep("features.outbound_facts", ("outbound_cases", "outbound_events"), keep_register, "1")
    return PastLedger(office.warehouse, models.load_models(shipped("sql")), {}, (register,))


def test_a_date_is_looked_at_with_what_was_known_then_and_nothing_else_is_built(past: PastLedger) -> None:
    february = past.as_known(date(2021, 2, 28), WANTED, {})["features.covered_months"]
    march = past.as_known(date(2021, 3, 31), WANTED, {})["features.covered_months"]
    assert february.rows() == [(date(2021, 2, 28), date(2021, 1, 1))]
    assert march["month"].to_list() == [date(2021, 1, 1), date(2021, 2, 1)]
    assert not past.warehouse.exists("features.covered_months"), "nothing of a past date is left behind"


def test_the_last_closed_month_is_told_at_every_date_at_which_receipts_were_known(past: PastLedger) -> None:
    told = past.closed_months([date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)])
    assert [(row["as_of_date"], row["last_closed"]) for row in told] == [
        (date(2021, 2, 28), date(2021, 1, 1)),
        (date(2021, 3, 31), date(2021, 2, 1)),
    ]
    assert past.known_between() == (date(2021, 2, 5), date(2021, 3, 5))
    assert past.newest_known() == date(2021, 3, 5)


def test_what_becomes_known_later_changes_no_earlier_fingerprint(office: Office, past: PastLedger) -> None:
    def prints() -> list[str]:
        return [past.fingerprint(day, WANTED, []) for day in (date(2021, 2, 28), date(2021, 3, 31))]

    before = prints()
    assert before[0] != before[1]
    assert prints() == before
    office.deliver("source_id,month,amount_total\nB,2021-02,5", "2021-03-20", MONTHS, partition="2021-02")
    after = prints()
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_another_code_between_the_models_is_another_past_of_what_rests_on_it_and_of_nothing_else(
    past: PastLedger,
) -> None:
    [register] = past.python_steps
    other = replace(past, python_steps=(replace(register, code="2"),))
    day = date(2021, 3, 31)

    def prints(one: PastLedger) -> list[str]:
        return [one.fingerprint(day, [wanted], []) for wanted in ("features.risk_cohort", *WANTED)]

    assert [before == after for before, after in zip(prints(past), prints(other), strict=True)] == [False, True]


def test_a_fingerprint_tells_what_is_handed_in_from_other_things(past: PastLedger) -> None:
    day, wanted = date(2021, 3, 31), ["features.risk_inputs"]

    def told(**tables: pl.DataFrame) -> PastLedger:
        return PastLedger(past.warehouse, past.sql, tables, past.python_steps)

    spans = pl.DataFrame({"span": ["recent"], "first_offset": [-2], "last_offset": [0]})
    first = told(score_spans=spans).fingerprint(day, wanted, [])
    assert told(score_spans=spans.with_columns(first_offset=-5)).fingerprint(day, wanted, []) != first
    assert told(score_spans=spans, cause_ticks=spans).fingerprint(day, wanted, []) == first, "no model reads it"
    assert told(score_spans=spans).fingerprint(day, wanted, ["cohorts of another origin"]) != first


def test_a_step_between_models_is_taken_where_a_wanted_relation_rests_on_it(past: PastLedger) -> None:
    needs = past.needed(["features.relocation_inputs"])
    assert "features.outbound_facts" in needs
    assert "features.outbound_facts" not in past.needed(WANTED)
    assert not any(name.startswith(("marts.", "gates.")) for name in needs)
