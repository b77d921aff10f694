"""Levels: the row's own amounts, then its own shares, then a table that the workspace has confirmed; else unknown."""

from pathlib import Path

import pytest

from mainstay.errors import SettingsError
from mainstay.resources import shipped
from mainstay.revenue.shares import share_rules
from mainstay.settings import Settings
from tests.sql.office import Office, contract, drop_list

AMOUNTS = ("amount_total", "amount_central", "amount_local", "amount_city", "amount_district")
LEVELS = ("total", "central", "local", "city", "district", "levels_from")
TEXTS = ("source_id", "month", "levy_item", "reason", "share_rule")
DETAILED = contract(columns=[{"field": name, "headings": [name]} for name in (*TEXTS, *AMOUNTS)])
HEADING = f"{','.join(TEXTS)},name,{','.join(AMOUNTS)}"
AS_OF = "2022-02-07"


def delivered(office: Office, *rows: str, confirmed: tuple[str, ...] = (), target: str = "receipts") -> None:
    """Deliver rows `month,levy item,reason,share rule,amounts at five levels` of one firm, and build the week."""
    made = DETAILED.model_copy(update={"target": target, "name": target})
    lines = [f"A,{one[0]},{one[1]},{one[2]},{one[3]},A,{','.join(one[4:])}" for one in (row.split(",") for row in rows)]
    office.deliver("\n".join([HEADING, *lines]), "2022-02-01", made)
    shares = {"shares": {"confirmed": confirmed}}
    office.build(AS_OF, settings=Settings.model_validate(drop_list().model_dump() | shares))


def lines(office: Office) -> list[tuple[object, ...]]:
    """The levels of the lines, in their order."""
    return [
        row[1:] for row in sorted(office.rows("staging.revenue_lines", "line", *LEVELS), key=lambda row: int(row[0]))
    ]


def test_the_rows_own_amounts_come_first_and_what_follows_from_them(office: Office) -> None:
    rows = ("100.00,50.00,,20.00,30.00", "100.00,50.00,,20.00,", ",50.00,,20.00,30.00", "100.00,60.00,,,")
    delivered(office, *(f"2021-01,增值税,,中央50%市级25%区级25%,{row}" for row in rows), confirmed=("district_2021",))
    given = ("100.00", "50.00", "50.00", "20.00", "30.00", "row")
    assert lines(office) == [given, given, given, ("100.00", "60.00", "40.00", "20.00", "20.00", "ratio")]


def test_a_rows_own_shares_give_its_levels_if_they_sum_to_one(office: Office) -> None:
    unknown = (None, None, None, "row")
    ratios = {
        "中央50%市级25%区级25%": ("50.01", "25.00", "25.00", "ratio"),
        "中央级50%；市级25%；区县级25%": ("50.01", "25.00", "25.00", "ratio"),
        "中央0.5市级0.2区级0.3": ("50.01", "20.00", "30.00", "ratio"),
        "50:25:25": ("50.01", "25.00", "25.00", "ratio"),
        "市级50%区级50%": ("0.00", "50.00", "50.01", "ratio"),
        "区级25%": unknown,
        "中央50%市级25%区级24%": unknown,
        "25": unknown,
        "一般": unknown,
    }
    delivered(office, *(f"2021-01,增值税,,{ratio},100.01,,,," for ratio in ratios))
    found = [(row[1], row[3], row[4], row[5]) for row in lines(office)]
    assert dict(zip(ratios, found, strict=True)) == ratios
    assert sum(unusable for (unusable,) in office.rows("staging.revenue_lines", "is_ratio_unusable")) == 4
    [(measured,)] = office.warehouse.query("select measured from gates.revenue where rule = 'ratios_usable'").rows()
    assert measured == 4


