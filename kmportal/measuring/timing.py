"""Percentiles of how long something takes."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Given = TypeVar("Given")


def milliseconds(work: Callable[[Given], object], given: Iterable[Given]) -> list[float]:
    """Return how long the work takes for each, in ms of wall-clock time."""
    taken = []
    for one in given:
        start = time.perf_counter()
        work(one)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of the values do not exceed, to a tenth."""
    ordered = sorted(values)
    return round(ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)], 1)
