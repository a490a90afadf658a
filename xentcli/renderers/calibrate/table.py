"""A fitted calibration for a person: its numbers, and what it is worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.renderers import Renderer, RenderOptions
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xentcli.jobs.calibrating.record import Calibration

_MOST_CLASSES = 30
_WIDTH = 15


def render(found: Calibration, options: RenderOptions) -> str:
    """The map, the losses before and after, and what should be known about them."""
    layout = found.layout
    name = found.paths[0] if len(found.paths) == 1 else f"{len(found.paths)} files"
    head = (
        shown(name),
        f"{found.rows:,} row{'s' * (found.rows != 1)}",
        f"{layout.k:,} classes",
        layout.scale.value,
        found.format,
    )
    lines = [" · ".join(head), "", *_parameters(found), "", *_figures(found)]
    if found.findings:
        lines += ["", *(f"  {notice.line}" for notice in found.findings)]
    if found.target not in {"", "-"}:
        lines += ["", f"  written to {shown(found.target)}"]
    return "\n".join([*lines, "", found.signature]) + "\n"


def _parameters(found: Calibration) -> Iterator[str]:
    """The fitted numbers, as far as a page has room for them."""
    layout, fit = found.layout, found.map.parameters()
    own = shown(layout.classes[layout.positive], 40)
    yield f"  {'method':{_WIDTH}}  {found.method.value}{_penalty(found)}"
    if "temperature" in fit:
        temperature = _number(fit["temperature"])
        yield f"  {'temperature':{_WIDTH}}  {temperature}   log-scores are divided by it"
    elif "slope" in fit:
        yield f"  {'slope':{_WIDTH}}  {_number(fit['slope'])}   times the log-odds of '{own}'"
        yield f"  {'intercept':{_WIDTH}}  {_number(fit['intercept'])}   added to that"
    elif len(fit.get("functions", ())) == 1:
        levels = len(set(fit["functions"][0]["values"]))
        yield f"  {'levels':{_WIDTH}}  {levels:,}   of the probability of '{own}'"
    else:
        yield from _by_class(found)


def _by_class(found: Calibration) -> Iterator[str]:
    """A line a class."""
    fit, classes = found.map.parameters(), found.layout.classes
    names = [shown(name, 40) for name in classes[:_MOST_CLASSES]]
    width = max(_WIDTH, *map(len, names))
    if "slopes" in fit:
        yield f"  {'class':{width}}  {'slope':>8}  {'intercept':>9}"
        for name, slope, intercept in zip(names, fit["slopes"], fit["intercepts"], strict=False):
            yield f"  {name:{width}}  {_number(slope):>8}  {_number(intercept):>9}"
    else:
        yield f"  {'class':{width}}  {'levels':>8}"
        for name, steps in zip(names, fit["functions"], strict=False):
            yield f"  {name:{width}}  {len(set(steps['values'])):>8,}"
    if len(classes) > _MOST_CLASSES:
        yield f"  and {len(classes) - _MOST_CLASSES:,} more classes"


def _penalty(found: Calibration) -> str:
    parts = [f"{name} {value:g}" for name, value in found.penalty._asdict().items() if value]
    return f", {', '.join(parts)}" if parts else ""


def _figures(found: Calibration) -> Iterator[str]:
    figures = found.figures
    gain = _number(figures.gain)
    if figures.stderr is not None:
        gain += f" ± {_number(figures.stderr)}"
    rows = (
        ("before", _number(figures.before), ""),
        ("after", _number(figures.after), "on the rows it was fitted to, which flatters"),
        ("cross-validated", _number(figures.cross_validated), f"{figures.folds} folds"),
        ("gain", gain, "before less cross-validated"),
    )
    width = max(len(value) for _, value, _ in rows)
    yield f"  {'cross-entropy':{_WIDTH}}  nats"
    for name, value, note in rows:
        yield f"  {name:{_WIDTH}}  {value:{width}}  {note}".rstrip()


def _number(value: float | None) -> str:
    """Four digits after the point, and more where those would all be zeros."""
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    return f"{value:.3g}" if 0 < size < 5e-4 or size >= 1e6 else f"{value:.4f}"


RENDERER = Renderer(
    name="table",
    description="a page for people",
    suffixes=(".txt",),
    render=render,
)
