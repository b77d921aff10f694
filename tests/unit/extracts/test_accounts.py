from decimal import Decimal

from mainstay.extracts.accounts import Fate, read_decimal, tally
from mainstay.extracts.extract import AmountTally


def test_every_amount_is_summed_where_its_row_went() -> None:
    cells = ["1.10", "(2)", "x", "3", "", "1,000.00", "0.005", "title", "7", " 4 "]
    fates = [
        Fate.LOADED,
        Fate.LOADED,
        Fate.REJECTED,
        Fate.DUPLICATE,
        Fate.LOADED,
        Fate.TOTAL_LINE,
        Fate.REJECTED,
        Fate.PREAMBLE,
        Fate.RAGGED,
        Fate.BLANK,
    ]
    assert tally("amount_total", "万元", cells, fates) == AmountTally(
        column="amount_total",
        unit="万元",
        read=Decimal("1002.105"),
        rejected=Decimal("0.005"),
        duplicate=Decimal(3),
        total_line=Decimal(1000),
        rows_unreadable=2,
    )


def test_sums_are_exact_beyond_the_usual_precision() -> None:
    got = tally("a", "元", ["9999999999999999.99"] * 3 + ["0.0000000001"], [Fate.LOADED] * 3 + [Fate.REJECTED])
    assert got.read == Decimal("29999999999999999.9700000001")


def test_a_number_that_no_table_can_hold_is_unreadable() -> None:
    got = tally("a", "元", ["12345678901234567", "0.00000000001"], [Fate.REJECTED, Fate.REJECTED])
    assert (got.read, got.rows_unreadable) == (Decimal(0), 2)


def test_any_number_of_decimals_is_read_or_refused_and_never_rounded() -> None:
    assert read_decimal("-1." + "0" * 200) == Decimal(-1)
    got = tally("a", "元", ["1." + "0" * 200, "1." + "0" * 80 + "1", "(0.0000000001)"], [Fate.LOADED] * 3)
    assert (got.read, got.rows_unreadable) == (Decimal("0.9999999999"), 1)
