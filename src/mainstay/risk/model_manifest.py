"""The manifest beside a stored model: everything that can be known of it without running its code."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import sklearn

from mainstay.errors import MainstayError
from mainstay.risk.model import TrainedModel, TrainingFacts


@dataclass(frozen=True)
class Manifest(TrainingFacts):
    """What `manifest.json` says, beside what comes from the training."""

    workspace: str
    target: str
    horizon_months: int
    version: str
    sequence: int
    trained_as_of: date
    shadow_from: date
    estimator: str
    parameters: dict[str, float | int | str]
    recipe: str
    calibration: dict[str, float]
    features: list[dict[str, str]]
    sha256: str
    sklearn: str
    numpy: str

    def to_json(self) -> str:
        """As text, keys in a fixed order."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"


def manifest_of(model: TrainedModel, *, workspace: str, sequence: int, shadow_from: date, sha256: str) -> Manifest:
    """The manifest of a model.

    Args:
        model: What was trained.
        workspace: Whose ledger it was trained on.
        sequence: How many versions there were before it, plus one.
        shadow_from: The day from which weeks know of it.
        sha256: Of model.joblib.
    """
    columns = [name for name in ("feature", "concept", "name_zh", "name_en") if name in model.catalogue.columns]
    return Manifest(
        **asdict(model.facts),
        workspace=workspace,
        target=model.target,
        horizon_months=model.horizon_months,
        version=model.version,
        sequence=sequence,
        trained_as_of=model.trained_as_of,
        shadow_from=shadow_from,
        estimator=model.estimator.name,
        parameters=model.estimator.parameters,
        recipe=model.losses.recipes[0],
        calibration={"slope": model.calibration.slope, "intercept": model.calibration.intercept},
        features=model.catalogue.select(columns).to_dicts(),
        sha256=sha256,
        sklearn=sklearn.__version__,
        numpy=np.__version__,
    )


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        MainstayError: It is not one.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        told |= {name: date.fromisoformat(told[name]) for name in ("trained_as_of", "shadow_from")}
        told["origins"] = tuple(date.fromisoformat(day) for day in told["origins"])
        return Manifest(**{field.name: told[field.name] for field in fields(Manifest)})
    except (ValueError, TypeError, KeyError) as error:
        raise MainstayError(
            "the manifest of a model cannot be read",
            where=f"{path.parent.parent.name}/{path.parent.name}/{path.name}",
            hint="remove that version's folder, or restore it from a copy",
        ) from error
