"""How the rows of two classes fall by their score: exact for few scores, on a grid for many.

A row's score is a whole number that orders the probabilities of the second class as finely as
they are known: by the bits of the smaller of the two probabilities, so that exchanging the
classes changes its sign alone. Where more than `most` scores occur, low bits are dropped, one
more each time: how many in the end is a function of the rows alone, and grids merge exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.numerics.elementary import surprise
from xentcli.numerics.exact import ratio
from xentcli.numerics.groups import lengths_of_runs, starts_of_runs
from xentcli.numerics.isotonic import pool
from xentcli.numerics.keyed_sums import KeyedSums
from xentcli.sums.statistic import Statistic

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats, Ints
    from xentcli.rows.class_rows import ClassBatch


MOST = 1 << 17
# So many rows are counted at once.
_WAITING = 1 << 22
_FIRST = 1 << 18
_BITS = 63
_CHUNK = 1 << 13
_SMALL = 1 << 31
_MIDDLE = np.float64(0.5).view(np.int64)


class Recalibrated(NamedTuple):
    """Mean losses in nats: of the isotonic regression on the score, and of the shares alone.

    `cells` are the scores that were told apart.
    """

    loss: float
    uncertainty: float
    cells: int


class ScoreGrid:
    """Rows by score and class: a commutative monoid under `merge`. Rows of weight 0 are none.

    `dropped` bits of the scores do not count; 0 where every score has a cell of its own.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.dropped = 0
        # Keys are twice the score, with 1 added for the second class.
        self._kept = KeyedSums(np.zeros(0, np.int64), np.zeros(0, np.int64))
        # Keys that wait to be counted, `_count` of them, and the weights of their rows.
        self._keys: Ints | None = None
        self._count = 0
        self._weights: list[Floats] = []
        # Worked out once, as long as nothing is added.
        self._recalibrated: Recalibrated | None = None

    def add(self, batch: ClassBatch) -> None:
        """Takes in the rows of a batch of two classes."""
        first, second = batch.scores.both()
        weights = batch.row_weights
        if self._keys is None:
            self._keys = np.empty(_WAITING, dtype=np.int64)
        # As much at once as stays in the cache nearest to the processor.
        for start in range(0, len(batch), _CHUNK):
            rows = slice(start, start + _CHUNK)
            # How coarse the grid is, soon shows; from then on there is less to be counted.
            if self._count + _CHUNK > (_WAITING if self.dropped else _FIRST):
                self._settle()
            keys = scores_of(first[rows], second[rows], self.dropped)
            keys <<= 1
            keys |= batch.truth[rows]
            if weights is not None:
                heavy = weights[rows] > 0
                keys = keys[heavy]
                self._weights.append(weights[rows][heavy])
            self._keys[self._count : self._count + len(keys)] = keys
            self._count += len(keys)

    def _settle(self) -> None:
        """Takes what is waiting into what is kept."""
        if not self._count or self._keys is None:
            return
        keys, weights = self._keys[: self._count], self._weights
        self._count, self._weights = 0, []
        self._join(KeyedSums.of(keys, np.concatenate(weights))[0] if weights else _counted(keys))

    def _join(self, more: KeyedSums) -> None:
        self._recalibrated = None
        self._kept = self._kept.joined(more)[0] if len(self._kept.keys) else more
        scores = self._kept.keys >> 1

        def distinct(bits: int) -> int:
            return _distinct(_coarser(scores, bits))

        if distinct(0) > self._most:
            # The more bits are dropped, the fewer scores there are. The first time it is dozens,
            # later mostly one or two.
            enough = 1 if self.dropped else _BITS
            while distinct(enough) > self._most:
                enough *= 2
            bits = range(enough)
            self.coarsen(self.dropped + bisect_left(bits, -self._most, key=lambda b: -distinct(b)))

    def coarsen(self, dropped: int) -> None:
        """Drops bits until so many are dropped."""
        self._kept = _coarsened(self._kept, dropped - self.dropped)
        self.dropped = dropped

    def merge(self, other: ScoreGrid) -> ScoreGrid:
        """The rows of both."""
        merged = ScoreGrid(self._most)
        merged._take_in(self)
        merged._take_in(other)
        return merged

    def _take_in(self, other: ScoreGrid) -> None:
        other._settle()
        if self.dropped < other.dropped:
            self.coarsen(other.dropped)
        more = other._kept
        if self.dropped > other.dropped:
            more = _coarsened(more, self.dropped - other.dropped)
        self._join(more)

    def counted(self) -> KeyedSums:
        """The rows by key: twice the score, with 1 added for the second class."""
        self._settle()
        return self._kept

    @classmethod
    def of(cls, dropped: int, counted: KeyedSums) -> ScoreGrid:
        """The grid of which this is known."""
        grid = cls()
        grid.dropped = dropped
        if len(counted.keys):
            grid._join(counted)
        return grid

    def _cells(self) -> tuple[list[int], list[int]]:
        """Of every cell, by ascending score, the weight of the second class and of both.

        In whole numbers of a common unit.
        """
        keys, rows, weight = self._kept.keys, self._kept.rows, self._kept.weight
        scores = keys >> 1
        starts = starts_of_runs(scores)
        if weight is None:
            ones = np.add.reduceat(rows * (keys & 1), starts)
            return ones.tolist(), np.add.reduceat(rows, starts).tolist()
        units = weight.units()
        of_ones = [unit * one for unit, one in zip(units, (keys & 1).tolist(), strict=True)]
        bounds = list(pairwise([*starts.tolist(), len(keys)]))
        return [sum(of_ones[a:b]) for a, b in bounds], [sum(units[a:b]) for a, b in bounds]

    def recalibrated(self) -> Recalibrated | None:
        """The least loss that the order of the scores allows; None without rows."""
        self._settle()
        if self._recalibrated is None and len(self._kept.keys):
            ones, totals = self._cells()
            pools = [(p.ones, p.total) for p in pool(ones, totals)]
            every = [(sum(ones), sum(totals))]
            self._recalibrated = Recalibrated(_entropy(pools), _entropy(every), len(ones))
        return self._recalibrated

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScoreGrid):
            return NotImplemented
        self._settle()
        other._settle()
        return self.dropped == other.dropped and self._kept == other._kept

    __hash__ = None  # type: ignore[assignment]  # grids grow, so they are no keys

    def __getstate__(self) -> dict[str, Any]:
        self._settle()
        return {**self.__dict__, "_keys": None, "_recalibrated": None}


