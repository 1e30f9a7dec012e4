"""What passes between runs: Python values as JSON or bytes, to and fro, as type hints say."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import pathlib
import types
import typing
import uuid
from collections import abc
from collections.abc import Callable
from enum import Enum
from typing import Any

from ._failure import Failure, FailureKind
from ._hints import fields_of, is_optional_hint, is_record, is_typed_dict, resolved, union_members
from ._host import Value

__all__ = ["decoder", "encode", "is_binary", "takes_outcomes"]

#: Makes a Python value of one that `json` has read, or raises a `Mismatch`.
Decoder = Callable[[Any], Any]

BINARY = (bytes, bytearray, memoryview)


class Mismatch(Exception):
    """A value is not of its type."""


def encode(value: Any, *, outcome: bool = False) -> Value:
    """The value as it travels; with `outcome`, for a parameter that takes outcomes."""
    if outcome:
        value = {"failed": value} if isinstance(value, Failure) else {"completed": value}
    elif isinstance(value, BINARY):
        return bytes(value)
    try:
        text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except RecursionError:
        raise TypeError("JSON cannot hold a value that contains itself, or is nested so deeply") from None
    except UnicodeEncodeError:
        raise ValueError("JSON cannot hold text with half of a surrogate pair") from None
    except ValueError as error:
        raise ValueError(f"JSON cannot hold the value: {error}") from None
    return text


def plain(value: Any) -> Any:
    """The value in what `json` can write."""
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case str() | int() | float():
            return value
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case abc.Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return value.total_seconds()
        case uuid.UUID() | decimal.Decimal() | pathlib.PurePath():
            return str(value)
        case Failure():
            return {"kind": value.kind.value, "message": value.message}
        case bytes() | bytearray() | memoryview():
            raise TypeError("bytes travel as a whole argument or result, not inside of another value")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (abc.Sequence, abc.Set, abc.ValuesView, abc.KeysView, range)):
        return [plain(item) for item in value]
    if hasattr(value, "__wflow_result__"):
        return plain(value.__wflow_result__())
    raise TypeError(
        f"JSON cannot hold a {type(value).__qualname__}; use what JSON knows, a dataclass, an Enum or bytes"
    )


def _key(key: Any) -> str:
    match key:
        case Enum():
            return _key(key.value)
        case str():
            return key
        case bool() | int() | float() | None:
            return json.dumps(key)
    return str(plain(key))


def is_binary(hint: Any) -> bool:
    """Whether values travel as bytes."""
    members = [member for member in union_members(resolved(hint)) if member is not type(None)]
    return members != [] and all(member in BINARY for member in members)


def takes_outcomes(hint: Any) -> bool:
    """Whether a parameter is told how a run ended: `T | Failure`."""
    return Failure in union_members(resolved(hint))


def decoder(hint: Any) -> Callable[[Value], Any]:
    """What makes a Python value of one that travelled."""
    if is_binary(hint):
        return _bytes_decoder(hint)
    decode = _outcome(hint) if takes_outcomes(hint) else decoder_of_json(hint)

    def decoded(value: Value) -> Any:
        if isinstance(value, bytes):
            if resolved(hint) is Any:
                return value
            raise Failure("expected JSON, not bytes", retryable=False)
        try:
            return decode(json.loads(value))
        except Mismatch as mismatch:
            raise Failure(str(mismatch), retryable=False) from None

    return decoded


def _bytes_decoder(hint: Any) -> Callable[[Value], Any]:
    kind = next(member for member in union_members(resolved(hint)) if member in BINARY)

    def decoded(value: Value) -> Any:
        if isinstance(value, bytes):
            return kind(value)
        if value == "null" and is_optional_hint(hint):
            return None
        raise Failure("expected bytes, not JSON", retryable=False)

    return decoded


def _outcome(hint: Any) -> Decoder:
    members = tuple(member for member in union_members(resolved(hint)) if member is not Failure)
    completed = decoder_of_json(typing.Union[members] if members else Any)

    def decode(told: Any) -> Any:
        match told:
            case {"completed": value}:
                return completed(value)
            case {"failed": {"kind": kind, "message": message}}:
                return Failure(message, kind=FailureKind(kind))
        raise Mismatch('expected {"completed": …} or {"failed": …}')

    return decode


def decoder_of_json(hint: Any) -> Decoder:
    """For what `json` has read."""
    # A type may contain itself: what is made first is used when the first value comes.
    made: dict[Any, Decoder] = {}

    def of(hint: Any) -> Decoder:
        hint = resolved(hint)
        if not is_record(hint):
            return _decoder(hint, of)
        if hint not in made:
            made[hint] = lambda value: made[hint](value)
            made[hint] = _record(hint, of)
        return lambda value: made[hint](value)

    return of(hint)


def _decoder(hint: Any, of: Callable[[Any], Decoder]) -> Decoder:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin is typing.Literal:
        return _one_of(arguments)
    if origin in (typing.Union, types.UnionType):
        # `float` takes whole numbers, too, and comes last.
        exact_first = sorted(arguments, key=lambda member: resolved(member) is float)
        return _union([of(member) for member in exact_first])
    kind = origin or hint
    if isinstance(kind, type):
        if issubclass(kind, Enum):
            return _one_of(kind)
        if issubclass(kind, tuple):
            return _tuple([of(item) for item in arguments if item is not ...], ... in arguments)
        if issubclass(kind, abc.Mapping):
            key, item = arguments or (str, Any)
            return _mapping(_key_decoder(resolved(key)), of(item))
        if issubclass(kind, abc.Collection) or kind in (abc.Iterable, abc.Iterator):
            make = kind if kind in (set, frozenset) else set if issubclass(kind, abc.Set) else list
            return _collection(make, of(arguments[0] if arguments else Any))
    raise TypeError(f"a parameter or result cannot have the type {hint!r}")


def _exactly(kind: type, what: str) -> Decoder:
    def decode(value: Any) -> Any:
        if type(value) is kind:
            return value
        raise Mismatch(f"expected {what}, not {_shown(value)}")

    return decode


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _float(value: Any) -> float:
    if type(value) in (int, float):
        return float(value)
    raise Mismatch(f"expected a number, not {_shown(value)}")


def _of_text(make: Callable[[str], Any], what: str) -> Decoder:
    def decode(value: Any) -> Any:
        try:
            if isinstance(value, str):
                return make(value)
        except (ValueError, decimal.InvalidOperation):
            pass
        raise Mismatch(f"expected {what}, not {_shown(value)}")

    return decode


def _seconds(value: Any) -> datetime.timedelta:
    return datetime.timedelta(seconds=_float(value))


def _binary_inside(value: Any) -> Any:
    raise Mismatch("bytes travel as a whole argument or result, not inside of another value")


_SCALARS: dict[Any, Decoder] = {
    Any: lambda value: value,
    object: lambda value: value,
    type(None): _exactly(type(None), "null"),
    bool: _exactly(bool, "true or false"),
    str: _exactly(str, "a string"),
    int: _exactly(int, "a whole number"),
    float: _float,
    datetime.datetime: _of_text(datetime.datetime.fromisoformat, "a date and time"),
    datetime.date: _of_text(datetime.date.fromisoformat, "a date"),
    datetime.time: _of_text(datetime.time.fromisoformat, "a time"),
    datetime.timedelta: _seconds,
    uuid.UUID: _of_text(uuid.UUID, "a UUID"),
    decimal.Decimal: _of_text(decimal.Decimal, "a decimal number as a string"),
    pathlib.Path: _of_text(pathlib.Path, "a path"),
    pathlib.PurePath: _of_text(pathlib.PurePosixPath, "a path"),
    pathlib.PurePosixPath: _of_text(pathlib.PurePosixPath, "a path"),
    bytes: _binary_inside,
    bytearray: _binary_inside,
    memoryview: _binary_inside,
}


def _one_of(values: abc.Iterable[Any]) -> Decoder:
    known = {json.dumps(plain(value)): value for value in values}

    def decode(value: Any) -> Any:
        text = json.dumps(value)
        if text in known:
            return known[text]
        raise Mismatch(f"expected one of {', '.join(known)}, not {_shown(value)}")

    return decode


def _union(members: list[Decoder]) -> Decoder:
    def decode(value: Any) -> Any:
        mismatches = []
        for member in members:
            try:
                return member(value)
            except Mismatch as mismatch:
                mismatches.append(str(mismatch))
        raise Mismatch("; ".join(mismatches))

    return decode


def _tuple(items: list[Decoder], repeats: bool) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise Mismatch(f"expected a list, not {_shown(value)}")
        if not items:
            return tuple(value)
        if repeats:
            return tuple(items[0](item) for item in value)
        if len(value) != len(items):
            raise Mismatch(f"expected {len(items)} values, not {len(value)}")
        return tuple(decode(item) for decode, item in zip(items, value, strict=True))

    return decode


def _collection(make: Callable[[Any], Any], item: Decoder) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise Mismatch(f"expected a list, not {_shown(value)}")
        return make([item(one) for one in value])

    return decode


def _key_decoder(key: Any) -> Decoder:
    if key in (str, Any):
        return lambda text: text
    if key in (int, float):
        return _of_text(key, "a number as a key")
    return decoder_of_json(key)


def _mapping(key: Decoder, item: Decoder) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(f"expected an object, not {_shown(value)}")
        return {key(name): item(one) for name, one in value.items()}

    return decode


def _record(kind: Any, of: Callable[[Any], Decoder]) -> Decoder:
    """A dataclass, a named tuple or a TypedDict."""
    fields = fields_of(kind)
    decoders = {field.name: of(field.hint) for field in fields}
    required = [field.name for field in fields if field.required]
    make: Callable[..., Any] = dict if is_typed_dict(kind) else kind
    name = kind.__name__

    def decode(value: Any) -> Any:
        if isinstance(value, list) and not is_typed_dict(kind) and issubclass(kind, tuple):
            value = dict(zip(decoders, value, strict=False))
        if not isinstance(value, dict):
            raise Mismatch(f"expected an object with the fields of {name}, not {_shown(value)}")
        missing = [field for field in required if field not in value]
        unknown = [field for field in value if field not in decoders]
        if missing or unknown:
            raise Mismatch(
                f"{name} needs '{missing[0]}'" if missing else f"{name} has no field '{unknown[0]}'"
            )
        decoded = {}
        for field, item in value.items():
            try:
                decoded[field] = decoders[field](item)
            except Mismatch as mismatch:
                raise Mismatch(f"{name}.{field}: {mismatch}") from None
        return make(**decoded)

    return decode
