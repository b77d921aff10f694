"""Why a model grades an enterprise as it does: exact contributions by concept, as sentences in Chinese and English.

A model's log-odds are a base value plus one contribution a concept (`concept_<name>`), exactly. Told are the largest
upward ones with the facts behind them; all of them are kept, so that they add up. The sentences are data:
`seeds/risk_concepts.csv` and `seeds/risk_facts.csv`.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

KEY = ["as_of_date", "enterprise_id"]
PREFIX = "concept_"
MOST_CONCEPTS = 3
MOST_FACTS = 2
LEAST_SHOWN = 0.1
"""Log-odds: a concept that raises the odds by less than a tenth is no reason. 2026-11, a judgement."""
LEAST_CONFIRMING = 0.1
"""Log-odds from which on a group of concepts counts as pointing upward."""


@dataclass(frozen=True)
class Wording:
    """The sentences: `concepts` has one row a concept, `facts` one row a feature that can be told as a fact."""

    concepts: pl.DataFrame
    facts: pl.DataFrame

    def verify_of(self, concept: str) -> str:
        """What to verify on the spot for one concept, in Chinese."""
        return str(self.concepts.filter(pl.col("concept") == concept)["verify_zh"].item())


def read_wording(seeds: Path) -> Wording:
    """Read the sentences of concepts and facts; a blank cell is null."""
    concepts, facts = (pl.read_csv(seeds / f"risk_{name}.csv", infer_schema=False) for name in ("concepts", "facts"))
    return Wording(
        concepts.with_columns(pl.col("place").cast(pl.Int64)).sort("place"),
        facts.with_columns(pl.col("place").cast(pl.Int64), pl.col("shown_from", "shown_to").cast(pl.Float64)).sort(
            "place"
        ),
    )


def concepts_of(predictions: pl.DataFrame) -> list[str]:
    """The concepts whose contributions a model gives, in its order."""
    return [name.removeprefix(PREFIX) for name in predictions.columns if name.startswith(PREFIX)]


def explained(
    predictions: pl.DataFrame, features: pl.DataFrame, wording: Wording, *, asked: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Tell why, enterprise by enterprise.

    Args:
        predictions: `as_of_date`, `enterprise_id`, `base_value` and one column `concept_<name>` a concept.
        features: `as_of_date`, `enterprise_id` and the feature columns; one that a fact needs and that is not there
            gives no fact.
        wording: The sentences.
        asked: The enterprises that sentences are wanted for, by `KEY`; all of them if not given. Sentences for a
            hundred thousand that nobody reads would take longer than the scores.

    Returns:
        One row per enterprise, in the order of `predictions`: `told`, `told_en` (null where nothing points upward, or
        nobody asks), `verify`, `signal_groups` (independent groups of concepts that point upward), `contributions`
        (JSON: concept -> log-odds, six decimals).
    """
    wanted = predictions if asked is None else predictions.join(asked, on=KEY, how="semi")
    shown = _shown(wanted).join(wording.concepts, on="concept", how="left")
    facts = _facts(features, shown, wording.facts)
    told = shown.join(facts, on=[*KEY, "concept"], how="left", maintain_order="left").with_columns(
        zh=pl.concat_str("sentence_zh", pl.format("（{}）", "facts_zh").fill_null("")),
        en=pl.concat_str("sentence_en", pl.format(" ({})", "facts_en").fill_null("")),
    )
    sentences = told.group_by(KEY, maintain_order=True).agg(
        told=pl.col("zh").str.join("；"),
        told_en=pl.col("en").str.join("; "),
        verify=pl.col("verify_zh").unique(maintain_order=True).str.join("；"),
    )
    return (
        predictions.select(KEY)
        .join(sentences, on=KEY, how="left", maintain_order="left")
        .join(_groups(predictions, wording.concepts), on=KEY, how="left", maintain_order="left")
        .with_columns(pl.col("signal_groups").fill_null(0), contributions=_as_json(predictions))
    )


