"""Flows and tasks of other components, which are called by name.

``remote.task("images/resize")`` is the task ``resize`` of the component that ``wflow.toml`` calls ``images``.
"""

from __future__ import annotations

from typing import Any

from ._future import Future, FutureList
from ._host import Kind, Options
from ._options import flow_options, task_options
from ._submit import Submit, WaitFor

__all__ = ["Remote", "flow", "task"]


class Remote:
    """A flow or task of another component. Its arguments have names."""

    def __init__(self, kind: Kind, name: str, options: Options | None = None) -> None:
        self.kind = kind
        self.name = name
        self._options = options or {}

    def __call__(self, *, wait_for: WaitFor = None, **arguments: Any) -> Any:
        """Submits a run and waits for its result."""
        return self.submit(wait_for=wait_for, **arguments).result()

    def submit(self, *, wait_for: WaitFor = None, **arguments: Any) -> Future[Any]:
        """Submits a run and returns its future at once."""
        return self._submit(wait_for).one(arguments)

    def map(self, *, wait_for: WaitFor = None, **arguments: Any) -> FutureList[Any]:
        """One run for each element of the arguments that are to be iterated over."""
        return self._submit(wait_for).many(arguments)

    def with_options(self, **options: Any) -> Remote:
        """The same with other options, in the words of the decorators."""
        checked = task_options(options) if self.kind == "task" else flow_options(options)
        return Remote(self.kind, self.name, {**self._options, **checked})

    def _submit(self, wait_for: WaitFor) -> Submit:
        return Submit(self.kind, self.name, None, self._options, wait_for)


def task(name: str) -> Remote:
    """A task by its component's name and its own."""
    return Remote("task", name)


def flow(name: str) -> Remote:
    """A flow, likewise."""
    return Remote("flow", name)
