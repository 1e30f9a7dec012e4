"""Runs flows and tasks in this process, for quick tests under plain Python: each run in a thread.

Retries, futures and waits are as in wflow. Nothing is sandboxed, recorded, cached or ended in time.
"""

from __future__ import annotations

import concurrent.futures
import itertools
import json
import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, cast

from . import _run
from ._definition import Definition, find
from ._failure import Failure, FailureKind
from ._host import Argument, ArtifactKind, Dependency, Kind, Level, Options, OutcomeOf, Run, Value

__all__ = ["LocalHost"]

_log = logging.getLogger("wflow.local")
#: The run of each thread.
_current = threading.local()


class LocalRun:
    """A run in a thread of its own."""

    def __init__(self, name: str, work: Callable[[LocalRun], Value]) -> None:
        self._id = str(uuid.uuid4())
        self._name = name
        self._state = "pending"
        self.ended: concurrent.futures.Future[Value] = concurrent.futures.Future()
        self.children: list[LocalRun] = []
        threading.Thread(target=self._go, args=[work], name=name, daemon=True).start()

    def _go(self, work: Callable[[LocalRun], Value]) -> None:
        _current.run = self
        try:
            result = work(self)
            # As in wflow, a run has ended when all that it submitted has.
            concurrent.futures.wait([child.ended for child in self.children])
        except Failure as failure:
            self._state = failure.kind.value
            self.ended.set_exception(failure)
        else:
            self._state = "completed"
            self.ended.set_result(result)

    def started(self) -> None:
        self._state = "running"

    def id(self) -> str:
        return self._id

    def name(self) -> str:
        return self._name

    def state(self) -> str:
        return self._state

    def result(self) -> Value:
        try:
            return self.ended.result()
        except Failure as failure:
            told = Failure(
                failure.message, retryable=failure.retryable, kind=failure.kind, run_name=self._name
            )
            raise told from None

    def cancel(self) -> None:
        """A thread cannot be ended."""


class LocalHost:
    """Stands in for wflow."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def submit(
        self, kind: Kind, name: str, arguments: list[Argument], wait_for: list[Dependency], options: Options
    ) -> Run:
        definition = _find(kind, name)
        run_name = (
            options.get("run_name") or definition.options.get("run_name") or f"{name}-{next(self._numbers)}"
        )

        def work(run: LocalRun) -> Value:
            _await(wait_for)
            values = _values(definition, arguments)
            run.started()
            return _attempts(definition, values, {**definition.options, **options})

        run = LocalRun(run_name, work)
        parent: LocalRun | None = getattr(_current, "run", None)
        if parent is not None:
            parent.children.append(run)
        return run

    def submit_many(
        self, task: str, runs: list[list[Argument]], wait_for: list[Dependency], options: Options
    ) -> list[Run]:
        return [self.submit("task", task, row, wait_for, options) for row in runs]

    def wait_any(self, runs: list[Run], timeout: int | None) -> list[int]:
        seconds = None if timeout is None else timeout / 1000
        futures = [cast(LocalRun, run).ended for run in runs]
        if not futures:
            time.sleep(seconds or 0)
        concurrent.futures.wait(futures, seconds, concurrent.futures.FIRST_COMPLETED)
        return [index for index, future in enumerate(futures) if future.done()]

    def pause(self, prompt: str, schema: str, timeout: int | None) -> str:
        answer = input(f"{prompt or 'Go on?'} ")
        return answer if schema else "null"

    def create_artifact(self, kind: ArtifactKind, key: str, description: str, data: Value) -> None:
        _log.info("artifact '%s' (%s)", key, kind)

    def log(self, level: Level, message: str) -> None:
        print(f"{level.upper():8}| {message}", file=sys.stderr)

    def variable(self, name: str) -> str:
        text = _environment("variable", "WFLOW_VAR_", name)
        try:
            json.loads(text)
        except ValueError:
            return json.dumps(text)
        return text

    def secret(self, name: str) -> str:
        return _environment("secret", "WFLOW_SECRET_", name)


def _environment(kind: str, prefix: str, name: str) -> str:
    """What wflow's options grant comes from the environment here."""
    key = prefix + name.upper()
    if key not in os.environ:
        raise Failure(
            f"the {kind} '{name}' is not granted; outside of wflow, set {key}",
            retryable=False,
            kind=FailureKind.DENIED,
        )
    return os.environ[key]


def _find(kind: Kind, name: str) -> Definition[Any, Any]:
    # A notebook defines the same name again and again.
    definition = find(kind, name)
    if definition is not None:
        return definition
    raise Failure(f"there is no {kind} '{name}'", retryable=False, kind=FailureKind.INVALID_INPUT)


def _await(wait_for: list[Dependency]) -> None:
    for dependency in wait_for:
        if not dependency.allow_failure:
            _result(dependency.run)
        else:
            concurrent.futures.wait([cast(LocalRun, dependency.run).ended])


def _result(run: Run) -> Value:
    try:
        return run.result()
    except Failure as failure:
        raise Failure(
            f"{run.name()} did not complete: {failure.message}", kind=FailureKind.UPSTREAM_FAILED
        ) from None


def _values(definition: Definition[Any, Any], arguments: list[Argument]) -> list[Value]:
    """One value for each parameter, with defaults in the places of those that are not there."""
    given = {argument.name: _value(argument) for argument in arguments}
    values = []
    for name, parameter in definition.signature.parameters.items():
        value = given.get(name, parameter.default_json())
        if value is None:
            raise Failure(f"'{name}' is missing", retryable=False, kind=FailureKind.INVALID_INPUT)
        values.append(value)
    return values


def _value(argument: Argument) -> Value:
    match argument.input:
        case str() | bytes() as value:
            return value
        case OutcomeOf(run):
            return _outcome(run)
        case LocalRun() as run:
            return _result(run)
        case runs:
            texts = [_result(run) for run in cast("list[Run]", runs)]
            return f"[{','.join(cast('list[str]', texts))}]"


def _outcome(run: Run) -> str:
    try:
        return f'{{"completed":{cast(str, run.result())}}}'
    except Failure as failure:
        return json.dumps({"failed": {"kind": failure.kind.value, "message": failure.message}})


def _attempts(definition: Definition[Any, Any], values: list[Value], options: Options) -> Value:
    delays = options.get("retry_delay_ms", 0)
    delays = delays if isinstance(delays, list) else [delays]
    retries = options.get("retries", 0)
    for retry in itertools.count():
        try:
            return _run.call(definition, values)
        except _run.Ended as ended:
            if retry >= retries or not ended.retryable:
                raise Failure(ended.message, retryable=ended.retryable) from None
        time.sleep(delays[min(retry, len(delays) - 1)] / 1000 if delays else 0)
    raise AssertionError("retries have an end")
