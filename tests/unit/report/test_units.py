from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.errors import SettingsError
from mainstay.report.units import DisplayUnit
from tests.unit.report.samples import WAN_YUAN, YUAN

YI_YUAN = DisplayUnit("亿元", Decimal(100_000_000))
AMOUNTS = st.decimals(min_value=Decimal("-9e15"), max_value=Decimal("9e15"), places=2)


@pytest.mark.parametrize(
    ("unit", "amount", "shown"),
    [
        (YUAN, "1234567.89", "1234567.89"),
        (WAN_YUAN, "1234567.89", "123.46"),
        (WAN_YUAN, "50.00", "0.01"),
        (WAN_YUAN, "150.00", "0.02"),
        (WAN_YUAN, "250.00", "0.03"),
        (WAN_YUAN, "-50.00", "-0.01"),
        (WAN_YUAN, "49.99", "0.00"),
        (WAN_YUAN, "-49.99", "0.00"),
        (YI_YUAN, "2231000000.00", "22.3100"),
        (YI_YUAN, "1102000.00", "0.0110"),
        (WAN_YUAN, "9999999999999999.99", "1000000000000.00"),
    ],
)
def test_money_is_divided_exactly_and_rounded_half_away_from_zero(unit: DisplayUnit, amount: str, shown: str) -> None:
    assert str(unit.show(Decimal(amount))) == shown


@given(AMOUNTS)
def test_a_shown_amount_is_at_most_half_a_step_from_the_true_one(amount: Decimal) -> None:
    assert abs(WAN_YUAN.show(amount) * 10_000 - amount) <= 50


@given(AMOUNTS)
def test_losses_and_gains_are_rounded_alike(amount: Decimal) -> None:
    assert WAN_YUAN.show(-amount) == -WAN_YUAN.show(amount)


@given(AMOUNTS)
def test_yuan_keep_every_cent(amount: Decimal) -> None:
    assert YUAN.show(amount) == amount


def test_somebody_elses_decimal_settings_do_not_change_a_figure() -> None:
    with localcontext():
        getcontext().prec = 3
        assert str(WAN_YUAN.show(Decimal("123456789.00"))) == "12345.68"


@pytest.mark.parametrize("divisor", ["0", "-1", "NaN", "Infinity"])
def test_a_unit_by_which_one_cannot_divide_is_refused(divisor: str) -> None:
    with pytest.raises(SettingsError, match="positive divisor"):
        DisplayUnit("万元", Decimal(divisor))


def test_a_unit_without_a_label_is_refused() -> None:
    with pytest.raises(SettingsError, match="label"):
        DisplayUnit(" ", Decimal(1))
