"""No feature, cohort or outcome of a date changes by what becomes known later, or by other dates built with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.extracts.contract import Contract
from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.settings import ScoreSettings, Settings
from mainstay.warehouse import ledger, loading, models
from tests.sql.office import SEEN, Office, contract
from tests.sql.outbound_week import follow_outbound
from tests.sql.risk_office import VALUES, cohort, months, new_office

AS_OF, LATER = "2022-11-30", "2022-12-31"
FIRMS = "ABCD"
RELATIONS = ("features.risk_features", "features.risk_cohort", "labels.outcomes")
SETTINGS = Settings(score=ScoreSettings.model_validate({"floor": 10}))


def named(target: str, *fields: str, **changes: object) -> Contract:
    """A contract of these fields."""
    columns = [{"field": field, "headings": [field]} for field in ("source_id", *fields)]
    return contract(target=target, columns=columns, **changes)


RECEIPTS = contract(across_files="version", key=["source_id", "month"])
CONTRACTS = {
    "receipts": RECEIPTS,
    "enterprises": named("enterprises", "in_from", delivery="full"),
    "outbound": named("outbound", "moved_on"),
    "signals": named("signals", "signal", "observed_on"),
    "visit_outcomes": named("visit_outcomes", "visited_on"),
    "service_requests": named("service_requests", "request_no", "requested_on"),
    "known_events": named("known_events", "matter", "month", "amount"),
    "monthly_values": VALUES,
    "alerts": named("alerts", "alert_no", "dispatched_on"),
    "leases": named("leases", "lease_to"),
}
DAYS = st.sampled_from(["2022-06-15", "2022-09-20", "2022-11-02", "2022-11-30", "2022-12-15"])
MONTHS = st.sampled_from(months("2021-11", 13))
NUMBERS = st.integers(1, 9)
ROWS = {
    "receipts": st.tuples(st.just("New"), st.just("1 Main St"), MONTHS, NUMBERS, NUMBERS),
    "enterprises": st.tuples(st.sampled_from(["2020-01-01", "2022-11-02"])),
    "outbound": st.tuples(DAYS),
    "signals": st.tuples(st.sampled_from(["controller_changed", "says_it_will_move"]), DAYS),
    "visit_outcomes": st.tuples(DAYS, st.just("phone"), st.sampled_from(["intends_to_move", "stays"])),
    "service_requests": st.tuples(NUMBERS, DAYS),
    "known_events": st.tuples(st.sampled_from(["split_or_merger", "market"]), MONTHS, st.integers(-9, 9)),
    "monthly_values": st.tuples(MONTHS, st.just("invoiced_value"), NUMBERS),
    "alerts": st.tuples(NUMBERS, DAYS),
    "leases": st.tuples(DAYS),
}
HEADINGS = {
    "receipts": "name,address,month,amount_total,amount_local",
    "enterprises": "in_from",
    "outbound": "moved_on",
    "signals": "signal,observed_on",
    "visit_outcomes": "visited_on,result,move_stance",
    "service_requests": "request_no,requested_on",
    "known_events": "matter,month,amount",
    "monthly_values": "month,measure,value",
    "alerts": "alert_no,dispatched_on",
    "leases": "lease_to",
}
Delivery = tuple[str, list[tuple[object, ...]]]


def one(target: str, rows: st.SearchStrategy[tuple[object, ...]]) -> st.SearchStrategy[Delivery]:
    """A delivery of one target: rows of some of the firms; of D only the register tells, so that somebody is there."""
    firms = st.tuples(st.sampled_from("ABCN")).flatmap(lambda firm: rows.map(lambda row: (*firm, *row)))
    return st.tuples(st.just(target), st.lists(firms, min_size=1, max_size=3, unique_by=lambda row: row[:2]))


EVERYTHING = st.tuples(*(one(target, rows) for target, rows in ROWS.items()))
"""One delivery of every target."""


def bring(office: Office, deliveries: Iterable[Delivery], known: str) -> None:
    """Deliver all of them at once, as known from one day on."""
    texts = {
        target: "\n".join([f"source_id,{HEADINGS[target]}", *(",".join(map(str, row)) for row in rows)])
        for target, rows in deliveries
    }
    if "enterprises" in texts:
        texts["enterprises"] += "\nD,2020-01-01"
    extracts = [office.extract(text, known, CONTRACTS[target]) for target, text in texts.items()]
    batches = loading.load_all(office.warehouse, extracts, SEEN)
    ledger.supersede(office.warehouse)
    ledger.identify(office.warehouse, one_namespace=True)
    ledger.settle(office.warehouse, batches, "accepted")


def open_office(office: Office) -> None:
    """Four firms at two sites that have paid for 28 months, each in its way."""
    rows = [
        f"{firm},Shop {firm},{place} Main St,{month},{amount},{amount}"
        for firm, place, pay in (("A", 1, "9 9 9 9"), ("B", 1, "9 7 5 3"), ("C", 2, "5 0 5 0"), ("D", 2, "1 2 3 4"))
        for month, amount in zip(months("2020-07", 28), pay.split() * 7, strict=True)
    ]
    office.deliver("\n".join(["source_id,name,address,month,amount_total,amount_local", *rows]), "2022-10-31", RECEIPTS)
    rows = [f"{firm},Shop {firm},1 Main St,2022-11,1,1" for firm in FIRMS]
    office.deliver("\n".join(["source_id,name,address,month,amount_total,amount_local", *rows]), AS_OF, RECEIPTS)


def seen(office: Office) -> dict[str, pl.DataFrame]:
    """What is known at the as-of date."""
    cohorts = pl.concat([cohort(*FIRMS, target=target) for target in ("decline", "relocation", "hidden_outflow")])
    office.build(AS_OF, settings=SETTINGS, hand_in={"cohorts": origin_cohorts(cohorts)})
    follow_outbound(office)
    frames = {relation: office.warehouse.read(relation) for relation in RELATIONS}
    return {relation: frame.sort(frame.columns[:5]) for relation, frame in frames.items()}


def changed(by_then: Sequence[Delivery], later: Sequence[Delivery]) -> list[str]:
    """The relations that tell something else of the as-of date once later rows are there."""
    with new_office() as office:
        open_office(office)
        bring(office, by_then, AS_OF)
        alone = seen(office)
        bring(office, later, LATER)
        together = seen(office)
        assert all(frame.height > 0 for frame in alone.values())
        return [relation for relation in RELATIONS if not alone[relation].equals(together[relation])]


@settings(max_examples=2)
@given(by_then=EVERYTHING, later=EVERYTHING)
def test_later_known_rows_change_no_feature_no_cohort_and_no_outcome(
    by_then: tuple[Delivery, ...], later: tuple[Delivery, ...]
) -> None:
    assert changed(by_then, later) == []


AMENDED: list[Delivery] = [("receipts", [("A", "Shop A", "1 Main St", "2022-09", 1, 1)])]


@pytest.mark.parametrize(
    ("relation", "told"),
    [("ledger.batches_as_known", set(RELATIONS)), ("ledger.filings_as_known", {"features.risk_features"})],
)
def test_a_model_that_reads_rows_of_the_future_is_found_out(
    relation: str, told: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = models.load_models(Path(__file__).parents[2] / "sql")
    known, any_day = "from ledger.accepted_batches_as_known", "from (from ledger.batches where status = 'accepted')"
    assert known in every[relation].sql
    blind = every | {relation: replace(every[relation], sql=every[relation].sql.replace(known, any_day))}
    monkeypatch.setattr(models, "load_models", partial(lambda known, _folder: known, blind))
    assert set(changed([], AMENDED)) == told
