"""Futures: handles on runs that were submitted."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import (
    Any,
    Generic,
    Literal,
    NamedTuple,
    TypeVar,
    overload,
)

from . import _loop
from ._failure import Failure
from ._host import Run, Value, host
from ._options import milliseconds
from ._state import State

__all__ = ["DoneAndNotDone", "Future", "FutureList", "allow_failure", "as_completed", "unmapped", "wait"]

R = TypeVar("R")
T = TypeVar("T")


class Future(Generic[R]):
    """A handle on a run that returns an `R`.

    Dropping it does not cancel the run: a flow run ends when all of its runs have. In an `async def` flow
    or task, `await` it instead of calling `result`, which would keep the others from going on.
    """

    def __init__(self, run: Run, decode: Callable[[Value], R]) -> None:
        self._run = run
        self._decode = decode

    @property
    def id(self) -> str:
        """The run's id, a UUID."""
        return self._run.id()

    @property
    def name(self) -> str:
        """The run's name, as logs show it."""
        return self._run.name()

    @property
    def state(self) -> State[R]:
        """Where the run stands now."""
        return State(self._run.state(), self.result)

    def done(self) -> bool:
        """Whether the run has ended."""
        return bool(host().wait_any([self._run], 0))

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the run has ended or the time (in seconds) is up."""
        host().wait_any([self._run], None if timeout is None else milliseconds(timeout))

    @overload
    def result(self, timeout: float | None = None, raise_on_failure: Literal[True] = True) -> R: ...
    @overload
    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R | Failure: ...
    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R | Failure:
        """What the run returned, when it has ended.

        Raises a `Failure` if the run did not complete, or returns it if `raise_on_failure` is false, and
        a `TimeoutError` if the time (in seconds) is up before.
        """
        if timeout is not None:
            self.wait(timeout)
            if not self.done():
                raise TimeoutError(f"run {self.name} has not ended within {timeout} s")
        try:
            return self._value()
        except Failure as failure:
            if raise_on_failure:
                raise
            return failure

    def cancel(self) -> None:
        """Asks the host to end the run: its result is then a failure of kind `CANCELLED`. Does nothing to
        a run that has ended."""
        self._run.cancel()

    def __await__(self) -> Generator[Any, None, R]:
        yield from _loop.ended(self._run).__await__()
        return self._value()

    def __wflow_result__(self) -> R:
        """What stands in the place of a future that is part of a result."""
        return self._value()

    def __repr__(self) -> str:
        return f"Future({self.name!r})"

    def _value(self) -> R:
        return self._decode(self._run.result())


class FutureList(list[Future[R]]):
    """The futures of a `map`, in the order of its values."""

    def wait(self, timeout: float | None = None) -> None:
        """Waits until all have ended or the time (in seconds) is up."""
        wait(self, timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[Any]:
        """What the runs returned; see `Future.result`."""
        until = None if timeout is None else time.monotonic() + timeout
        return [future.result(_left(until), raise_on_failure) for future in self]


class DoneAndNotDone(NamedTuple):
    """What `wait` found."""

    done: set[Future[Any]]
    not_done: set[Future[Any]]


def wait(futures: Iterable[Future[R]], timeout: float | None = None) -> DoneAndNotDone:
    """Waits until all runs have ended or the time (in seconds) is up, and tells which have and which not."""
    futures = list(futures)
    until = None if timeout is None else time.monotonic() + timeout
    for future in futures:
        future.wait(_left(until))
    done = {future for future in futures if future.done()}
    return DoneAndNotDone(done, set(futures) - done)


def _left(until: float | None) -> float | None:
    """Seconds until then; none where there is no end."""
    return None if until is None else max(0.0, until - time.monotonic())


def as_completed(futures: Iterable[Future[R]], timeout: float | None = None) -> Iterator[Future[R]]:
    """The futures in the order in which their runs end. Raises a `TimeoutError` if the time (in seconds)
    is up before they all have."""
    pending = list(futures)
    until = None if timeout is None else time.monotonic() + timeout
    while pending:
        left = _left(until)
        runs = [future._run for future in pending]
        ended = host().wait_any(runs, None if left is None else milliseconds(left))
        if not ended:
            raise TimeoutError(f"{len(pending)} runs have not ended within {timeout} s")
        yield from (pending[index] for index in ended)
        pending = [future for index, future in enumerate(pending) if index not in set(ended)]


class allow_failure(Generic[T]):
    """Lets the new run start even if this one does not complete: in `wait_for`, or as the argument for a
    parameter that is annotated `T | Failure`."""

    def __init__(self, future: Future[T]) -> None:
        self.future = future


class unmapped(Generic[T]):
    """Gives all runs of a `map` the same value, or the result of the same run."""

    def __init__(self, value: T) -> None:
        self.value = value
