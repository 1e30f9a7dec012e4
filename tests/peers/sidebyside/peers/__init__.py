"""The task runners that wflow is measured with, each behind the same small interface."""

import importlib
from dataclasses import dataclass
from typing import Any

from sidebyside.peer import Peer


@dataclass(frozen=True)
class Kind:
    """What is to be known of a peer without importing it."""

    label: str
    """As tables show it."""
    package: str | None
    """The one to install, if it is not part of Python."""


KINDS = {
    "threads": Kind("concurrent.futures threads", None),
    "processes": Kind("concurrent.futures processes", None),
    "ray": Kind("Ray", "ray"),
    "dask": Kind("Dask distributed", "distributed"),
    "prefect": Kind("Prefect thread-pool", "prefect"),
}


def load(name: str) -> Peer[Any]:
    """The peer; an ImportError if its package is not installed."""
    module = importlib.import_module(f"sidebyside.peers.on_{name}")
    peer: Peer[Any] = module.PEER
    return peer
