"""Scores of one of two classes: the other has what is left."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.elementary import exp, expm1, log, log1p, surprise
from xentcli.rows.scores import Scores

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Array, Floats, Ints, Rows


class Single(Scores):
    """The score of one of two classes, number `positive`; the other has what is left."""

    k = 2

    def __init__(self, raw: Array, positive: int) -> None:
        self.raw = raw
        self.positive = positive

    @abstractmethod
    def pair(self) -> tuple[Floats, Floats]:
        """p of the class the score speaks of, and 1 - p, in row order."""

    def probability(self, k: int) -> Floats:
        p, q = self.pair()
        return p if k == self.positive else q

    def both(self) -> tuple[Floats, Floats]:
        p, q = self.pair()
        return (q, p) if self.positive == 1 else (p, q)

    def own(self, truth: Array, order: Rows) -> Floats:
        return self.sides(truth, order)[0]

    def surprises(self) -> Floats:
        pair = self.log_pair(0)
        return -np.stack(pair) + 0.0

    def ranks(self, truth: Array) -> Ints:
        ranks: Ints = (self.predicted() != truth).astype(np.int64)
        return ranks

    def squares(self, truth: Array, order: Rows) -> Floats:
        # Both classes are off by the same amount: 2 (1 - p_true)².
        other = self.sides(truth, order)[1]
        return np.multiply(other, other + other)

    def sides(self, truth: Array, order: Rows) -> tuple[Floats, Floats]:
        """The probability of the true class and that of the other, in class order."""
        p, q = (side.take(order) for side in self.pair())
        against = self.against(truth)
        kept = p[against].copy()
        p[against] = q[against]
        q[against] = kept
        return p, q

    def against(self, truth: Array) -> slice:
        """The rows, in class order, whose true class is not the scored one."""
        zeros = len(truth) - int(np.count_nonzero(truth))
        return slice(0, zeros) if self.positive == 1 else slice(zeros, len(truth))

    def _predicted(self, score: Array, middle: float) -> Array:
        """The scored class beyond the middle; on it, the first class in order."""
        beyond = score > middle if self.positive == 1 else score < middle
        return beyond.view(np.uint8)


class SingleProbability(Single):
    """The probability of one of two classes."""

    _sides: tuple[Floats, Floats] | None = None

    @cached_property
    def _pair(self) -> tuple[Floats, Floats]:
        p = self.raw.astype(np.float64, copy=False)
        return p, 1.0 - p

    def pair(self) -> tuple[Floats, Floats]:
        return self._pair

    def sides(self, truth: Array, order: Rows) -> tuple[Floats, Floats]:
        if self._sides is None:
            own = self.raw.take(order).astype(np.float64, copy=False)
            other = 1.0 - own
            against = self.against(truth)
            kept = own[against].copy()
            own[against] = other[against]
            other[against] = kept
            self._sides = own, other
        return self._sides

    def losses(self, truth: Array, order: Rows) -> Floats:
        own, other = self.sides(truth, order)
        loss = surprise(own)
        # Where the own probability is q = 1 - p, rounding took e from it, and so e/q from
        # its logarithm; e is not zero only for small p, where 1/q is near enough to 1 + p.
        against = self.against(truth)
        p, q = other[against], own[against]
        lost = 1.0 - q
        np.subtract(lost, p, out=lost)
        np.add(lost, lost * p, out=lost)
        np.subtract(loss[against], lost, out=loss[against])
        return loss

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        p, _ = self.pair()
        pair = log(p), log1p(-p)
        return pair if k == self.positive else pair[::-1]

    def predicted(self) -> Array:
        return self._predicted(self.raw, 0.5)


class SingleLogit(Single):
    """The log-odds of one of two classes."""

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        z = self.raw.astype(np.float64)
        # log(1 + exp(-|z|)) belongs to both, |z| to the one the score is against.
        small = log1p(exp(-np.abs(z)))
        pair = np.minimum(z, 0.0) - small, np.minimum(-z, 0.0) - small
        return pair if k == self.positive else pair[::-1]

    @cached_property
    def _pair(self) -> tuple[Floats, Floats]:
        z = self.raw.astype(np.float64)
        power = exp(-np.abs(z))
        large = 1.0 / (1.0 + power)
        small = power * large
        return np.where(z >= 0, large, small), np.where(z >= 0, small, large)

    def pair(self) -> tuple[Floats, Floats]:
        return self._pair

    def losses(self, truth: Array, order: Rows) -> Floats:
        return _own_losses(self, truth, order)

    def predicted(self) -> Array:
        return self._predicted(self.raw, 0.0)


class SingleLogProbability(Single):
    """The log-probability of one of two classes."""

    @cached_property
    def _pair(self) -> tuple[Floats, Floats]:
        z = self.raw.astype(np.float64)
        return exp(z), -expm1(z)

    def pair(self) -> tuple[Floats, Floats]:
        return self._pair

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        p, q = self._pair
        # log(1 - p): from p while that is small, from 1 - p = -expm1(log p) near one.
        pair = self.raw.astype(np.float64), np.where(p < 0.5, log1p(-np.minimum(p, 0.5)), log(q))
        return pair if k == self.positive else pair[::-1]

    def losses(self, truth: Array, order: Rows) -> Floats:
        return _own_losses(self, truth, order)

    def predicted(self) -> Array:
        p, q = self._pair
        return self._predicted(p - q, 0.0)


def _own_losses(scores: Single, truth: Array, order: Rows) -> Floats:
    """The losses of a single column whose two log-probabilities are at hand."""
    log_p, log_q = scores.log_pair(scores.positive)
    return -np.where(truth == scores.positive, log_p, log_q).take(order)


class Outcome(Scores):
    """Probabilities of what happened, or their logarithms. There is but one class: the outcome."""

    k = 1

    def __init__(self, raw: Array, *, logarithms: bool) -> None:
        self.raw = raw
        self._logarithms = logarithms

    def losses(self, truth: Array, order: Rows) -> Floats:
        del truth, order
        scores = self.raw.astype(np.float64, copy=False)
        if not self._logarithms:
            return surprise(scores)
        # Subtracting from 0 leaves a certain outcome at 0, not -0.
        return np.subtract(0.0, scores)

    def own(self, truth: Array, order: Rows) -> Floats:
        del truth, order
        return self.probability(0)

    def probability(self, k: int) -> Floats:
        del k
        p = self.raw.astype(np.float64, copy=False)
        return exp(p) if self._logarithms else p

    def surprises(self) -> Floats:
        return self.losses(self.raw, np.arange(0)).reshape(1, -1)

    def squares(self, truth: Array, order: Rows) -> Floats:
        raise NotImplementedError("an outcome has no other classes")

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        raise NotImplementedError("an outcome has no other classes")

    def ranks(self, truth: Array) -> Ints:
        raise NotImplementedError("an outcome has no other classes")

    def predicted(self) -> Array:
        return np.zeros(len(self.raw), dtype=np.uint8)
