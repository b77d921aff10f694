import pytest

from mainstay.errors import ExtractError
from mainstay.extracts.decoding import Decoded, decode, decode_head

TEXT = "纳税人名称,实缴金额\n北京某公司,1\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (TEXT.encode("gb18030"), "gb18030"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32-le"),
    ],
)
def test_a_mark_decides_else_strict_utf_8_else_gb18030(data: bytes, encoding: str) -> None:
    assert decode(data, "auto", "x.csv") == Decoded(TEXT, encoding)


def test_four_byte_characters_of_gb18030_are_read() -> None:
    assert decode("㐀𠀀龦".encode("gb18030"), "auto", "x.csv").text == "㐀𠀀龦"


def test_a_declared_encoding_is_kept_to() -> None:
    assert decode(b"29\x8c", "cp1252", "x.csv") == Decoded("29Œ", "cp1252")
    with pytest.raises(ExtractError, match="utf-8 fails at byte 0"):
        decode(TEXT.encode("gb18030"), "utf-8", "x.csv")


def test_a_declared_utf_8_takes_its_own_mark_and_no_other() -> None:
    assert decode(b"\xef\xbb\xbfa", "utf-8", "x.csv").text == "a"
    assert decode(b"\xef\xbb\xbfa", "utf-8-sig", "x.csv").text == "a"
    with pytest.raises(ExtractError, match="byte order mark of utf-8"):
        decode(b"\xef\xbb\xbfa", "gb18030", "x.csv")


def test_an_error_names_the_byte_and_shows_no_data() -> None:
    secret = "北京某公司".encode()
    with pytest.raises(ExtractError) as caught:
        decode(b"\xef\xbb\xbf" + secret + b"\xff\xff", "auto", "x.csv")
    assert "utf-8 fails at byte 18" in str(caught.value)
    assert "某" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_byte_that_the_declared_encoding_lacks_is_named() -> None:
    with pytest.raises(ExtractError, match="cp1252 fails at byte 2"):
        decode(b"ab\x81", "cp1252", "x.csv")


def test_two_encodings_in_one_file_are_refused() -> None:
    mixed = TEXT.encode("gb18030") + "北京另一公司,2\n".encode()
    with pytest.raises(ExtractError, match="mixes encodings") as caught:
        decode(mixed, "auto", "x.csv")
    assert "line 3 is UTF-8" in str(caught.value)


def test_a_file_cut_off_within_a_character_is_not_read_as_gb18030() -> None:
    with pytest.raises(ExtractError, match="mixes encodings"):
        decode(("北京某某有限公司\n" * 3).encode()[:-3], "auto", "x.csv")


def test_an_encoding_that_does_not_exist_is_named() -> None:
    with pytest.raises(ExtractError, match="no encoding named 'utf-9'"):
        decode(b"a", "utf-9", "x.csv")


def test_nul_characters_are_refused_with_their_place() -> None:
    with pytest.raises(ExtractError, match="NUL") as caught:
        decode(b"a,b\n1,\x00\n", "auto", "x.csv")
    assert "byte 6" in str(caught.value)


def test_a_head_may_end_within_a_character() -> None:
    assert decode_head("北京".encode()[:-1], "auto") == Decoded("北", "utf-8")
    assert decode_head("北京".encode("gb18030")[:-1], "auto") == Decoded("北", "gb18030")
    assert decode_head(b"29\x8c CHILL", "auto").encoding == ""
    assert decode_head(b"29\x8c CHILL", "cp1252") == Decoded("29Œ CHILL", "cp1252")
