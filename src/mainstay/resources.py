"""Where the parts of mainstay that are not Python modules are: flows, SQL models, reference tables."""

from pathlib import Path
from typing import Literal

from mainstay.errors import MainstayError

Shipped = Literal["flows", "sql", "seeds"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: Shipped, *, package: Path = _PACKAGE) -> Path:
    """Return the folder of that name: from the installed wheel, else from the checkout around `src/mainstay`.

    Args:
        name: Which folder; the built-in contracts are in `seeds/contracts`.
        package: The folder of the package `mainstay`.

    Raises:
        MainstayError: the folder is in neither place.
    """
    in_wheel = package / "_shipped" / name
    if in_wheel.is_dir():
        return in_wheel
    checkout = package.parent.parent
    in_checkout = checkout / name
    # A folder that happens to be called "sql" above some other site-packages is not ours.
    if package.parent.name == "src" and (checkout / "pyproject.toml").is_file() and in_checkout.is_dir():
        return in_checkout
    raise MainstayError(
        f"mainstay's own folder {name}/ is missing",
        where=f"looked for mainstay/_shipped/{name} in the installed package and {name}/ in a checkout",
        hint="the installation is incomplete: install the wheel again, or run from a whole checkout",
    )
