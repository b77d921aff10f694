"""Great Expectations validates a metrics frame: one row a batch (or one for all marts), one column a measure.

Its own SQL engine does not work on DuckDB and pandas is slow on rows (DESIGN section 4), hence metrics. The
import takes seconds, so this module is imported late.
"""

import logging
import os

import polars as pl

from mainstay.quality.rules import RESULTS, Rule, Scope

os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"

import great_expectations as gx
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)

# Its modules set their own level when imported; this one reports temporary folders.
logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.ERROR)

Bounds = tuple[float | None, float | None]


def suite_of(name: str, bounds: dict[Bounds, str]) -> ExpectationSuite:
    """The suite of one contract or of the gate models: an expectation a pair of bounds, on the column that it names."""
    return ExpectationSuite(
        name=name,
        expectations=[
            ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
            for (low, high), column in bounds.items()
        ],
    )


def validate(name: str, metrics: pl.DataFrame, rules: tuple[Rule, ...], *, scope: Scope, subject: str) -> pl.DataFrame:
    """Hold every row of a metrics frame against the rules.

    An expectation takes Great Expectations 10 ms whatever its rows (2026-12): so a row a subject and rule, and one
    expectation for all rules of the same bounds.

    Args:
        name: The suite's name, such as a contract's.
        metrics: One row a subject, a column a measure, and the column `subject`.
        rules: What has to hold.
        scope: What kind of thing the subjects are.
        subject: The column that names the subject.

    Returns:
        One row per subject and rule, `RESULTS`.
    """
    measured = pl.DataFrame(
        [
            (scope, str(row[subject]), rule.name, rule.severity, True, row[rule.measure], rule.low, rule.high)
            for row in metrics.iter_rows(named=True)
            for rule in rules
        ],
        schema=RESULTS,
        orient="row",
    ).with_row_index("row")
    columns = {(rule.low, rule.high): f"{rule.low} to {rule.high}" for rule in rules}
    has_bounds = {
        column: pl.col("low").eq_missing(low) & pl.col("high").eq_missing(high)
        for (low, high), column in columns.items()
    }
    by_bounds = measured.select(
        "row", *(pl.when(bounded).then("measured").alias(column) for column, bounded in has_bounds.items())
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": by_bounds.to_pandas()})
    outcome = batch.validate(
        suite_of(name, columns), result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
    )
    failed: set[int] = set()
    for result in outcome.results:
        assert result.expectation_config is not None  # noqa: S101 -- it is None only where a suite is not ours
        if result.exception_info.get("raised_exception"):
            failed |= set(measured.filter(has_bounds[result.expectation_config.kwargs["column"]])["row"])
        failed |= {row["row"] for row in result.result.get("unexpected_index_list") or []}
    return measured.with_columns(passed=~pl.col("row").is_in(list(failed))).drop("row")