def test_rounding_leaves_no_cent_behind_and_is_the_same_for_a_refund(office: Office) -> None:
    delivered(
        office,
        "2021-01,增值税,,中央50%市级25%区级25%,0.02,,,,",
        "2021-01,增值税,,中央50%市级25%区级25%,-0.02,,,,",
        "2021-01,增值税,,中央50%市级25%区级25%,0.05,0.02,,,",
        "2021-01,房产税,,中央0%市级50%区级50%,0.05,,,,",
    )
    assert [row[:5] for row in lines(office)] == [
        ("0.02", "0.00", "0.02", "0.01", "0.01"),
        ("-0.02", "0.00", "-0.02", "-0.01", "-0.01"),
        ("0.05", "0.02", "0.03", "0.01", "0.02"),
        ("0.05", "0.00", "0.05", "0.02", "0.03"),
    ]


def test_a_table_is_used_for_its_months_and_flows_and_only_if_it_is_confirmed(office: Office) -> None:
    rows = (
        "2021-01,增值税,,,100.00,,,,",
        "2022-01,增值税,,,100.00,,,,",
        "2021-01,增值税,留抵退税,,-100.00,,,,",
    )
    delivered(office, *rows)
    assert {row[1:] for row in lines(office)} == {(None, None, None, None, "row")}
    delivered(office, confirmed=("district_2021",))
    assert lines(office) == [
        ("100.00", "50.00", "50.00", "25.00", "25.00", "table"),
        ("100.00", None, None, None, None, "row"),
        ("-100.00", None, None, None, None, "row"),
    ]
    delivered(office, confirmed=("district_2021", "credit_refund_inferred"))
    assert lines(office)[2] == ("-100.00", "-50.00", "-50.00", "-42.50", "-7.50", "table")


def test_levels_from_a_table_are_told_where_the_figure_is_shown(office: Office) -> None:
    delivered(office, "2021-01,增值税,,,100.00,,,,", "2022-01,增值税,,区级25%,80.00,,,,", confirmed=("district_2021",))
    caveats = office.warehouse.query(
        "select caveat from features.park_revenue_indicators "
        "where indicator = 'revenue' and level = 'district' and caliber = 'natural'"
    )
    [(caveat,)] = caveats.rows()
    assert "级次按分成比例表推算的金额100.00" in caveat
    assert "1行预算分配比例不可用" in caveat
    assert "1户级次不明未计入，全口径80.00" in caveat


def test_where_a_row_gives_one_level_only_the_rest_is_shared(office: Office) -> None:
    delivered(
        office,
        "2021-01,增值税,,,100.00,,,,90.00",
        "2021-01,增值税,,,100.00,,,40.00,",
        "2021-01,增值税,,,100.00,,,,25.00",
        "2021-01,增值税,,,100.00,,,,120.00",
        "2021-01,增值税,,,-100.00,,,,-90.00",
        confirmed=("district_2021",),
    )
    assert [row[:5] for row in lines(office)] == [
        ("100.00", "6.67", "93.33", "3.33", "90.00"),
        ("100.00", "40.00", "60.00", "40.00", "20.00"),
        ("100.00", "50.00", "50.00", "25.00", "25.00"),
        ("100.00", None, None, None, "120.00"),
        ("-100.00", "-6.67", "-93.33", "-3.33", "-90.00"),
    ]


def test_amounts_of_a_row_that_do_not_add_up_are_its_own_though_it_has_shares(office: Office) -> None:
    delivered(office, "2021-01,增值税,,50:25:25,100.00,50.00,45.00,,", "2021-01,增值税,,,10.00,5.00,5.00,1.00,3.00")
    rules = office.warehouse.query("select rule, measured from gates.revenue where rule like '%levels_sum'")
    assert dict(rules.rows()) == {"derived_levels_sum": 0.0, "own_levels_sum": 6.0}


def test_a_level_that_few_lines_give_is_not_the_level_in_use(office: Office) -> None:
    few = [f"2021-01,增值税,,,{cents}.00,,,," for cents in range(1, 10)]
    delivered(office, *few, "2021-01,增值税,,,99.00,,50.00,,")
    assert _used(office) == "total"
    delivered(office, *["2021-01,增值税,,,99.00,,50.00,,"] * 90)
    assert _used(office) == "local"


