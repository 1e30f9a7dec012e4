"""JSON Schemas of type hints."""

from __future__ import annotations

import datetime
import decimal
import inspect
import pathlib
import types
import typing
import uuid
from collections import abc
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ._failure import Failure
from ._hints import description_of, fields_of, is_record, is_typed_dict, resolved, union_members
from ._values import is_binary, plain, takes_outcomes

__all__ = ["schema_of"]

Schema = dict[str, Any]

_SCALARS: dict[Any, Schema] = {
    Any: {},
    object: {},
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    datetime.timedelta: {"type": "number", "description": "Seconds."},
    uuid.UUID: {"type": "string", "format": "uuid"},
    decimal.Decimal: {"type": "string", "pattern": r"^[+-]?\d*\.?\d+([eE][+-]?\d+)?$"},
    pathlib.Path: {"type": "string"},
    pathlib.PurePath: {"type": "string"},
    pathlib.PurePosixPath: {"type": "string"},
}
_BINARY: Schema = {"type": "string", "format": "binary"}
_FAILED: Schema = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "message": {"type": "string"}},
    "required": ["kind", "message"],
}


@dataclass(frozen=True)
class Definitions:
    """The records that a schema names."""

    names: dict[Any, str]
    schemas: dict[str, Schema]

    def name(self, kind: Any) -> str:
        """Classes of different modules may have the same name."""
        name, number = str(kind.__name__), 2
        while name in self.schemas:
            name, number = f"{kind.__name__}{number}", number + 1
        self.names[kind] = name
        return name


def schema_of(hint: Any, *, nullable: bool = False) -> Schema:
    """The schema of a parameter or result; empty for any value. Raises a `TypeError` for a type that
    cannot travel."""
    if is_binary(hint):
        schema = dict(_BINARY)
    else:
        named = Definitions({}, {})
        schema = _outcome(hint, named) if takes_outcomes(hint) else _schema(hint, named)
        defs = named.schemas
        # The type itself needs no name where only it is there.
        if defs and schema == {"$ref": f"#/$defs/{next(iter(defs))}"} and len(defs) == 1:
            (whole,) = defs.values()
            if "$ref" not in str(whole):
                schema, defs = whole, {}
        if nullable and schema and not _accepts_null(schema):
            schema = {"anyOf": [schema, {"type": "null"}]}
        if defs:
            schema = {**schema, "$defs": defs}
    description = description_of(hint)
    return {**schema, "description": description} if description else schema


def _accepts_null(schema: Schema) -> bool:
    return schema == {} or {"type": "null"} in schema.get("anyOf", [schema])


def _outcome(hint: Any, defs: Definitions) -> Schema:
    members = tuple(member for member in union_members(resolved(hint)) if member is not Failure)
    completed = _schema(typing.Union[members] if members else Any, defs)
    return {"anyOf": [_object({"completed": completed}), _object({"failed": _FAILED})]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schema(annotated: Any, defs: Definitions) -> Schema:
    hint = resolved(annotated)
    schema = _record(hint, defs) if is_record(hint) else _unnamed(hint, defs)
    description = description_of(annotated)
    return {**schema, "description": description} if description else schema


def _unnamed(hint: Any, defs: Definitions) -> Schema:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": [plain(value) for value in arguments]}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(member, defs) for member in arguments]}
    kind = origin or hint
    if isinstance(kind, type) and kind not in (bytes, bytearray, memoryview):
        if issubclass(kind, Enum):
            return {"enum": [plain(member) for member in kind]}
        if issubclass(kind, tuple):
            return _tuple(arguments, defs)
        if issubclass(kind, abc.Mapping):
            return {"type": "object", **_items("additionalProperties", arguments[1:], defs)}
        if issubclass(kind, abc.Set):
            return {"type": "array", "uniqueItems": True, **_items("items", arguments, defs)}
        if issubclass(kind, abc.Collection) or kind in (abc.Iterable, abc.Iterator):
            return {"type": "array", **_items("items", arguments, defs)}
    name = getattr(hint, "__name__", None) or repr(hint)
    raise TypeError(
        f"a parameter or result cannot have the type {name}; use what JSON knows, a dataclass, a TypedDict, "
        "an Enum, or bytes as a whole"
    )


def _items(key: str, arguments: tuple[Any, ...], defs: Definitions) -> Schema:
    schema = _schema(arguments[0], defs) if arguments else {}
    return {key: schema} if schema else {}


def _tuple(arguments: tuple[Any, ...], defs: Definitions) -> Schema:
    if not arguments or ... in arguments:
        return {"type": "array", **_items("items", arguments, defs)}
    items = [_schema(item, defs) for item in arguments]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _record(kind: Any, defs: Definitions) -> Schema:
    """The name under which a dataclass, named tuple or TypedDict is defined."""
    if kind in defs.names:
        return {"$ref": f"#/$defs/{defs.names[kind]}"}
    name = defs.name(kind)
    # A field may be of this very type.
    defs.schemas[name] = {}
    properties = {}
    fields = fields_of(kind)
    for field in fields:
        try:
            properties[field.name] = _schema(field.hint, defs)
        except TypeError as error:
            raise TypeError(f"{name}.{field.name}: {error}") from None
        if not field.required and not is_typed_dict(kind) and field.default is not None:
            properties[field.name]["default"] = plain(field.default)
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [field.name for field in fields if field.required]
    if required:
        schema["required"] = required
    described = inspect.getdoc(kind) if "__doc__" in vars(kind) else None
    # A dataclass without a text of its own has its signature in this place.
    if described and not described.startswith(f"{kind.__name__}("):
        schema["description"] = described
    defs.schemas[name] = schema
    return {"$ref": f"#/$defs/{name}"}
