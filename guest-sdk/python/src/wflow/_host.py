"""What the SDK asks of whoever runs it: wflow where it is part of a component, this process elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol, Union

__all__ = ["Argument", "Dependency", "Host", "Input", "OutcomeOf", "Run", "Value", "host"]

#: JSON text, or bytes that travel as they are.
Value = Union[str, bytes]
Kind = Literal["flow", "task"]
Level = Literal["debug", "info", "warning", "error"]
ArtifactKind = Literal["markdown", "table", "link", "progress", "image"]


class Run(Protocol):
    """A run that was submitted."""

    def id(self) -> str: ...
    def name(self) -> str: ...
    def state(self) -> str:
        """In the contract's spelling, such as ``timed-out``."""

    def result(self) -> Value:
        """Blocks until the run has ended; raises a `Failure` if it did not complete."""

    def cancel(self) -> None: ...


@dataclass(frozen=True)
class OutcomeOf:
    """How a run ended, whatever that was."""

    run: Run


#: Where an argument comes from: a value, or what runs return.
Input = Union[Value, Run, Sequence[Run], OutcomeOf]


@dataclass(frozen=True)
class Argument:
    """One argument of a new run; an empty name means by position."""

    name: str
    input: Input


@dataclass(frozen=True)
class Dependency:
    """A run that a new one waits for without taking its result."""

    run: Run
    allow_failure: bool


Options = dict[str, Any]


class Host(Protocol):
    """The contract's `runner`. What fails raises a `Failure`; times are in milliseconds."""

    def submit(
        self, kind: Kind, name: str, arguments: list[Argument], wait_for: list[Dependency], options: Options
    ) -> Run: ...

    def submit_many(
        self, task: str, runs: list[list[Argument]], wait_for: list[Dependency], options: Options
    ) -> list[Run]: ...

    def wait_any(self, runs: list[Run], timeout: int | None) -> list[int]:
        """The indices of those that have ended, as soon as there is one or the time is up."""

    def pause(self, prompt: str, schema: str, timeout: int | None) -> str: ...
    def create_artifact(self, kind: ArtifactKind, key: str, description: str, data: Value) -> None: ...
    def log(self, level: Level, message: str) -> None: ...
    def variable(self, name: str) -> str: ...
    def secret(self, name: str) -> str: ...


@cache
def host() -> Host:
    """The host of this process."""
    # Only one of the two can be imported in each of the places.
    try:
        import wit_world  # noqa: F401
    except ModuleNotFoundError:
        from ._local import LocalHost

        return LocalHost()
    from ._component import ComponentHost

    return ComponentHost()
