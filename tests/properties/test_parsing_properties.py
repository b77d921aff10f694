"""What must hold of reading whatever comes: nothing is lost, nothing is rounded, two readers agree."""

import csv
import io
import tempfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstay.errors import ExtractError
from mainstay.extracts.accounts import read_decimal
from mainstay.extracts.amounts import parse_amounts
from mainstay.extracts.contract import UNIT_EXPONENT
from mainstay.extracts.extract import Extract, FileContent
from mainstay.extracts.identifiers import has_valid_organisation_check, parse_ids, tax_code
from mainstay.extracts.periods import read_date, read_month
from mainstay.extracts.persons import is_natural_person, natural_persons
from mainstay.extracts.reading import misfit, probe, read_extract
from mainstay.extracts.records import split_text
from mainstay.extracts.workbook_reader import exact_number
from tests.unit.extracts.samples import FIRM, HEADER, OTHER_FIRM, accounted, citizen_number, contract

CENTS = st.integers(-(10**18) + 1, 10**18 - 1)
FULL_WIDTH = str.maketrans("0123456789.,-()", "０１２３４５６７８９．，－（）")


@st.composite
def styled_amounts(draw: st.DrawFn) -> tuple[str, Decimal]:
    """An amount to the cent, in one of the styles of delivered files."""
    amount = Decimal(draw(CENTS)).scaleb(-2)
    digits = f"{abs(amount):{draw(st.sampled_from(['.2f', ',.2f']))}}"
    if draw(st.booleans()):
        digits = digits.replace(",", " ")
    digits += "0" * draw(st.integers(0, 12))
    digits = draw(st.sampled_from(["", "¥", "￥", "$", "¥ "])) + digits
    if amount < 0:
        digits = draw(st.sampled_from(["-{}", "({})", "− {}", "- {}"])).format(digits)
    if draw(st.booleans()):
        digits = digits.translate(FULL_WIDTH)
    blank = draw(st.sampled_from(["", " ", "\t", "\u3000", "'", '"', "\u00a0"]))
    return blank + digits + blank, amount


@given(st.lists(styled_amounts(), min_size=1, max_size=20))
def test_an_amount_survives_every_style(cases: list[tuple[str, Decimal]]) -> None:
    texts, amounts = zip(*cases, strict=True)
    values, reasons = parse_amounts(pl.Series(texts), 0, 1)
    assert values.to_list() == list(amounts)
    assert reasons.to_list() == [None] * len(texts)


@given(styled_amounts())
def test_the_second_reader_of_amounts_reads_the_same(case: tuple[str, Decimal]) -> None:
    text, amount = case
    assert read_decimal(text) == amount


@settings(max_examples=1000)
@given(st.text(st.sampled_from("0123456789.,-+()¥$ 　'\"－（eE元"), max_size=12) | st.text(max_size=6))
@example("1,234 567")
@example("'- '")
@example("- -5")
@example("¥ (5)")
@example("(+5)")
@example("٣")
def test_two_independent_readers_agree_on_what_an_amount_is(text: str) -> None:
    values, reasons = parse_amounts(pl.Series([text], dtype=pl.String()), 0, 1)
    try:
        expected = read_decimal(text)
    except ValueError:
        assert reasons[0] == "BAD_AMOUNT" or (reasons[0] == "EXCESS_DECIMALS" and "." in text)
        return
    if expected is not None and expected != round(expected, 2):
        assert reasons[0] == "EXCESS_DECIMALS"
    else:
        assert (values[0], reasons[0]) == (expected, None)


@given(CENTS, st.sampled_from(sorted(UNIT_EXPONENT.items())), st.sampled_from([1, -1]))
def test_a_unit_and_a_sign_change_nothing_but_the_point_and_the_sign(
    cents: int, unit: tuple[str, int], sign: int
) -> None:
    amount = Decimal(cents).scaleb(-2)
    delivered = f"{amount.scaleb(-unit[1]):f}"
    values, reasons = parse_amounts(pl.Series([delivered]), unit[1], sign)
    assert (values[0], reasons[0]) == (amount * sign, None)


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_spreadsheets_double_gives_back_the_cents_that_were_typed(cents: int) -> None:
    typed = Decimal(cents).scaleb(-2)
    rendered = f"{float(typed):.9f}"
    if "." in rendered and len(rendered) > 16:
        assert Decimal(exact_number(rendered)) == typed


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.data())
def test_a_month_survives_every_style(day: date, data: st.DataObject) -> None:
    style = data.draw(
        st.sampled_from(
            ["{0}年{1}月", "{0}年{1:02}月", "{0}{1:02}", "{0}-{1:02}", "{0}/{1}", " {0}/{1:02} ", "{0}.{1}",
             "{0}-{1:02}-{2:02}", "{0}/{1}/{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}", "{0}-{1:02}-{2:02} 00:00:00",
             "{0} 年 {1} 月"]
        )
    )  # fmt: skip
    text = style.format(day.year, day.month, day.day)
    assert read_month(text) == (day.replace(day=1), None)
    if "{2" in style:
        assert read_date(text) == (day, None)


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_has_a_reason(text: str) -> None:
    for read in (read_month, read_date):
        value, reason = read(text)
        assert (value is None) != (reason is None)


