"""What the pools of threads and of processes of `concurrent.futures` have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

from sidebyside.peer import Peer, Task


class Pool(Peer[Future[int]]):
    """Futures are no arguments here: the code that submits waits for them first."""

    pool: Executor

    @abstractmethod
    def executor(self, workers: int) -> Executor:
        """A new pool."""

    def start(self, workers: int, folder: Path) -> None:
        self.pool = self.executor(workers)

    def submit(self, task: Task, *arguments: int | Future[int]) -> Future[int]:
        values = [
            argument.result() if isinstance(argument, Future) else argument
            for argument in arguments
        ]
        return self.pool.submit(task, *values)

    def results(self, futures: Sequence[Future[int]]) -> list[int]:
        return [future.result() for future in futures]

    def mapped(self, task: Task, values: Sequence[int]) -> list[int]:
        # Of processes, the documentation says that a large chunk size makes long iterables much
        # faster; a chunk goes to a worker as one. Threads ignore it.
        return list(self.pool.map(task, values, chunksize=max(1, len(values) // 32)))

    def stop(self) -> None:
        self.pool.shutdown(cancel_futures=True)
