"""Runs that do nothing, and runs that sleep at the same time: what each language costs."""

import time

from wflow import flow, task


@task
def noop(index: int) -> int:
    return index


@task
def sleeper(seconds: float) -> None:
    time.sleep(seconds)


@flow
def hello() -> None:
    """Prints a line, and runs nothing."""
    print("hello")


@flow(task_runner="thread-pool")
def noops(count: int) -> int:
    """Submits runs one by one, and takes all of their results."""
    runs = [noop.submit(index) for index in range(count)]
    return sum(run.result() for run in runs)


@flow
def sleepers(count: int, seconds: float) -> None:
    sleeper.map([seconds] * count).wait()
