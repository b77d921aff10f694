import re
from datetime import date
from decimal import Decimal
from html import unescape

import polars as pl
import pytest

from mainstay.errors import ModelError
from mainstay.report.brief import RELATIONS, brief_html
from mainstay.resources import shipped
from tests.unit.report.brief_samples import (
    BEFORE,
    LONG_NAME,
    SCHEMAS,
    WEEK,
    empty_week,
    frame,
    full_week,
    marts,
    page,
    week,
    with_rows,
)
from tests.unit.report.samples import WAN_YUAN

FORBIDDEN = ("不予办理", "暂缓迁出", "承诺不迁", "税收返还", "追回奖励", "同口径")
LEFT = {"state": "moved_out", "in_scope": True, "leaves_city": True, "contacts": 0}


def section(frames: dict[str, pl.DataFrame], number: str) -> str:
    """The words of one section, without markup."""
    html = page(frames)
    found = re.search(rf"<h2>{number}、(.*?)</section>", html, re.DOTALL)
    assert found
    body = re.sub(r"<svg.*?</svg>", "", found.group(1), flags=re.DOTALL)
    return unescape(re.sub(r"(?:\s*<[^>]+>\s*)+", "|", body))


def test_the_page_has_the_seven_sections_in_their_order() -> None:
    assert re.findall(r"<h2>([^<]+)", page(empty_week())) == [
        "一、本周概况",
        "二、迁出企业对接",
        "三、拟迁出挽留",
        "四、榜单原因调查",
        "五、预警派单办理",
        "六、需区级协调事项",
        "七、数据截止日、口径与勾稽",
    ]


def test_the_head_names_the_issue_the_office_and_the_day() -> None:
    html = page(empty_week())
    assert "<title>财源稳存量工作周报（第23期）2022-06-13 模拟数据</title>" in html
    assert "财源稳存量工作周报<small>（第23期）</small>" in html
    assert "某园区" in html
    assert "2022年6月13日" in html


def test_only_a_simulated_page_is_watermarked() -> None:
    simulated, real = page(empty_week()), page(empty_week(), simulated=False)
    assert 'class="watermark"' in simulated
    assert "模拟数据" in simulated
    assert 'class="watermark"' not in real
    assert "模拟数据" not in real


def test_a_week_of_nothing_says_so_in_every_section() -> None:
    quiet = empty_week(has_new_receipts=False)
    said = {
        "一": (
            "无新增入库数据，榜单与评分沿用上期；税收数据截止2022年6月5日。",
            "本周无可计算的榜单。",
            "本周无在办工单。",
        ),
        "二": ("近12个月迁出登记中无迁出企业。",),
        "三": ("本周无拟迁出或挽留中的企业。",),
        "四": ("本周无榜单。",),
        "五": ("未导入预警派单数据。",),
        "六": ("本周无需区级协调的事项。",),
        "七": ("未提供控制数。",),
    }
    for number, sentences in said.items():
        words = section(quiet, number)
        assert all(sentence in words for sentence in sentences), words
    assert "无分月收入数据" in page(quiet)


def test_new_files_are_counted_by_kind_and_what_was_refused_is_said() -> None:
    files = frame(
        "week_files",
        {"file": "a", "target": "receipts", "rows_loaded": 1200, "rows_rejected": 3, "is_new": True},
        {"file": "b", "target": "receipts", "rows_loaded": 34, "rows_rejected": 0, "is_new": True},
        {"file": "c", "target": "alerts", "rows_loaded": 1, "rows_rejected": 0, "is_new": True},
        {"file": "d", "target": "leases", "rows_loaded": 99, "rows_rejected": 9, "is_new": False},
    )
    assert "本周新增文件3个（入库明细2个、预警派单1个），1,235行，另有3行未通过校验、未入库" in section(
        with_rows(week_files=files), "一"
    )


def test_other_new_files_do_not_hide_that_receipts_are_missing() -> None:
    files = frame("week_files", {"file": "a", "target": "alerts", "rows_loaded": 1, "rows_rejected": 0, "is_new": True})
    words = section(empty_week(has_new_receipts=False) | marts(week_files=files), "一")
    assert "无新增入库数据，榜单与评分沿用上期；本周新增文件1个（预警派单1个）" in words


