"""Draws time and memory against the number of rows: `python plot.py RESULTS SVG`."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from workloads import abbreviated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = {
    "xent-1": ("xent, 1 thread", "#0b6e99", "--"),
    "xent-2": ("xent, 2 threads", "#0b6e99", "-"),
    "polars": ("polars", "#d1495b", "-"),
    "duckdb": ("DuckDB", "#b8860b", "-"),
}
"""Label, colour and dash of each contender."""

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "xentcli",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
}


def draw(axes: Axes, points: list[dict[str, Any]], figure: str, *, names: bool) -> None:
    """One panel: the medians of `figure` (a field of a run) against rows."""
    for name, (label, colour, dash) in LINES.items():
        seen = [point for point in points if name in point["runs"]]
        rows = [point["rows"] for point in seen]
        values = [statistics.median(run[figure] for run in point["runs"][name]) for point in seen]
        axes.plot(
            rows, values, dash, color=colour, marker="o", markersize=3.5,
            label=label if names else None,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("rows (Parquet, binary)")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: abbreviated(round(value))))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())


def plot(points: list[dict[str, Any]], path: Path) -> None:
    """Writes the figure; the same points give the same bytes."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        time, memory = figure.subplots(1, 2)
        draw(time, points, "seconds", names=True)
        time.set_title("time, seconds", loc="left", fontsize=10)
        time.legend(frameon=False)
        draw(memory, points, "peak_mb", names=False)
        memory.set_title("peak memory, MB", loc="left", fontsize=10)
        memory.set_ylim(20, 2000)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    plot(results["sections"]["scaling"], Path(sys.argv[2]))
