"""The canonical targets: which fields a contract can fill, and what each means (DESIGN section 3).

One target is one ledger table. Amounts arrive in the ledger in yuan (or the workspace's currency), positive
when the treasury receives money.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

import polars as pl

from mainstay.extracts.form_questions import FORM

MONEY = pl.Decimal(18, 2)
Kind = Literal["id", "text", "money", "month", "date", "flag", "integer"]
_TYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(),
    "text": pl.String(),
    "money": MONEY,
    "month": pl.Date(),
    "date": pl.Date(),
    "flag": pl.Boolean(),
    "integer": pl.Int64(),
}
_UNITS: dict[Kind, str] = {"money": "currency", "integer": "count"}
Level = Literal["total", "central", "local", "city", "district"]

PSEUDO_TAXPAYER = "自然人及个体"
"""Id and name under which the receipts of natural persons are summed up (DOMAIN section 2)."""

LEVELS: tuple[Level, ...] = ("total", "central", "local", "city", "district")

CAUSE_TICKS = {one.field: one.label for one in FORM.questions if one.cause_code}
"""The causes that a visitor ticks, in plain words (DOMAIN section 5)."""


@dataclass(frozen=True)
class Field:
    """One canonical field of a target; `measured_in` where its unit does not follow from its kind."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    measured_in: str = ""

    @property
    def dtype(self) -> pl.DataType:
        """The type of its loaded values."""
        return _TYPES[self.kind]

    @property
    def is_text(self) -> bool:
        """Whether its values are kept as text."""
        return self.kind in {"id", "text"}

    @property
    def unit(self) -> str:
        """Its unit in the words of the data dictionary: currency, count, month, text, ..."""
        return self.measured_in or _UNITS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Target:
    """One canonical target: its fields, whether its rows belong to a party (an enterprise), and whether it is a flow.

    A flow of money (`is_flow`) holds natural persons too, who are summed up; elsewhere they are refused.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    has_party: bool = True
    is_flow: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def measures(self) -> tuple[Field, ...]:
        """The money fields."""
        return tuple(field for field in self.fields if field.kind == "money")


_PARTY = (
    Field("source_id", "id", "the id as delivered: uscc, tax id, permit"),
    Field("name", "text", "the enterprise's name as delivered"),
    Field("address", "text", "street address as delivered"),
)
_AMOUNTS = tuple(Field(f"amount_{level}", "money", f"the {level} level's share of the amount") for level in LEVELS)
_FLOW = (
    Field("levy_item", "text", "levy item (征收项目), a name or a code of seeds/levy_items.csv"),
    Field("levy_subitem", "text", "levy sub-item (征收品目)"),
    Field("budget_subject", "text", "budget subject (预算科目)"),
    Field("share_rule", "text", "the row's own budget shares (预算分配比例), as delivered"),
    Field("tax_period_from", "date", "first day of the tax period (税款所属期起)"),
    Field("tax_period_to", "date", "last day of the tax period (税款所属期止)"),
    Field("voucher", "text", "number of the electronic voucher (电子税票号码)"),
    Field("reason", "text", "reason or attribute (税款属性, 退抵税费原因类型)"),
    Field("tax_authority", "text", "responsible tax authority (主管税务机关)"),
    Field("registration_seq", "text", "registration sequence (登记序号)"),
)
_MONTH = Field("month", "month", "the month the money counts in, under the contract's time_basis", required=True)


def _answers() -> Iterator[Field]:
    """The fields that the visit form's questions fill, beside those of the party."""
    for one in FORM.questions:
        if one.cause_code:
            yield Field(one.field, "integer", f"tenths of the drop due to: {one.label}", measured_in="number")
        elif one.only != "page" and one.field not in {field.name for field in _PARTY}:
            yield Field(one.field, cast("Kind", one.kind), one.doc, required=one.required)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "receipts",
            "tax received (入库), one row a voucher line",
            (
                *_PARTY,
                _MONTH,
                Field("receipt_date", "date", "day of receipt (入库日期)"),
                *_AMOUNTS,
                *_FLOW,
                Field("industry", "text", "industry as delivered"),
                Field("zone", "text", "street, town or zone (街道乡镇)"),
                Field("branch_type", "text", "head office or branch (总分机构类型)"),
            ),
            is_flow=True,
        ),
        Target(
            "refunds",
            "treasury refunds (退库), one row a refund line",
            (*_PARTY, _MONTH, Field("refund_date", "date", "day of refund (退还日期)"), *_AMOUNTS, *_FLOW),
            is_flow=True,
        ),
        Target(
            "deferrals",
            "tax deferred (缓税), one row a tax period and levy item",
            (
                *_PARTY,
                Field("month", "month", "the month in which it would have been received", required=True),
                Field("paid_month", "month", "the month in which it falls due after the deferral", required=True),
                Field("tax_period_from", "date", "first day of the tax period (税款所属期起)"),
                Field("tax_period_to", "date", "last day of the tax period (税款所属期止)"),
                *_AMOUNTS,
                Field("levy_item", "text", "levy item (征收项目)"),
            ),
            is_flow=True,
        ),
        Target(
            "enterprises",
            "the park's register of enterprises (园区企业名录)",
            (
                *_PARTY,
                Field("in_from", "date", "first day in the park"),
                Field("in_to", "date", "last day in the park; blank = still there"),
                Field("industry", "text", "industry class, in words"),
                Field("industry_code", "text", "industry code (GB/T 4754)"),
                Field("is_high_precision", "flag", "high-precision industry (高精尖)"),
                Field("is_above_scale", "flag", "above scale (规模以上), only from a source that may be used"),
                Field("qualifications", "text", "qualification labels (资质标签)"),
                Field("tax_authority", "text", "responsible tax authority (主管税务机关)"),
                Field("zone", "text", "street or town (所属街镇)"),
                Field("incubator", "text", "park part or incubator (所属园区/孵化器)"),
                Field("registration_status", "text", "active, deregistered, revoked, suspended or abnormal (登记状态)"),
            ),
        ),
        Target(
            "outbound",
            "enterprises that moved out (迁出企业)",
            (
                *_PARTY,
                Field("moved_on", "date", "day of the move", required=True),
                Field("move_kind", "text", "whole, partial or hidden"),
                Field("destination", "text", "where to"),
                Field("evidence", "text", "what shows the move"),
                Field("move_reason", "text", "why, as the firm or the office says"),
            ),
        ),
        Target(
            "alerts",
            "alerts dispatched by big-data early warning (大数据预警派单)",
            (
                *_PARTY,
                Field("alert_no", "text", "the dispatcher's own number", required=True),
                Field("dispatched_on", "date", "day of dispatch", required=True),
                Field("due_on", "date", "day by which a reply is due"),
                Field("alert_type", "text", "what kind of alert"),
                Field("dispatcher", "text", "who dispatched it"),
            ),
        ),
        Target(
            "signals",
            "signs that an enterprise may leave (seeds/signals.csv)",
            (
                *_PARTY,
                Field("signal", "text", "code of the signal, see seeds/signals.csv", required=True),
                Field("observed_on", "date", "day on which it was seen or filed", required=True),
                Field("ended_on", "date", "day from which it no longer holds, as an application withdrawn"),
                Field("detail", "text", "what exactly, in the source's words"),
                Field("source", "text", "where it comes from"),
            ),
        ),
        Target(
            "leases",
            "leases of the park's premises (房屋租约)",
            (
                *_PARTY,
                Field("site", "text", "building and rooms"),
                Field("landlord", "text", "who lets"),
                Field("area_m2", "integer", "area in square metres", measured_in="area_m2"),
                Field("lease_from", "date", "first day"),
                Field("lease_to", "date", "last day", required=True),
                Field("is_renewed", "flag", "whether it has been renewed beyond its last day"),
            ),
        ),
        Target(
            "watch_list",
            "enterprises that the district's leaders watch",
            (
                *_PARTY,
                Field("listed_on", "date", "day from which it is watched", required=True),
                Field("matter", "text", "what is watched"),
                Field("asked_by", "text", "who asked"),
                Field("until", "date", "last day of watching; blank = until it is taken off"),
            ),
        ),
        Target(
            "service_requests",
            "requests of enterprises and what became of them (企业诉求)",
            (
                *_PARTY,
                Field("request_no", "text", "the office's own number", required=True),
                Field("requested_on", "date", "day of the request", required=True),
                Field("channel", "text", "firm, hotline, steward or visit"),
                Field("matter", "text", "what is asked for"),
                Field("department", "text", "who has to answer"),
                Field("due_on", "date", "day by which an answer is due"),
                Field("responded_on", "date", "day of the first answer"),
                Field("resolved_on", "date", "day on which it was settled"),
                Field("is_satisfied", "flag", "whether the enterprise was satisfied"),
            ),
        ),
        Target(
            "visit_outcomes",
            "what came of a visit or call, or what the office decided on a work order (走访结果)",
            (
                *_PARTY,
                *_answers(),
            ),
        ),
        Target(
            "known_events",
            "what the office knows of an enterprise's money before anybody asks (已知事项)",
            (
                *_PARTY,
                Field("matter", "text", "code of the matter, see seeds/event_matters.csv", required=True),
                Field(
                    "month", "month", "month of receipt in which the money came, failed to come or will", required=True
                ),
                Field("levy_item", "text", "levy item (征收项目); blank = several"),
                Field(
                    "amount",
                    "money",
                    "what it changed in the local revenue of the month; negative = less",
                    required=True,
                ),
                Field("is_lasting", "flag", "whether every later month is changed as well; else it happened once"),
                Field("note", "text", "what exactly"),
            ),
        ),
        Target(
            "monthly_values",
            "monthly values of an enterprise other than taxes: invoiced value, insured headcount",
            (
                *_PARTY,
                Field("month", "month", "the month the value belongs to", required=True),
                Field("measure", "text", "invoiced_value (yuan) or insured_headcount (persons)", required=True),
                Field("value", "money", "the value", required=True, measured_in="number"),
            ),
        ),
        Target(
            "list_members",
            "members of lists that others have drawn up (导入名单)",
            (
                *_PARTY,
                Field("list_name", "text", "the list's name in [lists]", required=True),
                Field("listed_on", "date", "day from which it is on the list"),
                Field("until", "date", "last day on the list; blank = until it is taken off"),
            ),
        ),
        Target(
            "reliefs",
            "rent reliefs of landlords (房租减免)",
            (
                *_PARTY,
                Field("month", "month", "month in which the relief was granted", required=True),
                Field("landlord", "text", "who grants it", required=True),
                Field("landlord_kind", "text", "state_owned or incubator (private)", required=True),
                Field("amount", "money", "rent forgone", required=True),
                Field("area_m2", "money", "area in square metres", measured_in="area_m2"),
                Field("subsidy_asked", "money", "subsidy that the landlord has asked for"),
            ),
        ),
        Target(
            "projects",
            "key and large projects, one row a milestone (重点项目)",
            (
                Field("project", "text", "the project's name", required=True),
                Field("milestone", "text", "approved, tendered, permitted, started, completed, ...", required=True),
                Field("due_on", "date", "day by which it is due"),
                Field("done_on", "date", "day on which it was reached; blank = not yet"),
                Field("investment", "money", "the project's investment"),
                Field("owner", "text", "who is responsible"),
                Field("note", "text", "what holds it up"),
            ),
            has_party=False,
        ),
        Target(
            "aggregates",
            "statistical totals of many enterprises (汇总统计); never one enterprise's",
            (
                Field("indicator", "text", "what is counted", required=True),
                Field("month", "month", "last month of a window that begins in January", required=True),
                Field("value", "money", "the total", required=True, measured_in="number"),
                Field("prior", "money", "the same window a year before", measured_in="number"),
                Field("unit", "text", "yuan, persons, pieces"),
                Field("source", "text", "who published it"),
            ),
            has_party=False,
        ),
        Target(
            "control_totals",
            "the finance bureau's own monthly totals",
            (
                _MONTH,
                Field("level", "text", "total, central, local, city or district", required=True),
                Field("levy_item", "text", "levy item; blank = all"),
                Field("amount", "money", "the bureau's figure", required=True),
                Field("source", "text", "where the figure comes from"),
            ),
            has_party=False,
        ),
    )
}
