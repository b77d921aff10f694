"""The park's figures: three calibers in both years, populations, growth in parts, the year before as known then."""

import polars as pl

from mainstay.extracts.contract import Contract
from tests.sql.office import Office, contract, drop_list

AMOUNTS = ("amount_total", "amount_central", "amount_city", "amount_district")
HEADING = f"source_id,name,month,levy_item,reason,{','.join(AMOUNTS)}"
AS_OF = "2022-11-07"


def _made(target: str, *fields: str) -> Contract:
    columns = [{"field": name, "headings": [name]} for name in fields]
    return contract(target=target, name=target, columns=columns)


RECEIPTS = _made("receipts", "source_id", "month", "levy_item", "reason", *AMOUNTS)
REFUNDS = _made("refunds", "source_id", "month", "levy_item", "reason", *AMOUNTS)
DEFERRALS = _made("deferrals", "source_id", "month", "paid_month", *AMOUNTS)
REGISTER = contract(
    target="enterprises",
    name="register",
    delivery="full",
    columns=[{"field": name, "headings": [name]} for name in ("source_id", "in_from", "in_to")],
)
AGGREGATES = _made("aggregates", "indicator", "month", "value", "prior", "unit")
RELIEFS = _made("reliefs", "source_id", "month", "landlord", "landlord_kind", "amount", "area_m2", "subsidy_asked")


def received(office: Office, *rows: str, known: str = "2022-11-05") -> None:
    """Deliver receipts `id,name,month,levy item,reason,total,central,city,district`."""
    office.deliver("\n".join([HEADING, *rows]), known, RECEIPTS)


def refunded(office: Office, *rows: str, known: str = "2022-11-05") -> None:
    """Deliver refunds; columns as of receipts, negative."""
    office.deliver("\n".join([HEADING, *rows]), known, REFUNDS)


def registered(office: Office, *rows: str, known: str) -> None:
    """Deliver a whole register: `id,first day,last day`."""
    lines = [f"{row.split(',')[0]},{row}" for row in rows]
    office.deliver("\n".join(["name,source_id,in_from,in_to", *lines]), known, REGISTER)


def figures(office: Office, *columns: str, **keys: str) -> list[tuple[object, ...]]:
    """The rows of the park's indicators with these keys."""
    rows = office.warehouse.read("features.park_revenue_indicators").filter(
        *(pl.col(name) == value for name, value in keys.items())
    )
    return rows.with_columns(pl.col(pl.Decimal).cast(pl.String)).select(columns).rows()


def published(office: Office, *, restore_prior: bool) -> dict[str, tuple[str | None, str]]:
    """Value and growth as the report prints them, in 千万; 2021 with a credit refund, or with one of another kind."""
    received(
        office,
        "A,A,2021-10,增值税,,139.70,0.00,70.03,69.67",
        "A,A,2022-10,增值税,,223.10,0.00,90.80,132.30",
    )
    _cover(office)
    reason = "留抵退税" if restore_prior else "误收多缴退税"
    refunded(
        office,
        f"A,A,2021-10,增值税,{reason},-3.80,0.00,-3.22,-0.58",
        "A,A,2022-10,增值税,留抵退税,-53.00,0.00,-45.00,-8.00",
    )
    office.build(AS_OF, settings=drop_list())
    rows = figures(office, "level", "caliber", "value", "yoy", indicator="revenue")
    return {
        f"{level} {caliber}": (str(value), f"{yoy * 100:.1f}")
        for level, caliber, value, yoy in rows
        if level in ("local", "district") and isinstance(yoy, float)
    }


def test_restoring_both_years_gives_the_growth_that_the_report_states(office: Office) -> None:
    assert published(office, restore_prior=True) == {
        "local natural": ("170.10", "25.2"),
        "local restored": ("223.10", "59.7"),
        "district natural": ("124.30", "79.9"),
        "district restored": ("132.30", "89.9"),
    }


def test_restoring_the_current_year_alone_would_give_another_growth(office: Office) -> None:
    found = published(office, restore_prior=False)
    assert (found["local restored"][1], found["district restored"][1]) == ("64.2", "91.5")


