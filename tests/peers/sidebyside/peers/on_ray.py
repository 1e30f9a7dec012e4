"""Ray, with a cluster of its own on this machine."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sidebyside.peer import Peer, Task

# It reads these when it is imported.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# Loopback alone, as on macOS and Windows; else Ray takes the address of the machine instead.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

import ray


class Ray(Peer["ray.ObjectRef[int]"]):
    def start(self, workers: int, folder: Path) -> None:
        self.remote: dict[Task, Any] = {}
        ray.init(
            # A task takes one, unless told otherwise.
            num_cpus=workers,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            # Room for small values; by default it takes a third of the memory.
            object_store_memory=256 << 20,
            _node_ip_address="127.0.0.1",
            _temp_dir=str(folder),
        )

    def submit(self, task: Task, *arguments: "int | ray.ObjectRef[int]") -> "ray.ObjectRef[int]":
        if task not in self.remote:
            self.remote[task] = ray.remote(task)
        reference: ray.ObjectRef[int] = self.remote[task].remote(*arguments)
        return reference

    def results(self, futures: "Sequence[ray.ObjectRef[int]]") -> list[int]:
        # "Anti-pattern: calling ray.get in a loop": all at once.
        results: list[int] = ray.get(list(futures))
        return results

    def mapped(self, task: Task, values: Sequence[int]) -> list[int]:
        # It has nothing for many tasks but the advice to put more work into each.
        return self.results([self.submit(task, value) for value in values])

    def stop(self) -> None:
        ray.shutdown()


PEER = Ray()
