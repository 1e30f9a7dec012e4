"""What the operator granted by name: variables and secrets."""

from __future__ import annotations

import json
from typing import Any

from ._failure import Failure, FailureKind
from ._host import host

__all__ = ["Secret", "secret", "variable"]

_NONE: Any = object()


def variable(name: str, default: Any = _NONE) -> Any:
    """A variable, which the operator grants with `--var NAME=JSON`.

    One that is not granted is a `Failure` of kind `DENIED`, unless there is a default.
    """
    try:
        return json.loads(host().variable(name))
    except Failure as failure:
        if failure.kind is FailureKind.DENIED and default is not _NONE:
            return default
        raise


def secret(name: str) -> Secret:
    """A secret, which the operator grants with `--secret NAME=env:VAR` (or `file:`, or `cmd:`).

    One that is not granted is a `Failure` of kind `DENIED`.
    """
    return Secret(host().secret(name))


class Secret:
    """Text that shows itself to nobody: only `get` gives it away.

    It is no parameter and no result either: a run that needs it reads it itself.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def get(self) -> str:
        """The secret's text."""
        return self._text

    def __repr__(self) -> str:
        return "********"
