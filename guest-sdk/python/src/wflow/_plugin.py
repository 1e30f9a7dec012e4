"""What the component offers to the host. A build imports this last, when all flows and tasks are known."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import json
import linecache
import random
import sys
from typing import Any

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import plugin
from wit_world.imports.types import Error
from wit_world.imports.types import Value as HostValue

from . import _log, _run
from ._component import lift, lower
from ._definition import Definition, find, registered
from ._failure import SDK, explain
from ._host import Kind

__all__ = ["Plugin", "load"]

BUILD_ERROR = "wflow-build-error: "


class Plugin(exports.Plugin):
    """The contract's `plugin`."""

    def describe(self) -> plugin.Manifest:
        return plugin.Manifest(
            [_described(one) for one in registered if one.kind == "flow"],
            [_described(one) for one in registered if one.kind == "task"],
        )

    def run_flow(self, name: str, arguments: list[HostValue]) -> HostValue:
        return _run_of("flow", name, arguments)

    def run_task(self, name: str, arguments: list[HostValue]) -> HostValue:
        return _run_of("task", name, arguments)

    def run_hook(self, name: str, run: str) -> None:
        _wake()
        try:
            _run.hook(_of(run), name, run)
        except _run.Ended as ended:
            raise Err(Error(ended.message, ended.retryable)) from None

    def retry_if(self, run: str) -> bool:
        _wake()
        try:
            return _run.retry_condition(_of(run), run)
        except _run.Ended as ended:
            raise Err(Error(ended.message, ended.retryable)) from None


def _run_of(kind: Kind, name: str, arguments: list[HostValue]) -> HostValue:
    definition = _find(kind, name)
    _wake(pure=definition.options.get("pure", False))
    try:
        return lower(_run.call(definition, [lift(argument) for argument in arguments]))
    except _run.Ended as ended:
        raise Err(Error(ended.message, ended.retryable)) from None


def _find(kind: Kind, name: str) -> Definition[Any, Any]:
    definition = find(kind, name)
    if definition is None:
        raise Err(Error(f"the component has no {kind} '{name}'", False))
    return definition


def _of(run: str) -> Definition[Any, Any]:
    """The flow or task of a run that is told as JSON."""
    ended = json.loads(run)
    kind: Kind = "flow" if ended.get("flow") else "task"
    return _find(kind, ended[kind])


_seed = random.seed


def _not_yet() -> None:
    """Is called by componentize-py in each instance, where a pure task may not ask for random numbers."""
    random.seed = _seed


def _wake(*, pure: bool = False) -> None:
    """An instance begins where the build ended: what was random then has to be random now."""
    if not pure:
        random.seed()


def _described(definition: Definition[Any, Any]) -> plugin.Definition:
    options = dict(definition.options)
    if definition.retry_condition_fn is not None:
        options["retry_if"] = True
    options.update({event: list(hooks) for event, hooks in definition.hooks.items() if hooks})
    parameters = [
        plugin.Parameter(one.name, one.schema(), one.default_json())
        for one in definition.signature.parameters.values()
    ]
    return plugin.Definition(
        definition.name,
        definition.description,
        parameters,
        definition.signature.result_schema(),
        json.dumps(options) if options else "",
    )


def load(module: str, lazy: list[str]) -> None:
    """Imports the code, and what it imports later, and makes sure that it can be described.

    What is wrong with it ends the build.
    """
    try:
        if module in sys.modules:
            raise ImportError(
                f"'{module}' is the name of a module that Python has; give the file another one"
            )
        importlib.import_module(module)
        for name in lazy:
            # What cannot be imported now cannot be later, which the code may expect.
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        for definition in registered:
            _check(definition)
    except BaseException as error:
        # The build reads this from what is printed.
        print(BUILD_ERROR + json.dumps(explain(error)), flush=True)
        raise
    random.seed = _not_yet  # type: ignore[assignment]
    _keep_sources()
    _log.install()
    _open_streams()


def _check(definition: Definition[Any, Any]) -> None:
    try:
        _described(definition)
        definition.signature.read_hints()
    except Exception as error:
        code = definition.fn.__code__
        error.add_note(
            f'  {definition.kind} "{definition.name}", file "{code.co_filename}", line {code.co_firstlineno}'
        )
        raise


def _keep_sources() -> None:
    """Tracebacks show lines of files that instances do not have."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not file or file.startswith((SDK, "/python", "/world", "/bundled")):
            continue
        lines = linecache.getlines(file)
        if lines:
            # Without a time it is never held against the file.
            linecache.cache[file] = (len("".join(lines)), None, lines, file)
    # To look for the rest would be to ask for files that nobody grants.
    linecache.updatecache = _no_lines


def _no_lines(filename: str, module_globals: dict[str, Any] | None = None) -> list[str]:
    return []


def _open_streams() -> None:
    """What is printed is seen at once, and each `print` in one piece."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", write_through=True)
        setattr(sys, name, stream)
    builtins.print = _print


def _print(
    *values: object, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False
) -> None:
    """As Python's own, but with one write."""
    file = sys.stdout if file is None else file
    if file is None:
        return
    text = (" " if sep is None else sep).join(map(str, values)) + ("\n" if end is None else end)
    file.write(text)
    if flush:
        file.flush()
