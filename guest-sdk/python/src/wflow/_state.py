"""Where a run stands: a type and a name, as Prefect has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Literal, TypeVar, overload

__all__ = ["State", "StateType"]

R = TypeVar("R")
StateType = Literal[
    "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED"
]

#: By the contract's spelling.
_TYPES: dict[str, tuple[StateType, str]] = {
    "pending": ("PENDING", "Pending"),
    "running": ("RUNNING", "Running"),
    "paused": ("PAUSED", "Paused"),
    "awaiting-retry": ("SCHEDULED", "AwaitingRetry"),
    "cancelling": ("CANCELLING", "Cancelling"),
    "completed": ("COMPLETED", "Completed"),
    "cached": ("COMPLETED", "Cached"),
    "failed": ("FAILED", "Failed"),
    "timed-out": ("FAILED", "TimedOut"),
    "upstream-failed": ("FAILED", "UpstreamFailed"),
    "denied": ("FAILED", "Denied"),
    "invalid-input": ("FAILED", "InvalidInput"),
    "crashed": ("CRASHED", "Crashed"),
    "cancelled": ("CANCELLED", "Cancelled"),
}


class State(Generic[R]):
    """Where a run stood when it was asked."""

    def __init__(self, spelling: str, result: Callable[[], R]) -> None:
        self.type, self.name = _TYPES[spelling]
        self._result = result

    @overload
    def result(self, raise_on_failure: Literal[True] = True) -> R: ...
    @overload
    def result(self, raise_on_failure: bool = True) -> R | Exception: ...
    def result(self, raise_on_failure: bool = True) -> R | Exception:
        """What the run returned, waiting for its end; the failure is raised, or returned."""
        try:
            return self._result()
        except Exception as error:
            if raise_on_failure:
                raise
            return error

    def is_scheduled(self) -> bool:
        return self.type == "SCHEDULED"

    def is_pending(self) -> bool:
        return self.type == "PENDING"

    def is_running(self) -> bool:
        return self.type == "RUNNING"

    def is_paused(self) -> bool:
        return self.type == "PAUSED"

    def is_cancelling(self) -> bool:
        return self.type == "CANCELLING"

    def is_completed(self) -> bool:
        return self.type == "COMPLETED"

    def is_failed(self) -> bool:
        return self.type == "FAILED"

    def is_crashed(self) -> bool:
        return self.type == "CRASHED"

    def is_cancelled(self) -> bool:
        return self.type == "CANCELLED"

    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.type in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")

    def __repr__(self) -> str:
        return f"{self.name}(type={self.type})"
