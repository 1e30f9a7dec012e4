"""The tables, for the terminal and in Markdown."""

from dataclasses import dataclass

from sidebyside.measure import Figures
from sidebyside.metg import metg
from sidebyside.patterns import PATTERNS
from sidebyside.results import Results, Row

NONE = "-"


@dataclass(frozen=True)
class Column:
    """A figure of each subject."""

    heading: str
    unit: str
    more_is_better: bool = False

    def of(self, figures: Figures) -> float | None:
        """In the column's unit; none, if it was not found."""
        raise NotImplementedError


@dataclass(frozen=True)
class Rate(Column):
    """Tasks of a shape a second."""

    shape: str = ""

    def of(self, figures: Figures) -> float | None:
        return 1 / figures.shapes[self.shape].per_task()


@dataclass(frozen=True)
class PerTask(Column):
    """Microseconds of a task of a shape."""

    shape: str = ""

    def of(self, figures: Figures) -> float | None:
        return 1e6 * figures.shapes[self.shape].per_task()


@dataclass(frozen=True)
class Metg(Column):
    """METG(50 %) of a pattern, in microseconds."""

    pattern: str = ""

    def of(self, figures: Figures) -> float | None:
        found = metg(figures.points[self.pattern])
        return None if found is None else 1e6 * found


@dataclass(frozen=True)
class StartUp(Column):
    """Milliseconds of a whole process."""

    def of(self, figures: Figures) -> float | None:
        return 1e3 * sorted(figures.start_up)[len(figures.start_up) // 2]


COLUMNS: tuple[Column, ...] = (
    Rate("no-ops", "tasks/s", more_is_better=True, shape="noops"),
    Rate("mapped", "tasks/s", more_is_better=True, shape="mapped"),
    PerTask("chain", "µs/hop", shape="chain"),
    PerTask("fan-out", "µs/task", shape="fan_out"),
    PerTask("latency", "µs", shape="latency"),
    *(Metg(f"METG {pattern}", "µs", pattern=pattern) for pattern in PATTERNS),
    StartUp("start to end", "ms"),
)

Table = list[list[str]]


def figures(results: Results) -> Table:
    """A row for each subject, headings first."""
    table = [["", *(f"{column.heading}, {column.unit}" for column in COLUMNS)]]
    for row in results.rows:
        values = [column.of(row.figures) for column in COLUMNS] if row.figures else []
        cells = [NONE if value is None else number(value) for value in values]
        table.append([label(row), *(cells or [NONE] * len(COLUMNS))])
    return table


def ratios(results: Results) -> Table:
    """How many times as good the first row is as each of the others."""
    first, others = results.rows[0], results.rows[1:]
    table = [[f"{first.label} against", *(column.heading for column in COLUMNS)]]
    for row in others:
        if first.figures and row.figures:
            cells = [ratio(column, first.figures, row.figures) for column in COLUMNS]
            table.append([row.label, *cells])
    return table if len(table) > 1 else []


def ratio(column: Column, ours: Figures, theirs: Figures) -> str:
    our, their = column.of(ours), column.of(theirs)
    if our is None or their is None:
        return NONE
    times = our / their if column.more_is_better else their / our
    return f"{number(times)}\N{MULTIPLICATION SIGN}"


def label(row: Row) -> str:
    return f"{row.label} {row.version}".strip()


def notes(results: Results) -> list[str]:
    """What is to be said below the tables."""
    machine = results.machine
    lines = [
        f"{machine.cpu}, {machine.cores} cores, {machine.system}, Python {machine.python}, "
        f"{machine.date}. Medians. METG(50 %) is the smallest task of which half is useful work; "
        "- was not found."
    ]
    if results.quick:
        lines.append("Measured with --quick: sizes at most.")
    lines += [f"{row.label}: not measured: {row.why_not}" for row in results.rows if row.why_not]
    return lines


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value >= 100:
        digits = len(str(int(value)))
        return f"{round(value, 3 - digits):,.0f}"
    return f"{value:.3g}"


def terminal(table: Table) -> str:
    """Aligned, a word of the headings a line."""
    if not table:
        return ""
    heads = [cell.split(" ") for cell in table[0]]
    height = max(len(words) for words in heads)
    lines = [
        ["" if line < height - len(words) else words[line - height + len(words)] for words in heads]
        for line in range(height)
    ]
    lines[-1][0], lines[0][0] = table[0][0], ""
    rows = [line if index else [*line] for index, line in enumerate(lines)]
    for line in rows[:-1]:
        line[0] = ""
    rows += table[1:]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown(results: Results) -> str:
    """Both tables and the notes."""
    parts = [as_markdown(table) for table in (figures(results), ratios(results)) if table]
    return "\n\n".join([*parts, "  \n".join(notes(results))]) + "\n"


def as_markdown(table: Table) -> str:
    rows = [table[0], ["---", *("--:" for _ in table[0][1:])], *table[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
