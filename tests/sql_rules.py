"""The rules for SQL models (DESIGN section 2, STYLE): one query a file, a stated grain, time in one place.

Each rule takes a model's text and its folder below sql/ (its layer) and returns sentences, one per violation.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Token, TokenType

MATERIALIZED = ("view", "table")
KNOWN = "_as_known"
"""Ending of the ledger's relations that models outside sql/ledger/ may read; others are raw tables."""

CLOCK_WORDS = frozenset(
    {"current_date", "current_time", "current_timestamp", "current_localtime", "current_localtimestamp"}
    | {"localtime", "localtimestamp"}
)
CLOCK_AND_CHANCE = frozenset(
    {"now", "today", "get_current_time", "get_current_timestamp", "transaction_timestamp"}
    | {"random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid"}
)
"""Functions whose result is not a function of the inputs: a replay would differ (DESIGN section 2)."""

TIME_OF_KNOWLEDGE = frozenset({"knowledge_date", "first_seen_at"})

Rule = Callable[[str, str], list[str]]


def one_query(sql: str, _layer: str) -> list[str]:
    """A file is one SELECT, with or without WITH and UNION, that DuckDB's dialect can parse."""
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        return [f"does not parse: {error}"]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return [f"is not exactly one SELECT: {[type(statement).__name__ for statement in statements]}"]
    return []


def stated_grain(sql: str, _layer: str) -> list[str]:
    """The header's first line says the grain, and it names the key and how the relation is materialized."""
    header = _header(sql)
    problems = []
    is_single = bool(header) and header[0].startswith("-- One row: ")
    if not header or not (is_single or re.match(r"-- One row per \S", header[0])):
        problems.append('the first line does not say the grain: "-- One row per ..." or "-- One row: ..."')
    if not is_single and not re.fullmatch(r"\w+(, \w+)*", _stated(header, "key")):
        problems.append('the header does not name the key: "-- key: column, column"')
    if _stated(header, "materialized") not in MATERIALIZED:
        problems.append('the header does not say "-- materialized: view | table"')
    return problems


def one_date_a_build(sql: str, layer: str) -> list[str]:
    """A build has one as-of date: it is in no key and no column but the marts', where people ask for it."""
    if layer == "marts":
        return []
    named = {column.alias_or_name for column in _parsed(sql).find_all(exp.Select) for column in column.expressions}
    in_key = "as_of_date" in _stated(_header(sql), "key").split(", ")
    return ["as_of_date is a column: a build has one as-of date, run.as_of"] if in_key or "as_of_date" in named else []


def lower_case(sql: str, _layer: str) -> list[str]:
    """Everything but comments and string literals is lower case."""
    words = ((token, sql[token.start : token.end + 1]) for token in _tokens(sql))
    return [
        f"line {token.line}: {word} is not lower case"
        for token, word in words
        if token.token_type is not TokenType.STRING and word != word.lower()
    ]


def no_clock(sql: str, _layer: str) -> list[str]:
    """A model reads neither the clock nor chance: dates come from run.as_of."""
    tokens = _tokens(sql)
    followers = [*(token.text for token in tokens[1:]), ""]
    return [
        f"line {token.line}: {token.text} makes a replay differ; dates come from run.as_of"
        for token, follower in zip(tokens, followers, strict=True)
        if token.token_type not in {TokenType.STRING, TokenType.IDENTIFIER}
        and (token.text.lower() in CLOCK_WORDS or (token.text.lower() in CLOCK_AND_CHANCE and follower == "("))
    ]


def time_in_one_place(sql: str, layer: str) -> list[str]:
    """Only sql/ledger/ reads raw ledger tables, and only it filters by when something was known."""
    if layer == "ledger":
        return []
    raw = [
        f"{relation} is a raw table of the ledger: read its _as_known relation"
        for relation in _relations(sql)
        if relation.startswith("ledger.") and not relation.endswith(KNOWN)
    ]
    filters = [
        f"filters by {column}: only ledger.*_as_known decides what was known"
        for comparison in _parsed(sql).find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
        for column in sorted({column.name for column in comparison.find_all(exp.Column)} & TIME_OF_KNOWLEDGE)
    ]
    return raw + filters


RULES: tuple[Rule, ...] = (
    one_query,
    stated_grain,
    one_date_a_build,
    lower_case,
    no_clock,
    time_in_one_place,
)


def violations(sql: str, layer: str) -> list[str]:
    """Return the violations of all rules by one model; one that does not parse is not looked at further."""
    return one_query(sql, layer) or [problem for rule in RULES for problem in rule(sql, layer)]


def violations_below(folder: Path) -> list[str]:
    """Return the violations of all models below sql/, each with its path."""
    return [
        f"{path.relative_to(folder).as_posix()}: {problem}"
        for path in sorted(folder.rglob("*.sql"))
        for problem in violations(path.read_text("utf-8"), path.relative_to(folder).parts[0])
    ]


def _header(sql: str) -> list[str]:
    lines = sql.splitlines()
    ends = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return lines[:ends]


def _stated(header: list[str], name: str) -> str:
    values = [line.removeprefix(f"-- {name}: ") for line in header if line.startswith(f"-- {name}: ")]
    return values[0] if len(values) == 1 else ""


def _tokens(sql: str) -> list[Token]:
    return DuckDB().tokenize(sql)


def _parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, dialect="duckdb")


def _relations(sql: str) -> Iterator[str]:
    for table in _parsed(sql).find_all(exp.Table):
        yield f"{table.db}.{table.name}".lower()
