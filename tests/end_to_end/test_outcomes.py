"""What comes back from visits: a filled form lands, the next Monday shows it, and what is wrong in it goes back."""

import csv
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.warehouse.connection import Warehouse
from tests.end_to_end.test_weekly import APRIL, office, snapshot
from tests.unit.extracts.samples import citizen_number

pytestmark = pytest.mark.usefixtures("prefect_server")

NEXT, AFTER = date(2022, 4, 11), date(2022, 4, 18)
SETTINGS = """[contracts]
built_in = ["visit_forms", "visit_outcomes"]

[orders]
visiting_capacity = 3
"""
FOUND: dict[str, Any] = {
    "走访日期": datetime(2022, 4, 6),  # noqa: DTZ001 -- a spreadsheet's dates have no zone
    "走访结果": "面谈",
    "企业说明": "两个大客户推迟订单",
    "订单减少": 7,
    "结算时间差": 3,
    "企业诉求": "希望对接产业基金",
    "需协调部门": "产业促进部门",
    "诉求办理时限": datetime(2022, 5, 6),  # noqa: DTZ001 -- the same
    "企业全年预计（万元）": 1.25,
    "走访人研判": "低于",
    "下一步措施": "持续跟踪",
    "责任人": "甲",
    "下一步时限": datetime(2022, 6, 30),  # noqa: DTZ001 -- the same
}


def fill(sheet: Worksheet, answers: dict[str, Any]) -> None:
    """Write answers right of their labels."""
    texts = (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))
    places = {"".join(str(cell.value).split()): cell for cell in texts}
    for label, answer in answers.items():
        sheet.cell(places[label].row, places[label].column + 1).value = answer


def read_csv(path: Path) -> dict[str, dict[str, str]]:
    """Rows by order number."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["工单编号"]: row for row in csv.DictReader(stream)}


def papers(workspace: Workspace, as_of: date) -> dict[str, bytes]:
    """What people received of a week, but for the manifest, which names the run."""
    folder = workspace.out_of(as_of)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A week with three orders; the form came back with one page right, one wrong, one untouched; the week after."""
    made = office(tmp_path_factory.mktemp("outcomes") / "office")
    made.settings_file.write_text(SETTINGS, "utf-8")
    assert run_week(made, APRIL)["quarantined"] == []
    book = openpyxl.load_workbook(made.out_of(APRIL) / "visit_form.xlsx")
    assert len(book.worksheets) == 3
    fill(book.worksheets[0], FOUND)
    fill(book.worksheets[1], FOUND | {"企业全年预计（万元）": "约300万", "订单减少": 8})
    (made.landing / "走访").mkdir()
    book.save(made.landing / "走访" / "走访表_20220408.xlsx")
    entry = run_week(made, NEXT)
    assert (entry["status"], entry["quarantined"]) == ("done", [])
    assert len(entry["returned"]) == 1
    return made


@pytest.fixture
def workspace(returned: Workspace, tmp_path: Path) -> Workspace:
    """A copy of that office."""
    shutil.copytree(returned.home, tmp_path / "office", symlinks=True)
    return Workspace(tmp_path / "office")


def test_the_next_monday_shows_what_the_visit_found(returned: Workspace) -> None:
    folder = returned.out_of(NEXT)
    orders = read_csv(folder / "work_orders.csv")
    shown = {number[-4:]: (row["处置状态"], row["最近走访日期"]) for number, row in orders.items()}
    assert shown == {"0001": ("持续跟踪", "2022-04-06"), "0002": ("已派单", ""), "0003": ("已派单", "")}
    first = next(row for row in read_csv(folder / "lists" / "ytd_top50.csv").values() if row["工单编号"][-4:] == "0001")
    assert first["原因(核实)"] == "主因：订单减少(7成)、结算时间差(3成)"
    assert (first["全年预计(企业自报)(万元)"], first["研判"], first["调查状态"]) == ("1.25", "低于", "持续跟踪")
    brief = (folder / "brief.html").read_text("utf-8")
    assert "希望对接产业基金" in brief
    assert "产业促进部门" in brief
    assert "2022-05-06" in brief