def test_a_firm_that_came_back_keeps_its_earlier_months_and_loses_those_between(office: Office) -> None:
    registered(office, "A,2019-01-01,", "B,2019-01-01,", known="2021-01-31")
    registered(office, "B,2019-01-01,", known="2021-03-31")
    registered(office, "A,2022-09-15,", "B,2019-01-01,2022-08-31", known="2022-10-31")
    months = ("2021-02", "2021-03", "2021-05", "2022-08", "2022-09")
    rows = [f"{who},{who},{month},增值税,,10.00,0.00,5.00,5.00" for who in "AB" for month in months]
    received(office, *rows, *(f"C,C,{year}-10,增值税,,100.00,0.00,50.00,50.00" for year in (2021, 2022)))
    _cover(office)
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.park_months", "enterprise_id", "month") == [
        *(("A", f"{month}-01") for month in ("2021-02", "2021-03", "2022-09")),
        *(("B", f"{month}-01") for month in ("2021-02", "2021-03", "2021-05", "2022-08")),
    ]
    columns = ("value", "prior_value", "population", "caveat")
    [headline] = figures(office, *columns, indicator="revenue", level="local", caliber="natural")
    assert headline[:3] == ("20.00", "50.00", "as_registered")
    assert "名录外及自然人本期120.00未计入" in str(headline[3])
    [extracted] = figures(office, *columns, indicator="revenue_as_extracted", level="local", caliber="natural")
    assert extracted[:3] == ("140.00", "160.00", "as_extracted")
    [now] = figures(office, *columns, indicator="revenue_register_now", level="local", caliber="natural")
    assert now[:3] == ("20.00", "30.00", "register_now")


def test_a_corrected_first_day_replaces_the_earlier_one(office: Office) -> None:
    registered(office, "A,2021-01-01,", known="2021-06-30")
    registered(office, "A,2021-03-01,", known="2021-07-31")
    received(office, "A,A,2021-02,增值税,,10.00,0.00,5.00,5.00")
    office.build(AS_OF, settings=drop_list())
    assert office.rows("ledger.park_spells_as_known", "spell_from", "spell_to") == [("2021-03-01", "9999-12-31")]


def test_growth_is_parted_into_joined_left_and_existing_firms_exactly(office: Office) -> None:
    registered(office, "A,2019-01-01,", "J,2022-05-01,", "L,2019-01-01,2021-12-31", known="2022-10-31")
    received(
        office,
        "A,A,2021-10,增值税,,30.00,0.00,15.00,15.00",
        "A,A,2022-10,增值税,,50.00,0.00,20.00,30.00",
        "J,J,2022-10,增值税,,8.00,0.00,4.00,4.00",
        "L,L,2021-10,增值税,,9.00,0.00,4.50,4.50",
        "L,L,2022-10,增值税,,1.00,0.00,0.50,0.50",
    )
    _cover(office)
    office.build(AS_OF, settings=drop_list())
    rows = figures(office, "indicator", "value", "denominator", level="local", caliber="natural")
    found = {str(indicator): (value, base) for indicator, value, base in rows}
    assert found["revenue"] == ("58.00", "39.00")
    assert found["growth_joined"] == ("8.00", "39.00")
    assert found["growth_left"] == ("-9.00", "39.00")
    assert found["growth_existing"] == ("20.00", "39.00")
    assert found["revenue_existing_firms"] == ("50.00", "30.00")
    effects = dict(figures(office, "indicator", "value", level="district", caliber="natural"))
    assert effects["growth_volume"] == "9.50"  # 19.00 x 19.50 / 39.00
    assert effects["growth_share_effect"] == "5.00"  # 34.50 - 19.50 - 9.50


def test_the_year_before_is_also_shown_as_it_was_known_then(office: Office) -> None:
    received(office, *_all_months(2021, "A", "10.00,0.00,5.00,5.00"), known="2021-11-05")
    received(office, "A,A,2021-10,增值税,,4.00,0.00,2.00,2.00", known="2022-02-05")
    received(office, *_all_months(2022, "A", "10.00,0.00,5.00,5.00"))
    office.build(AS_OF, settings=drop_list())
    columns = ("value", "prior_value", "prior_as_known_then", "prior_revised_by")
    [shown] = figures(office, *columns, indicator="revenue", level="district", caliber="restored")
    assert shown == ("50.00", "52.00", "50.00", "2.00")


