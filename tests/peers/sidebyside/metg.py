"""METG(50 %), the measure of Task Bench: the smallest tasks of which half is useful work.

"Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime Performance" (SC20): the
useful work of a second, as a part of the most that was seen, is the efficiency; a task's
granularity is the time of all workers divided by the number of tasks.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

HALF = 0.5


@dataclass(frozen=True)
class Size:
    """How a pattern was run."""

    iterations: int
    tasks: int


@dataclass(frozen=True)
class Point:
    """What came of it."""

    granularity: float
    """Seconds of a worker for each task, overhead included."""
    efficiency: float
    """Between 0 and about 1."""


def point(size: Size, seconds: float, workers: int, best_rate: float) -> Point:
    """Of tasks that took the seconds together; the rate is that of all workers, in iterations."""
    rate = size.tasks * size.iterations / seconds
    return Point(seconds * workers / size.tasks, rate / best_rate)


def metg(points: Iterable[Point]) -> float | None:
    """Where efficiency falls below a half, in seconds, between the points around on a log scale.

    None if it is not below a half anywhere, or everywhere.
    """
    falling = sorted(points, key=lambda point: point.granularity, reverse=True)
    for coarse, fine in pairwise(falling):
        if coarse.efficiency >= HALF > fine.efficiency:
            part = (coarse.efficiency - HALF) / (coarse.efficiency - fine.efficiency)
            logs = math.log(coarse.granularity), math.log(fine.granularity)
            return math.exp(logs[0] + part * (logs[1] - logs[0]))
    return None


def sweep(measured: Callable[[float], Point], first: float, limit: float) -> list[Point]:
    """Points of tasks that compute for ever other times, from `first` seconds up and down by twos.

    Up until efficiency is high, or the tasks compute for longer than the limit; down until it is
    low.
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


HIGH = 0.9
LOW = 0.15