def test_a_visited_firm_has_no_page_any_more_and_gets_no_second_order_in_its_quarter(workspace: Workspace) -> None:
    pages = openpyxl.load_workbook(workspace.out_of(NEXT) / "visit_form.xlsx").sheetnames
    assert [name[-4:] for name in pages] == ["0002", "0003"]
    run_week(workspace, AFTER)
    firms = snapshot(workspace, "select enterprise_id, count(*) from marts.work_orders where is_open group by all")
    assert all(number == 1 for _, number in firms)


def test_what_is_wrong_comes_back_marked_and_with_nothing_of_the_other_pages(returned: Workspace) -> None:
    (copy,) = returned.review.iterdir()
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames[0] == "退回说明"
    assert [name[-4:] for name in book.sheetnames[1:]] == ["0002"]
    told = {str(row[1].value): str(row[2].value) for row in book["退回说明"].iter_rows(min_row=2)}
    assert told == {"企业全年预计（万元）": "请填数字，不写“约”“左右”等字", "减收原因": "各项成数合计不得超过十成"}


def test_landing_it_twice_changes_nothing(workspace: Workspace) -> None:
    before, reviewed = papers(workspace, NEXT), sorted(path.name for path in workspace.review.iterdir())
    form = workspace.landing / "走访" / "走访表_20220408.xlsx"
    shutil.copy(form, workspace.landing / "走访表_20220408 副本.xlsx")
    assert run_week(workspace, NEXT)["returned"] == []
    assert papers(workspace, NEXT) == before
    assert sorted(path.name for path in workspace.review.iterdir()) == reviewed


def test_a_corrected_page_counts_from_the_week_in_which_it_comes(workspace: Workspace) -> None:
    (copy,) = workspace.review.iterdir()
    book = openpyxl.load_workbook(copy)
    fill(book.worksheets[1], FOUND | {"下一步措施": "无需跟进"})
    book.save(workspace.landing / "走访表_20220415.xlsx")
    entry = run_week(workspace, AFTER)
    assert (entry["quarantined"], entry["returned"]) == ([], [])
    states = {
        number[-4:]: row["处置状态"] for number, row in read_csv(workspace.out_of(AFTER) / "work_orders.csv").items()
    }
    assert states["0002"] == "无需跟进"
    assert snapshot(workspace, "select count(*) from marts.outcome_problems") == [(0,)]


def test_a_form_of_which_every_page_is_wrong_goes_back_whole(workspace: Workspace) -> None:
    book = openpyxl.load_workbook(workspace.out_of(NEXT) / "visit_form.xlsx")
    for sheet in book.worksheets:
        fill(sheet, FOUND | {"走访结果": "微信"})
    book.save(workspace.landing / "走访表_20220414.xlsx")
    entry = run_week(workspace, AFTER)
    assert (entry["status"], entry["quarantined"], len(entry["returned"])) == ("done", [], 1)
    batches = snapshot(workspace, "select rows_read, rows_loaded, rows_rejected from ops.batches order by batch_id")
    assert batches[-1] == (2, 0, 2)


def test_a_plain_table_of_the_office_settles_an_order(workspace: Workspace) -> None:
    number = next(iter(read_csv(workspace.out_of(NEXT) / "work_orders.csv")))
    firm = snapshot(workspace, f"select source_id from marts.work_orders where order_id = '{number}'")[0][0]
    table = f"工单编号,统一社会信用代码,办理日期,处置状态\n{number},{firm},2022-04-14,待审核\n"
    (workspace.landing / "走访记录_20220414.csv").write_text(table, "utf-8")
    closed = f"工单编号,统一社会信用代码,办理日期,处置状态\n{number},{firm},2022-04-15,已办结\n"
    (workspace.landing / "走访记录_20220415.csv").write_text(closed, "utf-8")
    assert run_week(workspace, AFTER)["quarantined"] == []
    assert read_csv(workspace.out_of(AFTER) / "work_orders.csv")[number]["处置状态"] == "已办结"


