"""The data dictionary: how headers and the vocabulary are read, and what its rules find."""

from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.errors import ModelError
from mainstay.extracts.targets import TARGETS
from mainstay.warehouse.dictionary import Column, Relation
from mainstay.warehouse.meanings import UNITS, Entry, entry_of, read_header, read_vocabulary
from tests import data_dictionary, dictionary_rules

SQL = """\
-- One row per enterprise.
-- key: enterprise_id
-- materialized: table
--
-- The largest first; ties
-- by id.
--
-- Null is unknown.
--
-- column paid [currency]: what it paid, natural caliber,
--     in the window
-- column rank [rank]: 1 = the largest
select enterprise_id, paid, rank -- column of a comment
from features.paid
"""
PAID = Entry("paid", "currency", "what it paid, natural caliber, in the window")
BY_LEVEL = Entry("<level>_restored", "currency", "the <level> level, restored caliber")


def test_a_header_gives_its_rules_in_paragraphs_and_the_columns_that_are_its_own() -> None:
    header = read_header("marts.paid", SQL)
    assert header.rules == "The largest first; ties by id.\n\nNull is unknown."
    assert header.columns == (PAID, Entry("rank", "rank", "1 = the largest"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-- column paid [currency] what it paid", "`-- column name"),
        ("-- column paid [currency]:", "`-- column name"),
        ("-- column paid [curency]: what it paid", "did you mean 'currency'"),
    ],
)
def test_a_line_of_a_column_that_cannot_be_read_is_an_error(line: str, told: str) -> None:
    with pytest.raises(ModelError, match=r"marts\.paid") as refused:
        read_header("marts.paid", f"-- One row per enterprise.\n{line}\nselect 1")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("paid,currency,a\npaid,currency,b", "repeated"),
        ("paid,currency,", "no meaning"),
        ("paid,yuan,a", "no unit 'yuan'"),
    ],
)
def test_a_vocabulary_that_says_a_thing_twice_or_not_at_all_is_an_error(tmp_path: Path, rows: str, told: str) -> None:
    path = tmp_path / "vocabulary.csv"
    path.write_text(f"name,unit,meaning\n{rows}\n", "utf-8")
    with pytest.raises(ModelError, match=told):
        read_vocabulary(path)


def test_a_pattern_says_its_meaning_of_each_column_that_it_speaks_of() -> None:
    assert Column("city_restored", "DECIMAL(18,2)", BY_LEVEL).meaning == "the city level, restored caliber"
    adjusted = Entry("<level>_<caliber>_current", "currency", "<level> revenue, <caliber> caliber")
    assert Column("local_adjusted_current", "", adjusted).meaning == "local revenue, deferral-adjusted caliber"
    assert BY_LEVEL.match("village_restored") is None
    assert BY_LEVEL.match("city_restored_prior") is None


def test_the_first_source_that_knows_a_column_explains_it_and_a_name_comes_before_a_pattern() -> None:
    own = {"paid": PAID}
    shared = {
        "<level>_restored": BY_LEVEL,
        "city_restored": Entry("city_restored", "currency", "city alone"),
        "paid": Entry("paid", "flag", "whether it paid"),
    }
    assert entry_of("paid", own, shared) == PAID
    assert entry_of("city_restored", own, shared) == shared["city_restored"]
    assert entry_of("local_restored", own, shared) == BY_LEVEL
    assert entry_of("unheard_of", own, shared) is None


def relation(**changes: object) -> Relation:
    """A relation that keeps every rule."""
    columns = (
        Column("enterprise_id", "VARCHAR", Entry("enterprise_id", "id", "the enterprise")),
        Column("paid", "DECIMAL(18,2)", PAID),
    )
    stated = {"name": "marts.paid", "grain": "One row per enterprise.", "key": ("enterprise_id",), "rules": ""}
    return Relation(**{**stated, "columns": columns, **changes})  # type: ignore[arg-type]


def with_column(name: str, kind: str, entry: Entry | None) -> Relation:
    """A relation with one more column."""
    return relation(columns=(*relation().columns, Column(name, kind, entry)))


