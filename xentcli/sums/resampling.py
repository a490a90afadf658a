"""Adds rows to the replicates of a bootstrap, each row by its Poisson weights.

What a batch adds to the sums is first taken apart by row: every row is made a slice of its own,
so that whatever a statistic adds up comes out as whole numbers, row by row. Those are multiplied
by the weights as matrices of float64. The numbers have at most 42 bits, a block has at most
2^8 rows and a weight is at most 2^3, so that no partial sum exceeds 2^53: the product is exact,
in whatever order and on however many threads a library adds it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.numerics.draws import MOST, Draws
from xentcli.numerics.groups import Groups
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.identities import Identity
from xentcli.sums.frame import SlicedFrame
from xentcli.sums.state import State
from xentcli.sums.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.options import Bootstrap
    from xentcli.rows.batch import Batch
    from xentcli.sums.statistic import Statistic

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_ROWS = 1 << 8
_BITS = 42
# So many replicates at a time, with as many rows, stay in the processor's cache.
_TILE = 1 << 10
# OpenBLAS uses one thread for products of at most so many terms; pieces of so many rows.
_PIECE, _HIGH = 1 << 18, 32
# What is added up as int64 is carried into exact sums before it could leave their range.
_FULL = 2.0**62
_LOW = np.int64(0xFFFFFFFF)
_DROP = 5


class Term(NamedTuple):
    """Sums under a name, in whole numbers of `worth`; of how many infinite terms, if that is None.

    `width` is how many sums the name has in each one's place.
    """

    key: str
    worth: float | None
    width: int


class Resampler:
    """Adds batches to replicates. One per worker: it is not shared between threads.

    Statistics that keep other parts than sums are left out, and so are the sums that only
    analytic standard errors are made of.
    """

    def __init__(self, plan: Bootstrap, layout: Layout, statistics: Iterable[Statistic]) -> None:
        self._identity = Identity.of(layout)
        self._statistics = [s for s in statistics if s.make is None]
        self._draws = Draws(plan.replicates, plan.seed)
        self._sums = Replicates(plan.replicates, layout.size)
        self._places: dict[Term, int] = {}
        self._added: Ints = np.zeros((0, plan.replicates), dtype=np.int64)
        self._reach = 0.0

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Adds the rows of a batch, which was made of the block."""
        n = len(batch)
        state = State(n * batch.size)
        observe_all(self._statistics, batch, state, SlicedFrame(batch, np.arange(n)))
        parts = list(_by_row(state, n))
        if not parts:
            return
        # Rows of a class together: most columns of a block of them are empty.
        order = batch.order if isinstance(batch, ClassBatch) else np.arange(n)
        numbers = np.empty((sum(columns.shape[1] for _, columns in parts), n))
        places, at = [], 0
        for term, columns in parts:
            width = columns.shape[1]
            numbers[at : at + width] = columns.take(order, axis=0).T
            places.append(self._place(term) + np.arange(width))
            at += width
        hashes = self._identity.hashes(block, batch).take(order)
        self._add(numbers, np.concatenate(places), hashes)

    def _place(self, term: Term) -> int:
        """Where the replicates of a term are added up."""
        place = self._places.get(term)
        if place is None:
            place = self._places[term] = len(self._added)
            more = np.zeros((self._sums.size * term.width, self._sums.count), dtype=np.int64)
            self._added = np.concatenate((self._added, more))
        return place

    def _add(self, numbers: Floats, places: Ints, hashes: NDArray[np.uint64]) -> None:
        """Adds numbers (columns, rows), each times its row's weights."""
        for first in range(0, len(hashes), _ROWS):
            rows = slice(first, first + _ROWS)
            live = np.flatnonzero(numbers[:, rows].any(axis=1))
            some = numbers[live, rows]
            reach = float(np.abs(some).max(initial=0.0)) * MOST * _ROWS
            if self._reach + reach >= _FULL:
                self._carry()
            self._reach += reach
            for start in range(0, self._sums.count, _TILE):
                stop = min(start + _TILE, self._sums.count)
                weights = self._draws.weights(hashes[rows], start, stop)
                self._added[places[live], start:stop] += product(some, weights).astype(np.int64)

    def _carry(self) -> None:
        """Carries what was added up into exact sums."""
        ones = Groups(np.ones(self._sums.count * self._sums.size, dtype=np.int64))
        for term, place in self._places.items():
            cells = self._sums.size * term.width
            whole = self._added[place : place + cells].T.reshape(-1)
            sums = self._sums.state.of(term.key, term.width)
            if term.worth is None:
                sums.add_infinite(whole)
                continue
            if len(whole) != len(ones.counts):
                ones = Groups(np.ones(len(whole), dtype=np.int64))
            # Both halves are whole numbers that a float64 holds.
            sums.add((whole >> 32).astype(np.float64) * (term.worth * 2.0**32), ones)
            sums.add((whole & _LOW).astype(np.float64) * term.worth, ones)
        self._added[:] = 0
        self._reach = 0.0

    def total(self) -> Replicates:
        """The replicates of all rows so far."""
        self._carry()
        return self._sums


