"""What comes back from visits: a filled form lands, the next Monday shows it, and what is wrong in it goes back."""

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.warehouse.connection import Warehouse
from tests.end_to_end.conftest import copied
from tests.end_to_end.small_office import APRIL, NEXT, journals, snapshot, week_files
from tests.unit.extracts.samples import citizen_number

pytestmark = pytest.mark.usefixtures("without_prefect")

AFTER = date(2022, 4, 18)
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
    files = week_files(workspace, as_of)
    del files["manifest.json"]
    return files


@pytest.fixture(scope="module")
def returned(published: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A week with four orders; the form came back, two pages right, one wrong, one untouched; and the week after."""
    made = copied(published, tmp_path_factory.mktemp("outcomes") / "office")
    book = openpyxl.load_workbook(made.out_of(APRIL) / "visit_form.xlsx")
    assert len(book.worksheets) == 4
    for visited in (0, 2):
        fill(book.worksheets[visited], FOUND)
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
    return copied(returned, tmp_path / "office")


NUMBER = citizen_number("11010919900101123")
GROUPED = f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}"
GONE, CORRECTED, WRONG = "走访/走访表_20220408.xlsx", "走访表_20220413.xlsx", "走访表_20220414.xlsx"
WITH_NUMBERS, SETTLED, FORBIDDEN = "走访表_20220415.csv", "走访记录_{}.csv", "走访记录_20220416.csv"
"""What lands for the third week: a file a case, each of orders that no other file settles."""


@dataclass(frozen=True)
class ThirdWeek:
    """The week for which many files came back at once."""

    workspace: Workspace
    entry: dict[str, Any]
    """What the journal says of it."""

    def copy_of(self, file: str) -> list[Path]:
        """The marked copies of a landed file that went back in this week."""
        batches = snapshot(self.workspace, f"select batch_id from ops.batches where file = '{file}'")
        marks = [f"第{batch}批" for (batch,) in batches]
        return [self.workspace.home / name for name in self.entry["returned"] if any(mark in name for mark in marks)]

    def states(self) -> dict[str, str]:
        """Where each order stands, by the last digits of its number."""
        orders = read_csv(self.workspace.out_of(AFTER) / "work_orders.csv")
        return {number[-4:]: row["处置状态"] for number, row in orders.items()}


@pytest.fixture(scope="module")
def third(returned: Workspace, tmp_path_factory: pytest.TempPathFactory) -> ThirdWeek:
    """Order 1 is given steps that it does not allow, 2 comes corrected, 3 by a table; a person's number comes too."""
    workspace = copied(returned, tmp_path_factory.mktemp("third") / "office")
    landing, form = workspace.landing, workspace.out_of(NEXT) / "visit_form.xlsx"

    (copy,) = workspace.review.iterdir()
    book = openpyxl.load_workbook(copy)
    fill(book.worksheets[1], FOUND | {"下一步措施": "无需跟进"})
    book.save(landing / CORRECTED)

    book = openpyxl.load_workbook(form)
    for sheet in book.worksheets:
        fill(sheet, FOUND | {"走访结果": "微信"})
    book.save(landing / WRONG)

    book = openpyxl.load_workbook(form)
    fill(book.worksheets[1], FOUND | {"企业说明": f"法人{NUMBER}", "企业联系人": GROUPED, "佐证材料": "合同"})
    fill(book.worksheets[0], FOUND | {"企业全年预计（万元）": NUMBER, "企业诉求": GROUPED})
    book.save(landing / "form.xlsx")
    (landing / "form.xlsx").rename(landing / WITH_NUMBERS)

    orders = dict(snapshot(workspace, "select right(order_id, 4), source_id from marts.work_orders"))
    row = "M2022W14-{},{},{},{}\n"
    for day, state in (("2022-04-14", "待审核"), ("2022-04-15", "已办结")):
        text = "工单编号,统一社会信用代码,办理日期,处置状态\n" + row.format("0003", orders["0003"], day, state)
        (landing / SETTLED.format(day.replace("-", ""))).write_text(text, "utf-8")
    text = "工单编号,统一社会信用代码,办理日期,走访结果,下一步措施,处置状态\n"
    text += row.format("0001", orders["0001"], "2022-04-12", "婉拒,,")
    text += row.format("0001", orders["0001"], "2022-04-13", ",,已办结")
    (landing / FORBIDDEN).write_text(text, "utf-8")

    (landing / GONE).unlink()
    with Warehouse(workspace.warehouse) as warehouse:
        warehouse.execute("delete from ops.exports where starts_with(path, 'review/')")
    return ThirdWeek(workspace, run_week(workspace, AFTER))


def test_the_next_monday_shows_what_the_visit_found(returned: Workspace) -> None:
    folder = returned.out_of(NEXT)
    orders = read_csv(folder / "work_orders.csv")
    shown = {number[-4:]: (row["处置状态"], row["最近走访日期"]) for number, row in orders.items()}
    visited, waiting = ("持续跟踪", "2022-04-06"), ("已派单", "")
    assert shown == {"0001": visited, "0002": waiting, "0003": visited, "0004": waiting}
    first = next(row for row in read_csv(folder / "lists" / "ytd_top50.csv").values() if row["工单编号"][-4:] == "0001")
    assert first["原因(核实)"] == "主因：订单减少(7成)、结算时间差(3成)"
    assert (first["全年预计(企业自报)(万元)"], first["研判"], first["调查状态"]) == ("1.25", "低于", "持续跟踪")
    brief = (folder / "brief.html").read_text("utf-8")
    assert "希望对接产业基金" in brief
    assert "产业促进部门" in brief
    assert "2022-05-06" in brief


def test_a_visited_firm_has_no_page_any_more_and_gets_no_second_order_in_its_quarter(third: ThirdWeek) -> None:
    pages = openpyxl.load_workbook(third.workspace.out_of(NEXT) / "visit_form.xlsx").sheetnames
    assert [name[-4:] for name in pages] == ["0002", "0004"]
    issued = "select enterprise_id, count(*), any_value(order_id) from marts.work_orders group by all order by 3"
    assert [(number, order[-4:]) for _, number, order in snapshot(third.workspace, issued)] == [
        (1, "0001"), (1, "0002"), (1, "0003"), (1, "0004"),
    ]  # fmt: skip


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


def test_a_week_that_many_files_came_back_for_is_done_and_quarantines_none(third: ThirdWeek) -> None:
    assert (third.entry["status"], third.entry["quarantined"]) == ("done", [])
    assert len(third.entry["returned"]) == 3


def test_a_corrected_page_counts_from_the_week_in_which_it_comes(third: ThirdWeek) -> None:
    assert read_csv(third.workspace.out_of(NEXT) / "work_orders.csv")["M2022W14-0002"]["处置状态"] == "已派单"
    assert third.states()["0002"] == "无需跟进"
    assert third.copy_of(CORRECTED) == []
    assert snapshot(third.workspace, f"select count(*) from marts.outcome_problems where file = '{CORRECTED}'") == [
        (0,)
    ]


def test_a_form_of_which_every_page_is_wrong_goes_back_whole(third: ThirdWeek) -> None:
    [copy] = third.copy_of(WRONG)
    assert [name[-4:] for name in openpyxl.load_workbook(copy).sheetnames[1:]] == ["0002", "0004"]
    read = f"select rows_read, rows_loaded, rows_rejected from ops.batches where file = '{WRONG}'"
    assert snapshot(third.workspace, read) == [(2, 0, 2)]


def test_a_plain_table_of_the_office_settles_an_order(third: ThirdWeek) -> None:
    assert third.states()["0003"] == "已办结"


def test_a_replay_of_the_week_before_publishes_nothing_and_knows_nothing_of_what_came_back(
    workspace: Workspace,
) -> None:
    before, latest = papers(workspace, APRIL), (workspace.published / "latest.json").read_bytes()
    reviewed = sorted(path.name for path in workspace.review.iterdir())
    assert run_week(workspace, APRIL)["replay"] is True
    assert papers(workspace, APRIL) == before
    assert sorted(path.name for path in workspace.review.iterdir()) == reviewed
    assert json.loads((workspace.out_of(APRIL) / "manifest.json").read_text("utf-8"))["run"]["replay"] is True
    assert (workspace.published / "latest.json").read_bytes() == latest
    assert snapshot(workspace, "select distinct as_of_date from marts.drop_lists") == [(NEXT,)]


def stored(workspace: Workspace) -> str:
    """Every cell of every table of the warehouse and of the published snapshot."""
    said = []
    for path in (workspace.warehouse, workspace.latest.resolve()):
        with Warehouse(path) as warehouse:
            names = warehouse.query("select schema_name, table_name from duckdb_tables()").rows()
            said += [repr(warehouse.query(f"select * from {schema}.{name}").rows()) for schema, name in names]
    return "".join(said)


def test_a_persons_number_comes_neither_into_the_warehouse_nor_back(third: ThirdWeek) -> None:
    everything = stored(third.workspace)
    assert "NATURAL_PERSON" in everything
    [copy] = third.copy_of(WITH_NUMBERS)
    for sheet in openpyxl.load_workbook(copy):
        everything += repr([(cell.value, cell.comment) for row in sheet.iter_rows() for cell in row])
    assert "合同" in everything
    assert not any(secret in everything for secret in (NUMBER, GROUPED, NUMBER[:14]))
    assert not any(NUMBER in json.dumps(entry) for entry in journals(third.workspace))


def test_a_form_that_is_gone_before_it_went_back_is_told_and_costs_no_week(third: ThirdWeek) -> None:
    assert third.copy_of(GONE) == []
    assert third.entry["not_returned"] == [f"{GONE}: no longer in landing/"]
    told = f"select severity, passed, detail from ops.checks where rule = 'returnable' and subject = '{GONE}'"
    assert snapshot(third.workspace, told) == [("warn", False, "no longer in landing/")]


def test_a_step_that_an_order_does_not_allow_is_marked_where_it_was_asked_for(third: ThirdWeek) -> None:
    [copy] = third.copy_of(FORBIDDEN)
    words = "该工单当前状态不能这样变更，请核对下一步措施或处置状态"
    rows = list(openpyxl.load_workbook(copy).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [f"下一步措施：{words}", f"处置状态：{words}"]
