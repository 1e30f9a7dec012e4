"""Counts the letters of a text: a flow and two tasks to start from.

`wflow run .` runs the flow, `wflow run . -p text="lorem ipsum"` gives it another text, and
`wflow inspect .` shows what there is to run.
"""

from wflow import Failure, flow, task


@task(retries=2, retry_delay_seconds=0.2)
def count(word: str) -> int:
    """Counts the letters of a word.

    Every run has a WebAssembly instance of its own. An attempt that raises an exception is followed by
    up to two more; `-p text="catch 22"` shows it.
    """
    letters = sum(character.isalpha() for character in word)
    if letters == 0:
        raise Failure(f"'{word}' has no letters")
    return letters


@task
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@flow
def letters(text: str = "The quick brown fox jumps over the lazy dog") -> int:
    """Counts the letters of a text, one task run for each word."""
    # `map` submits one run for each word. It returns at once, with a list of futures.
    counts = count.map(text.split())

    # `submit` submits one run. It takes futures where the task takes values: the run starts when
    # both numbers are there, and they go from run to run without passing through the flow.
    total = add.submit(0, 0)
    for one in counts:
        total = add.submit(total, one)

    # `result` waits. If a run has failed, it raises that, and so the flow fails, too.
    return total.result()


if __name__ == "__main__":
    print(letters())
