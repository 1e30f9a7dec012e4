"""Flows and tasks in plain Python, where each run is a thread."""

import asyncio
import time
import unittest

from wflow import Failure, FailureKind, allow_failure, as_completed, flow, task, unmapped, wait


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def doze(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@task
def told(run: int | Failure) -> str:
    return f"{run.kind}: {run.message}" if isinstance(run, Failure) else f"completed with {run}"


attempts: list[str] = []


@task(retries=2, retry_delay_seconds=0.01)
def lucky(word: str) -> int:
    attempts.append(word)
    if attempts.count(word) < 3:
        raise ValueError(f"not yet, {word}")
    return attempts.count(word)


@task(retries=5)
def hopeless() -> int:
    attempts.append("hopeless")
    raise Failure("never", retryable=False)


@task
async def nap(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


@flow
async def naps() -> list[float]:
    return list(await asyncio.gather(*(nap(0.2) for _ in range(5))))


@flow
def everything(start: int) -> int:
    return total.submit([add.submit(start), add.submit(add.submit(start))]).result()


class Local(unittest.TestCase):
    def test_futures_are_arguments(self) -> None:
        self.assertEqual(everything(1), 5)
        self.assertEqual(total.submit({"a": 1}, return_state=True).is_failed(), True)
        self.assertEqual(add.map([1, 2, 3], unmapped(10)).result(), [11, 12, 13])

    def test_futures_inside_of_values_are_waited_for(self) -> None:
        self.assertEqual(total.submit([add.submit(1), 5]).result(), 7)
        broken = total.submit([hopeless.submit(), 5])
        failure = broken.result(raise_on_failure=False)
        self.assertIsInstance(failure, Failure)
        self.assertEqual(broken.state.name, "UpstreamFailed")

    def test_failures_are_raised_told_and_allowed(self) -> None:
        with self.assertRaises(Failure) as raised:
            hopeless()
        self.assertEqual((raised.exception.kind, raised.exception.message), (FailureKind.FAILED, "never"))
        self.assertEqual(attempts.count("hopeless"), 1)
        self.assertEqual(told.submit(allow_failure(hopeless.submit())).result(), "failed: never")
        self.assertEqual(told.submit(add.submit(1)).result(), "completed with 2")
        self.assertEqual(told(3), "completed with 3")

    def test_failed_attempts_are_retried(self) -> None:
        self.assertEqual(lucky("a"), 3)
        with self.assertRaises(Failure) as raised:
            lucky.with_options(retries=1)("b")
        self.assertIn("ValueError: not yet, b\nTraceback", raised.exception.message)

    def test_runs_are_waited_for(self) -> None:
        order = [run.result() for run in as_completed(doze.map([0.4, 0.2, 0.0]))]
        self.assertEqual(order, [0.0, 0.2, 0.4])
        done, not_done = wait(doze.map([0.0, 5.0]), timeout=0.3)
        self.assertEqual((len(done), len(not_done)), (1, 1))
        with self.assertRaises(TimeoutError):
            not_done.pop().result(timeout=0.01)

    def test_async_functions_wait_together(self) -> None:
        began = time.monotonic()
        self.assertEqual(asyncio.run(naps()), [0.2] * 5)
        self.assertLess(time.monotonic() - began, 0.8)

    def test_arguments_that_do_not_fit_are_told_as_of_a_call(self) -> None:
        with self.assertRaises(TypeError) as raised:
            add.submit(1, c=2)
        self.assertEqual(str(raised.exception), "add: got an unexpected keyword argument 'c'")
        with self.assertRaises(TypeError):
            add.map(1)
        with self.assertRaises(TypeError):
            add.submit(allow_failure(add.submit(1)))


if __name__ == "__main__":
    unittest.main()
