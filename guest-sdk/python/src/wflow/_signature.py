"""A function's parameters and result, as its hints say."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ._host import Value
from ._schema import schema_of
from ._values import decoder, encode, is_binary, takes_outcomes

__all__ = ["Parameter", "Signature"]

#: A default that JSON does not hold: the argument is `null` then.
NULL = "null"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a flow or task."""

    name: str
    hint: Any
    default: Any
    required: bool
    decode: Callable[[Value], Any]
    takes_outcomes: bool

    def schema(self) -> str:
        """JSON Schema; empty for any value."""
        nullable = not self.required and self.default is None
        schema = schema_of(self.hint, nullable=nullable)
        return json.dumps(schema) if schema else ""

    def default_json(self) -> str | None:
        """None if the parameter is required."""
        if self.required:
            return None
        if is_binary(self.hint) or isinstance(self.default, (bytes, bytearray)):
            return NULL
        text = encode(self.default, outcome=self.takes_outcomes)
        assert isinstance(text, str)
        return text

    def encode(self, value: Any) -> Value:
        return encode(value, outcome=self.takes_outcomes)

    def value(self, argument: Value) -> Any:
        """The argument of a run."""
        if argument == NULL and not self.required:
            if self.default is None or is_binary(self.hint):
                return self.default
        return self.decode(argument)


class Signature:
    """Of one function. Hints are read when they are first needed: they may name what comes later."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.python = inspect.signature(function)
        for parameter in self.python.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
                raise TypeError(
                    f"{function.__qualname__} has {stars}{parameter.name}; parameters of runs have names"
                )
            if parameter.name in ("wait_for", "return_state"):
                raise TypeError(
                    f"{function.__qualname__}: '{parameter.name}' is no name for a parameter: calls have it"
                )

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self._function, include_extras=True)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        return {name: self._parameter(parameter) for name, parameter in self.python.parameters.items()}

    def _parameter(self, parameter: inspect.Parameter) -> Parameter:
        hint = self._hints.get(parameter.name, Any)
        try:
            decode = decoder(hint)
        except TypeError as error:
            raise TypeError(f"the parameter '{parameter.name}': {error}") from None
        required = parameter.default is parameter.empty
        return Parameter(parameter.name, hint, parameter.default, required, decode, takes_outcomes(hint))

    @cached_property
    def _result(self) -> Any:
        return self._hints.get("return", Any)

    def result_schema(self) -> str:
        schema = schema_of(self._result)
        return json.dumps(schema) if schema else ""

    @cached_property
    def decode_result(self) -> Callable[[Value], Any]:
        return decoder(self._result)

    def read_hints(self) -> None:
        """Makes what decodes values now."""
        _ = self.parameters, self.decode_result

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by their names; a `TypeError` as of a call if they do not fit."""
        try:
            return self.python.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self._function.__name__}: {error}") from None

    def call(self, arguments: list[Value]) -> Any:
        """Calls the function with the arguments of a run."""
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter, argument in zip(self.parameters.values(), arguments, strict=True):
            value = parameter.value(argument)
            if self.python.parameters[parameter.name].kind is inspect.Parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                positional.append(value)
        return self._function(*positional, **named)
