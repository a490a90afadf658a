"""Rows that are not independent of each other: errors from sums by cluster.

A figure that is a quotient of sums changes, to first order, by what each cluster adds to its
numerator less the figure times what it adds to the denominator. These parts, one a cluster, are
taken for independent (K.-Y. Liang and S. L. Zeger 1986; Cameron and Miller 2015).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.figures.values import Spread, Term
from xentcli.numerics import doubles
from xentcli.numerics.doubles import Doubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.numerics.arrays import Rows
    from xentcli.sums.slices.slices import Slices


# So many numbers are kept as they were read, for the next figure.
_MOST_KEPT = 1 << 22


class ClusterSums:
    """The sums of every cluster, as they lie; `overlapping` as in `Totals`."""

    def __init__(self, slices: Slices, *, overlapping: bool) -> None:
        self._slices = slices
        self._overlapping = overlapping
        self._known: dict[tuple[str, int | None], Doubles] = {}

    def __len__(self) -> int:
        return len(self._slices.places)

    def of(self, key: str, group: int | None) -> Doubles:
        """The sums under a name, of a class or of all rows, in the order of the numbers."""
        known = self._known.get((key, group))
        if known is None:
            known = self._read(key, group)
            if (len(self._known) + 1) * len(self) <= _MOST_KEPT:
                self._known[key, group] = known
        return known

    def _read(self, key: str, group: int | None) -> Doubles:
        size, n = self._slices.size, len(self)
        # Slot 0 is for clusters that are left out, which there are none of.
        sums = self._slices.state.read(key).part(size, (n + 1) * size)
        if group is not None:
            cells = slice(group, group + 1)
        else:
            cells = slice(size - 1, size) if self._overlapping else slice(0, size)
        total = doubles.of(np.zeros(n))
        for whole, scale in sums.parts():
            for column in whole.reshape(n, size)[:, cells].T:
                part = doubles.whole(column)
                total = total + Doubles(part.high * scale, part.low * scale)
        return total


class Clusters:
    """The clusters that some rows fall into: all, or those of a slice, by their numbers."""

    def __init__(self, sums: ClusterSums, numbers: Rows) -> None:
        self._sums = sums
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, key: str, group: int | None = None) -> Doubles:
        """The sums of these clusters under a name."""
        sums = self._sums.of(key, group)
        return Doubles(sums.high.take(self._numbers), sums.low.take(self._numbers))

    def some(self, places: Rows) -> Clusters:
        """Those at some places among these."""
        return Clusters(self._sums, self._numbers[places])

    def spread(self, terms: Sequence[Term], counted: Sequence[Term]) -> Spread | None:
        """The spread of the sum of `terms`; None for fewer than two clusters.

        Clusters count that have anything of `counted`.
        """
        there = np.zeros(len(self._numbers), dtype=np.bool_)
        for term in counted:
            there |= self.of(term.key, term.group).high != 0
        clusters = int(np.count_nonzero(there))
        if clusters < 2:
            return None
        parts = self.combined(terms).rounded
        # The exact sum, so that the order of the clusters does not matter.
        squares = math.fsum((parts * parts).tolist())
        return Spread(math.sqrt(squares * clusters / (clusters - 1)), clusters)

    def combined(self, terms: Sequence[Term]) -> Doubles:
        """The sum of the terms, cluster by cluster."""
        total = doubles.of(np.zeros(len(self._numbers)))
        for numerator, denominator, key, group in terms:
            factor = doubles.constant(numerator, denominator, len(self._numbers))
            total = total + factor * self.of(key, group)
        return total


class ByCluster:
    """Sums by cluster, and by slice where rows are sliced, too.

    `crossed` are the sums by the slices' values and, last, the cluster's. `slices` are those by
    slice alone, `whole` the clusters of all rows.
    """

    def __init__(self, crossed: Slices, *, sliced: bool, overlapping: bool) -> None:
        self.slices, self.whole = crossed, _all_of(crossed, overlapping=overlapping)
        if not sliced:
            return
        clusters, of_cluster = crossed.grouped(slice(-1, None))
        self.whole = _all_of(clusters, overlapping=overlapping)
        self.slices, of_slice = crossed.grouped(slice(0, -1))
        # Cells in the order of their values, so that it is the same in every run.
        order, _ = crossed.places.ordered()
        self._cells = Clusters(ClusterSums(crossed, overlapping=overlapping), order)
        self._cluster_of, self._slice_of = of_cluster[order], of_slice[order]
        self._ranked = np.argsort(self._slice_of, kind="stable")
        self._ends = np.cumsum(np.bincount(self._slice_of, minlength=len(self.slices.places)))

    def of(self, number: int) -> Clusters:
        """The clusters of a slice's rows."""
        first = self._ends[number - 1] if number else 0
        return self._cells.some(self._ranked[first : self._ends[number]])

    @property
    def crossed(self) -> Crossed:
        """What lies in which slice and cluster, in the order of the values."""
        return Crossed(self._cells, self._slice_of, self._cluster_of)


class Crossed(NamedTuple):
    """The rows of a slice and cluster each, as `cells`, and the numbers of both."""

    cells: Clusters
    of_slice: Rows
    of_cluster: Rows


def _all_of(slices: Slices, *, overlapping: bool) -> Clusters:
    sums = ClusterSums(slices, overlapping=overlapping)
    return Clusters(sums, np.arange(len(sums)))
