"""What the checks decide: which batches are accepted, and whether a run may publish."""

from dataclasses import dataclass

import polars as pl

from mainstay.errors import GateRefusedError
from mainstay.extracts.contract import Contract
from mainstay.quality.rules import RESULTS, Rule, Scope, batch_rules, mart_rules


@dataclass(frozen=True)
class Verdict:
    """What a gate says of the batches of one contract: ids accepted, ids refused with the rules they broke.

    `lost` are the files of which rows or money are not accounted for. Their batches are neither accepted nor
    refused: they stay pending, so that every run stops at them until the fault is resolved.
    """

    contract: str
    accepted: tuple[int, ...]
    refused: dict[int, tuple[str, ...]]
    lost: tuple[str, ...]
    checks: pl.DataFrame

    def explained(self, lines: pl.DataFrame) -> pl.DataFrame:
        """The checks, with the failing lines of a range as detail.

        Args:
            lines: One row per file and field: `subject`, `field`, `lines`.
        """
        field = pl.col("rule").str.extract(r"^range_(.+)_(?:low|high)(?:_(?:warn|error)(?:_\d+)?)?$")
        joined = self.checks.with_columns(field=field).join(lines, on=["subject", "field"], how="left")
        detail = pl.when(pl.col("passed")).then(pl.lit("")).otherwise(pl.coalesce("lines", "detail"))
        return joined.with_columns(detail=detail).drop("field", "lines")


def judge_batches(contract: Contract, metrics: pl.DataFrame, files: dict[int, str]) -> Verdict:
    """Hold the pending batches of a contract against its rules.

    Args:
        contract: Whose batches they are.
        metrics: One row a batch: `batch_id` and every measure.
        files: The landed file of every batch.
    """
    rules = batch_rules(contract)
    checks = _validated(contract.name, metrics, rules, scope="batch", subject="batch_id")
    failed = checks.filter(~pl.col("passed") & (pl.col("severity") == "error"))
    broken = {
        int(subject): tuple(group["rule"]) for (subject,), group in failed.group_by("subject", maintain_order=True)
    }
    conserving = {rule.name for rule in rules if rule.breaks_conservation}
    lost = [batch for batch, names in broken.items() if conserving & set(names)]
    return Verdict(
        contract=contract.name,
        accepted=tuple(batch for batch in metrics["batch_id"].to_list() if batch not in broken),
        refused={batch: names for batch, names in broken.items() if batch not in lost},
        lost=tuple(files[batch] for batch in lost),
        checks=checks.with_columns(
            pl.col("subject").replace({str(key): value for key, value in files.items()}), detail=pl.lit("")
        ),
    )


def _validated(
    name: str, metrics: pl.DataFrame, rules: tuple[Rule, ...], *, scope: Scope, subject: str
) -> pl.DataFrame:
    """Validate, importing Great Expectations only where there is something to validate: it takes seconds."""
    if metrics.is_empty():
        return RESULTS.to_frame()
    from mainstay.quality.suites import validate

    return validate(name, metrics, rules, scope=scope, subject=subject)


def refuse_lost_money(verdicts: list[Verdict]) -> None:
    """Stop the run where rows or amounts of a batch are not accounted for: a fault of ours, not of the file.

    Raises:
        GateRefusedError: names the files.
    """
    lost = [f"{file} ({verdict.contract})" for verdict in verdicts for file in verdict.lost]
    if lost:
        raise GateRefusedError(
            "rows or amounts of a batch are not accounted for",
            where=", ".join(lost),
            count=len(lost),
            hint="ops.batches and ops.batch_amounts show read, loaded, rejected, duplicate, total_line; report it",
        )


def judge_marts(metrics: pl.DataFrame) -> pl.DataFrame:
    """Hold the candidate's marts against the gate models' rules.

    Args:
        metrics: One row a rule: `subject`, `rule`, `measured`, `low`, `high`, `severity`, `detail`.

    Returns:
        One row a rule, with `passed` and `detail`.
    """
    rules = mart_rules(metrics)
    wide = pl.DataFrame(
        {"subject": ["marts"]}
        | {rule.measure: [row["measured"]] for rule, row in zip(rules, metrics.iter_rows(named=True), strict=True)}
    )
    checks = _validated("marts", wide, rules, scope="mart", subject="subject")
    names = checks["rule"].str.split_exact(".", 1).struct
    return checks.with_columns(subject=names.field("field_0"), rule=names.field("field_1"), detail=metrics["detail"])


def refuse_failed_marts(checks: pl.DataFrame) -> None:
    """Stop the run where a mart breaks a rule of severity error.

    Raises:
        GateRefusedError: names every broken rule with its measure.
    """
    failed = checks.filter(~pl.col("passed") & (pl.col("severity") == "error"))
    if failed.is_empty():
        return
    broken = [
        f"{row['subject']}.{row['rule']} = {row['measured']:g} ({row['detail']})"
        for row in failed.iter_rows(named=True)
    ]
    raise GateRefusedError(
        "a check refused the run; nothing is published, last week's results stay",
        where="; ".join(broken),
        count=len(broken),
        hint="periods_owed: land the extract that is named; any other rule: keep the workspace and report it",
    )
