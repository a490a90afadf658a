"""How the rows of two classes fall by their score: exact for few scores, on a grid for many.

A row's score is a whole number that orders the probabilities of the second class as finely as
they are known: by the bits of the smaller of the two probabilities, so that exchanging the
classes changes its sign alone. Where more than `most` scores occur, low bits are dropped, one
more each time: how many in the end is a function of the rows alone, and grids merge exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.elementary import surprise
from xentcli.exact import ratio
from xentcli.keyed_sums import KeyedSums
from xentcli.pav import pool
from xentcli.statistic import Statistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.class_batch import ClassBatch

    Array = NDArray[Any]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST = 1 << 17
# So many rows are counted at once.
_WAITING = 1 << 19
_BITS = 63
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
        self._waiting: list[tuple[Ints, Floats | None]] = []
        self._rows = 0
        # Worked out once, as long as nothing is added.
        self._recalibrated: Recalibrated | None = None

    def add(self, batch: ClassBatch) -> None:
        """Takes in the rows of a batch of two classes."""
        keys = scores_of(batch.probability_rows(0), batch.probability_rows(1))
        keys = _coarser(keys, self.dropped)
        keys *= 2
        keys += batch.truth
        weights = batch.row_weights
        if weights is not None:
            heavy = weights > 0
            keys, weights = keys[heavy], weights[heavy]
        if not len(keys):
            return
        self._waiting.append((keys, weights))
        self._rows += len(keys)
        if self._rows >= _WAITING:
            self._settle()

    def _settle(self) -> None:
        """Takes what is waiting into what is kept."""
        if not self._waiting:
            return
        keys = np.concatenate([k for k, _ in self._waiting])
        weights = [w for _, w in self._waiting if w is not None]
        self._waiting, self._rows = [], 0
        self._join(
            _counted(keys) if not weights else KeyedSums.of(keys, np.concatenate(weights))[0]
        )

    def _join(self, more: KeyedSums) -> None:
        self._recalibrated = None
        self._kept = self._kept.joined(more)[0] if len(self._kept.keys) else more
        scores = self._kept.keys >> 1
        if _distinct(scores) > self._most:
            # The more bits are dropped, the fewer scores there are.
            bits = range(_BITS - self.dropped)
            few = bisect_left(bits, -self._most, key=lambda b: -_distinct(_coarser(scores, b)))
            self.coarsen(self.dropped + few)

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

    def _cells(self) -> tuple[list[int], list[int]]:
        """Of every cell, by ascending score, the weight of the second class and of both.

        In whole numbers of a common unit.
        """
        keys, weight = self._kept.keys, self._kept.weight
        units = self._kept.rows.tolist() if weight is None else weight.units()
        ones: list[int] = []
        totals: list[int] = []
        last = None
        for key, unit in zip(keys.tolist(), units, strict=True):
            if key >> 1 != last:
                last = key >> 1
                ones.append(0)
                totals.append(0)
            totals[-1] += unit
            if key & 1:
                ones[-1] += unit
        return ones, totals

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
        return self.__dict__


def _entropy(pools: list[tuple[int, int]]) -> float:
    """The mean loss of predicting each pool's own share; pools are ones and totals."""
    whole = sum(total for _, total in pools)
    terms = [(part, total) for one, total in pools for part in (one, total - one) if part]
    surprises = surprise(np.array([ratio(part, total) for part, total in terms]))
    return math.fsum(
        ratio(part, whole) * cost for (part, _), cost in zip(terms, surprises.tolist(), strict=True)
    )


def scores_of(first: Floats, second: Floats) -> Ints:
    """Whole numbers in the order of the second class's probability, 0 in the middle.

    >>> p = np.array([0.0, 0.25, 0.5, 0.75])
    >>> scores = scores_of(1 - p, p)
    >>> bool(np.all(np.diff(scores) > 0)), int(scores[2]), int(scores[1] + scores[3])
    (True, 0, 0)
    """
    below = np.minimum(first, second).view(np.int64) - _MIDDLE
    below *= (second < first).astype(np.int64) - (second > first)
    return below


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
    low, high = int(keys.min()), int(keys.max())
    if high - low < 4 * _WAITING and high - low < 8 * len(keys):
        counts = np.bincount(keys - low)
        places = np.flatnonzero(counts)
        return KeyedSums(places + low, counts.take(places))
    ascending = np.sort(keys)
    begins = np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))
    return KeyedSums(ascending.take(begins), np.diff(np.append(begins, len(keys))))


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
