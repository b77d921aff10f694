"""mainstay keeps the firms that hold up a park's revenue: every week from tax extracts to visits."""

from importlib.metadata import version

__version__ = version("mainstay")
