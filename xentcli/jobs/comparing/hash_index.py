"""Where a hash stands among many: sorted, with a table that says where to begin to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Array, Hashes, Rows


_BITS = 64
_LAST = np.uint64((1 << _BITS) - 1)
_PIECE = 1 << 20


class HashIndex:
    """Hashes and the rows that have them.

    A row takes 14 to 16 bytes, and not more while they are brought into order. As hashes are
    spread evenly, those that begin with the same bits are one or two: no search is needed.

    >>> index = HashIndex(np.array([7, 5, 9], dtype=np.uint64))
    >>> rows, there = index.find(np.array([5, 6, 7], dtype=np.uint64))
    >>> rows[there].tolist(), there.tolist()
    ([1, 0], [True, False, True])
    """

    def __init__(self, hashes: Hashes) -> None:
        n = len(hashes)
        # One more, so that no hash is looked for beyond the end.
        self._sorted = np.empty(n + 1, dtype=np.uint64)
        self._order = _order(hashes, self._sorted[:n])
        for piece in _pieces(n):
            self._sorted[piece] = hashes.take(self._order[piece])
        self._sorted[n] = _LAST
        self._mend()
        bits = max(1, n.bit_length() - 1)
        self._shift = np.uint64(_BITS - bits)
        self._starts = self._counted(1 << bits)

    def __len__(self) -> int:
        return len(self._order)

    def _mend(self) -> None:
        """Brings those into order that begin alike, as far as the first sorting looked."""
        found = self._sorted[:-1]
        if not (found[1:] < found[:-1]).any():
            return
        shift = np.uint64(len(found).bit_length())
        alike = np.zeros(len(found) + 1, dtype=np.bool_)
        for piece in _pieces(len(found) - 1):
            begin = found[piece.start : piece.stop + 1] >> shift
            np.equal(begin[1:], begin[:-1], out=alike[1:-1][piece])
        some = np.flatnonzero(alike[1:] | alike[:-1])
        order = some.take(found.take(some).argsort(kind="stable"))
        found[some], self._order[some] = found.take(order), self._order.take(order)

    def _counted(self, buckets: int) -> NDArray[Any]:
        """How many hashes come before the first of each bucket."""
        starts = np.zeros(buckets, dtype=self._order.dtype)
        # Sorted as they are, a piece's buckets lie in one stretch.
        for piece in _pieces(len(self)):
            of = (self._sorted[piece] >> self._shift).view(np.int64)
            low = int(of[0])
            counts = np.bincount(of - low)
            room = starts[low + 1 : low + 1 + len(counts)]
            room += counts[: len(room)].astype(starts.dtype)
        return np.cumsum(starts, out=starts)

    def twins(self) -> NDArray[np.intp]:
        """Pairs of rows in the order of the data that have one hash: those next to each other.

        In two lines, the later rows in the second.
        """
        ordered = self._sorted[:-1]
        places = np.flatnonzero(ordered[1:] == ordered[:-1])
        return np.array([self._order.take(places), self._order.take(places + 1)], dtype=np.intp)

    def find(self, hashes: Hashes) -> tuple[Rows, NDArray[np.bool_]]:
        """The row of each hash, and which are there at all; of those that are not, any row."""
        if not len(self):
            return np.zeros(len(hashes), dtype=np.intp), np.zeros(len(hashes), dtype=np.bool_)
        places = self._starts.take((hashes >> self._shift).view(np.int64)).astype(np.intp)
        live = np.flatnonzero(self._sorted.take(places) < hashes)
        while len(live):
            ahead = places.take(live) + 1
            places[live] = ahead
            live = live[self._sorted.take(ahead) < hashes.take(live)]
        np.minimum(places, len(self) - 1, out=places)
        there = self._sorted.take(places) == hashes
        return self._order.take(places).astype(np.intp), there


def _order(hashes: Hashes, spare: Hashes) -> NDArray[Any]:
    """The rows in the order of the beginnings of their hashes, then in that of the data.

    One number holds both, as numbers are sorted several times as fast as their places.
    """
    n = len(hashes)
    bits = np.uint64(n.bit_length())
    np.right_shift(hashes, bits, out=spare)
    spare <<= bits
    for piece in _pieces(n):
        spare[piece] |= np.arange(piece.start, piece.stop, dtype=np.uint64)
    spare.sort()
    spare &= (np.uint64(1) << bits) - np.uint64(1)
    return spare.astype(np.uint32 if n < 1 << 32 else np.uint64)


def _pieces(n: int) -> Iterator[slice]:
    """All places, some at a time: what is made of them on the way is small."""
    return (slice(first, min(first + _PIECE, n)) for first in range(0, n, _PIECE))


class Grown:
    """What was appended, in one array; columns are appended where it has rows of several.

    >>> grown = Grown()
    >>> grown.append(np.array([1, 2]))
    >>> grown.append(np.array([3]))
    >>> grown.array().tolist()
    [1, 2, 3]
    """

    def __init__(self) -> None:
        self._held: Array | None = None
        self._size = 0
        self._shape: tuple[int, ...] = ()

    def append(self, part: Array) -> None:
        """Takes in further entries, or columns of entries."""
        lines = part.T
        if self._held is None:
            self._shape = lines.shape[1:]
            self._held = np.empty((0, *self._shape), dtype=part.dtype)
        end = self._size + len(lines)
        if end > len(self._held):
            # In place, as far as the system can: its pages are moved, not their contents.
            self._held.resize((end + end // 4 + 1, *self._shape), refcheck=False)
        self._held[self._size : end] = lines
        self._size = end

    def array(self) -> Array:
        """All entries. Nothing may be appended afterwards."""
        if self._held is None:
            raise ValueError("nothing was appended")
        self._held.resize((self._size, *self._shape), refcheck=False)
        return self._held.T
