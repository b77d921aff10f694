"""A park of hundreds of thousands of firms, for benchmarks: receipts, register and control totals, streamed as CSV.

Simpler than a park of the real size: ordinary growth, noise, and decliners that are planted in the truth; no raking, no
mess, no stories but M1. It is made by the chunk of firms, column by column; memory does not grow with the park.
"""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

import polars as pl

from mainstay.simulate.accounting import PlantedFile, yuan
from mainstay.simulate.codes import simulated_usccs
from mainstay.simulate.deliveries import LEVEL_NAMES
from mainstay.simulate.industries import AUTHORITIES, INDUSTRIES, SIMULATED, ZONES
from mainstay.simulate.levies import CIT, CIT_MONTHS, IIT, IIT_MONTHS, MIX, UMCT, VAT, VAT_MONTHS, Levy
from mainstay.simulate.marking import MARK, heading
from mainstay.simulate.months import add_months, day_of, last_day, months_from
from mainstay.simulate.published import PUBLISHED, PUBLISHED_FIRMS, RAKED_MONTHS
from mainstay.simulate.receipts import HEADER

BULK_ABOVE = 50_000
"""From this many enterprises on a park is written in bulk: firm by firm it would need gigabytes and half an hour."""
CHUNK = 50_000
_GROWTH, _NOISE, _SIGMA = 1.1, 0.15, 2.6
_MEAN_LOCAL = PUBLISHED[2021].restored_local / PUBLISHED_FIRMS * 12 / RAKED_MONTHS
_DECLINING = 0.1
_KEEPS = (0.3, 0.6)
_FILES_QUARTERLY = 0.6
_QUARTER_MONTHS = (1, 4, 7, 10)
_USUAL_YEAR = 2021
_RANGE = 2**32


class _Part(NamedTuple):
    """A levy of a usual year: its part of the local revenue, its months, and whether only in quarter months."""

    levy: Levy
    part: float
    months: tuple[float, ...]
    is_quarterly: bool


_PARTS = (
    _Part(VAT, MIX["VAT"], VAT_MONTHS, is_quarterly=False),
    _Part(UMCT, 0.06, VAT_MONTHS, is_quarterly=False),
    _Part(IIT, MIX["IIT"], IIT_MONTHS, is_quarterly=False),
    _Part(CIT, MIX["CIT"], CIT_MONTHS, is_quarterly=True),
)


