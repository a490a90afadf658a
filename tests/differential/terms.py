"""What a loss is made of, row by row, and how far arithmetic of finite precision may move it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Roundings a row goes through before it is summed: exponential, sum, quotient, logarithm and
# product, each of up to two units in the last place.
ROUNDINGS = 16


@dataclass(frozen=True)
class Terms:
    """``sum(weights * losses) / denominator``, and what the system computed it in.

    ``magnitudes`` are the largest numbers that took part in a row's loss besides itself: a score
    of 1e4 leaves an error of its own rounding, however small the loss, and so does a probability
    that was computed, which the logarithm takes as an error of one rounding of one. ``unit`` is
    half a unit in the last place of the system's arithmetic, relative to one.
    """

    losses: Array
    weights: Array
    denominator: float
    magnitudes: Array
    unit: float
    classes: int

    @property
    def value(self) -> float:
        kept = self.weights != 0
        return math.fsum(self.weights[kept] * self.losses[kept]) / self.denominator

    @property
    def tolerance(self) -> float:
        """How far the system may be off by rounding alone.

        The sums over rows and classes are pairwise or better in every system here, so their
        errors grow with the logarithm of what they add up.
        """
        roundings = ROUNDINGS + math.log2(len(self.losses)) + math.log2(self.classes)
        sizes = np.abs(self.losses) + self.magnitudes
        kept = self.weights != 0
        largest = math.fsum(np.abs(self.weights[kept]) * sizes[kept]) / self.denominator
        return self.unit * roundings * largest


def unit_of(dtype: np.dtype[Any]) -> float:
    """2^-24 for single precision, 2^-53 for double."""
    return float(np.finfo(dtype).eps) / 2
