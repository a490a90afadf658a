"""Comparisons made by hand, as `xentcli.jobs.comparing` would deliver them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.values import Value
from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference, Pairing, Part
from xentcli.report.report import LayoutReport, SourceReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Z = 1.959963984540054


def figure(value: float, stderr: float | None = None) -> Value:
    """A loss with its interval."""
    if stderr is None:
        return Value(value, unit="nats")
    return Value(value, stderr, (value - Z * stderr, value + Z * stderr), 0.95, "nats")


def changed(base: float, by: float, stderr: float, p_holm: float | None = None) -> Difference:
    """A loss that changed."""
    return Difference(figure(base), figure(base + by), figure(by, stderr), p_holm=p_holm)


def part(by: Mapping[str, str | None], rows: int, **metrics: Difference) -> Part:
    """The rows of a class or a slice."""
    return Part(by, rows, float(rows), metrics)


def comparison(
    metrics: Mapping[str, Difference],
    classes: Sequence[Part] = (),
    slices: Sequence[Part] = (),
    pairing: Pairing = Pairing.ORDER,
    rows: int = 100,
) -> Comparison:
    """One candidate beside its baseline."""
    source = SourceReport(("main.csv",), "csv", rows, rows, None)
    names = tuple(p.name for p in classes)
    layout = LayoutReport("multiclass", ("label",), ("prob_*",), "probability", names, None)
    new = Candidate(
        "new.csv",
        source._replace(paths=("new.csv",)),
        "xent|new",
        pairing,
        rows,
        float(rows),
        metrics,
        classes=tuple(classes),
        slices=tuple(slices),
    )
    return Comparison("0", "main.csv", source, "xent|main", layout, 0.95, (new,))
