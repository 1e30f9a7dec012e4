"""Runs a flow or task, and what belongs to it, in the instance that was made for this."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _loop
from ._definition import Definition
from ._failure import Failure, FailureKind, explain
from ._host import Value
from ._state import State
from ._values import encode

__all__ = ["EndedRun", "Ended", "call", "hook", "reason", "retry_condition"]


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended, as hooks learn of it."""

    #: A UUID.
    id: str
    #: As logs show it.
    name: str
    #: How many attempts there were.
    attempts: int


class Ended(Exception):
    """How an attempt ended that failed, as the host is to be told."""

    def __init__(self, message: str, retryable: bool) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable


def call(definition: Definition[Any, Any], arguments: list[Value]) -> Value:
    """Calls the function; raises `Ended` if it fails."""
    try:
        returned = definition.signature.call(arguments)
        if inspect.iscoroutine(returned):
            returned = _loop.run(returned)
        if hasattr(returned, "__wflow_result__"):
            returned = returned.__wflow_result__()
        return encode(returned, outcome=False)
    except BaseException as error:
        raise Ended(explain(error), _is_retryable(definition, error)) from error
    finally:
        flush()


def _is_retryable(definition: Definition[Any, Any], error: BaseException) -> bool:
    if isinstance(error, Failure) and not error.retryable:
        return False
    condition = definition.retry_condition_fn
    if condition is None:
        return True

    def raised() -> Any:
        raise error

    return bool(condition(definition, None, State("failed", raised)))


def hook(definition: Definition[Any, Any], name: str, told: str) -> None:
    """Calls a hook for a run that has ended, told as JSON."""
    known = {name: hook for hooks in definition.hooks.values() for name, hook in hooks.items()}
    if name not in known:
        raise Ended(f"{definition.name} has no hook '{name}'", False)
    _about(definition, known[name], told)


def retry_condition(definition: Definition[Any, Any], told: str) -> bool:
    """Whether an attempt that crashed or timed out, told as JSON, is worth another one."""
    condition = definition.retry_condition_fn
    if condition is None:
        raise Ended(f"{definition.name} has no condition for another attempt", False)
    return bool(_about(definition, condition, told))


def _about(definition: Definition[Any, Any], function: Callable[..., Any], told: str) -> Any:
    ended = json.loads(told)
    run = EndedRun(ended["id"], ended["name"], ended["attempts"])
    try:
        returned = function(definition, run, reason(ended))
        return _loop.run(returned) if inspect.iscoroutine(returned) else returned
    except BaseException as error:
        raise Ended(explain(error), True) from error
    finally:
        flush()


def reason(ended: dict[str, Any]) -> State[None]:
    """The state in which a run ended; its result is not told, but the failure is."""
    kinds = {kind.value: kind for kind in FailureKind}

    def result() -> None:
        if ended["state"] in kinds:
            raise Failure(ended["message"], kind=kinds[ended["state"]])

    return State(ended["state"], result)


def flush() -> None:
    """What was printed is told before the run's end is."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # A closed stdout is no reason for a run to fail.
            pass
