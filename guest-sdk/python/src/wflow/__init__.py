"""Write wflow flows and tasks in Python.

    from wflow import flow, task

    @task(retries=2, retry_delay_seconds=0.5, timeout_seconds=10)
    def double(n: int) -> int:
        return 2 * n

    @flow
    def redoubled(n: int) -> int:
        once = double.submit(n)      # returns at once
        return double(once)          # the host hands the first result over

`wflow run flow.py` makes a component of the file and runs it; `python flow.py` runs it in this process.
"""

from . import artifacts, cache_policies, remote, task_runners
from ._decorators import flow, task
from ._definition import Flow, Task
from ._failure import Failure, FailureKind
from ._future import Future, FutureList, allow_failure, as_completed, unmapped, wait
from ._granted import Secret, secret, variable
from ._log import get_run_logger
from ._options import exponential_backoff
from ._pause import pause, pause_for_input
from ._run import EndedRun
from ._state import State

__all__ = [
    "EndedRun",
    "Failure",
    "FailureKind",
    "Flow",
    "Future",
    "FutureList",
    "Secret",
    "State",
    "Task",
    "allow_failure",
    "artifacts",
    "as_completed",
    "cache_policies",
    "exponential_backoff",
    "flow",
    "get_run_logger",
    "pause",
    "pause_for_input",
    "remote",
    "secret",
    "task",
    "task_runners",
    "unmapped",
    "variable",
    "wait",
]
