"""The host as a component sees it: the contract's `runner`, in the SDK's words."""

from __future__ import annotations

import json
from typing import cast

from componentize_py_types import Err
from wit_world.imports import runner
from wit_world.imports.types import Failure as HostFailure
from wit_world.imports.types import Value as HostValue
from wit_world.imports.types import Value_Bytes, Value_Json

from ._failure import Failure, FailureKind, of_host
from ._host import Argument, ArtifactKind, Dependency, Kind, Level, Options, OutcomeOf, Run, Value

__all__ = ["ComponentHost", "lift", "lower"]


def lower(value: Value) -> HostValue:
    return Value_Json(value) if isinstance(value, str) else Value_Bytes(value)


def lift(value: HostValue) -> Value:
    return value.value


class ComponentRun:
    """A handle on a run."""

    def __init__(self, future: runner.RunFuture) -> None:
        self.future = future

    def id(self) -> str:
        return self.future.id()

    def name(self) -> str:
        return self.future.name()

    def state(self) -> str:
        return self.future.state().name.lower().replace("_", "-")

    def result(self) -> Value:
        try:
            return lift(self.future.result())
        except Err as error:
            raise _failure(error, self.name()) from None

    def cancel(self) -> None:
        self.future.cancel()


class ComponentHost:
    """Calls the contract's functions."""

    def submit(
        self, kind: Kind, name: str, arguments: list[Argument], wait_for: list[Dependency], options: Options
    ) -> Run:
        call = runner.submit if kind == "task" else runner.start_flow
        return ComponentRun(call(name, _arguments(arguments), _dependencies(wait_for), _options(options)))

    def submit_many(
        self, task: str, runs: list[list[Argument]], wait_for: list[Dependency], options: Options
    ) -> list[Run]:
        rows = [_arguments(row) for row in runs]
        futures = runner.submit_many(task, rows, _dependencies(wait_for), _options(options))
        return [ComponentRun(future) for future in futures]

    def wait_any(self, runs: list[Run], timeout: int | None) -> list[int]:
        return runner.wait_any([_future(run) for run in runs], timeout)

    def pause(self, prompt: str, schema: str, timeout: int | None) -> str:
        try:
            return runner.pause(prompt, schema, timeout)
        except Err as error:
            raise _failure(error) from None

    def create_artifact(self, kind: ArtifactKind, key: str, description: str, data: Value) -> None:
        artifact = runner.Artifact(runner.ArtifactKind[kind.upper()], key, description, lower(data))
        try:
            runner.create_artifact(artifact)
        except Err as error:
            raise _failure(error) from None

    def log(self, level: Level, message: str) -> None:
        runner.log(runner.Level[level.upper()], message)

    def variable(self, name: str) -> str:
        try:
            return runner.variable(name)
        except Err as error:
            raise _failure(error) from None

    def secret(self, name: str) -> str:
        try:
            return runner.secret(name)
        except Err as error:
            raise _failure(error) from None


def _failure(error: Err[HostFailure], run_name: str | None = None) -> Failure:
    kind = FailureKind[error.value.kind.name]
    return of_host(kind, error.value.message, run_name)


def _future(run: Run) -> runner.RunFuture:
    return cast(ComponentRun, run).future


def _arguments(arguments: list[Argument]) -> list[runner.Argument]:
    return [runner.Argument(argument.name, _input(argument)) for argument in arguments]


def _input(argument: Argument) -> runner.Input:
    match argument.input:
        case str() | bytes() as value:
            return runner.Input_Value(lower(value))
        case OutcomeOf(run):
            return runner.Input_OutcomeOf(_future(run))
        case ComponentRun() as run:
            return runner.Input_ResultOf(run.future)
        case runs:
            return runner.Input_ResultsOf([_future(run) for run in cast("list[Run]", runs)])


def _dependencies(wait_for: list[Dependency]) -> list[runner.Dependency]:
    return [runner.Dependency(_future(one.run), one.allow_failure) for one in wait_for]


def _options(options: Options) -> str:
    return json.dumps(options) if options else ""
