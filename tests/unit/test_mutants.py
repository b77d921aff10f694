"""The mutation run itself: what it changes, what it draws, what it reports, and that it leaves the checkout alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import known
from tests.mutants.choice import Choice
from tests.mutants.crew import Crew, crew, snapshot_of
from tests.mutants.mutant import Edit, Mutant, mutants_of
from tests.mutants.report import Outcome, Report
from tests.mutants.run import tried
from tests.mutants.sql_changes import changes as sql_changes

ROOT = Path(__file__).parents[2]
SQL = """-- One row per firm: a < b is a comment.
select
    natural_current + refund as restored_current,
    'a < b' as told,
    count(*) filter (where month between first_month and last_month) as months,
    max(month) filter (where month >= last_month - interval 1 year) as newest,
    row_number() over (partition by firm order by restored_current desc nulls last, firm) as place
from paid
order by firm desc
"""
PYTHON = '''"""Why a < b: first and last."""
YEAR = 12
HALF = 0.5

def newest(frame, months=3):
    """The first months."""
    kept = frame.filter(pl.col("natural_current") > HALF)
    return kept.sort("restored_current", descending=True).tail(months - 1).first(axis=1)
'''


def told(mutants: list[Mutant]) -> set[tuple[str, str]]:
    """The kind of each change, and what becomes of its line."""
    return {(mutant.kind, mutant.becomes) for mutant in mutants}


def test_a_model_is_changed_in_bounds_signs_months_ties_and_calibers_and_nowhere_else() -> None:
    between = "count(*) filter (where month {}) as months,"
    newest = "max(month) filter (where month {} last_month {}) as newest,"
    place = "row_number() over (partition by firm order by restored_current {}) as place"
    assert told(mutants_of("sql/marts/x.sql", SQL, sql_changes(SQL))) == {
        ("signs", "natural_current - refund as restored_current,"),
        ("calibers", "restored_current + refund as restored_current,"),
        ("bounds", between.format("> first_month and month <= last_month")),
        ("bounds", between.format(">= first_month and month < last_month")),
        ("bounds", newest.format(">", "- interval 1 year")),
        ("signs", newest.format(">=", "+ interval 1 year")),
        ("months", newest.format(">=", "- interval 11 month")),
        ("months", newest.format(">=", "- interval 13 month")),
        ("ties", place.format("asc nulls last, firm")),
        ("ties", place.format("desc nulls first, firm")),
        ("ties", place.format("desc nulls last, firm desc")),
        ("calibers", place.format("desc nulls last, firm").replace("restored", "natural")),
    }


def test_a_module_is_changed_in_the_same_ways() -> None:
    pytest.importorskip("cosmic_ray", reason="make installs it; an interpreter from before 2026-12 lacks it")
    from tests.mutants.python_changes import changes

    sort = 'return kept.sort("{}_current", descending={}).tail(months {}).{}(axis=1)'
    assert told(mutants_of("src/mainstay/risk/x.py", PYTHON, changes(PYTHON))) == {
        ("months", "YEAR = 13"),
        ("months", "YEAR = 11"),
        ("months", "def newest(frame, months=4):"),
        ("months", "def newest(frame, months=2):"),
        ("bounds", 'kept = frame.filter(pl.col("natural_current") >= HALF)'),
        ("calibers", 'kept = frame.filter(pl.col("restored_current") > HALF)'),
        ("calibers", sort.format("natural", "True", "- 1", "first")),
        ("ties", sort.format("restored", "False", "- 1", "first")),
        ("signs", sort.format("restored", "True", "+ 1", "first")),
        ("months", sort.format("restored", "True", "- 0", "first")),
        ("months", sort.format("restored", "True", "- 2", "first")),
        ("ties", sort.format("restored", "True", "- 1", "last")),
    }


def test_a_sample_stays_when_lines_move_and_another_seed_draws_another_one() -> None:
    def sample(text: str, seed: int) -> list[str]:
        found = mutants_of("sql/marts/x.sql", text, sql_changes(text))
        return [one.becomes for one in sorted(found, key=lambda one: one.place_in_sample(seed))[:5]]

    assert sample(SQL, 1) == sample(f"-- A line more.\n{SQL}", 1) != sample(SQL, 2)


def mutant(becomes: str, kind: str = "bounds") -> Mutant:
    return Mutant("sql/marts/x.sql", kind, 1, "a < b", becomes, 1, (Edit(0, 0, ""),))


def test_a_run_is_good_with_few_survivors_few_equivalents_and_every_named_one_killed() -> None:
    some = [mutant(f"a <= {number}") for number in range(30)]
    report = Report(20, {some[0].key: "why"}, {one.key for one in some})
    report.leave_out(some[:2])
    for one in some[1:20]:
        report.add(Outcome(one, "tests/x.py::test_y", is_built=True, seconds=1.0))
    report.add(Outcome(mutant("a", "named"), "tests/x.py::test_y", is_built=True, seconds=1.0))
    assert (report.missing, len(report.equivalent), report.is_good, report.killers) == (
        0,
        1,
        True,
        {"tests/x.py::test_y"},
    )
    report.add(Outcome(some[20], "x", is_built=False, seconds=1.0))
    assert (report.is_good, report.not_built) == (True, 1)
    report.add(Outcome(some[21], None, is_built=True, seconds=1.0))
    report.add(Outcome(mutant("b", "named"), None, is_built=True, seconds=1.0))
    report.leave_out(some[:1] * 2)
    report.broken.append("tests/x.py::test_z")
    assert [fault.partition(":")[0] for fault in report.faults] == [
        "a named mutant survived",
        "this test fails without any mutant",
        "1 of 20 survived; less than 5% may",
        "3 of 20 are equivalent; at most 10% may be",
    ]
    assert "survived: sql/marts/x.sql:1 (bounds)\n    was      a < b\n    becomes  a <= 21" in str(report)


def test_a_known_equivalent_has_a_reason_and_one_whose_line_has_changed_is_reported() -> None:
    entry = '[[equivalent]]\npath = "sql/marts/x.sql"\nwas = "a < b"\nbecomes = "a <= 1"\n'
    reasons = known.equivalents(f'{entry}why = "never equal"')
    assert Report(1, reasons, set()).faults == ["this known equivalent's line has changed: sql/marts/x.sql: a < b"]
    with pytest.raises(ValueError, match="has no reason"):
        known.equivalents(entry)


def test_the_named_mutants_stand_in_their_files() -> None:
    toml = (ROOT / "tests/mutants/known.toml").read_text("utf-8")
    assert len(known.named(ROOT, toml)) == 10
    with pytest.raises(ValueError, match="stands 0 times"):
        known.named(ROOT, '[[named]]\npath = "README.md"\nwas = "no such line"\nbecomes = ""')


def test_the_nearest_tests_of_a_relation_or_a_module_are_tried_first() -> None:
    asks = {"unit/test_grades.py::a": [], "sql/x.py::far": ["gates.all"], "sql/x.py::near": ["marts.enterprise_risk"]}
    tests = {
        f"tests/{test.replace('unit/', 'unit/risk/')}": {"asked": asked, "seconds": 1.0} for test, asked in asks.items()
    }
    choice = Choice(ROOT, tests | {"tests/sql/x.py::other": {"asked": ["marts.visits"], "seconds": 0.1}})
    assert choice.of(Mutant("sql/marts/enterprise_risk.sql", "ties", 1, "", "", 1, ())) == [["tests/sql/x.py::near"]]


@pytest.fixture(scope="module")
def one_worker() -> Iterator[Crew]:
    with snapshot_of(ROOT) as snapshot, crew(snapshot, 1) as hired:
        yield hired


class These:
    """Tests that are given, whatever the mutant."""

    def __init__(self, *tests: str) -> None:
        self.tests = list(tests)

    def of(self, _mutant: Mutant) -> list[list[str]]:
        return [self.tests]


BOUNDS, GRADES = "tests/sql/test_bounds.py", "tests/unit/risk/test_grades.py"


def test_a_wrong_change_is_killed_by_its_test_and_survives_where_that_is_taken_away(one_worker: Crew) -> None:
    toml = (ROOT / "tests/mutants/known.toml").read_text("utf-8")
    named = {one.path: one for one in known.named(ROOT, toml)}
    model, module = named["sql/features/lists/list_places.sql"], named["src/mainstay/risk/grades.py"]
    before = [(ROOT / one.path).read_text("utf-8") for one in (model, module)]
    place = f"{BOUNDS}::test_of_those_that_share_a_place_all_are_taken_and_the_next_one_comes_behind_all_of_them"
    killed = list(tried(one_worker, These(place, GRADES), [module, model]))
    assert [one.failed and one.failed.partition("::")[0] for one in killed] == [GRADES, BOUNDS]
    [survivor] = tried(one_worker, These(f"{GRADES}::test_exactly_one_third_is_medium"), [module])
    report = Report(1, {}, set())
    report.add(survivor)
    assert (survivor.failed, report.is_good) == (None, False)
    assert "a named mutant survived: src/mainstay/risk/grades.py" in str(report)
    assert [(ROOT / one.path).read_text("utf-8") for one in (model, module)] == before
