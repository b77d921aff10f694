import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from mainstay.extracts.contract import Contract
from mainstay.extracts.periods import read_date
from mainstay.resources import shipped
from mainstay.simulate import DISTRICT_AUTHORITY_WORDS, Park
from mainstay.simulate.extracts.signals import SIGNAL_KINDS
from mainstay.simulate.planted.stories import MOVERS_A_YEAR
from tests.unit.simulate.plain_reading import (
    ENTERPRISES,
    FIRST,
    MONTHS,
    amount,
    delivered,
    good_lines,
    table_of,
)


def test_movers_leave_the_register_are_on_the_outbound_list_and_stop_paying(
    written: Path, truth: dict[str, Any]
) -> None:
    moves = truth["moves"]
    assert len(moves) == round(ENTERPRISES * MOVERS_A_YEAR * MONTHS / 12) == 14
    listed = {
        row["统一社会信用代码"]: read_date(row["迁出日期"])[0]
        for file in delivered(truth, "outbound")
        for row in table_of(written / "landing", file["file"])
    }
    assert {move["enterprise_id"]: move["moved_on"] for move in moves} == {
        code: str(day) for code, day in listed.items()
    }
    register = table_of(written / "landing", "园区企业名录_202203.csv")
    left = {row["统一社会信用代码"]: read_date(row["出园日期"])[0] for row in register if row["出园日期"]}
    for move in (
        m for m in moves if m["kind"] == "整体迁出" and not m["returned_on"] and m["moved_on"] <= "2022-03-31"
    ):
        assert str(left[move["enterprise_id"]]) == move["moved_on"]
        later = [f for f in delivered(truth, "receipts") if f["month"] > move["moved_on"][:7]]
        for file in later:
            rows = good_lines(written / "landing", file["file"])
            assert move["enterprise_id"] not in {row["社会信用代码（纳税人识别号）"] for row in rows}
    assert {str(day)[:7] for day in left.values()} <= {m for m in truth["months"] if m <= "2022-03"}


def test_every_mover_has_five_decliners_that_stay_as_far_as_the_park_holds(truth: dict[str, Any]) -> None:
    firms = {d["enterprise_id"] for d in truth["declines"] if d["cause"] not in {"R1", "P1", "P3"}}
    moved = {move["enterprise_id"] for move in truth["moves"]}
    assert len(moved) == 14
    assert len(firms) == min(5 * 14, int(0.6 * (ENTERPRISES - 14)))
    assert not firms & moved
    assert {d["cause"] for d in truth["declines"]} == {"R1", "M1", "M3", "B1", "P1", "P3", "P4", "T1", "R3", "C1"}


def test_three_years_of_movers_have_five_declines_of_other_firms_each() -> None:
    told = Park(enterprises=400, seed=7, first_month=FIRST, months=36).truth()
    declines: list[dict[str, Any]] = told["declines"]  # type: ignore[assignment]
    moved = {move["enterprise_id"] for move in told["moves"]}  # type: ignore[attr-defined]
    others = [one for one in declines if one["cause"] not in {"R1", "P1", "P3"}]
    assert not {one["enterprise_id"] for one in others} & moved
    assert len(others) >= 5 * len(moved)


def test_a_planted_market_decline_shows_in_the_receipts(written: Path, truth: dict[str, Any]) -> None:
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for file in delivered(truth, "receipts"):
        if file["month"] in {"2020-03", "2020-04", "2020-05", "2022-03", "2022-04", "2022-05"}:
            for row in good_lines(written / "landing", file["file"]):
                if row["中央级"] != "-":
                    paid[row["社会信用代码（纳税人识别号）"], file["month"][:4]] += amount(row["实缴金额"])
    declined = [
        d["enterprise_id"]
        for d in truth["declines"]
        if d["cause"] == "M1" and "2020-05" < d["first_month"] <= "2022-03"
    ]
    usual = {firm for firm, _ in paid if "MA9" in firm} - {d["enterprise_id"] for d in truth["declines"]}

    def growth(codes: Iterable[str]) -> Decimal:
        return median(paid[code, "2022"] / paid[code, "2020"] for code in codes if paid[code, "2020"])

    assert len(declined) >= 5
    assert growth(declined) < growth(usual) * Decimal("0.6")


