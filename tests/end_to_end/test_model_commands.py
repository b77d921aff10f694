"""The commands about models: what they list, and what a person may decide."""

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mainstay.risk.model_manifest import Manifest
from mainstay.risk.store import ModelStore
from mainstay.settings import Workspace
from mainstay.warehouse.lock import exclusive
from tests.end_to_end.command_line import typed

Captured = pytest.CaptureFixture[str]
VERSION = "2022-03-31-logistic-0a1b2c3d"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with the manifest of one model, whose file nobody opens here."""
    store = ModelStore(tmp_path / "models")
    told: dict[str, Any] = dict.fromkeys(Manifest.__dataclass_fields__, "")
    told |= {"workspace": store.workspace(), "target": "decline", "horizon_months": 12, "version": VERSION}
    told |= {
        "sequence": 1,
        "trained_as_of": date(2022, 3, 31),
        "shadow_from": date(2022, 4, 1),
        "origins": (date(2020, 1, 31), date(2021, 3, 31)),
    }
    told |= dict.fromkeys(("rows", "events", "event_rows", "treated_rows"), 400)
    told |= {"treated_included": True, "base_rate": 0.2, "estimator": "logistic", "parameters": {}, "recipe": "r"}
    told |= {"validation": "out_of_time", "half_life_months": None, "calibration": {"slope": 1.0, "intercept": 0.0}}
    told |= {"metrics": {"auc": 0.8766, "average_precision": None, "ece": 0.011}, "risk_race": [], "loss_race": []}
    told |= {"features": []}
    path = store.folder / "decline-h12" / VERSION / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(Manifest(**told).to_json(), "utf-8")
    return tmp_path


def listed(capsys: Captured, home: Path) -> dict[str, Any]:
    capsys.readouterr()
    assert typed(home, "models", "list", "--json") == 0
    [row] = json.loads(capsys.readouterr().out)
    return dict(row)


def test_a_model_is_listed_with_its_state_events_and_training(capsys: Captured, home: Path) -> None:
    row = listed(capsys, home)
    assert (row["model"], row["version"], row["state"]) == ("decline-h12", VERSION, "shadow")
    assert (row["events"], row["training"]) == (400, "2020-01..2021-03")
    assert typed(home, "models") == 0
    assert "0.877" in capsys.readouterr().out


def test_a_person_enables_and_retires_a_model_by_name(capsys: Captured, home: Path) -> None:
    assert typed(home, "models", "enable", "decline-h12", VERSION, "--by", "王某", "--on", "2022-04-05") == 0
    assert capsys.readouterr().out == f"enabled from 2022-04-05: decline-h12 {VERSION}\n"
    assert ModelStore(home / "models").champion("decline", 12, date(2022, 4, 4)) is None
    assert listed(capsys, home)["state"] == "enabled"
    assert typed(home, "models", "retire", "decline-h12", VERSION, "--by", "王某") == 0
    assert listed(capsys, home)["state"] == "retired"
    assert typed(home, "models", "card", "decline-h12", VERSION) == 0
    assert "不得据此认定企业性质" in capsys.readouterr().out


def test_a_decision_changes_no_published_week(capsys: Captured, home: Path) -> None:
    (home / "published").mkdir()
    stated = {"run_id": "r", "as_of": "2022-06-06", "file": "f", "sha256": "s"}
    (home / "published" / "latest.json").write_text(json.dumps(stated), "utf-8")
    enable = ("models", "enable", "decline-h12", VERSION, "--by", "王某")
    assert typed(home, *enable, "--on", "2022-06-06") == 2
    assert "from 2022-06-07" in capsys.readouterr().err
    assert typed(home, *enable, "--on", "2022-06-07") == 0


def test_a_decision_waits_for_the_run_that_holds_the_workspace(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, home: Path
) -> None:
    monkeypatch.setattr("mainstay.warehouse.lock.exclusive", partial(exclusive, wait_seconds=0))
    enable = ("models", "enable", "decline-h12", VERSION, "--by", "王某")
    with exclusive(Workspace(home).lock, "weekly run"):
        assert typed(home, *enable) == 1
    assert "another run is using this workspace" in capsys.readouterr().err
    assert ModelStore(home / "models").champion("decline", 12, date.max) is None
    assert typed(home, *enable) == 0


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("decline12", VERSION, "--by", "王某"), 2, "write it as decline-h12"),
        (("declin-h12", VERSION, "--by", "王某"), 2, "did you mean"),
        (("decline-h9", VERSION, "--by", "王某"), 2, "one of 3, 6, 12 months"),
        (("decline-h12", "newest", "--by", "王某"), 1, "decline-h12/newest"),
        (("decline-h12", VERSION, "--by", "王某", "--on", "2022-03-30"), 1, "the first day is 2022-03-31"),
        (("decline-h12", "2022-03-31-logistic-00000000", "--by", "王某"), 1, f"known: {VERSION}"),
        (("decline-h12", VERSION, "--by", " "), 1, "--by NAME"),
        (("decline-h12", VERSION), 2, "--by"),
        (("decline-h12", VERSION, "--by", "王某", "--on", "2999-01-01"), 2, "dated in the future"),
        (("decline-h12", VERSION, "--by", "王某", "--on", "May"), 2, "write it as 2026-01-05"),
    ],
)
def test_what_cannot_be_decided_is_told_with_a_hint(
    capsys: Captured, home: Path, words: tuple[str, ...], status: int, told: str
) -> None:
    assert typed(home, "models", "enable", *words) == status
    assert told in capsys.readouterr().err


def test_without_a_model_the_list_says_that_every_score_is_by_rule(capsys: Captured, tmp_path: Path) -> None:
    assert typed(tmp_path, "models") == 0
    assert "every score is by rule" in capsys.readouterr().out
