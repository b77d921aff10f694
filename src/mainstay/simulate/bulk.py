"""A park of hundreds of thousands of firms, for benchmarks: receipts, register, movers and control totals, as CSV.

Simpler than a park of the real size: ordinary growth, noise, decliners (M1, most with a lead-in) and movers that are
planted in the truth; no raking, no mess, no signals. It is made by the chunk of firms, column by column; memory does
not grow with the park.
"""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from mainstay.months import add_months, day_of, last_day, months_between, months_from
from mainstay.simulate.bulk_files import (
    REGISTER_HEADER,
    Tally,
    moves_of,
    open_month,
    planted_register,
    register_of,
    write_control_totals,
    write_outbound,
)
from mainstay.simulate.codes import simulated_usccs
from mainstay.simulate.industries import AUTHORITIES, INDUSTRIES, SIMULATED, ZONES
from mainstay.simulate.levies import CIT, CIT_MONTHS, IIT, IIT_MONTHS, MIX, UMCT, VAT, VAT_MONTHS, Levy
from mainstay.simulate.published import PUBLISHED, PUBLISHED_FIRMS, RAKED_MONTHS
from mainstay.simulate.receipts import HEADER

BULK_ABOVE = 50_000
"""From this many enterprises on a park is written in bulk: firm by firm it would need gigabytes and half an hour."""
CHUNK = 50_000
_GROWTH, _NOISE, _SIGMA = 1.1, 0.15, 2.6
_MEAN_LOCAL = PUBLISHED[2021].restored_local / PUBLISHED_FIRMS * 12 / RAKED_MONTHS
_DECLINING, _MOVING = 0.1, 0.015
"""Parts of the firms, over all months: more than five decliners for each mover."""
_LED_IN, _LONGEST_LEAD_IN = 0.6, 4
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
    """Write a large park: receipts, movers and control totals by month, the first and the last register, the truth.

    Args:
        landing: The landing folder of a workspace.
        truth: A JSON file for the planted declines, moves and the accounting of every file; keep it out of `landing`.
        enterprises: How many enterprises the park has.
        seed: The source of all chance; the same seed gives the same bytes.
        first_month: The first simulated month (any day in it).
        months: How many months.
    """
    span = months_from(first_month, months)
    tallies = {month: Tally() for month in span}
    truth.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        receipts = {month: stack.enter_context(open_month(landing, month, "税收入库明细", HEADER)) for month in span}
        registers = [
            stack.enter_context(open_month(landing, month, "园区企业名录", REGISTER_HEADER))
            for month in sorted({span[0], span[-1]})
        ]
        told = stack.enter_context(truth.open("w", encoding="utf-8"))
        head = {"simulated": True, "seed": seed, "enterprises": enterprises, "months": [f"{m:%Y-%m}" for m in span]}
        told.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "declines": [')
        separator, movers = "\n", []
        for begin in range(1, enterprises + 1, CHUNK):
            firms = _firms(begin, min(begin + CHUNK, enterprises + 1), seed, span)
            movers.append(firms.filter(pl.col("left") < len(span)))
            for place, register in zip((0, len(span) - 1), registers, strict=False):
                register_of(firms, place).write_csv(register, include_header=False, line_terminator="\r\n")
            for month in span:
                lines = _lines(firms, month, seed)
                tallies[month].add(lines)
                _as_delivered(lines, month).write_csv(receipts[month], include_header=False, line_terminator="\r\n")
            for entry in _declines(firms, span):
                told.write(separator + json.dumps(entry, ensure_ascii=False))
                separator = ",\n"
        files = [tallies[month].planted(month) for month in span]
        files += [write_control_totals(landing, month, tallies[month]) for month in span]
        files += [planted_register(month, enterprises) for month in sorted({span[0], span[-1]})]
        left = pl.concat(movers)
        files += [
            write_outbound(landing, month, of_month)
            for place, month in enumerate(span)
            if (of_month := left.filter(pl.col("left") == place)).height
        ]
        told.write('\n], "hidden_outflows": [], "moves": ' + json.dumps(moves_of(left), ensure_ascii=False))
        told.write(', "files": ' + json.dumps([file.as_json() for file in files], ensure_ascii=False) + "}\n")


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
    """Everything about a chunk of firms.

    `first` is the place of the month from which a decliner pays `keeps`, after `lead` months in which it pays less and
    less; `left` that of the month in which a mover leaves. Of others both lie after the last month.
    """
    numbers = pl.int_range(begin, end, dtype=pl.Int64, eager=True)
    size = (_normal(numbers, seed, 1) * _SIGMA - _SIGMA**2 / 2).exp() * _MEAN_LOCAL
    fate = _uniform(numbers, seed, 3)
    declines = (fate < _DECLINING) & (len(months) > 1)
    moves = (fate >= _DECLINING) & (fate < _DECLINING + _MOVING) & (len(months) > 1)
    led_in = _uniform(numbers, seed, 14) / _LED_IN
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
            "lead": pl.select(pl.when(declines & (led_in < 1)).then(led_in * _LONGEST_LEAD_IN + 1).otherwise(0))
            .to_series()
            .cast(pl.Int32),
            "left": pl.select(pl.when(moves).then(first).otherwise(len(months))).to_series(),
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


def _kept(place: int) -> pl.Expr:
    """What a firm pays in a month, as a part of its usual revenue: evenly less in the lead-in, then `keeps`."""
    steps = pl.lit(place) - pl.col("first") + pl.col("lead") + 1
    fallen = steps.clip(0, pl.col("lead") + 1) / (pl.col("lead") + 1)
    return 1 - (1 - pl.col("keeps")) * fallen


def _lines(firms: pl.DataFrame, month: date, seed: int) -> pl.DataFrame:
    """A month's lines of a chunk: levels in cents that sum to the total."""
    is_quarter = month.month in _QUARTER_MONTHS
    started: date = firms["month_of_start"][0]
    place = months_between(started, month)
    grown = _GROWTH ** (month.year - _USUAL_YEAR + (month.month - 1) / 12)
    paying = (firms if is_quarter else firms.filter(~pl.col("files_quarterly"))).filter(pl.col("left") >= place)
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
                    * _kept(place)
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


def _declines(firms: pl.DataFrame, months: Sequence[date]) -> Iterator[dict[str, object]]:
    declining = firms.filter(pl.col("first") < len(months)).select("uscc", "first", "keeps", "lead")
    for uscc, first, keeps, lead in declining.iter_rows():
        yield {
            "enterprise_id": uscc,
            "cause": "M1",
            "first_month": f"{months[first]:%Y-%m}",
            "last_month": None,
            "keeps": keeps,
            "lead_in": [1 - (1 - keeps) * step / (lead + 1) for step in range(1, lead + 1)],
        }
