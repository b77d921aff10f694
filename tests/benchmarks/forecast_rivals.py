"""Other people's methods on the study's series, in an interpreter of its own: statsforecast asks for pandas below 3.

Run by `study_forecast.py` with the interpreter that `MAINSTAY_STUDY_PYTHON` names (`make study-forecast` makes one in
.venv-study). Reads FOLDER/<case>.npz (values: series x months, horizon), writes FOLDER/<case>.<method>.npy (series x
horizon) and FOLDER/<case>.<method>.seconds.
"""

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, AutoTheta, CrostonSBA, SeasonalNaive

METHODS = {"AutoETS": lambda: AutoETS(season_length=12), "AutoTheta": lambda: AutoTheta(season_length=12)}
METHODS["CrostonSBA"] = CrostonSBA


def forecast(values: np.ndarray, horizon: int, method: str) -> np.ndarray:
    """Series x horizon."""
    count, length = values.shape
    months = [date(2000 + n // 12, n % 12 + 1, 1) for n in range(length)]
    long = pl.DataFrame(
        {"unique_id": np.repeat(np.arange(count), length), "ds": months * count, "y": values.ravel()},
        schema_overrides={"ds": pl.Date},
    )
    engine = StatsForecast(models=[METHODS[method]()], freq="1mo", n_jobs=1, fallback_model=SeasonalNaive(12))
    made = engine.forecast(df=long, h=horizon).sort("unique_id", "ds")
    return np.nan_to_num(made[made.columns[-1]].to_numpy()).reshape(count, horizon)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for path in sorted(folder.glob("*.npz")):
        case = np.load(path)
        for name in METHODS:
            begun = time.perf_counter()
            made = forecast(case["values"], int(case["horizon"]), name)
            (folder / f"{path.stem}.{name}.seconds").write_text(str(time.perf_counter() - begun))
            np.save(folder / f"{path.stem}.{name}.npy", made)
