"""Scores of all classes, a column each: probabilities, their logarithms, and logits."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.elementary import MANY, column_sums, exp, expm1, log, log1p, surprise
from xentcli.rows.scores import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Array, Floats, Ints, Rows


class Matrix(Scores):
    """A score for every class: the (K, n) matrix `raw`, in row order, owned by this object."""

    def __init__(self, raw: Array) -> None:
        self.raw = raw
        self.k, self.rows = raw.shape
        self._places: Rows | None = None

    @property
    @abstractmethod
    def probabilities(self) -> Array:
        """The (K, n) matrix of probabilities, in row order."""

    def true_places(self, truth: Array, order: Rows) -> Rows:
        """Where the true class's entry of each row stands in the flattened matrix.

        A block has one truth and one order: the places are found once.
        """
        if self._places is None:
            self._places = truth.take(order).astype(np.intp)
            self._places *= self.rows
            self._places += order
        return self._places

    @cached_property
    def top(self) -> Array:
        """The largest score of every row."""
        top: Array = self.raw.max(axis=0)
        return top

    @cached_property
    def winner(self) -> Array:
        """The first class that holds the largest score of its row."""
        if self.k > MANY:
            best = np.ascontiguousarray((self.raw == self.top).T)
            first: Array = best.argmax(axis=1).astype(np.min_scalar_type(self.k))
            return first
        winner = np.zeros(self.rows, dtype=np.min_scalar_type(self.k))
        for k in range(self.k - 1, -1, -1):
            # A row whose top is here takes k, any other keeps what later classes gave it.
            best = (self.raw[k] == self.top).view(np.uint8)
            winner *= 1 - best
            if k:
                winner += best * winner.dtype.type(k)
        return winner

    def predicted(self) -> Array:
        return self.winner

    def decisions(self, truth: Array, order: Rows) -> tuple[NDArray[np.bool_], Ints]:
        best = self.raw == self.top
        counts = np.array([np.count_nonzero(row) for row in best])
        if int(counts.sum()) != self.rows:
            return super().decisions(truth, order)
        # No two scores of a row are equal: whose is the top, is the one decided for.
        own = self.raw.reshape(-1).take(self.true_places(truth, order))
        return own == self.top.take(order), counts

    def matrix(self) -> Array | None:
        return self.probabilities

    def ranks(self, truth: Array) -> Ints:
        own = self.raw[truth, np.arange(self.rows)]
        before = np.count_nonzero(self.raw > own, axis=0)
        ties = (self.raw == own) & (np.arange(self.k)[:, None] < truth)
        ranks: Ints = before + np.count_nonzero(ties, axis=0)
        return ranks

    def probability(self, k: int) -> Floats:
        p: Floats = self.probabilities[k].astype(np.float64)
        return p

    def squares(self, truth: Array, order: Rows) -> Floats:
        flat = self.probabilities.reshape(-1)
        places = self.true_places(truth, order)
        own = flat.take(places)
        # Without the true class first, then its miss apart: Σp² - 2p + 1 would cancel.
        flat[places] = 0
        others = self._sum_of_squares()
        flat[places] = own
        miss = self._misses(own.astype(np.float64), truth, order)
        np.multiply(miss, miss, out=miss)
        return np.add(miss, others.take(order), out=miss)

    def _sum_of_squares(self) -> Floats:
        """Σ_c p_c² of every row, over the classes in their order."""
        if self.k > MANY:
            p = self.probabilities.astype(np.float64)
            return column_sums(np.multiply(p, p, out=p))
        total = np.zeros(self.rows)
        for k in range(self.k):
            p = self.probability(k)
            np.multiply(p, p, out=p)
            np.add(total, p, out=total)
        return total

    def _misses(self, own: Floats, truth: Array, order: Rows) -> Floats:
        """1 - p of the true class, in class order."""
        del truth, order
        return 1.0 - own


class Probabilities(Matrix):
    """Probabilities of all classes."""

    @property
    def probabilities(self) -> Array:
        return self.raw

    @cached_property
    def sums(self) -> Floats:
        """Σ_c p_c of every row."""
        return column_sums(self.raw)

    def own(self, truth: Array, order: Rows) -> Floats:
        own = self.raw.reshape(-1).take(self.true_places(truth, order))
        return own.astype(np.float64, copy=False)

    def losses(self, truth: Array, order: Rows) -> Floats:
        return surprise(self.own(truth, order))

    def surprises(self) -> Floats:
        return surprise(self.raw.reshape(-1).astype(np.float64)).reshape(self.raw.shape)

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        p = self.probability(k)
        if self.k == 2:
            return log(p), log(self.probability(1 - k))
        complement = log1p(-np.minimum(p, 0.5))
        # Where 1 - p would cancel, the others' own columns say it better.
        likely = np.flatnonzero(p > 0.5)
        if len(likely):
            others = self.probabilities[:, likely].astype(np.float64)
            others[k] = 0.0
            complement[likely] = log(column_sums(others))
        return log(p), complement


class LogScores(Matrix):
    """Scores that are log-probabilities, up to a constant a row."""

    @abstractmethod
    def normalised(self, scores: Floats, rows: Rows | slice) -> Floats:
        """Scores of these rows as log-probabilities."""

    def _log_probability(self, k: int) -> Floats:
        return self.normalised(self.raw[k].astype(np.float64), slice(None))

    def surprises(self) -> Floats:
        negative: Floats = -self.normalised(self.raw.astype(np.float64), slice(None))
        # A certain class costs 0, not -0.
        return negative + 0.0

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        log_p = self._log_probability(k)
        if self.k == 2:
            return log_p, self._log_probability(1 - k)
        p = self.probability(k)
        complement = log1p(-np.minimum(p, 0.5))
        likely = np.flatnonzero(p > 0.5)
        if len(likely):
            others = self.raw[:, likely].astype(np.float64)
            others[k] = -np.inf
            complement[likely] = self.normalised(_log_sum(others), likely)
        return log_p, complement

    def _misses(self, own: Floats, truth: Array, order: Rows) -> Floats:
        del own
        return -expm1(-self.losses(truth, order))


def _log_sum(matrix: Floats) -> Floats:
    """log Σ exp of every column."""
    top = matrix.max(axis=0)
    anchor = np.where(top == -np.inf, 0.0, top)
    return log(column_sums(exp(matrix - anchor))) + anchor


class LogProbabilities(LogScores):
    """Logarithms of the probabilities of all classes."""

    def normalised(self, scores: Floats, rows: Rows | slice) -> Floats:
        del rows
        return scores

    @cached_property
    def probabilities(self) -> Array:
        return exp(self.raw.astype(np.float64))

    @cached_property
    def sums(self) -> Floats:
        """Σ_c p_c of every row."""
        return column_sums(self.probabilities)

    def losses(self, truth: Array, order: Rows) -> Floats:
        own = self.raw.reshape(-1).take(self.true_places(truth, order))
        return np.negative(own.astype(np.float64))


class Logits(LogScores):
    """Unnormalised log-probabilities of all classes: p = exp z / Σ exp z."""

    @cached_property
    def _excess(self) -> tuple[Array, Floats, Floats]:
        """exp(z - max) with the winner's 1 left out, the sum of that, and the maximum."""
        top = self.top.astype(np.float64)
        powers = exp(self.raw.astype(np.float64) - top)
        powers.reshape(-1)[self.winner.astype(np.intp) * self.rows + np.arange(self.rows)] = 0.0
        return powers, column_sums(powers), top

    def losses(self, truth: Array, order: Rows) -> Floats:
        # log Σ exp z - z_y = (max - z_y) + log1p(Σ over all but the winner): the tiny loss
        # of a row with a dominant true class keeps all its digits.
        _, others, top = self._excess
        own = self.raw.reshape(-1).take(self.true_places(truth, order)).astype(np.float64)
        return (top.take(order) - own) + log1p(others.take(order))

    @cached_property
    def probabilities(self) -> Array:
        powers, others, _ = self._excess
        whole = others + 1.0
        matrix = powers / whole
        matrix.reshape(-1)[self.winner.astype(np.intp) * self.rows + np.arange(self.rows)] = (
            1.0 / whole
        )
        return matrix

    def normalised(self, scores: Floats, rows: Rows | slice) -> Floats:
        # In this order, as in `losses`: a dominant score is the top itself.
        _, others, top = self._excess
        return (scores - top[rows]) - log1p(others[rows])
