"""The visitors of the simulated park: forms come back partly filled, late and with errors, and are corrected.

They know nothing but the papers of the week and what is planted for the firm that a page names; an answer is written
right of its label, as a person would.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mainstay.simulate.extracts.refunds import CREDIT_REFUND_REASON
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.park import Park

Answer = str | int | float | date
Answers = Mapping[str, Answer]

TICKED_AS = {
    "M1": "订单减少",
    "M3": "订单减少",
    "P1": "退税影响",
    "P4": "退税影响",
    "P3": "缓税",
    "B1": "上年一次性",
    "R1": "搬迁或业务转移",
    "R3": "搬迁或业务转移",
    "T1": "结算时间差",
}
"""Which box a visitor ticks for a planted cause; a firm that ended (C1) cannot be asked any more."""

_BOXES = (
    "订单减少",
    "退税影响",
    "缓税",
    "上年一次性",
    "搬迁或业务转移",
    "集团调整",
    "结算时间差",
    "数据不符",
    "企业未说明",
)
_NOBODY = "未联系上"

_DAYS_TO_SEND = 4
"""Forms go out on Monday and come back on Friday."""
_LATE = timedelta(weeks=2)
_YEAR = timedelta(days=365)
_ON_TIME, _LATER, _NEVER = "on time", "later", "never"
_FATES, _ODDS = (_ON_TIME, _LATER, _NEVER), (70, 18, 12)
_WRONG_PAGES = 0.12
_SAYS_SO = 0.7
_SAYS_NOTHING = 0.15
"""Of the firms with a planted cause: they do not tell it, or do not know it."""
_NOT_REACHED, _DECLINED = 0.08, 0.04


@dataclass
class Tally:
    """What the visitors did over the weeks: pages filled, of these sent late, with an error, and corrected."""

    filled: int = 0
    late: int = 0
    wrong: int = 0
    corrected: int = 0


@dataclass(frozen=True)
class _Return:
    """A workbook that comes back: how its name ends, the form it is, and the visits on its pages (order -> Monday).

    A correction has no visits of its own: it tells again of those that its pages name.
    """

    kind: str
    source: Path
    visits: Mapping[str, date] | None

    @property
    def corrects(self) -> bool:
        return self.visits is None


@dataclass
class Visitors:
    """Fill and return the visit forms of a simulated park, week by week."""

    park: Park
    tally: Tally = field(default_factory=Tally)
    _late: dict[date, _Return] = field(default_factory=dict)
    _visited: dict[str, date] = field(default_factory=dict)
    _corrected: set[str] = field(default_factory=set)

    def send_back(self, monday: date, week: Path, review: Path, landing: Path) -> list[Path]:
        """Return the forms of a week: those of its orders that are visited in it, late ones, corrected ones.

        Beside them the office decides on the orders that wait for it, in a plain table.

        Args:
            monday: The week's as-of date; what is returned carries the date of its Friday.
            week: The folder with `visit_form.xlsx` and `work_orders.csv` of the week.
            review: The folder with marked copies of what was wrong before.
            landing: Where the filled forms go; their folder below it is made.

        Returns:
            The files written, in the order in which they are counted.
        """
        friday, folder = monday + timedelta(days=_DAYS_TO_SEND), landing / "走访"
        folder.mkdir(parents=True, exist_ok=True)
        written = _decisions(week / "work_orders.csv", friday, folder)
        for one in self._due(monday, week / "visit_form.xlsx", review):
            book = openpyxl.load_workbook(one.source)
            if self._fill(book, one):
                path = folder / f"走访表_{friday:%Y%m%d}_{one.kind}.xlsx"
                book.save(path)
                written.append(path)
        return written

    def _due(self, monday: date, form: Path, review: Path) -> Iterator[_Return]:
        """What is filled this week; what will be late is kept for the week in which it comes."""
        fates = {order: self._fate(order, monday) for order in _orders(form) if order not in self._visited}
        late = self._late.pop(monday, None)
        for fate in (_ON_TIME, _LATER):
            visits = dict.fromkeys((order for order, drawn in fates.items() if drawn == fate), monday)
            self._visited |= visits
            if fate == _ON_TIME:
                yield _Return("本周", form, visits)
            else:
                self._late[monday + _LATE] = _Return("补报", form, visits)
        if late is not None:
            self.tally.late += len(late.visits or ())
            yield late
        for number, copy in enumerate(sorted(review.glob("走访表*.xlsx")), start=1):
            if copy.name not in self._corrected:
                self._corrected.add(copy.name)
                yield _Return(f"更正{number}", copy, None)

    def _fate(self, order: str, monday: date) -> str:
        return Random(f"{self.park.seed}:{order}:{monday}").choices(_FATES, weights=_ODDS)[0]

    def _fill(self, book: Workbook, one: _Return) -> int:
        """Fill the pages that come back; returns how many."""
        firms = {firm.uscc: firm for firm in self.park.firms}
        filled = 0
        for sheet in book.worksheets:
            places = _places(sheet)
            order, firm = _told(sheet, places, "工单编号"), firms.get(_told(sheet, places, "统一社会信用代码"))
            monday = self._visited.get(order) if one.visits is None else one.visits.get(order)
            if firm is None or monday is None:
                continue
            chance = Random(f"{self.park.seed}:{order}:{monday}:visit")
            visited_on = monday + timedelta(days=chance.randint(1, _DAYS_TO_SEND - 1))
            answers = dict(_answers(firm, visited_on, chance, self.park))
            is_wrong = chance.random() < _WRONG_PAGES and not one.corrects
            _write(sheet, places, _spoilt(answers, chance) if is_wrong else answers)
            self._count(order, answers, is_wrong=is_wrong, corrects=one.corrects)
            filled += 1
        return filled

    def _count(self, order: str, answers: Answers, *, is_wrong: bool, corrects: bool) -> None:
        if answers["走访结果"] == _NOBODY:
            self._visited.pop(order, None)  # tried again another week
        self.tally.filled += not corrects
        self.tally.corrected += corrects
        self.tally.wrong += is_wrong


def planted_causes(firm: Firm, park: Park, day: date) -> list[str]:
    """Return the causes of a decline that a firm can tell of on a day: of the last twelve months, newest first."""
    told = [
        (story.first, story.cause)
        for story in firm.plot.stories
        if story.first <= day and (story.last is None or story.last > day - _YEAR)
    ]
    told += [
        (refund.refunded_on, "P1")
        for refund in park.refunds
        if refund.firm is firm and refund.reason == CREDIT_REFUND_REASON and day - _YEAR < refund.refunded_on <= day
    ]
    return [cause for _, cause in sorted(told, reverse=True)]


def _orders(form: Path) -> list[str]:
    book = openpyxl.load_workbook(form)
    found = (_told(sheet, _places(sheet), "工单编号") for sheet in book.worksheets)
    return [order for order in found if order]


def _places(sheet: Worksheet) -> dict[str, tuple[int, int]]:
    """Label -> where its answer stands: right of it."""
    return {
        "".join(cell.value.split()): (cell.row, cell.column + 1)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.strip()
    }


def _told(sheet: Worksheet, places: Mapping[str, tuple[int, int]], label: str) -> str:
    place = places.get(label)
    return str(sheet.cell(*place).value or "") if place else ""


def _write(sheet: Worksheet, places: Mapping[str, tuple[int, int]], answers: Answers) -> None:
    """Write the answers; what stood in the boxes before, of a page that is corrected, goes."""
    for label, answer in (dict.fromkeys(_BOXES) | dict(answers)).items():
        value = datetime.combine(answer, time()) if isinstance(answer, date) else answer
        sheet.cell(*places[label]).value = value


def _answers(firm: Firm, visited_on: date, chance: Random, park: Park) -> Iterator[tuple[str, Answer]]:
    """What a visitor writes down, label by label."""
    yield "走访日期", visited_on
    yield "走访人", "模拟走访人"
    ended = firm.plot.ended_on is not None and firm.plot.ended_on <= visited_on
    if ended and firm.plot.move is None:
        yield "走访结果", "已注销"
        return
    missed = chance.random()
    if missed < _NOT_REACHED + _DECLINED:
        yield "走访结果", _NOBODY if missed < _NOT_REACHED else "婉拒"
        return
    yield "走访结果", chance.choice(("面谈", "面谈", "电话"))
    causes = [TICKED_AS[cause] for cause in planted_causes(firm, park, visited_on) if cause in TICKED_AS]
    yield from _ticks(causes if chance.random() >= _SAYS_NOTHING else [], chance)
    yield "企业说明", "经营情况见原因选项（模拟）"
    yield "企业全年预计（万元）", round(firm.usual(visited_on) * firm.plot.kept(visited_on) / 1_000_000, 2)
    yield "走访人研判", "低于" if causes else "持平"
    yield from _stance(firm, visited_on, chance)
    if chance.random() < 0.2:  # noqa: PLR2004 -- a fifth of the firms asks for something
        yield "企业诉求", "希望协助申报资质（模拟）"
        yield "需协调部门", "政务服务部门"
        yield "诉求办理时限", visited_on + timedelta(days=30)
    step = chance.choice(("持续跟踪", "持续跟踪", "申请办结")) if causes else "无需跟进"
    yield "下一步措施", step
    if step == "持续跟踪":
        yield "责任人", "模拟走访人"
        yield "下一步时限", visited_on + timedelta(days=60)


def _ticks(causes: Iterable[str], chance: Random) -> Iterator[tuple[str, Answer]]:
    """The newest cause is the main one, the next one gets two tenths; a firm that knows of none says nothing."""
    main, *others = dict.fromkeys(causes) or ["企业未说明"]
    yield main, chance.randint(6, 8)
    if others:
        yield others[0], 2


def _stance(firm: Firm, visited_on: date, chance: Random) -> Iterator[tuple[str, Answer]]:
    """Where it stands as to moving: a firm that left says so, one that will leave within half a year often does."""
    move = firm.plot.move
    if move is None or firm.plot.back_on(visited_on) is not None:
        yield "迁移意向", "无迁出意向"
    elif move.moved_on <= visited_on:
        yield "迁移意向", "已迁出"
        yield "拟迁往地区", move.destination
    elif (move.moved_on - visited_on) * 2 < _YEAR and chance.random() < _SAYS_SO:
        yield "迁移意向", "拟迁出"
        yield "拟迁往地区", move.destination


def _spoilt(answers: dict[str, Answer], chance: Random) -> dict[str, Answer]:
    """The same answers with one error of the kinds that people make."""
    visited_on = answers["走访日期"]
    assert isinstance(visited_on, date)  # noqa: S101 -- written above
    faults: list[dict[str, Answer]] = [
        {"企业全年预计（万元）": "约300万"},
        {"订单减少": 8, "集团调整": 7},
        {"走访日期": "上周三"},
        {"走访日期": visited_on + timedelta(days=60)},
        {"走访结果": "微信联系"},
    ]
    return answers | chance.choice(faults)


def _decisions(orders: Path, day: date, folder: Path) -> list[Path]:
    """The office closes what waits for its approval, and settles what a firm's end has settled; no file for nothing."""
    decided = {"待审核": "已办结", "已诊断": "无需跟进"}
    with orders.open(encoding="utf-8-sig", newline="") as stream:
        rows = [
            (row["工单编号"], row["统一社会信用代码"].rstrip("\t"), f"{day}", decided[row["处置状态"]])
            for row in csv.DictReader(stream)
            if row["处置状态"] in decided
        ]
    if not rows:
        return []
    path = folder / f"走访记录_{day:%Y%m%d}_审核.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([("工单编号", "统一社会信用代码", "办理日期", "处置状态"), *rows])
    return [path]
