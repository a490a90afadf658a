"""A sample of rows that is a function of the rows alone, not of their order or their blocks.

Every row has a hash, of its scores as float64 and its class. The sample is the rows of the
smallest hashes, rows that are alike being one; whoever sees only some of the rows keeps the
smallest of those, and the smallest of all are among them. Samples merge exactly.

Prior art: bottom-k sketches (Cohen and Kaplan 2007).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.numerics.elementary import column_sums, exp, log
from xentcli.numerics.exact import ratio
from xentcli.numerics.hashing import hashes_of
from xentcli.numerics.keyed_sums import KeyedSums
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.numerics.temperature import fit_temperature
from xentcli.rows.by_scale import of_kind
from xentcli.sums.statistic import Statistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Array, Floats, Hashes
    from xentcli.numerics.exact import Sums
    from xentcli.numerics.temperature import Temperature
    from xentcli.rows.batch import Ends
    from xentcli.rows.class_rows import ClassBatch
    from xentcli.rows.scores import Scores


# A sample takes so many scores, and so many rows at most.
_MOST_CELLS = 1 << 21
_MOST_ROWS = 1 << 16
# What a sample says of the number of rows is believed to so many of its errors.
_SIGMAS = 5.0
_EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Sampled(NamedTuple):
    """The distinct rows of a sample: -log p of every class (K, n), classes, rows, and weights."""

    surprises: Floats
    truth: Array
    rows: NDArray[np.int64]
    weight: Sums | None

    @property
    def weights(self) -> Floats:
        """How much each distinct row counts: its rows, or their weight."""
        if self.weight is None:
            return self.rows.astype(np.float64)
        return np.array([ratio(u, 1 << UNIT_BITS) for u in self.weight.units()])


class Taken(NamedTuple):
    """What a sample of at most `most` rows is kept as: their scores (K, n) or (1, n), and truths.

    `kind` says what the scores are: their class, the number of the class that a single one speaks
    of, and the ends that losses are clipped to.
    """

    most: int | None
    kept: KeyedSums
    raw: Array
    truth: Array
    kind: tuple[type[Scores], int, Ends | None]


class Fitted(NamedTuple):
    """A temperature, and of how many rows, and what weight, it is.

    `variance` is that of the mean of what it takes off the rows' losses, infinite beyond measure,
    and `effective` the rows of one weight that would tell as much. A `part` of all distinct rows
    is in the sample; as it tells, there are `guessed` rows in all, with that relative `error`.
    """

    temperature: Temperature
    rows: int
    weight: float
    variance: float
    effective: float
    part: float
    guessed: float
    error: float

    def stands_for(self, rows: int) -> bool:
        """Whether so many rows may be those that the sample is of.

        A row that is there very often is either not in the sample or makes up much of it.
        """
        return self.part == 1.0 or abs(self.guessed / rows - 1.0) <= _SIGMAS * self.error


class RowSample:
    """At most `most` distinct rows: a commutative monoid under `merge`.

    Rows of weight 0 are no rows. Without `most`, a million scores.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._kept = KeyedSums(np.zeros(0, np.uint64), np.zeros(0, np.int64))
        # Scores (K, n) or (1, n) of what is kept, and their classes.
        self._raw: Array | None = None
        self._truth: Array = np.zeros(0, np.uint8)
        self._limit = _EVERY
        self._waiting: list[tuple[Hashes, Array, Array, Floats | None]] = []
        # Any of the batches' scores and the bounds of the clip, to tell what raw scores mean.
        self._kind: tuple[type[Scores], int, Ends | None] | None = None
        # Worked out once, as long as nothing is added.
        self._fitted: Fitted | None = None

    def add(self, batch: ClassBatch) -> None:
        """Takes in the rows of a batch, as far as they belong to the sample so far."""
        scores: Any = batch.scores
        raw = np.atleast_2d(scores.raw)
        if self._kind is None:
            self._kind = type(scores), getattr(scores, "positive", 1), batch.bounds
        hashes = hashes_of(raw, batch.truth)
        weights = batch.row_weights
        taken = hashes <= self._limit
        if weights is not None:
            taken &= weights > 0
        places = np.flatnonzero(taken)
        if not len(places):
            return
        own = None if weights is None else weights.take(places)
        part = raw.take(places, axis=1)
        self._waiting.append((hashes.take(places), part, batch.truth.take(places), own))
        if sum(len(w[0]) for w in self._waiting) >= self._size(len(raw)):
            self._settle()

    def _size(self, columns: int) -> int:
        """How many distinct rows are kept."""
        return self._most or max(1, min(_MOST_ROWS, _MOST_CELLS // columns))

    def _settle(self) -> None:
        """Takes what is waiting into what is kept."""
        if not self._waiting:
            return
        hashes, raw, truth, weights = zip(*self._waiting, strict=True)
        self._waiting = []
        every = None if weights[0] is None else np.concatenate(weights)
        more, places = KeyedSums.of(np.concatenate(hashes), every)
        raws = np.concatenate(raw, axis=1).take(places, axis=1)
        self._join(more, raws, np.concatenate(truth).take(places))

    def _join(self, more: KeyedSums, raw: Array, truth: Array) -> None:
        if self._raw is None:
            joined, places = more, np.arange(len(truth))
        else:
            joined, places = self._kept.joined(more)
            raw = np.concatenate((self._raw, raw), axis=1)
            truth = np.concatenate((self._truth, truth))
        most = self._size(len(raw))
        self._fitted = None
        self._kept, places = joined.head(most), places[:most]
        self._raw, self._truth = raw.take(places, axis=1), truth.take(places)
        if len(places) == most:
            self._limit = self._kept.keys[-1]

    def merge(self, other: RowSample) -> RowSample:
        """The sample of the rows of both."""
        merged = RowSample(self._most)
        merged._take_in(self)
        merged._take_in(other)
        return merged

    def _take_in(self, other: RowSample) -> None:
        other._settle()
        self._kind = self._kind or other._kind
        if other._raw is not None:
            self._join(other._kept, other._raw, other._truth)

    def taken(self) -> Taken | None:
        """What is kept; None where there are no rows."""
        self._settle()
        if self._raw is None or self._kind is None:
            return None
        return Taken(self._most, self._kept, self._raw, self._truth, self._kind)

    @classmethod
    def of(cls, taken: Taken | None) -> RowSample:
        """The sample of which this is kept."""
        sample = cls(None if taken is None else taken.most)
        if taken is not None:
            sample._kind = taken.kind
            sample._join(taken.kept, taken.raw, taken.truth)
        return sample

    @property
    def rows(self) -> Sampled | None:
        """The rows of the sample, in the order of their hashes; None where there are none."""
        self._settle()
        if self._raw is None or self._kind is None:
            return None
        kind, positive, bounds = self._kind
        surprises = of_kind(kind, self._raw, positive).surprises()
        if bounds is not None:
            surprises = surprises.clip(*bounds)
        return Sampled(surprises, self._truth, self._kept.rows, self._kept.weight)

    def fitted(self) -> Fitted | None:
        """The temperature that suits the sample best; None without rows."""
        self._settle()
        rows = self.rows if self._fitted is None else None
        if rows is not None:
            weights = rows.weights
            found = fit_temperature(-rows.surprises, rows.truth, weights)
            self._fitted = self._told(rows, weights, found)
        return self._fitted

    def _told(self, rows: Sampled, weights: Floats, found: Temperature) -> Fitted:
        """What the sample says, and how surely.

        Where all rows are in it, those of one content count one by one; else they are in it
        together or not at all, and so count as one.
        """
        count, whole = int(rows.rows.sum()), math.fsum(weights.tolist())
        full = len(rows.rows) < self._size(len(rows.surprises))
        own = weights * weights / rows.rows if full else weights * weights
        squares = math.fsum(own.tolist())
        variance = _spread(rows, own, found) / whole**2
        if full and rows.weight is None and count > 1:
            variance *= count / (count - 1)
        part = 1.0 if full else (float(self._kept.keys[-1]) + 1.0) / 2.0**64
        repeats = math.sqrt(math.fsum((rows.rows.astype(np.float64) ** 2).tolist())) / count
        effective = whole**2 / squares
        return Fitted(found, count, whole, variance, effective, part, count / part, repeats)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowSample):
            return NotImplemented
        self._settle()
        other._settle()
        return self._kept == other._kept and self._kind == other._kind

    __hash__ = None  # type: ignore[assignment]  # samples grow, so they are no keys

    def __getstate__(self) -> dict[str, Any]:
        self._settle()
        return {**self.__dict__, "_fitted": None}


def _spread(rows: Sampled, own: Floats, best: Temperature) -> float:
    """Σ v (d - mean)² over the rows, d being what the temperature takes off a row's loss."""
    if best.endless:
        return math.inf
    true = rows.surprises[rows.truth.astype(np.intp), np.arange(len(own))]
    least = rows.surprises.min(axis=0)
    behind, hole = true - least, np.isinf(rows.surprises)
    below = np.where(hole, 0.0, least - rows.surprises)
    won = (1.0 - best.inverse) * behind
    for beta, sign in ((1.0, 1.0), (best.inverse, -1.0)):
        won += sign * log(column_sums(np.where(hole, 0.0, exp(beta * below))))
    with np.errstate(over="ignore"):
        terms = own * (won - (best.before - best.loss)) ** 2
    return math.fsum(terms.tolist())


def _add(batch: ClassBatch, sample: RowSample) -> None:
    sample.add(batch)


ROW_SAMPLE = Statistic(("row_sample",), _add, make=RowSample)
