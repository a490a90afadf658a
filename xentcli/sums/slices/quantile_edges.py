"""Where quantile bins end, found from a histogram of a column."""

from __future__ import annotations

import decimal
import math
from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.histogram import ValueHistogram

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout
    from xentcli.sums.run import Outcome


def with_edges(layout: Layout, outcome: Outcome) -> Layout:
    """The layout with the edges that a `ColumnPass` found."""
    state = outcome.sum.state
    found = []
    for name, bins in layout.bins:
        if bins.unknown:
            counted = state.part(name) or ValueHistogram()
            bins = bins._replace(edges=edges(counted, bins.quantiles or 1))  # noqa: PLW2901 - one of two
        found.append((name, bins))
    return layout._replace(bins=tuple(found))


def edges(counted: ValueHistogram, quantiles: int) -> tuple[float, ...]:
    """Where to cut numbers into bins of equally many, as far as ties allow.

    Cut i of q is made between two numbers where those below are nearest to i n / q in number,
    the upper of two that are as near. Equal numbers stay together, so there may be fewer bins.
    An edge is the shortest decimal fraction that lies between the two numbers.

    >>> edges(ValueHistogram().add(np.array([1.0, 2.0, 30.2, 41.9])), 2)
    (30.0,)
    >>> edges(ValueHistogram().add(np.array([7.0, 7.0, 7.0])), 4)
    ()
    """
    values, n = counted.values, len(counted)
    below = quantiles * np.concatenate(([0], np.cumsum(counted.counts)))
    wanted = np.arange(1, quantiles, dtype=np.int64) * n
    upper = below.searchsorted(wanted)
    lower = np.maximum(upper - 1, 0)
    nearest = np.where(below[upper] - wanted <= wanted - below[lower], upper, lower)
    cells = sorted({cell for cell in nearest.tolist() if 0 < cell < len(values)})
    return tuple(_between(float(values[cell - 1]), float(values[cell])) for cell in cells)


def _between(low: float, high: float) -> float:
    """The shortest decimal fraction above `low` and not above `high`; the largest of those.

    >>> _between(36.0, 38.9), _between(0.1, 0.7391), _between(-7.0, -5.3)
    (38.0, 0.7, -6.0)
    """
    if not math.isfinite(high):
        return high
    exact = decimal.Decimal(repr(high))
    for digits in range(1, 18):
        short = decimal.Context(digits, decimal.ROUND_FLOOR).plus(exact)
        if low < float(short) <= high:
            return float(short) + 0.0
    return high
