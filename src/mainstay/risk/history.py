"""What was known at past dates, kept as parquet: a training or a backtest computes only what is new.

A file is named after its date and what it holds, and after a fingerprint of all that decided it; under another
fingerprint it is computed anew, and the file before it goes. Nothing here is ever read by a weekly run.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from mainstay.months import month_ends
from mainstay.risk.origins import Calendar, Question
from mainstay.risk.prediction_targets import COHORT, OUTCOMES, origin_cohorts

FEATURES, COHORTS, RULE_INPUTS = "features.risk_features", "features.risk_cohort", "features.risk_inputs"
SIGNALS = "features.relocation_inputs"
JUDGED = "labels.outcomes"

Frames = Mapping[str, pl.DataFrame]

_JUDGED_TOGETHER = 2_000_000
"""So many rows of cohorts are judged at once: all nine questions of ten thousand firms, of more one after the other."""


class PastLedger(Protocol):
    """What can be asked of a ledger: relations as known at a date, and a fingerprint of what decides them."""

    def as_known(self, as_of: date, wanted: Sequence[str], tables: Frames) -> Frames:
        """The wanted relations at a date, given further tables by name."""

    def fingerprint(self, as_of: date, wanted: Sequence[str], context: Sequence[str]) -> str:
        """Equal where the relations are equal."""

    def closed_months(self, dates: Sequence[date]) -> list[dict[str, Any]]:
        """`as_of_date`, `last_closed`, `first_covered` at the dates at which receipts were known."""

    def known_between(self) -> tuple[date, date] | None:
        """The first and the last day on which receipts became known."""

    def newest_known(self) -> date:
        """The last day on which anything became known."""


@dataclass(frozen=True)
class HistoryFiles:
    """The folder `models/history/`."""

    folder: Path

    def path(self, name: str, fingerprint: str) -> Path:
        """Where a frame of that name and fingerprint is, or would be."""
        return self.folder / f"{name}.{fingerprint[:16]}.parquet"

    def write(self, path: Path, rows: pl.DataFrame) -> None:
        """Write a frame, whole or not at all; its predecessors of the same name go."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_parquet(path, rows)
        name = path.name.rsplit(".", 2)[0]
        for old in self.folder.glob(f"{name}.*.parquet"):
            if old != path and old.name.rsplit(".", 2)[0] == name:
                old.unlink()


def write_parquet(path: Path, rows: pl.DataFrame) -> None:
    """Write a frame under a temporary name, then rename; the same rows give the same bytes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    rows.write_parquet(temporary, compression="zstd", compression_level=3, statistics=True, row_group_size=1 << 20)
    temporary.replace(path)


@dataclass(frozen=True)
class QuestionHistory:
    """Where the frames of a question are.

    Attributes:
        question: What was asked.
        judged_as_of: The date as of which the requested origins' outcomes were judged.
        training: For each requested origin the earlier origins that may have lessons for it, oldest first.
        files: Paths by date and relation; `labels.outcomes` of an origin holds the outcomes of `training`.
        judged: The file of the requested origins' outcomes; None where nothing has matured.
    """

    question: Question
    judged_as_of: date
    training: Mapping[date, tuple[date, ...]]
    files: Mapping[tuple[date, str], Path]
    judged: Path | None = None

    def read(self, day: date, relation: str) -> pl.DataFrame:
        """A frame; of cohorts and outcomes only the rows of the question."""
        return _asked(pl.read_parquet(self.files[day, relation]), self.question)

    def read_training(self, origin: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Features of the origins to learn from, and their outcomes as judged at the origin; both may be empty."""
        days = self.training[origin]
        if not days:
            return pl.DataFrame(), OUTCOMES.to_frame()
        return pl.concat([self.read(day, FEATURES) for day in days]), self.read(origin, JUDGED)

    def read_judged(self, origin: date) -> pl.DataFrame:
        """The outcomes of one origin's cohort, as judged at the newest date; empty where it has not matured."""
        if self.judged is None:
            return OUTCOMES.to_frame()
        return _asked(pl.read_parquet(self.judged), self.question).filter(pl.col("origin_date") == origin)


