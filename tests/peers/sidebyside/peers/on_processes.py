"""The process pool of Python's standard library."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor

from sidebyside.peers.pool import Pool


class Processes(Pool):
    def executor(self, workers: int) -> Executor:
        # Safe beside threads, and what Python 3.14 starts with on Linux.
        return ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver"))


PEER = Processes()
