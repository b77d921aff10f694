"""How good the risk scores are, as known then; writes the tables of docs/risk.md.

`make study-risk`. Every figure comes from the command that users have, `mainstay backtest`, and is computed here once
more from its predictions.parquet. Texas (where the real extracts are at hand): nothing was chosen by it but what the
page says. Simulated park: held against the labels and against what was planted; a run with shuffled labels has to fall
to the base rate.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score, roc_auc_score

from mainstay.settings import Workspace
from mainstay.simulate import Park
from tests.benchmarks import forecast_office
from tests.benchmarks.planted_outcomes import planted_outcomes

ROOT = Path(__file__).resolve().parents[2]
REALDATA = Path(os.environ.get("MAINSTAY_REALDATA") or ROOT.parent / "shared" / "realdata")
PAGE = ROOT / "docs" / "risk.md"
SEEDS = (1, 2, 3)
FIRMS, MONTHS, FIRST_MONTH = 1500, 48, date(2020, 1, 1)
PARK_ORIGINS = "2022-12,2023-06"
TEXAS = {3: "2015-11..2016-04", 6: "2015-12..2016-02", 12: "2016-08"}
"""Origins that can be judged out of time: lessons before them, the window after them; of twelve months none can."""
RANKINGS = {
    "model": ("risk", "expected_loss"),
    "drop": ("baseline_drop", "baseline_drop_x_amount"),
    "drop x amount": ("baseline_drop_x_amount", "baseline_drop_x_amount"),
    "size": ("baseline_size", "baseline_size"),
    "signal points": ("baseline_signal_points", "baseline_signal_points"),
}
"""Name -> the column that probabilities and lists of likely firms rank by, and that of money."""
SHUFFLED = "shuffled labels"


def backtest(workspace: Workspace, target: str, horizon: int, origins: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Run the command; returns its predictions and metrics."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "mainstay", "--home", str(workspace.home), "backtest", "--target", target]
    command += ["--horizon", str(horizon), "--origins", origins, "--json"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mainstay backtest {target} {horizon} {origins}:\n{done.stderr[-2000:]}")
    print(f"  {target} H={horizon} {origins}: {time.perf_counter() - begun:.0f} s", flush=True)
    folder = workspace.backtest_of(f"{target}-h{horizon}")
    return pl.read_parquet(folder / "predictions.parquet"), json.loads((folder / "metrics.json").read_text("utf-8"))


def figures(rows: pl.DataFrame, ranking: str, label: str = "label") -> dict[str, float]:
    """The figures of one origin by one ranking; rows without a label are left out."""
    likely, money = RANKINGS[ranking]
    known = rows.filter(pl.col(label).is_not_null())
    truth = known[label].to_numpy().astype(bool)
    score, worth = (known[name].cast(pl.Float64).fill_null(-1).to_numpy() for name in (likely, money))
    loss = known["loss"].cast(pl.Float64).fill_null(0).to_numpy()
    by_score, by_worth, best = np.argsort(-score, kind="stable"), np.argsort(-worth, kind="stable"), np.sort(loss)[::-1]
    found = {
        "AUC": float(roc_auc_score(truth, score)),
        "AP": float(average_precision_score(truth, score)),
        "P@50": float(truth[by_score[:50]].mean()),
        "P@160": float(truth[by_score[:160]].mean()),
    }
    if loss.any():
        found |= {f"loss@{k}": float(loss[by_worth[:k]].sum() / best[:k].sum()) for k in (50, 160)}
    if ranking == "model" and label == "label":
        parts = np.array_split(np.argsort(score, kind="stable"), 10)
        found["ECE"] = float(sum(abs(score[at].mean() - truth[at].mean()) * len(at) for at in parts) / len(score))
    return found


def table(found: dict[str, list[dict[str, float]]]) -> list[str]:
    """A ranking a line: means over origins (and seeds), the standard deviation in brackets."""
    names = list(dict.fromkeys(name for rows in found.values() for row in rows for name in row))
    lines = [f"| ranked by | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for ranking, rows in found.items():
        cells = []
        for name in names:
            values = [row[name] for row in rows if name in row]
            spread = f" ({np.std(values, ddof=1):.3f})" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.3f}{spread}" if values else "")
        lines.append(f"| {ranking} | {' | '.join(cells)} |")
    return [*lines, ""]


def by_origin(rows: pl.DataFrame, rankings: Sequence[str], label: str = "label") -> dict[str, list[dict[str, float]]]:
    """The figures of every origin with labels, by ranking."""
    origins = [part for _, part in rows.group_by("origin", maintain_order=True)]
    judged = [part for part in origins if part[label].drop_nulls().n_unique() == 2]
    return {name: [figures(part, name, label) for part in judged] for name in rankings}


def about(rows: pl.DataFrame, metrics: dict[str, Any]) -> str:
    """One line: firms, base rate, what was learnt from, by what."""
    known = rows.filter(pl.col("label").is_not_null())
    models = metrics["models"]
    learnt = ", ".join(f"{one['origin']}: {one['training_events']} of {len(one['training_origins'])}" for one in models)
    rate = f", base rate {known['label'].mean():.3f}" if known.height else ""
    return (
        f"{rows.height:,} rows, {rows.height - known.height:,} unknown{rate}; judged as known at "
        f"{metrics['judged_as_of']}; events and origins learnt from: {learnt}"
        + (f". {metrics['note']}" if metrics["note"] else "")
        + "."
    )


@contextmanager
def simulated(seed: int, firms: int) -> Iterator[tuple[Workspace, dict[str, Any]]]:
    """A workspace with every extract of a simulated park, and its planted truth."""
    with tempfile.TemporaryDirectory(prefix="mainstay-study-") as folder:
        workspace = Workspace(Path(folder) / "office")
        forecast_office.mark_simulated(workspace)
        park = Park(enterprises=firms, seed=seed, first_month=FIRST_MONTH, months=MONTHS)
        for month in park.months:
            park.write_month(workspace.landing / f"{month:%Y-%m}", month)
        yield workspace, park.truth()


def with_planted(rows: pl.DataFrame, truth: dict[str, Any], target: str, horizon: int) -> pl.DataFrame:
    """The predictions with `planted`, and `planted_new`: it begins after the origin; gone on from before is null."""
    parts = []
    for (day,), part in rows.group_by("as_of_date", maintain_order=True):
        planted = planted_outcomes(truth, day, horizon).filter(pl.col("target") == target)
        joined = part.join(planted.select("enterprise_id", "is_new"), on="enterprise_id", how="left")
        parts.append(
            joined.with_columns(
                planted=pl.col("is_new").is_not_null(),
                planted_new=pl.when(pl.col("is_new").fill_null(value=True)).then(pl.col("is_new").is_not_null()),
            )
        )
    return pl.concat(parts)


def shuffled(workspace: Workspace, target: str, horizon: int, origin: str) -> dict[str, float]:
    """The figures of a model that learnt from labels dealt out at random within each origin, at one origin."""
    script = Path(__file__).with_name("shuffled_labels.py")
    command = [sys.executable, str(script), str(workspace.home), target, str(horizon), origin]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    risks = pl.read_json(done.stdout.encode())
    folder = workspace.backtest_of(f"{target}-h{horizon}")
    rows = pl.read_parquet(folder / "predictions.parquet").filter(pl.col("origin") == origin)
    rows = rows.drop("risk", "expected_loss").join(risks, on="enterprise_id", how="left")
    return figures(rows, "model")


PARK_TARGETS = {"decline": "drop x amount", "relocation": "signal points", "hidden_outflow": "drop x amount"}
"""Target -> the rule that scores it where there is no model."""
Figures = dict[str, list[dict[str, float]]]


@dataclass
class Found:
    """What one target came to, over origins and seeds: figures by ranking, held against labels and planted truth."""

    by_label: Figures = field(default_factory=dict)
    by_truth: Figures = field(default_factory=dict)
    leads: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Take in another seed's."""
        for mine, others in ((self.by_label, other.by_label), (self.by_truth, other.by_truth)):
            for ranking, rows in others.items():
                mine.setdefault(ranking, []).extend(rows)
        self.leads += other.leads
        self.notes += other.notes


