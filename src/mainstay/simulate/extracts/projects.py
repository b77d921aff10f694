"""Key projects and their milestones (重点项目): the two that DOMAIN section 0 names; the days are assumptions."""

from datetime import date
from typing import NamedTuple

from mainstay.months import last_day
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import MARK, Cents, Columns


class Milestone(NamedTuple):
    """One milestone; `done_on` None = it is never reached in the simulation, `note` says why."""

    project: str
    investment: int
    owner: str
    name: str
    due_on: date
    done_on: date | None
    note: str = ""


_SCIENCE_PARK = (f"人工智能科技园{MARK}", 3_899_000_000_00, "平台公司")
_COMPUTING = (f"智能算力中心{MARK}", 1_200_000_000_00, "数字经济部门")
"""The computing centre's investment is not published: an assumption."""
MILESTONES = (
    Milestone(*_SCIENCE_PARK, "立项批复", date(2021, 6, 30), date(2021, 6, 18)),
    Milestone(*_SCIENCE_PARK, "开工", date(2022, 3, 31), date(2022, 4, 12)),
    Milestone(*_SCIENCE_PARK, "主体结构封顶", date(2023, 6, 30), None),
    Milestone(*_SCIENCE_PARK, "竣工", date(2024, 12, 31), None),
    Milestone(*_COMPUTING, "立项批复", date(2022, 2, 28), date(2022, 2, 22)),
    Milestone(*_COMPUTING, "招标完成", date(2022, 5, 31), date(2022, 5, 27)),
    Milestone(*_COMPUTING, "施工许可", date(2022, 8, 31), None, "施工许可办理中"),
    Milestone(*_COMPUTING, "上线运行", date(2022, 12, 31), None),
)


def projects_table(month: date) -> Export:
    """Return every milestone as it stands at the end of the month, of projects that have begun by then."""
    end = last_day(month)
    begun = {one.project for one in MILESTONES if one.done_on is not None and one.done_on <= end}
    columns: Columns[Milestone] = {
        "项目名称": lambda one: one.project,
        "节点": lambda one: one.name,
        "计划完成日期": lambda one: one.due_on,
        "实际完成日期": lambda one: one.done_on if one.done_on is not None and one.done_on <= end else "",
        "总投资": lambda one: Cents(one.investment),
        "责任单位": lambda one: one.owner,
        "说明": lambda one: one.note,
    }
    loaded = {"investment": "总投资"}
    extract = Extract("重点项目", "projects", title="重点项目进展", notes=("单位：元",), loaded=loaded)
    return extract.of_month(month, columns, (one for one in MILESTONES if one.project in begun))
