"""What a person has to do about a refused cell, row or outcome, in Chinese: the words of a marked copy."""

from collections.abc import Mapping
from types import MappingProxyType

from mainstay.extracts.contract import Contract

EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        "MISSING_REQUIRED": "此项必填",
        "MISSING_PARTY": "缺统一社会信用代码",
        "UNKNOWN_WORD": "请从下拉选项中选择",
        "BAD_AMOUNT": "请填数字，不写“约”“左右”等字",
        "EXCESS_DECIMALS": "金额最多到分",
        "BAD_DATE": "日期无法识别，请写成 2022-06-13",
        "BAD_PERIOD": "月份无法识别，请写成 2022-06",
        "CUMULATIVE_PERIOD": "请填单个月份，不填累计期间",
        "BAD_INTEGER": "请填整数",
        "BAD_FLAG": "请填是或否",
        "BAD_PATTERN": "格式不符，请核对",
        "BAD_BLANK": "此处应为空白，请核对是否错列",
        "BAD_WIDTH": "本行列数与表头不符，请核对是否错列、缺列或多列",
        "BAD_TENTHS": "成数请填 1 至 10 的整数",
        "TOO_MANY_CAUSES": "减收原因最多三项",
        "CAUSES_OVER_TEN": "各项成数合计不得超过十成",
        "NO_MAIN_CAUSE": "成数最大的一项为主因，不能并列",
        "NOTHING_HAPPENED": "请填写走访结果",
        "NATURAL_PERSON": "不得填写个人证件号码，原内容已删去，请不含号码重新填写",
        "ID_SCIENTIFIC": "号码已被改成科学计数，请将单元格设为文本后重新填写",
        "REPEATED_IN_FILE": "同一企业同一日期重复填报，请只保留一行",
        "REPEATED_IN_LATER_FILE": "同一企业同一日期已填报过，请核对",
        "unknown order": "没有这个工单编号，请核对",
        "order of another enterprise": "工单编号与企业不一致，请核对",
        "before the order was issued": "走访日期早于派单日期，请核对",
        "in the future": "走访日期晚于交回日期，请核对",
        "unknown enterprise": "名录中没有这家企业，请核对代码",
        "order already settled": "该工单已办结或无需跟进，如需重新走访请另行派单",
        "not an allowed step": "该工单当前状态不能这样变更，请核对下一步措施或处置状态",
    }
)
"""What the sender has to do, by reason."""
OTHERWISE = "内容无法识别，请核对"

_FIELD_OF: Mapping[str, str] = MappingProxyType(
    {
        "unknown order": "order_id",
        "order of another enterprise": "order_id",
        "before the order was issued": "visited_on",
        "in the future": "visited_on",
        "unknown enterprise": "source_id",
        "order already settled": "order_id",
    }
)
_OF_ALL_CAUSES = frozenset({"TOO_MANY_CAUSES", "CAUSES_OVER_TEN", "NO_MAIN_CAUSE"})


def explanation(reason: str) -> str:
    """Say in Chinese what has to be done about a reason."""
    return EXPLAINED.get(reason, OTHERWISE)


def explained(field: str, reason: str, contract: Contract) -> str:
    """Say in Chinese what has to be corrected where: `走访日期：此项必填`."""
    label = label_of(field, reason, contract)
    return f"{label}：{explanation(reason)}" if label else explanation(reason)


def field_of(field: str, reason: str) -> str:
    """The field to mark: the one that is wrong, else the one that the reason speaks of; blank for a whole row."""
    return field or _FIELD_OF.get(reason, "")


def label_of(field: str, reason: str, contract: Contract) -> str:
    """What the sender calls that field."""
    if reason in _OF_ALL_CAUSES:
        return "减收原因"
    headings = {column.canonical: column.headings[0] for column in contract.columns if column.headings}
    return "、".join(headings.get(name, name) for name in field_of(field, reason).split(","))
