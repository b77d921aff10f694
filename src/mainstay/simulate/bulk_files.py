"""The files of a large park beside its receipts: register, movers, control totals; how each is begun and counted."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

import polars as pl

from mainstay.simulate.accounting import PlantedFile, yuan
from mainstay.simulate.deliveries import LEVEL_NAMES
from mainstay.simulate.watermarks import MARK, heading

_MOVE_DAY = 15


class Tally:
    """Rows and money of a month's receipts, in cents."""

    def __init__(self) -> None:
        self.rows = 0
        self.money = dict.fromkeys(("total", "central", "city", "district"), 0)

    def add(self, lines: pl.DataFrame) -> None:
        """Count the lines of a chunk of firms."""
        self.rows += lines.height
        for level in self.money:
            self.money[level] += int(lines[level].sum())

    def planted(self, month: date) -> PlantedFile:
        """Return the accounting of the month's receipts."""
        loaded = {f"amount_{level}": cents for level, cents in self.money.items()}
        return _planted(f"税收入库明细_{month:%Y%m}.csv", "receipts", month, self.rows, loaded)


def _planted(file: str, contract: str, month: date, rows: int, loaded: dict[str, int]) -> PlantedFile:
    return PlantedFile(
        file, contract, f"{month:%Y-%m}", rows_read=rows, rows_loaded=rows, rows_preamble=2, loaded=loaded
    )


def open_month(landing: Path, month: date, subject: str, header: Sequence[str]) -> BinaryIO:
    """A month's file with its title and its heading, to be continued."""
    folder = landing / f"{month:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    stream = (folder / f"{subject}_{month:%Y%m}.csv").open("wb")
    title = heading(subject, month) + "," * (len(header) - 1)
    stream.write(f"{title}\r\n{','.join(header)}\r\n".encode())
    return stream


REGISTER_HEADER = (
    "统一社会信用代码",
    "企业名称",
    "入园日期",
    "出园日期",
    "行业门类",
    "行业代码",
    "是否高精尖",
    "所属街镇",
    "登记状态",
)


def register_of(firms: pl.DataFrame, place: int) -> pl.DataFrame:
    """The register at the end of the month at a place."""
    return firms.select(
        "uscc",
        "name",
        pl.lit("2015-01-01").alias("in_from"),
        pl.when(pl.col("left") <= place).then(_moved_on()).otherwise(pl.lit("")).alias("in_to"),
        "industry",
        "industry_code",
        pl.when("is_high").then(pl.lit("是")).otherwise(pl.lit("否")).alias("is_high"),
        "zone",
        pl.lit("存续").alias("status"),
    )


def _moved_on() -> pl.Expr:
    month = pl.col("month_of_start").dt.offset_by(pl.col("left").cast(pl.String) + "mo")
    return month.dt.strftime(f"%Y-%m-{_MOVE_DAY}")


_DESTINATION, _WHOLE = "天津市武清区", "整体迁出"


def write_outbound(landing: Path, month: date, movers: pl.DataFrame) -> PlantedFile:
    """The movers of a month."""
    header = ("统一社会信用代码", "企业名称", "迁出日期", "迁出类型", "迁往地区", "迁出依据")
    cells = movers.select(
        "uscc",
        "name",
        _moved_on().alias("moved_on"),
        kind=pl.lit(_WHOLE),
        destination=pl.lit(_DESTINATION),
        basis=pl.lit("登记机关变更信息"),
    )
    with open_month(landing, month, "迁出企业清单", header) as stream:
        cells.write_csv(stream, include_header=False, line_terminator="\r\n")
    return _planted(f"迁出企业清单_{month:%Y%m}.csv", "outbound", month, movers.height, {})


def moves_of(movers: pl.DataFrame) -> list[dict[str, object]]:
    """Return the planted moves, one entry a mover."""
    return [
        {"enterprise_id": uscc, "moved_on": moved_on, "kind": _WHOLE, "keeps": 0.0, "destination": _DESTINATION}
        for uscc, moved_on in movers.select("uscc", _moved_on().alias("moved_on")).iter_rows()
    ]


def planted_register(month: date, enterprises: int) -> PlantedFile:
    """Return the accounting of a month's register."""
    return _planted(f"园区企业名录_{month:%Y%m}.csv", "enterprises", month, enterprises, {})


def write_control_totals(landing: Path, month: date, tally: Tally) -> PlantedFile:
    """The bureau's figures of a month by level."""
    money = {**tally.money, "local": tally.money["city"] + tally.money["district"]}
    header = ("月份", "级次", "征收项目", "金额", "来源")
    with open_month(landing, month, "财政收入控制数", header) as stream:
        for level, name in LEVEL_NAMES.items():
            line = f"{month:%Y-%m},{name},,{yuan(money[level])},财政月报{MARK}\r\n"
            stream.write(line.encode())
    total = sum(money[level] for level in LEVEL_NAMES)
    return _planted(f"财政收入控制数_{month:%Y%m}.csv", "control_totals", month, len(LEVEL_NAMES), {"amount": total})
