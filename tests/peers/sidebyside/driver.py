"""The process of one peer: reads what to measure from stdin, a line each, and answers on stdout.

`driver NAME WORKERS FOLDER`, then lines such as `{"shape": "noops", "arguments": {"count": 10}}`,
which are answered by `{"seconds": 0.1}` or `{"error": "..."}`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from sidebyside import peers
from sidebyside.peer import Peer
from sidebyside.shapes import SHAPES


def main() -> None:
    name, workers, folder = sys.argv[1:]
    answers = only_answers()
    peer = peers.load(name)
    peer.start(int(workers), Path(folder))
    try:
        for line in sys.stdin:
            answers.write(json.dumps(answer(peer, json.loads(line))) + "\n")
            answers.flush()
    finally:
        peer.stop()


def only_answers() -> TextIO:
    """Stdout, on which from now on nobody else prints: what peers print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def answer(peer: Peer[Any], question: dict[str, Any]) -> dict[str, Any]:
    shape = SHAPES[question["shape"]]
    try:
        return {"seconds": peer.within(lambda: shape(peer, **question["arguments"]))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
