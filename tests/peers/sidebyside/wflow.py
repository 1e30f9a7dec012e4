"""wflow: a process for each flow run, recorded as it is by default."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from sidebyside.places import ROOT
from sidebyside.subject import SECONDS_FOR_AN_ANSWER, NotMeasured, Subject


class Wflow(Subject):
    """The command on one of its runners, with the guest `examples/shapes`."""

    def __init__(self, binary: Path, runner: str, workers: int, folder: Path) -> None:
        version = ran([binary, "--version"]).stdout.strip().removeprefix("wflow ")
        super().__init__(f"wflow-{runner}", f"wflow {runner}", version, workers)
        self.binary = binary
        self.options = ["--runner", runner]
        if runner == "thread-pool":
            self.options += ["--max-workers", str(workers)]
        self.home = folder / self.name

    def prepare(self) -> None:
        built = ran([self.binary, "build", ROOT / "examples" / "shapes"])
        self.guest = built.stderr.splitlines()[-1].removeprefix("Built ")
        # It is compiled when it first runs, and was compiled before in all that is measured.
        self.seconds("noops", count=1)

    def seconds(self, shape: str, **arguments: Any) -> float:
        words = [f"{name}={json.dumps(value)}" for name, value in arguments.items()]
        parameters = [word for pair in words for word in ("-p", pair)]
        command = [self.binary, "run", self.guest, shape, *self.options, "--quiet", *parameters]
        text = ran(command, WFLOW_HOME=self.home).stdout.strip()
        try:
            return float(text)
        except ValueError:
            raise NotMeasured(f"{shape} returned {text!r} instead of seconds") from None

    def start_up(self) -> float:
        began = time.monotonic()
        self.seconds("noops", count=1)
        return time.monotonic() - began

    def start(self) -> None:
        """There is no process between runs."""

    def stop(self) -> None:
        """There is no process between runs."""


def ran(command: list[Any], **environment: Any) -> subprocess.CompletedProcess[str]:
    """What the command printed, if it succeeded."""
    variables = os.environ | {name: str(value) for name, value in environment.items()}
    try:
        done = subprocess.run(
            command,
            env=variables,
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_AN_ANSWER,
        )
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"no answer within {SECONDS_FOR_AN_ANSWER} s") from None
    if done.returncode != 0:
        lines = done.stderr.splitlines()
        errors = [line for line in lines if line.startswith("error")] or lines[-1:]
        raise NotMeasured(f"wflow ended with {done.returncode}: {' '.join(errors)}")
    return done
