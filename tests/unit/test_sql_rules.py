from pathlib import Path

import pytest

from tests import sql_rules
from tests.sql_rules import Rule

SQL = Path(__file__).parents[2] / "sql"

GOOD = """\
-- One row per enterprise.
-- key: enterprise_id
-- materialized: view
--
-- Upper Case in a comment is Fine, and so is CURRENT_DATE.
with

receipts as (
    select * from ledger.receipts_as_known
)

select
    enterprise_id,
    sum(amount_local) filter (where levy_item = 'VAT') as "增值税",
    max(knowledge_date) as known_on
from receipts
group by all
"""


def test_every_model_keeps_every_rule() -> None:
    assert len(list(SQL.rglob("*.sql"))) > 5
    assert sql_rules.violations_below(SQL) == []


def test_a_model_that_keeps_the_rules_passes() -> None:
    assert sql_rules.violations(GOOD, "features") == []


@pytest.mark.parametrize(
    ("rule", "layer", "old", "new"),
    [
        (sql_rules.one_query, "features", "group by all", "group by all; select 1"),
        (sql_rules.one_query, "features", "with\n", "create view features.x as with\n"),
        (sql_rules.one_query, "features", "group by all", "group by ("),
        (sql_rules.stated_grain, "features", "-- One row per", "-- Rows by"),
        (sql_rules.stated_grain, "features", "-- One row per enterprise", "-- One row per\n-- enterprise"),
        (sql_rules.stated_grain, "features", "-- key: enterprise_id\n", ""),
        (sql_rules.stated_grain, "features", "key: enterprise_id\n--", "key: the enterprise\n--"),
        (sql_rules.stated_grain, "features", "-- materialized: view", "-- materialised: view"),
        (sql_rules.one_date_a_build, "features", "key: enterprise_id", "key: as_of_date, enterprise_id"),
        (sql_rules.one_date_a_build, "staging", "    enterprise_id,\n", "    enterprise_id,\n    as_of_date,\n"),
        (sql_rules.one_date_a_build, "ledger", "max(knowledge_date) as known_on", "max(known_on) as as_of_date"),
        (sql_rules.lower_case, "features", "group by all", "GROUP by all"),
        (sql_rules.lower_case, "features", "sum(", "Sum("),
        (sql_rules.lower_case, "features", '"增值税"', '"VAT"'),
        (sql_rules.no_clock, "features", "from receipts", "from receipts where month < current_date"),
        (sql_rules.no_clock, "features", "from receipts", "from receipts where month < now()"),
        (sql_rules.no_clock, "features", "from receipts", "from receipts where month < current_timestamp"),
        (sql_rules.no_clock, "features", "from receipts", "from receipts where month < today ()"),
        (sql_rules.no_clock, "features", "from receipts", "from receipts order by random()"),
        (sql_rules.time_in_one_place, "features", "ledger.receipts_as_known", "ledger.receipts"),
        (sql_rules.time_in_one_place, "marts", "receipts_as_known", "superseded_rows"),
        (
            sql_rules.time_in_one_place,
            "staging",
            "from receipts",
            "from receipts where knowledge_date <= as_of_date",
        ),
    ],
)
def test_a_planted_violation_is_found_by_its_rule(rule: Rule, layer: str, old: str, new: str) -> None:
    assert old in GOOD
    planted = GOOD.replace(old, new, 1)
    assert rule(GOOD, layer) == []
    assert len(rule(planted, layer)) == 1
    assert sql_rules.violations(planted, layer) != []


def test_only_the_ledger_reads_its_raw_tables() -> None:
    raw = GOOD.replace("ledger.receipts_as_known", "ledger.receipts")
    assert sql_rules.violations(raw, "ledger") == []
    assert sql_rules.violations(raw, "labels") != []


def test_a_column_that_is_called_like_a_clock_function_is_allowed() -> None:
    assert sql_rules.no_clock(GOOD.replace("known_on", "today"), "features") == []


def test_a_violation_below_the_folder_is_reported_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "orders.sql").write_text(GOOD.replace("receipts_as_known", "receipts"), "utf-8")
    assert sql_rules.violations_below(tmp_path) == [
        "marts/orders.sql: ledger.receipts is a raw table of the ledger: read its _as_known relation"
    ]
