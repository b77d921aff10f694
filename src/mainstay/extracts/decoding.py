"""From bytes to text: byte order mark, else strict UTF-8, else GB18030; or what the contract declares."""

import codecs
from typing import NamedTuple

from mainstay.errors import ExtractError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AUTO = ("utf-8", "gb18030")
_UNMISTAKABLE = 4
"""So many characters beyond U+2E80 in a line that is valid UTF-8: no line of GB18030 is that by chance."""
_FIRST_CJK = "\u2e80"


class Decoded(NamedTuple):
    """A text and the encoding that it was read with; the byte order mark is gone."""

    text: str
    encoding: str


def decode(data: bytes, encoding: str, where: str) -> Decoded:
    """Decode a whole file.

    Args:
        data: The file's bytes.
        encoding: A codec's name, or `auto`.
        where: How the file is named in an error.

    Raises:
        ExtractError: the bytes are not valid in the declared encoding (with the byte offset), two encodings are mixed,
            the codec is unknown, or the text contains NUL characters. No byte of the data is in the message.
    """
    mark, marked = _byte_order_mark(data)
    failures = []
    for codec in _codecs(encoding, marked, where):
        try:
            text = data[len(mark) :].decode(codec)
        except UnicodeDecodeError as error:
            failures.append(f"{codec} fails at byte {error.start + len(mark):,}")
            continue
        if failures:
            _refuse_mixture(data, where, failures[0])
        refuse_nul(data, text, where)
        return Decoded(text, codec)
    raise ExtractError(
        "the bytes are not valid in the declared encoding",
        where=where,
        example="; ".join(failures),
        hint="set format.encoding in the contract to what the sender uses, or ask for the file again",
    )


def decode_head(head: bytes, encoding: str) -> Decoded:
    """Decode the first bytes of a file, to look at; never raises, and takes a character that the cut has halved."""
    mark, marked = _byte_order_mark(head)
    candidates = _AUTO if encoding == "auto" else (encoding,)
    for codec in (marked,) if marked else candidates:
        try:
            return Decoded(codecs.getincrementaldecoder(codec)().decode(head[len(mark) :], final=False), codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return Decoded(head.decode("latin-1"), "")


def _codecs(encoding: str, marked: str, where: str) -> tuple[str, ...]:
    """The codecs to try, in order."""
    if encoding == "auto":
        return (marked,) if marked else _AUTO
    try:
        declared = codecs.lookup(encoding).name.removesuffix("-sig")
    except LookupError:
        raise ExtractError(
            f"there is no encoding named '{encoding}'", where=where, hint="use auto, utf-8, gb18030 or cp1252"
        ) from None
    if marked and not marked.startswith(declared):
        raise ExtractError(
            f"the contract declares {declared}, but the file begins with the byte order mark of {marked}",
            where=where,
            hint="set format.encoding = 'auto'",
        )
    return (marked or declared,)


def _byte_order_mark(data: bytes) -> tuple[bytes, str]:
    return next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", ""))


def _refuse_mixture(data: bytes, where: str, failure: str) -> None:
    """GB18030 takes most byte pairs, UTF-8 among them, and gives garbage: a file of two encodings is refused."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if sum(character >= _FIRST_CJK for character in text) >= _UNMISTAKABLE:
            raise ExtractError(
                "the file mixes encodings",
                where=where,
                example=f"{failure}, but line {number:,} is UTF-8",
                hint="it was cut off or put together from two files: ask for it again",
            )


def refuse_nul(data: bytes, text: str, where: str) -> None:
    """Refuse a text with NUL characters.

    Raises:
        ExtractError: says where the first one is.
    """
    if "\0" in text:
        raise ExtractError(
            "the file holds NUL characters",
            where=where,
            count=text.count("\0"),
            example=f"the first NUL byte is byte {data.find(0):,}",
            hint="a damaged copy, or UTF-16 without a byte order mark: save it as UTF-8",
        )