def product(a: Floats, b: Floats) -> Floats:
    """The product of two matrices, in pieces that no library gives to threads of its own.

    Those would wait for each other and for the workers, which took four times as long.

    >>> product(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]))
    array([[13., 16.]])
    """
    high = min(len(a), _HIGH)
    wide = max(1, _PIECE // max(1, high * len(b)))
    found = np.empty((len(a), b.shape[1]))
    for top in range(0, len(a), _HIGH):
        for left in range(0, b.shape[1], wide):
            piece = slice(top, top + _HIGH), slice(left, left + wide)
            np.matmul(a[piece[0]], b[:, piece[1]], out=found[piece])
    return found


def _by_row(state: State, n: int) -> Iterator[tuple[Term, Ints]]:
    """What each of `n` rows adds: whole numbers (rows, sums) of at most 42 bits."""
    for key, sums in state.sums.items():
        if _only_for_errors(key):
            continue
        width = state.width(key)
        if sums.infinite.any():
            yield Term(key, None, width), sums.infinite.reshape(n, -1)
        for whole, worth in sums.parts():
            for digits, unit in _digits(whole, worth):
                yield Term(key, unit, width), digits.reshape(n, -1)


def _only_for_errors(key: str) -> bool:
    """Whether sums are second moments, or of what only a finding says."""
    names: Sequence[str] = ("weight.rows", "units.loss", "infinite.weight")
    return key in names or key.endswith((".squares", ".cross")) or key.startswith("clip.")


def _digits(whole: Ints, worth: float) -> Iterator[tuple[Ints, float]]:
    """Whole numbers as sums of some of at most 42 bits, none of which is all zeros."""
    while (largest := int(np.abs(whole).max(initial=0))) >> _BITS:
        # Most numbers that are too large have no bits this low.
        drop = max(_DROP, largest.bit_length() - _BITS)
        low = whole & ((1 << drop) - 1)
        if low.any():
            yield low, worth
        whole, worth = whole >> drop, worth * 2.0**drop
    if largest:
        yield whole, worth


class Replicates:
    """Exact sums of each replicate, `size` to a key: a commutative monoid under `merge`.

    `count` replicates are numbered from 0. Replicate b of some rows and replicate b of others
    make replicate b of them all, since each row's weight is its own (see `poisson`).
    """

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.size = size
        self.state = State(count * size)

    def merge(self, other: Replicates) -> Replicates:
        """The sums of both, as new replicates. Raises ValueError where they are not as many."""
        if (self.count, self.size) != (other.count, other.size):
            raise ValueError(f"{self.count} replicates and {other.count} cannot be merged")
        merged = Replicates(self.count, self.size)
        merged.state = self.state.merge(other.state)
        return merged

    def readings(self) -> Iterator[Reading]:
        """The sums of each replicate, to be read."""
        known = _Known(self.state)
        return (Reading(known, place, self.count) for place in range(self.count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Replicates):
            return NotImplemented
        same = (self.count, self.size) == (other.count, other.size)
        return same and self.state == other.state

    __hash__ = None  # type: ignore[assignment]  # replicates grow, so they are no keys


class _Known:
    """All sums as whole numbers, made of each key once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._units: dict[str, list[int]] = {}
        self._infinite: dict[str, list[int]] = {}

    def units(self, key: str) -> list[int]:
        if key not in self._units:
            self._units[key] = self._state.units(key)
        return self._units[key]

    def infinite(self, key: str) -> list[int]:
        if key not in self._infinite:
            self._infinite[key] = self._state.infinite(key)
        return self._infinite[key]


class Reading(NamedTuple):
    """The sums of replicate number `place` of `all`, to be read."""

    known: _Known
    place: int
    all: int

    def _of(self, sums: list[int]) -> list[int]:
        """Its part of all replicates' sums under a name."""
        each = len(sums) // self.all
        return sums[self.place * each : (self.place + 1) * each]

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        return self._of(self.known.units(key))

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        return self._of(self.known.infinite(key))

    def part(self, key: str) -> None:
        """Nothing: other parts than sums are kept of all rows."""
        del key
