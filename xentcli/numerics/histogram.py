"""How often each number occurs, in bounded memory and whatever the order.

While there are at most 2^17 distinct numbers, each is counted by itself. Beyond, numbers are
counted in cells of ever coarser grids: a float64, read as a whole number that is ordered as
the numbers are, loses as many of its low bits as it takes. The grids are nested, so what is
left at the end depends on all numbers together, not on which of them came first.

Prior art: HdrHistogram (Tene 2012), whose cells are as wide as their numbers are large, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.groups import added_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Ints

    Keys = NDArray[np.uint64]

MOST_CELLS = 1 << 17
_SIGN = np.uint64(1 << 63)
_ALL = np.uint64((1 << 64) - 1)
# Numbers wait until there are so many, and are then sorted together.
_WAITING = 1 << 18


def sortable(values: Floats) -> Keys:
    """Whole numbers that are ordered as the numbers are; no -0.0 beside 0.0.

    >>> (sortable(np.array([-np.inf, -1.0, -0.0])) < sortable(np.array([-1.0, 0.0, 1.0]))).all()
    np.True_
    """
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, bits ^ _ALL, bits | _SIGN)


def numbers_of(keys: Keys) -> Floats:
    """The numbers that `sortable` made these of."""
    bits = np.where(keys & _SIGN, keys ^ _SIGN, keys ^ _ALL)
    return bits.view(np.float64)


_LOWEST = sortable(np.array([-np.inf]))[0]


class ValueHistogram:
    """Counts of numbers by cell: a commutative monoid under `merge`.

    `bits` low bits of the numbers' order are lost, none while each number has a cell of its
    own. Comparable and picklable.

    >>> counts = ValueHistogram().add(np.array([3.0, 1.0, 3.0]))
    >>> counts.values.tolist(), counts.counts.tolist()
    ([1.0, 3.0], [1, 2])
    """

    def __init__(self, most: int = MOST_CELLS) -> None:
        self._most = most
        self.bits = 0
        self._keys: Keys = np.zeros(0, dtype=np.uint64)
        self._counts: Ints = np.zeros(0, dtype=np.int64)
        self._waiting: list[Keys] = []
        self._waits = 0

    def add(self, values: NDArray[np.floating[Any]]) -> ValueHistogram:
        """Counts numbers, none of them NaN."""
        self._waiting.append(sortable(values.astype(np.float64)))
        self._waits += len(values)
        if self._waits >= _WAITING:
            self._settle()
        return self

    def merge(self, other: ValueHistogram) -> ValueHistogram:
        """Both together, as a new one."""
        merged = ValueHistogram(min(self._most, other._most))
        keys, counts = zip(*(part.settled() for part in (self, other)), strict=True)
        merged.bits = max(self.bits, other.bits)
        merged._take(np.concatenate(keys), np.concatenate(counts))
        return merged

    def settled(self) -> tuple[Keys, Ints]:
        """The lower ends of the cells as `sortable` numbers, and how many fell into each."""
        self._settle()
        return self._keys, self._counts

    @property
    def values(self) -> Floats:
        """The lower end of every cell that a number fell into: the number itself if `bits` is 0."""
        # Below -inf in its cell there are but NaNs.
        return numbers_of(np.maximum(self.settled()[0], _LOWEST))

    @property
    def counts(self) -> Ints:
        """How many numbers fell into each of these cells."""
        return self.settled()[1]

    def __len__(self) -> int:
        """How many numbers were counted."""
        return int(self.counts.sum())

    def _settle(self) -> None:
        """Counts what waits."""
        if self._waits:
            new = np.concatenate(self._waiting)
            new.sort()
            keys, counts = added_up(self._cut(new), np.ones(len(new), dtype=np.int64))
            self._waiting, self._waits = [], 0
            self._take(np.concatenate((self._keys, keys)), np.concatenate((self._counts, counts)))

    def _take(self, keys: Keys, counts: Ints) -> None:
        """Makes these all there is, on the finest grid that leaves few enough cells."""
        order = keys.argsort(kind="stable")  # of two runs in order, which it merges
        self._keys, self._counts = added_up(self._cut(keys.take(order)), counts.take(order))
        gaps = self._keys[1:] ^ self._keys[:-1]
        if len(gaps) < self._most:
            return
        # Neighbours stay apart while they differ in a bit that is kept: one too few may.
        place = len(gaps) - self._most
        self.bits = int(np.partition(gaps, place)[place]).bit_length()
        self._keys, self._counts = added_up(self._cut(self._keys), self._counts)

    def _cut(self, keys: Keys) -> Keys:
        """The lower ends of the keys' cells."""
        bits = np.uint64(self.bits)
        return keys if self.bits < 1 else (keys >> bits) << bits

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ValueHistogram):
            return NotImplemented
        return (
            np.array_equal(self.values, other.values)
            and np.array_equal(self.counts, other.counts)
            and self.bits == other.bits
        )

    __hash__ = None  # type: ignore[assignment]  # it grows, so it is no key

    def __getstate__(self) -> tuple[int, int, Keys, Ints]:
        keys, counts = self.settled()
        return self._most, self.bits, keys, counts

    def __setstate__(self, state: tuple[int, int, Keys, Ints]) -> None:
        self.__init__(state[0])  # type: ignore[misc]
        _, self.bits, self._keys, self._counts = state
