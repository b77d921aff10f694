"""The line of evidence of a cause, in Chinese and English, with the figures it rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from mainstay.revenue.cause_amounts import ZERO, Case, Component, Finding

_MOST = 2
"""Periods, items and reasons that a line names; the others are counted."""
INPUTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "has_refunds": ("退库", "refunds"),
        "has_deferrals": ("缓税", "deferrals"),
        "has_tax_periods": ("税款所属期", "tax periods"),
        "has_levy_items": ("征收项目", "levy items"),
        "has_levy_subitems": ("征收品目", "levy sub-items"),
        "has_reasons": ("税款属性", "attributes of receipts"),
        "has_register": ("园区名录", "the park's register"),
        "has_outbound": ("迁出清单", "the outbound list"),
        "has_invoiced_values": ("开票金额", "invoiced values"),
    }
)
"""Column of `features.cause_inputs` -> what it is called when it is missing, in both languages."""

_RECORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "P1": ("留抵退税", "VAT credit refunds"),
        "P4": ("其他退税", "other refunds"),
        "T3": ("到期缓税未入库", "deferred tax due and not received"),
        "B1": ("一次性项目入库", "receipts of acts that happen once"),
        "B2": ("补缴、稽查类入库", "back-payments and audits"),
        "D1": ("税种之间调整", "moved between levies"),
        "D2": ("更正冲销", "corrections"),
    }
)
_ABSENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "C1": ("登记注销、停业、异常或退出名录", "its registration ended or is abnormal"),
        "R1": ("迁出（迁出清单或走访）", "moved out, by the outbound list or a visit"),
        "R2": ("主管税务机关变为区外，未见迁出登记", "another district's tax authority, no move registered"),
    }
)
_PAID_OUT = frozenset({"P1", "P4", "T3"})
"""Their parts are negative in the revenue and are told as positive figures."""


@dataclass(frozen=True)
class Wording:
    """Words the evidence of one workspace.

    Args:
        money_zh: An amount as Chinese readers see it, in the display unit.
        money_en: An amount in English.
        matters: Matter of a known event -> its names in Chinese and English.
        inputs: The row of `features.cause_inputs`.
    """

    money_zh: Callable[[Decimal], str]
    money_en: Callable[[Decimal], str]
    matters: Mapping[str, tuple[str, str]]
    inputs: Mapping[str, Any]

    def __call__(self, case: Case, finding: Finding) -> tuple[str, str]:
        """Return the evidence of a finding, in Chinese and in English."""
        pairs = [*self._told(finding), *self._measured(case, finding)]
        return "；".join(zh for zh, _ in pairs), "; ".join(en for _, en in pairs)

    def _told(self, finding: Finding) -> list[tuple[str, str]]:
        pairs = []
        for event in finding.events:
            name_zh, name_en = self.matters.get(event.detail, (event.detail, event.detail))
            pairs.append(self._years(f"已知事项（{name_zh}）", f"known event ({name_en})", event.current, event.prior))
        return pairs

    def _measured(self, case: Case, finding: Finding) -> list[tuple[str, str]]:
        code, parts = finding.code, [part for part in finding.parts if part.detail or part.current or part.prior]
        match code:
            case "X":
                pairs = [self._rest(case, finding)]
            case "C1" | "R1" | "R2":
                pairs = self._absence(case, finding)
            case "M1" | "R3":
                pairs = self._invoices(case, code)
            case "T1" | "T3":
                pairs = [*self._record(code, [part for part in parts if part.detail]), *self._periods(case, code)]
            case "P3":
                pairs = self._deferred(parts)
            case "S1":
                pairs = self._shares(parts)
            case _:
                pairs = self._record(code, parts)
        return pairs

    def _years(self, zh: str, en: str, current: Decimal, prior: Decimal) -> tuple[str, str]:
        current, prior = current or ZERO, prior or ZERO  # no minus before a zero
        return (
            f"{zh}：本期{self.money_zh(current)}，上年同期{self.money_zh(prior)}",
            f"{en}: {self.money_en(current)} this period, {self.money_en(prior)} a year before",
        )

    def _record(self, code: str, parts: Sequence[Component]) -> list[tuple[str, str]]:
        if not parts:
            return []
        zh, en = _RECORDS[code]
        sign = -1 if code in _PAID_OUT else 1
        names = list(dict.fromkeys(part.detail for part in parts if part.detail))
        which = "、".join(names[:_MOST]) + (f"等{len(names)}项" if len(names) > _MOST else "")
        named = f"（{which}）" if which else ""
        current, prior = (sum((getattr(part, year) for part in parts), ZERO) for year in ("current", "prior"))
        named_en = f" ({which})" if which else ""
        return [self._years(f"{zh}{named}", f"{en}{named_en}", sign * current, sign * prior)]

    def _deferred(self, parts: Sequence[Component]) -> list[tuple[str, str]]:
        if not parts:
            return []
        of = {part.detail: part for part in parts}
        out, back = of.get("out", Component("P3")), of.get("in", Component("P3"))
        amounts = (abs(out.current), back.current, abs(out.prior), back.prior)
        zh = "缓税：本期缓出{}、到期应入库{}，上年同期缓出{}、到期应入库{}".format(*map(self.money_zh, amounts))
        en = "deferrals: {} put off and {} due this period, {} and {} a year before".format(
            *map(self.money_en, amounts)
        )
        return [(zh, en)]

    def _periods(self, case: Case, code: str) -> list[tuple[str, str]]:
        of_code = [row for row in case.periods if (row["levy"] == "CIT") == (code == "T1")]
        rows = [row for row in of_code if row["moved"] or row["shifted"]]
        rows.sort(key=lambda row: (-abs(row["moved"]), -row["shifted"]))
        return [self._period(row) for row in rows[:_MOST]]

    def _period(self, row: Mapping[str, Any]) -> tuple[str, str]:
        span = f"{row['period_from']:%Y-%m}—{row['period_to']:%Y-%m}"
        zh, en = f"{row['levy_item'] or row['levy']}所属期{span}：", f"{row['levy']} of {span}: "
        if row["is_pending"]:
            inside = row["in_prior"]
            return (
                f"{zh}本年尚未入库（汇算清缴至5月31日），上年同期已入库{self.money_zh(inside)}",
                f"{en}not received yet (settlement until 31 May), {self.money_en(inside)} a year before",
            )
        if not row["moved"]:
            then, now = f"{row['in_prior_month']:%Y-%m}", f"{row['in_current_month']:%Y-%m}"
            prior, current = row["in_prior"], row["in_current"]
            return (
                f"{zh}上年{then}入库{self.money_zh(prior)}，本年{now}入库{self.money_zh(current)}，均在期内",
                f"{en}{self.money_en(prior)} came in {then}, {self.money_en(current)} in {now}, both in the window",
            )
        late, outside = row["moved"] < 0, "out_current" if row["moved"] < 0 else "out_prior"
        month, amount = row[f"{outside}_month"], row[outside]
        inside_zh = f"期内入库{self.money_zh(row['in_current'])}、上年同期{self.money_zh(row['in_prior'])}"
        inside_en = f"{self.money_en(row['in_current'])} in the window, {self.money_en(row['in_prior'])} a year before"
        return (
            f"{zh}{inside_zh}，{'本年' if late else '上年'}另有{self.money_zh(amount)}在期外（{month:%Y-%m}）入库",
            f"{en}{inside_en}; {self.money_en(amount)} outside it ({month:%Y-%m})",
        )

    def _shares(self, parts: Sequence[Component]) -> list[tuple[str, str]]:
        current, prior = (sum((getattr(part, year) for part in parts), ZERO) for year in ("current", "prior"))
        zh = f"区级分成：实为{self.money_zh(current)}，按上年比例应为{self.money_zh(prior)}"
        return [(zh, f"district shares: {self.money_en(current)}, at last year's shares {self.money_en(prior)}")]

    def _absence(self, case: Case, finding: Finding) -> list[tuple[str, str]]:
        rows = [row for row in case.absences.values() if row["cause_code"] == finding.code]
        amount = finding.amount - sum((event.effect for event in finding.events), ZERO)
        if not rows or not amount:
            return []
        day, first = rows[0]["since"], rows[0]["month"]
        zh, en = _ABSENCES[finding.code]
        return [
            (
                f"{day}{zh}；{first:%Y-%m}起各月比上年同月合计{self.money_zh(amount)}",
                f"{en} on {day}; {self.money_en(amount)} against the same months from {first:%Y-%m} on",
            )
        ]

    def _invoices(self, case: Case, code: str) -> list[tuple[str, str]]:
        if not case.invoiced.prior:
            return []
        zh, en = self._years("开票金额", "invoiced value", case.invoiced.current, case.invoiced.prior)
        taxes_zh, taxes_en = self._years("增值税及附加", "VAT and surtaxes", case.turnover.current, case.turnover.prior)
        ending = "，待核实" if code == "R3" else ""
        return [(f"{zh}；{taxes_zh}{ending}", f"{en}; {taxes_en}{', to be verified' if ending else ''}")]

    def _rest(self, case: Case, finding: Finding) -> tuple[str, str]:
        missing = [names for column, names in INPUTS.items() if not self.inputs.get(column, False)]
        zh = "以上不能说明的减收" if finding.amount < 0 else "其他增收，抵减以上减收"
        en = "not explained by the above" if finding.amount < 0 else "other receipts that rose"
        zh, en = f"{zh}{self.money_zh(finding.amount)}", f"{en}: {self.money_en(finding.amount)}"
        if missing:
            zh += f"；未提供{'、'.join(name for name, _ in missing)}数据"
            en += f"; without {', '.join(name for _, name in missing)}"
        if self.inputs.get("has_known_events") and case.line["level"] != "local":
            zh, en = f"{zh}；已知事项按地方级登记，未计入", f"{en}; known events are of local revenue and do not count"
        return zh, en
