from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.report.cells import Kind, UnfitValueError, csv_text, guarded_text, percent, shown_cell
from tests.unit.report.samples import WAN_YUAN, YUAN

TRIGGERS = "=+-@\t\r＝＋－＠"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+8610公司", "'+8610公司"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t表", "'\t表"),
        ("\r表", "' 表"),
        ("＝1+1", "'＝1+1"),
        ("  =1+1", "'  =1+1"),
        ("\n=1+1", "' =1+1"),
        ("\x00=1+1", "'=1+1"),
        ("\x00\t表", "'\t表"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str, shown: str) -> None:
    assert guarded_text(text) == shown


@pytest.mark.parametrize("text", ["京西（北京）科技有限公司", "A=B公司", "3-5号楼", "'引号", "a@b"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert guarded_text(text) == text


@given(st.text())
def test_no_text_reaches_a_file_with_a_formula_start_a_line_break_or_a_control_character(text: str) -> None:
    shown = guarded_text(text)
    if shown is not None:
        assert shown.lstrip(" \u3000\xa0")[0] not in TRIGGERS
        assert len(shown.splitlines()) == 1
        assert not any(ord(character) < 32 and character != "\t" for character in shown)


@given(st.text())
def test_guarding_twice_is_guarding_once(text: str) -> None:
    once = guarded_text(text)
    assert once is None or guarded_text(once) == once


@given(st.sampled_from(TRIGGERS), st.text())
def test_every_text_behind_a_trigger_is_guarded(trigger: str, rest: str) -> None:
    shown = guarded_text(trigger + rest)
    assert shown is None or shown.startswith("'")


@pytest.mark.parametrize("text", ["", "  ", "\r\n", "\t"])
def test_a_text_of_blanks_is_a_blank_cell(text: str) -> None:
    assert guarded_text(text) is None


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r", "\n\n\r", "\x0b", "\u2028", "\x85"])
def test_line_breaks_inside_a_text_become_one_blank(breaks: str) -> None:
    assert guarded_text(f"上{breaks}下") == "上 下"


@pytest.mark.parametrize(
    ("text", "in_csv"),
    [
        ("914403001922038216", "914403001922038216\t"),
        ("123456789012", "123456789012\t"),
        ("12345678901", "12345678901"),
        ("0111", "0111\t"),
        ("7320", "7320"),
        ("91110108551385E02", "91110108551385E02\t"),
        ("91110109MA00GT10X0", "91110109MA00GT10X0"),
        ("9111０10855", "9111０10855"),
    ],
)
def test_digits_that_a_spreadsheet_would_change_get_a_tab_in_csv(text: str, in_csv: str) -> None:
    assert csv_text(text, "tab") == in_csv
    assert csv_text(text, "none") == text


def test_numbers_are_not_guarded() -> None:
    assert csv_text(shown_cell(Decimal("-5.00"), "money", YUAN), "tab") == "-5.00"
    assert csv_text(shown_cell(Decimal(123456789012345), "money", YUAN), "tab") == "123456789012345.00"
    assert csv_text(shown_cell(-3, "integer", YUAN), "tab") == "-3"


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (-0.3, "-30.00"),
        (0.285, "28.50"),
        (Decimal("0.59745"), "59.75"),
        (Decimal("-0.59745"), "-59.75"),
        (-0.00001, "0.00"),
        (0, "0.00"),
        (12.5, "1250.00"),
    ],
)
def test_a_ratio_reads_in_per_cent_with_two_decimals(ratio: Decimal | float, shown: str) -> None:
    assert str(percent(ratio)) == shown


@pytest.mark.parametrize("ratio", [float("inf"), float("-inf"), float("nan"), Decimal("Infinity")])
def test_a_ratio_without_a_finite_value_is_blank_never_infinity(ratio: Decimal | float) -> None:
    assert percent(ratio) is None


ALL_KINDS: tuple[Kind, ...] = (
    "text", "code", "integer", "money", "percent", "date", "flag", "grade", "status", "sources", "judgement",
)  # fmt: skip


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_unknown_is_blank_in_every_kind_and_never_zero(kind: Kind) -> None:
    assert shown_cell(None, kind, WAN_YUAN) is None
    assert csv_text(None, "tab") == ""


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (True, "flag", "是"),
        (False, "flag", "否"),
        ("high", "grade", "高"),
        ("medium", "grade", "中"),
        ("low", "grade", "低"),
        ("awaiting_approval", "status", "待审核"),
        (["drop_list", "risk", "drop_list"], "sources", "榜单、减收关注"),
        ([], "sources", None),
        ("below", "judgement", "低于"),
        (["国家高新技术企业", "专精特新"], "text", "国家高新技术企业、专精特新"),
        (date(2022, 11, 7), "date", date(2022, 11, 7)),
    ],
)
def test_codes_become_the_words_of_the_office(value: object, kind: Kind, shown: object) -> None:
    assert shown_cell(value, kind, WAN_YUAN) == shown


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (12.5, "money"),
        (12, "money"),
        (Decimal("NaN"), "money"),
        ("12", "integer"),
        (True, "integer"),
        (True, "percent"),
        (datetime(2022, 1, 1), "date"),  # noqa: DTZ001 - a frame's times have no zone either
        (1, "flag"),
        ("severe", "grade"),
        ("已派单", "status"),
        (["rumour"], "sources"),
        ("drop_list", "sources"),
        (7, "text"),
        ([None], "text"),
    ],
)
def test_a_value_that_does_not_fit_its_kind_is_refused_without_being_repeated(value: object, kind: Kind) -> None:
    with pytest.raises(UnfitValueError) as refusal:
        shown_cell(value, kind, WAN_YUAN)
    assert str(value) not in str(refusal.value).split(": ", maxsplit=1)[0]
    assert "severe" not in str(refusal.value)
    assert "rumour" not in str(refusal.value)
