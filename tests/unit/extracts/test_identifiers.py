import polars as pl
import pytest

from mainstay.extracts.identifiers import (
    Code,
    has_valid_check,
    has_valid_organisation_check,
    parse_ids,
    tax_code,
)


@pytest.mark.parametrize(
    ("code", "mod_31", "mod_11"),
    [
        ("914403001922038216", True, True),
        ("91110108551385082Q", True, True),
        ("9152000071430580XT", True, True),
        ("91110109MA00GT10X0", True, True),
        ("91350211M0000XUF46", False, True),
    ],
)
def test_the_published_codes_pass_and_fail_their_checks(code: str, mod_31: bool, mod_11: bool) -> None:  # noqa: FBT001
    assert has_valid_check(code) is mod_31
    assert has_valid_organisation_check(code[8:17]) is mod_11
    assert tax_code(code) == Code(code, "" if mod_31 else "WARN_CHECKSUM")


def test_each_check_notices_a_changed_character() -> None:
    assert not has_valid_check("91110108551385083Q")
    assert not has_valid_organisation_check("551385083")


def test_an_old_tax_id_becomes_a_code_if_its_own_check_passes() -> None:
    assert tax_code("110109748136151") == Code("911101097481361512", "ID_UPGRADED")
    assert tax_code("110109748136152") == Code("110109748136152", "ID_UNUSUAL")


def test_zeros_appended_to_an_old_tax_id_go_first() -> None:
    assert tax_code("110109748136151000") == Code("911101097481361512", "ID_UPGRADED")
    assert tax_code("110109748136152000") == Code("110109748136152", "ID_UNUSUAL")
    assert tax_code("11022210249657X000").flags == "ID_UPGRADED"


def test_an_institutions_code_that_a_spreadsheet_rounded_is_not_taken_for_an_old_tax_id() -> None:
    assert tax_code("121000004000147000") == Code("121000004000147000", "WARN_CHECKSUM")


def test_an_old_tax_id_may_end_in_x() -> None:
    assert tax_code("11010210114648X").flags == "ID_UPGRADED"
    assert tax_code("11010210114648X").text.startswith("9111010210114648X")


def test_a_code_is_upper_case_half_width_and_without_outer_blanks() -> None:
    assert tax_code("　９１１１０１０８551385082q\t") == Code("91110108551385082Q", "")


@pytest.mark.parametrize("text", ["9111010855138508", "91110108551385082O", "京123", "N 037863", "91110108551385082Q1"])
def test_an_unknown_shape_stays_as_delivered(text: str) -> None:
    assert tax_code(text) == Code(text, "ID_UNUSUAL")


def ids(*texts: str, length: int | None = None, is_uscc: bool = False) -> list[str | None]:
    return parse_ids(pl.Series(texts, dtype=pl.String()), length, is_uscc=is_uscc)[0].to_list()


def test_outer_blanks_and_guards_go_and_inner_blanks_stay() -> None:
    assert ids("N 037863 ", "911\t", "'911", '="0911"', "", "  ") == ["N 037863", "911", "911", "0911", None, None]


def test_leading_zeros_come_back_where_the_length_is_known() -> None:
    assert ids("123", "A12", "00123", length=5) == ["00123", "A12", "00123"]


@pytest.mark.parametrize("text", ["9.11101E+17", "9.11101e+17", "1E+05", "9.1110109748136E17"])
def test_scientific_notation_is_refused(text: str) -> None:
    for is_uscc in (False, True):
        _, reasons, _ = parse_ids(pl.Series([text]), None, is_uscc=is_uscc)
        assert reasons.to_list() == ["ID_SCIENTIFIC"]


def test_an_id_that_only_looks_like_scientific_notation_passes() -> None:
    _, reasons, _ = parse_ids(pl.Series(["12E34", "9E17A", "MB123456"]), None, is_uscc=False)
    assert reasons.to_list() == [None, None, None]


def test_flags_stand_beside_the_codes() -> None:
    codes, _, flags = parse_ids(pl.Series(["91350211M0000XUF46", "110109748136151", "", "x"]), None, is_uscc=True)
    assert codes.to_list() == ["91350211M0000XUF46", "911101097481361512", None, "x"]
    assert flags.to_list() == ["WARN_CHECKSUM", "ID_UPGRADED", None, "ID_UNUSUAL"]
