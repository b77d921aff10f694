"""The canonical targets: which fields a contract can fill, and what each means (DESIGN section 3).

One target is one ledger table. Amounts arrive in the ledger in yuan (or the workspace's currency), positive
when the treasury receives money.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "money", "month", "date", "flag", "integer"]
Level = Literal["total", "central", "local", "city", "district"]

PSEUDO_TAXPAYER = "自然人及个体"
"""Id and name under which the receipts of natural persons are summed up (DOMAIN section 2)."""

LEVELS: tuple[Level, ...] = ("total", "central", "local", "city", "district")


@dataclass(frozen=True)
class Field:
    """One canonical field of a target."""

    name: str
    kind: Kind
    doc: str
    required: bool = False


@dataclass(frozen=True)
class Target:
    """One canonical target: its fields, and whether its rows belong to a party (an enterprise)."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    has_party: bool = True

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
        ),
        Target(
            "refunds",
            "treasury refunds (退库), one row a refund line",
            (*_PARTY, _MONTH, Field("refund_date", "date", "day of refund (退还日期)"), *_AMOUNTS, *_FLOW),
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
