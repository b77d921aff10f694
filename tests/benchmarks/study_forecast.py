"""How good the full-year forecast is, as known then, against other methods; writes the table of docs/forecast.md.

`make study-forecast`. Simulated park: several seeds, two years, after 3, 6 and 9 closed months. Texas (where the real
extracts are at hand): the year from August 2015 to July 2016, the only one with a year before it. The method's
constants were chosen on simulated parks of other seeds (21 to 23); nothing is chosen on the real extracts.
"""

import argparse
import hashlib
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from mainstay.revenue import forecast_intervals as intervals
from mainstay.revenue.forecast import full_year
from mainstay.revenue.forecast_base import CENTS, Span, panel
from mainstay.revenue.forecast_series import YEAR, Floats, History, rest_of_year
from tests.benchmarks import forecast_office

ROOT = Path(__file__).resolve().parents[2]
REALDATA = Path(os.environ.get("MAINSTAY_REALDATA") or ROOT.parent / "shared" / "realdata")
PAGE = ROOT / "docs" / "forecast.md"
BEGIN, END = "<!-- study: written by make study-forecast -->", "<!-- end of study -->"
SEEDS = (1, 2, 3, 4, 5)
SIMULATED_ORIGINS = [date(year, month, 12) for year in (2022, 2023) for month in (4, 7, 10)]
SIMULATED_ENDS = [date(2023, 1, 20), date(2024, 1, 20)]
TEXAS_ORIGINS = {date(2015, 12, 5): 3, date(2016, 3, 5): 6, date(2016, 6, 5): 9}
TEXAS_END = date(2016, 9, 5)
SAMPLE = 240
"""So many series an origin for the rivals, which take tenths of a second a series: half the largest, half by hash."""


@dataclass
class Origin:
    """One origin: the restored months as known then, what they became, and the product's forecast."""

    name: str
    elapsed: int
    values: Floats
    actual: Floats
    left: Floats
    product: pl.DataFrame
    seconds: float
    ids: list[str] = field(default_factory=list)

    @property
    def horizon(self) -> int:
        return YEAR - self.elapsed

    @property
    def ytd(self) -> Floats:
        return np.asarray(self.values[:, -self.elapsed :].sum(axis=1))

    @property
    def year(self) -> Floats:
        return self.actual.sum(axis=1)


def origins_of(
    known: Mapping[date, Mapping[str, pl.DataFrame]], end: date, days: list[date], name: str, level: str
) -> Iterator[Origin]:
    """The origins of one year, each with the year as it is known at its end."""
    last = known[end][forecast_office.YEARS].row(0, named=True)
    ended = full_year(known[end]).filter(pl.col("level") == level).select("caliber", "enterprise_id", actual="ytd")
    for day in days:
        row = known[day][forecast_office.YEARS].row(0, named=True)
        begun = time.perf_counter()
        product = full_year(known[day])
        seconds = time.perf_counter() - begun
        product = product.filter(pl.col("level") == level).join(ended, on=["caliber", "enterprise_id"], how="left")
        months, months_at_end = (
            known[at]["features.forecast_months"].filter(pl.col("level") == level) for at in (day, end)
        )
        firms = months.select("enterprise_id").unique().sort("enterprise_id").with_row_index("row")
        span = _span(row)
        then = panel(months, firms, span)
        whole = panel(months_at_end, firms, Span(last["first_month"], _span(last).count, YEAR))
        left = firms.join(known[day]["features.forecast_firms"], on="enterprise_id", how="left").sort("row")
        yield Origin(
            name, row["months_closed"], (then.natural + then.refund) / CENTS,
            (whole.natural + whole.refund)[:, -YEAR:] / CENTS, left["left_in"].is_not_null().to_numpy().astype(float),
            product, seconds, firms["enterprise_id"].to_list(),
        )  # fmt: skip


