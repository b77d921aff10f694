from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from mainstay.simulate.firms.codes import citizen_number, simulated_uscc
from mainstay.simulate.money.levies import CIT, CREDIT_REFUND, PROPERTY, VAT, Shares


@given(st.integers(1, 200_000))
def test_a_simulated_code_is_a_valid_social_credit_code_with_the_body_of_a_simulated_firm(
    number: int,
) -> None:
    code = simulated_uscc(number)
    assert uscc.is_valid(code)
    assert code[8:11] == "MA9"


@given(st.sets(st.integers(1, 20_000_000), min_size=2, max_size=50))
def test_no_two_firms_share_a_code(numbers: set[int]) -> None:
    assert len({simulated_uscc(number) for number in numbers}) == len(numbers)


@given(st.dates(date(1950, 1, 1), date(2005, 12, 31)))
def test_a_simulated_citizen_number_is_valid_in_form_and_never_issued(born: date) -> None:
    number = citizen_number(born)
    assert ric.is_valid(number)
    assert ric.get_birth_date(number) == born
    assert number[14:17] == "000"


@given(st.integers(-(10**12), 10**12), st.sampled_from([VAT.shares, CIT.shares, PROPERTY.shares, CREDIT_REFUND]))
def test_the_levels_of_an_amount_sum_to_it_to_the_cent(total: int, shares: Shares) -> None:
    split = shares.of(total)
    assert split.central + split.city + split.district == total
    assert abs(split.district * 1000 - total * shares.district) <= 500


def test_shares_are_the_table_of_2021() -> None:
    assert (VAT.shares, CIT.shares, PROPERTY.shares) == (
        Shares(500, 250, 250),
        Shares(600, 200, 200),
        Shares(0, 500, 500),
    )
    assert VAT.shares is not None
    assert VAT.shares.as_delivered == "中央50%市级25%区级25%"
    assert CREDIT_REFUND.as_delivered == "中央50%市级42.5%区级7.5%"
