"""What the decorators make of functions, and which mistakes they tell."""

import datetime
import unittest
from typing import Any

from wflow import exponential_backoff, flow, task
from wflow.cache_policies import DEFAULT, INPUTS, NO_CACHE, TASK_SOURCE
from wflow.task_runners import ThreadPoolTaskRunner


def plain(number: int, text: str = "x") -> str:
    """Does nothing much."""
    return text * number


class Options(unittest.TestCase):
    def check(self, options: dict[str, Any], expected: dict[str, Any]) -> None:
        self.assertEqual(task(**options)(plain).options, expected)

    def test_options_are_those_of_the_contract(self) -> None:
        self.check({}, {})
        self.check({"task_run_name": "n-{number}", "tags": ["a"]}, {"run_name": "n-{number}", "tags": ["a"]})
        self.check({"retries": 2, "retry_delay_seconds": 0.5}, {"retries": 2, "retry_delay_ms": 500})
        delays = {"retries": 3, "retry_delay_seconds": exponential_backoff(0.1)}
        self.check(delays, {"retries": 3, "retry_delay_ms": [100, 200, 400]})
        self.check({"timeout_seconds": datetime.timedelta(minutes=1)}, {"timeout_ms": 60_000})
        self.check(
            {"cache_policy": INPUTS - "text" + TASK_SOURCE},
            {"cache_policy": ["inputs", "-text", "task-source"]},
        )
        self.check({"cache_policy": NO_CACHE}, {"cache_policy": []})
        self.check({"cache_policy": DEFAULT}, {"cache_policy": ["inputs", "task-source", "run-id"]})
        limits = {"memory": "64MiB", "cpu_time": 1.5, "wall_time": "2m", "submits": 3}
        told = {"memory": 64 << 20, "cpu_time": 1500, "wall_time": 120_000, "submits": 3}
        self.check({"limits": limits}, {"limits": told})

    def test_runners_have_names_and_classes(self) -> None:
        self.assertEqual(flow(task_runner="sequential")(plain).options, {"runner": "sequential"})
        runner = flow(task_runner=ThreadPoolTaskRunner(max_workers=3))(plain)
        self.assertEqual(runner.options, {"runner": "thread-pool", "max_workers": 3})

    def test_overrides_leave_the_task_alone(self) -> None:
        original = task(retries=2)(plain)
        other = original.with_options(retries=3, task_run_name="x")
        self.assertEqual((original.overrides, other.overrides), ({}, {"retries": 3, "run_name": "x"}))

    def test_mistakes_are_told(self) -> None:
        for options, says in (
            ({"retry": 1}, "@task plain: there is no option 'retry'"),
            ({"retries": "2"}, "retries is a whole number, not '2'"),
            ({"timeout_seconds": -1}, "a time is a number of seconds or a timedelta, not -1"),
            ({"tags": "io"}, "tags is a list of texts, not 'io'"),
            ({"limits": {"memry": 1}}, "there is no limit 'memry'"),
            ({"limits": {"memory": "64 pages"}}, "the limit 'memory' is a number or a text"),
            ({"cache_policy": "inputs"}, "a cache policy is made of INPUTS"),
        ):
            with self.assertRaises(TypeError) as raised:
                task(**options)(plain)
            self.assertIn(says, str(raised.exception))

    def test_functions_have_parameters_with_names(self) -> None:
        def starred(*numbers: int) -> None: ...

        def reserved(wait_for: int) -> None: ...

        for function in (starred, reserved, len):
            with self.assertRaises(TypeError):
                task(function)


class Definitions(unittest.TestCase):
    def test_what_is_told_of_a_function(self) -> None:
        definition = task(plain)
        self.assertEqual((definition.name, definition.description), ("plain", "Does nothing much."))
        number, text = definition.signature.parameters.values()
        self.assertEqual((number.schema(), number.default_json()), ('{"type": "integer"}', None))
        self.assertEqual((text.schema(), text.default_json()), ('{"type": "string"}', '"x"'))
        self.assertEqual(definition.signature.result_schema(), '{"type": "string"}')

    def test_defaults_that_json_does_not_hold(self) -> None:
        def function(data: bytes = b"x", number: int = None) -> None: ...  # type: ignore[assignment]

        data, number = task(function).signature.parameters.values()
        self.assertEqual((data.default_json(), data.value("null")), ("null", b"x"))
        self.assertEqual((number.default_json(), number.value("null")), ("null", None))
        self.assertIn("null", number.schema())


if __name__ == "__main__":
    unittest.main()
