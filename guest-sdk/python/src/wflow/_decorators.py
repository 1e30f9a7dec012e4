"""`@flow` and `@task`, with and without parentheses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from ._definition import Flow, Task
from ._options import Limits, RetryDelay, Seconds
from .cache_policies import CachePolicy
from .task_runners import RunnerName, TaskRunner

__all__ = ["flow", "task"]

P = ParamSpec("P")
R = TypeVar("R")
Hooks = Sequence[Callable[..., Any]] | None


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(
    *,
    name: str | None = None,
    description: str | None = None,
    task_run_name: str | None = None,
    tags: Iterable[str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: RetryDelay | None = None,
    retry_backoff: float | None = None,
    retry_jitter_factor: float | None = None,
    retry_condition_fn: Callable[..., bool] | None = None,
    timeout_seconds: Seconds | None = None,
    log_prints: bool | None = None,
    cache_policy: CachePolicy | None = None,
    cache_key_fn: Callable[..., str | None] | None = None,
    cache_expiration: datetime.timedelta | None = None,
    refresh_cache: bool | None = None,
    cache_isolation: str | None = None,
    pure: bool | None = None,
    priority: int | None = None,
    max_concurrency: int | None = None,
    limits: Limits | None = None,
    needs: Iterable[str] | None = None,
    on_completion: Hooks = None,
    on_failure: Hooks = None,
    on_crashed: Hooks = None,
    on_cancellation: Hooks = None,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Makes a task of a function. The README lists the options."""
    return _decorated(Task, function, options)


@overload
def flow(function: Callable[P, R], /) -> Flow[P, R]: ...
@overload
def flow(
    *,
    name: str | None = None,
    description: str | None = None,
    flow_run_name: str | None = None,
    tags: Iterable[str] | None = None,
    task_runner: TaskRunner | RunnerName | None = None,
    retries: int | None = None,
    retry_delay_seconds: RetryDelay | None = None,
    retry_backoff: float | None = None,
    retry_jitter_factor: float | None = None,
    retry_condition_fn: Callable[..., bool] | None = None,
    timeout_seconds: Seconds | None = None,
    log_prints: bool | None = None,
    limits: Limits | None = None,
    needs: Iterable[str] | None = None,
    on_completion: Hooks = None,
    on_failure: Hooks = None,
    on_crashed: Hooks = None,
    on_cancellation: Hooks = None,
) -> Callable[[Callable[P, R]], Flow[P, R]]: ...
def flow(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Makes a flow of a function. The README lists the options."""
    return _decorated(Flow, function, options)


def _decorated(kind: type[Any], function: Callable[..., Any] | None, options: dict[str, Any]) -> Any:
    if function is None:
        return lambda function: kind(function, **options)
    return kind(function, **options)
