"""Every rule on the outbound register and its funnel has a case in which it refuses the run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from mainstay.errors import GateRefusedError
from mainstay.quality.gates import judge_marts, refuse_failed_marts
from mainstay.resources import shipped
from mainstay.warehouse import ledger, models
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office
from tests.sql.outbound_week import HERE, keep_outbound, moved, publish_outbound, receipts, visited

SQL = models.load_models(shipped("sql"))
MARTS = "candidate.marts"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a warehouse with a second week in it: one firm moved and was called, one is retained."""
    folder = tmp_path_factory.mktemp("week")
    with Warehouse(folder / "w.duckdb", candidate=folder / "c.duckdb") as warehouse:
        ledger.prepare(warehouse)
        office = Office(warehouse)
        receipts(office, f"A,2022-01,{HERE},5.00,5.00 B,2022-01,{HERE},5.00,5.00", "2022-02-05")
        moved(office, "A,2022-03-10,天津市", "2022-04-05")
        visited(office, "B,2022-03-10,phone,intends_to_move,, B,2022-03-20,phone,stays,,", "2022-04-05")
        keep_outbound(office, "2022-04-11")
        publish_outbound(office, "2022-04-11")
        visited(office, "A,2022-04-12,phone,,,", "2022-05-05")
        receipts(office, f"B,2022-04,{HERE},5.00,5.00", "2022-05-05")
        keep_outbound(office, "2022-05-09")
    return folder


@pytest.fixture
def week(built: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of that week, to break."""
    for name in ("w.duckdb", "c.duckdb"):
        shutil.copy(built / name, tmp_path / name)
    with Warehouse(tmp_path / "w.duckdb", candidate=tmp_path / "c.duckdb") as warehouse:
        yield Office(warehouse)


def judged(office: Office) -> pl.DataFrame:
    """Measure the gate anew and hold it against its bounds."""
    office.warehouse.execute("delete from run.built where relation = 'gates.outbound'")
    models.build_ready(office.warehouse, SQL)
    return judge_marts(office.warehouse.read("gates.outbound"))


def failed(checks: pl.DataFrame) -> set[str]:
    """The rules that are broken."""
    return set(checks.filter(~pl.col("passed")).select(pl.format("{}.{}", "subject", "rule")).to_series())


def test_a_sound_week_passes(week: Office) -> None:
    assert failed(judged(week)) == set()
    assert week.rows("marts.outbound_register", "case_id", "state") == [
        ("A#1", "return_mobilising"),
        ("B#1", "retained"),
    ]


BREAKS = {
    "outbound_funnel.balances": f"update {MARTS}.outbound_funnel set entered = entered + 1 where state = 'returned'",
    "outbound_funnel.closes_with_the_register": (
        f"update {MARTS}.outbound_funnel set closing = closing + 1, entered = entered + 1 where state = 'returned'"
    ),
    "outbound_funnel.opens_with_the_week_before": (
        f'update {MARTS}.outbound_funnel set opening = opening + 1, "left" = "left" + 1 where state = \'returned\''
    ),
    "outbound_register.every_case_shown": f"delete from {MARTS}.outbound_register where case_id = 'B#1'",
    "outbound_register.outbound_cases_have_moved": (
        f"update {MARTS}.outbound_register set is_outbound = true where state = 'retained'"
    ),
    "outbound_register.one_open_case_per_enterprise": (
        f"update {MARTS}.outbound_register set enterprise_id = 'A', is_open = true"
    ),
    "outbound_events.lead_to_the_state": f"update {MARTS}.outbound_events set to_state = 'retained'",
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_refuses_the_run(week: Office, rule: str) -> None:
    week.warehouse.execute(BREAKS[rule])
    checks = judged(week)
    assert rule in failed(checks)
    with pytest.raises(GateRefusedError, match=rule):
        refuse_failed_marts(checks)


def test_every_rule_of_severity_error_has_a_case_here(week: Office) -> None:
    errors = judged(week).filter(pl.col("severity") == "error")
    assert set(errors.select(pl.format("{}.{}", "subject", "rule")).to_series()) == set(BREAKS)


def test_outbound_firms_without_words_for_the_own_authorities_are_warned_of(week: Office) -> None:
    week.warehouse.execute("delete from run.district_authorities")
    checks = judged(week)
    assert failed(checks) == {"outbound_register.tax_authorities_named"}
    refuse_failed_marts(checks)


def test_a_register_of_nothing_passes(office: Office) -> None:
    keep_outbound(office, "2022-05-09", words=())
    assert failed(judged(office)) == set()
