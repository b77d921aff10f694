"""Every rule on the marts has a case in which it refuses the run."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mainstay.errors import GateRefusedError
from mainstay.quality.gates import judge_marts, refuse_failed_marts
from mainstay.resources import shipped
from mainstay.warehouse import events, ledger, models
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office, contract, drop_list
from tests.sql.whole_week import AS_OF, build_week

SQL = models.load_models(shipped("sql"))
MARTS = "candidate.marts"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a warehouse with a whole week in it, built up to its work orders."""
    folder = tmp_path_factory.mktemp("week")
    with Warehouse(folder / "w.duckdb", candidate=folder / "c.duckdb") as warehouse:
        ledger.prepare(warehouse)
        build_week(Office(warehouse))
    return folder


@pytest.fixture
def week(built: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of that week, to break."""
    for name in ("w.duckdb", "c.duckdb"):
        shutil.copy(built / name, tmp_path / name)
    with Warehouse(tmp_path / "w.duckdb", candidate=tmp_path / "c.duckdb") as warehouse:
        yield Office(warehouse, delivered=1)


def _decided(week: Office) -> dict[str, pl.DataFrame]:
    """What Python has handed into the week, to hand it in again."""
    names = (
        "outbound_cases",
        "outbound_events",
        "scores",
        "model_scores",
        "score_bases",
        "work_orders",
        "outcome_problems",
    )
    return {name: week.warehouse.read(f"run.{name}") for name in names}


def judged(office: Office) -> pl.DataFrame:
    """Measure the gates anew and hold them against their bounds; those on the register have tests of their own."""
    office.warehouse.execute("delete from run.built where relation like 'gates.%'")
    models.build_ready(office.warehouse, SQL)
    checks = judge_marts(models.gate_metrics(office.warehouse, SQL))
    return checks.filter(~pl.col("subject").str.starts_with("outbound_"))


def test_a_sound_week_passes_every_gate(week: Office) -> None:
    checks = judged(week)
    assert checks.filter(~pl.col("passed")).is_empty()
    refuse_failed_marts(checks)


def test_a_published_week_remembers_every_grade_with_the_months_it_spoke_of_and_again_replaces_its_own(
    week: Office,
) -> None:
    graded = f"update {MARTS}.enterprise_risk set grade = $1, rank = $2, expected_loss = 5, reasons = 'why' "
    of = "where target = 'decline' and horizon_months = 12 and enterprise_id = $3"
    for enterprise, grade, rank in (("A", "medium", 25), ("B", "low", 26)):
        week.warehouse.execute(graded + of, [grade, rank, enterprise])
    week.warehouse.execute(
        "insert into features.risk_cohort by name select 'decline' as target, "
        "12 as horizon_months, 'A' as enterprise_id, 7.00 as base, date '2022-02-01' as label_from"
    )
    for _ in range(2):
        events.record_week(week.warehouse, date.fromisoformat(AS_OF))
    remembered = week.warehouse.read("events.risk_scores").sort("enterprise_id")
    told = remembered.select("enterprise_id", "grade", "basis", "is_flagged", "reasons", "base", "label_from")
    assert told.rows() == [
        ("A", "medium", "rule", True, "why", Decimal(7), date(2022, 2, 1)),
        ("B", "low", "rule", False, None, None, None),
    ], "25 can be visited"


def _forecast(row: str, level: str = "local") -> str:
    """One more row of forecasts: enterprise, ytd, forecast, low, high."""
    columns = "enterprise_id, ytd, forecast, low, high, as_of_date, year, level, caliber, months_closed, method"
    shared = f"date '{AS_OF}', 2022, '{level}', 'natural', 1, 'test'"
    return f"insert into {MARTS}.forecasts ({columns}) values ({row}, {shared})"


BREAKS = {
    "ledger.rows_conserved": "update ledger.conservation_as_known set current_rows = current_rows - 1",
    "ledger.money_conserved": "update ledger.conservation_as_known set current_money = current_money - 0.01",
    "ledger.receipts_there": "update features.data_until set receipts_extracts = 0",
    "ledger.periods_owed": "insert into features.periods_owed values ('r', date '2022-01-01')",
    "revenue_monthly.money_conserved": f"update {MARTS}.revenue_monthly set total = total + 0.01",
    "revenue_monthly.restored_by_credit_refunds": (
        f"update {MARTS}.revenue_monthly set total_restored = total_restored + 0.01"
    ),
    "revenue_lines.derived_levels_sum": "update features.level_sources set levels_from = 'table', parts_off = 0.01",
    "park_indicators.growth_parts_sum": (
        f"update {MARTS}.park_indicators set population = 'as_registered' where indicator = 'revenue'"
    ),
    "park_indicators.effects_sum": (
        f"insert into {MARTS}.park_indicators by name select * exclude (part) replace (part as indicator) "
        f"from {MARTS}.park_indicators, (values ('growth_volume'), ('growth_share_effect')) as parts (part) "
        "where indicator = 'revenue'"
    ),
    "revenue_by_levy.levies_conserved": f"update {MARTS}.revenue_by_levy set local = local - 0.01",
    "drop_lists.ranks_run_from_one": f"update {MARTS}.drop_lists set rank = rank + 1",
    "drop_lists.enterprise_once_a_list": f"update {MARTS}.drop_lists set enterprise_id = 'A'",
    "drop_lists.only_drops": f"update {MARTS}.drop_lists set change = 0 where rank = 1",
    "drop_lists.ordered_by_the_measure": f"update {MARTS}.drop_lists set change = change * 100 where rank = 2",
    "drop_lists.within_k": "update features.list_windows set top_k = 1",
    "drop_lists.frozen_places_stand": "update features.list_windows set frozen_week = date '2022-01-24'",
    "drop_lists.movement_balances": f"update {MARTS}.list_movements set entered = 1, left_list = 0",
    "firm_lists.every_member_shown": (
        "insert into features.list_windows by name select 'x' as list_name, 'firms' as kind, "
        "'imported' as population_kind, 0 as top_k, 0 as floor, true as is_covered from features.list_windows; "
        "insert into features.list_population values ('x', 'A', null)"
    ),
    "concentration.shares_in_order": f"update {MARTS}.concentration set top5_share = 2",
    "concentration.groups_add_up_to_the_park": (
        f"update {MARTS}.concentration set revenue = revenue + 0.01 where grouping = 'zone'"
    ),
    "alert_statistics.counts_every_alert": (
        "insert into features.alerts by name select '1' as alert_no, "
        "'A' as enterprise_id, date '2022-01-15' as dispatched_on"
    ),
    "drop_lists.key_unique": f"insert into {MARTS}.drop_lists from {MARTS}.drop_lists",
    "causes.sum_to_the_change": f"update {MARTS}.causes set amount = amount + 0.01 where enterprise_id = 'A'",
    "causes.codes_known": f"update {MARTS}.causes set cause_code = 'Z9'",
    "causes.moves_show": f"update {MARTS}.causes set cause_code = 'R1' where enterprise_id = 'A'",
    "enterprises.key_unique": f"insert into {MARTS}.enterprises from {MARTS}.enterprises",
    "revenue_monthly.key_unique": f"insert into {MARTS}.revenue_monthly from {MARTS}.revenue_monthly",
    "enterprise_ledger.ties_to_the_indicators": (
        f"update {MARTS}.enterprise_ledger set local_restored_prior = local_restored_prior + 0.01 where rank = 1"
    ),
    "enterprise_risk.risk_between_0_and_1": f"update {MARTS}.enterprise_risk set risk = 1.5",
    "enterprise_risk.expected_loss_not_negative": f"update {MARTS}.enterprise_risk set expected_loss = -1",
    "forecasts.firms_sum_to_park": _forecast("'*', 1, 1, 1, 1"),
    "forecasts.ends_enclose_forecast": _forecast("'A', 1, 1, 2, 3"),
    "forecasts.levels_add_up": "; ".join(
        _forecast(f"'A', 0, {rest}, 0, 3", level) for level, rest in (("local", 1), ("central", 1), ("total", 2.01))
    ),
    "forecasts.closed_months_are_the_ledgers": _forecast("'A', 0.01, 1, 1, 1"),
    "work_orders.one_open_order_per_enterprise": f"update {MARTS}.work_orders set enterprise_id = 'A'",
    "work_orders.every_order_shown": f"delete from {MARTS}.work_orders",
    "work_orders.within_capacity": "update run.parameters set visiting_capacity = 1",
    "work_orders.one_visit_per_quarter": (
        "insert into features.last_visits by name "
        "select enterprise_id, true as visited_this_quarter from run.work_orders"
    ),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_refuses_the_run(week: Office, rule: str) -> None:
    week.warehouse.execute(BREAKS[rule])
    checks = judged(week)
    broken = set(checks.filter(~pl.col("passed")).select(pl.format("{}.{}", "subject", "rule")).to_series())
    assert rule in broken
    with pytest.raises(GateRefusedError, match=rule):
        refuse_failed_marts(checks)


def test_every_gate_of_severity_error_has_a_case_here(week: Office) -> None:
    rules = judged(week).filter(pl.col("severity") == "error").select(pl.format("{}.{}", "subject", "rule")).to_series()
    keys = {rule for rule in rules if rule.endswith(".key_unique")}
    assert set(rules) - keys == set(BREAKS) - keys


def test_unknown_levy_items_are_held_out_and_warned_of(week: Office) -> None:
    strange = contract(name="strange", constants={"levy_item": "无此税种"})
    week.deliver(
        """source_id,name,month,amount_total,amount_local,levy_item
            A,A,2021-01,0.00,0.00,增值税
            A,A,2022-01,7.00,7.00,无此税种""",
        AS_OF,
        strange,
    )
    week.build(
        AS_OF,
        settings=drop_list(),
        hand_in=_decided(week),
    )
    checks = judged(week)
    [failed] = checks.filter(~pl.col("passed")).to_dicts()
    assert (failed["rule"], failed["severity"], failed["measured"]) == ("levy_items_known", "warn", 1.0)
    refuse_failed_marts(checks)


def test_a_control_total_that_does_not_tie_is_warned_of(week: Office) -> None:
    totals = contract(
        name="totals",
        target="control_totals",
        columns=[{"field": name, "headings": [name]} for name in ("month", "level", "amount")],
    )
    week.deliver("month,level,amount\n2022-01,local,11.00\n2021-01,local,1.00\n2021-02,local,9.00", AS_OF, totals)
    week.build(
        AS_OF,
        settings=drop_list(),
        hand_in=_decided(week),
    )
    [failed] = judged(week).filter(~pl.col("passed")).to_dicts()
    assert (failed["rule"], failed["measured"], failed["detail"]) == ("ties_to_the_bureau", 1.0, "2021-01 local")


WARNINGS = {
    "ledger.levels_given": "update features.level_lines set missing = 1 where level = 'local'",
    "ledger.refund_months_delivered": ("insert into features.refund_months_missing values ('ytd', '2022-01-01')"),
    "drop_lists.windows_covered": "update features.list_windows set is_covered = false, reason = 'window not over'",
    "revenue_lines.own_levels_sum": "update features.level_sources set own_off = 0.01",
    "park_indicators.aggregates_known": "insert into features.unknown_aggregates values ('总收人')",
    "revenue_lines.ratios_usable": "update features.level_sources set ratios_not_used = 1",
    "drop_lists.definitions_unchanged": f"update {MARTS}.list_definitions set is_redefined = true",
    "firm_lists.imported_lists_used": (
        "insert into features.listed_firms values ('imported', '没有人用的名单', 'A', null)"
    ),
    "firm_lists.members_known": (
        f"insert into {MARTS}.firm_lists by name select date '2022-02-01' as as_of_date, 'x' as list_name, 1 as rank, "
        "'Z' as enterprise_id, false as is_known"
    ),
    "revenue_lines.levy_items_known": f"insert into {MARTS}.held_out_levy_items values ('x', 1, 1, 1)",
}


@pytest.mark.parametrize("rule", WARNINGS)
def test_a_rule_of_severity_warn_is_recorded_and_lets_the_run_go_on(week: Office, rule: str) -> None:
    week.warehouse.execute(WARNINGS[rule])
    checks = judged(week)
    failed = checks.filter(~pl.col("passed")).select(pl.format("{}.{}", "subject", "rule")).to_series().to_list()
    assert failed == [rule]
    refuse_failed_marts(checks)


def test_every_gate_of_severity_warn_has_a_case_here(week: Office) -> None:
    rules = judged(week).filter(pl.col("severity") == "warn").select(pl.format("{}.{}", "subject", "rule")).to_series()
    assert set(rules) == set(WARNINGS) | {"control_totals.ties_to_the_bureau"}
