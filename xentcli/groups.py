"""Rows in groups, lying one group after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Groups:
    """Rows that lie group by group: which groups occur, where each begins, how many rows.

    `counts` holds the rows of every group, present or not; `size` is their number.
    """

    __slots__ = ("_full", "_present", "_starts", "counts", "size")

    def __init__(self, counts: Ints) -> None:
        self.size = len(counts)
        self.counts = counts
        starts = np.cumsum(counts) - counts
        self._full = bool(np.logical_and.reduce(counts))
        self._present = np.arange(self.size) if self._full else np.flatnonzero(counts)
        self._starts = starts if self._full else starts[self._present]

    @classmethod
    def only(cls, group: int, rows: int, size: int) -> Groups:
        """All rows in one group of `size`."""
        counts = np.zeros(size, dtype=np.int64)
        counts[group] = rows
        return cls(counts)

    @classmethod
    def single(cls, rows: int) -> Groups:
        """All rows in the only group."""
        return cls.only(0, rows, 1)

    def sum(self, whole: Ints) -> Ints:
        """The sum of each group's whole numbers, modulo 2^64."""
        if self._full:
            return np.add.reduceat(whole, self._starts)
        totals = np.zeros(self.size, dtype=np.int64)
        if len(self._starts):
            totals[self._present] = np.add.reduceat(whole, self._starts)
        return totals

    def count(self, hit: NDArray[np.bool_]) -> Ints:
        """How many rows of each group are marked in `hit`."""
        counts = np.zeros(self.size, dtype=np.int64)
        rows = self.counts[self._present].tolist()
        for group, start, n in zip(self._present, self._starts.tolist(), rows, strict=True):
            counts[group] = np.count_nonzero(hit[start : start + n])
        return counts


def count_classes(numbers: NDArray[Any], k: int) -> NDArray[np.int64]:
    """How often each class number occurs."""
    if k == 2:
        ones = int(np.count_nonzero(numbers))
        return np.array([len(numbers) - ones, ones])
    return np.bincount(numbers, minlength=k)
