"""Rows counted and weighed by a key, exactly: what samples and grids of rows are kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.exact import MAX_ROWS, Sums
from xentcli.groups import Arrangement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[Any]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]


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
        """The rows by their keys, and the place of a row that has each.

        >>> found, places = KeyedSums.of(np.array([7, 3, 7]))
        >>> found.keys.tolist(), found.rows.tolist(), places.tolist()
        ([3, 7], [1, 2], [1, 0])
        """
        order = keys.argsort(kind="stable")
        ascending = keys.take(order)
        starts = _starts(ascending)
        rows = np.diff(np.append(starts, len(keys)))
        places = order.take(starts)
        if weights is None:
            return cls(ascending.take(starts), rows), places
        weight = Sums(len(starts))
        numbers = np.empty(len(keys), dtype=np.intp)
        numbers[order] = np.repeat(np.arange(len(starts)), rows)
        for start in range(0, len(keys), MAX_ROWS):
            arranged = Arrangement.by(numbers[start : start + MAX_ROWS])
            weight.add(arranged.of(weights[start : start + MAX_ROWS]), arranged.groups)
        return cls(ascending.take(starts), rows, weight), places

    def joined(self, other: KeyedSums) -> tuple[KeyedSums, Rows]:
        """Both together, and where each key comes from: its place here, or behind these."""
        keys = np.concatenate((self.keys, other.keys))
        order = keys.argsort(kind="stable")
        ascending = keys.take(order)
        starts = _starts(ascending)
        numbers = np.empty(len(keys), dtype=np.intp)
        counts = np.diff(np.append(starts, len(keys)))
        numbers[order] = np.repeat(np.arange(len(starts)), counts)
        rows = np.zeros(len(starts), dtype=np.int64)
        weight: Sums | None = None
        middle = len(self.keys)
        for part, places in ((self, numbers[:middle]), (other, numbers[middle:])):
            # Within a part every number occurs once.
            rows[places] += part.rows
            if part.weight is not None:
                moved = part.weight.gathered(places, len(starts))
                weight = moved if weight is None else weight.merge(moved)
        return KeyedSums(ascending.take(starts), rows, weight), order.take(starts)

    def renamed(self, keys: Keys) -> KeyedSums:
        """The same under other keys; equal ones are added up."""
        order = keys.argsort(kind="stable")
        ascending = keys.take(order)
        starts = _starts(ascending)
        numbers = np.empty(len(keys), dtype=np.intp)
        counts = np.diff(np.append(starts, len(keys)))
        numbers[order] = np.repeat(np.arange(len(starts)), counts)
        rows = np.add.reduceat(self.rows.take(order), starts)
        weight = None if self.weight is None else self.weight.gathered(numbers, len(starts))
        return KeyedSums(ascending.take(starts), rows, weight)

    def head(self, most: int) -> KeyedSums:
        """The `most` smallest keys, or all where they are fewer."""
        if len(self.keys) <= most:
            return self
        # Copies, so that what is left out is not kept in memory.
        places = np.arange(most)
        weight = self.weight
        if weight is not None:
            weight = weight.part(0, most).gathered(places, most)
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


def _starts(ascending: Keys) -> Rows:
    """Where runs of equal keys begin."""
    if not len(ascending):
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))
