import pytest

from mainstay.errors import ExtractError
from mainstay.extracts.records import split_head, split_text


def test_lines_are_those_of_the_file_where_fields_hold_line_breaks() -> None:
    records = split_text('a,b\r\n"x\r\ny",1\r\n\r\nz,"p ""q"", r"\r\n', ",", "x.csv")
    assert records.cells == [["a", "b"], ["x\r\ny", "1"], [], ["z", 'p "q", r']]
    assert list(records.lines) == [1, 2, 4, 5]


def test_only_line_ends_end_a_line() -> None:
    records = split_text("a\u2028b,\x0bc\n1,2", ",", "x.csv")
    assert records.cells == [["a\u2028b", "\x0bc"], ["1", "2"]]
    assert list(records.lines) == [1, 2]


def test_old_macintosh_line_ends_are_line_ends() -> None:
    assert split_text("a,b\r1,2\r", ",", "x.csv").cells == [["a", "b"], ["1", "2"]]


def test_another_delimiter_is_kept_to() -> None:
    assert split_text("a\tb,c\n", "\t", "x.csv").cells == [["a", "b,c"]]


@pytest.mark.parametrize("text", ['a,b\n1,"2\n3,4\n', 'a,b\n1,"', '"', '"a', 'a,b\n"1""\n'])
def test_a_quote_that_is_never_closed_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ExtractError, match="a quote is not closed") as caught:
        split_text(text, ",", "x.csv")
    assert f"line {2 if text.startswith('a,b') else 1}" in str(caught.value)


@pytest.mark.parametrize("text", ['a,b\n5" pipe,1\n', '"a" b,c\n', "end,of text\n", ""])
def test_a_quote_within_a_field_is_a_character(text: str) -> None:
    assert len(split_text(text, ",", "x.csv").cells) == text.count("\n")


def test_a_field_longer_than_a_field_can_be_is_refused() -> None:
    with pytest.raises(ExtractError, match="131,072 characters"):
        split_text('a,b\n1,"' + "x\n" * 100_000, ",", "x.csv")


def test_a_head_is_at_most_fifteen_records_and_none_of_them_cut() -> None:
    assert split_head("a\nb\nc", ",", is_cut=True) == [["a"], ["b"]]
    assert split_head("a\nb\nc", ",", is_cut=False) == [["a"], ["b"], ["c"]]
    assert len(split_head("a\n" * 20, ",", is_cut=False)) == 15
    assert split_head("x" * 200_000, ",", is_cut=False) == []
