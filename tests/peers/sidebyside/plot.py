"""The plot: efficiency over granularity, a panel for each pattern, a line for each subject."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from sidebyside.metg import HALF
from sidebyside.patterns import PATTERNS
from sidebyside.results import Results

# Readable on white and on black alike.
INK = "#808080"
COLOURS = ("#e8590c", "#f59f00", "#2f9e44", "#0ca678", "#1c7ed6", "#7950f2", "#e64980")
MARKERS = "os^vDPX"

mpl.rcParams.update(
    {
        # The same figures give the same file.
        "svg.hashsalt": "wflow",
        # Text as paths: no font needs to be there.
        "svg.fonttype": "path",
        "font.size": 11,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)


def draw(results: Results, path: Path) -> None:
    """As SVG, without a background."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, pattern in zip(grid.flat, PATTERNS, strict=True):
        panel(axes, pattern, results)
    for axes in grid[-1]:
        axes.set_xlabel("time of a worker for each task, overhead included")
    for axes in grid[:, 0]:
        axes.set_ylabel("part of it that is useful work")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})


def panel(axes: Axes, pattern: str, results: Results) -> None:
    """Further to the left is better: smaller tasks pay."""
    for row, colour, marker in zip(results.rows, COLOURS, MARKERS, strict=False):
        if row.figures:
            points = row.figures.points[pattern]
            axes.plot(
                [point.granularity for point in points],
                [point.efficiency for point in points],
                label=row.label,
                color=colour,
                marker=marker,
                markersize=5,
                linewidth=2,
            )
    axes.set_title(pattern)
    axes.axhline(HALF, color=INK, linewidth=1, linestyle="--")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.1)
    axes.xaxis.set_major_formatter(FuncFormatter(time))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(color=INK, alpha=0.25)


def time(seconds: float, _position: int) -> str:
    """In the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size * 0.999:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