def test_orders_are_due_within_seven_days_overdue_new_or_settled() -> None:
    due = {"is_new": False, "is_overdue": False, "is_open": True}
    orders = frame(
        "work_orders",
        due | {"acts_by": date(2022, 6, 12), "is_overdue": True},
        due | {"acts_by": date(2022, 6, 13)},
        due | {"acts_by": date(2022, 6, 19), "is_new": True},
        due | {"acts_by": date(2022, 6, 20)},
        due | {"acts_by": date(2022, 6, 14), "is_open": False},
    )
    words = section(with_rows(work_orders=orders), "一")
    assert "在办工单4件（本周新派1件），7日内到期2件，超期1件；本周办结或退回1件。" in words


def test_the_year_to_date_names_its_caliber_and_leaves_unknown_as_a_dash() -> None:
    natural = {"indicator": "revenue", "level": "local", "caliber": "natural", "yoy": None}
    indicators = frame("park_indicators", natural | {"value": Decimal("12345600.00"), "prior_value": Decimal("0.00")})
    words = section(with_rows(park_indicators=indicators), "一")
    assert "|2022年1-5月(累计)|自然口径（万元）|上年同期|同比|还原口径（万元）|上年同期|同比|" in words
    assert "|地方级收入|1,234.56|0.00|—|—|—|—|" in words
    assert "|区级收入|—|—|—|—|—|—|" in words


def test_a_window_that_is_not_covered_is_said_where_its_figures_would_stand() -> None:
    frames = empty_week(is_covered=False, not_covered_reason="base window not covered")
    assert "2022年1-5月(累计)：上年同期数据不足" in section(frames, "一")
    assert "累计期间上年同期数据不足，不计同比" in section(frames, "七")


def test_the_contact_coverage_is_n_of_those_in_scope() -> None:
    register = frame(
        "outbound_register",
        LEFT | {"case_id": "1", "name": "甲公司", "district_before": Decimal("20000.00")},
        LEFT | {"case_id": "2", "name": "乙公司", "contacts": 2, "leaves_city": False},
        LEFT | {"case_id": "3", "name": "丙公司", "leaves_city": None},
        LEFT | {"case_id": "4", "name": "丁公司", "in_scope": False},
        LEFT | {"case_id": "5", "name": "戊公司", "contacts": 1, "state": "returned"},
    )
    words = section(with_rows(outbound_register=register), "二")
    assert "近12个月迁出4户，已对接2户，对接进度2/4；迁往市外2户、市内1户" in words
    assert "去向未明1户" in words
    assert "合计2.00万元（3户数据不足，未计入）；其中回迁动员0户、已回迁1户、确认流失0户。" in words
    assert "尚未对接2户，迁出前区级收入居前：甲公司（2.00万元）、丙公司。" in words


def test_more_uncontacted_firms_than_fit_are_in_the_outbound_list() -> None:
    rows = [LEFT | {"case_id": str(number), "name": f"企业{number}"} for number in range(5)]
    words = section(with_rows(outbound_register=frame("outbound_register", *rows)), "二")
    assert "尚未对接5户：企业0、企业1、企业2，另有2户见 lists/outbound.csv。" in words
    assert "均数据不足" in words


def test_firms_that_may_leave_are_listed_and_a_stay_is_told_in_its_week() -> None:
    staying = {"name": "甲公司", "state": "retaining", "state_since": date(2022, 5, 9), "request": "协调资质互认"}
    register = frame(
        "outbound_register",
        {"case_id": "1", "next_step": "tracking", "due_on": date(2022, 6, 20), "in_scope": False} | staying,
        {"case_id": "2", "name": "乙公司", "state": "retained", "state_since": date(2022, 5, 31), "in_scope": False}
        | {"state_before": "retaining"},
        {"case_id": "3", "name": "丙公司", "state": "retained", "state_since": BEFORE, "in_scope": False}
        | {"state_before": "retained"},
    )
    words = section(with_rows(outbound_register=register), "三")
    assert "拟迁出0户、挽留中1户；本周新增已留住或误报1户" in words
    assert "|甲公司|挽留中|2022-05-09|—|协调资质互认|持续跟踪|2022-06-20|" in words
    assert "|乙公司|已留住|2022-05-31|—|—|—|—|" in words
    assert "丙公司" not in words


