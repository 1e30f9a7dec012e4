"""Measures all subjects one after the other, and writes what came out."""

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from sidebyside import ending, options, plot, readme, table
from sidebyside.measure import FULL, QUICK, measure
from sidebyside.peers import KINDS
from sidebyside.places import LOGS, PEERS, README, ROOT, TARGET
from sidebyside.results import Results, Row, cores, this_machine, version
from sidebyside.subject import NotMeasured, PeerSubject, Subject
from sidebyside.wflow import Wflow


def main() -> None:
    chosen = options.parse()
    assert chosen.wflow, "tests/peers/run says which"
    signal.signal(signal.SIGTERM, interrupted)
    ending.mark()
    results = Results(this_machine(), chosen.quick)
    # A short path: Ray has sockets in it, whose paths have a limit.
    with tempfile.TemporaryDirectory(
        prefix="peers-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:
        try:
            for subject in subjects(chosen, Path(folder)):
                results.rows.append(row(subject, chosen.quick))
                ending.end_all()
        finally:
            ending.end_all()
    write(results)


def subjects(chosen: options.Options, folder: Path) -> list[Subject]:
    """wflow first: the others are held against it."""
    assert chosen.wflow
    workers = cores()
    found: list[Subject] = [
        Wflow(chosen.wflow, "thread-pool", workers, folder),
        Wflow(chosen.wflow, "concurrent", 1, folder),
    ]
    for name in chosen.peers:
        kind = KINDS[name]
        found.append(PeerSubject(name, kind.label, version(kind.package), workers, folder))
    return found


def row(subject: Subject, quick: bool) -> Row:
    """Its figures, or why it has none: the others are measured all the same."""
    found = Row(subject.name, subject.label, subject.version, subject.workers)
    began = time.monotonic()
    say = progress(subject.label)
    try:
        if not subject.version:
            raise NotMeasured("its package could not be installed")
        found.figures = measure(subject, QUICK if quick else FULL, say)
        subject.stop()
    except NotMeasured as why:
        found.why_not = str(why)
    say(found.why_not or f"measured in {time.monotonic() - began:.0f} s")
    print(file=sys.stderr)
    return found


def progress(label: str) -> Callable[[str], None]:
    """On a terminal a line that changes, else nothing but what is at its end."""
    clear = "\r\x1b[K" if sys.stderr.isatty() else "\n"

    def say(what: str) -> None:
        print(f"{clear}{label}: {what}", end="", file=sys.stderr, flush=True)

    return say


def write(results: Results) -> None:
    """Quick figures are nowhere shown to others."""
    print(
        f"\n{table.terminal(table.figures(results))}\n\n{table.terminal(table.ratios(results))}\n"
    )
    print("\n".join(table.notes(results)))
    folder = TARGET if results.quick else PEERS
    results.write(folder / "results.json")
    (folder / "results.md").write_text(table.markdown(results))
    plot.draw(results, folder / "results.svg")
    if not results.quick:
        readme.write(README, table.markdown(results))
    shown = [path.relative_to(ROOT) for path in (folder, LOGS)]
    print(f"\nresults.json, .md and .svg are in {shown[0]}, what the peers printed in {shown[1]}")


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except NotMeasured as why:
        sys.exit(f"error: {why}")
