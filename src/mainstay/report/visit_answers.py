"""What may be answered in a cell of a visit form: the rule of the spreadsheet, and what it says to whoever fills it in.

The rules are those by which a form is refused when it is read back, so that it is refused at the desk already.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from mainstay.extracts.contract import Column, Contract
from mainstay.extracts.form_questions import FORM
from mainstay.report.visit_page import Kind, kind_of, words

TENTHS = tuple(str(number) for number in range(1, 11))

_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)  # bounds that only a slip of the pen can leave
_LARGEST_ESTIMATE = 100_000_000  # 万元, a trillion yuan; a larger number was typed in yuan
_LONGEST_TITLE = 32  # a limit of the format

_ASKED: Mapping[Kind, str] = MappingProxyType(
    {
        "word": "请从下拉选项中选择。",
        "tenths": "请选 1 至 10；不是原因的留空。",
        "date": "请填日期，如 2022-06-13。",
        "money": "请填数字，单位万元，最多两位小数；不写“约”“左右”等字。",
        "text": "",
    }
)
_ASKED_OF = {one.field: one.asked for one in FORM.questions if one.asked}
_REFUSED: Mapping[Kind, str] = MappingProxyType(
    {
        "word": "只能填下拉选项中的词。",
        "tenths": "只能填 1 至 10 的整数。",
        "date": "日期无法识别或超出范围，请写成 2022-06-13。",
        "money": "只能填数字，单位万元。",
        "text": "",
    }
)


def validation(column: Column, contract: Contract, issued_on: date | None) -> dict[str, object] | None:
    """The rule of one answer, as xlsxwriter takes it; None where there is neither a rule nor a word to say.

    Args:
        column: The field.
        contract: The contract of the form.
        issued_on: The day of the order; nobody has visited for it before.
    """
    kind = kind_of(column, contract)
    message = _ASKED_OF.get(column.canonical, _ASKED[kind])
    if not message:
        return None
    title = column.headings[0][:_LONGEST_TITLE]
    return {
        **_rule(column, kind, issued_on or _EARLIEST),
        "input_title": title,
        "input_message": message,
        "error_title": title,
        "error_message": _REFUSED[kind],
    }


def _rule(column: Column, kind: Kind, issued_on: date) -> dict[str, object]:
    match kind:
        case "word":
            return {"validate": "list", "source": words(column)}
        case "tenths":
            return {"validate": "list", "source": list(TENTHS)}
        case "date":
            has_happened = column.canonical == "visited_on"
            limits = (issued_on, "=TODAY()") if has_happened else (_EARLIEST, _LATEST)
            return {"validate": "date", "criteria": "between", "minimum": limits[0], "maximum": limits[1]}
        case "money":
            limit = _LARGEST_ESTIMATE
            return {"validate": "decimal", "criteria": "between", "minimum": -limit, "maximum": limit}
        case "text":
            return {"validate": "any"}