def test_a_frozen_list_says_since_when_and_what_was_corrected_and_a_redefined_one_that_it_is() -> None:
    covered = {"level": "local", "is_covered": True, "rows": 25, "inquired": 7}
    frozen = {"is_frozen": True, "frozen_on": date(2022, 4, 18), "corrected": 2, "no_longer_drops": 1}
    lists = frame(
        "list_movements",
        {"list_name": "a", "title": "一季度降幅前25", "kind": "drops"} | covered | frozen,
        {"list_name": "b", "title": "高精尖降幅前50", "kind": "drops", "is_redefined": True, "unranked": 3} | covered,
        {"list_name": "c", "title": "重点企业", "kind": "firms"} | covered,
        {
            "list_name": "d",
            "title": "收入大户",
            "kind": "firms",
            "rows": 0,
            "not_covered_reason": "last year not covered",
        },
    )
    words = section(with_rows(list_movements=lists), "四")
    assert "一季度降幅前25（4月18日定榜）" in words
    assert "7/25" in words
    assert "定榜后数据更正2户，其中1户已不减收，见 lists/。" in words
    assert "榜单口径或统计年度有调整，与上期不可比：高精尖降幅前50。" in words
    assert "高精尖降幅前50：3户数据不足未参与排名。" in words
    assert "未能生成：收入大户（上一年度数据不足）。" in words
    assert "重点企业" not in words


def test_the_inquiry_reads_n_of_the_list_and_a_list_not_computed_says_why() -> None:
    window = {"window_start": date(2022, 1, 1), "window_end": date(2022, 3, 1), "level": "local"}
    lists = frame(
        "list_movements",
        {"list_name": "a", "title": "一季度降幅前25", "is_covered": True, "rows": 25, "entered": 2, "left_list": 1}
        | {"inquired": 3, "policy_drops": 4}
        | window,
        {"list_name": "b", "title": "高精尖降幅前50", "is_covered": False, "rows": 0, "inquired": 0, "policy_drops": 0}
        | {"not_covered_reason": "window not over"}
        | window,
    )
    words = section(with_rows(list_movements=lists), "四")
    assert "|一季度降幅前25|2022年1-3月(累计)|地方级|25（2/1）|3/25|4|—|" in words
    assert "|高精尖降幅前50|2022年1-3月(累计)：统计期间尚未结束|地方级|—|—|—|—|" in words
    assert "一季度降幅前25在榜25户，新进2户、退出1户。" in section(with_rows(list_movements=lists), "一")


def test_a_firm_on_two_lists_is_named_once_and_this_weeks_causes_are_told() -> None:
    lists = frame(
        "list_movements",
        {"list_name": "a", "title": "一", "is_covered": True, "rows": 2, "inquired": 1} | {"level": "local"},
    )
    cause = {"cause_confirmed": "主因：订单减少(6成)"}
    inquiries = frame(
        "drop_list_inquiries",
        {"enterprise_id": "A", "name": "甲公司", "entered": True},
        {"enterprise_id": "A", "name": "甲公司", "entered": True},
        {"enterprise_id": "B", "name": "乙公司", "entered": False, "cause_known_on": date(2022, 6, 8)} | cause,
        {"enterprise_id": "C", "name": "丙公司", "entered": False, "cause_known_on": BEFORE} | cause,
    )
    words = section(with_rows(list_movements=lists, drop_list_inquiries=inquiries), "四")
    assert "本周新进榜：甲公司。本周查清：乙公司（主因：订单减少(6成)）。" in words


def test_a_first_issue_compares_with_nothing() -> None:
    lists = frame(
        "list_movements",
        {"list_name": "a", "title": "一季度", "is_covered": True, "rows": 2, "inquired": 0, "level": "local"},
    )
    inquiries = frame("drop_list_inquiries", {"enterprise_id": "A", "name": "甲公司", "entered": True})
    frames = with_rows(
        list_movements=lists, drop_list_inquiries=inquiries, weeks=week(published_before=None, issue_no=1)
    )
    assert "一季度在榜2户（首期，无上期可比）。" in section(frames, "一")
    assert "新进榜：" not in section(frames, "四")
    assert "|一季度|—|地方级|2|0/2|—|—|" in section(frames, "四")