def write_bulk(landing: Path, truth: Path, *, enterprises: int, seed: int, first_month: date, months: int) -> None:
    """Write a large park: one receipts file a month, the register of the first and the last, control totals, the truth.

    Args:
        landing: The landing folder of a workspace.
        truth: A JSON file for the planted declines and the accounting of every file; keep it out of `landing`.
        enterprises: How many enterprises the park has.
        seed: The source of all chance; the same seed gives the same bytes.
        first_month: The first simulated month (any day in it).
        months: How many months.
    """
    span = months_from(first_month, months)
    tallies = {month: _Tally() for month in span}
    truth.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        receipts = {month: stack.enter_context(_open(landing, month, "税收入库明细", HEADER)) for month in span}
        registers = [
            stack.enter_context(_open(landing, month, "园区企业名录", _REGISTER_HEADER))
            for month in sorted({span[0], span[-1]})
        ]
        told = stack.enter_context(truth.open("w", encoding="utf-8"))
        head = {"simulated": True, "seed": seed, "enterprises": enterprises, "months": [f"{m:%Y-%m}" for m in span]}
        told.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "declines": [')
        separator = "\n"
        for begin in range(1, enterprises + 1, CHUNK):
            firms = _firms(begin, min(begin + CHUNK, enterprises + 1), seed, span)
            for register in registers:
                _register(firms).write_csv(register, include_header=False, line_terminator="\r\n")
            for month in span:
                lines = _lines(firms, month, seed)
                tallies[month].add(lines)
                _as_delivered(lines, month).write_csv(receipts[month], include_header=False, line_terminator="\r\n")
            for entry in _declines(firms, span):
                told.write(separator + json.dumps(entry, ensure_ascii=False))
                separator = ",\n"
        files = [tallies[month].planted(month) for month in span]
        files += [_control_totals(landing, month, tallies[month]) for month in span]
        files += [_planted_register(month, enterprises) for month in sorted({span[0], span[-1]})]
        told.write('\n], "files": ' + json.dumps([file.as_json() for file in files], ensure_ascii=False) + "}\n")


class _Tally:
    """Rows and money of a month's receipts, in cents."""

    def __init__(self) -> None:
        self.rows = 0
        self.money = dict.fromkeys(("total", "central", "city", "district"), 0)

    def add(self, lines: pl.DataFrame) -> None:
        self.rows += lines.height
        for level in self.money:
            self.money[level] += int(lines[level].sum())

    def planted(self, month: date) -> PlantedFile:
        loaded = {f"amount_{level}": cents for level, cents in self.money.items()}
        return _planted(f"税收入库明细_{month:%Y%m}.csv", "receipts", month, self.rows, loaded)


def _planted(file: str, contract: str, month: date, rows: int, loaded: dict[str, int]) -> PlantedFile:
    return PlantedFile(
        file, contract, f"{month:%Y-%m}", rows_read=rows, rows_loaded=rows, rows_preamble=2, loaded=loaded
    )


def _open(landing: Path, month: date, subject: str, header: Sequence[str]) -> BinaryIO:
    """A month's file with its title and its heading, to be continued."""
    folder = landing / f"{month:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    stream = (folder / f"{subject}_{month:%Y%m}.csv").open("wb")
    title = heading(subject, month) + "," * (len(header) - 1)
    stream.write(f"{title}\r\n{','.join(header)}\r\n".encode())
    return stream


def _uniform(numbers: pl.Series, seed: int, what: int) -> pl.Series:
    """A number from 0 to 1 (never either) for each, by a hash of 32 bits that is the same everywhere."""
    salt = (seed * 1_000_003 + what * 7_919) % _RANGE
    mixed = (numbers.cast(pl.UInt64) * 2_654_435_761 + salt) % _RANGE
    for _ in range(2):
        mixed = ((mixed ^ (mixed // 65_536)) * 0x45D9F3B) % _RANGE
    mixed = mixed ^ (mixed // 65_536)
    return (mixed.cast(pl.Float64) + 0.5) / _RANGE


def _normal(numbers: pl.Series, seed: int, what: int) -> pl.Series:
    """A standard normal number for each (Box and Muller)."""
    radius = (_uniform(numbers, seed, what).log() * -2).sqrt()
    return radius * (_uniform(numbers, seed, what + 1) * 2 * math.pi).cos()


def _firms(begin: int, end: int, seed: int, months: Sequence[date]) -> pl.DataFrame:
    """Everything about a chunk of firms; `first` is the place of the month from which a decliner pays `keeps`."""
    numbers = pl.int_range(begin, end, dtype=pl.Int64, eager=True)
    size = (_normal(numbers, seed, 1) * _SIGMA - _SIGMA**2 / 2).exp() * _MEAN_LOCAL
    declines = (_uniform(numbers, seed, 3) < _DECLINING) & (len(months) > 1)
    low, high = _KEEPS
    first = (_uniform(numbers, seed, 4) * max(len(months) - 1, 1)).cast(pl.Int32) + 1
    industry = (_uniform(numbers, seed, 6) * len(INDUSTRIES)).cast(pl.UInt32)
    zone = (_uniform(numbers, seed, 7) * len(ZONES)).cast(pl.UInt32)
    return pl.DataFrame(
        {
            "number": numbers,
            "uscc": simulated_usccs(numbers),
            "local": size,
            "files_quarterly": _uniform(numbers, seed, 8) < _FILES_QUARTERLY,
            "keeps": _uniform(numbers, seed, 5) * (high - low) + low,
            "first": pl.select(pl.when(declines).then(first).otherwise(len(months))).to_series(),
            "industry": pl.Series([one.division for one in INDUSTRIES]).gather(industry),
            "industry_code": pl.Series([one.code for one in INDUSTRIES]).gather(industry),
            "is_high": _uniform(numbers, seed, 9)
            < pl.Series([one.high_precision for one in INDUSTRIES], dtype=pl.Float64).gather(industry),
            "zone": pl.Series(ZONES).gather(zone),
        }
    ).with_columns(
        name="模拟第" + pl.col("number").cast(pl.String) + "号有限公司" + SIMULATED,
        month_of_start=pl.lit(months[0]),
    )


def _lines(firms: pl.DataFrame, month: date, seed: int) -> pl.DataFrame:
    """A month's lines of a chunk: levels in cents that sum to the total."""
    is_quarter = month.month in _QUARTER_MONTHS
    started: date = firms["month_of_start"][0]
    place = (month.year - started.year) * 12 + month.month - started.month
    grown = _GROWTH ** (month.year - _USUAL_YEAR + (month.month - 1) / 12)
    paying = firms if is_quarter else firms.filter(~pl.col("files_quarterly"))
    frames = []
    for index, part in enumerate(_PARTS):
        if part.is_quarterly and not is_quarter:
            continue
        assert part.levy.shares is not None  # noqa: S101 -- all of these have levels
        key = paying["number"] * 4096 + month.year % 100 * 48 + month.month * 4 + index
        weight = grown * part.part * part.months[month.month - 1] / 100 / part.levy.shares.local
        noise = (_normal(key, seed, 11) * _NOISE - _NOISE**2 / 2).exp()
        shares = part.levy.shares
        frames.append(
            paying.with_columns(
                total=(
                    pl.col("local")
                    * weight
                    * noise
                    * pl.when(pl.lit(place) >= pl.col("first")).then("keeps").otherwise(1.0)
                    * pl.when("files_quarterly").then(3.0 if not part.is_quarterly else 1.0).otherwise(1.0)
                )
                .round()
                .cast(pl.Int64),
            )
            .filter(pl.col("total") >= 100)  # noqa: PLR2004 -- nobody pays less than a yuan
            .with_columns(
                city=(pl.col("total") * shares.city + 500) // 1000,
                district=(pl.col("total") * shares.district + 500) // 1000,
                place=pl.lit(index),
            )
        )
    lines = pl.concat(frames)
    # What has no central part rounds in the city's, as shares do elsewhere.
    local_only = pl.col("place").is_in(
        [i for i, part in enumerate(_PARTS) if part.levy.shares and not part.levy.shares.central]
    )
    return lines.with_columns(
        city=pl.when(local_only).then(pl.col("total") - pl.col("district")).otherwise("city"),
    ).with_columns(central=pl.col("total") - pl.col("city") - pl.col("district"))


def _yuan(column: str) -> pl.Expr:
    cents = pl.col(column)
    return (cents // 100).cast(pl.String) + "." + (cents % 100).cast(pl.String).str.zfill(2)


def _as_delivered(lines: pl.DataFrame, month: date) -> pl.DataFrame:
    """The cells of the receipts extract."""
    levies = [part.levy for part in _PARTS]
    place = pl.col("place")

    def by_levy(values: Sequence[str]) -> pl.Expr:
        return place.replace_strict(list(range(len(values))), list(values), return_dtype=pl.String)

    quarterly = pl.col("files_quarterly") | place.is_in([i for i, part in enumerate(_PARTS) if part.is_quarterly])
    begin = pl.when(quarterly).then(pl.lit(f"{add_months(month, -3)}")).otherwise(pl.lit(f"{add_months(month, -1)}"))
    days = [f"{day_of(month, number)}" for number in range(3, 19)]
    cells: tuple[pl.Expr, ...] = (
        pl.col("uscc"),
        pl.col("name"),
        by_levy([levy.item for levy in levies]),
        by_levy([levy.subitem for levy in levies]),
        begin,
        pl.lit(f"{last_day(add_months(month, -1))}"),
        pl.col("industry"),
        _yuan("total"),
        pl.lit(AUTHORITIES[0]),
        by_levy([levy.budget_subject for levy in levies]),
        by_levy([levy.shares.as_delivered if levy.shares else "" for levy in levies]),
        _yuan("central"),
        _yuan("city"),
        _yuan("district"),
        (pl.col("number") % len(days)).replace_strict(list(range(len(days))), days, return_dtype=pl.String),
        pl.lit("正常申报"),
        pl.col("zone"),
        f"3{month:%y%m}" + pl.col("number").cast(pl.String).str.zfill(9) + place.cast(pl.String),
        "1011109" + pl.col("number").cast(pl.String).str.zfill(9),
        pl.lit("非总分机构"),
    )
    return lines.select(cell.alias(heading_) for cell, heading_ in zip(cells, HEADER, strict=True))


_REGISTER_HEADER = (
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


def _register(firms: pl.DataFrame) -> pl.DataFrame:
    return firms.select(
        "uscc",
        "name",
        pl.lit("2015-01-01").alias("in_from"),
        pl.lit("").alias("in_to"),
        "industry",
        "industry_code",
        pl.when("is_high").then(pl.lit("是")).otherwise(pl.lit("否")).alias("is_high"),
        "zone",
        pl.lit("存续").alias("status"),
    )


def _planted_register(month: date, enterprises: int) -> PlantedFile:
    return _planted(f"园区企业名录_{month:%Y%m}.csv", "enterprises", month, enterprises, {})


def _declines(firms: pl.DataFrame, months: Sequence[date]) -> Iterator[dict[str, object]]:
    declining = firms.filter(pl.col("first") < len(months)).select("uscc", "first", "keeps")
    for uscc, first, keeps in declining.iter_rows():
        yield {
            "enterprise_id": uscc,
            "cause": "M1",
            "first_month": f"{months[first]:%Y-%m}",
            "last_month": None,
            "keeps": keeps,
        }


def _control_totals(landing: Path, month: date, tally: _Tally) -> PlantedFile:
    """The bureau's figures of a month by level."""
    money = {**tally.money, "local": tally.money["city"] + tally.money["district"]}
    header = ("月份", "级次", "征收项目", "金额", "来源")
    with _open(landing, month, "财政收入控制数", header) as stream:
        for level, name in LEVEL_NAMES.items():
            line = f"{month:%Y-%m},{name},,{yuan(money[level])},财政月报{MARK}\r\n"
            stream.write(line.encode())
    total = sum(money[level] for level in LEVEL_NAMES)
    return _planted(f"财政收入控制数_{month:%Y%m}.csv", "control_totals", month, len(LEVEL_NAMES), {"amount": total})
