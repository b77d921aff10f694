from pathlib import Path

import pytest

from mainstay.errors import MainstayError
from mainstay.resources import Shipped, shipped


@pytest.mark.parametrize("name", ["flows", "sql", "seeds"])
def test_a_checkout_has_the_folder_at_its_root(name: Shipped) -> None:
    assert shipped(name) == Path(__file__).parents[2] / name


def test_an_installed_wheel_has_the_folder_inside_the_package(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages" / "mainstay" / "_shipped" / "sql"
    folder.mkdir(parents=True)
    assert shipped("sql", package=tmp_path / "site-packages" / "mainstay") == folder


def test_the_wheel_goes_before_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "sql").mkdir()
    folder = tmp_path / "src" / "mainstay" / "_shipped" / "sql"
    folder.mkdir(parents=True)
    assert shipped("sql", package=tmp_path / "src" / "mainstay") == folder


def test_a_folder_of_the_same_name_that_is_no_checkout_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    with pytest.raises(MainstayError, match="own folder sql/ is missing") as caught:
        shipped("sql", package=tmp_path / "src" / "mainstay")
    assert "install the wheel again" in caught.value.hint