def one_seed(seed: int, firms: int, horizon: int) -> dict[str, Found]:
    """All targets of one simulated park."""
    made: dict[str, Found] = {}
    with simulated(seed, firms) as (workspace, truth):
        for target, rule in PARK_TARGETS.items():
            rows, metrics = backtest(workspace, target, horizon, PARK_ORIGINS)
            rows = with_planted(rows, truth, target, horizon)
            found = made[target] = Found(
                leads=lead_months(rows, truth, target, horizon), notes=[f"- seed {seed}: {about(rows, metrics)}"]
            )
            for name in ("model", rule, "size"):
                found.by_label |= by_origin(rows, [name])
                found.by_truth |= by_origin(rows, [name], "planted")
                if rows["planted_new"].any():
                    found.by_truth[f"{name}, begins later"] = by_origin(rows, [name], "planted_new")[name]
            if target == "decline":
                newest = PARK_ORIGINS.rsplit(",", maxsplit=1)[-1]
                found.by_label[SHUFFLED] = [shuffled(workspace, target, horizon, newest)]
    return made


def park(seeds: Sequence[int], firms: int, horizon: int = 6) -> list[str]:
    """The simulated park, all seeds, two at a time."""
    total = {target: Found() for target in PARK_TARGETS}
    # Not forked: polars' threads do not survive it.
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        for made in pool.map(one_seed, seeds, repeat(firms), repeat(horizon)):
            for target, found in made.items():
                total[target].add(found)
    told = ", ".join(map(str, seeds))
    lines = [f"### Simulated park: {firms:,} firms, {MONTHS} months, seeds {told}, H = {horizon}", ""]
    for target, found in total.items():
        lines += [f"**{target}**, by the label", "", *table(found.by_label)]
        lines += [f"**{target}**, by what was planted", "", *table(found.by_truth)]
        if found.leads:
            middle, count = np.median(found.leads), len(found.leads)
            lines += [f"Lead time of the planted on a list of 160: median {middle:.1f} months, n = {count}.", ""]
        lines += [*found.notes, ""]
    return lines


