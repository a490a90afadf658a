"""Rows in groups, lying one group after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Ints, Rows


class Groups:
    """Rows that lie group by group: which groups there are, and how many rows each has.

    `counts` holds the rows of every group that is spoken of, `ids` says which of all sums they
    are added to: all of them in order, or those with the numbers given.
    """

    __slots__ = ("_full", "_present", "_starts", "counts", "ids")

    def __init__(self, counts: Ints, ids: slice | Rows = slice(None)) -> None:
        self.counts = counts
        self.ids = ids
        starts = np.cumsum(counts) - counts
        self._full = bool(np.logical_and.reduce(counts))
        self._present = np.arange(len(counts)) if self._full else np.flatnonzero(counts)
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
        totals = np.zeros(len(self.counts), dtype=np.int64)
        if len(self._starts):
            totals[self._present] = np.add.reduceat(whole, self._starts)
        return totals

    def count(self, hit: NDArray[np.bool_]) -> Ints:
        """How many rows of each group are marked in `hit`."""
        if len(self.counts) > _MANY:
            return self.sum(hit.astype(np.int64))
        counts = np.zeros(len(self.counts), dtype=np.int64)
        rows = self.counts[self._present].tolist()
        for group, start, n in zip(self._present, self._starts.tolist(), rows, strict=True):
            counts[group] = np.count_nonzero(hit[start : start + n])
        return counts


# With more groups than this, one pass over all rows beats a count for each group.
_MANY = 64


class Arrangement:
    """How rows are brought into groups: the order to take them in (None: as they lie)."""

    __slots__ = ("groups", "order")

    def __init__(self, groups: Groups, order: Rows | None = None) -> None:
        self.groups = groups
        self.order = order

    @classmethod
    def by(cls, numbers: Rows) -> Arrangement:
        """Brings rows with the same group number together.

        >>> a = Arrangement.by(np.array([7, 3, 7]))
        >>> a.groups.ids.tolist(), a.groups.counts.tolist(), a.order.tolist()
        ([3, 7], [1, 2], [1, 0, 2])
        """
        order: Rows | None = None
        if len(numbers) > 1 and np.logical_or.reduce(numbers[1:] < numbers[:-1]):
            order, numbers = _sorted(numbers)
        starts = starts_of_runs(numbers)
        return cls(Groups(lengths_of_runs(starts, len(numbers)), numbers[starts]), order)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the rows, group by group."""
        return values if self.order is None else values.take(self.order)


def _sorted(numbers: Rows) -> tuple[Rows, Rows]:
    """The stable order of numbers, none of them negative, and the numbers in it."""
    bits, top = len(numbers).bit_length(), int(numbers.max())
    if top < 1 << 16:
        # numpy sorts numbers of 16 bits digit by digit.
        small = numbers.astype(np.uint8 if top < 1 << 8 else np.uint16)
        order = small.argsort(kind="stable")
        return order, numbers.take(order)
    if numbers.dtype.itemsize < 8 or top >> (62 - bits):
        order = numbers.argsort(kind="stable")
        return order, numbers.take(order)
    # A sort of numbers with their places behind them is many times faster than an argsort.
    both = np.left_shift(numbers, bits)
    both |= np.arange(len(numbers))
    both.sort()
    return both & ((1 << bits) - 1), both >> bits


def starts_of_runs(values: NDArray[Any]) -> Rows:
    """Where runs of equal values begin: of sorted ones, where each of them first occurs.

    >>> starts_of_runs(np.array([3, 3, 5, 7, 7])).tolist()
    [0, 2, 3]
    """
    begins = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins.nonzero()[0]


def lengths_of_runs(starts: Rows, n: int) -> Ints:
    """How long the runs are that `n` values make, which begin at `starts`."""
    return np.diff(np.append(starts, n))


def added_up(ascending: NDArray[Any], counts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sorted values, each once, with the sums of the numbers beside them.

    >>> values, sums = added_up(np.array([3, 3, 5]), np.array([1, 2, 4]))
    >>> values.tolist(), sums.tolist()
    ([3, 5], [3, 4])
    """
    starts = starts_of_runs(ascending)
    return ascending[starts], np.add.reduceat(counts, starts) if len(starts) else counts


def count_classes(numbers: NDArray[Any], k: int) -> NDArray[np.int64]:
    """How often each class number occurs."""
    if k == 1:
        return np.array([len(numbers)])
    if k == 2:
        ones = int(np.count_nonzero(numbers))
        return np.array([len(numbers) - ones, ones])
    return np.bincount(numbers, minlength=k)
