"""The event loop of `async def` flows and tasks: one thread, which waits in the host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

from ._failure import Failure
from ._host import Run, host

__all__ = ["Loop", "ended", "run"]

R = TypeVar("R")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Selector:
    """What the loop waits for: runs, and the time of its next timer."""

    def __init__(self) -> None:
        self._watched: list[tuple[Run, asyncio.Future[None]]] = []

    def watch(self, run: Run, future: asyncio.Future[None]) -> None:
        self._watched.append((run, future))

    def select(self, timeout: float | None) -> list[asyncio.Future[None]]:
        """The futures of the runs that have ended."""
        # Who awaited them was cancelled.
        self._watched = [(run, future) for run, future in self._watched if not future.done()]
        if not self._watched:
            self._sleep(timeout)
            return []
        whole = None if timeout is None else -int(-timeout * 1000 // 1)
        indices = set(host().wait_any([run for run, _ in self._watched], whole))
        ended = [future for index, (_, future) in enumerate(self._watched) if index in indices]
        self._watched = [one for index, one in enumerate(self._watched) if index not in indices]
        return ended

    def _sleep(self, timeout: float | None) -> None:
        if timeout is None:
            raise Failure(
                "the async function waits for ever: nothing that it awaits is a run or a timer, and no "
                "other code is left that could wake it",
                retryable=False,
            )
        if timeout > 0:
            time.sleep(timeout)

    def close(self) -> None:
        self._watched.clear()


class Loop(asyncio.BaseEventLoop):
    """asyncio's own loop, without sockets, signals and threads."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = Selector()

    def watch(self, run: Run) -> asyncio.Future[None]:
        """Is done when the run has ended."""
        future = self.create_future()
        self._selector.watch(run, future)
        return future

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Calls the function at once: there are no threads."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def _process_events(self, event_list: list[asyncio.Future[None]]) -> None:
        for future in event_list:
            if not future.done():
                future.set_result(None)

    def _write_to_self(self) -> None:
        """Nobody else could wake the loop."""


async def ended(run: Run) -> None:
    """Waits for the end of a run, while what else the loop has to do goes on."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, Loop):
        # An event loop that is not ours has threads to wait in.
        await loop.run_in_executor(None, host().wait_any, [run], None)
        return
    await loop.watch(run)


def run(coroutine: Coroutine[Any, Any, R]) -> R:
    """Runs an `async def` flow or task to its end."""
    loop = Loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        asyncio.set_event_loop(None)
        _cancel_rest(loop)
        loop.close()


def _cancel_rest(loop: Loop) -> None:
    """As `asyncio.run` does with what nobody awaited."""
    rest = asyncio.all_tasks(loop)
    for task in rest:
        task.cancel()
    if rest:
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
