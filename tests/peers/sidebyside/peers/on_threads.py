"""The thread pool of Python's standard library."""

from concurrent.futures import Executor, ThreadPoolExecutor

from sidebyside.peers.pool import Pool


class Threads(Pool):
    def executor(self, workers: int) -> Executor:
        return ThreadPoolExecutor(workers)


PEER = Threads()
