from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

import pytest

from mainstay.simulate import Park
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import STAMP_SALES, VAT, Split
from mainstay.simulate.money.payments import Payment
from mainstay.simulate.money.published import PUBLISHED
from mainstay.simulate.money.raking import Entry, Local, in_whole, settle
from tests.unit.simulate.plain_reading import amount, delivered, good_lines
from tests.unit.simulate.two_years import TwoYears

YI = Decimal(100_000_000)
_NATURAL = {2021: (Decimal("1358870316.47"), Decimal("690940128.35")), 2022: ("1700850273.91", "1243290184.62")}
_REFUNDS = {2021: ("38130000.00", "5719500.00"), 2022: ("530200000.00", "79530000.00")}


def natural(park: TwoYears, year: int) -> tuple[Decimal, Decimal]:
    """Local and district, January to October, from the rows of the files."""
    return (
        park.of_park(park.received, year) - sum(refunds(park, year, "local")),
        park.of_park(park.received_district, year) - sum(refunds(park, year, "district")),
    )


def refunds(park: TwoYears, year: int, level: str) -> tuple[Decimal, Decimal]:
    """VAT credit refunds and others."""
    if level == "local":
        return park.of_park(park.credit_refunds, year), park.of_park(park.other_refunds, year)
    return park.of_park(park.credit_refunds_district, year), park.of_park(park.other_refunds_district, year)


def rounded(value: Decimal, places: str) -> str:
    return str(value.quantize(Decimal(places), ROUND_HALF_UP))


@pytest.mark.parametrize("year", [2021, 2022])
def test_the_rows_sum_to_the_totals_of_both_years_and_levels_to_the_cent(two_years: TwoYears, year: int) -> None:
    assert natural(two_years, year) == tuple(Decimal(total) for total in _NATURAL[year])
    credit = refunds(two_years, year, "local")[0], refunds(two_years, year, "district")[0]
    assert credit == tuple(Decimal(total) for total in _REFUNDS[year])


def test_the_published_figures_hold_to_their_rounding_which_takes_both_years(two_years: TwoYears) -> None:
    before, now = natural(two_years, 2021), natural(two_years, 2022)
    back_before, back_now = (
        [refunds(two_years, year, level)[0] for level in ("local", "district")] for year in (2021, 2022)
    )
    restored_before = [net + back for net, back in zip(before, back_before, strict=True)]
    restored = [net + back for net, back in zip(now, back_now, strict=True)]
    assert [rounded(value / YI, "0.01") for value in (*now, *restored)] == ["17.01", "12.43", "22.31", "13.23"]
    assert [rounded(value / YI, "0.01") for value in back_now] == ["5.30", "0.80"]
    grown = [
        rounded((after / base - 1) * 100, "0.1")
        for after, base in zip((*now, *restored), (*before, *restored_before), strict=True)
    ]
    assert grown == ["25.2", "79.9", "59.7", "89.9"]
    only_one_year = [rounded((after / base - 1) * 100, "0.1") for after, base in zip(restored, before, strict=True)]
    assert only_one_year == ["64.2", "91.5"]
    assert rounded(restored[1] / restored[0], "0.001") == "0.593"
    assert rounded(restored_before[1] / restored_before[0], "0.0001") == "0.4987"


@pytest.mark.parametrize("enterprises", [10, 45, 400])
def test_a_park_of_any_size_has_the_same_totals(enterprises: int) -> None:
    park = Park(enterprises=enterprises, seed=3, first_month=date(2021, 1, 1), months=22)
    for year, published in PUBLISHED.items():
        assert in_cents(park, year) == Local(
            published.natural_local - published.natural_district, published.natural_district
        )


def test_above_the_real_size_the_totals_grow_with_the_park() -> None:
    assert PUBLISHED[2022].of(7000) == tuple(2 * total for total in PUBLISHED[2022])
    assert PUBLISHED[2022].of(300) == PUBLISHED[2022]


def in_cents(park: Park, year: int) -> Local:
    codes = {firm.uscc for firm in park.firms if firm.in_park}
    city = district = 0
    for month in (date(year, number, 1) for number in range(1, 11)):
        refunded = [refund for refund in park.refunds if refund.refunded_on.replace(day=1) == month]
        amounts = [line.amount for line in park._lines(month) if line.source_id in codes and line.levy.shares]
        city += sum(each.city for each in amounts) - sum(refund.amount.city for refund in refunded)
        district += sum(each.district for each in amounts) - sum(refund.amount.district for refund in refunded)
    return Local(city, district)


