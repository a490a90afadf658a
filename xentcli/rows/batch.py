"""A block of rows as arrays, with the views that metrics share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Rows
    from xentcli.numerics.groups import Arrangement, Groups
    from xentcli.rows.losses import Loss
    from xentcli.rows.scores import Scores
    from xentcli.rows.tally import Place

    Ends = tuple[float, float]


class View(Enum):
    """How numbers of rows lie.

    OWN: one number a row, rows grouped by their true class. WHOLE: one a row, as read. CELLS:
    one for each class (or label) and row, class by class.
    """

    OWN = "own"
    WHOLE = "whole"
    CELLS = "cells"


class Slot(NamedTuple):
    """Numbers that are added up together: how they lie, into which sums, and their weights.

    The weights are arranged in groups already; numbers asked for in the view are yet to be.
    """

    view: View
    arranged: Arrangement
    weights: Floats | None

    @property
    def groups(self) -> Groups:
        """The groups that the numbers are added up in."""
        return self.arranged.groups

    def of(self, values: Any) -> Any:
        """Numbers of the view, group by group."""
        return self.arranged.of(values)


class Batch(ABC):
    """Rows ready to be scored: nothing is missing, unknown or out of range any more.

    `k` is the number of classes or labels, `size` that of the sums that a number per row is
    added up in, `scores` the rows' scores, `row_weights` their weights (None: all 1), `row_units`
    how many units (bytes, words) each stands for. `rows` are the rows' numbers within their
    split, `place` that of the first. `bounds` are the ends that losses are clipped to, None
    for no clip; `epsilon` is the rounding unit of the scores' own type.

    What a row costs and the like is asked for in one of the views of `slots`.
    """

    size: int
    # Whether every class is a label, on or off by itself.
    of_labels = False

    def __init__(
        self,
        k: int,
        scores: Scores,
        weights: Floats | None,
        *,
        place: Place,
        rows: NDArray[np.int64] | None = None,
        bounds: Ends | None = None,
        epsilon: float = 2.0**-52,
        units: Floats | None = None,
    ) -> None:
        self.k = k
        self.scores = scores
        self.row_weights = weights
        self.place = place
        self.rows = rows
        self.bounds = bounds
        self.epsilon = epsilon
        self.row_units = units

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def slots(self) -> tuple[Slot, ...]:
        """The views in which numbers of these rows are added up."""

    @property
    def units(self) -> Floats | None:
        """How many units each row stands for, as the last slot lies."""
        return self.row_units

    @abstractmethod
    def losses(self, view: View) -> Floats:
        """The cross-entropy of each row or cell, clipped where that was asked for."""

    @abstractmethod
    def family(self, view: View, loss: Loss) -> Floats:
        """A loss of the family of each row or cell."""

    @abstractmethod
    def brier(self, view: View) -> Floats:
        """Σ_c (p_c - y_c)² of each row; for cells, of the class or the label."""

    @abstractmethod
    def cells_of(self, view: View) -> tuple[Rows, Rows | slice]:
        """Which sum each number of a view goes to, and which row it belongs to."""

    def support(self, view: View) -> Floats | None:
        """How much each cell's row speaks for its class, where the slots do not say it."""
        del view
        return None

    @abstractmethod
    def hits(self, view: View) -> Floats | NDArray[np.bool_] | None:
        """How much of each number of a view is decided rightly, without the rows' weights."""

    def decided(self, view: View) -> Floats | None:
        """Whether each cell's row is decided for its class; None where its score says it."""
        del view
        return None

    def probability_rows(self, k: int) -> Floats:
        """The probability of class k of each row, in row order."""
        return self.scores.probability(k)

    @abstractmethod
    def by_row(self, numbers: Callable[[View], Any]) -> Floats:
        """One number for each row, in row order; `numbers` has them in a view of the slots."""

    def row_losses(self) -> Floats:
        """The loss of each row, in row order."""
        return self.by_row(self.losses)

    def row_probabilities(self) -> Floats | None:
        """The probability of each row's truth, in row order; None where it is no one thing."""
        return None

    @abstractmethod
    def clipped(self) -> NDArray[np.bool_]:
        """Which rows' losses the clip moved, in row order."""

    @property
    def library_clip(self) -> Ends:
        """The ends of the losses under scikit-learn's clip, at the scores' own rounding unit.

        Infinite where a row's loss is not that of one class, which is what is clipped.
        """
        return 0.0, 1e200

    @cached_property
    def loss_ends(self) -> Ends:
        """The smallest and the largest loss of a row."""
        loss = self.losses(self.slots[-1].view)
        return float(np.minimum.reduce(loss)), float(np.maximum.reduce(loss))

    def bounded(self, surprises: Floats) -> Floats:
        """Surprises within the bounds of the clip."""
        return surprises if self.bounds is None else surprises.clip(*self.bounds)

    def place_of(self, row: int) -> Place:
        """Where the row with this position in the batch stands."""
        return self.place.moved(row if self.rows is None else int(self.rows[row]))


def times(weights: Floats, x: Any) -> Floats:
    """w·x, where a weight of 0 makes even an infinite x count nothing."""
    with np.errstate(invalid="ignore"):
        product: Floats = weights * x
    if np.isnan(product.max(initial=0.0)):
        product[weights == 0] = 0.0
    return product