def lead_months(rows: pl.DataFrame, truth: dict[str, Any], target: str, horizon: int) -> list[float]:
    """Months from the origin to the planted beginning, of those among the first 160 that begin after it."""
    found: list[float] = []
    for (day,), part in rows.group_by("as_of_date", maintain_order=True):
        first = part.sort("risk", descending=True, nulls_last=True).head(160)
        begun = planted_outcomes(truth, day, horizon).filter((pl.col("target") == target) & pl.col("is_new"))
        listed = begun.join(first, on="enterprise_id", how="semi")
        found += [(start - day).days / 30.44 for start in listed["begins_on"].to_list()]
    return found


def texas() -> list[str]:
    """The real extracts."""
    extracts = sorted((REALDATA / "tx_mixed_beverage").glob("MIXEDBEV_*.CSV"))
    if not extracts:
        print("texas: the real extracts are not here (MAINSTAY_REALDATA names their folder)")
        return ["### Texas", "", "The real extracts were not at hand.", ""]
    lines = ["### Texas: 24 real extracts, 2014-09 to 2016-08", ""]
    with forecast_office.texas(extracts) as workspace:
        for horizon, origins in TEXAS.items():
            rows, metrics = backtest(workspace, "decline", horizon, origins)
            lines += [f"**H = {horizon}**, origins {origins}", ""]
            found = by_origin(rows, ["model", "drop", "drop x amount", "size"])
            if found["model"]:
                lines += table(found)
            lines += [about(rows, metrics), ""]
            if found["model"]:
                each = [f"{origin} {row['loss@50']:.2f}/{row['loss@160']:.2f}" for origin, row in zip(
                    rows["origin"].unique().sort().to_list(), found["model"], strict=False)]  # fmt: skip
                lines += [f"Captured loss at 50 / 160 by origin: {', '.join(each)}.", ""]
    return lines


def replace(page: str, name: str, text: Sequence[str]) -> str:
    """The page with one of its parts replaced."""
    begin, end = f"<!-- {name}: written by make study-risk -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n\n" + "\n".join(text) + f"\n{end}{rest.partition(end)[2]}"


def main() -> None:
    """Run the study and put its tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=FIRMS)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--only", choices=("park", "texas"), help="one of the two parts")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the page as it is")
    chosen = parser.parse_args()
    parts = {
        "texas": texas if chosen.only != "park" else None,
        "park": (lambda: park(chosen.seeds, chosen.enterprises)) if chosen.only != "texas" else None,
    }
    for name, work in parts.items():
        if work is None:
            continue
        text = work()
        if chosen.print:
            print("\n".join(text))
            continue
        PAGE.write_text(replace(PAGE.read_text("utf-8"), name, text), encoding="utf-8")
        print(f"written: {name} in {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
