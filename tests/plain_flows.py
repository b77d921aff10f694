"""Flows without Prefect: the same steps in the same order, journalled and refused as ever, at half the price."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import prefect
import pytest

from mainstay.running import load_flow


def _call(wrapped: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the function that a flow or a task wraps."""
    return wrapped.fn(*args, **kwargs)


@contextmanager
def plain_flows() -> Iterator[None]:
    """For the block, flows and tasks are plain functions: nothing is tried again, and no server keeps anything."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (prefect.Flow, prefect.Task):
            patch.setattr(kind, "__call__", _call)
        patch.setattr(load_flow("weekly"), "create_table_artifact", lambda **_: None)
        yield
