"""How runs are submitted: what becomes of arguments, futures among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Union

from ._failure import Failure
from ._future import Future, FutureList, allow_failure, unmapped
from ._host import Argument, Dependency, Input, Kind, Options, OutcomeOf, Value, host
from ._signature import Signature
from ._values import encode

__all__ = ["Submit", "WaitFor"]

WaitFor = Union[Iterable[Union[Future[Any], "allow_failure[Any]"]], None]
CacheKey = Callable[[dict[str, Any]], str | None]


class Submit:
    """What all runs of one submit have in common."""

    def __init__(
        self, kind: Kind, name: str, signature: Signature | None, options: Options, wait_for: WaitFor
    ) -> None:
        self.kind = kind
        self.name = name
        #: None of what another component holds.
        self.signature = signature
        self.options = options
        self.wait_for = [_dependency(run) for run in wait_for or ()]

    def one(self, arguments: dict[str, Any], cache_key: CacheKey | None = None) -> Future[Any]:
        """Submits one run, and returns at once."""
        wait_for = list(self.wait_for)
        told = [self._argument(name, value, wait_for) for name, value in arguments.items()]
        options = self._options(arguments, cache_key)
        return Future(host().submit(self.kind, self.name, told, wait_for, options), self._decode)

    def many(self, arguments: dict[str, Any], cache_key: CacheKey | None = None) -> FutureList[Any]:
        """One run for each element of the arguments that are to be iterated over."""
        rows = self._rows(arguments)
        if cache_key or self.kind == "flow":
            # Each run has a key of its own, and so a submit of its own.
            return FutureList(self.one(row, cache_key) for row in rows)
        wait_for = list(self.wait_for)
        told = [[self._argument(name, value, wait_for) for name, value in row.items()] for row in rows]
        runs = host().submit_many(self.name, told, wait_for, self.options)
        return FutureList(Future(run, self._decode) for run in runs)

    def _decode(self, value: Value) -> Any:
        # Read when it is needed: hints may name what comes later in the file.
        if self.signature is None:
            return value if isinstance(value, bytes) else json.loads(value)
        return self.signature.decode_result(value)

    def _options(self, arguments: dict[str, Any], cache_key: CacheKey | None) -> Options:
        # What is not there yet cannot be part of a key.
        if cache_key is None or any(_has_future(value) for value in arguments.values()):
            return self.options
        key = cache_key(arguments)
        return self.options if key is None else {**self.options, "cache_key": str(key)}

    def _argument(self, name: str, value: Any, wait_for: list[Dependency]) -> Argument:
        parameter = self.signature.parameters[name] if self.signature else None
        takes_outcomes = parameter is not None and parameter.takes_outcomes
        if isinstance(value, allow_failure):
            if parameter is not None and not takes_outcomes:
                raise TypeError(
                    f"{self.name}: '{name}' takes no failure; annotate it, as in `{name}: int | Failure`"
                )
            return Argument(name, OutcomeOf(value.future._run))
        if isinstance(value, Future) and takes_outcomes:
            return Argument(name, encode(value.result(), outcome=True))
        return Argument(name, self._input(value, takes_outcomes, wait_for))

    def _input(self, value: Any, outcome: bool, wait_for: list[Dependency]) -> Input:
        if isinstance(value, Future):
            return value._run
        if isinstance(value, (list, tuple)) and value and all(isinstance(item, Future) for item in value):
            return [item._run for item in value]
        if _has_future(value):
            value = _settled(value, wait_for)
        return encode(value, outcome=outcome)

    def _rows(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        columns = {name: _column(value) for name, value in arguments.items()}
        lengths = {name: len(column) for name, column in columns.items() if column is not None}
        if not lengths:
            raise TypeError(f"{self.name}.map needs a list for at least one parameter")
        count = next(iter(lengths.values()))
        if any(length != count for length in lengths.values()):
            told = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
            raise ValueError(
                f"{self.name}.map: {told} values; use `unmapped` for a value that all runs share"
            )
        same = {name: _unwrapped(value) for name, value in arguments.items()}
        return [
            {name: same[name] if column is None else column[index] for name, column in columns.items()}
            for index in range(count)
        ]


def _dependency(run: Any) -> Dependency:
    if isinstance(run, allow_failure):
        return Dependency(run.future._run, True)
    if isinstance(run, Future):
        return Dependency(run._run, False)
    raise TypeError(f"wait_for takes futures, not {run!r}")


def _column(value: Any) -> list[Any] | None:
    """The values of an argument of a `map`; none if all runs share it."""
    if isinstance(value, Future):
        value = value.result()
    if isinstance(value, (unmapped, allow_failure, str, bytes, bytearray, dict)) or not hasattr(
        value, "__iter__"
    ):
        return None
    return list(value)


def _unwrapped(value: Any) -> Any:
    return value.value if isinstance(value, unmapped) else value


def _has_future(value: Any) -> bool:
    if isinstance(value, (list, tuple, set)):
        return any(_has_future(item) for item in value)
    if isinstance(value, dict):
        return any(_has_future(item) for item in value.values())
    return isinstance(value, (Future, allow_failure))


def _settled(value: Any, wait_for: list[Dependency]) -> Any:
    """The value with results in the places of futures. The new run is made to depend on a run that
    failed, so that it does not start."""
    if isinstance(value, (list, tuple, set)):
        return [_settled(item, wait_for) for item in value]
    if isinstance(value, dict):
        return {key: _settled(item, wait_for) for key, item in value.items()}
    if isinstance(value, allow_failure):
        return value.future.result(raise_on_failure=False)
    if not isinstance(value, Future):
        return value
    try:
        return value.result()
    except Failure:
        wait_for.append(Dependency(value._run, False))
        return None