@given(st.integers(110_000, 659_999), st.text(st.sampled_from("0123456789ABCDEFGH"), min_size=8, max_size=8))
def test_an_upgraded_id_is_a_valid_code_that_holds_the_old_one(division: int, organisation: str) -> None:
    old = next(
        f"{division}{organisation}{check}"
        for check in "0123456789X"
        if has_valid_organisation_check(organisation + check)
    )
    code = tax_code(old)
    assert code.flags == "ID_UPGRADED"
    assert code.text[2:17] == old
    assert tax_code(code.text) == (code.text, "")


@given(st.text(max_size=25))
def test_any_text_is_some_id_and_never_an_empty_one(text: str) -> None:
    assert tax_code(text).text == text.strip() or tax_code(text).text


@given(
    st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    st.integers(110_000, 659_999),
    st.integers(0, 999) | st.just(0),
    st.sampled_from(["{}", " {}\t", "'{}", '="{}"', "{}01", "{}X1"]),
)
@example(date(1991, 10, 25), 110_109, 0, "{}")
def test_every_citizen_number_is_told_however_it_is_written(born: date, division: int, serial: int, style: str) -> None:
    number = citizen_number(f"{division}{born:%Y%m%d}{serial:03}")
    for is_uscc in (True, False):
        ids, reasons, _ = parse_ids(pl.Series([style.format(number)]), None, is_uscc=is_uscc)
        assert reasons[0] is None
        assert natural_persons(ids, pl.Series([None], dtype=pl.String())).to_list() == [True]


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(110_000, 659_999), st.integers(0, 999))
def test_a_citizen_number_with_one_wrong_digit_is_none(born: date, division: int, serial: int) -> None:
    number = citizen_number(f"{division}{born:%Y%m%d}{serial:03}")
    assert not is_natural_person(number[:16] + str((int(number[16]) + 1) % 10) + number[17])


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_split_into_the_same_records(records: list[list[str]], end: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(records)
    split = split_text(stream.getvalue(), ",", "x.csv")
    assert split.cells == records
    assert sorted(set(split.lines)) == list(split.lines)


AMOUNT_CELLS = st.one_of(
    styled_amounts().map(lambda case: case[0]),
    st.sampled_from(["", "-", "x", "1.005", "12345678901234567", "(3)", "1E+5", "0"]),
)
ROWS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([FIRM, OTHER_FIRM, "", citizen_number("11010919900101123"), "9.1E+17", "L" * 20]),
            st.sampled_from(["北京某公司", "王某甲", "", "合计", "小 计"]),
            st.sampled_from(["增值税", "契税", ""]),
            AMOUNT_CELLS,
            st.sampled_from(["2022-05-03", "2022/6/1", "1-5月", "", "202213"]),
            st.sampled_from(["", "3110", "3111"]),
        ),
        st.just(("", "", "", "", "", "")),
        st.just(()),
        st.just(("只有", "三", "格")),
        st.just(tuple(HEADER.strip().split(","))),
    ),
    max_size=25,
)


def read_rows(rows: list[tuple[str, ...]]) -> Extract:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER.strip().split(","), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text(stream.getvalue(), "utf-8", newline="")
        return read_extract(FileContent.read(path), contract())


@settings(max_examples=80)
@given(ROWS)
def test_every_row_and_every_cent_is_accounted_for(rows: list[tuple[str, ...]]) -> None:
    extract = read_rows(rows)
    assert extract.rows_read + extract.rows_preamble == len(rows) + 1
    assert accounted(extract) == extract.rows_read
    assert extract.rejects["line"].n_unique() == extract.rows_rejected
    (amount,) = extract.amounts
    loaded = sum(extract.rows["amount_total"].drop_nulls(), Decimal(0))
    assert amount.read == loaded + amount.rejected + amount.duplicate + amount.total_line
    assert extract.rows["line"].is_unique().all()
    assert not set(extract.rows["line"]) & set(extract.rejects["line"])


@settings(max_examples=40)
@given(ROWS)
def test_no_person_leaves_the_reader(rows: list[tuple[str, ...]]) -> None:
    extract = read_rows(rows)
    text = repr(extract.rows.rows()) + repr(extract.rejects.rows())
    assert citizen_number("11010919900101123") not in text
    assert "L" * 20 not in text
    assert Counter(extract.rows["source_id"])["自然人及个体"] <= 9


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_sum(rows: list[tuple[str, ...]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = read_rows(rows), read_rows(shuffled)
    assert before.amounts == after.amounts
    assert sum(before.rows["amount_total"].drop_nulls()) == sum(after.rows["amount_total"].drop_nulls())


@settings(max_examples=150)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: (HEADER + text).encode()))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        try:
            misfit(probe(FileContent.read(path)), contract())
            extract = read_extract(FileContent.read(path), contract())
        except ExtractError:
            return
        assert accounted(extract) == extract.rows_read
