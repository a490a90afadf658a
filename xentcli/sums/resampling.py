"""Adds rows to the replicates of a bootstrap, each row by its Poisson weights.

What a batch adds to the sums is first taken apart by row: every row is made a slice of its own,
so that whatever a statistic adds up comes out as whole numbers, row by row. Those are multiplied
by the weights as matrices of float64. The numbers have at most 42 bits, a block has at most
2^8 rows and a weight is at most 2^3, so that no partial sum exceeds 2^53: the product is exact,
in whatever order and on however many threads a library adds it up.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.errors import UsageError
from xentcli.layout.layout import Identity
from xentcli.numerics.draws import MOST, Draws
from xentcli.numerics.groups import Groups
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.identities import hashes_of
from xentcli.sums.grouping import SlicedGrouping
from xentcli.sums.replicates import Replicates
from xentcli.sums.state import State
from xentcli.sums.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats, Ints
    from xentcli.options import Bootstrap
    from xentcli.rows.batch import Batch
    from xentcli.sums.run import Sum
    from xentcli.sums.statistic import Statistic


# Of each name, a worker keeps so many sums of replicates: some 600 MB for the default figures.
_MOST_SUMS = 1 << 19
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
        observe_all(self._statistics, batch, state, SlicedGrouping(batch, np.arange(n)))
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
        hashes = hashes_of(self._identity, block, batch).take(order)
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


class Resampling(NamedTuple):
    """Has a run resample its rows."""

    bootstrap: Bootstrap

    def check(self, layout: Layout) -> None:
        """Raises UsageError for what is not resampled."""
        if layout.by:
            raise UsageError(
                "--bootstrap does not go with --by",
                hint="slices have errors without it, by formula",
            )
        if self.bootstrap.replicates * layout.size > _MOST_SUMS:
            most = _MOST_SUMS // layout.size
            raise UsageError(
                f"--bootstrap {self.bootstrap.replicates} of {layout.k:,} classes takes too much "
                "memory",
                hint=f"up to {most:,} replicates are kept of so many",
            )

    def columns(self, layout: Layout) -> tuple[str, ...]:
        """Those that tell rows apart."""
        return Identity.of(layout).names

    @contextlib.contextmanager
    def observer(
        self, layout: Layout, statistics: Sequence[Statistic], total: Sum
    ) -> Iterator[Resampler]:
        """What adds every batch to the replicates."""
        resampler = Resampler(self.bootstrap, layout, statistics)
        yield resampler
        total.replicates = resampler.total()


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
