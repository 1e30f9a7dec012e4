"""The interface through which every peer that is written in Python is measured."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

Task = Callable[..., int]
"""One of `sidebyside.tasks`."""
F = TypeVar("F")
"""The futures of a peer."""


class Peer(ABC, Generic[F]):
    """A task runner."""

    @abstractmethod
    def start(self, workers: int, folder: Path) -> None:
        """Starts what it needs, for so many tasks at the same time, with its data in the folder."""

    @abstractmethod
    def submit(self, task: Task, *arguments: int | F) -> F:
        """Submits a run; of an argument that is a future, the task is given the result."""

    @abstractmethod
    def results(self, futures: Sequence[F]) -> list[int]:
        """Waits for all, in the way that the peer's documentation recommends for many."""

    @abstractmethod
    def mapped(self, task: Task, values: Sequence[int]) -> list[int]:
        """Runs the task for each value, in the way that is recommended for many small tasks."""

    def within(self, work: Callable[[], Any]) -> Any:
        """Does the work where tasks can be submitted."""
        return work()

    @abstractmethod
    def stop(self) -> None:
        """Ends what it started."""