def test_a_replay_of_the_week_before_knows_nothing_of_what_came_back(workspace: Workspace) -> None:
    before = papers(workspace, APRIL)
    reviewed = sorted(path.name for path in workspace.review.iterdir())
    assert run_week(workspace, APRIL)["replay"] is True
    assert papers(workspace, APRIL) == before
    assert sorted(path.name for path in workspace.review.iterdir()) == reviewed


def stored(workspace: Workspace) -> str:
    """Every cell of every table of the warehouse and of the published snapshot."""
    said = []
    for path in (workspace.warehouse, workspace.latest.resolve()):
        with Warehouse(path) as warehouse:
            names = warehouse.query("select schema_name, table_name from duckdb_tables()").rows()
            said += [repr(warehouse.query(f"select * from {schema}.{name}").rows()) for schema, name in names]
    return "".join(said)


def test_a_persons_number_comes_neither_into_the_warehouse_nor_back(workspace: Workspace) -> None:
    number = citizen_number("11010919900101123")
    grouped = f"{number[:6]}-{number[6:14]}-{number[14:]}"
    book = openpyxl.load_workbook(workspace.out_of(NEXT) / "visit_form.xlsx")
    fill(book.worksheets[0], FOUND | {"企业说明": f"法人{number}", "企业联系人": grouped, "佐证材料": "合同"})
    fill(book.worksheets[1], FOUND | {"企业全年预计（万元）": number, "企业诉求": grouped})
    book.save(workspace.landing / "走访表.xlsx")
    (workspace.landing / "走访表.xlsx").rename(workspace.landing / "走访表_20220415.csv")
    entry = run_week(workspace, AFTER)
    assert (entry["status"], entry["quarantined"], entry["not_returned"]) == ("done", [], [])
    everything = stored(workspace)
    assert "NATURAL_PERSON" in everything
    (copy,) = (workspace.home / name for name in entry["returned"])
    for sheet in openpyxl.load_workbook(copy):
        everything += repr([(cell.value, cell.comment) for row in sheet.iter_rows() for cell in row])
    assert "合同" in everything
    assert not any(secret in everything for secret in (number, grouped, number[:14]))
    assert not any(number in path.read_text("utf-8") for path in workspace.runs.iterdir())


def test_a_form_that_is_gone_before_it_went_back_is_told_and_costs_no_week(workspace: Workspace) -> None:
    form = "走访/走访表_20220408.xlsx"
    (workspace.landing / form).unlink()
    with Warehouse(workspace.warehouse) as warehouse:
        warehouse.execute("delete from ops.exports where starts_with(path, 'review/')")
    entry = run_week(workspace, AFTER)
    assert (entry["status"], entry["returned"]) == ("done", [])
    assert entry["not_returned"] == [f"{form}: no longer in landing/"]
    told = f"select severity, passed, detail from ops.checks where rule = 'returnable' and subject = '{form}'"
    assert snapshot(workspace, told) == [("warn", False, "no longer in landing/")]


def test_a_step_that_an_order_does_not_allow_is_marked_where_it_was_asked_for(workspace: Workspace) -> None:
    number = next(order for order in read_csv(workspace.out_of(NEXT) / "work_orders.csv") if order.endswith("0001"))
    firm = snapshot(workspace, f"select source_id from marts.work_orders where order_id = '{number}'")[0][0]
    table = "工单编号,统一社会信用代码,办理日期,走访结果,下一步措施,处置状态\n"
    table += f"{number},{firm},2022-04-12,婉拒,,\n{number},{firm},2022-04-13,,,已办结\n"
    (workspace.landing / "走访记录_20220414.csv").write_text(table, "utf-8")
    (name,) = run_week(workspace, AFTER)["returned"]
    words = "该工单当前状态不能这样变更，请核对下一步措施或处置状态"
    rows = list(openpyxl.load_workbook(workspace.home / name).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [f"下一步措施：{words}", f"处置状态：{words}"]
