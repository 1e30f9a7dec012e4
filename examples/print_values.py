"""Two task runs that print at the same time."""

import time

from wflow import flow, task
from wflow.task_runners import ConcurrentTaskRunner


@task
def print_values(values: list[str]) -> None:
    """Prints each value after half a second, and a carriage return."""
    for value in values:
        time.sleep(0.5)
        print(value, end="\r")


@flow(task_runner=ConcurrentTaskRunner())
def my_flow() -> None:
    """Prints two lists at once."""
    print_values.submit(["AAAA"] * 15)
    print_values.submit(["BBBB"] * 10)


if __name__ == "__main__":
    my_flow()
