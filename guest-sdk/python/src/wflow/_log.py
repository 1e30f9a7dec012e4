"""Lines for the run's log: `get_run_logger` and everything that `logging` is told."""

from __future__ import annotations

import logging

from ._host import Level, host

__all__ = ["get_run_logger", "install"]


class RunHandler(logging.Handler):
    """Hands records to the host."""

    def emit(self, record: logging.LogRecord) -> None:
        host().log(_level(record.levelno), self.format(record))


def _level(number: int) -> Level:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


def install() -> None:
    """Has all of `logging` end up in the run's log, from `INFO` on where nothing else is said."""
    root = logging.getLogger()
    if any(isinstance(handler, RunHandler) for handler in root.handlers):
        return
    # Handlers of the code itself would tell the same once more.
    root.handlers = [RunHandler()]
    if root.level == logging.WARNING:
        root.setLevel(logging.INFO)


def get_run_logger() -> logging.Logger:
    """The logger of the run that calls it."""
    logger = logging.getLogger("wflow.run")
    if not logger.handlers:
        logger.addHandler(RunHandler())
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    return logger
