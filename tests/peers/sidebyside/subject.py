"""What is measured, seen from outside: something that answers how long a shape took."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, Any

from sidebyside.places import LOGS

SECONDS_FOR_AN_ANSWER = 240


class NotMeasured(Exception):
    """A subject that does not start, or has no answer; the message says why."""


class Subject(ABC):
    """wflow on one of its runners, or a peer."""

    def __init__(self, name: str, label: str, version: str, workers: int) -> None:
        self.name = name
        self.label = label
        self.version = version
        self.workers = workers

    @abstractmethod
    def prepare(self) -> None:
        """Does what is done once, before any process of it is started."""

    @abstractmethod
    def start(self) -> None:
        """Makes it ready to be asked, and warm."""

    @abstractmethod
    def seconds(self, shape: str, **arguments: Any) -> float:
        """How long the shape took, by the clock of the code that submits."""

    @abstractmethod
    def start_up(self) -> float:
        """Seconds from the start of a process that runs one task to its end."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it in good order."""


class PeerSubject(Subject):
    """A peer, in a process of its own."""

    def __init__(self, name: str, label: str, version: str, workers: int, folder: Path) -> None:
        super().__init__(name, label, version, workers)
        self.folder = folder
        self.starts = 0

    def prepare(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log().write_text("")

    def start(self) -> None:
        self.process = self.new_process()
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.pass_on, args=(self.process.stdout,), daemon=True).start()
        self.seconds("noops", count=10 * self.workers)

    def new_process(self) -> subprocess.Popen[str]:
        self.starts += 1
        folder = self.folder / f"{self.name}-{self.starts}"
        folder.mkdir()
        with self.log().open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "sidebyside.driver", self.name, str(self.workers), folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # A Ctrl-C is for the process that measures, which then ends this one.
                start_new_session=True,
            )

    def pass_on(self, answers: IO[str]) -> None:
        """A thread reads the answers, as waiting for a queue can have an end."""
        for line in answers:
            self.answers.put(line)
        self.answers.put("")

    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def seconds(self, shape: str, **arguments: Any) -> float:
        assert self.process.stdin
        try:
            self.process.stdin.write(question(shape, arguments))
            self.process.stdin.flush()
            line = self.answers.get(timeout=SECONDS_FOR_AN_ANSWER)
        except queue.Empty:
            raise NotMeasured(f"no answer within {SECONDS_FOR_AN_ANSWER} s ({shape})") from None
        except BrokenPipeError:
            line = ""
        return self.read(line)

    def read(self, line: str) -> float:
        if not line:
            raise NotMeasured(f"its process ended: {self.last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise NotMeasured(answer["error"])
        seconds: float = answer["seconds"]
        return seconds

    def last_words(self) -> str:
        lines = [
            line for line in self.log().read_text(errors="replace").splitlines() if line.strip()
        ]
        return lines[-1].strip() if lines else "it printed nothing"

    def start_up(self) -> float:
        began = time.monotonic()
        process = self.new_process()
        try:
            text, _ = process.communicate(question("noops", {"count": 1}), SECONDS_FOR_AN_ANSWER)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"no end within {SECONDS_FOR_AN_ANSWER} s (start-up)") from None
        seconds = time.monotonic() - began
        self.read(text)
        return seconds

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)


def question(shape: str, arguments: dict[str, Any]) -> str:
    return json.dumps({"shape": shape, "arguments": arguments}) + "\n"
