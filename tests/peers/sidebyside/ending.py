"""Ends all that was started, whatever happened."""

import os
import uuid

import psutil

MARK = "WFLOW_PEERS_RUN"
"""A variable that everything started from here inherits: children of children, and daemons."""


def mark() -> None:
    """From now on, processes that are started are known as ours."""
    os.environ[MARK] = uuid.uuid4().hex


def end_all() -> None:
    """Ends those that are left: first politely, then at once."""
    for end in (psutil.Process.terminate, psutil.Process.kill):
        left = ours()
        for process in left:
            try:
                end(process)
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(left, timeout=5)
        if not alive and not ours():
            return


def ours() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == os.environ[MARK] and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found
