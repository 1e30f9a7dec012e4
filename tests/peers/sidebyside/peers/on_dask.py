"""Dask's distributed scheduler, with a cluster of its own on this machine."""

from collections.abc import Sequence
from pathlib import Path

import dask
from distributed import Client, Future, LocalCluster

from sidebyside.peer import Peer, Task


class Dask(Peer[Future[int]]):
    def start(self, workers: int, folder: Path) -> None:
        dask.config.set({"temporary-directory": str(folder)})
        self.cluster = LocalCluster(
            # A process a core, which is also what it chooses by itself on a small machine.
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
        )
        self.client = Client(self.cluster)

    def submit(self, task: Task, *arguments: int | Future[int]) -> Future[int]:
        # Pure tasks with the same arguments would share one run.
        return self.client.submit(task, *arguments, pure=False)

    def results(self, futures: Sequence[Future[int]]) -> list[int]:
        # In one message, where `Future.result` would send one for each.
        results: list[int] = self.client.gather(list(futures))
        return results

    def mapped(self, task: Task, values: Sequence[int]) -> list[int]:
        # "Prefer to use `map` rather than `submit` in a loop": one graph for all.
        return self.results(self.client.map(task, values, pure=False))

    def stop(self) -> None:
        self.client.close()
        self.cluster.close()


PEER = Dask()
