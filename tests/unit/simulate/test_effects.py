from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mainstay.months import add_months, months_between
from mainstay.simulate import Park
from tests.unit.simulate.plain_reading import amount, delivered, table_of
from tests.unit.simulate.two_years import Key, TwoYears, firms_of

CENT = Decimal("0.01")
_KEEPING = ("R1", "R3", "C1", "M1", "M3")


def a_year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def changes(amounts: Mapping[Key, Decimal], firms: set[str]) -> dict[Key, Decimal]:
    """The change of every month of 2022 against the same one of 2021, where there is any."""
    found = {}
    for firm in firms:
        for month in (f"2022-{number:02d}" for number in range(1, 13)):
            change = amounts.get((firm, month), Decimal()) - amounts.get((firm, a_year_before(month)), Decimal())
            if change:
                found[firm, month] = change
    return found


def negative(amounts: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    return {key: -value for key, value in amounts.items()}


@pytest.mark.parametrize("cause", ["P1", "P3", "P4", "B1", "T3", "D2"])
def test_what_an_added_or_missing_amount_changes_is_what_the_files_say(two_years: TwoYears, cause: str) -> None:
    late: dict[Key, Decimal] = defaultdict(Decimal, two_years.paid_late)
    for key, value in two_years.put_off.items():
        late[key] -= value
    in_files: dict[str, Mapping[Key, Decimal]] = {
        "P1": negative(two_years.credit_refunds),
        "P4": negative(two_years.other_refunds),
        "P3": late,
        "B1": two_years.one_offs,
        "T3": a_month_late(two_years),
        "D2": two_years.reversed,
    }
    effects = firms_of(two_years.truth["effects"], cause)
    planted = {decline["enterprise_id"] for decline in two_years.truth["declines"] if decline["cause"] == cause}
    firms = {firm for firm, _ in in_files[cause]} if cause in {"P4", "T3", "D2"} else planted
    expected = changes(in_files[cause], firms)
    if cause == "T3":
        ends = {one["enterprise_id"]: one["first_month"] for one in two_years.truth["declines"] if one["cause"] == "C1"}
        gone = {key: in_files["T3"].get(key, Decimal()) for key in expected if ends.get(key[0], "9") <= key[1]}
        expected = {key: value for key, value in (expected | gone).items() if value}
    assert effects == expected
    assert min(effects.values()) < 0


def a_month_late(park: TwoYears) -> dict[Key, Decimal]:
    """What came a month late, in the park's firms: missing in its month and there in the next."""
    moved: dict[Key, Decimal] = defaultdict(Decimal)
    for (firm, month), local in park.late.items():
        if firm in park.member:
            moved[firm, month] += local
            moved[firm, f"{add_months(date.fromisoformat(f'{month}-01'), -1):%Y-%m}"] -= local
    return moved


def test_a_settlement_that_came_late_is_missing_in_its_month_and_there_in_another(two_years: TwoYears) -> None:
    late = [one for one in two_years.truth["declines"] if one["cause"] == "T1"]
    moved: dict[Key, Decimal] = defaultdict(Decimal)
    for one in late:
        firm, usual, came = one["enterprise_id"], one["first_month"], one["last_month"]
        paid = two_years.settled[firm, came]
        amount = min(two_years.settled.get((firm, a_year_before(usual)), paid), paid)
        moved[firm, usual] -= amount
        moved[firm, came] += amount
    effects = firms_of(two_years.truth["effects"], "T1")
    assert effects == changes(moved, {one["enterprise_id"] for one in late})
    assert min(effects.values()) < 0
    assert sum(effects.values()) == 0


def test_what_a_cause_takes_away_is_its_part_of_what_was_due_a_year_before(two_years: TwoYears) -> None:
    stories = Counter(
        one["enterprise_id"] for one in two_years.truth["declines"] if one["cause"] in {*_KEEPING, "B1", "P4", "T1"}
    )
    seen = Counter[str]()
    for one in two_years.truth["declines"]:
        firm, cause = one["enterprise_id"], one["cause"]
        if cause not in _KEEPING or stories[firm] > 1:
            continue
        for month in (f"2022-{number:02d}" for number in range(1, 13)):
            told_as = "M1" if cause == "C1" and month < one["first_month"] else cause
            effects = firms_of(two_years.truth["effects"], told_as)
            now, then = kept(one, month), kept(one, a_year_before(month))
            was_due = due(two_years, firm, a_year_before(month))
            if cause == "C1" and month >= one["first_month"]:
                was_due += a_month_late(two_years).get((firm, a_year_before(month)), Decimal())
            expected = (now / then - 1) * was_due if then else (now - then) * due(two_years, firm, month)
            assert abs(effects.get((firm, month), Decimal()) - expected) <= CENT, (one, month)
            seen[cause] += bool(expected)
    assert set(seen) == set(_KEEPING)


def kept(decline: Mapping[str, object], month: str) -> Decimal:
    first, last = str(decline["first_month"]), decline["last_month"]
    lead_in: Any = decline["lead_in"]
    ahead = months_between(date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{first}-01"))
    if 0 < ahead <= len(lead_in):
        return Decimal(str(lead_in[-ahead]))
    over = last is not None and month > str(last)
    return Decimal(1) if month < first or over else Decimal(str(decline["keeps"]))


def due(park: TwoYears, firm: str, month: str) -> Decimal:
    """What a firm owed in a month, paid in it or later: without earlier dues, one-offs and what was booked back."""
    key, after = (firm, month), (firm, f"{add_months(date.fromisoformat(f'{month}-01'), 1):%Y-%m}")
    other = park.paid_late[key] + park.one_offs[key] + park.reversed[key] + park.late[key]
    return park.received[key] + park.put_off[key] + park.late[after] - other


def test_the_change_of_a_firm_that_left_is_explained_to_the_cent(two_years: TwoYears) -> None:
    told = two_years.truth["effects"]
    whole = [move for move in two_years.truth["moves"] if move["kind"] == "整体迁出" and not move["returned_on"]]
    months = 0
    for move in whole:
        firm = move["enterprise_id"]
        for month in (f"2022-{number:02d}" for number in range(1, 13)):
            if a_year_before(month) <= move["moved_on"][:7] < month:
                planted = sum(Decimal(e["local"]) for e in told if (e["enterprise_id"], e["month"]) == (firm, month))
                assert two_years.natural(firm, month) - two_years.natural(firm, a_year_before(month)) == planted
                months += 1
    assert months > 30


def test_one_years_settlement_comes_later_and_the_first_quarter_drops() -> None:
    park = Park(enterprises=600, seed=2, first_month=date(2020, 1, 1), months=36)
    late = [
        (firm, story)
        for firm in park.firms
        for story in firm.plot.stories
        if story.cause == "T1" and story.first == date(2022, 3, 1) and story.last == date(2022, 5, 1)
    ]
    assert late
    for firm, story in late:
        settled = {
            month: park._of_month(month).settled.get(firm.number, 0)
            for month in (date(year, number, 1) for year in (2021, 2022) for number in (3, 4, 5))
        }
        paid = {month for month, local in settled.items() if local}
        assert paid == {date(2021, 3, 1), date(2022, 5, 1)}
        assert settled[date(2021, 3, 1)] > 0.05 * firm.annual_local * firm.mix["CIT"]
        assert add_months(story.first, 2) == story.last


def test_a_settlement_comes_in_the_same_month_every_year_unless_it_is_planted(two_years: TwoYears) -> None:
    planted = {one["enterprise_id"] for one in two_years.truth["declines"] if one["cause"] in {"T1", *_KEEPING}}
    months: dict[str, set[str]] = defaultdict(set)
    for firm, month in two_years.settled:
        months[firm].add(month[5:])
    usual = [found for firm, found in months.items() if firm not in planted]
    assert {len(found) for found in usual} == {1}
    assert set.union(*usual) == {"03", "04", "05"}


def test_the_register_says_who_is_deregistered_and_that_those_who_moved_go_on(two_years: TwoYears) -> None:
    register = table_of(two_years.landing, "园区企业名录_202209.csv")
    ended = {
        one["enterprise_id"]
        for one in two_years.truth["declines"]
        if one["cause"] == "C1" and one["first_month"] <= "2022-09"
    }
    assert ended
    assert {row["统一社会信用代码"] for row in register if row["登记状态"] == "注销"} == ended
    assert {row["登记状态"] for row in register} == {"注销", "存续"}


def test_the_office_knows_some_events_with_the_money_of_the_files(two_years: TwoYears) -> None:
    rows = [
        (file["month"], row)
        for file in delivered(two_years.truth, "known_events")
        for row in table_of(two_years.landing, file["file"])
    ]
    one_offs = 0
    for told_in, row in rows:
        key = row["统一社会信用代码"], row["入库月份"]
        if row["事项类型"] in {"股权转让", "土地或房产处置"}:
            assert amount(row["影响地方级收入"]) == two_years.one_offs[key] > 0
            assert (row["是否持续"], told_in > row["入库月份"]) == ("否", True)
            one_offs += 1
        else:
            assert amount(row["影响地方级收入"]) < 0
    planted = [one for one in two_years.truth["declines"] if one["cause"] == "B1"]
    assert 0 < one_offs < len(planted)


def test_every_mover_has_five_decliners_and_every_planted_cause_has_its_money(two_years: TwoYears) -> None:
    causes = {effect["cause"] for effect in two_years.truth["effects"]}
    assert causes == {"P1", "P3", "P4", "B1", "T1", "C1", "R1", "R3", "M1", "M3", "T3", "D2"}
    others = [one for one in two_years.truth["declines"] if one["cause"] not in {"R1", "P1", "P3"}]
    assert len(others) >= 5 * len(two_years.truth["moves"])
