"""The scores of what happened, one a row: of tokens, words, frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.elementary import exp, surprise
from xentcli.rows.scores import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]


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
