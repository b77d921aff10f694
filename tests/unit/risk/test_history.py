"""The history of origins: only what is new is computed, and a model never sees what was not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mainstay.errors import UsageError
from mainstay.months import month_ends
from mainstay.risk.history import COHORTS, FEATURES, JUDGED, RULE_INPUTS, SIGNALS, HistoryCache, HistoryFiles
from mainstay.risk.origins import Question
from tests.unit.risk.backtest_samples import cohort, features, outcomes

IDS = ["A", "B"]
ORIGIN = date(2016, 3, 31)
TAUGHT = (date(2015, 8, 31), date(2015, 9, 30), date(2015, 10, 31), date(2015, 11, 30), date(2015, 12, 31))
"""Half of their windows was closed at the origin: at its end February was, the window of December's begins in it."""


@dataclass
class Ledger:
    """A ledger with receipts from 2014-09 to 2016-08; at a month's end the month before is closed."""

    salt: str = ""
    asked: list[tuple[date, tuple[str, ...]]] = field(default_factory=list)
    judged: dict[date, list[date]] = field(default_factory=dict)

    def known_between(self) -> tuple[date, date] | None:
        return date(2014, 9, 5), date(2016, 8, 5)

    def newest_known(self) -> date:
        return date(2016, 8, 20)

    def closed_months(self, dates: Sequence[date]) -> list[dict[str, Any]]:
        return [
            {"as_of_date": day, "last_closed": _month_before(day), "first_covered": date(2014, 8, 1)} for day in dates
        ]

    def fingerprint(self, as_of: date, wanted: Sequence[str], beside: Sequence[str]) -> str:
        return f"{hash((self.salt, as_of, *wanted, *beside)) % 2**64:016x}"

    def as_known(
        self, as_of: date, wanted: Sequence[str], told: Mapping[str, pl.DataFrame]
    ) -> Mapping[str, pl.DataFrame]:
        self.asked.append((as_of, tuple(wanted)))
        made = {
            FEATURES: features(as_of, IDS, lag_0=[1.0, 2.0]),
            COHORTS: pl.concat(
                [cohort(as_of, IDS), cohort(as_of, IDS, horizon_months=3), cohort(as_of, IDS, target="relocation")]
            ),
            RULE_INPUTS: features(as_of, IDS, recent=[1.0, 2.0]),
            SIGNALS: features(as_of, IDS, points=[0.0, 4.0]),
        }
        if JUDGED in wanted:
            handed = told["cohorts"].rename({"origin_date": "as_of_date"})
            assert handed["horizon_months"].unique().to_list() == [6]
            self.judged[as_of] = handed["as_of_date"].unique().sort().to_list()
            made[JUDGED] = outcomes(handed, as_of, [True] * handed.height)
        return {name: made[name] for name in wanted}


def _month_before(day: date) -> date:
    ends = [end for end in month_ends(date(2014, 1, 1), day) if end <= day]
    return ends[-2].replace(day=1)


def question(*origins: date) -> Question:
    return Question("decline", 6, origins)


def test_an_origin_learns_from_windows_half_over_then_and_is_judged_by_the_newest(tmp_path: Path) -> None:
    ledger = Ledger()
    kept = HistoryCache(HistoryFiles(tmp_path), ledger).ensure(question(ORIGIN))
    assert kept.training == {ORIGIN: TAUGHT}
    assert ledger.judged == {ORIGIN: list(TAUGHT)}
    rows, known = kept.read_training(ORIGIN)
    assert tuple(rows["as_of_date"].unique().sort()) == TAUGHT
    assert set(known["as_of_date"]) == {ORIGIN}
    # At 2016-08-20 July is closed; the window of March's origin runs to August.
    assert kept.judged_as_of == date(2016, 8, 20)
    assert kept.judged is None
    assert kept.read_judged(ORIGIN).is_empty()
    assert kept.read(ORIGIN, COHORTS)["horizon_months"].to_list() == [6, 6]


