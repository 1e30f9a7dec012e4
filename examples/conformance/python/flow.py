"""The flows of the conformance suite in Python; `tests/conformance.rs` says what each has to do."""

import asyncio
import os
import random
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from wflow import (
    EndedRun,
    Failure,
    Flow,
    State,
    Task,
    allow_failure,
    artifacts,
    as_completed,
    flow,
    get_run_logger,
    pause_for_input,
    remote,
    secret,
    task,
    unmapped,
    variable,
    wait,
)
from wflow.cache_policies import INPUTS

# Values: each flow hands its parameter to a task, which hands it back.


@task
def same_boolean(value: bool) -> bool:
    return value


@flow
def echo_boolean(value: bool) -> bool:
    return same_boolean(value)


@task
def same_integer(value: int) -> int:
    return value


@flow
def echo_integer(value: int) -> int:
    return same_integer(value)


@task
def same_float(value: float) -> float:
    return value


@flow
def echo_float(value: float) -> float:
    return same_float(value)


@task
def same_text(value: str) -> str:
    return value


@flow
def echo_text(value: str) -> str:
    return same_text(value)


@task
def same_list(value: list[int]) -> list[int]:
    return value


@flow
def echo_list(value: list[int]) -> list[int]:
    return same_list(value)


@task
def same_map(value: dict[str, float]) -> dict[str, float]:
    return value


@flow
def echo_map(value: dict[str, float]) -> dict[str, float]:
    return same_map(value)


@task
def same_pair(value: tuple[str, int]) -> tuple[str, int]:
    return value


@flow
def echo_pair(value: tuple[str, int]) -> tuple[str, int]:
    return same_pair(value)


@task
def same_json(value: Any) -> Any:
    return value


@flow
def echo_json(value: Any) -> Any:
    return same_json(value)


@task
def same_optional(value: int | None) -> int | None:
    return value


@flow
def echo_optional(value: int | None = None) -> int | None:
    return same_optional(value)


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@task
def same_choice(value: Colour) -> Colour:
    return value


@flow
def echo_choice(value: Colour) -> Colour:
    return same_choice(value)


@dataclass
class Item:
    name: str
    parts: list["Item"]
    weight: float = 1.5


@task
def same_record(value: Item) -> Item:
    return value


@flow
def echo_record(value: Item) -> Item:
    return same_record(value)


@task
def same_bytes(value: bytes) -> bytes:
    return value


@flow
def echo_bytes(value: bytes) -> bytes:
    return same_bytes(value)


