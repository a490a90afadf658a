"""The edges of quantile bins: a pass over the columns that are to be cut, before any scoring."""

from __future__ import annotations

import decimal
import math
from typing import TYPE_CHECKING

import numpy as np

from xentcli.engine.plan import Outcome, Plan, Sum, pieces
from xentcli.engine.supply import Supply
from xentcli.errors import RowError
from xentcli.layout.schema import Role
from xentcli.numerics import from_arrow
from xentcli.numerics.histogram import ValueHistogram
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.reading.source import Source


class ColumnPass(Plan):
    """What is done with every split instead of scoring it: the numbers of columns are counted."""

    @property
    def _names(self) -> list[str]:
        return [name for name, bins in self.layout.bins if bins.unknown]

    def supply(self, sources: Iterable[Source], turns: Iterator[int] | None = None) -> Supply:
        """The splits of the sources, with these columns alone."""
        roles = dict.fromkeys(self._names, Role.NUMBER)
        return Supply(sources, roles, rows=self.rows, threads=self.workers, turns=turns)

    def work(self, supply: Supply, read: Callable[[int], None] | None = None) -> Sum:
        """Takes splits until there are no more; the state's parts are histograms by column."""
        total = Sum.total((), self.layout.size)
        while (task := supply.take()) is not None:
            try:
                rows = 0
                for block, _ in pieces(task):
                    for name in self._names:
                        total.state.part(name, ValueHistogram).add(_numbers(block, name))
                    rows += block.num_rows
                    if read is not None:
                        read(block.num_rows)
            except Exception as error:
                supply.failed(task, error)
                break
            total.read += rows
            supply.done(task, rows)
        return total


def _numbers(block: pa.RecordBatch, name: str) -> from_arrow.Array:
    """The numbers of a column, without the missing ones."""
    try:
        values, there = from_arrow.numbers(block.column(name))
    except TypeError as error:
        raise RowError(str(error), row=None, column=shown(name)) from None
    there = from_arrow.both(there, from_arrow.not_nan(values))
    return values if there is None else values[there]


def with_edges(layout: Layout, outcome: Outcome) -> Layout:
    """The layout with the edges that a `ColumnPass` found."""
    state = outcome.sum.state
    found = []
    for name, bins in layout.bins:
        if bins.unknown:
            counted = state.part(name, ValueHistogram)
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