def test_a_matured_origin_is_judged_as_known_at_the_newest_date(tmp_path: Path) -> None:
    october = date(2015, 10, 31)
    kept = HistoryCache(HistoryFiles(tmp_path), Ledger()).ensure(question(october))
    judged = kept.read_judged(october)
    assert judged["as_of_date"].unique().to_list() == [date(2016, 8, 20)]
    assert judged["label"].to_list() == [True, True]
    assert kept.training == {october: ()}
    assert [frame.height for frame in kept.read_training(october)] == [0, 0]


def test_what_is_there_is_not_computed_again_and_one_origin_more_computes_only_what_is_new(tmp_path: Path) -> None:
    first, again, more = Ledger(), Ledger(), Ledger()
    HistoryCache(HistoryFiles(tmp_path), first).ensure(question(ORIGIN))
    assert [day for day, _ in first.asked] == [*TAUGHT, ORIGIN]
    HistoryCache(HistoryFiles(tmp_path), again).ensure(question(ORIGIN))
    assert again.asked == []
    april = date(2016, 4, 30)
    HistoryCache(HistoryFiles(tmp_path), more).ensure(question(ORIGIN, april))
    assert more.asked == [
        (date(2016, 1, 31), (FEATURES, COHORTS)),
        (april, (FEATURES, COHORTS, RULE_INPUTS, JUDGED)),
    ]


def test_under_another_fingerprint_a_frame_is_computed_anew_and_its_predecessor_goes(tmp_path: Path) -> None:
    HistoryCache(HistoryFiles(tmp_path), Ledger()).ensure(question(ORIGIN))
    before = sorted(path.name for path in tmp_path.iterdir())
    changed = Ledger(salt="another file was known")
    HistoryCache(HistoryFiles(tmp_path), changed).ensure(question(ORIGIN))
    after = sorted(path.name for path in tmp_path.iterdir())
    assert len(changed.asked) == len(TAUGHT) + 1
    assert len(after) == len(before)
    assert not set(before) & set(after)


def test_relocation_also_keeps_the_signals_of_its_origins(tmp_path: Path) -> None:
    kept = HistoryCache(HistoryFiles(tmp_path), Ledger()).ensure(Question("relocation", 6, (date(2015, 8, 31),)))
    assert (date(2015, 8, 31), SIGNALS) in kept.files


def test_an_origin_outside_the_data_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    ledger = Ledger()
    with pytest.raises(UsageError) as refused:
        HistoryCache(HistoryFiles(tmp_path), ledger).ensure(question(date(2015, 7, 31), ORIGIN, date(2016, 9, 30)))
    assert "2015-07, 2016-09" in refused.value.where
    assert "first possible origin is 2015-08, the last one 2016-08" in refused.value.hint
    assert ledger.asked == []


def test_trainings_may_be_at_any_date_do_not_score_it_and_are_judged_together(tmp_path: Path) -> None:
    ledger, monday = Ledger(), date(2016, 4, 4)
    leaving = Question("relocation", 6, (monday,))
    kept = HistoryCache(HistoryFiles(tmp_path), ledger).ensure_trainings([question(monday), leaving])
    assert kept["decline-h6"].training == {monday: TAUGHT}
    assert [asked for asked in ledger.asked if asked[0] == monday] == [(monday, (JUDGED,))]
    for name in ("decline-h6", "relocation-h6"):
        known = kept[name].read_training(monday)[1]
        assert known["as_of_date"].unique().to_list() == [monday]
        assert (known["target"].unique().to_list(), known.height) == ([name.removesuffix("-h6")], 2 * len(TAUGHT))
    again = Ledger()
    HistoryCache(HistoryFiles(tmp_path), again).ensure_trainings([question(monday), leaving])
    assert again.asked == []


def test_before_any_extract_a_training_has_nothing_to_learn_from(tmp_path: Path) -> None:
    ledger, early = Ledger(), date(2014, 9, 30)
    kept = HistoryCache(HistoryFiles(tmp_path), ledger).ensure_trainings([question(early)])["decline-h6"]
    assert (kept.training, ledger.asked) == ({early: ()}, [])
