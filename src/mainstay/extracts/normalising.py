"""How delivered words are made comparable: headings, names, blanks, repeated values."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

import polars as pl

BLANKS = (
    " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Everything that is seen as nothing, zero-width characters included."""

_MARKUP = re.compile(r"<[^<>]*>")
_SPACE = re.compile(f"[{re.escape(BLANKS)}]+")
_ROUND = str.maketrans("[]{}〔〕【】〈〉《》", "()()()()()()")


@lru_cache(maxsize=4096)
def normal_heading(text: str) -> str:
    """A heading in its comparable form: NFKC, one kind of bracket, no blanks, line breaks, markup, `*` or colon.

    >>> normal_heading("实缴金额 <br>（万元）")
    '实缴金额(万元)'
    """
    plain = unicodedata.normalize("NFKC", _MARKUP.sub("", text)).translate(_ROUND)
    return _SPACE.sub("", plain).strip("*:").casefold()


def name_keys(names: pl.Series) -> pl.Series:
    """Names in the form in which they are matched: NFKC, one kind of bracket, no blanks, upper case."""
    # The same few names stand in every month's thousands of rows.
    distinct = names.unique()
    keyed = pl.DataFrame({"name": distinct, "name_key": _name_keys(distinct)})
    rows = names.alias("name").to_frame()
    return rows.join(keyed, on="name", how="left", nulls_equal=True, maintain_order="left")["name_key"]


def _name_keys(names: pl.Series) -> pl.Series:
    keys = pl.first().str.normalize("NFKC").str.replace_all(f"[{re.escape(BLANKS)}]+", "")
    opened = keys.str.replace_all(r"[\[{〔【〈《]", "(").str.replace_all(r"[\]}〕】〉》]", ")")
    return names.to_frame().select(opened.str.to_uppercase().alias("name_key")).to_series()


def trimmed(texts: pl.Series) -> pl.Series:
    """Texts without outer blanks; an empty one is null."""
    return texts.to_frame().select(pl.first().str.strip_chars(BLANKS).replace("", None)).to_series()


def by_value(
    texts: pl.Series, read: Callable[[str], tuple[object, str | None]], dtype: pl.DataType
) -> tuple[pl.Series, pl.Series]:
    """Apply a reader once to each distinct text.

    Returns:
        For each text the value, and the second part of what the reader gave (a reason or flags), in the texts' order.
    """
    distinct = texts.drop_nulls().unique()
    read_texts: Sequence[tuple[object, str | None]] = [read(text) for text in distinct]
    table = pl.DataFrame(
        {"text": distinct, "value": [value for value, _ in read_texts], "note": [note for _, note in read_texts]},
        schema={"text": pl.String(), "value": dtype, "note": pl.String()},
    )
    joined = texts.alias("text").to_frame().join(table, on="text", how="left", maintain_order="left")
    return joined["value"], joined["note"]
