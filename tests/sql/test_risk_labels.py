"""What became of a cohort: each target, each reason why it is unknown, and who was spoken to."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from mainstay.outbound.register import district_authorities
from mainstay.risk.prediction_targets import ORIGIN_COHORTS, OUTCOMES, origin_cohorts
from tests.sql.office import Office, contract
from tests.sql.outbound_week import ELSEWHERE, HERE, receipts
from tests.sql.risk_office import ORIGIN, VALUES, cohort, new_office, pay

WORDS = district_authorities(["模拟区"])
IN_TIME, LATER = "2022-10-31", "2022-11-30"
DATES = (ORIGIN.isoformat(), "2022-09-29", "2022-10-29", "2022-10-30", IN_TIME, LATER)
PAYER = "K 2021-06 " + "9 " * 17
"""Somebody pays in every month from June 2021 to October 2022, so that all of them are covered."""
DECLINERS = ("Down", "Level", "Up", "Silent", "Unknown", "Early", "Corrected", "A", "B", "C", "D", "E", "F", "G")
SPOKEN_TO = ("V", "W", "X", "Y", "Z")
MERGED = ("Split", "Before", "tax:Old", "New")
MOVERS = ("M", "N", "O", "P", "Q", "R", "S", "T", "Stays", "Authority", "Here")
HIDERS = ("Holds", "Falls", "Normal", "Blind", "Turnover", "Partial")


def deliver_receipts(office: Office) -> None:
    """One line a firm: who declines, ends, merges or moves."""
    pay(
        office,
        "2022-10-05",
        PAYER,
        "Down 2022-07 60 60 60",
        "Level 2022-07 70 70 70",
        "Up 2022-07 300 300 300",
        "Unknown 2022-07 100 ? 100",
        "Early 2022-06 ? 100 100 100",
        "Corrected 2022-07 60 60 60",
        "Split 2022-07 1 1 1",
        "Before 2022-07 1 1 1",
        "M 2022-07 100",
    )
    pay(office, LATER, "Corrected 2022-09 40")
    pay(
        office,
        "2022-10-05",
        "A 2022-06 100 100 @ 1 Main St Ste 100",
        "a 2022-05 1 @ 1 Main St #200",
        "B 2022-06 100 @ 2 Main St",
        "b 2022-10 1 @ 2 MAIN ST. Suite 9",
        "C 2022-06 100 @ 3 Main St",
        "c 2022-04 1 @ 3 Main St",
        "D 2022-06 100 @ 4 Main St",
        "d 2022-08 1 @ 44 Main St",
        "E 2022-06 100 9 9 9 @ 5 Main St",
        "e 2022-08 1 @ 5 Main St",
        "F 2022-06 100 @ 石龙路1号楼３层301室",
        "f 2022-08 1 @ 石龙路1号楼 5层",
        "G 2022-06 100 @ 6 Main St",
        "g 2022-08 1 @ 6 Main St",
        *(f"g{number} 2022-06 5 @ 6 Main St" for number in range(10)),
    )
    pay(
        office,
        "2022-10-05",
        "Holds 2021-07 100 100 100 total=1000",
        "Holds 2022-07 50 50 50 total=900",
        "Falls 2021-07 100 100 100 total=1000",
        "Falls 2022-07 50 50 50 total=899",
        "Normal 2021-07 100 100 100 total=1000",
        "Normal 2022-07 90 90 90 total=1000",
        "Blind 2021-07 100 100 100 total=?",
        "Blind 2022-07 50 50 50 total=?",
        "Turnover 2021-07 100 100 100 total=?",
        "Turnover 2022-07 50 50 50 total=?",
        "Partial 2022-07 100 100 100",
    )
    here = f"Authority,2022-06,{HERE},9,9 Authority,2022-08,{ELSEWHERE},9,9 Authority,2022-09,{HERE},9,9"
    receipts(office, f"{here} Here,2022-06,{HERE},9,9", "2022-10-05")


def deliver_facts(office: Office) -> None:
    """Moves, registers, turnover, mergers and visits."""
    columns = [{"field": name, "headings": [name]} for name in ("source_id", "matter", "month", "amount")]
    known_events = contract(target="known_events", columns=columns)
    events = "Split,split_or_merger,2022-09,0 Before,split_or_merger,2022-05,0"
    office.deliver("\n".join(["source_id,matter,month,amount", *events.split()]), "2022-10-05", known_events)
    office.deliver("name,month,amount_total,amount_local\nOld,2022-06,5,5", "2022-06-30")
    office.deliver("source_id,name,month,amount_total,amount_local\nNew,Old,2022-09,5,5", "2022-10-05")
    moves = (
        "M,2022-08-15,whole N,2022-06-30, O,2022-09-30, P,2022-10-01, S,2022-08-15,partial Partial,2022-08-01,partial"
    )
    office.deliver(
        "\n".join(["source_id,moved_on,move_kind", *moves.split()]), "2022-10-05", contract(target="outbound")
    )
    register = contract(target="enterprises", delivery="full")
    office.deliver("source_id,in_from\nQ,2020-01-01\nR,2020-01-01\nT,2020-01-01", "2022-06-30", register)
    ended = "Q,2020-01-01,2022-08-01,deregistered R,2020-01-01,2022-08-01,"
    heading = "source_id,in_from,in_to,registration_status"
    office.deliver("\n".join([heading, *ended.split()]), "2022-08-31", register)
    rows = [
        f"{enterprise},{year}-0{month},invoiced_value,{value}"
        for enterprise, base, now in (("Turnover", 10, 9), ("Falls", 10, 8))
        for year, value in ((2021, base), (2022, now))
        for month in (7, 8, 9)
    ]
    office.deliver("\n".join(["source_id,month,measure,value", *rows]), "2022-10-05", VALUES)
    visits = (
        "V,2022-07-01,phone W,2022-06-30,phone X,2022-10-01,phone Y,2022-09-30,not_reached Z,2022-09-30,face_to_face"
    )
    text = "\n".join(["source_id,visited_on,result", *visits.split()])
    pay(office, "2022-10-05", *(f"{name} 2022-06 1" for name in SPOKEN_TO))
    office.deliver(text, "2022-10-05", contract(target="visit_outcomes"))


@pytest.fixture(scope="module")
def outcomes() -> Iterator[pl.DataFrame]:
    """The outcomes of one origin at several dates, built at once."""
    with new_office() as office:
        deliver_receipts(office)
        deliver_facts(office)
        cohorts = pl.concat(
            [
                cohort(*DECLINERS, *SPOKEN_TO, *MERGED),
                cohort("Down", horizon=6),
                cohort(*MOVERS, target="relocation"),
                cohort("Q", target="relocation", base=None, horizon=12),
                cohort(*HIDERS, target="hidden_outflow"),
            ]
        )
        office.build(*DATES, hand_in={"cohorts": origin_cohorts(cohorts), "district_authorities": WORDS})
        yield office.frame("labels.outcomes")


def told(outcomes: pl.DataFrame, target: str, *enterprises: str, as_of: str = IN_TIME, horizon: int = 3) -> Any:
    """What became of them: enterprise -> (label, loss, why it is unknown)."""
    rows = outcomes.filter(
        pl.col("as_of_date") == pl.lit(as_of).str.to_date(),
        pl.col("target") == target,
        pl.col("horizon_months") == horizon,
        pl.col("enterprise_id").is_in(enterprises),
    ).with_columns(pl.col("loss").cast(pl.Float64))
    columns = ["label", "loss", "unknown_reason"]
    return {row["enterprise_id"]: tuple(row[column] for column in columns) for row in rows.iter_rows(named=True)}


def test_outcomes_have_the_columns_that_python_expects_and_one_row_a_key(outcomes: pl.DataFrame) -> None:
    assert dict(outcomes.schema) == dict(OUTCOMES)
    assert outcomes.select("as_of_date", "target", "horizon_months", "enterprise_id").is_unique().all()
    assert outcomes.filter(pl.col("label").is_null() != pl.col("unknown_reason").is_not_null()).is_empty()


def test_an_origin_is_judged_only_later_than_itself(outcomes: pl.DataFrame) -> None:
    assert outcomes["as_of_date"].min() > ORIGIN
    assert outcomes["as_of_date"].n_unique() == len(DATES) - 1


def test_a_decline_is_a_window_strictly_below_its_share_of_the_base(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "decline", "Down", "Level", "Up", "Silent") == {
        "Down": (True, 120, None),
        "Level": (False, 0, None),
        "Up": (False, 0, None),
        "Silent": (True, 300, None),
    }


def test_a_window_that_is_not_over_or_not_delivered_has_not_matured(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "decline", "Down", as_of="2022-09-29") == {"Down": (None, None, "not_matured")}
    assert told(outcomes, "decline", "Down", horizon=6) == {"Down": (None, None, "not_matured")}
    assert (
        outcomes.filter(pl.col("unknown_reason") == "not_matured", pl.col("target") == "decline")["actual"].null_count()
        == outcomes.filter(pl.col("unknown_reason") == "not_matured", pl.col("target") == "decline").height
    )


def test_an_amount_that_is_not_known_leaves_the_outcome_unknown(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "decline", "Unknown", "Early") == {
        "Unknown": (None, None, "amount_unknown"),
        "Early": (False, 0, None),
    }


def test_a_newcomer_at_the_site_of_a_firm_that_ended_is_its_successor(outcomes: pl.DataFrame) -> None:
    reasons = {name: reason for name, (_, _, reason) in told(outcomes, "decline", *"ABCDEF").items()}
    assert reasons == {"A": "successor", "B": "successor", "C": None, "D": None, "E": None, "F": "successor"}


def test_at_a_site_of_many_firms_a_newcomer_follows_nobody(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "decline", "G") == {"G": (True, 300, None)}


def test_what_merged_or_became_another_id_is_unknown(outcomes: pl.DataFrame) -> None:
    reasons = {name: reason for name, (_, _, reason) in told(outcomes, "decline", *MERGED).items()}
    assert reasons == {"Split": "merged", "Before": None, "tax:Old": "merged", "New": "merged"}


def test_an_outcome_is_judged_with_what_is_known_at_its_own_date(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "decline", "Corrected")["Corrected"][0] is True
    assert told(outcomes, "decline", "Corrected", as_of=LATER)["Corrected"][0] is False


def test_a_relocation_is_a_whole_move_registered_within_the_horizon(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "relocation", "M", "N", "O", "P", "Stays", "S") == {
        "M": (True, 200, None),
        "N": (False, 0, None),
        "O": (True, 300, None),
        "P": (False, 0, None),
        "Stays": (False, 0, None),
        "S": (False, 0, None),
    }


def test_a_relocation_is_judged_a_month_after_its_horizon(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "relocation", "M", as_of="2022-10-29") == {"M": (None, None, "not_matured")}
    assert told(outcomes, "relocation", "M", as_of="2022-10-30") == {"M": (True, 200, None)}


def cohort_of(origin: date, label_from: date, label_to: date, *enterprises: str) -> pl.DataFrame:
    """A relocation cohort of another origin, three months ahead."""
    days = {"as_of_date": origin, "label_from": label_from, "label_to": label_to}
    return cohort(*enterprises, target="relocation").with_columns(**{name: pl.lit(day) for name, day in days.items()})


def test_months_from_the_last_day_of_a_month_end_with_the_last_day_of_a_month(office: Office) -> None:
    pay(office, "2022-12-05", PAYER)
    moves = "M,2022-05-31,whole N,2022-07-31,whole P,2022-06-01,whole X,2022-05-28,whole Y,2022-05-29,whole"
    office.deliver(
        "\n".join(["source_id,moved_on,move_kind", *moves.split()]), "2022-12-05", contract(target="outbound")
    )
    cohorts = [
        cohort_of(date(2022, 2, 28), date(2022, 3, 1), date(2022, 5, 1), "M", "P"),
        cohort_of(date(2022, 4, 30), date(2022, 5, 1), date(2022, 7, 1), "N"),
        cohort_of(date(2022, 2, 27), date(2022, 3, 1), date(2022, 5, 1), "X", "Y"),
    ]
    office.build("2022-12-31", hand_in={"cohorts": origin_cohorts(pl.concat(cohorts))})
    told = office.warehouse.read("labels.outcomes").select("enterprise_id", "label")
    assert dict(told.iter_rows()) == {"M": True, "N": True, "P": False, "X": False, "Y": False}


def test_the_end_of_a_register_is_a_move_unless_the_firm_was_deregistered(outcomes: pl.DataFrame) -> None:
    labels = {name: label for name, (label, _, _) in told(outcomes, "relocation", "Q", "R", "T").items()}
    assert labels == {"Q": False, "R": True, "T": True}


def test_a_tax_authority_elsewhere_is_a_move_and_a_return_undoes_none(outcomes: pl.DataFrame) -> None:
    labels = {name: label for name, (label, _, _) in told(outcomes, "relocation", "Authority", "Here").items()}
    assert labels == {"Authority": True, "Here": False}


def test_without_a_source_of_moves_a_relocation_is_unknown_and_without_cohorts_there_are_no_outcomes(
    office: Office,
) -> None:
    pay(office, "2022-10-31", PAYER)
    office.build("2022-10-31", hand_in={"cohorts": origin_cohorts(cohort("A", target="relocation"))})
    assert office.rows("labels.outcomes", "label", "unknown_reason") == [(None, "no_source")]
    assert origin_cohorts().schema == ORIGIN_COHORTS


def outbound(office: Office, known: str) -> None:
    office.deliver("source_id,moved_on\nElsewhere,2022-05-31", known, contract(target="outbound"))


def register(office: Office, known: str) -> None:
    office.deliver("source_id,in_from\nA,2020-01-01", known, contract(target="enterprises", delivery="full"))


def tax_authority(office: Office, known: str) -> None:
    receipts(office, f"A,2022-06,{HERE},9,9", known)


@pytest.mark.parametrize("source", [outbound, register, tax_authority])
def test_a_relocation_is_unknown_until_a_source_of_moves_has_come_after_its_horizon(
    office: Office, source: Callable[[Office, str], None]
) -> None:
    source(office, "2022-09-29")
    source(office, "2022-11-15")
    told = {"cohorts": origin_cohorts(cohort("A", target="relocation")), "district_authorities": WORDS}
    office.build("2022-10-31", "2022-11-30", hand_in=told)
    assert sorted(office.rows("labels.outcomes", "as_of_date", "label", "unknown_reason", "lesson")) == [
        ("2022-10-31", None, "no_source", None),
        ("2022-11-30", False, None, False),
    ]


def test_an_outflow_is_hidden_where_total_or_turnover_holds_while_local_falls(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "hidden_outflow", *HIDERS) == {
        "Holds": (True, 150, None),
        "Falls": (False, 0, None),
        "Normal": (False, 0, None),
        "Blind": (None, None, "amount_unknown"),
        "Turnover": (True, 150, None),
        "Partial": (True, 0, None),
    }


def test_who_was_spoken_to_between_origin_and_the_end_of_the_window_was_treated(outcomes: pl.DataFrame) -> None:
    spoken = outcomes.filter(pl.col("as_of_date") == pl.lit(IN_TIME).str.to_date(), pl.col("treated"))
    assert sorted(spoken["enterprise_id"]) == ["V", "Z"]