@flow
def count_bytes(size: int) -> int:
    data = bytes(range(256)) * (size // 256)
    returned = same_bytes(data)
    return len(returned) if returned == data else -1


@flow
def defaults(number: int = 7, text: str = "ü", flag: bool = True) -> list[Any]:
    return [number, text, flag]


@task
def nothing() -> None:
    pass


@flow
def returns_nothing() -> None:
    return nothing()


# Futures as arguments.


@task
def increment(number: int) -> int:
    return number + 1


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@flow
def future_as_argument() -> int:
    return increment.submit(increment.submit(1)).result()


@flow
def list_of_futures() -> int:
    return total.submit([increment.submit(number) for number in range(4)]).result()


@flow
def chain(length: int) -> int:
    run = increment.submit(0)
    for _ in range(length - 1):
        run = increment.submit(run)
    return run.result()


@task
def nested_sum(depth: int) -> int:
    if depth == 0:
        return 1
    return total.submit([nested_sum.submit(depth - 1), nested_sum.submit(depth - 1)]).result()


@flow
def nested(depth: int) -> int:
    return nested_sum(depth)


@task
def doze(milliseconds: int) -> int:
    time.sleep(milliseconds / 1000)
    return milliseconds


@flow
def waits_for_another() -> int:
    first = doze.submit(100)
    return increment.submit(1, wait_for=[first]).result()


@task
def fail() -> int:
    raise Failure("no such luck")


@task
def told(run: int | Failure) -> str:
    if isinstance(run, Failure):
        return f"{run.kind}: {run.message}"
    return f"completed with {run}"


@flow
def allowed(fails: bool) -> str:
    run = fail.submit() if fails else increment.submit(1)
    return told.submit(allow_failure(run)).result()


@flow
def upstream() -> str:
    return outcome(increment.submit(fail.submit())).partition(":")[0]


# Many runs.


@task
def add(a: int, b: int) -> int:
    return a + b


@flow
def mapped() -> list[int]:
    return add.map([1, 2, 3], unmapped(10)).result()


@flow
def mapped_futures() -> list[int]:
    return increment.map(increment.map([1, 2, 3])).result()


@flow
def completed_in_order() -> list[int]:
    return [run.result() for run in as_completed(doze.map([900, 450, 0]))]


@flow
def waited() -> list[int]:
    runs = doze.map([0, 0, 3_600_000])
    done, not_done = wait(runs, timeout=1)
    for run in not_done:
        run.cancel()
    return [len(done), len(not_done)]


@flow
def unawaited() -> None:
    doze.submit(50)


@flow
def by_name() -> int:
    return add(b=1, a=2)


# Flows in flows.


@flow
def doubled(number: int) -> int:
    return add(number, number)


@flow
def subflow() -> int:
    return doubled(21)


@flow
def subflow_future() -> int:
    return increment.submit(doubled.submit(20)).result()


@flow
def broken() -> int:
    return fail()


@flow
def failing_subflow() -> str:
    return outcome(broken.submit())


# How runs end that do not complete.


def outcome(run: Any) -> str:
    """The kind and the first words of a failure."""
    try:
        return f"completed with {run.result()}"
    except Failure as failure:
        return f"{failure.kind}: {failure.message.splitlines()[0]}"


@flow
def fails() -> int:
    return fail()


@flow
def catches() -> str:
    return outcome(fail.submit())


@task
def divides(by: int) -> float:
    return 1 // by


@flow
def errors() -> float:
    return divides(0)


@task(retries=2)
def stubborn() -> None:
    raise Failure("again")


@flow
def retried() -> None:
    stubborn()


@task(retries=2)
def hopeless() -> None:
    raise Failure("never", retryable=False)


@flow
def permanent() -> None:
    hopeless()


def is_busy(_task: Any, _run: Any, state: State[Any]) -> bool:
    return "busy" in str(state.result(raise_on_failure=False))


@task(retries=2, retry_condition_fn=is_busy)
def picky(message: str) -> None:
    raise Failure(message)


@flow
def conditional(message: str) -> None:
    picky(message)


@flow
def lucky() -> str:
    return lucky_task.with_options(retries=3, retry_delay_seconds=0.01).submit().result()


@task
def lucky_task() -> str:
    with open("state/attempts", "a") as attempts:
        attempts.write("x")
    with open("state/attempts") as attempts:
        count = len(attempts.read())
    if count < 3:
        raise Failure(f"attempt {count}")
    return f"attempt {count}"


@task(timeout_seconds=0.2)
def endless() -> None:
    while True:
        pass


@flow
def times_out() -> str:
    return outcome(endless.submit())


@task
def crash() -> None:
    os.abort()


@flow
def crashes() -> str:
    return outcome(crash.submit()).partition(":")[0]


@flow
def cancels() -> str:
    run = doze.submit(3_600_000)
    run.cancel()
    return outcome(run).partition(":")[0]


@task(limits={"memory": "64MiB"})
def hoard() -> int:
    return len(bytearray(256 << 20))


@flow
def beyond_limit() -> int:
    return hoard()


@task(needs=["secret nothing"])
def needy() -> None:
    pass


@flow
def lacks() -> str:
    return outcome(needy.submit())


# What runs say and leave behind.


@task
def logs_task() -> None:
    logger = get_run_logger()
    logger.debug("for the curious")
    logger.info("grüße %s", "alle")
    logger.warning("careful")
    logger.error("broken")


@flow
def logs() -> None:
    logs_task()


@task
def say(text: str) -> None:
    print(text)


@flow
def prints() -> None:
    say("Grüße, 世界")


@flow(log_prints=True)
def logs_prints() -> None:
    say("into the log")


@task(task_run_name="number {number}", tags=["odd"])
def named_task(number: int) -> int:
    return number


@flow
def named() -> list[str]:
    return [named_task.submit(1).name, named_task.with_options(task_run_name="other").submit(2).name]


@task
def leave_artifacts() -> None:
    artifacts.create_markdown_artifact("# Well", key="report")
    artifacts.create_table_artifact([{"a": 1}], key="table")
    artifacts.create_link_artifact("https://example.org/", key="link")
    artifacts.create_progress_artifact(42.5, key="progress")
    artifacts.create_image_artifact(b"\x89PNG", key="image")


@flow
def leaves_artifacts() -> None:
    leave_artifacts()


def notify(of: Task[..., Any] | Flow[..., Any], run: EndedRun, state: State[Any]) -> None:
    print(f"{of.name} ended {state.type} after {run.attempts}")


@task(retries=1, on_completion=[notify], on_failure=[notify])
def watched(fails: bool) -> None:
    if fails:
        raise Failure("no luck")


@flow(on_completion=[notify])
def hooked(fails: bool) -> None:
    watched(fails, return_state=True)


# What is cached, and what is pure.


@task(cache_policy=INPUTS)
def costly(number: int) -> int:
    return number * number


@flow
def cached() -> list[int]:
    return [costly(7), costly(7)]


@task(pure=True)
def pure_square(number: int) -> int:
    return number * number


@flow
def pure() -> list[int]:
    return [pure_square(7), pure_square(7)]


@task(pure=True)
def impure_task() -> float:
    return time.time()


@flow
def impure() -> str:
    return outcome(impure_task.submit()).partition(":")[0]


# What the operator grants.


@task
def reads_variable() -> Any:
    return variable("greeting")


@flow
def granted_variable() -> Any:
    return reads_variable()


@flow
def denied_variable() -> str:
    return outcome(reads_variable.submit()).partition(":")[0]


@task
def reads_secret() -> int:
    print(secret("token").get())
    return len(secret("token").get())


@flow
def granted_secret() -> int:
    return reads_secret()


@task
def reads_environment() -> str | None:
    return os.environ.get("STAGE")


@flow
def environment() -> str | None:
    return reads_environment()


@task
def reads_file() -> str:
    with open("data/text") as file:
        return file.read()


@flow
def granted_file() -> str:
    return reads_file()


@flow
def denied_file() -> str:
    return outcome(reads_file.submit()).partition(":")[0]


@flow
def another_component() -> str:
    return outcome(remote.task("nowhere/nothing").submit(number=1)).partition(":")[0]


@dataclass
class Approval:
    approved: bool


@flow
def unanswered() -> bool:
    return pause_for_input(Approval, "Publish?", timeout=0.1).approved


# Time, chance, and async functions.


@task
def chance() -> float:
    return random.random()


@flow
def chances() -> bool:
    return chance() != chance()


@task
async def nap(milliseconds: int) -> int:
    await asyncio.sleep(milliseconds / 1000)
    return milliseconds


@flow
async def gathers() -> bool:
    began = time.monotonic()
    await asyncio.gather(nap(500), nap(500), asyncio.sleep(0.5))
    return time.monotonic() - began < 1.4


@flow
async def awaits() -> int:
    run = nap.submit(10)
    return await run + await nap(5)


@task
async def async_fail() -> None:
    raise Failure("not now")


@flow
async def async_failure() -> str:
    try:
        await async_fail()
    except Failure as failure:
        return f"{failure.kind}: {failure.message}"
    return "completed"


@flow
async def waits_for_ever() -> None:
    await asyncio.get_running_loop().create_future()
