"""A block of rows as arrays, with the views that metrics share."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.elementary import surprise
from xentcli.groups import Groups, count_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.scores import Scores
    from xentcli.tally import Place

    Floats = NDArray[np.float64]


class Batch:
    """Rows ready to be scored: nothing is missing, unknown or out of range any more.

    `k` is the number of classes, `truth` the true class of each row, `scores` their scores,
    `weights` their weights (None: all 1). `rows` are the rows' numbers within their split,
    `place` that of the first. `clip` is the EPS of `[EPS, 1-EPS]`, 0 for none; `epsilon` the
    rounding unit of the scores' own type.

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
        *,
        place: Place,
        rows: NDArray[np.int64] | None = None,
        clip: float = 0.0,
        epsilon: float = 2.0**-52,
    ) -> None:
        self.k = k
        self.truth = truth
        self.scores = scores
        self.row_weights = weights
        self.place = place
        self.rows = rows
        self.clip = clip
        self.epsilon = epsilon

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The rows in class order."""
        if self.k == 2:
            ones = self.truth.astype(np.bool_)
            return np.concatenate((np.flatnonzero(~ones), np.flatnonzero(ones)))
        return self.truth.argsort(kind="stable")

    @cached_property
    def groups(self) -> Groups:
        """How the rows in class order fall into classes."""
        return Groups(count_classes(self.truth, self.k))

    def in_row_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Per-row values, from class order back into the order of the rows."""
        back = np.empty_like(values)
        back[self.order] = values
        return back

    def place_of(self, row: int) -> Place:
        """Where the row with this position in the batch stands."""
        return self.place.moved(row if self.rows is None else int(self.rows[row]))

    @cached_property
    def weights(self) -> Floats | None:
        """The weight of each row, in class order."""
        return None if self.row_weights is None else self.row_weights.take(self.order)

    @cached_property
    def unclipped_loss(self) -> Floats:
        """-log p of each row's true class, as the scores say it."""
        return self.scores.losses(self.truth, self.order)

    @cached_property
    def _clip_ends(self) -> tuple[float, float]:
        """-log(1 - EPS) and -log EPS: what clipped losses lie between."""
        low, high = surprise(np.array([1.0 - self.clip, self.clip]))
        return float(low), float(high)

    @cached_property
    def loss(self) -> Floats:
        """-log p of each row's true class, p clipped to [EPS, 1-EPS] where that was asked for."""
        return self.unclipped_loss.clip(*self._clip_ends) if self.clip else self.unclipped_loss

    @cached_property
    def loss_ends(self) -> tuple[float, float]:
        """The smallest and the largest loss."""
        return float(np.minimum.reduce(self.loss)), float(np.maximum.reduce(self.loss))

    @cached_property
    def library_clip(self) -> tuple[float, float]:
        """The ends of the losses under scikit-learn's clip, at the scores' own rounding unit."""
        return _library_clip(self.epsilon)

    def binary_losses(self, k: int) -> Floats:
        """The loss of telling class k from the others, in row order, clipped as `loss` is."""
        log_p, log_q = self.scores.log_pair(k)
        loss: Floats = -np.where(self.truth == k, log_p, log_q)
        return loss.clip(*self._clip_ends) if self.clip else loss

    @cached_property
    def p_true(self) -> Floats:
        """The probability of each row's true class, as the scores say it."""
        return self.scores.own(self.truth, self.order)

    @cached_property
    def brier(self) -> Floats:
        """Σ_c (p_c - y_c)² of each row, between 0 and 2."""
        return self.scores.squares(self.truth, self.order)

    @cached_property
    def predicted(self) -> NDArray[Any]:
        """The class with the largest score of each row, the first of several."""
        return self.scores.predicted().take(self.order)

    @cached_property
    def decisions(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Whether each row's predicted class is its true one; and how often each is predicted."""
        return self.scores.decisions(self.truth, self.order)


@cache
def _library_clip(epsilon: float) -> tuple[float, float]:
    low, high = surprise(np.array([1.0 - epsilon, epsilon]))
    return float(low), float(high)