@dataclass
class HistoryCache:
    """Computes every frame of a question that the history does not have yet."""

    history: HistoryFiles
    past: PastLedger
    log: Callable[[str], None] = field(default=lambda _: None)
    _prints: dict[tuple[date, str], str] = field(default_factory=dict)

    def ensure(self, question: Question) -> QuestionHistory:
        """Compute what a backtest needs and is not there yet, one date after the other.

        Outcomes are judged as of the day on which the newest extract became known, or of the last origin.

        Raises:
            UsageError: an origin cannot be scored.
        """
        known = self.past.known_between()
        grid = month_ends(*known) if known else []
        Calendar.of(self.past.closed_months(grid) if grid else []).check(question.origins)
        judged_as_of = max(self.past.newest_known(), *question.origins)
        calendar = Calendar.of(self.past.closed_months(sorted({*grid, judged_as_of})))
        training = {day: tuple(calendar.taught(question.horizon_months, day)) for day in question.origins}
        files = self._look(question, {day for days in training.values() for day in days}, training)
        matured = tuple(
            day for day in calendar.matured(question.horizon_months, judged_as_of) if day in question.origins
        )
        judged = self._judge(judged_as_of, matured, question, files) if matured else None
        return QuestionHistory(question, judged_as_of, training, files, judged)

    def ensure_trainings(self, questions: Sequence[Question]) -> dict[str, QuestionHistory]:
        """Compute what trainings need, by the name of each question; all are of one origin, of any date.

        The origin itself is not scored. What became of all cohorts is judged together: it costs little more than one.
        """
        known, [as_of] = self.past.known_between(), {origin for asked in questions for origin in asked.origins}
        days = [day for day in month_ends(*known) if day < as_of] if known else []
        calendar = Calendar.of(self.past.closed_months([*days, as_of]))
        taught = {asked.name: tuple(calendar.taught(asked.horizon_months, as_of)) for asked in questions}
        files = self._look(questions[0], {day for days in taught.values() for day in days}, {})
        kept = {}
        for asked in questions:
            own = dict(files)
            if taught[asked.name]:
                own[as_of, JUDGED] = self._judged_path(as_of, taught[asked.name], asked, JUDGED)
            kept[asked.name] = QuestionHistory(asked, as_of, {as_of: taught[asked.name]}, own)
        self._judge_together(as_of, [one for one in kept.values() if one.training[as_of]])
        return kept

    def _judge_together(self, as_of: date, asked: Sequence[QuestionHistory]) -> None:
        """The outcomes of several questions' cohorts as known at one date, where they are not there yet."""
        waiting = [
            (one, _cohorts_of(one.training[as_of], one.question, one.files))
            for one in asked
            if not one.files[as_of, JUDGED].exists()
        ]
        while waiting:
            together: list[tuple[QuestionHistory, pl.DataFrame]] = []
            rows = 0
            while waiting and (not together or rows + waiting[0][1].height <= _JUDGED_TOGETHER):
                together.append(waiting.pop(0))
                rows += together[-1][1].height
            made = self.past.as_known(as_of, [JUDGED], {"cohorts": pl.concat(cohorts for _, cohorts in together)})[
                JUDGED
            ]
            for one, _ in together:
                self.history.write(one.files[as_of, JUDGED], _asked(made, one.question))
            self.log(f"outcomes of {len(together)} targets and horizons judged as known at {as_of}")

    def _look(
        self, question: Question, learnt_from: set[date], training: Mapping[date, tuple[date, ...]]
    ) -> dict[tuple[date, str], Path]:
        """The frames of every date that is learnt from or scored (in `training`), and the outcomes as known there."""
        files: dict[tuple[date, str], Path] = {}
        dates = sorted({*learnt_from, *training})
        for number, day in enumerate(dates, start=1):
            relations = [FEATURES, COHORTS]
            if day in training:
                relations += [RULE_INPUTS, *([SIGNALS] if question.target == "relocation" else [])]
            done = self._at(day, relations, training.get(day, ()), question, files)
            self.log(f"{number} of {len(dates)}: as known at {day}, {'computed' if done else 'from the cache'}")
        return files

    def _at(
        self,
        day: date,
        relations: Sequence[str],
        outcomes: tuple[date, ...],
        question: Question,
        files: dict[tuple[date, str], Path],
    ) -> bool:
        """The frames of one date; tells whether anything had to be computed."""
        for relation in relations:
            self._prints[day, relation] = self.past.fingerprint(day, [relation], [])
            files[day, relation] = self.history.path(f"{day}.{relation}", self._prints[day, relation])
        if outcomes:
            files[day, JUDGED] = self._judged_path(day, outcomes, question, JUDGED)
        missing = [name for name in (*relations, *((JUDGED,) if outcomes else ())) if not files[day, name].exists()]
        if missing:
            cohorts = _cohorts_of(outcomes, question, files) if JUDGED in missing else None
            made = self.past.as_known(day, missing, {} if cohorts is None else {"cohorts": cohorts})
            for relation in missing:
                self.history.write(files[day, relation], made[relation])
        return bool(missing)

    def _judge(
        self, day: date, origins: tuple[date, ...], question: Question, files: Mapping[tuple[date, str], Path]
    ) -> Path:
        path = self._judged_path(day, origins, question, "judged")
        if not path.exists():
            made = self.past.as_known(day, [JUDGED], {"cohorts": _cohorts_of(origins, question, files)})
            self.history.write(path, made[JUDGED])
        self.log(f"outcomes of {len(origins)} origins judged as known at {day}")
        return path

    def _judged_path(self, day: date, origins: tuple[date, ...], question: Question, name: str) -> Path:
        context = [question.name, *(f"{origin}:{self._prints[origin, COHORTS]}" for origin in origins)]
        return self.history.path(f"{day}.{name}.{question.name}", self.past.fingerprint(day, [JUDGED], context))


def _cohorts_of(origins: Sequence[date], question: Question, files: Mapping[tuple[date, str], Path]) -> pl.DataFrame:
    """The question's cohorts of several origins, one after the other, as `run.cohorts`."""
    rows = [_asked(pl.read_parquet(files[origin, COHORTS]), question) for origin in origins]
    return origin_cohorts(pl.concat(rows).match_to_schema(COHORT, extra_columns="ignore"))


def _asked(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Only the rows of the question, in a frame that knows targets."""
    if "target" not in rows.columns:
        return rows
    return rows.filter(target=question.target, horizon_months=question.horizon_months)