def _long(predictions: pl.DataFrame) -> pl.DataFrame:
    columns = [f"{PREFIX}{name}" for name in concepts_of(predictions)]
    long = predictions.select(*KEY, *columns).unpivot(
        columns, index=KEY, variable_name="concept", value_name="log_odds"
    )
    return long.with_columns(pl.col("concept").str.strip_prefix(PREFIX), pl.col("log_odds").cast(pl.Float64))


def _shown(predictions: pl.DataFrame) -> pl.DataFrame:
    """The largest upward concepts of every enterprise, the largest first; equal ones by name."""
    upward = _long(predictions).filter(pl.col("log_odds") >= LEAST_SHOWN)
    ordered = upward.sort(*KEY, "log_odds", "concept", descending=[False, False, True, False])
    return ordered.group_by(KEY, maintain_order=True).head(MOST_CONCEPTS).select(*KEY, "concept", "log_odds")


def _groups(predictions: pl.DataFrame, concepts: pl.DataFrame) -> pl.DataFrame:
    """How many groups point upward: the concepts of one group are summed first, and one without a group is none."""
    grouped = _long(predictions).join(concepts.select("concept", "signal_group"), on="concept")
    sums = grouped.drop_nulls("signal_group").group_by(*KEY, "signal_group").agg(pl.col("log_odds").sum())
    upward = sums.filter(pl.col("log_odds") >= LEAST_CONFIRMING)
    return upward.group_by(KEY).agg(signal_groups=pl.len().cast(pl.Int64))


def _facts(features: pl.DataFrame, shown: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The first facts of every shown concept, in the order of the seeds, joined to one text a language."""
    wanted = shown.select(KEY).unique()
    known = features.join(wanted, on=KEY, how="semi")
    told = [_told(known, fact) for fact in facts.iter_rows(named=True) if fact["feature"] in features.columns]
    empty = pl.DataFrame(schema={**shown.select(KEY).schema, "concept": pl.String, "zh": pl.String, "en": pl.String})
    firsts = pl.concat([empty, *told]).group_by(*KEY, "concept", maintain_order=True).head(MOST_FACTS)
    return firsts.group_by(*KEY, "concept", maintain_order=True).agg(
        facts_zh=pl.col("zh").str.join("，"), facts_en=pl.col("en").str.join(", ")
    )


def _told(features: pl.DataFrame, fact: dict[str, str | float | None]) -> pl.DataFrame:
    """The enterprises for which one fact holds, with its words."""
    value = pl.col(str(fact["feature"])).cast(pl.Float64)
    holds = value.is_finite()
    if fact["shown_from"] is not None:
        holds &= value >= fact["shown_from"]
    if fact["shown_to"] is not None:
        holds &= value <= fact["shown_to"]
    figure = _figure(value, str(fact["kind"]))
    zh, en = (_worded(str(fact[language]), figure) for language in ("zh", "en"))
    return features.filter(holds).select(*KEY, concept=pl.lit(str(fact["concept"])), zh=zh, en=en)


def _worded(words: str, figure: pl.Expr) -> pl.Expr:
    return pl.format(words, figure) if "{}" in words else pl.lit(words)


def _figure(value: pl.Expr, kind: str) -> pl.Expr:
    """A figure as people write it, whole: a change as a signed rate in per cent, a share in per cent, else a count.

    A change is a feature (a - b) / (|a| + |b|) (sql/features/risk/risk_levels.sql), the rate is a / b - 1.
    """
    if kind == "change":
        percent = (((1 + value) / (1 - value) - 1) * 100).round(0).cast(pl.Int64, strict=False)
        return pl.concat_str(pl.when(percent > 0).then(pl.lit("+")).otherwise(pl.lit("")), percent.cast(pl.String))
    scale = 100 if kind == "share" else 1
    return (value * scale).round(0).cast(pl.Int64).cast(pl.String)


def _as_json(predictions: pl.DataFrame) -> pl.Series:
    parts = pl.struct(pl.col(f"{PREFIX}{name}").round(6).alias(name) for name in concepts_of(predictions))
    return predictions.select(contributions=parts.struct.json_encode())["contributions"]
