from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from mainstay.months import last_day
from mainstay.simulate import Park
from mainstay.simulate.extracts.aggregates import aggregates_table
from mainstay.simulate.extracts.projects import projects_table
from mainstay.simulate.extracts.reliefs import draw_reliefs
from tests.unit.simulate.plain_reading import amount, delivered, table_of
from tests.unit.simulate.two_years import TwoYears


def figures(enterprises: int) -> dict[str, tuple[Decimal, Decimal]]:
    table, _ = aggregates_table(enterprises, date(2022, 11, 1))
    return {str(row[0]): (Decimal(int(row[2])) / 100, Decimal(int(row[3])) / 100) for row in table.rows}  # type: ignore[arg-type]


def grown(now: Decimal, before: Decimal, places: str = "0.1") -> str:
    return str(((now / before - 1) * 100).quantize(Decimal(places), ROUND_HALF_UP))


@pytest.mark.parametrize("enterprises", [10, 3500])
def test_income_staff_and_patents_are_the_published_ones(enterprises: int) -> None:
    found = figures(enterprises)
    income = found["规模以上高新技术企业总收入"]
    assert (income[0], grown(*income)) == (Decimal("478.15"), "7.1")
    assert found["规模以上高新技术企业从业人员"][0] == 12_791
    patents = [found[name] for name in ("专利申请量", "发明专利申请量", "专利授权量")]
    assert [int(now) for now, _ in patents] == [452, 278, 288]
    assert [grown(*pair) for pair in patents] == ["62.6", "129.8", "56.5"]


def test_output_per_km2_and_per_worker_follow_with_their_growth() -> None:
    found = figures(3500)
    income, staff, area = (
        found[name] for name in ("规模以上高新技术企业总收入", "规模以上高新技术企业从业人员", "园区占地面积")
    )
    per_km2 = [of_year / hectares * 100 for of_year, hectares in zip(income, area, strict=True)]
    per_worker = [of_year * 10_000 / people for of_year, people in zip(income, staff, strict=True)]
    assert (per_km2[0].quantize(Decimal("0.01")), grown(*per_km2)) == (Decimal("252.99"), "18.5")
    assert (per_worker[0].quantize(Decimal("0.01")), grown(*per_worker, "0.01")) == (Decimal("373.82"), "14.14")


def test_the_window_of_a_year_is_the_prior_window_of_the_next() -> None:
    now, _ = aggregates_table(3500, date(2022, 5, 1))
    before, _ = aggregates_table(3500, date(2021, 5, 1))
    assert [row[3] for row in now.rows] == [row[2] for row in before.rows]


def test_reliefs_are_the_published_firms_money_and_area(two_years: TwoYears) -> None:
    rows = [row for file in delivered(two_years.truth, "reliefs") for row in table_of(two_years.landing, file["file"])]
    state, incubators = ([row for row in rows if row["出租方类型"] == kind] for kind in ("国有企业", "民营孵化器"))
    assert (len(state), len({row["统一社会信用代码"] for row in rows})) == (61, 81)
    assert sum(amount(row["减免金额"]) for row in state) == 9_058_000
    assert sum(int(row["减免面积（平方米）"]) for row in state) == 17_000
    assert {row["申请补贴金额"] for row in state} == {""}
    assert (len(incubators), len({row["出租方"] for row in incubators})) == (20, 2)
    assert sum(amount(row["减免金额"]) for row in incubators) == 2_860_900
    assert sum(int(row["减免面积（平方米）"]) for row in incubators) == 10_400
    assert sum(amount(row["申请补贴金额"]) for row in incubators) == 1_321_500


def test_a_small_park_has_fewer_tenants_and_the_same_reliefs() -> None:
    park = Park(enterprises=30, seed=1, first_month=date(2022, 1, 1), months=12)
    assert 2 < len(park.reliefs) < 31
    assert sum(relief.amount for relief in park.reliefs) == 9_058_000_00 + 2_860_900_00
    for relief in park.reliefs:
        assert relief.firm.in_from <= relief.month
        assert relief.firm.plot.left_on(last_day(relief.month)) is None
        assert not relief.firm.owns_premises


def test_nobody_is_forgiven_rent_where_nobody_rents() -> None:
    from random import Random

    assert draw_reliefs(Random(1), []) == []


def test_projects_stand_as_they_do_at_the_end_of_a_month() -> None:
    def done(month: date) -> dict[tuple[str, str], bool]:
        table, _ = projects_table(month)
        return {(str(row[0]), str(row[1])): row[3] != "" for row in table.rows}

    assert done(date(2021, 5, 1)) == {}
    assert {project for project, _ in done(date(2021, 12, 1))} == {"人工智能科技园（模拟数据）"}
    centre = {name: is_done for (project, name), is_done in done(date(2022, 9, 1)).items() if "算力" in project}
    assert centre == {"立项批复": True, "招标完成": True, "施工许可": False, "上线运行": False}
    table, planted = projects_table(date(2022, 9, 1))
    assert {row[4] for row in table.rows if "人工智能" in str(row[0])} == {3_899_000_000_00}
    assert planted.rows_loaded == 8