def test_rows_of_named_firms_give_the_district_all_of_2022_and_none_do_in_2021(two_years: TwoYears) -> None:
    retained: dict[str, Decimal] = {}
    names = set()
    for file in delivered(two_years.truth, "receipts"):
        for row in good_lines(two_years.landing, file["file"]):
            if "市级0%" in row["预算分配比例"] and file["month"] <= "2022-10":
                assert amount(row["市级"]) == 0
                retained[file["month"]] = retained.get(file["month"], Decimal()) + amount(row["区级"])
                names.add(row["纳税人名称"])
    assert min(retained) == "2022-01"
    assert len(names) == 5
    assert rounded(sum(retained.values()) / Decimal("2231050273.91"), "0.001") == "0.186"


def test_the_rows_own_shares_are_those_of_its_amounts(two_years: TwoYears) -> None:
    worst = Decimal()
    for file in delivered(two_years.truth, "receipts"):
        for row in good_lines(two_years.landing, file["file"]):
            if row["预算分配比例"]:
                city = row["预算分配比例"].split("市级")[1].split("%")[0]
                worst = max(worst, abs(amount(row["市级"]) - amount(row["实缴金额"]) * Decimal(city) / 100))
    assert worst < Decimal("0.20")


def test_raking_hardly_changes_what_is_drawn_and_an_ordinary_firm_grows_by_a_tenth(two_years: TwoYears) -> None:
    planted = {decline["enterprise_id"] for decline in two_years.truth["declines"]}
    firms = {firm for firm, _ in two_years.received if "MA9" in firm} - planted
    months = [f"{month:02d}" for month in range(1, 11)]

    def paid(firm: str, year: int) -> Decimal:
        return sum((two_years.received[firm, f"{year}-{month}"] for month in months), Decimal())

    grown = [paid(firm, 2022) / paid(firm, 2021) for firm in firms if two_years.received[firm, "2021-01"]]
    assert len(grown) > 30
    assert Decimal("1.02") < median(grown) < Decimal("1.18")


def test_a_total_is_shared_out_in_whole_cents() -> None:
    assert in_whole([1.0, 1.0, 1.0], 100) == [33, 34, 33]
    assert in_whole([0.2, 0.3], -7) == [-3, -4]
    assert in_whole([], 5) == []


def test_what_rounding_leaves_goes_to_the_largest_line_and_single_cents_to_the_next(two_years: TwoYears) -> None:
    firm = next(firm for firm in Park(enterprises=10, seed=1, first_month=date(2021, 1, 1), months=1).firms)
    entries = [entry(firm, VAT, 100_000_00), entry(firm, STAMP_SALES, 500_00)]
    before = [each.payment.amount for each in entries]
    settle(entries, Local(10_01, 9_97))
    after = [each.payment.amount for each in entries]
    assert sum(each.city for each in after) - sum(each.city for each in before) == 10_01
    assert sum(each.district for each in after) - sum(each.district for each in before) == 9_97
    for amount_ in after:
        assert amount_.total == amount_.central + amount_.city + amount_.district
    assert after[1].total == 500_00
    assert two_years.truth["simulated"]


def entry(firm: Firm, levy: object, total: int) -> Entry:
    shares = levy.shares  # type: ignore[attr-defined]
    split: Split = shares.of(total)
    return Entry(firm, Payment(levy, split, (date(2020, 12, 1), date(2020, 12, 31)), date(2021, 1, 9), 0))  # type: ignore[arg-type]


@pytest.mark.parametrize("year", [2021, 2022])
def test_a_park_of_the_real_size_is_as_concentrated_before_and_after_its_growth(year: int) -> None:
    park = Park(enterprises=3500, seed=7, first_month=date(2020, 1, 1), months=36)
    middle = date(year, 6, 1)
    paid = sorted(
        (firm.usual(middle) * firm.plot.kept(middle) for firm in park.firms if firm.in_park and firm.in_from <= middle),
        reverse=True,
    )
    assert 0.60 <= sum(paid[:50]) / sum(paid) <= 0.70
    assert paid[0] / sum(paid) <= 0.15
