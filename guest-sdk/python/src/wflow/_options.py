"""Options in Prefect's words, turned into those of the contract."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Union

from .cache_policies import CachePolicy
from .task_runners import TaskRunner

__all__ = ["exponential_backoff", "flow_options", "task_options"]

Seconds = Union[int, float, datetime.timedelta]
RetryDelay = Union[Seconds, Sequence[Seconds], Callable[[int], Sequence[Seconds]]]
Limits = Mapping[str, int | float | str | datetime.timedelta]

HOOKS = ("on_completion", "on_failure", "on_crashed", "on_cancellation")
#: What only the code can say: it belongs to the function, not to one of its runs.
OF_THE_CODE = ("name", "description", "retry_condition_fn", "max_concurrency", "pure", "needs", *HOOKS)

_SIZES = {
    "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "KB": 10**3, "MB": 10**6, "GB": 10**9,
}  # fmt: skip
_DURATIONS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_LIMITS: dict[str, Mapping[str, int]] = {
    "memory": _SIZES, "output": _SIZES, "result": _SIZES, "arguments": _SIZES, "http_response": _SIZES,
    "wall_time": _DURATIONS, "cpu_time": _DURATIONS,
    "output_lines": {}, "table_elements": {}, "instances": {}, "submits": {}, "depth": {},
    "open_files": {}, "artifacts": {},
}  # fmt: skip


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Delays for `retry_delay_seconds` that double from retry to retry, from `backoff_factor` seconds on."""

    def delays(retries: int) -> list[float]:
        return [backoff_factor * 2**retry for retry in range(retries)]

    return delays


def task_options(words: Mapping[str, Any]) -> dict[str, Any]:
    """What the contract calls the options of a task; those that are `None` are left out."""
    return _options(words, "task_run_name", {**_COMMON, **_OF_TASKS})


def flow_options(words: Mapping[str, Any]) -> dict[str, Any]:
    """Of a flow, likewise."""
    return _options(words, "flow_run_name", {**_COMMON, **_OF_FLOWS})


def _options(words: Mapping[str, Any], run_name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for word, value in words.items():
        if value is None:
            continue
        if word == run_name:
            options["run_name"] = _run_name(word, value)
        elif word == "retry_delay_seconds":
            options["retry_delay_ms"] = _delays(value, words.get("retries") or 0)
        elif word == "task_runner":
            options.update(TaskRunner.of(value).options())
        elif word in known:
            option, convert = known[word]
            options[option] = convert(word, value)
        else:
            raise TypeError(f"there is no option '{word}'{_similar(word, [run_name, *known, *OF_THE_CODE])}")
    return options


def _similar(word: str, known: list[str]) -> str:
    """The end of a message about a word that is unknown."""
    similar = difflib.get_close_matches(word, known, 1)
    return f"; did you mean '{similar[0]}'?" if similar else f"; there are: {', '.join(sorted(known))}"


def _run_name(word: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{word} is a text, in which {{parameter}} stands for an argument, not {value!r}")
    return value


def _delays(value: RetryDelay, retries: int) -> int | list[int]:
    if callable(value):
        value = value(retries)
    if isinstance(value, (int, float, datetime.timedelta)):
        return milliseconds(value)
    return [milliseconds(delay) for delay in value]


def milliseconds(time: Seconds) -> int:
    """Whole milliseconds, rounded up: sooner would be too soon."""
    seconds = time.total_seconds() if isinstance(time, datetime.timedelta) else time
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
        raise TypeError(f"a time is a number of seconds or a timedelta, not {time!r}")
    return -int(-seconds * 1000 // 1)


def _is(kind: type | tuple[type, ...], what: str) -> Callable[[str, Any], Any]:
    def convert(word: str, value: Any) -> Any:
        if not isinstance(value, kind) or isinstance(value, bool) and kind is not bool:
            raise TypeError(f"{word} is {what}, not {value!r}")
        return value

    return convert


def _texts(word: str, value: Iterable[str]) -> list[str]:
    if isinstance(value, str) or not all(isinstance(text, str) for text in value):
        raise TypeError(f"{word} is a list of texts, not {value!r}")
    return list(value)


def _policy(_: str, value: CachePolicy) -> list[str]:
    return CachePolicy.of(value).words()


def _limits(_: str, value: Limits) -> dict[str, int]:
    for name in value:
        if name not in _LIMITS:
            raise TypeError(f"there is no limit '{name}'; there are: {', '.join(sorted(_LIMITS))}")
    return {name: _amount(name, amount, _LIMITS[name]) for name, amount in value.items()}


def _amount(name: str, amount: Any, units: Mapping[str, int]) -> int:
    if isinstance(amount, datetime.timedelta) and units is _DURATIONS:
        return milliseconds(amount)
    if isinstance(amount, (int, float)) and not isinstance(amount, bool):
        return milliseconds(amount) if units is _DURATIONS else int(amount)
    if isinstance(amount, str):
        number = amount.rstrip("KMGiBhms")
        unit = units.get(amount[len(number) :].strip())
        if unit is not None and number.strip().replace(".", "", 1).isdigit():
            return int(float(number) * unit)
    in_units = f' or a text such as "10{list(units)[1]}"' if units else ""
    raise TypeError(f"the limit '{name}' is a number{in_units}, not {amount!r}")


_number = _is((int, float), "a number")
_whole = _is(int, "a whole number")
_flag = _is(bool, "True or False")
_text = _is(str, "a text")


def _milliseconds(_: str, value: Seconds) -> int:
    return milliseconds(value)


_COMMON: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "retries": ("retries", _whole),
    "retry_backoff": ("retry_backoff", _number),
    "retry_jitter_factor": ("retry_jitter", _number),
    "timeout_seconds": ("timeout_ms", _milliseconds),
    "tags": ("tags", _texts),
    "log_prints": ("log_prints", _flag),
    "limits": ("limits", _limits),
    "needs": ("needs", _texts),
    "retry_delay_seconds": ("retry_delay_ms", _milliseconds),
}
_OF_TASKS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "priority": ("priority", _whole),
    "max_concurrency": ("max_concurrency", _whole),
    "cache_policy": ("cache_policy", _policy),
    "cache_key": ("cache_key", _text),
    "cache_expiration": ("cache_expiration_ms", _milliseconds),
    "refresh_cache": ("refresh_cache", _flag),
    "cache_isolation": ("cache_isolation", _text),
    "pure": ("pure", _flag),
}
_OF_FLOWS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "task_runner": ("runner", _text),
}
