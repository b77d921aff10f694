from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from mainstay.extracts.periods import read_date
from mainstay.simulate.stories import MOVERS_A_YEAR
from tests.unit.simulate.plain_reading import ENTERPRISES, MONTHS, amount, delivered, good_lines, table_of


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
    assert {d["cause"] for d in truth["declines"]} == {"R1", "M1", "M3", "B1", "P1", "P3", "P4", "R3", "C1"}


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
        if d["cause"] in {"M1", "R3"} and "2020-05" < d["first_month"] <= "2022-03"
    ]
    usual = {firm for firm, _ in paid if "MA9" in firm} - {d["enterprise_id"] for d in truth["declines"]}

    def fell(codes: list[str]) -> float:
        pairs = [(paid[code, "2020"], paid[code, "2022"]) for code in codes if paid[code, "2020"]]
        return sum(after < before * Decimal("0.9") for before, after in pairs) / len(pairs)

    assert len(declined) >= 5
    assert fell(declined) > 0.8
    assert fell(sorted(usual)) < 0.2
