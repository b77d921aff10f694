"""Drop lists as the park's people read them."""

from datetime import date

import polars as pl

from tests.sql.office import Office, contract, drop_list

RANKED = ("rank", "enterprise_id", "prior", "current", "change")


def two_years(*rows: str) -> str:
    """Receipts of one month of each year for every enterprise: `id,prior,current` (total = local)."""
    lines = ["source_id,name,month,amount_total,amount_local"]
    for row in rows:
        enterprise, prior, now = row.split(",")
        lines += [
            f"{enterprise},{enterprise},2021-01,{prior},{prior}",
            f"{enterprise},{enterprise},2022-01,{now},{now}",
        ]
    return "\n".join(lines)


def covered(office: Office, rows: str, known: str = "2022-02-01") -> None:
    """Deliver one file that covers 2021-01 to 2022-01."""
    office.deliver(rows, known)


def test_ranks_by_the_amount_of_the_drop_ties_by_id(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00", "B,50.00,0.00", "C,500.00,450.00", "D,10.00,20.00"))
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("marts.drop_lists", *RANKED) == [
        (1, "A", "100.00", "10.00", "-90.00"),
        (2, "B", "50.00", "0.00", "-50.00"),
        (3, "C", "500.00", "450.00", "-50.00"),
    ]


def test_ranks_by_percent_when_the_list_says_so(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00", "B,50.00,0.00", "C,500.00,450.00"))
    office.build("2022-02-01", settings=drop_list(sort_by="percent"))
    assert [row[1] for row in office.rows("marts.drop_lists", *RANKED)] == ["B", "A", "C"]


def test_takes_the_first_k_whose_base_reaches_the_floor(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00", "B,50.00,0.00", "C,500.00,450.00"))
    office.build("2022-02-01", settings=drop_list(top_k=1, floor="200"))
    assert [row[1] for row in office.rows("marts.drop_lists", *RANKED)] == ["C"]


def test_a_base_of_zero_or_less_gives_no_yoy(office: Office) -> None:
    covered(office, two_years("A,0.00,-10.00", "B,-5.00,-10.00", "C,10.00,5.00"))
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("marts.drop_lists", "enterprise_id", "yoy") == [("A", None), ("B", None), ("C", -0.5)]


def test_a_refund_drop_stays_on_the_list_and_is_marked_as_policy(office: Office) -> None:
    covered(office, two_years("A,100.00,100.00", "B,100.00,50.00"))
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    office.deliver(
        "source_id,name,month,amount_total,amount_local,levy_item,reason\nA,A,2022-01,-80.00,-80.00,增值税,留抵退税",
        "2022-02-01",
        refunds,
    )
    office.build("2022-02-01", settings=drop_list())
    columns = ("enterprise_id", "natural_change", "restored_change", "is_policy_drop")
    assert office.rows("marts.drop_lists", *columns) == [
        ("A", "-80.00", "0.00", True),
        ("B", "-50.00", "-50.00", False),
    ]


def test_both_years_are_restored(office: Office) -> None:
    covered(office, two_years("A,100.00,100.00"))
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "留抵退税"})
    rows = "source_id,name,month,amount_total,amount_local,levy_item,reason"
    rows += "\nA,A,2022-01,-80.00,-80.00,增值税,留抵退税\nA,A,2021-01,-30.00,-30.00,增值税,留抵退税"
    office.deliver(rows, "2022-02-01", refunds)
    office.build("2022-02-01", settings=drop_list())
    restored = office.rows("features.window_changes", "window_name", "level", "restored_prior", "restored_current")
    assert ("ytd", "local", "100.00", "100.00") in restored
    natural = office.rows("features.window_changes", "window_name", "level", "natural_prior", "natural_current")
    assert ("ytd", "local", "70.00", "20.00") in natural


def test_an_export_refund_is_not_restored(office: Office) -> None:
    covered(office, two_years("A,100.00,100.00"))
    refunds = contract(target="refunds", constants={"levy_item": "增值税", "reason": "出口退税"})
    office.deliver(
        "source_id,name,month,amount_total,amount_local,levy_item,reason\nA,A,2022-01,-80.00,-80.00,增值税,出口退税",
        "2022-02-01",
        refunds,
    )
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("marts.drop_lists", "natural_change", "restored_change") == [("-80.00", "-80.00")]


def test_an_enterprise_that_left_since_the_base_window_leads_the_list(office: Office) -> None:
    register = contract(
        target="enterprises",
        delivery="full",
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "in_from", "in_to")],
    )
    covered(
        office,
        two_years("LEFT,100.00,0.00", "HERE,100.00,50.00", "LONG_GONE,100.00,0.00", "NEVER,100.00,0.00"),
    )
    office.deliver(
        """source_id,name,in_from,in_to
        LEFT,LEFT,2019-01-01,2021-11-30
        HERE,HERE,2019-01-01,
        LONG_GONE,LONG_GONE,2019-01-01,2020-11-30""",
        "2022-02-01",
        register,
    )
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("marts.drop_lists", "rank", "enterprise_id", "moved_on") == [
        (1, "LEFT", "2021-11-30"),
        (2, "HERE", None),
    ]