def test_a_firm_that_returns_is_registered_elsewhere_and_then_here_again_and_pays_again(
    written: Path, truth: dict[str, Any]
) -> None:
    (move,) = (move for move in truth["moves"] if move["returned_on"])
    firm = move["enterprise_id"]
    entries = [
        (file["month"], row["主管税务机关"], row["入园日期"], row["出园日期"])
        for file in delivered(truth, "enterprises")
        for row in table_of(written / "landing", file["file"])
        if row["统一社会信用代码"] == firm
    ]
    here = [any(word in authority for word in DISTRICT_AUTHORITY_WORDS) for _, authority, _, _ in entries]
    away = [entry for entry, is_here in zip(entries, here, strict=True) if not is_here]
    assert away
    assert here[0]
    assert here == [not (move["moved_on"][:7] <= month < move["returned_on"][:7]) for month, _, _, _ in entries]
    assert {str(read_date(left)[0]) for _, _, _, left in away} == {move["moved_on"]}
    assert {authority for _, authority, _, _ in away} == {f"{move['destination']}税务局（模拟）"}
    paid = {
        file["month"]
        for file in delivered(truth, "receipts")
        if any(row["社会信用代码（纳税人识别号）"] == firm for row in good_lines(written / "landing", file["file"]))
    }
    since = {month for month in truth["months"] if month > move["moved_on"][:7]}
    assert not {month for month in since if month < move["returned_on"][:7]} & paid
    assert {month for month in since if month >= move["returned_on"][:7]} & paid
    contacts = [(str(read_date(row["对接日期"])[0]), row["迁移意向"]) for row in contacts_with(written, truth, firm)]
    assert [stance for day, stance in contacts if day > move["moved_on"]] == ["", "有意回迁"]


def test_a_retained_firm_says_that_it_leaves_and_then_that_it_stays_and_goes_on_paying(
    written: Path, truth: dict[str, Any]
) -> None:
    (kept,) = truth["retained"]
    assert kept["enterprise_id"] not in {move["enterprise_id"] for move in truth["moves"]}
    said = [
        (row["信号类型"], str(read_date(row["发现日期"])[0]))
        for file in delivered(truth, "signals")
        for row in table_of(written / "landing", file["file"])
        if row["统一社会信用代码"] == kept["enterprise_id"]
    ]
    assert said == [("表示将迁出", kept["said_on"])]
    stated = [
        (row["迁移意向"], str(read_date(row["对接日期"])[0]))
        for row in contacts_with(written, truth, kept["enterprise_id"])
    ]
    assert [stance for stance, _ in stated] == ["拟迁出", "表示留下"]
    assert stated[1][1] == kept["stays_on"]
    after = [file for file in delivered(truth, "receipts") if file["month"] > kept["stays_on"][:7]][:3]
    assert len(after) == 3
    for file in after:
        rows = good_lines(written / "landing", file["file"])
        assert kept["enterprise_id"] in {row["社会信用代码（纳税人识别号）"] for row in rows}


def contacts_with(written: Path, truth: dict[str, Any], firm: str) -> list[dict[str, str]]:
    return [
        row
        for file in delivered(truth, "visit_outcomes")
        for row in table_of(written / "landing", file["file"])
        if row["统一社会信用代码"] == firm
    ]


