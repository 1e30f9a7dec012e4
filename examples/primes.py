"""A fan-out of tasks that compute and never wait."""

from wflow import flow, task, unmapped

#: How often a part tells how far it is.
CHUNKS = 5


@task
def count_primes(part: int, parts: int, limit: int) -> int:
    """Counts the primes in one part of each chunk of the numbers below the limit."""

    def border(block: int) -> int:
        return limit * block // (parts * CHUNKS)

    primes = 0
    for chunk in range(CHUNKS):
        # The parts take turns, since larger numbers take longer.
        block = chunk * parts + part
        end = border(block + 1)
        primes += sum(is_prime(n) for n in range(border(block), end))
        print(f"part {part}: {primes} primes up to {end}")
    return primes


def is_prime(n: int) -> bool:
    """Trial division, deliberately plain."""
    return n >= 2 and all(n % d for d in range(2, int(n**0.5) + 1))


@flow(task_runner="thread-pool")
def primes(limit: int = 200_000, parts: int = 8) -> int:
    """Counts the primes below the limit."""
    counts = count_primes.map(range(parts), unmapped(parts), unmapped(limit))
    return sum(counts.result())


if __name__ == "__main__":
    print(primes())
