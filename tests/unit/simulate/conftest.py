import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Delivery, Extract, FileContent
from mainstay.extracts.landing import match, scan
from mainstay.extracts.reading import read_extract
from mainstay.extracts.registry import load_contracts
from mainstay.resources import shipped
from mainstay.simulate import Park, write_park
from tests.unit.simulate.plain_reading import ENTERPRISES, FIRST, MONTHS, SEED
from tests.unit.simulate.two_years import FIRMS, SEED_OF_TWO_YEARS, SPAN, START, TwoYears, read_two_years


@pytest.fixture(scope="package")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("park")
    write_park(
        home / "landing",
        home / "truth.json",
        enterprises=ENTERPRISES,
        seed=SEED,
        first_month=FIRST,
        months=MONTHS,
    )
    return home


@pytest.fixture(scope="package")
def truth(written: Path) -> dict[str, Any]:
    return json.loads((written / "truth.json").read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="package")
def park() -> Park:
    return Park(enterprises=ENTERPRISES, seed=SEED, first_month=FIRST, months=MONTHS)


@pytest.fixture(scope="package")
def contracts() -> tuple[Contract, ...]:
    return load_contracts(list((shipped("seeds") / "contracts").glob("*.toml")))


@pytest.fixture(scope="package")
def read(written: Path, contracts: tuple[Contract, ...]) -> dict[str, tuple[Delivery, Extract]]:
    """Every simulated file, matched and read by the project's own readers."""
    deliveries = [match(file, contracts, date(2026, 1, 1)) for file in scan(written / "landing", ())]
    return {d.file.path.name: (d, read_extract(FileContent.read(d.file.path), d.contract)) for d in deliveries}


@pytest.fixture(scope="package")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> TwoYears:
    home = tmp_path_factory.mktemp("two-years")
    write_park(
        home / "landing",
        home / "truth.json",
        enterprises=FIRMS,
        seed=SEED_OF_TWO_YEARS,
        first_month=START,
        months=SPAN,
    )
    return read_two_years(home / "landing", json.loads((home / "truth.json").read_text("utf-8")))
