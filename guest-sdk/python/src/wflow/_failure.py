"""Why a run did not complete, and what becomes of an exception."""

from __future__ import annotations

import importlib
import os
import traceback
from enum import StrEnum

__all__ = ["Failure", "FailureKind"]

SDK = os.path.dirname(__file__)
NOT_OWN = (SDK, "<frozen ", os.path.dirname(importlib.__file__))


class FailureKind(StrEnum):
    """How a run ended that did not complete, in the host's words."""

    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    UPSTREAM_FAILED = "upstream-failed"
    DENIED = "denied"
    INVALID_INPUT = "invalid-input"


ENDED = {
    FailureKind.FAILED: "failed",
    FailureKind.CRASHED: "crashed",
    FailureKind.TIMED_OUT: "timed out",
    FailureKind.CANCELLED: "was cancelled",
    FailureKind.UPSTREAM_FAILED: "did not start",
    FailureKind.DENIED: "was denied something",
    FailureKind.INVALID_INPUT: "was refused",
}


class Failure(Exception):
    """How another run ended that did not complete, or why this one does not.

    ``raise Failure("…")`` is tried again while retries are left, as any exception is;
    ``raise Failure("…", retryable=False)`` is not. Its message stands without a traceback.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = True,
        kind: FailureKind = FailureKind.FAILED,
        run_name: str | None = None,
    ) -> None:
        super().__init__(message)
        #: What happened, without the name of the run that it happened to.
        self.message = message
        #: May another attempt end differently?
        self.retryable = retryable
        #: How the run ended: the host's word for another run, ``FAILED`` for a failure made here.
        self.kind = kind
        #: The run that ended so, if it was another one.
        self.run_name = run_name

    def __str__(self) -> str:
        if self.run_name is None:
            return self.message
        return f"run {self.run_name} {ENDED[self.kind]}: {self.message}"


def of_host(kind: FailureKind, message: str, run_name: str | None = None) -> Failure:
    """What the host says of a run, or of what it does not do for this one."""
    # The same would be refused again.
    final = kind in (FailureKind.DENIED, FailureKind.INVALID_INPUT)
    return Failure(message, retryable=not final, kind=kind, run_name=run_name)


def explain(error: BaseException) -> str:
    """The exception and where it came from; of a failure, its message alone."""
    if isinstance(error, Failure):
        # The run that failed has told the rest.
        return str(error) if error.run_name is None else str(error).partition("\n")[0]
    told = traceback.TracebackException.from_exception(error)
    summary = "".join(told.format_exception_only()).strip()
    for part in _chain(told):
        part.stack = _own_code(part.stack)
    # What comes last in a traceback is here what comes first.
    trace = "".join(told.format()).rstrip().removesuffix(summary).rstrip()
    return f"{summary}\n{trace}"


def _chain(told: traceback.TracebackException) -> list[traceback.TracebackException]:
    parts = []
    pending = [told]
    while pending:
        part = pending.pop()
        parts.append(part)
        pending.extend(p for p in (part.__cause__, part.__context__) if p is not None)
        pending.extend(part.exceptions or [])
    return parts


def _own_code(stack: traceback.StackSummary) -> traceback.StackSummary:
    """Without the SDK's frames, and with files by the names that their author knows."""
    own = [frame for frame in stack if not frame.filename.startswith(NOT_OWN)]
    for frame in own:
        frame.filename = shown(frame.filename)
    return traceback.StackSummary.from_list(own)


def shown(file: str) -> str:
    """In a component, folders of code are mounted as ``/0``, ``/1`` and so on."""
    root, _, rest = file.removeprefix("/").partition("/")
    return rest if file.startswith("/") and root.isdigit() and rest else file
