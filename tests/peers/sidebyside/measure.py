"""What is measured of a subject, in sizes that fit it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sidebyside.metg import Point, sweep
from sidebyside.patterns import PATTERNS, tasks
from sidebyside.subject import NotMeasured, Subject

WIDTH = 8
"""Points of a pattern: some for each worker, so that one can compute while others wait."""
FEWEST_STEPS = 5
MOST_STEPS = 1000


@dataclass(frozen=True)
class Shape:
    """A shape that has one size."""

    name: str
    parameter: str
    extra: int = 0
    """Runs beyond its size."""


SHAPES = (
    Shape("noops", "count"),
    Shape("mapped", "count"),
    Shape("chain", "length"),
    Shape("fan_out", "width", extra=2),
    Shape("latency", "count"),
)


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    seconds: float
    """Of one repeat of a shape: its size is made to fit."""
    most: int
    """The size that no shape goes beyond."""
    repeats: int
    point_seconds: float
    """Of one repeat of a point of a pattern."""
    point_wall: float
    """A point is repeated for as long, or as often as shapes are."""
    point_most: float
    """Tasks do not compute for so long that a point would take longer."""


FULL = Effort(
    seconds=1.0, most=10_000, repeats=3, point_seconds=0.4, point_wall=2.0, point_most=8.0
)
QUICK = Effort(
    seconds=0.2, most=2_000, repeats=3, point_seconds=0.1, point_wall=0.2, point_most=3.0
)


@dataclass
class Series:
    """A shape in its size, so often."""

    size: int
    tasks: int
    seconds: list[float]

    def per_task(self) -> float:
        """Seconds, the median of all."""
        return statistics.median(self.seconds) / self.tasks


@dataclass
class Figures:
    """All that was measured of a subject."""

    shapes: dict[str, Series] = field(default_factory=dict)
    start_up: list[float] = field(default_factory=list)
    points: dict[str, list[Point]] = field(default_factory=dict)


def measure(subject: Subject, effort: Effort, say: Callable[[str], None]) -> Figures:
    """All of it; what it is at is said."""
    figures = Figures()
    subject.prepare()
    # While nothing else of it runs: a server that is idle still does something.
    say("start to end")
    figures.start_up = [subject.start_up() for _ in range(effort.repeats)]
    say("start")
    subject.start()
    for shape in SHAPES:
        say(shape.name)
        figures.shapes[shape.name] = series(subject, shape, effort)
    overhead = figures.shapes["noops"].per_task() * subject.workers
    say("kernel")
    patterns = Patterns(subject, effort, overhead)
    for pattern in PATTERNS:
        say(pattern)
        figures.points[pattern] = patterns.sweep(pattern)
    return figures


def series(subject: Subject, shape: Shape, effort: Effort) -> Series:
    """In a size that takes about as long as it should."""

    def seconds(size: int) -> float:
        return subject.seconds(shape.name, **{shape.parameter: size})

    size = 8
    while size < effort.most and (took := seconds(size)) < effort.seconds / 3:
        size = rounded(min(size * 8, size * effort.seconds / max(took, 1e-6), effort.most))
    repeats = [seconds(size) for _ in range(effort.repeats)]
    return Series(size, size + shape.extra, repeats)


def rounded(number: float) -> int:
    """Down to a number that starts with 1, 2 or 5."""
    for power in range(9, -1, -1):
        for first in (5, 2, 1):
            if first * 10**power <= number:
                return first * int(10**power)
    return 1


class Patterns:
    """The patterns of Task Bench on a subject."""

    def __init__(self, subject: Subject, effort: Effort, overhead: float) -> None:
        self.subject = subject
        self.effort = effort
        self.overhead = overhead
        self.long = 1000
        """Iterations of a task that computes for so long that nothing else matters."""
        wanted = max(50 * overhead, effort.point_seconds / 4)
        while (task := self.long / self.best_rate() * subject.workers) < wanted:
            self.long = int(self.long * min(max(wanted * 1.2 / task, 1.5), 30))

    def best_rate(self) -> float:
        """Iterations of the kernel that all workers do in a second, in long tasks."""
        count = 4 * self.subject.workers
        # A flow's clock has milliseconds: few short tasks take none.
        seconds = max(self.run("trivial", count, 1, self.long), 1e-6)
        return count * self.long / seconds

    def run(self, pattern: str, width: int, steps: int, iterations: int) -> float:
        return self.subject.seconds(
            "pattern", pattern=pattern, width=width, steps=steps, iterations=iterations
        )

    def sweep(self, pattern: str) -> list[Point]:
        """The efficiency over granularity."""
        limit = self.effort.point_most * self.subject.workers / (WIDTH * FEWEST_STEPS)
        return sweep(lambda duration: self.point(pattern, duration), self.overhead, limit)

    def point(self, pattern: str, duration: float) -> Point:
        """Tasks that compute for so many seconds; the medians of some repeats.

        Each repeat is held to long tasks just before and after: how fast a machine is may change
        within seconds.
        """
        workers = self.subject.workers
        before = self.best_rate()
        iterations = max(int(duration * before / workers), 1)
        step = WIDTH * (duration + self.overhead) / workers
        steps = min(max(int(self.effort.point_seconds / step), FEWEST_STEPS), MOST_STEPS)
        count = tasks(pattern, WIDTH, steps)
        granularities: list[float] = []
        efficiencies: list[float] = []
        until = time.monotonic() + self.effort.point_wall
        while not granularities or (
            len(granularities) < self.effort.repeats and time.monotonic() < until
        ):
            seconds = self.run(pattern, WIDTH, steps, iterations)
            if seconds <= 0:
                raise NotMeasured(f"{pattern} took no time")
            after = self.best_rate()
            granularities.append(seconds * workers / count)
            efficiencies.append(count * iterations / seconds / statistics.mean((before, after)))
            before = after
        return Point(statistics.median(granularities), statistics.median(efficiencies))
