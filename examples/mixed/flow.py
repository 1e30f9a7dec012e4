"""A flow in Python with tasks in C, JavaScript and Rust, and a WASI command that knows nothing of wflow."""

from wflow import flow, remote, unmapped

count_primes = remote.task("counting/count_primes")  # C
bars = remote.task("drawing/bars")  # JavaScript
render = remote.task("resvg/run")  # a command
resize = remote.task("pictures/resize")  # Rust


@flow(task_runner="thread-pool")
def primes_chart(limit: int = 100_000, parts: int = 8, width: int = 160) -> bytes:
    """A picture of how many primes each part of the numbers has, as a JPEG."""
    counts = count_primes.map(part=range(parts), parts=unmapped(parts), limit=unmapped(limit))
    svg = bars.submit(numbers=list(counts), title=f"Primes below {limit}")
    png = render.submit(svg=svg, width=800)
    return resize(image=png, width=width)
