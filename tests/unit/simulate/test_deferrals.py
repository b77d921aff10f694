from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mainstay.simulate import Park
from mainstay.simulate.extracts.deferrals import PAID_IN, deferred_hundredths, put_off
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.money.levies import VAT
from mainstay.simulate.money.payments import Payment, dues_of, payments_of
from tests.unit.simulate.plain_reading import LEVELS, amount, delivered, good_lines, table_of

MONTH, PAID = date(2022, 2, 1), date(2022, 8, 1)


@pytest.fixture(scope="module")
def year() -> Park:
    return Park(enterprises=200, seed=11, first_month=date(2021, 10, 1), months=12)


def due_in(park: Park, firm: Firm, month: date) -> list[Payment]:
    return payments_of(firm, dues_of(firm, month, Random(1), park._sized.calendar), month)


def deferring(park: Park, hundredths: int) -> Iterator[Firm]:
    return (firm for firm in park.firms if deferred_hundredths(firm) == hundredths)


def test_what_is_paid_and_what_is_put_off_sum_to_what_was_due_at_every_level(year: Park) -> None:
    for hundredths in (50, 100):
        for firm in deferring(year, hundredths):
            due = due_in(year, firm, MONTH)
            made, later = put_off(firm, due, MONTH)
            for level in range(4):
                whole = sum(payment.amount[level] for payment in due)
                parts = [payment.amount[level] for payment in made] + [item.amount[level] for item in later]
                assert sum(parts) == whole
            assert all(min(item.amount) >= 0 for item in [*made, *later])
            owes_vat, pays_vat = (any(payment.levy is VAT for payment in some) for some in (due, made))
            assert pays_vat is (owes_vat and hundredths == 50)


def test_only_manufacturers_that_stay_put_anything_off_and_only_in_the_months_of_the_rule(year: Park) -> None:
    for firm in year.firms:
        due = due_in(year, firm, MONTH)
        if firm.industry.division != "制造业" or firm.plot.ended_on:
            assert put_off(firm, due, MONTH) == (due, [])
        assert put_off(firm, due, date(2022, 9, 1)) == (due, [])
    assert {item.firm.industry.division for item in year.deferrals} == {"制造业"}
    assert {item.month for item in year.deferrals} == {date(2021, 11, 1), date(2021, 12, 1)} | {
        date(2022, month, 1) for month in range(1, 8)
    }
    for item in year.deferrals:
        assert PAID_IN[item.period[1].replace(day=1)] == item.paid_month
        assert item.levy.item != "个人所得税"


def test_what_was_put_off_is_paid_to_the_cent_in_its_month_for_its_old_tax_period(year: Park) -> None:
    expected = Counter(
        (item.firm.uscc, item.levy.item, item.period, item.amount) for item in year.deferrals if item.paid_month == PAID
    )
    paid = Counter(
        (line.source_id, line.levy.item, line.period, line.amount)
        for line in year._lines(PAID)
        if line.reason == "缓缴税款入库"
    )
    assert paid == expected
    assert len(paid) > 20
    assert not [line for line in year._lines(date(2022, 7, 1)) if line.reason == "缓缴税款入库"]


def test_months_can_be_written_in_any_order(year: Park, tmp_path: Path) -> None:
    again = Park(enterprises=200, seed=11, first_month=date(2021, 10, 1), months=12)
    for park, name in ((year, "a"), (again, "b")):
        park.write_month(tmp_path / name, PAID)
    assert [path.read_bytes() for path in sorted((tmp_path / "a").iterdir())] == [
        path.read_bytes() for path in sorted((tmp_path / "b").iterdir())
    ]


def test_the_extract_of_deferrals_is_the_planted_p3(written: Path, truth: dict[str, Any]) -> None:
    planted = {
        (d["enterprise_id"], d["first_month"]): (Decimal(d["one_off_local"]), d["paid_month"])
        for d in truth["declines"]
        if d["cause"] == "P3"
    }
    local: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    paid_months = {}
    for file in delivered(truth, "deferrals"):
        *rows, blank, total = table_of(written / "landing", file["file"])
        assert (set(blank.values()), total["社会信用代码（纳税人识别号）"]) == ({""}, "合计")
        assert amount(total["缓缴税额"]) == sum(amount(row["缓缴税额"]) for row in rows)
        for row in rows:
            key = (row["社会信用代码（纳税人识别号）"], row["应入库月份"])
            assert row["应入库月份"] == file["month"]
            local[key] += amount(row["市级"]) + amount(row["区级"])
            paid_months[key] = row["缓缴到期月份"]
        assert Decimal(file["loaded"]["amount_total"]) == sum(amount(row["缓缴税额"]) for row in rows)
    assert {key: (local[key], paid_months[key]) for key in local} == planted


def test_a_small_manufacturer_pays_no_vat_in_the_months_that_it_puts_off(written: Path) -> None:
    rows = good_lines(written / "landing", "税收入库明细_202203.csv")
    *deferred, _, _ = table_of(written / "landing", "缓税明细_202203.csv")
    in_full = {row["社会信用代码（纳税人识别号）"] for row in deferred} - {
        row["社会信用代码（纳税人识别号）"] for row in rows if row["征收项目"] == "增值税"
    }
    assert in_full
    assert all(amount(row[level]) >= 0 for row in deferred for level in ("缓缴税额", *LEVELS[1:]))
