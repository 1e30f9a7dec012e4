"""The command line of `tests/peers/run`."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from sidebyside.peers import KINDS


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    peers: list[str]
    quick: bool
    wflow: Path | None
    """A binary that is built already."""

    def arguments(self) -> list[str]:
        """The command line that says the same."""
        words = ["--peers", ",".join(self.peers)]
        words += ["--quick"] if self.quick else []
        words += ["--wflow", str(self.wflow)] if self.wflow else []
        return words


def parse() -> Options:
    """Of this process."""
    parser = argparse.ArgumentParser(
        prog="tests/peers/run",
        description="Measures wflow side by side with its peers, on this machine, in one run.",
    )
    parser.add_argument(
        "--peers",
        metavar="A,B",
        type=names,
        default=list(KINDS),
        help=f"those to measure beside wflow; without it all: {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="less of everything, to try it; results go to target/peers and the README stays",
    )
    parser.add_argument(
        "--wflow",
        metavar="PATH",
        type=binary,
        help="a release build of the command; without it, it is built first",
    )
    parsed = parser.parse_args()
    return Options(parsed.peers, parsed.quick, parsed.wflow)


def names(text: str) -> list[str]:
    chosen = [name for name in text.split(",") if name]
    for name in chosen:
        if name not in KINDS:
            raise argparse.ArgumentTypeError(
                f"there is no peer {name!r}, but {', '.join(KINDS)}",
            )
    return chosen


def binary(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path.resolve()