def _span(row: dict[str, object]) -> Span:
    first, last = row["first_month"], row["last_closed"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    return Span(first, (last.year - first.year) * YEAR + last.month - first.month + 1, int(str(row["months_closed"])))


def simple_methods(origin: Origin) -> dict[str, Floats]:
    """Ours and the naive ones, series x horizon, on the restored months."""
    values, elapsed, horizon = origin.values, origin.elapsed, origin.horizon
    last_year = values[:, -YEAR:][:, :horizon]
    before = values[:, -YEAR - elapsed : -YEAR].sum(axis=1)
    ratio = np.divide(origin.ytd, before, out=np.ones_like(before), where=before > 0)
    return {
        "seasonal naive": last_year,
        "last year's share": last_year * ratio[:, None],
        "level x season": rest_of_year(History(values, elapsed), horizon),
    }


def scores(origin: Origin, monthly: Floats, chosen: np.ndarray) -> tuple[float, float, float]:
    """WMAPE and bias of the full year, and RMSSE of the open months weighted by size."""
    ahead = np.where(origin.left[:, None] > 0, 0.0, monthly)[chosen]
    year, error = origin.year[chosen], origin.ytd[chosen] + ahead.sum(axis=1) - origin.year[chosen]
    step = np.square(np.diff(origin.values[chosen], axis=1)).mean(axis=1)
    miss = np.square(origin.actual[chosen][:, origin.elapsed :] - ahead).mean(axis=1)
    fits = step > 0
    rmsse = np.average(np.sqrt(miss[fits] / step[fits]), weights=np.abs(year[fits]) + 1e-9)
    return np.abs(error).sum() / np.abs(year).sum(), float(rmsse), error.sum() / year.sum()


def sample_of(origin: Origin) -> np.ndarray:
    """The rows of the sample: the largest of last year, and others by the hash of their ids."""
    size = np.abs(origin.values[:, -YEAR:]).sum(axis=1)
    largest = np.argsort(-size, kind="stable")[: SAMPLE // 2].tolist()
    by_hash = sorted(range(len(origin.ids)), key=lambda n: hashlib.sha256(origin.ids[n].encode()).hexdigest())
    others = [row for row in by_hash if row not in largest]
    return np.array(sorted(largest + others[: SAMPLE - len(largest)]))


def rivals(origins: list[Origin]) -> dict[int, dict[str, tuple[Floats, float]]]:
    """AutoETS, AutoTheta and Croston on a sample of every origin; nothing where their interpreter is not there."""
    python = os.environ.get("MAINSTAY_STUDY_PYTHON") or str(ROOT / ".venv-study" / "bin" / "python")
    if not Path(python).exists():
        print("rivals: no interpreter with statsforecast (.venv-study, MAINSTAY_STUDY_PYTHON): left out")
        return {}
    made: dict[int, dict[str, tuple[Floats, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="mainstay-rivals-") as name:
        folder = Path(name)
        for number, origin in enumerate(origins):
            rows = sample_of(origin)
            np.savez(folder / f"{number:03}.npz", values=origin.values[rows], horizon=origin.horizon)
        subprocess.run([python, str(Path(__file__).with_name("forecast_rivals.py")), name], check=True)
        for number in range(len(origins)):
            made[number] = {
                path.name.split(".")[1]: (
                    np.maximum(np.load(path), 0.0),
                    float(path.with_suffix(".seconds").read_text()),
                )
                for path in sorted(folder.glob(f"{number:03}.*.npy"))
            }
    return made


def product_scores(origin: Origin, caliber: str) -> tuple[float, float, float, int]:
    """WMAPE, bias, coverage of the firms' 80% intervals (firms alive at the origin), whether the park is in its own."""
    rows = origin.product.filter(pl.col("caliber") == caliber, pl.col("forecast").is_not_null())
    firms = rows.filter(pl.col("enterprise_id") != "*").with_columns(pl.col(pl.Decimal).cast(pl.Float64))
    firms = firms.with_columns(pl.col("actual").fill_null(0))
    error, year = firms["forecast"] - firms["actual"], firms["actual"]
    alive = pl.DataFrame({"enterprise_id": origin.ids, "alive": (origin.left == 0) & is_alive(origin)})
    judged = firms.join(alive, on="enterprise_id").filter("alive")
    inside = judged.select(pl.col("actual").is_between(pl.col("low") - 0.005, pl.col("high") + 0.005).mean()).item()
    park = rows.filter(pl.col("enterprise_id") == "*").row(0, named=True)
    total = year.sum()
    inside_park = float(park["low"]) <= total <= float(park["high"])
    return float(error.abs().sum() / year.abs().sum()), float(error.sum() / total), float(inside), int(inside_park)


def is_alive(origin: Origin) -> np.ndarray:
    """Which series had money in the newest twelve months."""
    return np.asarray(np.abs(origin.values[:, -YEAR:]).sum(axis=1) > 0)


def half_coverage(origin: Origin) -> float:
    """Coverage on one half of the ids, with quantiles of the other half's errors."""
    history, rest = History(origin.values, origin.elapsed), simple_methods(origin)["level x season"].sum(axis=1)
    actual = origin.year - origin.ytd
    errors, alive = intervals.relative_errors(history, rest, actual, origin.horizon)
    label = intervals.classes(history)
    first = np.array([int(hashlib.sha256(one.encode()).hexdigest(), 16) % 2 == 0 for one in origin.ids])
    low, high = intervals.quantiles(errors[first & alive], label[first & alive])
    judged = ~first & alive
    inside = (errors >= low[label] - 1e-9) & (errors <= high[label] + 1e-9)
    return float(inside[judged].mean())


def report(title: str, origins: list[Origin], calibers: tuple[str, ...]) -> list[str]:
    """The tables of one set of origins, means over those of the same number of closed months."""
    found: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
    sampled: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
    others = rivals(origins)
    for number, origin in enumerate(origins):
        rows = sample_of(origin)
        methods = simple_methods(origin)
        for name, monthly in methods.items():
            found[name, origin.elapsed].append(scores(origin, monthly, np.arange(len(origin.ids))))
            sampled[name, origin.elapsed].append((*scores(origin, monthly, rows), 0.0))
        for name, (monthly, seconds) in others.get(number, {}).items():
            whole = np.zeros((len(origin.ids), origin.horizon))
            whole[rows] = monthly
            sampled[name, origin.elapsed].append((*scores(origin, whole, rows), seconds / len(rows) * 1000))
    lines = [f"### {title}", ""]
    lines += _table(found, ("wMAPE %", "RMSSE", "bias %"))
    if others:
        lines += ["", f"The same on {SAMPLE} series an origin, half of them the largest, with statsforecast:", ""]
        lines += _table(sampled, ("wMAPE %", "RMSSE", "bias %", "ms a series"))
    lines += ["", "The product (deferrals, one-offs, left firms and levels included):", ""]
    lines += [
        "| caliber | closed months | wMAPE % | bias % | coverage of 80% | park inside its 80% | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for caliber in calibers:
        for elapsed in sorted({origin.elapsed for origin in origins}):
            chosen = [origin for origin in origins if origin.elapsed == elapsed]
            judged = [product_scores(origin, caliber) for origin in chosen]
            wmape, bias, inside, park = np.mean(judged, axis=0)
            seconds = max(origin.seconds for origin in chosen)
            lines.append(
                f"| {caliber} | {elapsed} | {wmape:.2%} | {bias:+.2%} | {inside:.1%} "
                f"| {round(park * len(judged))} of {len(judged)} | {seconds:.1f} |"
            )
    return [*lines, ""]


def _table(found: dict[tuple[str, int], list[tuple[float, ...]]], measures: tuple[str, ...]) -> list[str]:
    elapsed = sorted({number for _, number in found})
    lines = ["| method | " + " | ".join(f"k={number}: {', '.join(measures)}" for number in elapsed) + " |"]
    lines.append("|---" * (len(elapsed) + 1) + "|")
    for name in dict.fromkeys(name for name, _ in found):
        cells = []
        for number in elapsed:
            wmape, rmsse, bias, *rest = np.mean(found[name, number], axis=0)
            cells.append(
                ", ".join([f"{wmape * 100:.2f}", f"{rmsse:.2f}", f"{bias * 100:+.1f}", *(f"{one:.0f}" for one in rest)])
            )
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def simulated(enterprises: int, seeds: tuple[int, ...]) -> list[str]:
    """The simulated park."""
    origins: list[Origin] = []
    for seed in seeds:
        with forecast_office.simulated(enterprises, seed, date(2020, 1, 1), 48) as workspace:
            frames = forecast_office.known_then(workspace, [*SIMULATED_ORIGINS, *SIMULATED_ENDS])
        for end in SIMULATED_ENDS:
            days = [day for day in SIMULATED_ORIGINS if day.year == end.year - 1]
            origins += origins_of(frames, end, days, f"seed {seed}", "local")
        print(f"simulated park, seed {seed}: {len(origins)} origins so far")
    title = (
        f"Simulated park: {enterprises:,} firms, seeds {', '.join(map(str, seeds))}, years 2022 and 2023, local level"
    )
    return report(title, origins, ("restored", "deferral_adjusted", "natural"))


def texas() -> list[str]:
    """The real extracts."""
    extracts = sorted((REALDATA / "tx_mixed_beverage").glob("MIXEDBEV_*.CSV"))
    if not extracts:
        print("texas: the real extracts are not here (MAINSTAY_REALDATA names their folder)")
        return ["### Texas", "", "The real extracts were not at hand.", ""]
    with forecast_office.texas(extracts) as workspace:
        frames = forecast_office.known_then(workspace, [*TEXAS_ORIGINS, TEXAS_END])
    frames = forecast_office.as_years(frames, lambda day: TEXAS_ORIGINS.get(day, YEAR))
    origins = list(origins_of(frames, TEXAS_END, list(TEXAS_ORIGINS), "texas", "total"))
    lines = report("Texas: 24 real extracts, August 2015 to July 2016, about 15,500 permits", origins, ("natural",))
    lines += ["Intervals with quantiles of one half of the permits (by hash), judged on the other half:", ""]
    lines += [f"- after {origin.elapsed} months: {half_coverage(origin):.1%} of 80%" for origin in origins]
    return [*lines, ""]


def main() -> None:
    """Run the study and put its tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=800)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--only", choices=("park", "texas"), help="one of the two parts; the page stays as it is")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the page as it is")
    chosen = parser.parse_args()
    park = simulated(chosen.enterprises, tuple(chosen.seeds)) if chosen.only != "texas" else []
    tables = "\n".join([*park, *(texas() if chosen.only != "park" else [])])
    if chosen.print or chosen.only:
        print(tables)
        return
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