def test_what_was_not_known_then_is_null_with_the_reason(office: Office) -> None:
    received(office, *_all_months(2021, "A", "10.00,0.00,5.00,5.00"))
    received(office, *_all_months(2022, "A", "10.00,0.00,5.00,5.00"))
    office.build(AS_OF, settings=drop_list())
    columns = ("prior_as_known_then", "prior_revised_by", "caveat")
    [row] = figures(office, *columns, indicator="revenue", level="local", caliber="natural")
    assert row[:2] == (None, None)
    assert "一年前尚无入库数据" in str(row[2])


def test_a_base_of_zero_a_missing_refund_and_a_missing_deferral_are_said(office: Office) -> None:
    received(office, *_all_months(2021, "A", "0.00,0.00,0.00,0.00"), *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    office.build(AS_OF, settings=drop_list())
    caveats = dict(figures(office, "caliber", "caveat", indicator="revenue", level="local"))
    yoys = dict(figures(office, "caliber", "yoy", indicator="revenue", level="local"))
    assert "上年同期为零或负，无同比" in str(caveats["natural"])
    assert "未导入退库数据，还原口径等于自然口径" in str(caveats["restored"])
    assert "无缓税数据" in str(caveats["deferral_adjusted"])
    assert set(yoys.values()) == {None}
    effects = figures(office, "value", "caveat", indicator="growth_volume", level="district", caliber="natural")
    assert [(value, "不能分解" in str(caveat)) for value, caveat in effects] == [(None, True)]


def test_a_window_that_is_not_covered_gives_no_figure_but_the_reason(office: Office) -> None:
    received(office, *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    office.build("2022-12-05", settings=drop_list())
    [row] = figures(office, "value", "yoy", "caveat", indicator="revenue", level="local", caliber="natural")
    assert row[:2] == (None, None)
    assert "上年同期入库月份未齐，无同比" in str(row[2])
    assert "2022年11月入库数据未到" in str(row[2])


def test_the_third_caliber_adjusts_both_years(office: Office) -> None:
    received(office, *_all_months(2021, "A", "2.00,1.00,0.50,0.50"), *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    heading = "source_id,name,month,paid_month,amount_total,amount_central,amount_city,amount_district"
    rows = "A,A,2021-09,2022-03,0.80,0.40,0.20,0.20\nA,A,2022-09,2023-03,0.40,0.20,0.10,0.10"
    office.deliver(f"{heading}\n{rows}", "2022-11-05", DEFERRALS)
    office.build(AS_OF, settings=drop_list())
    [row] = figures(office, "value", "prior_value", indicator="revenue", level="district", caliber="deferral_adjusted")
    assert row == ("2.40", "5.20")


def test_statistical_totals_give_output_per_area_and_per_worker(office: Office) -> None:
    received(office, *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    office.deliver(
        """indicator,month,value,prior,unit
        规模以上高新技术企业总收入,2022-10,400.00,380.00,亿元
        规模以上高新技术企业总收入,2022-11,478.15,446.45,亿元
        规模以上高新技术企业从业人员,2022-11,12791.00,13632.00,人
        园区占地面积,2022-11,189.00,209.12,公顷
        专利申请量,2021-11,278.00,,件
        专利申请量,2022-11,452.00,,件
        发明专利申请量,2022-11,278.00,121.00,包""",
        "2022-12-05",
        AGGREGATES,
    )
    office.build("2022-12-05", settings=drop_list())
    columns = ("indicator", "window_end", "value", "prior_value", "unit", "caveat")
    assert office.rows("features.park_aggregates", *columns) == [
        ("area", "2022-11-01", "1890000.00", "2091200.00", "area_m2", ""),
        ("invention_applications", "2022-11-01", None, None, "number", "计量单位不明"),
        ("output_per_km2", "2022-11-01", "25298941798.94", "21348986228.00", "currency_per_km2", ""),
        ("output_per_worker", "2022-11-01", "3738175.28", "3275014.67", "currency_per_person", ""),
        ("patent_applications", "2022-11-01", "452.00", "278.00", "count", ""),
        ("staff", "2022-11-01", "12791.00", "13632.00", "persons", ""),
        ("total_income", "2022-11-01", "47815000000.00", "44645000000.00", "currency", ""),
    ]


def _restored(office: Office) -> tuple[object, ...]:
    [row] = figures(office, "yoy", "caveat", indicator="revenue", level="local", caliber="restored")
    return row


def test_a_year_without_any_refund_extract_beside_one_with_them_gives_no_restored_growth(office: Office) -> None:
    received(office, *_all_months(2021, "A", "1.00,0.50,0.25,0.25"), *_all_months(2022, "A", "2.00,1.00,0.50,0.50"))
    refunded(office, *_all_months(2022, "A", "0.00,0.00,0.00,0.00"))
    office.build(AS_OF, settings=drop_list())
    yoy, caveat = _restored(office)
    assert yoy is None
    assert "10个月无退库文件" in str(caveat)
    assert "上年同期无退库文件，不计还原口径同比" in str(caveat)
    [natural] = figures(office, "yoy", indicator="revenue", level="local", caliber="natural")
    assert natural == (1.0,)


def test_months_between_the_two_windows_owe_no_refund_extract(office: Office) -> None:
    received(
        office, *(f"A,A,2021-{month:02},增值税,,1.00,0.50,0.25,0.25" for month in range(1, 13)), known="2022-02-05"
    )
    received(office, "A,A,2022-01,增值税,,1.00,0.50,0.25,0.25", known="2022-02-05")
    zero = "增值税,,0.00,0.00,0.00,0.00"
    refunded(office, f"A,A,2021-01,{zero}", f"A,A,2022-01,{zero}", known="2022-02-05")
    office.build("2022-02-07", settings=drop_list(window="last_12_months"))
    [(missing,)] = office.rows("marts.weeks", "refund_months_missing")
    assert missing == 0
    assert "无退库文件" not in str(_restored(office)[1])


def test_caveats_speak_of_the_two_windows_alone_and_amounts_do_not_cancel(office: Office) -> None:
    received(office, *_all_months(2021, "A", "1.00,0.50,0.25,0.25"), *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    received(
        office,
        "A,A,2020-05,无此税种,,900.00,0.00,0.00,0.00",
        "A,A,2022-05,无此税种,,7.00,0.00,0.00,0.00",
        "A,A,2022-06,无此税种,,-7.00,0.00,0.00,0.00",
    )
    office.build(AS_OF, settings=drop_list())
    [(held_out,)] = office.rows("features.park_caveats", "held_out")
    assert held_out == "未识别征收项目14.00未计入"


def test_a_firm_whose_first_day_lies_ahead_is_not_in_the_park_yet(office: Office) -> None:
    registered(office, "A,2019-01-01,", "B,2022-12-01,", known="2022-10-31")
    received(office, *(f"{who},{who},2022-10,增值税,,1.00,0.50,0.25,0.25" for who in "AB"))
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.park_presence", "enterprise_id", "is_now") == [("A", True), ("B", False)]
    assert office.rows("features.park_population", "enterprise_id") == [("A",)]


OUTBOUND = _made("outbound", "source_id", "moved_on", "move_kind")


def test_a_firm_that_left_by_the_outbound_list_is_out_though_the_register_still_names_it(office: Office) -> None:
    firms = ("left", "partial", "back")
    registered(office, "left,2019-01-01,", "partial,2019-01-01,", "back,2019-01-01,", known="2021-01-31")
    registered(office, "left,2019-01-01,", "partial,2019-01-01,", "back,2022-02-01,", known="2022-10-31")
    office.deliver(
        """source_id,name,moved_on,move_kind
        left,left,2021-06-10,whole
        partial,partial,2021-06-10,partial
        back,back,2021-06-10,whole""",
        "2021-07-01",
        OUTBOUND,
    )
    months = ("2021-06", "2021-07", "2022-03")
    received(office, *(f"{who},{who},{month},增值税,,1.00,0.50,0.25,0.25" for who in firms for month in months))
    office.build(AS_OF, settings=drop_list())
    assert office.rows("features.park_months", "enterprise_id", "month") == [
        ("back", "2021-06-01"),
        ("back", "2022-03-01"),
        ("left", "2021-06-01"),
        *(("partial", f"{month}-01") for month in months),
    ]
    assert office.rows("features.park_presence", "enterprise_id", "movement") == [
        ("back", "existing"),
        ("left", "left"),
        ("partial", "existing"),
    ]


def test_what_was_paid_outside_the_park_is_told_though_months_inside_are_not_known(office: Office) -> None:
    registered(office, "A,2019-01-01,2022-08-31", known="2022-10-31")
    _cover(office)
    received(office, "A,A,2022-03,增值税,,50.00,,,", "A,A,2022-09,增值税,,8.00,4.00,2.00,2.00")
    received(office, "A,A,2022-04,增值税,,10.00,5.00,2.50,2.50", "C,C,2021-05,增值税,,9.00,,,")
    received(office, "C,C,2022-05,增值税,,6.00,3.00,1.50,1.50")
    office.build(AS_OF, settings=drop_list())
    sums = office.rows("features.park_revenue_sums", "indicator", "level", "caliber", "left_out")
    found = {level: left_out for who, level, caliber, left_out in sums if (who, caliber) == ("revenue", "natural")}
    assert (found["total"], found["local"]) == ("14.00", "7.00")


def test_an_unknown_unit_and_a_window_without_a_denominator_are_said(office: Office) -> None:
    received(office, *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    office.deliver(
        """indicator,month,value,prior,unit
        规模以上高新技术企业总收入,2022-10,400.00,380.00,亿元
        规模以上高新技术企业从业人员,2022-09,12791.00,13632.00,人
        园区占地面积,2022-10,189.00,209.12,包
        没有这个指标,2022-10,1.00,1.00,人""",
        "2022-11-05",
        AGGREGATES,
    )
    office.build(AS_OF, settings=drop_list())
    found = office.rows("features.park_aggregates", "indicator", "window_end", "value", "caveat")
    assert [row for row in found if str(row[0]).startswith("output_")] == [
        ("output_per_km2", "2022-10-01", None, "计量单位不明"),
        ("output_per_worker", "2022-10-01", None, "分母缺失"),
    ]
    assert office.rows("features.unknown_aggregates", "indicator") == [("没有这个指标",)]


def test_reliefs_are_counted_by_kind_of_landlord(office: Office) -> None:
    received(office, *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    office.deliver(
        """source_id,name,month,landlord,landlord_kind,amount,area_m2,subsidy_asked
        A,A,2022-04,甲公司,state_owned,100.00,10.00,
        A,A,2022-05,甲公司,state_owned,50.00,10.00,
        B,B,2022-05,甲公司,state_owned,7.00,1.00,
        B,B,2022-05,孵化器,incubator,20.00,5.00,9.00
        C,C,2021-05,孵化器,incubator,1.00,1.00,""",
        "2022-06-05",
        RELIEFS,
    )
    office.build(AS_OF, settings=drop_list())
    found = {name: (value, prior) for name, value, prior in office.rows(
        "features.park_reliefs", "indicator", "value", "prior_value"
    )}  # fmt: skip
    assert found["relief_firms_state_owned"] == ("2.00", None)
    assert found["relief_amount_state_owned"] == ("157.00", None)
    assert found["relief_landlords_incubator"] == ("1.00", "1.00")
    assert found["relief_subsidy_asked_incubator"] == ("9.00", None)
    assert found["relief_area_state_owned"] == ("21.00", None)


def test_milestones_are_due_or_overdue_until_they_are_reached(office: Office) -> None:
    received(office, *_all_months(2022, "A", "1.00,0.50,0.25,0.25"))
    made = contract(
        target="projects",
        name="projects",
        delivery="full",
        columns=[{"field": name, "headings": [name]} for name in ("project", "milestone", "due_on", "done_on")],
    )
    office.deliver(
        """project,milestone,due_on,done_on
        P,approved,2022-03-01,2022-03-05
        P,started,2022-11-01,
        P,completed,2022-12-07,
        P,live,2023-12-31,
        P,permitted,,""",
        "2022-11-01",
        made,
    )
    office.build(AS_OF, settings=drop_list())
    columns = ("milestone", "is_done", "is_due", "is_overdue", "days_overdue", "days_late")
    assert office.rows("marts.projects", *columns) == [
        ("approved", True, False, False, None, 4),
        ("completed", False, True, False, None, None),
        ("live", False, False, False, None, None),
        ("permitted", False, False, False, None, None),
        ("started", False, False, True, 6, None),
    ]


def _all_months(year: int, who: str, amounts: str) -> list[str]:
    return [f"{who},{who},{year}-{month:02},增值税,,{amounts}" for month in range(1, 11)]


def _cover(office: Office) -> None:
    """Cover every month of both years with a firm that paid nothing."""
    received(office, *(row for year in (2021, 2022) for row in _all_months(year, "Z", "0.00,0.00,0.00,0.00")))
