"""Hints become schemas, and values what the hints say."""

import datetime
import json
import unittest
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Optional, TypedDict
from uuid import UUID

from wflow import Failure
from wflow._schema import schema_of
from wflow._values import decoder, encode


class Colour(Enum):
    RED = "red"
    GREEN = 2


@dataclass
class Node:
    """A node of a tree."""

    name: str
    children: list["Node"] = field(default_factory=list)
    weight: float | None = None


class Point(NamedTuple):
    x: int
    y: int = 0


class Row(TypedDict):
    id: int
    note: NotRequired[str]


class Schemas(unittest.TestCase):
    def check(self, hint: Any, schema: dict[str, Any]) -> None:
        self.assertEqual(schema_of(hint), schema)

    def test_scalars_and_collections(self) -> None:
        self.check(int, {"type": "integer"})
        self.check(Any, {})
        self.check(None, {"type": "null"})
        self.check(bytes, {"type": "string", "format": "binary"})
        self.check(list[str], {"type": "array", "items": {"type": "string"}})
        self.check(dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}})
        self.check(set[int], {"type": "array", "uniqueItems": True, "items": {"type": "integer"}})
        self.check(Optional[bool], {"anyOf": [{"type": "boolean"}, {"type": "null"}]})
        self.check(Literal["a", 1], {"enum": ["a", 1]})
        self.check(Colour, {"enum": ["red", 2]})
        self.check(Annotated[int, "in pixels"], {"type": "integer", "description": "in pixels"})

    def test_records(self) -> None:
        node = schema_of(Node)
        self.assertEqual(node["$ref"], "#/$defs/Node")
        properties = node["$defs"]["Node"]["properties"]
        self.assertEqual(properties["children"]["items"], {"$ref": "#/$defs/Node"})
        self.assertEqual(node["$defs"]["Node"]["required"], ["name"])
        self.assertEqual(node["$defs"]["Node"]["description"], "A node of a tree.")
        self.assertEqual(schema_of(Row)["required"], ["id"])
        self.assertEqual(schema_of(Point)["properties"]["y"]["default"], 0)

    def test_classes_of_one_name_stay_apart(self) -> None:
        def named(hint: Any) -> Any:
            return dataclass(type("Same", (), {"__annotations__": {"value": hint}}))

        schema = schema_of(tuple[named(int), named(str)])  # type: ignore[misc]
        self.assertEqual(len(schema["$defs"]), 2)

    def test_what_cannot_travel_is_refused(self) -> None:
        for hint in (complex, list[bytes], type):
            with self.assertRaises(TypeError):
                schema_of(hint)


class Values(unittest.TestCase):
    def check(self, hint: Any, value: Any) -> None:
        """A value that travels comes back as it was."""
        back = decoder(hint)(encode(value))
        self.assertEqual(back, value)
        self.assertIs(type(back), type(value))

    def test_values_come_back_as_they_were(self) -> None:
        self.check(int, 2**70)
        self.check(float, 1.0)
        self.check(float | int, 1)
        self.check(str, "Grüße, 世界 🎉 \0")
        self.check(bytes, b"\0\xff")
        self.check(bytearray, bytearray(b"x"))
        self.check(Optional[bytes], b"x")
        self.check(tuple[int, str], (1, "a"))
        self.check(tuple[int, ...], (1, 2, 3))
        self.check(set[str], {"a", "b"})
        self.check(dict[int, Colour], {1: Colour.RED})
        self.check(Node, Node("a", [Node("b", weight=1.5)]))
        self.check(Point, Point(1, 2))
        self.check(Row, {"id": 1, "note": "x"})
        self.check(datetime.datetime, datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))
        self.check(datetime.date, datetime.date(2026, 1, 2))
        self.check(datetime.timedelta, datetime.timedelta(seconds=1.5))
        self.check(UUID, UUID(int=7))
        self.check(Decimal, Decimal("1.10"))
        self.assertEqual(decoder(Path)(encode(Path("a/b"))), Path("a/b"))
        self.check(Node | int, 3)
        self.check(Any, {"a": [None, True, 1.5]})

    def test_mismatches_say_what_was_expected(self) -> None:
        for hint, text, says in (
            (int, '"x"', 'expected a whole number, not "x"'),
            (bool, "1", "expected true or false, not 1"),
            (Node, '{"name": 1}', "Node.name: expected a string, not 1"),
            (Node, "{}", "Node needs 'name'"),
            (Node, '{"name": "a", "x": 1}', "Node has no field 'x'"),
            (tuple[int, int], "[1]", "expected 2 values, not 1"),
            (Colour, '"blue"', 'expected one of "red", 2, not "blue"'),
            (bytes, "1", "expected bytes, not JSON"),
        ):
            with self.assertRaises(Failure) as raised:
                decoder(hint)(text)
            self.assertEqual(str(raised.exception), says)
            self.assertFalse(raised.exception.retryable)

    def test_what_json_cannot_hold_is_refused(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        for value in (float("nan"), object(), [b"x"], "\ud800", endless):
            with self.assertRaises((TypeError, ValueError)):
                encode(value)

    def test_outcomes_are_told_apart_from_values(self) -> None:
        decode = decoder(int | Failure)
        self.assertEqual(decode(encode(3, outcome=True)), 3)
        failure = decode(json.dumps({"failed": {"kind": "crashed", "message": "m"}}))
        self.assertEqual((failure.kind.value, failure.message), ("crashed", "m"))


if __name__ == "__main__":
    unittest.main()