def _used(office: Office) -> str:
    rows = office.rows("features.levels_in_use", "level_asked", "level_used")
    return str(dict(rows)["local"])


def test_money_that_deviates_from_the_table_is_a_figure(office: Office) -> None:
    delivered(
        office,
        "2021-01,增值税,,,100.00,50.00,,25.00,25.00",
        "2021-01,增值税,,,40.00,20.00,,0.00,20.00",
        "2021-02,增值税,,中央0%市级0%区级100%,8.00,,,,",
        "2021-02,房产税,,,10.00,0.00,,5.00,5.00",
        confirmed=("district_2021",),
    )
    columns = ("levy", "flow", "month", "rows", "total", "district", "table_district", "district_deviation")
    assert office.rows("marts.share_deviations", *columns) == [
        ("VAT", "receipt", "2021-01-01", 1, "40.00", "20.00", "10.00", "10.00"),
        ("VAT", "receipt", "2021-02-01", 1, "8.00", "8.00", "2.00", "6.00"),
    ]


def test_without_a_confirmed_table_nothing_deviates(office: Office) -> None:
    delivered(office, "2021-01,增值税,,,40.00,20.00,,0.00,20.00")
    assert office.rows("marts.share_deviations", "levy") == []


OWN = "regime,levy,flow,effective_from,effective_to,central,city,district\n"


def test_a_workspace_brings_its_own_table_and_confirms_it(tmp_path: Path) -> None:
    (tmp_path / "shares.csv").write_text(f"{OWN}ours,VAT,receipt,2022-01-01,,0.5,0.2,0.3\n", "utf-8")
    assert share_rules(shipped("seeds"), tmp_path, ()).is_empty()
    [row] = share_rules(shipped("seeds"), tmp_path, ("ours",)).to_dicts()
    assert (str(row["effective_to"]), str(row["district"])) == ("9999-12-31", "0.300000")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ours,VAT,receipt,2022-01-01,,0.5,0.2,0.2", "shares.csv line 2: the shares sum to 0.9, not to 1"),
        ("ours,VAT,receipt,2022-01-01,,0.5,0.2,", "a share is not a number"),
        ("ours,VAT,refund,2022-01-01,,0.5,0.2,0.3", "flow 'refund' is none of"),
        ("ours,VAT,receipt,2022-01-01,2021-01-01,0.5,0.2,0.3", "it ends before it begins"),
        ("ours,VAT,receipt,1.1.2022,,0.5,0.2,0.3", "a day is not a date"),
        ("ours,VAT,receipt,20220101,,0.5,0.2,0.3", "a day is not a date"),
        ("ours,VAT,receipt,2022-01-01,2022-W50-1,0.5,0.2,0.3", "a day is not a date"),
        (",VAT,receipt,2022-01-01,,0.5,0.2,0.3", "regime is blank"),
        ("ours,VAT,receipt,2021-06-01,,0.5,0.2,0.3", "two confirmed rows speak of VAT, receipt on 2021-06-01"),
        ("our,VAT,receipt,2022-01-01,,0.5,0.2,0.3", "no table is called 'ours'; did you mean 'our'?"),
    ],
)
def test_a_wrong_share_table_is_refused_with_line_and_hint(tmp_path: Path, row: str, problem: str) -> None:
    (tmp_path / "shares.csv").write_text(f"{OWN}{row}\n", "utf-8")
    with pytest.raises(SettingsError) as refused:
        share_rules(shipped("seeds"), tmp_path, ("district_2021", "ours"))
    assert problem in str(refused.value)
    assert "hint: central + city + district = 1" in str(refused.value)


def test_all_shipped_shares_are_sound() -> None:
    names = ("district_2021", "credit_refund_inferred")
    assert share_rules(shipped("seeds"), shipped("seeds"), names).height == 29
