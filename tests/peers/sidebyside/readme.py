"""The table in the README, which is between two comments and nowhere written by hand."""

import sys
from pathlib import Path

BEGIN = "<!-- peers -->"
END = "<!-- /peers -->"


def check(path: Path) -> None:
    """Ends with an error if there is not one place for the table; better before measuring."""
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        sys.exit(
            f"error: {path.name} has no single place for the table: it needs a line {BEGIN} and, "
            f"after it, a line {END}"
        )


def write(path: Path, table: str) -> None:
    """Puts the table there."""
    check(path)
    before, rest = path.read_text().split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{table}{END}{after}")
