"""The race: captured loss with ties, regret, and the choice by it."""

import numpy as np
import pytest

from mainstay.risk.matrix import FeatureMatrix, TrainingRows
from mainstay.risk.race import Entry, captured_loss, least_regret, list_lengths, race, regret


def rows_of(*origins: tuple[list[float], list[bool]]) -> TrainingRows:
    """Rows of several origins, each with its losses (of a base of 1,000) and labels."""
    losses = np.concatenate([np.array(loss) for loss, _ in origins])
    label = np.concatenate([np.array(flags) for _, flags in origins])
    origin = np.concatenate([np.full(len(loss), at) for at, (loss, _) in enumerate(origins)])
    rows = len(losses)
    return TrainingRows(
        matrix=FeatureMatrix(np.zeros((rows, 1)), ("a",), ("revenue",), np.full(rows, 1_000.0)),
        enterprise=np.array([f"E{at}" for at in range(rows)]),
        label=label,
        loss_share=losses / 1_000,
        weight=np.ones(rows),
        origin=origin.astype(np.int64),
        label_from=origin.astype(np.int64),
        label_to=origin.astype(np.int64),
        treated=np.zeros(rows, dtype=bool),
    )


def entry(*scores: float) -> Entry:
    return Entry(np.array(scores), np.array(scores))


def test_captured_loss_is_the_share_of_the_best_list_of_that_length() -> None:
    loss = np.array([100.0, 50.0, 0.0, 10.0])
    assert captured_loss(np.array([3.0, 0.0, 2.0, 1.0]), loss, 2) == pytest.approx(100 / 150)
    assert captured_loss(np.array([3.0, 2.0, 0.0, 1.0]), loss, 2) == 1
    assert captured_loss(np.array([3.0, 2.0, 0.0, 1.0]), np.zeros(4), 2) is None


def test_ties_at_the_edge_count_by_their_share() -> None:
    loss = np.array([100.0, 60.0, 0.0, 0.0])
    assert captured_loss(np.array([1.0, 0.0, 0.0, 0.0]), loss, 2) == pytest.approx((100 + 60 / 3) / 160)


def test_the_choice_is_by_regret_and_not_by_the_money_of_one_large_origin() -> None:
    """One candidate wins where the losses are huge, the other by more everywhere else."""
    large = ([900.0, 800.0, 0.0], [True, True, False])
    small = ([9.0, 1.0, 0.0], [True, True, False])
    rows = rows_of(large, small, small)
    entries = {
        "good_at_the_large_one": entry(3, 2, 1, 1, 3, 2, 1, 3, 2),
        "good_at_the_others": entry(2, 3, 1, 3, 2, 1, 3, 2, 1),
    }
    result = race(entries, rows, lengths=[1], measures=["captured_loss"])
    money = {
        name: sum(rows.loss[3 * at + int(np.argmax(e.money[3 * at : 3 * at + 3]))] for at in range(3))
        for name, e in entries.items()
    }
    assert max(money, key=money.__getitem__) == "good_at_the_large_one"
    assert result.winner == "good_at_the_others"
    regrets = dict(result.table.select("candidate", "mean_regret").rows())
    assert regrets["good_at_the_others"] == pytest.approx((1 - 800 / 900) / 3)
    assert result.table["is_chosen"].to_list() == [False, True]


def test_the_largest_regret_is_told() -> None:
    rows = rows_of(([9.0, 1.0], [True, True]), ([9.0, 3.0], [True, True]))
    result = race({"a": entry(2, 1, 2, 1), "b": entry(1, 2, 1, 2)}, rows, lengths=[1], measures=["captured_loss"])
    assert result.table["max_regret"].to_list() == pytest.approx([0, 1 - 1 / 9])


def test_of_two_that_tie_the_simpler_wins() -> None:
    assert least_regret({"simple": [0.004], "complex": [0.0]}) == "simple"
    assert least_regret({"simple": [0.02], "complex": [0.0]}) == "complex"


def test_regret_is_a_share_of_the_best_candidate() -> None:
    assert regret({"a": 0.5, "b": 0.4}) == pytest.approx({"a": 0.0, "b": 0.2})
    assert regret({"a": 0.0, "b": 0.0}) == {"a": 0.0, "b": 0.0}


def test_a_list_by_size_does_not_win_by_money_alone() -> None:
    """Size captures the money as well, but says nothing about who it happens to."""
    rows = rows_of(([900.0, 1.0, 1.0, 0.0, 0.0], [True, True, True, False, False]))
    size = Entry(np.array([5.0, 1, 2, 3, 4]), np.array([5.0, 1, 2, 3, 4]))
    model = Entry(np.array([5.0, 4, 3, 2, 1]), np.array([5.0, 4, 3, 2, 1]))
    measures = ["captured_loss", "average_precision"]
    assert race({"size": size, "model": model}, rows, lengths=[1], measures=["captured_loss"]).winner == "size"
    assert race({"size": size, "model": model}, rows, lengths=[1], measures=measures).winner == "model"


def test_an_origin_without_any_event_is_passed_over() -> None:
    rows = rows_of(([0.0, 0.0], [False, False]), ([9.0, 0.0], [True, False]))
    result = race({"a": entry(1, 2, 2, 1)}, rows, lengths=[1], measures=["captured_loss", "average_precision"])
    assert result.table["origins"].to_list() == [1]


def test_rows_that_were_not_predicted_are_not_judged() -> None:
    rows = rows_of(([9.0, 0.0], [True, False]), ([9.0, 0.0], [True, False]))
    nothing = float("nan")
    result = race({"a": entry(nothing, nothing, 2, 1)}, rows, lengths=[1], measures=["captured_loss"])
    assert result.table.select("origins", "captured_loss").rows() == [(1, 1.0)]


def test_lists_longer_than_a_quarter_of_the_firms_do_not_count() -> None:
    assert list_lengths(25, 3_500) == (25, 50, 160)
    assert list_lengths(25, 300) == (25, 50)
    assert list_lengths(0, 100) == (1,)
