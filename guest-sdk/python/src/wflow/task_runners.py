"""How a flow's task runs are executed, by Prefect's names: ``@flow(task_runner=ThreadPoolTaskRunner())``."""

from __future__ import annotations

from typing import Any, Literal

__all__ = [
    "ConcurrentTaskRunner",
    "RunnerName",
    "SequentialTaskRunner",
    "TaskRunner",
    "ThreadPoolTaskRunner",
]

RunnerName = Literal["sequential", "concurrent", "thread-pool"]


class TaskRunner:
    """One of the task runners; the subclasses are the choice."""

    name: RunnerName

    @staticmethod
    def of(value: TaskRunner | RunnerName) -> TaskRunner:
        """The runner, or the one of that name."""
        if isinstance(value, TaskRunner):
            return value
        for runner in (SequentialTaskRunner, ConcurrentTaskRunner, ThreadPoolTaskRunner):
            if value == runner.name:
                return runner()
        raise TypeError(f'a task runner is "sequential", "concurrent" or "thread-pool", not {value!r}')

    def options(self) -> dict[str, Any]:
        """As the contract has it."""
        return {"runner": self.name}


class SequentialTaskRunner(TaskRunner):
    """A submit runs the task to its end before it returns."""

    name = "sequential"


class ConcurrentTaskRunner(TaskRunner):
    """Task runs interleave on one worker thread, at every wait and inside busy loops."""

    name = "concurrent"


class ThreadPoolTaskRunner(TaskRunner):
    """The same on several worker threads, by default as many as there are cores."""

    name = "thread-pool"

    def __init__(self, max_workers: int | None = None) -> None:
        if max_workers is not None and (not isinstance(max_workers, int) or max_workers < 1):
            raise TypeError(f"max_workers is a number of threads, not {max_workers!r}")
        self.max_workers = max_workers

    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"runner": self.name}
        return options if self.max_workers is None else {**options, "max_workers": self.max_workers}
