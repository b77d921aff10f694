"""The park's register of enterprises (园区企业名录): everyone who ever joined, complete at every delivery."""

from collections.abc import Sequence
from datetime import date

from mainstay.months import last_day
from mainstay.simulate.files.export import Export, Extract
from mainstay.simulate.files.table import Columns
from mainstay.simulate.firms.firm import Firm


def register_table(firms: Sequence[Firm], month: date) -> Export:
    """Return the register at the end of the month, with the day of leaving.

    A firm that moved out has its new tax authority; one that came back is in again, from the day it returned; one that
    ended (C1) is deregistered.
    """
    end = last_day(month)
    columns: Columns[Firm] = {
        "统一社会信用代码": lambda firm: firm.uscc,
        "企业名称": lambda firm: firm.name,
        "注册地址": lambda firm: firm.address,
        "入园日期": lambda firm: firm.entered_on(end),
        "出园日期": lambda firm: firm.plot.left_on(end) or "",
        "行业门类": lambda firm: firm.industry.division,
        "行业代码": lambda firm: firm.industry.code,
        "是否高精尖": lambda firm: "是" if firm.is_high_precision else "否",
        "资质标签": lambda firm: firm.qualifications,
        "主管税务机关": lambda firm: firm.authority_on(end),
        "所属街镇": lambda firm: firm.zone,
        "所属园区/孵化器": lambda firm: firm.incubator,
        "登记状态": lambda firm: "注销" if firm.plot.deregistered_on(end) else "存续",
    }
    joined = (firm for firm in firms if firm.in_park and firm.in_from <= end)
    return Extract("园区企业名录", "enterprises").of_month(month, columns, joined)
