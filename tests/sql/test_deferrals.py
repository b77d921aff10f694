"""Deferred taxes: what was put off comes in another month, and both years' windows say so."""

from tests.sql.office import Office, contract, drop_list

RECEIPTS = """source_id,name,month,amount_total,amount_local
A,A,2021-01,100.00,50.00
A,A,2021-02,100.00,50.00
A,A,2022-02,30.00,15.00
B,B,2022-01,8.00,4.00"""
DEFERRALS = contract(
    target="deferrals",
    columns=[
        {"field": name, "headings": [name]}
        for name in ("source_id", "month", "paid_month", "amount_total", "amount_city", "amount_district", "levy_item")
    ],
)
HEADING = "source_id,name,month,paid_month,amount_total,amount_city,amount_district,levy_item"
AS_OF = "2022-03-07"


def deferred(office: Office, *rows: str, known: str = "2022-03-01") -> None:
    """Deliver deferrals: `id,name,month,paid month,total,city,district,levy item`."""
    office.deliver("\n".join([HEADING, *rows]), known, DEFERRALS)


def test_what_was_put_off_is_added_where_it_was_due_and_taken_out_where_it_came(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    deferred(office, "A,A,2022-01,2022-02,20.00,5.00,5.00,")
    office.build(AS_OF, settings=drop_list())
    columns = ("enterprise_id", "month", "local", "local_restored", "local_deferral_adjusted")
    assert office.rows("marts.revenue_monthly", *columns) == [
        ("A", "2021-01-01", "50.00", "50.00", "50.00"),
        ("A", "2021-02-01", "50.00", "50.00", "50.00"),
        ("A", "2022-01-01", "0.00", "0.00", "10.00"),
        ("A", "2022-02-01", "15.00", "15.00", "5.00"),
        ("B", "2022-01-01", "4.00", "4.00", "4.00"),
    ]
    assert office.rows("marts.revenue_by_levy", "enterprise_id", "month", "lines", "deferred_out_local")[2] == (
        "A",
        "2022-01-01",
        0,
        "10.00",
    )


def test_a_window_counts_what_is_put_off_beyond_it_and_not_what_comes_back_inside(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    deferred(office, "A,A,2022-01,2022-02,20.00,5.00,5.00,", "A,A,2022-02,2022-11,2.00,0.50,0.50,")
    office.build(AS_OF, settings=drop_list())
    columns = ("enterprise_id", "natural_current", "deferred_current", "deferred_prior", "adjusted_current")
    ytd = [
        row[:5]
        for row in office.rows("features.window_changes", *columns, "window_name", "level")
        if row[5:] == ("ytd", "local")
    ]
    assert ytd == [("A", "15.00", "1.00", "0.00", "16.00"), ("B", "4.00", "0.00", "0.00", "4.00")]


def test_without_a_deferral_extract_the_third_caliber_is_unknown(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    office.build(AS_OF, settings=drop_list())
    assert {row[0] for row in office.rows("marts.revenue_monthly", "local_deferral_adjusted")} == {None}
    assert {row[0] for row in office.rows("features.window_changes", "adjusted_current")} == {None}


def test_a_deferral_without_levels_leaves_the_natural_caliber_known(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    deferred(office, "A,A,2022-01,2022-11,20.00,,,")
    office.build(AS_OF, settings=drop_list())
    columns = ("level", "natural_current", "adjusted_current")
    rows = [
        row[:3]
        for row in office.rows("features.window_changes", *columns, "enterprise_id", "window_name")
        if row[3:] == ("A", "ytd")
    ]
    assert rows == [("central", "15.00", None), ("local", "15.00", None), ("total", "30.00", "50.00")]


def test_deferrals_of_items_out_of_scope_do_not_count(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    deferred(office, "A,A,2022-01,2022-11,20.00,5.00,5.00,社保费", "A,A,2022-02,2022-11,9.00,2.00,2.00,增值税")
    office.build(AS_OF, settings=drop_list())
    found = office.rows("features.deferrals_by_levy", "levy", "month", "deferred_out_local")
    assert found == [("VAT", "2022-02-01", "4.00")]


def test_a_deferral_known_later_changes_nothing_known_before(office: Office) -> None:
    office.deliver(RECEIPTS, "2022-03-01")
    deferred(office, "A,A,2022-01,2022-11,20.00,5.00,5.00,", known="2022-03-08")
    office.build(AS_OF, "2022-03-14", settings=drop_list())
    columns = ("as_of_date", "enterprise_id", "month", "local_deferral_adjusted")
    found = [row for row in office.rows("features.revenue_monthly", *columns) if row[1:3] == ("A", "2022-01-01")]
    assert found == [("2022-03-14", "A", "2022-01-01", "10.00")]


def test_the_flow_follows_from_reason_and_levy_and_not_from_the_sign(office: Office) -> None:
    office.deliver(
        """source_id,name,month,amount_total,amount_local,levy_item,reason
        A,A,2022-01,-1.00,-1.00,增值税,更正
        A,A,2022-02,-2.00,-2.00,增值税,增值税留抵退税""",
        "2022-03-01",
    )
    office.deliver(
        """source_id,name,month,amount_total,amount_local,levy_item,reason
        A,A,2022-01,-3.00,-3.00,增值税,留抵退税
        A,A,2022-01,-4.00,-4.00,增值税,出口退税
        A,A,2022-01,-5.00,-5.00,企业所得税,留抵
        A,A,2022-01,6.00,6.00,增值税,留抵退税""",
        "2022-03-01",
        contract(target="refunds"),
    )
    office.build(AS_OF, settings=drop_list())
    assert office.rows("staging.revenue_lines", "source", "total", "flow", "levels_from") == [
        ("receipts", "-1.00", "receipt", "row"),
        ("receipts", "-2.00", "vat_credit_refund", "row"),
        ("refunds", "-3.00", "vat_credit_refund", "row"),
        ("refunds", "-4.00", "other_refund", "row"),
        ("refunds", "-5.00", "other_refund", "row"),
        ("refunds", "6.00", "vat_credit_refund", "row"),
    ]
