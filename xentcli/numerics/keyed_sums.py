"""Rows counted and weighed by a key, exactly: what samples and grids of rows are kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.exact import MAX_ROWS, Sums
from xentcli.numerics.groups import Arrangement, lengths_of_runs, starts_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Ints, Rows

    Keys = NDArray[Any]


@dataclass(eq=False)
class KeyedSums:
    """Distinct keys, ascending, with the rows that have each, and the weight of those.

    `weight` is None where rows have no weights. Equal where keys, rows and weights are.
    """

    keys: Keys
    rows: Ints
    weight: Sums | None = None

    @classmethod
    def of(cls, keys: Keys, weights: Floats | None = None) -> tuple[KeyedSums, Rows]:
        """The rows by their keys, and the place of a row (any) that has each.

        >>> found, places = KeyedSums.of(np.array([7, 3, 7]))
        >>> found.keys.tolist(), found.rows.tolist()
        ([3, 7], [1, 2])
        """
        order = keys.argsort()
        ascending = keys.take(order)
        starts = starts_of_runs(ascending)
        rows = lengths_of_runs(starts, len(keys))
        places = order.take(starts)
        if weights is None:
            return cls(ascending.take(starts), rows), places
        weight = Sums(len(starts))
        numbers = _numbers(order, starts)
        for start in range(0, len(keys), MAX_ROWS):
            arranged = Arrangement.by(numbers[start : start + MAX_ROWS])
            weight.add(arranged.of(weights[start : start + MAX_ROWS]), arranged.groups)
        return cls(ascending.take(starts), rows, weight), places

    def joined(self, other: KeyedSums) -> tuple[KeyedSums, Rows]:
        """Both together, and where each key comes from: its place here, or behind these."""
        for one, rest in ((self, other), (other, self)):
            if not len(rest.keys):
                return one, np.arange(len(one.keys))
        keys = np.concatenate((self.keys, other.keys))
        order = keys.argsort()
        ascending = keys.take(order)
        starts = starts_of_runs(ascending)
        rows = np.add.reduceat(np.concatenate((self.rows, other.rows)).take(order), starts)
        joined = KeyedSums(ascending.take(starts), rows)
        if self.weight is not None and other.weight is not None:
            numbers = _numbers(order, starts)
            middle = len(self.keys)
            joined.weight = self.weight.gathered(numbers[:middle], len(starts), 1).merge(
                other.weight.gathered(numbers[middle:], len(starts), 1)
            )
        return joined, order.take(starts)

    def renamed(self, keys: Keys) -> KeyedSums:
        """The same under other keys; equal ones are added up."""
        order = keys.argsort()
        ascending = keys.take(order)
        starts = starts_of_runs(ascending)
        rows = np.add.reduceat(self.rows.take(order), starts)
        weight = self.weight
        if weight is not None:
            weight = weight.gathered(_numbers(order, starts), len(starts), 1)
        return KeyedSums(ascending.take(starts), rows, weight)

    def head(self, most: int) -> KeyedSums:
        """The `most` smallest keys, or all where they are fewer."""
        if len(self.keys) <= most:
            return self
        # Copies, so that what is left out is not kept in memory.
        places = np.arange(most)
        weight = self.weight
        if weight is not None:
            weight = weight.part(0, most).gathered(places, most, 1)
        return KeyedSums(self.keys[:most].copy(), self.rows[:most].copy(), weight)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeyedSums):
            return NotImplemented
        return (
            np.array_equal(self.keys, other.keys)
            and np.array_equal(self.rows, other.rows)
            and self.weight == other.weight
        )

    __hash__ = None  # type: ignore[assignment]  # arrays are no keys


def _numbers(order: Rows, starts: Rows) -> Rows:
    """Which run each entry belongs to, runs beginning at `starts` of the entries in order."""
    numbers = np.empty(len(order), dtype=np.intp)
    numbers[order] = np.repeat(np.arange(len(starts)), lengths_of_runs(starts, len(order)))
    return numbers
