"""The causes that arithmetic finds, against those planted in a simulated park: money under its own code."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.outbound.register import district_authorities
from mainstay.settings import DropListSettings, Settings
from mainstay.simulate.firms.industries import DISTRICT_AUTHORITY_WORDS
from tests.sql.park_office import simulated_park

ENTERPRISES, SEED, MONTHS = 160, 20_220_401, 22
AS_OF = "2022-11-10"
EVERYBODY = DropListSettings(title="everybody", top_k=ENTERPRISES)
SETTINGS = Settings(
    lists={"year": EVERYBODY, "quarter": EVERYBODY.model_copy(update={"window": "first_quarter"})},
)
LISTS = ("year", "quarter", "q1_top25", "high_precision_top50")
EXACT = ("P1", "P3", "P4", "B1", "C1", "R1")
LEAST_LANDED, MOST_WRONG = Decimal("0.9"), Decimal("0.03")
MOVES = ("R1", "R2", "R3")


@dataclass
class Landed:
    """Money planted under each code, what of it was proposed under the same code, and what under a wrong move."""

    planted: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    found: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    wrong_moves: Decimal = Decimal(0)

    def share(self, code: str) -> Decimal:
        """The part of the planted money that was found, 0 to 1."""
        return self.found[code] / self.planted[code]


def landed(lines: pl.DataFrame, causes: pl.DataFrame, effects: list[dict[str, Any]]) -> Landed:
    """Hold what was proposed for the lines of lists against what was planted in their windows."""
    proposed = {
        (row["list_name"], row["enterprise_id"], row["cause_code"]): row["amount"]
        for row in causes.iter_rows(named=True)
    }
    result = Landed()
    for line in lines.iter_rows(named=True):
        key = line["list_name"], line["enterprise_id"]
        planted: dict[str, Decimal] = defaultdict(Decimal)
        for effect in effects:
            month = date.fromisoformat(f"{effect['month']}-01")
            if effect["enterprise_id"] == key[1] and line["window_start"] <= month <= line["window_end"]:
                planted[effect["cause"]] += Decimal(effect["local"])
        for code, amount in planted.items():
            if amount < 0:
                result.planted[code] -= amount
                result.found[code] += min(-amount, max(-proposed.get((*key, code), Decimal(0)), Decimal(0)))
        if not any(planted[code] for code in MOVES):
            result.wrong_moves -= sum(proposed.get((*key, code), Decimal(0)) for code in MOVES)
    return result


@dataclass(frozen=True)
class Week:
    """The lines of the lists, their causes, and what is planted."""

    lines: pl.DataFrame
    causes: pl.DataFrame
    effects: list[dict[str, Any]]

    def of(self, *lists: str) -> Landed:
        """How the causes of these lists did."""
        return landed(self.lines.filter(pl.col("list_name").is_in(lists)), self.causes, self.effects)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """A park of two years, loaded through contracts and models, with its causes."""
    folder = tmp_path_factory.mktemp("park")
    with simulated_park(folder, enterprises=ENTERPRISES, seed=SEED, months=MONTHS) as park:
        words = district_authorities(DISTRICT_AUTHORITY_WORDS)
        park.office.build(AS_OF, settings=SETTINGS, hand_in={"district_authorities": words})
        read = park.office.warehouse.read
        yield Week(read("features.list_lines"), read("marts.causes"), park.truth["effects"])


def test_planted_money_lands_under_its_own_code(week: Week) -> None:
    result = week.of(*LISTS)
    assert {code: result.share(code) >= LEAST_LANDED for code in EXACT} == dict.fromkeys(EXACT, True)


def test_a_settlement_that_fell_out_of_the_window_is_timing(week: Week) -> None:
    assert week.of("quarter", "q1_top25").share("T1") >= LEAST_LANDED


def test_hardly_any_money_is_put_down_to_a_move_that_was_not_one(week: Week) -> None:
    result = week.of(*LISTS)
    assert result.wrong_moves <= MOST_WRONG * sum(result.planted.values(), Decimal(0))


def test_every_change_is_explained_to_the_cent(week: Week) -> None:
    sums = week.causes.group_by("list_name", "enterprise_id").agg(pl.col("amount").sum())
    lines = week.lines.filter(pl.col("natural_change") != 0).join(sums, on=["list_name", "enterprise_id"], how="left")
    assert lines.height > ENTERPRISES // 2
    assert lines.filter(pl.col("amount").ne_missing(pl.col("natural_change"))).is_empty()


def test_causes_moved_to_another_code_are_found_out(week: Week) -> None:
    wrong = Week(
        week.lines, week.causes.with_columns(cause_code=pl.col("cause_code").replace({"P3": "R2"})), week.effects
    )
    result = wrong.of(*LISTS)
    assert result.share("P3") == 0
    assert result.wrong_moves > MOST_WRONG * sum(result.planted.values(), Decimal(0))
