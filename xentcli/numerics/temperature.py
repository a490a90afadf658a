"""The temperature that scores are best divided by: one number, found by Newton's method.

L(β) = Σ w (log Σ_k exp(β z_k) - β z_y) / Σ w is convex in the inverse temperature β, so there
is one minimum, and a bracket that Newton's steps are kept inside leads to it.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.numerics.elementary import column_sums, exp, log1p
from xentcli.numerics.exact import MAX_ROWS, Sums
from xentcli.numerics.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats


MOST = 2.0**20
# Steps below this share of β are rounding.
_SETTLED = 2.0**-48
_STEPS = 200
_BLOCK = 1 << 18


class End(StrEnum):
    """Where the minimum was found: inside, at an end of [0, 2^20], or everywhere.

    At `zero` the scores are worse than none: the loss is least without them. At `most` it
    falls without end (where every row's true class has its largest score, say), or for
    longer than makes sense. Where scores are `flat`, every temperature gives the same loss.
    """

    INSIDE = "inside"
    ZERO = "zero"
    MOST = "most"
    FLAT = "flat"


class Temperature(NamedTuple):
    """The best inverse temperature, the mean loss there and at 1, and where it was found.

    `endless` rows have a true class of probability 0, which no temperature changes: the losses
    are infinite then, and `inverse` is that of the other rows.
    """

    inverse: float
    loss: float
    before: float
    end: End = End.INSIDE
    endless: int = 0


def fit_temperature(
    z: NDArray[Any], truth: NDArray[Any], weights: Floats | None = None, *, l2: float = 0.0
) -> Temperature:
    """The β in [0, 2^20] that minimises L(β) + l2·(β - 1)², in nats.

    `z` is the (K, n) matrix of log-probabilities or logits; -inf is a probability of zero, and
    stays one. `truth` holds the rows' classes, or (K, n) target distributions. The result
    has the same bits whatever the order of the rows, and β is right to some 1e-12 of itself
    where the data determine it so far. Rows of weight 0 count nothing.

    Raises ValueError where no row has weight.

    >>> z = np.log([[0.9, 0.9, 0.9, 0.9], [0.1, 0.1, 0.1, 0.1]])
    >>> fitted = fit_temperature(z, np.array([0, 0, 0, 1]))
    >>> round(fitted.inverse, 12) == 0.5, round(fitted.loss, 6), round(fitted.before, 6)
    (True, 0.562335, 0.654667)

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    weight = np.ones(z.shape[1]) if weights is None else weights.astype(np.float64)
    if not weight.any():
        raise ValueError("no row has weight")
    gaps = _Gaps.of(z, truth, weight)
    if not len(gaps.weights):
        return Temperature(1.0, math.inf, math.inf, End.FLAT, gaps.endless)
    inverse, end = gaps.minimum(l2)
    loss, before = (math.inf, math.inf) if gaps.endless else (gaps.at(inverse)[0], gaps.at(1.0)[0])
    return Temperature(inverse, loss, before, end, gaps.endless)


class _Gaps:
    """Rows of finite loss, their scores as seen from the largest of the row.

    `below` is the (K, n) matrix of z - max z, `behind` how far the true class is behind.
    """

    def __init__(self, below: Floats, behind: Floats, weights: Floats, endless: int) -> None:
        self.below = below
        self.behind = behind
        self.weights = weights
        self.endless = endless
        self.winner = below.argmax(axis=0)
        self._total = math.fsum(weights.tolist())
        self._holes = bool((below == -np.inf).any())

    @classmethod
    def of(cls, z: NDArray[Any], truth: NDArray[Any], weights: Floats) -> _Gaps:
        """The rows that have weight, those of infinite loss counted and left out."""
        top = z.max(axis=0).astype(np.float64)
        # A row of zero probabilities only has no top to be seen from.
        below: Floats = z - np.where(top == -np.inf, 0.0, top)
        if truth.ndim == 1:
            behind = -below[truth.astype(np.intp), np.arange(len(truth))]
        else:
            behind = column_sums(-np.where(truth > 0, below, 0.0) * truth)
        # Not -0, which differs from 0 in its bits.
        behind += 0.0
        endless = np.isinf(behind) & (weights > 0)
        keep = (weights > 0) & ~endless
        count = int(np.count_nonzero(endless))
        if keep.all():
            return cls(below, behind, weights, count)
        return cls(below[:, keep], behind[keep], weights[keep], count)

    def minimum(self, l2: float) -> tuple[float, End]:
        """The best inverse temperature, and where that is."""
        # Where all finite scores of a row are equal, they are all at its top.
        if bool(((self.below == 0) | (self.below == -np.inf)).all()):
            return 1.0, End.FLAT
        if self._slope(0.0, l2)[0] >= 0:
            return 0.0, End.ZERO
        # What falls without end needs no search, and would end it by rounding.
        if not l2 and not self.behind.any():
            return MOST, End.MOST
        if self._slope(MOST, l2)[0] <= 0:
            return MOST, End.MOST
        return self._newton(l2), End.INSIDE

    def _newton(self, l2: float) -> float:
        """The zero of the slope, which is below 0 at 0 and above it at `MOST`."""
        low, high, beta = 0.0, MOST, 1.0
        for _ in range(_STEPS):
            slope, curvature = self._slope(beta, l2)
            if slope == 0:
                break
            if slope < 0:
                low = beta
            else:
                high = beta
            step = slope / curvature if curvature > 0 else math.inf
            if abs(step) <= _SETTLED * beta:
                return beta - step
            beta -= step
            if not low < beta < high:
                # Through orders of magnitude first, then by halves.
                halfway = math.sqrt(low * high) if high > 4 * low else (low + high) / 2
                beta = halfway if low else high / 1024
        return beta

    def _slope(self, beta: float, l2: float) -> tuple[float, float]:
        """First and second derivative of the penalised loss."""
        _, slope, curvature = self.at(beta)
        return slope + 2 * l2 * (beta - 1), curvature + 2 * l2

    def at(self, beta: float) -> tuple[float, float, float]:
        """The mean loss at an inverse temperature, and its first two derivatives."""
        # What is summed does not depend on order: exact sums are rounded once.
        parts = [self._block(beta, rows) for rows in self._blocks()]
        loss, slope, curvature = (_sum(terms) / self._total for terms in zip(*parts, strict=True))
        return loss, slope, curvature

    def _blocks(self) -> Iterator[slice]:
        """Runs of rows whose working arrays stay small."""
        size = max(1, min(MAX_ROWS, _BLOCK // len(self.below)))
        for start in range(0, len(self.weights), size):
            yield slice(start, start + size)

    def _block(self, beta: float, rows: slice) -> tuple[Floats, Floats, Floats]:
        """Weighted loss and derivatives of some rows."""
        below, behind, winner = self.below[:, rows], self.behind[rows], self.winner[rows]
        weights = self.weights[rows]
        if self._holes:
            # A probability of zero is zero at every temperature, the infinite one included.
            hole = below == -np.inf
            below = np.where(hole, 0.0, below)
            powers = np.where(hole, 0.0, exp(beta * below))
        else:
            powers = exp(beta * below)
        # The winner's 1 is left to log1p, so that a tiny loss keeps its digits.
        powers[winner, np.arange(len(winner))] = 0.0
        others = column_sums(powers)
        whole = 1.0 + others
        # Moments about the true class: its own score drops out of the sums.
        ahead = column_sums(powers * below) / whole
        square = column_sums(powers * below * below) / whole
        loss = beta * behind + log1p(others)
        spread = np.maximum(square - ahead * ahead, 0.0)
        return (
            weights * loss,
            weights * (ahead + behind),
            weights * spread,
        )


def _sum(parts: Sequence[Floats]) -> float:
    """The sum of all terms, rounded once."""
    total = Sums(1)
    try:
        for terms in parts:
            total.add(terms, Groups.single(len(terms)))
    except OverflowError:
        # Squares of scores beyond 1e149; slower, and the same.
        return math.fsum(v for terms in parts for v in terms.tolist())
    return total.value(0)
