from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from mainstay.errors import ModelError
from mainstay.extracts.targets import LEVELS, Level
from mainstay.report.drop_list_files import drop_list_columns, write_drop_list
from tests.unit.report.samples import WAN_YUAN, list_frame

HEADING = (
    "名次,上期名次,在榜周数,企业名称,统一社会信用代码,行业,本期地方级收入_自然口径(万元),上年同期地方级收入_自然口径(万元),"
    "增减额_自然口径(万元),同比_自然口径(%),本期地方级收入_还原口径(万元),上年同期地方级收入_还原口径(万元),增减额_还原口径(万元),"
    "同比_还原口径(%),占榜单减收额比重(%),原因(初判),原因(核实),全年预计(系统)(万元),全年预计(企业自报)(万元),研判,调查状态,责任人,工单编号"
)
ENTRY = {
    "rank": 1,
    "previous_rank": 4,
    "weeks_on": 3,
    "name": "-5度冷链公司",
    "uscc": "914403001922038216",
    "industry": "批发和零售业",
    "natural_current": Decimal("1000000.00"),
    "natural_prior": Decimal("4000000.00"),
    "natural_change": Decimal("-3000000.00"),
    "natural_yoy": -0.75,
    "restored_current": Decimal("1500000.00"),
    "restored_prior": Decimal("4000000.00"),
    "restored_change": Decimal("-2500000.00"),
    "restored_yoy": -0.625,
    "share_of_drop": 0.12345,
    "cause_note": "留抵退税\n订单减少",
    "cause_confirmed": None,
    "forecast_system": Decimal("2000000.00"),
    "forecast_firm": Decimal("2300000.00"),
    "judgement": "below",
    "inquiry_status": "visited",
    "assignee": "张三",
    "order_id": "M2022W45-0001",
}


def written(folder: Path, *rows: Mapping[str, object], list_name: str = "q1_top25", level: Level = "local") -> Path:
    """Write the list and return its path."""
    frame = list_frame(rows)
    return write_drop_list(frame, folder, list_name=list_name, level=level, unit=WAN_YUAN, guard="tab")


def test_a_list_is_a_csv_file_of_its_name_below_lists(tmp_path: Path) -> None:
    path = written(tmp_path, ENTRY)
    assert path == tmp_path / "lists" / "q1_top25.csv"
    assert (
        path.read_bytes()
        == (
            f"\ufeff{HEADING}\r\n"
            "1,4,3,'-5度冷链公司,914403001922038216\t,批发和零售业,100.00,400.00,-300.00,-75.00,150.00,400.00,-250.00,-62.50,"
            "12.35,留抵退税 订单减少,,200.00,230.00,低于,已走访,张三,M2022W45-0001\r\n"
        ).encode()
    )


def test_a_list_without_firms_still_has_its_heading(tmp_path: Path) -> None:
    assert written(tmp_path).read_bytes() == f"\ufeff{HEADING}\r\n".encode()


def test_a_firm_that_is_new_on_the_list_has_no_previous_rank_and_unknown_figures_are_blank(
    tmp_path: Path,
) -> None:
    text = written(tmp_path, {"rank": 1, "weeks_on": 1, "name": "甲公司"}).read_text("utf-8-sig")
    assert text.splitlines()[1] == "1,,1,甲公司" + "," * 19


@pytest.mark.parametrize(
    ("level", "heading"),
    [
        ("total", "本期全口径收入_自然口径({unit})"),
        ("central", "本期中央级收入_自然口径({unit})"),
        ("local", "本期地方级收入_自然口径({unit})"),
        ("city", "本期市级收入_自然口径({unit})"),
        ("district", "本期区级收入_自然口径({unit})"),
    ],
)
def test_a_list_states_the_level_that_it_measures(level: Level, heading: str) -> None:
    headings = [column.heading for column in drop_list_columns(level)]
    assert headings[6] == heading
    assert not any("{level}" in text for text in headings)


def test_the_lists_of_all_levels_have_the_same_sources() -> None:
    assert len({tuple(column.source for column in drop_list_columns(level)) for level in LEVELS}) == 1


def test_a_list_may_have_a_chinese_name(tmp_path: Path) -> None:
    assert written(tmp_path, list_name="一季度前25").name == "一季度前25.csv"


def test_a_frame_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="share_of_drop"):
        write_drop_list(
            list_frame([ENTRY]).drop("share_of_drop"),
            tmp_path,
            list_name="q1",
            level="local",
            unit=WAN_YUAN,
            guard="none",
        )
