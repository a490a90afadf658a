"""Scores in their own scale, and the losses and probabilities they stand for.

The one place where scores become log-probabilities. Logits go through log-sum-exp, never
through probabilities; what 1 - p loses in rounding is put back.

Rows come in two orders here: *row order*, as read, and *class order*, grouped by true
class, in which losses are computed and summed. `truth` is always in row order, `order`
lists the rows in class order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from xentcli.numerics.elementary import exp
from xentcli.numerics.groups import count_classes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Array, Floats, Ints, Rows


class Scores(ABC):
    """A block's scores, whatever their scale: `raw` as they stand. `k` is the number of classes."""

    k: int
    raw: Array

    @abstractmethod
    def losses(self, truth: Array, order: Rows) -> Floats:
        """-log p of the true class, in class order."""

    def own(self, truth: Array, order: Rows) -> Floats:
        """The probability of the true class, in class order."""
        return exp(-self.losses(truth, order))

    @abstractmethod
    def squares(self, truth: Array, order: Rows) -> Floats:
        """Σ_c (p_c - y_c)² of every row, in class order."""

    @abstractmethod
    def probability(self, k: int) -> Floats:
        """The probability of class k, in row order."""

    def both(self) -> tuple[Floats, Floats]:
        """The probabilities of two classes, in row order."""
        return self.probability(0), self.probability(1)

    def decisions(self, truth: Array, order: Rows) -> tuple[NDArray[np.bool_], Ints]:
        """Whether each row is decided rightly, in class order; and the decisions for each class."""
        predicted = self.predicted()
        return (predicted == truth).take(order), count_classes(predicted, self.k)

    def matrix(self) -> Array | None:
        """The probabilities of all classes, (K, n), where they are at hand in that shape."""
        return None

    @abstractmethod
    def surprises(self) -> Floats:
        """-log p of all classes, (K, n)."""

    @abstractmethod
    def ranks(self, truth: Array) -> Ints:
        """How many classes come before the true one, by score and then by order; in row order."""

    @abstractmethod
    def log_pair(self, k: int) -> tuple[Floats, Floats]:
        """log p and log(1 - p) of class k, in row order."""

    @abstractmethod
    def predicted(self) -> Array:
        """The class with the largest score, the first of several, in row order."""
