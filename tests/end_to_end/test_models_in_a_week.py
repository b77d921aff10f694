"""A week that models score: what people see of it, what it remembers, and what happens when a model cannot be used."""

import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mainstay.risk.store import ModelStore, ModelStoreError
from mainstay.running import run_week
from mainstay.settings import Workspace
from tests.end_to_end.small_office import APRIL, NEXT, office, read_csv, snapshot

SURE = 0.8371
OTHERWISE = 0.0137
SHOWN_AS_PERCENT = ("83.7", "0.837", "84%", "84 %")
SCORED = """
    select role, model_version, count(*) from marts.model_scores
    where target = 'decline' and horizon_months = 12 group by all order by role
"""

pytestmark = pytest.mark.usefixtures("without_prefect")


@dataclass(frozen=True)
class Trained:
    """What the stand-in was trained on."""

    events: int = 321


@dataclass(frozen=True)
class StandIn:
    """Sure of F11 and of nobody else."""

    version: str
    training_period: str = "2019-01..2021-03"
    facts: Trained = field(default_factory=Trained)

    def predict(self, features: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
        """Additive by construction: everything is said by one concept."""
        assert set(cohort["enterprise_id"]) <= set(features["enterprise_id"])
        risk = pl.when(pl.col("enterprise_id") == "F11").then(SURE).otherwise(OTHERWISE)
        upward = pl.col("risk").log() - (1 - pl.col("risk")).log() + math.log(9)
        rows = cohort.filter(target="decline", horizon_months=12).select("as_of_date", "enterprise_id", risk=risk)
        return rows.with_columns(expected_loss=pl.lit(1234.5), base_value=pl.lit(-math.log(9)), concept_revenue=upward)


def in_charge(monkeypatch: pytest.MonkeyPatch, load: Callable[..., Any]) -> None:
    """A store with one champion and one model in shadow, both of decline over twelve months."""

    def posted(version: str) -> Callable[..., str | None]:
        def chosen(_: ModelStore, target: str, horizon_months: int, as_of: date) -> str | None:
            return version if (target, horizon_months) == ("decline", 12) and as_of >= APRIL else None

        return chosen

    monkeypatch.setattr(ModelStore, "champion", posted("first"))
    monkeypatch.setattr(ModelStore, "shadow", posted("second"))
    monkeypatch.setattr(ModelStore, "load", load)


def texts_of(folder: Path) -> dict[str, str]:
    """All that people can read of a week: files of text, and what is inside workbooks."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                found[path.name] = "\n".join(parts.read(name).decode("utf-8", "ignore") for name in parts.namelist())
        else:
            found[path.name] = path.read_text("utf-8-sig")
    return found


@dataclass(frozen=True)
class Weeks:
    """An office after a week by models, one in which no model could be used, and the first one replayed."""

    workspace: Workspace
    first: dict[str, Any]
    """The manifest's content of the first week, as it was published."""
    scored: list[tuple[Any, ...]]
    """Role, version and enterprises of the first week's scores of decline over twelve months."""


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    """Run them."""

    def refuse(*_: Any, **__: Any) -> None:
        raise ModelStoreError("the model file is not the one that was saved")

    workspace = office(tmp_path_factory.mktemp("models") / "office")
    workspace.models.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        in_charge(patch, lambda *asked, **_: StandIn(asked[3]))
        assert run_week(workspace, APRIL)["status"] == "done"
        first = _content(workspace)
        scored = snapshot(workspace, SCORED)
        in_charge(patch, refuse)
        assert run_week(workspace, NEXT)["status"] == "done"
        in_charge(patch, lambda *asked, **_: StandIn(asked[3]))
        assert run_week(workspace, APRIL)["replay"] is True
    return Weeks(workspace, first, scored)


def _content(workspace: Workspace) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((workspace.out_of(APRIL) / "manifest.json").read_text("utf-8"))["content"]
    return content


def test_people_see_the_champion_s_grades_and_reasons_and_what_it_was_trained_on(weeks: Weeks) -> None:
    folder = weeks.workspace.out_of(APRIL)
    orders = {row["统一社会信用代码"]: row for row in read_csv(folder / "work_orders.csv")}
    assert orders["F11"]["减收关注等级"] == "高"
    assert {row["减收关注等级"] for firm, row in orders.items() if firm != "F11"} == {"低"}
    assert "模型评分：主要依据为收入水平和走势" in orders["F11"]["减收原因(系统初判，待核实)"]
    assert orders["F11"]["未来12个月预期减收_地方级还原口径(万元)"] == "0.12"
    assert "模型评分（训练期2019-01至2021-03，事件321户）" in texts_of(folder)["work_orders.xlsx"]


def test_no_paper_shows_a_risk_as_a_percentage(weeks: Weeks) -> None:
    texts = texts_of(weeks.workspace.out_of(APRIL))
    assert {"work_orders.csv", "work_orders.xlsx", "visit_form.xlsx", "brief.html", "risk_review.csv"} <= set(texts)
    assert [(name, shown) for name, text in texts.items() for shown in SHOWN_AS_PERCENT if shown in text] == []


def test_the_rule_and_the_shadow_score_beside_the_champion_and_the_manifest_names_them(weeks: Weeks) -> None:
    assert weeks.scored == [
        ("champion", "first", 12),
        ("rule", "baseline-drop-x-amount-1", 12),
        ("shadow", "second", 12),
    ]
    [twelve] = [row for row in weeks.first["models"] if (row["target"], row["horizon_months"]) == ("decline", 12)]
    assert (twelve["basis"], twelve["model_version"], twelve["shadow_version"]) == ("model", "first", "second")


def test_a_replay_scores_by_the_models_of_its_own_day_and_gives_the_same(weeks: Weeks) -> None:
    assert _content(weeks.workspace) == weeks.first


def test_a_model_that_was_changed_leaves_the_rule_in_charge_a_warning_and_a_finished_week(weeks: Weeks) -> None:
    folder = weeks.workspace.out_of(NEXT)
    [first, *_] = read_csv(folder / "work_orders.csv")
    assert "规则评分" in first["减收原因(系统初判，待核实)"]
    assert "模型未能使用：减收。" in (folder / "brief.html").read_text("utf-8")
    warnings = "select subject, severity, passed, detail from ops.checks where scope = 'model' order by subject"
    reason = "the model file is not the one that was saved"
    assert snapshot(weeks.workspace, warnings) == [
        ("decline-h12/first", "warn", False, f"champion first: {reason}"),
        ("decline-h12/second", "warn", False, f"shadow second: {reason}"),
    ]