def test_this_years_alerts_and_older_ones_without_an_answer_are_told() -> None:
    row = {"name": "甲公司", "alert_type": "开票下降", "replied": False, "is_due": False, "is_overdue": False}
    alerts = frame(
        "alert_replies",
        row | {"alert_no": "1", "dispatched_on": date(2022, 5, 9), "due_on": date(2022, 6, 1), "is_overdue": True},
        row | {"alert_no": "2", "dispatched_on": date(2022, 5, 30), "known_on": date(2022, 6, 7), "is_due": True}
        | {"due_on": date(2022, 6, 15)}
        | {"status": "dispatched"},
        row | {"alert_no": "3", "dispatched_on": date(2022, 5, 9), "replied": True},
        row | {"alert_no": "4", "dispatched_on": date(2021, 12, 9), "due_on": date(2022, 3, 15), "is_overdue": True},
        row | {"alert_no": "6", "dispatched_on": date(2021, 12, 9), "due_on": date(2022, 3, 14), "is_overdue": True},
        row | {"alert_no": "5", "dispatched_on": date(2021, 12, 9), "replied": True},
    )  # fmt: skip
    words = section(with_rows(alert_replies=alerts), "五")
    assert "本年预警派单4件（含往年未反馈），本周新收1件：可反馈1件，待核实3件（7日内到期1件，逾期2件）。" in words
    first, second = words.index("|2022-06-15|已派单|"), words.index("|2022-06-01（逾期）|未派工单|")
    assert first < second


def test_matters_have_their_department_and_deadline() -> None:
    matter = {"matter": "资质互认", "name": "甲公司", "department": "市经信局", "source": "outbound"}
    matters = frame(
        "coordination_matters",
        matter | {"matter_no": 1, "due_on": date(2022, 6, 1), "is_overdue": True},
        matter | {"matter_no": 2, "is_overdue": False, "source": "visit"},
    )
    words = section(with_rows(coordination_matters=matters), "六")
    assert "共2项，超期1项，未定时限1项。" in words
    assert "|资质互认|甲公司|市经信局|2022-06-01（超期）|迁出对接|" in words
    assert "|资质互认|甲公司|市经信局|—|走访|" in words


def test_what_does_not_fit_is_counted_and_its_place_is_named() -> None:
    frames = full_week()
    words = {number: section(frames, number) for number in "三四五六"}
    assert "另有6户见迁出登记表（marts.outbound_register）" in words["三"]
    assert "另有2个榜单见 lists/" in words["四"]
    assert "另有17件见 work_orders.csv（来源：预警派单）" in words["五"]
    assert "另有6项见 marts.coordination_matters" in words["六"]


def test_the_newest_months_totals_stand_beside_the_bureaus() -> None:
    total = {"level": "local", "levy_item": "ALL", "stated": Decimal("10000.00"), "computed": Decimal("9999.99")}
    controls = frame(
        "control_differences",
        total | {"month": date(2022, 4, 1), "difference": Decimal("7.00"), "is_above_tolerance": True},
        total | {"month": date(2022, 5, 1), "difference": Decimal("-0.01"), "is_above_tolerance": False},
        total | {"month": date(2022, 5, 1), "levy_item": "VAT", "difference": Decimal(9), "is_above_tolerance": True},
        {"month": date(2022, 5, 1), "level": "district", "levy_item": "ALL", "stated": Decimal("5000.00")},
    )
    words = section(with_rows(control_differences=controls), "七")
    assert "勾稽（自然口径，2022年5月，与财政月报控制数）：历月差额超出容差2项。" in words
    assert "|级次|地方级|区级|" in words
    assert "|控制数（万元）|1.00|0.50|" in words
    assert "|本系统（万元）|1.00|—|" in words
    assert "|差额（元）|-0.01|—|" in words


