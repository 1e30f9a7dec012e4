"""The shapes, once for all peers: each checks its results and returns the seconds that it took."""

import time
from collections.abc import Callable
from typing import Any

from sidebyside.patterns import dependencies, expected, width_at
from sidebyside.peer import Peer
from sidebyside.tasks import increment, kernel, noop, total


def noops(peer: Peer[Any], count: int) -> float:
    """Submits runs that do nothing one by one, and takes all of their results."""

    def work() -> list[int]:
        return peer.results([peer.submit(noop, index) for index in range(count)])

    return timed(work, list(range(count)))


def mapped(peer: Peer[Any], count: int) -> float:
    """As `noops`, by what the peer has for many."""
    return timed(lambda: peer.mapped(noop, range(count)), list(range(count)))


def chain(peer: Peer[Any], length: int) -> float:
    """Submits runs in a row, each on the result of the one before, and takes the last result."""

    def work() -> list[int]:
        last = peer.submit(increment, 0)
        for _ in range(1, length):
            last = peer.submit(increment, last)
        return peer.results([last])

    return timed(work, [length])


def fan_out(peer: Peer[Any], width: int) -> float:
    """One run, so many on its result, and one on all of theirs."""

    def work() -> list[int]:
        source = peer.submit(noop, 1)
        middle = [peer.submit(increment, source) for _ in range(width)]
        return peer.results([peer.submit(total, *middle)])

    return timed(work, [2 * width])


def latency(peer: Peer[Any], count: int) -> float:
    """Submits a run and takes its result, so often."""

    def work() -> list[int]:
        return [peer.results([peer.submit(noop, index)])[0] for index in range(count)]

    return timed(work, list(range(count)))


def pattern(peer: Peer[Any], pattern: str, width: int, steps: int, iterations: int) -> float:
    """A pattern of Task Bench: `width` points over `steps`, a run of the kernel each."""

    def work() -> list[int]:
        futures: list[Any] = []
        before: list[Any] = []
        for step in range(steps):
            row = []
            for point in range(width_at(pattern, step, width)):
                needed = dependencies(pattern, step, point, width)
                inputs = [before[point] for point in needed]
                row.append(peer.submit(kernel, point, iterations, *inputs))
            before = row
            futures += row
        return peer.results(futures)

    return timed(work, expected(pattern, width, steps))


def timed(work: Callable[[], list[int]], expected: list[int]) -> float:
    """Seconds; an error if the results are others."""
    began = time.perf_counter()
    results = work()
    seconds = time.perf_counter() - began
    if results != expected:
        raise ValueError("runs returned something else than they had to")
    return seconds


SHAPES: dict[str, Callable[..., float]] = {
    shape.__name__: shape for shape in (noops, mapped, chain, fan_out, latency, pattern)
}
