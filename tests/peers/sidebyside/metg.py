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
HIGH = 0.8
LOW = 0.15


@dataclass(frozen=True)
class Sample:
    """Tasks of one length."""

    granularity: float
    """Seconds of a worker for each task, overhead included."""
    rate: float
    """Iterations of the kernel that all workers did in a second."""


@dataclass(frozen=True)
class Point:
    """A sample, held against the best rate."""

    granularity: float
    efficiency: float
    """Up to 1."""


def sweep(
    measured: Callable[[float], Sample], first: float, limit: float, best: float
) -> list[Sample]:
    """Tasks that compute for ever other times, from `first` seconds up and down by twos.

    Up until the rate is near the best one, or the tasks compute for longer than the limit; down
    until little of the best rate is left.
    """
    samples = [measured(first)]
    longer = first
    while max(sample.rate for sample in samples) < HIGH * best and longer * 2 <= limit:
        longer *= 2
        samples.append(measured(longer))
    shorter = first
    while min(sample.rate for sample in samples) > LOW * best:
        shorter /= 2
        samples.append(measured(shorter))
    return sorted(samples, key=lambda sample: sample.granularity)


def points(samples: Iterable[Sample], best: float) -> list[Point]:
    return [Point(sample.granularity, sample.rate / best) for sample in samples]


def metg(points: Iterable[Point]) -> float | None:
    """The smallest granularity with an efficiency of a half, in seconds, between the points around on a log scale.

    None if it is not below a half anywhere, or everywhere.
    """
    rising = sorted(points, key=lambda point: point.granularity)
    for fine, coarse in pairwise(rising):
        if coarse.efficiency >= HALF > fine.efficiency:
            part = (coarse.efficiency - HALF) / (coarse.efficiency - fine.efficiency)
            logs = math.log(coarse.granularity), math.log(fine.granularity)
            return math.exp(logs[0] + part * (logs[1] - logs[0]))
    return None
