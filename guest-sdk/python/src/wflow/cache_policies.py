"""What task runs must have in common to share a result, by Prefect's names.

``@task(cache_policy=INPUTS + TASK_SOURCE)``, or ``INPUTS - "debug"`` without one of the arguments.
"""

from __future__ import annotations

__all__ = ["DEFAULT", "FLOW_PARAMETERS", "INPUTS", "NO_CACHE", "RUN_ID", "TASK_SOURCE", "CachePolicy"]


class CachePolicy:
    """A sum of parts, each of which runs must have in common."""

    def __init__(self, *parts: str) -> None:
        self._parts = parts

    @staticmethod
    def of(value: object) -> CachePolicy:
        """The policy itself; anything else is a `TypeError`."""
        if isinstance(value, CachePolicy):
            return value
        raise TypeError(f"a cache policy is made of INPUTS, TASK_SOURCE and the like, not {value!r}")

    def words(self) -> list[str]:
        """As the contract has it."""
        return list(self._parts)

    def __add__(self, other: CachePolicy) -> CachePolicy:
        return CachePolicy(*dict.fromkeys((*self._parts, *CachePolicy.of(other)._parts)))

    def __sub__(self, parameter: str) -> CachePolicy:
        """Without this argument."""
        return CachePolicy(*self._parts, f"-{parameter}")

    def __repr__(self) -> str:
        return " + ".join(self._parts) or "NO_CACHE"


#: The arguments, whatever other run they come from.
INPUTS = CachePolicy("inputs")
#: The component: its code, and that of whatever is built with it.
TASK_SOURCE = CachePolicy("task-source")
#: The arguments of the flow run that the run belongs to.
FLOW_PARAMETERS = CachePolicy("flow-parameters")
#: The flow run itself.
RUN_ID = CachePolicy("run-id")
#: Nothing is shared.
NO_CACHE = CachePolicy()
#: What Prefect does where nothing is said. wflow shares nothing there.
DEFAULT = INPUTS + TASK_SOURCE + RUN_ID
