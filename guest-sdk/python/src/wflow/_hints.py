"""What type hints say, with what hides it taken off."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Field",
    "description_of",
    "fields_of",
    "is_optional_hint",
    "is_record",
    "is_typed_dict",
    "resolved",
]


def resolved(hint: Any) -> Any:
    """Without aliases, new names and annotations around the type."""
    while True:
        origin = typing.get_origin(hint)
        if origin is typing.Annotated or _is_word(origin):
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        elif isinstance(hint, typing.TypeVar):
            hint = hint.__bound__ or Any
        else:
            return type(None) if hint is None else hint


def _is_word(origin: Any) -> bool:
    return getattr(origin, "_name", None) in ("Required", "NotRequired", "ReadOnly", "Final", "ClassVar")


def description_of(hint: Any) -> str | None:
    """The text in `Annotated[int, "in pixels"]`."""
    if typing.get_origin(hint) is not typing.Annotated:
        return None
    texts = [word for word in hint.__metadata__ if isinstance(word, str)]
    return texts[0] if texts else None


def union_members(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return (hint,)
    members: list[Any] = []
    for member in typing.get_args(hint):
        members.extend(union_members(resolved(member)))
    return tuple(members)


def is_optional_hint(hint: Any) -> bool:
    return type(None) in union_members(resolved(hint))


def is_typed_dict(hint: Any) -> bool:
    return isinstance(hint, type) and hasattr(hint, "__total__") and hasattr(hint, "__required_keys__")


def is_record(hint: Any) -> bool:
    """Whether it is a class with named fields that wflow knows."""
    if not isinstance(hint, type):
        return False
    return dataclasses.is_dataclass(hint) or is_typed_dict(hint) or hasattr(hint, "_field_defaults")


@dataclass(frozen=True)
class Field:
    """A field of a record."""

    name: str
    hint: Any
    required: bool
    #: None where there is none that could be written down.
    default: Any = None


def fields_of(kind: Any) -> list[Field]:
    """The fields of a dataclass, a named tuple or a TypedDict."""
    hints = typing.get_type_hints(kind, include_extras=True)
    if is_typed_dict(kind):
        return [Field(name, hint, name in kind.__required_keys__) for name, hint in hints.items()]
    if dataclasses.is_dataclass(kind):
        return [_field(field, hints) for field in dataclasses.fields(kind) if field.init]
    defaults = kind._field_defaults
    return [
        Field(name, hints.get(name, Any), name not in defaults, defaults.get(name)) for name in kind._fields
    ]


def _field(field: dataclasses.Field[Any], hints: dict[str, Any]) -> Field:
    missing = dataclasses.MISSING
    required = field.default is missing and field.default_factory is missing
    default = None if field.default is missing else field.default
    return Field(field.name, hints[field.name], required, default)
