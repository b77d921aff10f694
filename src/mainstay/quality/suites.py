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
from great_expectations.expectations.metadata_types import FailureSeverity

# Its modules set their own level when imported; this one reports temporary folders.
logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.ERROR)

_SEVERITY = {"error": FailureSeverity.CRITICAL, "warn": FailureSeverity.WARNING}


def suite_of(name: str, rules: tuple[Rule, ...]) -> ExpectationSuite:
    """The suite of one contract or of the gate models: an expectation a rule, `meta` holds the rule's index."""
    return ExpectationSuite(
        name=name,
        expectations=[
            ExpectColumnValuesToBeBetween(
                column=rule.measure,
                min_value=rule.low,
                max_value=rule.high,
                severity=_SEVERITY[rule.severity],
                meta={"rule": rule.name, "index": index},
            )
            for index, rule in enumerate(rules)
        ],
    )


def validate(name: str, metrics: pl.DataFrame, rules: tuple[Rule, ...], *, scope: Scope, subject: str) -> pl.DataFrame:
    """Hold every row of a metrics frame against the rules.

    Args:
        name: The suite's name, such as a contract's.
        metrics: One row a subject, a column a measure, and the column `subject`.
        rules: What has to hold.
        scope: What kind of thing the subjects are.
        subject: The column that names the subject.

    Returns:
        One row per subject and rule, `RESULTS`.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": metrics.to_pandas()})
    outcome = batch.validate(
        suite_of(name, rules),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [subject]},
    )
    failed: set[tuple[int, object]] = set()
    for result in outcome.results:
        assert result.expectation_config is not None  # noqa: S101 -- it is None only where a suite is not ours
        index = result.expectation_config.meta["index"]
        if result.exception_info.get("raised_exception"):
            failed |= {(index, value) for value in metrics[subject]}
        failed |= {(index, row[subject]) for row in result.result.get("unexpected_index_list") or []}
    rows = [
        {
            "scope": scope,
            "subject": row[subject],
            "rule": rule.name,
            "severity": rule.severity,
            "passed": (index, row[subject]) not in failed,
            "measured": row[rule.measure],
            "low": rule.low,
            "high": rule.high,
        }
        for row in metrics.iter_rows(named=True)
        for index, rule in enumerate(rules)
    ]
    return pl.DataFrame(rows, schema=RESULTS)
