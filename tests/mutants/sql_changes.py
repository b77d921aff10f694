"""Wrong changes of SQL models: the text of a token changes, all the rest of the file stays as written.

sqlglot's tokenizer tells an operator from a character in a comment or a string. The operators are fixed here:

- bounds: `<` and `<=`, `>` and `>=`; either end of a `between`; `least` and `greatest`
- signs: `+` and `-`
- months: one more or one less in an interval, in `to_months`, or in a number that is added, subtracted or multiplied
- ties: the direction of an order in brackets, where nulls go, `rank` (`row_number`, `dense_rank`), `min` and `max`.
  Left out is what decides nothing: an order outside brackets is how rows lie in a table, the order of a `row_number`
  ends in a key, and a `max` with a filter takes the one value there is.
- calibers: one word of a column's or a caliber's name, where the file knows the other name too
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Token, TokenType

from tests.mutants.mutant import Edit

Changes = Iterator[tuple[str, tuple[Edit, ...]]]

_BOUNDS = {TokenType.LT: "<=", TokenType.LTE: "<", TokenType.GT: ">=", TokenType.GTE: ">"}
_SIGNS = {TokenType.PLUS: "-", TokenType.DASH: "+"}
_DIRECTIONS = {TokenType.ASC: "desc", TokenType.DESC: "asc"}
_OTHER_FUNCTIONS = {
    "least": [("bounds", "greatest")],
    "greatest": [("bounds", "least")],
    "rank": [("ties", "row_number"), ("ties", "dense_rank")],
    "dense_rank": [("ties", "rank")],
    "min": [("ties", "max")],
    "max": [("ties", "min")],
    "arg_min": [("ties", "arg_max")],
    "arg_max": [("ties", "arg_min")],
}
_FRAMES = {"rows", "range", "groups"}
OTHER_WORDS = {
    "natural": ["restored"],
    "restored": ["natural", "adjusted"],
    "adjusted": ["restored"],
    "current": ["prior"],
    "prior": ["current"],
    "total": ["local"],
    "local": ["total", "district"],
    "district": ["local"],
}
"""Words of names that stand for another caliber, year or level, and what a tired person writes in their place."""


def changes(sql: str) -> Changes:
    """All wrong changes of a model as (kind, edits)."""
    tokens = DuckDB().tokenize(sql)
    names = {token.text for token in tokens if token.token_type in {TokenType.VAR, TokenType.STRING}}
    depth = 0
    for number, token in enumerate(tokens[:-1]):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        before, after = tokens[max(number - 1, 0)], tokens[number + 1]
        yield from _other_operator(sql, tokens, number)
        yield from _other_number(before, token, after)
        if depth:
            yield from _other_order(tokens, number)
        if after.token_type is TokenType.L_PAREN:
            yield from _other_function(tokens, number)
        if before.token_type is not TokenType.ALIAS:
            yield from _other_name(token, after, names)


def _other_operator(sql: str, tokens: Sequence[Token], number: int) -> Changes:
    token = tokens[number]
    if token.token_type in _BOUNDS:
        yield "bounds", (_instead(token, _BOUNDS[token.token_type]),)
    elif token.token_type is TokenType.BETWEEN:
        yield from _half_open(sql, tokens, number)
    elif token.token_type in _SIGNS:
        yield "signs", (_instead(token, _SIGNS[token.token_type]),)


def _instead(token: Token, text: str) -> Edit:
    return Edit(token.start, token.end + 1, text)


def _half_open(sql: str, tokens: Sequence[Token], number: int) -> Changes:
    """`x between a and b` without a, and without b; only where x is a column."""
    first = number - 1
    while first >= 2 and tokens[first - 1].token_type is TokenType.DOT:
        first -= 2
    if tokens[number - 1].token_type is not TokenType.VAR or tokens[number - 1].text in _FRAMES:
        return
    tested = sql[tokens[first].start : tokens[number - 1].end + 1]
    depth = 0
    for token in tokens[number + 1 :]:
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if token.token_type is TokenType.AND and depth == 0:
            yield "bounds", (_instead(tokens[number], ">"), _instead(token, f"and {tested} <="))
            yield "bounds", (_instead(tokens[number], ">="), _instead(token, f"and {tested} <"))
            return


def _other_number(before: Token, number: Token, after: Token) -> Changes:
    """One more and one less of an interval or of what is added; a year has months."""
    if number.token_type is not TokenType.NUMBER or not number.text.isdigit():
        return
    count = int(number.text)
    if before.token_type is TokenType.INTERVAL:
        is_year = after.text.lower() == "year"
        for other in (-1, 1):
            text = f"{12 * count + other} month" if is_year else f"{count + other} {after.text}"
            yield "months", (Edit(number.start, after.end + 1, text),)
    elif {before.token_type, after.token_type} & {*_SIGNS, TokenType.STAR}:
        yield "months", (_instead(number, str(count - 1)),)
        yield "months", (_instead(number, str(count + 1)),)


def _other_order(tokens: Sequence[Token], number: int) -> Changes:
    """The other direction, nulls at the other end, and of keys that say no direction each descending."""
    token = tokens[number]
    if token.token_type in _DIRECTIONS:
        yield "ties", (_instead(token, _DIRECTIONS[token.token_type]),)
    elif tokens[number - 1].text.lower() == "nulls" and token.text in {"first", "last"}:
        yield "ties", (_instead(token, "last" if token.text == "first" else "first"),)
    elif token.token_type is TokenType.ORDER_BY:
        yield from _descending(tokens, number)


def _descending(tokens: Sequence[Token], number: int) -> Changes:
    depth = 0
    for token, after in pairwise(tokens[number + 1 :]):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        is_last = after.token_type is TokenType.R_PAREN or after.text.lower() in _FRAMES
        ends = is_last or after.token_type is TokenType.COMMA or after.text.lower() == "nulls"
        directed = token.token_type in _DIRECTIONS or token.text.lower() in {"first", "last"}
        if depth == 0 and ends and not directed:
            yield "ties", (Edit(token.end + 1, token.end + 1, " desc"),)
        if depth < 0 or (depth == 0 and is_last):
            return


def _other_function(tokens: Sequence[Token], number: int) -> Changes:
    token, name = tokens[number], tokens[number].text.lower()
    if name == "to_months":
        bracket = tokens[number + 1]
        yield "months", (Edit(bracket.end + 1, bracket.end + 1, "1 + "),)
    if name in {"min", "max"} and _behind_brackets(tokens, number + 1).token_type is TokenType.FILTER:
        return
    for kind, other in _OTHER_FUNCTIONS.get(name, []):
        yield kind, (_instead(token, other),)


def _behind_brackets(tokens: Sequence[Token], opening: int) -> Token:
    depth = 0
    for token, after in pairwise(tokens[opening:]):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0:
            return after
    return tokens[-1]


def _other_name(token: Token, after: Token, names: set[str]) -> Changes:
    if token.token_type not in {TokenType.VAR, TokenType.STRING} or after.token_type is TokenType.DOT:
        return
    for other in other_names(token.text):
        if other in names:
            text = f"'{other}'" if token.token_type is TokenType.STRING else other
            yield "calibers", (_instead(token, text),)


def other_names(name: str) -> Iterator[str]:
    """The names that differ in one word that stands for a caliber, a year or a level."""
    words = name.split("_")
    for number, word in enumerate(words):
        for other in OTHER_WORDS.get(word, []):
            yield "_".join([*words[:number], other, *words[number + 1 :]])
