"""Prefect 3 with its thread-pool task runner, and a server of its own on this machine."""

import atexit
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sidebyside.peer import Peer, Task

SECONDS_TO_START = 120
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    # A line for each run on the terminal costs more than it tells here; wflow prints none either.
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


class Prefect(Peer[Any]):
    def start(self, workers: int, folder: Path) -> None:
        port = free_port()
        os.environ.update(QUIET)
        os.environ["PREFECT_HOME"] = str(folder)
        # A server that runs beside the flows is what the documentation recommends; without one
        # each flow would start its own.
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        command = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port"]
        self.server = subprocess.Popen([sys.executable, *command, str(port)])
        # Before Prefect's own handlers are registered, and so after they sent it what is left:
        # without a server they would try for minutes.
        atexit.register(self.end_server)
        wait_for(f"http://127.0.0.1:{port}/api/health", self.server)
        # It reads its settings when it is imported.
        import prefect
        from prefect.cache_policies import NO_CACHE
        from prefect.task_runners import ThreadPoolTaskRunner

        # Its futures are of a narrower type than flows declare.
        runner: Any = ThreadPoolTaskRunner(max_workers=workers)

        # The work is code: there is nothing to validate.
        @prefect.flow(task_runner=runner, validate_parameters=False)
        def shape(work: Callable[[], Any]) -> Any:
            return work()

        self.flow = shape
        self.task = prefect.task(persist_result=False, cache_policy=NO_CACHE)
        self.tasks: dict[Task, Any] = {}

    def within(self, work: Callable[[], Any]) -> Any:
        return self.flow(work)

    def prefect_task(self, task: Task) -> Any:
        if task not in self.tasks:
            self.tasks[task] = self.task(task)
        return self.tasks[task]

    def submit(self, task: Task, *arguments: Any) -> Any:
        return self.prefect_task(task).submit(*arguments)

    def results(self, futures: Sequence[Any]) -> list[int]:
        return [future.result() for future in futures]

    def mapped(self, task: Task, values: Sequence[int]) -> list[int]:
        return self.results(self.prefect_task(task).map(list(values)))

    def stop(self) -> None:
        """All is ended when the process exits."""

    def end_server(self) -> None:
        self.server.terminate()
        self.server.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers."""
    until = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"its server did not start within {SECONDS_TO_START} s")


PEER = Prefect()
