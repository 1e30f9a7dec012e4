"""What came out, as the tables, the plot and the file of raw figures need it."""

import datetime
import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sidebyside.measure import Figures


@dataclass
class Machine:
    """Where it was measured."""

    cpu: str
    cores: int
    system: str
    python: str
    date: str


@dataclass
class Row:
    """A subject, with its figures or why there are none."""

    name: str
    label: str
    version: str
    workers: int
    figures: Figures | None = None
    why_not: str = ""


@dataclass
class Results:
    """Of one run."""

    machine: Machine
    quick: bool
    rows: list[Row] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """As JSON, times in seconds."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def this_machine() -> Machine:
    return Machine(
        cpu=cpu(),
        cores=cores(),
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        python=platform.python_version(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
    )


def cpu() -> str:
    """As the system calls the model."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def version(package: str | None) -> str:
    """Of what is installed; Python's own, if it is part of it. Empty if it is not there."""
    if package is None:
        return f"Python {platform.python_version()}"
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
