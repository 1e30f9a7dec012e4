"""Flows and tasks: what the decorators make of functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Literal, ParamSpec, Self, TypeVar, cast, overload

from ._failure import Failure
from ._future import Future, FutureList
from ._host import Kind, Options
from ._options import HOOKS, OF_THE_CODE, flow_options, task_options
from ._signature import Signature
from ._state import State
from ._submit import CacheKey, Submit, WaitFor

__all__ = ["Definition", "Flow", "Task", "find", "registered"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

#: Everything that was decorated.
registered: list[Definition[Any, Any]] = []


class Definition(Generic[P, R]):
    """A flow or a task."""

    kind: Kind

    def __init__(
        self,
        function: Callable[P, R],
        name: str | None = None,
        description: str | None = None,
        retry_condition_fn: Callable[..., bool] | None = None,
        cache_key_fn: Callable[..., str | None] | None = None,
        **words: Any,
    ) -> None:
        if not inspect.isfunction(function):
            raise TypeError(f"@{self.kind} is for functions, not for {function!r}")
        # mypy knows wrappers that are functions alone.
        functools.update_wrapper(cast(Any, self), function)
        #: The function itself, which runs where it is called.
        self.fn = function
        self.name = name or function.__name__
        self.description = inspect.getdoc(function) or "" if description is None else description
        self.is_async = inspect.iscoroutinefunction(function)
        self.signature = Signature(function)
        self.retry_condition_fn = retry_condition_fn
        self.cache_key_fn = cache_key_fn
        self.hooks = {event: _hooks(event, words.pop(event, None)) for event in HOOKS}
        try:
            #: In the contract's spelling.
            self.options = self._checked(words)
        except TypeError as error:
            raise TypeError(f"@{self.kind} {self.name}: {error}") from None
        #: Overrides of `with_options`.
        self.overrides: Options = {}
        registered.append(self)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name!r}>"

    def _checked(self, words: dict[str, Any]) -> Options:
        return task_options(words) if self.kind == "task" else flow_options(words)

    def _with(self, words: dict[str, Any]) -> Self:
        for word in OF_THE_CODE:
            if word in words:
                raise TypeError(f"with_options: '{word}' is for @{self.kind} to say")
        if "retry_delay_seconds" in words and "retries" not in words:
            words["retries"] = self.options.get("retries", 0)
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.cache_key_fn = words.pop("cache_key_fn", self.cache_key_fn)
        other.overrides = {**self.overrides, **self._checked(words)}
        return other

    def _submit(self, wait_for: WaitFor) -> Submit:
        return Submit(self.kind, self.name, self.signature, self.overrides, wait_for)

    def _cache_key(self) -> CacheKey | None:
        key = self.cache_key_fn
        if key is None or "cache_key" in self.overrides or "cache_policy" in self.overrides:
            return None
        return lambda arguments: key(self, arguments)

    def _one(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[Any]:
        wait_for = kwargs.pop("wait_for", None)
        arguments = self.signature.bind(args, kwargs)
        return self._submit(wait_for).one(arguments, self._cache_key())

    def _many(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> FutureList[Any]:
        wait_for = kwargs.pop("wait_for", None)
        arguments = self.signature.bind(args, kwargs)
        return self._submit(wait_for).many(arguments, self._cache_key())

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return_state = kwargs.pop("return_state", False)
        if self.is_async:
            return self._awaited(args, kwargs, return_state)
        future = self._one(args, kwargs)
        return _state(future) if return_state else future.result()

    async def _awaited(self, args: tuple[Any, ...], kwargs: dict[str, Any], return_state: bool) -> Any:
        future = self._one(args, kwargs)
        if not return_state:
            return await future
        try:
            await future
        except Failure:
            # The state tells.
            pass
        return future.state

    def _submitted(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return_state = kwargs.pop("return_state", False)
        future = self._one(args, kwargs)
        return _state(future) if return_state else future


class Task(Definition[P, R]):
    """A function each of whose calls is a run in an instance of its own; made by `@task`."""

    kind = "task"

    @overload
    def __call__(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> State[R]: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Submits a run and waits for its result; of an `async def` task, to be awaited.

        `wait_for=[…]` has it wait for other runs, `return_state=True` returns its state.
        """
        return self._call(args, kwargs)

    @overload
    def submit(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> State[Any]: ...
    @overload
    def submit(self: Task[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> Future[T]: ...
    @overload
    def submit(self: Task[..., Future[T]], *args: Any, **kwargs: Any) -> Future[T]: ...
    @overload
    def submit(self, *args: Any, **kwargs: Any) -> Future[R]: ...
    def submit(self, *args: Any, **kwargs: Any) -> Any:
        """Submits a run and returns its future at once.

        Each argument is a value, or the future of another run, whose result the host hands over; a list
        may consist of futures.
        """
        return self._submitted(args, kwargs)

    @overload
    def map(self: Task[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> FutureList[T]: ...
    @overload
    def map(self, *args: Any, **kwargs: Any) -> FutureList[R]: ...
    def map(self, *args: Any, **kwargs: Any) -> Any:
        """One run for each element of the arguments, which are lists or something else to iterate over;
        texts, bytes, dicts and what is `unmapped` are the same for all."""
        return self._many(args, kwargs)

    def with_options(self, **options: Any) -> Self:
        """The same task with other options, in the words of `@task`."""
        return self._with(options)


class Flow(Definition[P, R]):
    """A function that submits runs; made by `@flow`. Called by another flow it is a subflow."""

    kind = "flow"

    @overload
    def __call__(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> State[R]: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Starts a run and waits for its result; of an `async def` flow, to be awaited."""
        return self._call(args, kwargs)

    @overload
    def submit(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> State[Any]: ...
    @overload
    def submit(self: Flow[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> Future[T]: ...
    @overload
    def submit(self, *args: Any, **kwargs: Any) -> Future[R]: ...
    def submit(self, *args: Any, **kwargs: Any) -> Any:
        """Starts a run and returns its future at once."""
        return self._submitted(args, kwargs)

    def with_options(self, **options: Any) -> Self:
        """The same flow with other options, in the words of `@flow`."""
        return self._with(options)


def find(kind: Kind, name: str) -> Definition[Any, Any] | None:
    """The one that was decorated last, of those with the name."""
    known: list[Definition[Any, Any]] = [one for one in registered if (one.kind, one.name) == (kind, name)]
    return known[-1] if known else None


def _state(future: Future[T]) -> State[T]:
    future.wait()
    return future.state


def _hooks(event: str, hooks: Any) -> dict[str, Callable[..., Any]]:
    """By the names that the host calls them."""
    if hooks is None:
        hooks = []
    elif callable(hooks):
        hooks = [hooks]
    named: dict[str, Callable[..., Any]] = {}
    for index, hook in enumerate(hooks):
        if not callable(hook):
            raise TypeError(f"{event} is a list of functions, not of {hook!r}")
        named[f"{event}[{index}] {getattr(hook, '__name__', '')}".strip()] = hook
    return named
