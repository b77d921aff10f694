"""Means over origins with their spread: one origin proves little."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any


def spread(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several results of one shape as one: every figure becomes `mean`, `sd`, `min`, `max` over `origins`.

    Args:
        parts: Nested mappings with numbers, or None where a figure does not exist, at their ends; one an origin.

    Returns:
        The same nesting. `sd` is that of a sample, None for a single origin; figures that exist nowhere have only
        `origins: 0`.
    """
    keys = list(dict.fromkeys(key for part in parts for key in part))
    return {key: _one([part.get(key) for part in parts]) for key in keys}


def _one(values: Sequence[Any]) -> dict[str, Any]:
    nested = [value for value in values if isinstance(value, Mapping)]
    if nested:
        return spread(nested)
    numbers = [float(value) for value in values if value is not None]
    if not numbers:
        return {"origins": 0}
    return {
        "mean": statistics.fmean(numbers),
        "sd": statistics.stdev(numbers) if len(numbers) > 1 else None,
        "min": min(numbers),
        "max": max(numbers),
        "origins": len(numbers),
    }
