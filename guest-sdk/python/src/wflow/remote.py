"""Flows and tasks of other components, which are called by name.

``remote.task("images/resize")`` is the task ``resize`` of the component that ``wflow.toml`` calls ``images``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

from ._future import Future, FutureList
from ._host import Kind, Options
from ._options import flow_options, task_options
from ._signature import Signature
from ._submit import Submit, WaitFor

__all__ = ["Remote", "Typed", "flow", "task"]

P = ParamSpec("P")
R = TypeVar("R")


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

    def typed(self, function: Callable[P, R]) -> Typed[P, R]:
        """The same, with the parameters and the result of a function, which is never called.

        `wflow bind` writes these.
        """
        return Typed(self.kind, self.name, function, self._options)

    def _submit(self, wait_for: WaitFor) -> Submit:
        return Submit(self.kind, self.name, None, self._options, wait_for)


class Typed(Generic[P, R]):
    """A flow or task of another component whose types are known. Where a default is `...`, nothing is sent
    unless something is given."""

    def __init__(self, kind: Kind, name: str, function: Callable[P, R], options: Options) -> None:
        self.kind = kind
        self.name = name
        self._function = function
        self._signature = Signature(function)
        self._options = options

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Submits a run and waits for its result."""
        future: Future[R] = self._submit(None).one(self._signature.bind(args, kwargs))
        return future.result()

    def submit(self, *args: Any, wait_for: WaitFor = None, **kwargs: Any) -> Future[R]:
        """Submits a run and returns its future at once."""
        return self._submit(wait_for).one(self._signature.bind(args, kwargs))

    def map(self, *args: Any, wait_for: WaitFor = None, **kwargs: Any) -> FutureList[R]:
        """One run for each element of the arguments that are to be iterated over."""
        return self._submit(wait_for).many(self._signature.bind(args, kwargs))

    def with_options(self, **options: Any) -> Typed[P, R]:
        """The same with other options, in the words of the decorators."""
        checked = task_options(options) if self.kind == "task" else flow_options(options)
        return Typed(self.kind, self.name, self._function, {**self._options, **checked})

    def _submit(self, wait_for: WaitFor) -> Submit:
        return Submit(self.kind, self.name, self._signature, self._options, wait_for)


def task(name: str) -> Remote:
    """A task by its component's name and its own."""
    return Remote("task", name)


def flow(name: str) -> Remote:
    """A flow, likewise."""
    return Remote("flow", name)
