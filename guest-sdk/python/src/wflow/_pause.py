"""Questions that a flow asks before it goes on."""

from __future__ import annotations

import json
from typing import TypeVar

from ._failure import Failure
from ._host import host
from ._options import Seconds, milliseconds
from ._schema import schema_of
from ._values import decoder

__all__ = ["pause", "pause_for_input"]

T = TypeVar("T")


def pause(prompt: str = "", timeout: Seconds | None = None) -> None:
    """Pauses the flow until somebody says to go on. The prompt tells people what it waits for.

    Raises a `Failure` of kind `TIMED_OUT` when the time (in seconds) is up, of kind `DENIED` in a task.
    """
    _ask(prompt, "", timeout)


def pause_for_input(type: type[T], prompt: str = "", timeout: Seconds | None = None) -> T:
    """Pauses the flow until somebody answers with such a value: a dataclass, for instance.

    Whoever answers is told its JSON Schema; what does not fit is refused, and the flow waits on. Runs
    that were submitted go on meanwhile, but the flow's own code does not, also not if it is async.
    """
    answer = _ask(prompt, json.dumps(schema_of(type)), timeout)
    try:
        decoded: T = decoder(type)(answer)
    except Failure as failure:
        raise Failure(f"the answer: {failure}", retryable=False) from None
    return decoded


def _ask(prompt: str, schema: str, timeout: Seconds | None) -> str:
    return host().pause(prompt, schema, None if timeout is None else milliseconds(timeout))
