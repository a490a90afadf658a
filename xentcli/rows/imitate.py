"""Scores as another system would see them: cast, linked, rescaled and clipped by its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.rules import Arithmetic, Rule
from xentcli.numerics.elementary import exp, log, surprise
from xentcli.options import Scale
from xentcli.rows.by_scale import scores_of, single_of
from xentcli.rows.matrix_scores import Probabilities
from xentcli.rows.single_scores import Single

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Array, Floats
    from xentcli.rows.checks import Positions
    from xentcli.rows.scores import Scores


_TYPES: dict[Arithmetic, Any] = {Arithmetic.SINGLE: np.float32, Arithmetic.DOUBLE: np.float64}


class RoundedPair(Single):
    """p of one class and 1 - p of the other, each as it was rounded to the scores' type."""

    def __init__(self, p: Array, positive: int) -> None:
        super().__init__(p, positive)
        self._rest = (p.dtype.type(1) - p).astype(np.float64)

    def pair(self) -> tuple[Floats, Floats]:
        return self.raw.astype(np.float64), self._rest

    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        p, q = self.pair()
        pair = log(p), log(q)
        return pair if k == self.positive else pair[::-1]

    def losses(self, truth: Array, order: Any) -> Floats:
        return surprise(self.sides(truth, order)[0])

    def predicted(self) -> Array:
        return self._predicted(self.raw, 0.5)


def typed(values: Array, rule: Rule) -> Array:
    """Numbers in the type that the system computes in."""
    kind = _TYPES.get(rule.arithmetic)
    return values if kind is None else values.astype(kind)


def beside(values: Floats, rule: Rule) -> Floats:
    """Weights or targets, rounded as the system keeps them."""
    return values.astype(np.float32).astype(np.float64) if rule.narrow else values


def scores(rule: Rule, raw: Array, scale: Scale, positive: int, positions: Positions) -> Scores:
    """The scores of a block, (K, n) or (n,), by the rule.

    Raises RowError for a row that the system divides by its sum of 0.
    """
    raw = typed(raw, rule)
    if scale is Scale.LOGIT and not rule.links:
        return scores_of(raw, scale, positive)
    p = _probabilities(raw, scale)
    if rule.rescale:
        sums = p.sum(axis=0, dtype=np.float64)
        if sums.size and not sums.all():
            row = positions.of(int((sums == 0).argmax()))
            raise RowError("the probabilities sum to 0", row=row)
        p = (p / sums).astype(p.dtype)
    if not rule.clip.none and not rule.clip.epsilon:
        low, high = (p.dtype.type(end) for end in (rule.clip.low, rule.clip.high))
        p = p.clip(low, high)
    if p.ndim == 2:
        return Probabilities(p)
    if rule.complement:
        return RoundedPair(p, positive)
    return single_of(p, Scale.PROBABILITY, positive)


def _probabilities(raw: Array, scale: Scale) -> Array:
    """The probabilities that scores stand for, in the scores' own type."""
    if scale is Scale.PROBABILITY:
        return raw
    if scale is Scale.LOG_PROBABILITY:
        flat = exp(raw.reshape(-1).astype(np.float64))
        return flat.reshape(raw.shape).astype(raw.dtype)
    found = scores_of(raw.copy(), scale, 1)
    if raw.ndim == 1:
        return found.probability(1).astype(raw.dtype)
    matrix = found.matrix()
    if matrix is None:
        raise TypeError("a matrix of logits has one of probabilities")
    return matrix.astype(raw.dtype)


def bounds(rule: Rule, kind: Any) -> tuple[float, float] | None:
    """What losses are clipped to, given the scores' own type."""
    if rule.clip.epsilon:
        epsilon = float(np.finfo(typed(np.zeros(0, dtype=kind), rule).dtype).eps)
        low, high = surprise(np.array([1.0 - epsilon, epsilon]))
        return float(low), float(high)
    return None if rule.cap is None else (0.0, rule.cap)
