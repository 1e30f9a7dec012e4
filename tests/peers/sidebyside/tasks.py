"""The tasks of the peers: what `examples/shapes` has for wflow."""

import hashlib

from sidebyside.patterns import returned


def noop(index: int) -> int:
    """Does nothing."""
    return index


def increment(n: int) -> int:
    """Adds one."""
    return n + 1


def total(*numbers: int) -> int:
    """Adds all."""
    return sum(numbers)


def kernel(point: int, iterations: int, *inputs: int) -> int:
    """Computes for so many iterations; its result tells who it is and what it was given.

    The hash releases Python's lock, so that threads compute at the same time: their best case.
    """
    if iterations > 0:
        hashlib.pbkdf2_hmac("sha256", b"wflow", b"peers", iterations)
    return returned(point, inputs)