def test_a_relation_with_all_that_it_needs_keeps_every_rule() -> None:
    good = [relation()]
    assert dictionary_rules.without_grain_or_key(good) == []
    assert dictionary_rules.undocumented(good) == []
    assert dictionary_rules.misfits(good) == []
    assert dictionary_rules.without_caliber(good) == []


def test_a_relation_without_grain_or_key_is_found() -> None:
    assert dictionary_rules.without_grain_or_key([relation(grain="")]) == ["marts.paid: no grain"]
    assert len(dictionary_rules.without_grain_or_key([relation(key=())])) == 1
    assert len(dictionary_rules.without_grain_or_key([relation(key=("enterprise_id", "month"))])) == 1


def test_a_column_that_nothing_documents_is_found() -> None:
    (problem,) = dictionary_rules.undocumented([with_column("risk", "DOUBLE", None)])
    assert problem.startswith("marts.paid.risk: ")
    assert len(dictionary_rules.undocumented([with_column("risk", "DOUBLE", Entry("risk", "ratio", ""))])) == 1


def test_a_unit_that_does_not_fit_the_type_is_found() -> None:
    as_float = with_column("lost", "DOUBLE", Entry("lost", "currency", "what is lost, natural caliber"))
    assert dictionary_rules.misfits([as_float]) == ["marts.paid.lost: [currency] does not fit DOUBLE"]
    assert set(dictionary_rules.FITS) == set(UNITS)


def test_money_without_its_caliber_is_found() -> None:
    lost = with_column("lost", "DECIMAL(18,2)", Entry("lost", "currency", "what is lost"))
    assert len(dictionary_rules.without_caliber([lost])) == 1
    assert dictionary_rules.without_caliber([replace(lost, rules="All money is in the natural caliber.")]) == []
    caliber = Column("caliber", "VARCHAR", Entry("caliber", "text", "natural or restored"))
    assert dictionary_rules.without_caliber([relation(columns=(*lost.columns, caliber))]) == []


def test_a_line_of_a_column_that_no_model_has_is_found() -> None:
    own = {"marts.paid": [PAID, BY_LEVEL]}
    assert dictionary_rules.of_nothing(own, {"marts.paid": ["paid", "city_restored"]}) == []
    assert dictionary_rules.of_nothing(own, {"marts.paid": ["paid"]}) == [
        "marts.paid: there is no column <level>_restored"
    ]


def test_a_row_of_the_vocabulary_that_explains_nothing_is_found() -> None:
    assert dictionary_rules.unused([PAID], [relation()]) == []
    assert dictionary_rules.unused([PAID, BY_LEVEL], [relation()]) == [
        "sql/vocabulary.csv: <level>_restored explains no column"
    ]


def test_a_relation_without_a_question_and_a_question_without_a_relation_are_found() -> None:
    assert dictionary_rules.unasked([("Firms", "Who pays?", "marts.paid")], [relation()]) == []
    assert len(dictionary_rules.unasked([("Firms", "Who pays?", "marts.payers")], [relation()])) == 2


def test_every_field_of_a_contract_says_what_it_is_and_in_which_unit() -> None:
    fields = [(target.name, field) for target in TARGETS.values() for field in target.fields]
    assert [(target, field.name) for target, field in fields if not field.doc or field.unit not in UNITS] == []


def test_columns_that_one_pattern_explains_share_a_row_of_the_page() -> None:
    columns = tuple(Column(f"{level}_restored", "DECIMAL(18,2)", BY_LEVEL) for level in ("local", "city"))
    page = data_dictionary.page([relation(columns=columns)], [("Firms", "Who pays?", "marts.paid")], ())
    meaning = "the `<level>` level, restored caliber"
    row = f"| `<level>_restored`; `<level>`: local, city | decimal(18,2) | currency | {meaning} |"
    assert row in page.splitlines()
    assert "| Who pays? | [`marts.paid`](#martspaid) |" in page.splitlines()
    assert "Key: `enterprise_id`. Caliber: restored." in page.splitlines()
