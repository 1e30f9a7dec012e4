"""Async tasks: one that is awaited, then two at once."""

import asyncio

from wflow import flow, task


@task
async def print_values(values: str | list[int]) -> None:
    """Prints each value after a second."""
    for value in values:
        await asyncio.sleep(1)
        print(value, end=" ")


@flow
async def async_flow() -> None:
    """Prints two values, then two lists of four at once."""
    await print_values([1, 2])
    both = [print_values("abcd"), print_values("6789")]
    await asyncio.gather(*both)


if __name__ == "__main__":
    asyncio.run(async_flow())