def test_kinds_of_signals_their_words_and_leads_are_those_of_the_seeds(contracts: tuple[Contract, ...]) -> None:
    text = (shipped("seeds") / "signals.csv").read_text("utf-8")
    seeds = {row["code"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    signals = next(contract for contract in contracts if contract.name == "signals")
    words = next(column.values for column in signals.columns if column.canonical == "signal")
    for kind in SIGNAL_KINDS:
        assert seeds[kind.code]["is_on"] == "true"
        assert words[kind.word] == kind.code
        if kind.code != "operates_elsewhere":
            assert (kind.lead_from, kind.lead_to) == (
                int(seeds[kind.code]["lead_from"]),
                int(seeds[kind.code]["lead_to"]),
            )


def test_movers_signals_come_before_the_move_by_their_leads() -> None:
    park = Park(enterprises=600, seed=3, first_month=FIRST, months=36)
    leads = {kind.code: (kind.lead_from, kind.lead_to) for kind in SIGNAL_KINDS}
    leads |= {"lease_ends": (1, 6), "request_unresolved": (1, 6)}
    told = park.truth()
    moved: dict[str, Any] = {move["enterprise_id"]: move for move in told["moves"]}  # type: ignore[attr-defined]
    kept = {one["enterprise_id"] for one in told["retained"]}  # type: ignore[attr-defined]
    signals: list[dict[str, Any]] = told["signals"]  # type: ignore[assignment]
    true = [signal for signal in signals if signal["true"]]
    for signal in (signal for signal in true if signal["enterprise_id"] not in kept):
        moved_on = date.fromisoformat(moved[signal["enterprise_id"]]["moved_on"])
        months = (moved_on - date.fromisoformat(signal["observed_on"])).days / 30.4
        low, high = leads[signal["signal"]]
        assert low - 0.1 <= months <= high + 0.1, signal
    assert {signal["signal"] for signal in true} == set(leads)
    with_signals = {move["enterprise_id"] for move in moved.values() if move["has_signals"]}
    assert with_signals == {signal["enterprise_id"] for signal in true} - kept
    assert 0.6 < len(with_signals) / len(moved) < 0.95
    false = [signal for signal in signals if not signal["true"]]
    assert not {signal["enterprise_id"] for signal in false} & kept
    assert len(true) / 4 < len(false) < len(true) * 4


def test_signals_leases_and_requests_in_the_files_are_the_planted_ones(written: Path, truth: dict[str, Any]) -> None:
    landing = written / "landing"
    words = {kind.word: kind.code for kind in SIGNAL_KINDS}
    told = {
        (row["统一社会信用代码"], words[row["信号类型"]], str(read_date(row["发现日期"])[0]))
        for file in delivered(truth, "signals")
        for row in table_of(landing, file["file"])
    }
    planted = {(s["enterprise_id"], s["signal"], s["observed_on"]) for s in truth["signals"]}
    derived = {"lease_ends", "request_unresolved"}
    assert told == {one for one in planted if one[1] not in derived}
    asked: dict[str, dict[str, str]] = {}
    for file in delivered(truth, "service_requests"):
        asked |= {row["诉求编号"]: row for row in table_of(landing, file["file"])}
    late = set()
    for row in asked.values():
        first, last = read_date(row["提出日期"])[0], read_date(row["办结日期"])[0] if row["办结日期"] else None
        assert first is not None
        if (last or date(2022, 6, 30)) > first + timedelta(days=60):
            late.add((row["统一社会信用代码"], "request_unresolved", str(first + timedelta(days=61))))
    assert {one for one in planted if one[1] == "request_unresolved"} <= late
    unrenewed = {
        row["统一社会信用代码"]: read_date(row["租期止"])[0]
        for row in table_of(landing, "房屋租约台账_202206.csv")
        if row["是否续租"] == "否"
    }
    for signal in truth["signals"]:
        observed = signal["observed_on"]
        gone = {move["enterprise_id"] for move in truth["moves"] if move["moved_on"] <= "2022-06-30"}
        if signal["signal"] == "lease_ends" and signal["ended_on"] is None and signal["enterprise_id"] not in gone:
            assert str(unrenewed[signal["enterprise_id"]]) > observed