def _entropy(pools: list[tuple[int, int]]) -> float:
    """The mean loss of predicting each pool's own share; pools are ones and totals."""
    whole = sum(total for _, total in pools)
    terms = [(part, total) for one, total in pools for part in (one, total - one) if part]
    surprises = surprise(np.array([ratio(part, total) for part, total in terms]))
    return math.fsum(
        ratio(part, whole) * cost for (part, _), cost in zip(terms, surprises.tolist(), strict=True)
    )


def scores_of(first: Floats, second: Floats, dropped: int = 0) -> Ints:
    """Whole numbers in the order of the second class's probability, 0 in the middle.

    >>> p = np.array([0.0, 0.25, 0.5, 0.75])
    >>> scores = scores_of(1 - p, p)
    >>> bool(np.all(np.diff(scores) > 0)), int(scores[2]), int(scores[1] + scores[3])
    (True, 0, 0)
    """
    # How far the smaller one is from the middle; -1 where that is the second class's.
    size = _MIDDLE - np.minimum(first, second).view(np.int64)
    side = (second - first).view(np.int64) >> 63
    if np.minimum.reduce(size) < 0:
        # Two probabilities above one half: nothing tells the classes apart.
        np.maximum(size, 0, out=size)
    equal = first == second
    if np.logical_or.reduce(equal):
        size[equal] = 0
    size >>= dropped
    size ^= side
    size -= side
    return size


def _coarser(scores: Ints, bits: int) -> Ints:
    """Scores without their lowest bits, towards 0 from both sides."""
    if not bits:
        return scores
    sign = scores >> 63
    # -x is ~x + 1.
    size = (scores ^ sign) - sign
    size >>= bits
    coarser: Ints = (size ^ sign) - sign
    return coarser


def _counted(keys: Ints) -> KeyedSums:
    """How often each key occurs."""
    # Once bits are dropped, keys are small, and small ones are sorted in half the time.
    small = np.minimum.reduce(keys) > -_SMALL and np.maximum.reduce(keys) < _SMALL
    ascending = keys.astype(np.int32 if small else np.int64)
    ascending.sort()
    starts = starts_of_runs(ascending)
    rows = lengths_of_runs(starts, len(keys))
    return KeyedSums(ascending.take(starts).astype(np.int64), rows)


def _distinct(ascending: Ints) -> int:
    """How many different scores there are."""
    return int(np.count_nonzero(ascending[1:] != ascending[:-1])) + 1 if len(ascending) else 0


def _coarsened(sums: KeyedSums, bits: int) -> KeyedSums:
    """The sums with fewer bits to their scores; what has one key then is added up."""
    keys = _coarser(sums.keys >> 1, bits) * 2 + (sums.keys & 1)
    return sums.renamed(keys)


def _add(batch: ClassBatch, grid: ScoreGrid) -> None:
    if batch.k == 2:
        grid.add(batch)


SCORE_GRID = Statistic(("score_grid",), _add, make=ScoreGrid)
