"""The model store of a workspace: `<home>/models/<target>-h<H>/<version>/{model.joblib, manifest.json, card.md}`.

joblib runs code when it loads a file. Therefore only a file inside this workspace's own models folder is loaded, whose
sha256 its manifest names, whose manifest names this workspace, and which the same scikit-learn minor wrote. That guards
against mix-ups and damage; who can write into the workspace can replace both files, as he can replace everything else.
"""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import joblib
import polars as pl
import sklearn

from mainstay.errors import MainstayError
from mainstay.files import file_hash, replace_file
from mainstay.months import quarter_start
from mainstay.risk import fingerprints
from mainstay.risk.card import model_card
from mainstay.risk.decisions import Action, Decision, append_decision, champion_of, read_decisions, retired_of
from mainstay.risk.model import NotEnoughEvents, TrainedModel
from mainstay.risk.model_manifest import Manifest, manifest_of, read_manifest
from mainstay.risk.prediction_targets import HORIZONS, TARGETS

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z_]+-[0-9a-f]{8}")


class ModelStoreError(MainstayError):
    """A stored model cannot be used, or a decision about one cannot be taken."""


@dataclass(frozen=True)
class ModelStore:
    """Keeps trained models of one workspace.

    Args:
        folder: `<home>/models`.
    """

    folder: Path

    def workspace(self) -> str:
        """The workspace's identity: a random id, written once; it says nothing about the office."""
        path = self.folder / "workspace.json"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"workspace": secrets.token_hex(16)}) + "\n", "utf-8")
        return str(_read_json(path).get("workspace", ""))

    def save(self, model: TrainedModel, *, shadow_from: date) -> Path:
        """Write model, manifest and card; the same version again is left as it is, or mended if it cannot be used.

        Args:
            model: What was trained.
            shadow_from: The day from which weeks know of it, later than any published one; not before its training.

        Returns:
            The version's folder.
        """
        folder = self._folder_of(model.target, model.horizon_months, model.version)
        before = read_manifest(folder / "manifest.json") if (folder / "manifest.json").exists() else None
        if before and self._fault(before, folder / "model.joblib", model.catalogue) is None:
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        # Beside it first: what is there may be a link to elsewhere, and half a file is none.
        joblib.dump(model, folder / ".model.joblib.part", compress=3)
        (folder / ".model.joblib.part").replace(folder / "model.joblib")
        known = self.versions(model.target, model.horizon_months)
        manifest = manifest_of(
            model,
            workspace=self.workspace(),
            sequence=before.sequence if before else 1 + max((one.sequence for one in known), default=0),
            shadow_from=before.shadow_from if before else max(shadow_from, model.trained_as_of),
            sha256=file_hash(folder / "model.joblib"),
        )
        # The manifest comes last: a folder without one is not a version.
        state = self.state(model.target, model.horizon_months, model.version, date.max) if before else "shadow"
        replace_file(folder / "card.md", model_card(manifest, state=state).encode())
        replace_file(folder / "manifest.json", manifest.to_json().encode())
        return folder

    def versions(self, target: str, horizon_months: int) -> list[Manifest]:
        """All versions of a target and horizon, in the order in which they were trained."""
        place = self.folder / _place(target, horizon_months)
        found = [read_manifest(path) for path in sorted(place.glob("*/manifest.json"))]
        return sorted(found, key=lambda manifest: (manifest.trained_as_of, manifest.sequence))

    def everything(self) -> list[tuple[Manifest, str]]:
        """Every version with its state today's decisions give: `enabled`, `shadow`, `retired` or `superseded`."""
        return [
            (manifest, self.state(target, horizon, manifest.version, date.max))
            for target in TARGETS
            for horizon in HORIZONS
            for manifest in self.versions(target, horizon)
        ]

    def manifest(self, target: str, horizon_months: int, version: str) -> Manifest:
        """The manifest of a version.

        Raises:
            ModelStoreError: There is no such version.
        """
        path = self._folder_of(target, horizon_months, version) / "manifest.json"
        if not path.exists():
            known = [manifest.version for manifest in self.versions(target, horizon_months)]
            raise ModelStoreError(
                "there is no such model",
                where=f"{_place(target, horizon_months)}/{version}",
                hint=f"known: {', '.join(known) or 'none yet; run `mainstay train`'}",
            )
        return read_manifest(path)

    def load(self, target: str, horizon_months: int, version: str, catalogue: pl.DataFrame) -> TrainedModel:
        """Load a version after every check that can be made before its code runs.

        Args:
            target: Of the model.
            horizon_months: Of the model.
            version: Of the model.
            catalogue: Today's catalogue of features; it has to be the one of the training.

        Raises:
            ModelStoreError: Not there, of another workspace, changed since it was saved, written by another
                scikit-learn, or trained on other features.
        """
        manifest = self.manifest(target, horizon_months, version)
        path = self._folder_of(target, horizon_months, version) / "model.joblib"
        if fault := self._fault(manifest, path, catalogue):
            raise ModelStoreError(fault[0], where=f"{_place(target, horizon_months)}/{version}", hint=fault[1])
        try:
            model = joblib.load(path)
        except Exception as error:  # a pickle may raise anything
            raise ModelStoreError(
                "the installed libraries cannot open the model file", where=version, hint="train again"
            ) from error
        if not isinstance(model, TrainedModel) or model.version != version:
            raise ModelStoreError("the model file contains another model", where=str(_place(target, horizon_months)))
        return model

    def champion(self, target: str, horizon_months: int, as_of: date) -> str | None:
        """The version that a person had enabled by `as_of`; none = by rule."""
        return champion_of(read_decisions(self._decisions), target, horizon_months, as_of)

    def shadow(self, target: str, horizon_months: int, as_of: date) -> str | None:
        """The newest version of `as_of` or earlier that waits for a decision; none if the champion is the newest.

        By the day from which weeks know of it: a training, as of whatever day, changes no published week.
        """
        known = [m for m in self.versions(target, horizon_months) if m.shadow_from <= as_of]
        if not known:
            return None
        newest = known[-1].version
        retired = retired_of(read_decisions(self._decisions), target, horizon_months, as_of)
        return None if newest == self.champion(target, horizon_months, as_of) or newest in retired else newest

    def state(self, target: str, horizon_months: int, version: str, as_of: date) -> str:
        """`enabled`, `shadow`, `retired` or `superseded` at `as_of`."""
        if version == self.champion(target, horizon_months, as_of):
            return "enabled"
        if version == self.shadow(target, horizon_months, as_of):
            return "shadow"
        retired = retired_of(read_decisions(self._decisions), target, horizon_months, as_of)
        return "retired" if version in retired else "superseded"

    def decide(self, action: Action, target: str, horizon_months: int, version: str, *, by: str, on: date) -> None:
        """Enable or retire a version from a day on; the card says so too.

        Raises:
            ModelStoreError: No such version, one of another workspace, no name, a day before its training, or before
                the newest decision.
        """
        manifest = self.manifest(target, horizon_months, version)
        earlier = read_decisions(self._decisions)
        made = [one.decided_on for one in earlier if (one.target, one.horizon_months) == (target, horizon_months)]
        if action == "enable" and manifest.workspace != self.workspace():
            raise ModelStoreError(
                "the model was trained in another workspace",
                where=version,
                hint="a model is trained on its own ledger only",
            )
        if not by.strip():
            raise ModelStoreError(
                "a decision needs the name of the person who takes it", where=version, hint="--by NAME"
            )
        first = max([manifest.trained_as_of, *made])
        if on < first:
            raise ModelStoreError(
                "a decision cannot be dated before the model's training or an earlier decision",
                where=f"{version}, {on.isoformat()}",
                hint=f"past weeks stay as they were; the first day is {first.isoformat()}",
            )
        append_decision(self._decisions, Decision(on, target, horizon_months, version, action, by.strip()))
        for known in self.versions(target, horizon_months):
            state = self.state(target, horizon_months, known.version, date.max)
            card = self._folder_of(target, horizon_months, known.version) / "card.md"
            replace_file(card, model_card(known, state=state).encode())

    def record_refusal(self, refused: NotEnoughEvents) -> None:
        """Note that a training came to nothing, so that it waits for the next quarter like any other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._refusals.open("a", encoding="utf-8") as opened:
            opened.write(json.dumps({"as_of": None} | asdict(refused), default=str) + "\n")

    def is_due(self, target: str, horizon_months: int, as_of: date) -> bool:
        """Whether nothing was trained, or tried, for the calendar quarter of `as_of` or a later one."""
        tried = [manifest.trained_as_of for manifest in self.versions(target, horizon_months)]
        if self._refusals.exists():
            told = [json.loads(line) for line in self._refusals.read_text("utf-8").splitlines()]
            mine = [row for row in told if (row["target"], row["horizon_months"]) == (target, horizon_months)]
            tried += [date.fromisoformat(row["as_of"]) for row in mine]
        return all(quarter_start(day) < quarter_start(as_of) for day in tried)

    @property
    def _decisions(self) -> Path:
        return self.folder / "decisions.jsonl"

    @property
    def _refusals(self) -> Path:
        return self.folder / "refusals.jsonl"

    def _folder_of(self, target: str, horizon_months: int, version: str) -> Path:
        if not _VERSION.fullmatch(version) or target not in TARGETS:
            raise ModelStoreError(
                "not the name of a model",
                where=f"{target}-h{horizon_months}/{version}",
                hint="see `mainstay models`",
            )
        return self.folder / _place(target, horizon_months) / version

    def _fault(self, manifest: Manifest, path: Path, catalogue: pl.DataFrame) -> tuple[str, str] | None:
        """What is wrong with a stored model, and what to do about it; None where it can be opened."""
        if manifest.workspace != self.workspace():
            what, hint = "the model was trained in another workspace", "a model is trained on its own ledger only"
        elif not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
            what, hint = "the model file is not in this workspace's models folder", "train again"
        elif file_hash(path) != manifest.sha256:
            what, hint = "the model file is not the one that was saved", "train again, or restore it from a copy"
        elif _minor(manifest.sklearn) != _minor(sklearn.__version__):
            what, hint = "the model was written by another scikit-learn", f"it was {manifest.sklearn}; train again"
        elif not fingerprints.is_of_features(manifest.feature_hash, catalogue):
            what, hint = "the model was trained on other features", "train again"
        else:
            return None
        return what, hint


def _place(target: str, horizon_months: int) -> str:
    return f"{target}-h{horizon_months}"


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ModelStoreError("a file of the model store cannot be read", where=path.name) from error
    return dict(told)
