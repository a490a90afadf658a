"""One data set's loss as every system has it, a line a system."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions

if TYPE_CHECKING:
    from xentcli.jobs.all_conventions import AllConventions, Entry


def render(found: AllConventions, options: RenderOptions) -> str:
    """A system's name for `--like`, its number, how far that is from ours, and why."""
    entries, digits = found.entries, options.digits
    head = ("--like", "value", "difference", "function", "why")
    own = entries[0].value.value if entries[0].value is not None else None
    rows = [
        (
            "(none)" if entry.like is None else entry.like.value,
            _number(entry, digits),
            _difference(entry, own),
            entry.function or "–",
            entry.why,
        )
        for entry in entries
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(4)]
    lines = []
    for row in [head, *rows]:
        cells = [f"{row[0]:{widths[0]}}", f"{row[1]:>{widths[1]}}", f"{row[2]:>{widths[2]}}"]
        lines.append("  ".join([*cells, f"{row[3]:{widths[3]}}", row[4]]).rstrip())
    return "\n".join(lines) + "\n"


def _number(entry: Entry, digits: int) -> str:
    if entry.value is None or entry.value.value is None:
        return "–"
    value = entry.value.value
    return "∞" if math.isinf(value) else f"{value:.{digits + 4}f}"


def _difference(entry: Entry, own: float | None) -> str:
    """How far a number is from ours; nothing where one of them is infinite or undefined."""
    if entry.like is None or entry.value is None or entry.value.value is None or own is None:
        return ""
    difference = entry.value.value - own
    if math.isnan(difference) or math.isinf(difference):
        return ""
    return f"{difference:+.2g}" if difference else "0"


RENDERER = Renderer(
    name="table",
    description="a line for each system, for people",
    suffixes=(".txt",),
    render=render,
)
