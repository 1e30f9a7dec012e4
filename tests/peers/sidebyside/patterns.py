"""The dependence patterns of Task Bench (SC20), as `examples/shapes` has them."""

from collections.abc import Sequence

PATTERNS = ("trivial", "stencil", "fft", "tree")


def width_at(pattern: str, step: int, width: int) -> int:
    """The number of points of a step; a tree doubles from one on."""
    return min(width, 1 << step) if pattern == "tree" else width


def dependencies(pattern: str, step: int, point: int, width: int) -> list[int]:
    """The points of the step before whose results this one takes."""
    if step == 0 or pattern == "trivial":
        return []
    if pattern == "tree":
        return [point // 2]
    levels = max((width - 1).bit_length(), 1)
    distance = 1 if pattern == "stencil" else 1 << ((step - 1) % levels)
    around = (point - distance, point, point + distance)
    return [neighbour for neighbour in around if 0 <= neighbour < width]


def returned(point: int, inputs: Sequence[int]) -> int:
    """What the run of a point returns: it differs with each input and their order."""
    value = point + 1
    for number in inputs:
        value = (value * 31 + number) % (1 << 32)
    return value


def expected(pattern: str, width: int, steps: int) -> list[int]:
    """What all points return, step by step."""
    values: list[int] = []
    before: list[int] = []
    for step in range(steps):
        before = [
            returned(
                point, [before[needed] for needed in dependencies(pattern, step, point, width)]
            )
            for point in range(width_at(pattern, step, width))
        ]
        values += before
    return values


def tasks(pattern: str, width: int, steps: int) -> int:
    """The number of tasks."""
    return sum(width_at(pattern, step, width) for step in range(steps))