def test_a_window_that_is_not_covered_gives_a_reason_and_no_list(office: Office) -> None:
    office.deliver(
        "source_id,name,month,amount_total,amount_local\nA,A,2021-12,1.00,1.00\nA,A,2022-01,1.00,1.00",
        "2022-02-01",
    )
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("features.list_windows", "list_name", "reason") == [("mine", "base window not covered")]
    assert office.rows("marts.drop_lists", *RANKED) == []


def test_the_first_quarter_waits_for_march(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00"))
    office.build("2022-02-01", settings=drop_list(window="first_quarter"))
    assert office.rows("features.list_windows", "list_name", "reason") == [("mine", "window not over")]


def test_a_level_that_is_not_given_falls_back_and_says_so(office: Office) -> None:
    only_total = contract(
        columns=[
            {"field": "source_id", "headings": ["id"]},
            {"field": "month", "headings": ["m"]},
            {"field": "amount_total", "headings": ["t"]},
        ]
    )
    office.deliver("source_id,name,month,amount_total\nA,A,2021-01,9.00\nA,A,2022-01,5.00", "2022-02-01", only_total)
    office.build("2022-02-01", settings=drop_list(level="district"))
    assert office.rows("marts.drop_lists", "level", "level_asked", "is_fallback", "change") == [
        ("total", "district", True, "-4.00")
    ]


def test_weeks_on_counts_the_unbroken_run_of_published_weeks(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00", "B,50.00,0.00"))
    published = [
        ("2022-02-07", "A", 2), ("2022-02-14", "A", 1), ("2022-02-07", "B", 1), ("2022-02-14", "C", 2),
    ]  # fmt: skip
    events = pl.DataFrame(
        [(date.fromisoformat(day), "mine", who, rank) for day, who, rank in published],
        schema=["as_of_date", "list_name", "enterprise_id", "rank"],
        orient="row",
    )
    office.warehouse.append("events.drop_lists", events)
    office.build("2022-02-21", settings=drop_list())
    assert office.rows("marts.drop_lists", "enterprise_id", "weeks_on", "previous_rank", "entered") == [
        ("A", 3, 1, False),
        ("B", 1, None, True),
    ]


def test_a_line_without_the_level_makes_the_month_unknown_and_invents_no_drop(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00", "B,100.00,90.00"))
    office.deliver("source_id,name,month,amount_total\nA,A,2022-01,80.00", "2022-02-01", contract(name="coarse"))
    most = "\n".join("B,B,2021-01,0.00,0.00" for _ in range(20))
    office.deliver(f"source_id,name,month,amount_total,amount_local\n{most}", "2022-02-01", contract(name="coarse"))
    office.build("2022-02-01", settings=drop_list())
    assert [row[1] for row in office.rows("marts.drop_lists", *RANKED)] == ["B"]
    assert ("local", 25, 1) in office.rows("features.level_lines", "level", "lines", "missing")


def test_a_central_levy_does_not_make_the_local_level_known(office: Office) -> None:
    office.deliver(
        """source_id,name,month,amount_total,levy_item
        A,A,2021-01,100.00,增值税
        A,A,2021-01,5.00,消费税
        A,A,2022-01,10.00,增值税""",
        "2022-02-01",
    )
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("marts.drop_lists", "level", "is_fallback", "change") == [("total", True, "-95.00")]


def test_a_few_late_rows_cover_no_month(office: Office) -> None:
    rows = [f"F{number},F{number},2022-01,5.00,5.00" for number in range(9)] + ["F1,F1,2021-01,9.00,9.00"]
    office.deliver("source_id,name,month,amount_total,amount_local\n" + "\n".join(rows), "2022-02-01")
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("features.covered_months", "month") == [("2022-01-01",)]
    assert office.rows("marts.drop_lists", *RANKED) == []


def test_natural_persons_are_on_no_list_and_get_no_score(office: Office) -> None:
    covered(office, two_years("自然人及个体,900.00,0.00", "A,100.00,10.00"))
    office.build("2022-02-01", settings=drop_list())
    assert [row[1] for row in office.rows("marts.drop_lists", *RANKED)] == ["A"]
    assert office.rows("features.risk_inputs", "enterprise_id") == [("A",)]
    assert ("自然人及个体",) in office.rows("marts.revenue_monthly", "enterprise_id")


def test_a_registered_end_that_lies_ahead_is_no_move_and_a_return_ends_one(office: Office) -> None:
    register = contract(
        target="enterprises",
        delivery="full",
        columns=[{"field": name, "headings": [name]} for name in ("source_id", "name", "in_from", "in_to")],
    )
    covered(office, two_years("STAYS,100.00,0.00", "BACK,100.00,50.00", "GONE,100.00,60.00"))
    office.deliver(
        """source_id,name,in_from,in_to
        STAYS,STAYS,2019-01-01,2030-12-31
        BACK,BACK,2021-12-01,
        GONE,GONE,2019-01-01,""",
        "2022-02-01",
        register,
    )
    moved = contract(target="outbound", columns=[{"field": n, "headings": [n]} for n in ("source_id", "moved_on")])
    office.deliver("source_id,moved_on\nBACK,2021-03-01\nGONE,2021-11-01", "2022-02-01", moved)
    office.build("2022-02-01", settings=drop_list())
    assert office.rows("features.enterprises", "enterprise_id", "moved_on") == [
        ("BACK", None),
        ("GONE", "2021-11-01"),
        ("STAYS", None),
    ]
    assert office.rows("features.risk_inputs", "enterprise_id") == [("BACK",), ("STAYS",)]


def test_an_extract_that_lands_late_is_still_new_for_the_next_week(office: Office) -> None:
    covered(office, two_years("A,100.00,10.00"), known="2022-01-05")
    office.build("2022-02-07", settings=drop_list())
    assert office.rows("features.data_until", "has_new_receipts") == [(True,)]
    counted = pl.DataFrame({"as_of_date": [date(2022, 2, 7)], "sha256": ["file 1"]})
    office.warehouse.append("events.deliveries", counted)
    office.build("2022-02-14", settings=drop_list())
    assert office.rows("features.data_until", "has_new_receipts") == [(False,)]
    office.deliver(
        "source_id,name,month,amount_total,amount_local\nB,B,2022-01,1.00,1.00", "2022-02-05", contract(name="late")
    )
    office.build("2022-02-14", settings=drop_list())
    assert office.rows("features.data_until", "has_new_receipts") == [(True,)]
