"""Rows that have one class each, or none but the outcome that was scored."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.elementary import surprise
from xentcli.numerics.groups import Arrangement, Groups, count_classes
from xentcli.rows.batch import Batch, Slot, View
from xentcli.rows.losses import Loss, smoothed, term

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Rows
    from xentcli.rows.batch import Ends
    from xentcli.rows.scores import Scores


class ClassBatch(Batch):
    """Rows of one true class each, `truth`.

    Views of rows are in *class order*: the rows of class 0 first, then those of class 1,
    and so on, within a class as they came. `groups` describes that order, `order` lists the
    rows in it, and `in_row_order` undoes it.
    """

    def __init__(
        self,
        k: int,
        truth: NDArray[Any],
        scores: Scores,
        weights: Floats | None,
        **other: Any,
    ) -> None:
        super().__init__(k, scores, weights, **other)
        self.truth = truth
        self.size = k

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The rows in class order."""
        if self.k == 1:
            return np.arange(len(self.truth))
        if self.k == 2:
            ones = self.truth.astype(np.bool_)
            return np.concatenate((np.flatnonzero(~ones), np.flatnonzero(ones)))
        return self.truth.argsort(kind="stable")

    @cached_property
    def groups(self) -> Groups:
        """How the rows in class order fall into classes."""
        return Groups(count_classes(self.truth, self.k))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return (Slot(View.OWN, Arrangement(self.groups), self.weights),)

    def in_row_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Per-row values, from class order back into the order of the rows."""
        back = np.empty_like(values)
        back[self.order] = values
        return back

    @cached_property
    def weights(self) -> Floats | None:
        """The weight of each row, in class order."""
        return None if self.row_weights is None else self.row_weights.take(self.order)

    @property
    def units(self) -> Floats | None:
        return None if self.row_units is None else self.row_units.take(self.order)

    @cached_property
    def unclipped_loss(self) -> Floats:
        """-log p of each row's true class, as the scores say it."""
        return self.scores.losses(self.truth, self.order)

    @cached_property
    def loss(self) -> Floats:
        """-log p of each row's true class, clipped where that was asked for."""
        return self.bounded(self.unclipped_loss)

    def losses(self, view: View) -> Floats:
        del view
        return self.loss

    def family(self, view: View, loss: Loss) -> Floats:
        del view
        own = term(self.loss, loss.gamma)
        if not loss.smoothing:
            return own
        every = term(self.bounded(self.scores.surprises()), loss.gamma)
        return smoothed(own, every, loss.smoothing, self.order)

    def by_row(self, numbers: Callable[[View], Any]) -> Floats:
        return self.in_row_order(numbers(View.OWN))

    def row_probabilities(self) -> Floats:
        return self.in_row_order(self.p_true)

    def clipped(self) -> NDArray[np.bool_]:
        return self.in_row_order(self.loss != self.unclipped_loss)

    @cached_property
    def library_clip(self) -> Ends:
        """The ends of the losses under scikit-learn's clip, at the scores' own rounding unit."""
        return _library_clip(self.epsilon)

    def binary_losses(self, k: int) -> Floats:
        """The loss of telling class k from the others, in row order, clipped as `loss` is."""
        log_p, log_q = self.scores.log_pair(k)
        loss: Floats = -np.where(self.truth == k, log_p, log_q)
        return self.bounded(loss)

    @cached_property
    def p_true(self) -> Floats:
        """The probability of each row's true class, as the scores say it."""
        return self.scores.own(self.truth, self.order)

    def brier(self, view: View) -> Floats:
        del view
        return self.scores.squares(self.truth, self.order)

    def cells_of(self, view: View) -> tuple[Rows, Rows | slice]:
        del view
        return self.truth.take(self.order).astype(np.intp), self.order

    @cached_property
    def counted_decisions(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Whether each row's predicted class is its true one; and how often each is predicted."""
        return self.scores.decisions(self.truth, self.order)

    def hits(self, view: View) -> NDArray[np.bool_]:
        del view
        return self.counted_decisions[0]

    def decisions(self) -> NDArray[Any]:
        """The class that each row is decided for, in row order."""
        return self.scores.predicted()

    def ranks(self) -> NDArray[np.int64]:
        """How many classes come before each row's true one, by score and then by order."""
        return self.scores.ranks(self.truth).take(self.order)


@cache
def _library_clip(epsilon: float) -> Ends:
    low, high = surprise(np.array([1.0 - epsilon, epsilon]))
    return float(low), float(high)