def test_control_totals_older_than_the_newest_month_are_said_to_be() -> None:
    controls = frame("control_differences", {"month": date(2022, 4, 1), "level": "local", "levy_item": "ALL"})
    assert "最近完整月份未提供控制数" in section(with_rows(control_differences=controls), "七")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"has_refunds": False}, "未导入退库数据，还原口径等于自然口径"),
        ({"refund_months_missing": 3}, "3个月无退库文件，按无留抵退税计"),
        ({"level": "total", "is_fallback": True}, "数据无地方级金额，以全口径代替"),
        ({"last_closed": None}, "无完整月份"),
        ({"data_until": None}, "税收数据截止—"),
    ],
)
def test_what_the_figures_rest_on_is_said(changes: dict[str, object], said: str) -> None:
    assert said in section(empty_week(**changes), "七")


def test_the_brief_claims_both_years_restored_only_if_no_refund_month_is_missing() -> None:
    assert "两年均还原" in section(empty_week(), "七")
    assert "两年均还原" not in section(empty_week(refund_months_missing=3), "七")


def test_a_delivered_name_is_text_and_never_markup() -> None:
    name = '<script>alert("x")</script>'
    html = page(with_rows(outbound_register=frame("outbound_register", LEFT | {"case_id": "1", "name": name})))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_long_name_is_cut_in_a_sentence() -> None:
    words = section(
        with_rows(outbound_register=frame("outbound_register", LEFT | {"case_id": "1", "name": LONG_NAME})), "二"
    )
    assert "北京某某某超长名称智能科技产业…" in words


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    html = page(full_week())
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in html
    assert re.findall(r"<(?:script|link|img|iframe|object|base|form)\b", html) == []
    assert re.findall(r"(?:src|href)=|@import|https?://(?!www\.w3\.org/2000/svg)", html) == []


def test_the_page_says_its_language_and_suits_a_phone() -> None:
    html = page(empty_week())
    assert '<html lang="zh-CN">' in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html


def test_no_page_holds_a_forbidden_word() -> None:
    html = page(full_week())
    assert [word for word in FORBIDDEN if word in html] == []


def test_the_same_frames_give_the_same_page() -> None:
    assert page(full_week()) == page(full_week())


def test_another_weeks_row_is_refused() -> None:
    with pytest.raises(ModelError, match=r"marts\.weeks"):
        brief_html(empty_week(), as_of=BEFORE, unit=WAN_YUAN, simulated=True)


def test_every_frame_has_a_relation_that_a_model_builds() -> None:
    assert set(RELATIONS) == set(empty_week())
    for relation in RELATIONS:
        assert (shipped("sql") / f"{relation.replace('.', '/')}.sql").is_file()


def test_the_sample_week_has_every_column_of_its_row() -> None:
    assert set(WEEK) == set(SCHEMAS["weeks"])


def scenario(name: str, amount: str | None, **changes: object) -> dict[str, object]:
    """A row of the park's scenarios."""
    usual = {"year": 2022, "level": "local", "caliber": "restored", "yoy": 0.1234, "method": "sum of enterprises"}
    return usual | {"scenario": name, "amount": None if amount is None else Decimal(amount)} | changes


def test_the_full_year_is_told_in_three_scenarios_with_level_caliber_and_month() -> None:
    rows = [
        scenario("pessimistic", "10000000.00"),
        scenario("expected", "12000000.00"),
        scenario("optimistic", "13000000.00"),
        scenario("expected", "99000000.00", caliber="natural"),
    ]
    words = section(with_rows(forecast_scenarios=frame("forecast_scenarios", *rows)), "一")
    assert "2022年预判（地方级还原口径，80%区间）：" in words
    assert "悲观1,000、预期1,200（同比+12.34%）、乐观1,300万元。" in words.replace(".00", "")


def test_a_year_without_a_forecast_says_why() -> None:
    rows = [scenario("expected", None, method="none: base window not covered", yoy=None)]
    assert "全年预判：上年同期数据不足，不作预判。" in section(
        with_rows(forecast_scenarios=frame("forecast_scenarios", *rows)), "一"
    )
    assert "全年预判：尚无完整月份，不作预判。" in section(empty_week(), "一")
