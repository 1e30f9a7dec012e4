"""METG(50 %), the measure of Task Bench: the smallest tasks of which half is useful work.

"Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime Performance" (SC20): the
useful work of a second, as a part of what long tasks do, is the efficiency; a task's granularity
is the time of all workers divided by the number of tasks.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

HALF = 0.5
HIGH = 0.8
LOW = 0.15


@dataclass(frozen=True)
class Point:
    """Tasks of one length."""

    granularity: float
    """Seconds of a worker for each task, overhead included."""
    efficiency: float
    """About 1 at most."""


def sweep(measured: Callable[[float], Point], first: float, limit: float) -> list[Point]:
    """Tasks that compute for ever other times, from `first` seconds up and down by twos.

    Up until nearly all of it is useful work, or the tasks compute for longer than the limit; down
    until little of it is.
    """
    points = [measured(first)]
    longer = first
    while max(point.efficiency for point in points) < HIGH and longer * 2 <= limit:
        longer *= 2
        points.append(measured(longer))
    shorter = first
    while min(point.efficiency for point in points) > LOW:
        shorter /= 2
        points.append(measured(shorter))
    return sorted(points, key=lambda point: point.granularity)


def metg(points: Iterable[Point]) -> float | None:
    """The smallest granularity with an efficiency of a half, in seconds, found on a log scale.

    None if it is not below a half anywhere, or everywhere.
    """
    rising = sorted(points, key=lambda point: point.granularity)
    for fine, coarse in pairwise(rising):
        if coarse.efficiency >= HALF > fine.efficiency:
            part = (coarse.efficiency - HALF) / (coarse.efficiency - fine.efficiency)
            logs = math.log(coarse.granularity), math.log(fine.granularity)
            return math.exp(logs[0] + part * (logs[1] - logs[0]))
    return None
