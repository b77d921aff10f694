"""How every simulated file says what it is: invented, and of which month."""

from datetime import date

MARK = "（模拟数据）"


def heading(subject: str, month: date) -> str:
    """Return the title line of a month's file, marked as simulated."""
    return f"模拟科技园{subject}（{month.year}年{month.month}月）{MARK}"
