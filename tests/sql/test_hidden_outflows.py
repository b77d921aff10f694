"""A hidden outflow is what neither a deferral nor a known one-off explains; a decline is judged as it stands."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.settings import ScoreSettings, Settings
from tests.sql.office import contract
from tests.sql.risk_office import cohort, new_office, pay

NOW = date(2022, 10, 31)
FIRMS = (
    "Plain", "PutOff", "CameBack", "Masked", "Sold", "SoldAndShifted", "Lasting", "Refunded", "Later", "Unknown",
)  # fmt: skip
DEFERRALS = contract(
    target="deferrals",
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "paid_month", "amount_total", "amount_local")
    ],
)
EVENTS = contract(
    target="known_events",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "matter", "month", "amount", "is_lasting")],
)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[pl.DataFrame]:
    """July to September of 300, and of 150 a year later, while total tax holds; and what explains it."""
    with new_office() as office:
        pay(
            office,
            "2022-10-05",
            "K 2021-06 " + "9 " * 17,
            *(
                line
                for firm in FIRMS
                for line in (f"{firm} 2021-07 100 100 100 total=1000", f"{firm} 2022-07 50 50 50 total=1000")
                if firm not in {"Masked", "Unknown"}
            ),
            "Masked 2021-07 100 100 100 total=1000",
            "Masked 2022-07 50 50 150 total=1000",
            "Unknown 2021-07 100 ? 100 total=1000",
            "Unknown 2022-07 50 50 50 total=1000",
        )
        deferrals = (
            "PutOff,2022-08,2023-01,80,80",
            "CameBack,2021-02,2021-08,90,90",
            "Masked,2022-01,2022-09,100,100",
        )
        heading = "source_id,month,paid_month,amount_total,amount_local"
        office.deliver("\n".join([heading, *deferrals]), "2022-10-05", DEFERRALS)
        events = (
            "Sold,equity_transfer,2021-08,90,",
            "SoldAndShifted,equity_transfer,2021-08,50,",
            "Lasting,market,2021-08,90,yes",
            "Refunded,refund,2021-08,90,",
            "Later,equity_transfer,2021-10,90,",
        )
        office.deliver("\n".join(["source_id,matter,month,amount,is_lasting", *events]), "2022-10-05", EVENTS)
        cohorts = pl.concat([cohort(*FIRMS, target=target) for target in ("decline", "hidden_outflow")])
        asked = Settings(score=ScoreSettings(settle_months=0))
        office.build(NOW.isoformat(), settings=asked, hand_in={"cohorts": origin_cohorts(cohorts)})
        yield office.warehouse.read("labels.outcomes")


def told(outcomes: pl.DataFrame, column: str, target: str, *firms: str) -> dict[str, object]:
    rows = outcomes.filter(pl.col("target") == target, pl.col("enterprise_id").is_in(firms))
    return dict(rows.select("enterprise_id", column).iter_rows())


@pytest.mark.parametrize("column", ["label", "lesson"])
def test_what_was_put_off_or_came_in_late_is_no_hidden_outflow_but_one_that_it_masks_is(
    outcomes: pl.DataFrame, column: str
) -> None:
    firms = ("Plain", "PutOff", "CameBack", "Masked")
    assert told(outcomes, column, "hidden_outflow", *firms) == {
        "Plain": True,
        "PutOff": False,
        "CameBack": False,
        "Masked": True,
    }
    assert told(outcomes, column, "decline", *firms) == {
        "Plain": True,
        "PutOff": True,
        "CameBack": True,
        "Masked": False,
    }


@pytest.mark.parametrize("column", ["label", "lesson"])
def test_a_known_gain_that_came_once_in_the_base_is_no_hidden_outflow(outcomes: pl.DataFrame, column: str) -> None:
    firms = ("Sold", "SoldAndShifted", "Lasting", "Refunded", "Later")
    assert told(outcomes, column, "hidden_outflow", *firms) == {
        "Sold": False,
        "SoldAndShifted": True,
        "Lasting": True,
        "Refunded": True,
        "Later": True,
    }
    assert all(told(outcomes, column, "decline", *firms).values())


def test_a_base_that_is_not_known_any_more_leaves_a_hidden_outflow_unknown(outcomes: pl.DataFrame) -> None:
    assert told(outcomes, "unknown_reason", "hidden_outflow", "Unknown") == {"Unknown": "amount_unknown"}
    assert told(outcomes, "lesson", "hidden_outflow", "Unknown") == {"Unknown": None}
    assert told(outcomes, "label", "decline", "Unknown") == {"Unknown": True}
