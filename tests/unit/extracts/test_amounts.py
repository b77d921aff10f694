from decimal import Decimal

import polars as pl
import pytest

from mainstay.extracts.accounts import read_decimal
from mainstay.extracts.amounts import parse_amounts


def parsed(text: str, exponent: int = 0, sign: int = 1) -> tuple[Decimal | None, str | None]:
    values, reasons = parse_amounts(pl.Series([text]), exponent, sign)
    assert values.dtype == pl.Decimal(18, 2)
    return values[0], reasons[0]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1，234，567.8", "1234567.80"),
        ("1 234.56", "1234.56"),
        ("\u00a01\u202f234.56\u3000", "1234.56"),
        ("１２３４．５６", "1234.56"),
        ("（1,234）", "-1234.00"),
        ("(¥1,234.50)", "-1234.50"),
        ("¥(12)", "-12.00"),
        ("￥1,234.50", "1234.50"),
        ("-¥5", "-5.00"),
        ("$ 8727", "8727.00"),
        ("－5.5", "-5.50"),
        ("−5.5", "-5.50"),
        ("+5", "5.00"),
        ("'1,234.50", "1234.50"),
        ('"1,234.50"', "1234.50"),
        ("8770.380", "8770.38"),
        ("000000963.19", "963.19"),
        ("-000000963.19", "-963.19"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("00000000000000000000001.00", "1.00"),
    ],
)
def test_an_amount_is_read_in_every_style_that_occurs(text: str, amount: str) -> None:
    assert parsed(text) == (Decimal(amount), None)
    assert read_decimal(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "  ", "\t", "-", "—", "——", "－", "--", "–", "'"])
def test_blank_or_a_dash_is_nothing_and_not_zero(text: str) -> None:
    assert parsed(text) == (None, None)
    assert read_decimal(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "abc", "1.2.3", "1,23", "12,34.5", "1 2 3", "12 34", "1,234 567", "(5", "5)", "(-5)", "--5", "5-", "1e5",
        "1.5E+6", "NaN", "Infinity", "1_000", "٣", "5%", "5元", "¥¥5", "¥", "$()", "()", "#ERROR", "0x10", "1/2",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_by_both_readers(text: str) -> None:
    assert parsed(text) == (None, "BAD_AMOUNT")
    with pytest.raises(ValueError, match=r"marks|groups|digits|bracket"):
        read_decimal(text)


def test_more_than_sixteen_digits_before_the_point_are_refused() -> None:
    assert parsed("12345678901234567") == (None, "BAD_AMOUNT")
    assert parsed("1234567890123", exponent=4) == (None, "BAD_AMOUNT")
    assert parsed("123456789012", exponent=4) == (Decimal("1234567890120000.00"), None)


def test_digits_beyond_the_cent_are_refused_and_zeros_beyond_it_are_not() -> None:
    assert parsed("1.005") == (None, "EXCESS_DECIMALS")
    assert parsed("1.0000000000000000001") == (None, "EXCESS_DECIMALS")
    assert parsed("1.00000000000000000000") == (Decimal("1.00"), None)


@pytest.mark.parametrize(
    ("text", "exponent", "amount"),
    [
        ("1.234567", 4, "12345.67"),
        ("0.000001", 4, "0.01"),
        ("0.0000000001", 8, "0.01"),
        ("17.01", 8, "1701000000.00"),
        ("(1.5)", 4, "-15000.00"),
        (".5", 4, "5000.00"),
        ("0", 8, "0.00"),
    ],
)
def test_a_unit_moves_the_point_and_rounds_nothing(text: str, exponent: int, amount: str) -> None:
    assert parsed(text, exponent) == (Decimal(amount), None)


def test_excess_decimals_are_counted_in_the_ledgers_unit() -> None:
    assert parsed("0.0000001", 4) == (None, "EXCESS_DECIMALS")


def test_a_contracts_sign_negates_once() -> None:
    assert parsed("5.00", sign=-1) == (Decimal("-5.00"), None)
    assert parsed("(5.00)", sign=-1) == (Decimal("5.00"), None)
    assert parsed("0", sign=-1) == (Decimal("0.00"), None)


def test_a_column_of_many_styles_keeps_its_order() -> None:
    values, reasons = parse_amounts(pl.Series(["1", None, "(2)", "x", "3.001", "4.00"]), 0, 1)
    assert values.to_list() == [Decimal(1), None, Decimal(-2), None, None, Decimal(4)]
    assert reasons.to_list() == [None, None, None, "BAD_AMOUNT", "EXCESS_DECIMALS", None]


def test_an_empty_column_has_the_type_of_money() -> None:
    values, reasons = parse_amounts(pl.Series([], dtype=pl.String()), 4, 1)
    assert (values.dtype, len(values), len(reasons)) == (pl.Decimal(18, 2), 0, 0)
