from pathlib import Path

import pytest

from mainstay.errors import ExtractError
from mainstay.extracts.extract import FileContent
from mainstay.extracts.reading import misfit, probe, read_extract
from tests.unit.extracts.samples import FIRM, HEADER, by_position, column, contract, written

ROW = f"{FIRM},北京某公司,增值税,1,2022-05-03,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_probed_and_read_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "x.csv", HEADER + ROW, encoding)
    looked_at = probe(FileContent.read(path))
    assert (looked_at.kind, misfit(looked_at, contract())) == ("csv", "")
    extract = read_extract(FileContent.read(path), contract())
    assert (extract.sheet, column(extract, "name")) == ("", ["北京某公司"])
    assert (
        extract.encoding == looked_at.encoding == {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    )


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b" ,, \r\n", b"\xff\xfe"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ExtractError, match="empty"):
        probe(FileContent.read(tmp_path / "x.csv"))


@pytest.mark.parametrize("content", [b"<html><table>", b" \r\n<!DOCTYPE html>", b"<?xml version='1.0'?>"])
def test_a_web_page_is_no_table_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xls").write_bytes(content)
    with pytest.raises(ExtractError, match="web page"):
        probe(FileContent.read(tmp_path / "x.xls"))


def test_nul_characters_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes((HEADER + ROW).encode("utf-16-le"))
    with pytest.raises(ExtractError, match="NUL"):
        probe(FileContent.read(tmp_path / "x.csv"))


def test_one_line_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"x" * 10_000_000)
    with pytest.raises(ExtractError, match="not a table"):
        probe(FileContent.read(tmp_path / "x.csv"))
    (tmp_path / "y.csv").write_bytes((HEADER + "x" * 10_000_000).encode())
    with pytest.raises(ExtractError, match="131,072"):
        read_extract(FileContent.read(tmp_path / "y.csv"), contract())
    (tmp_path / "z.csv").write_bytes(b"1," * 5_000_000)
    with pytest.raises(ExtractError, match="not a table"):
        read_extract(FileContent.read(tmp_path / "z.csv"), contract())


def test_identity_numbers_in_the_headings_refuse_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "个人所得税明细\n姓名,身份证件号码,实缴金额\n")
    for look in (lambda: probe(FileContent.read(path)), lambda: read_extract(FileContent.read(path), contract())):
        with pytest.raises(ExtractError, match="contains identity numbers of persons"):
            look()


def test_a_misfit_says_in_one_sentence_what_is_missing(tmp_path: Path) -> None:
    looked_at = probe(FileContent.read(written(tmp_path / "x.csv", HEADER.replace("实缴金额", "实缴税额") + ROW)))
    assert misfit(looked_at, contract()) == "headings are missing: 实缴金额 (closest: 实缴税额)"
    assert misfit(looked_at, by_position()) == "6 fields instead of 4"


def test_a_misfit_looks_with_the_contracts_own_encoding_and_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"MB1;29\x8c;2016/07;1\n" * 3)
    under = by_position(format={"header": "none", "width": 4, "encoding": "cp1252", "delimiter": ";"})
    assert misfit(probe(FileContent.read(path)), by_position()) == "1 fields instead of 4"
    assert misfit(probe(FileContent.read(path)), under) == ""
    assert column(read_extract(FileContent.read(path), under), "name") == ["29Œ"] * 3


def test_a_file_that_does_not_fit_is_not_half_read(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "MB1,X,2016/07,1,\n" * 3)
    with pytest.raises(ExtractError, match="5 fields instead of 4"):
        read_extract(FileContent.read(path), by_position())


def test_the_wrong_declared_encoding_refuses_the_file_without_showing_data(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", HEADER + ROW, "gb18030")
    with pytest.raises(ExtractError, match="utf-8 fails at byte 0") as caught:
        read_extract(FileContent.read(path), contract(format={"encoding": "utf-8"}))
    assert "某" not in str(caught.value)
