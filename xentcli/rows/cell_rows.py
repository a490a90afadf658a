"""Rows that count for several classes or labels: a cell for each, beside the whole row."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.elementary import surprise
from xentcli.numerics.groups import Arrangement, Groups
from xentcli.rows.batch import Batch, Slot, View, times
from xentcli.rows.cell_rows import CellBatch
from xentcli.rows.losses import Loss, column_sums, smoothed, term

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.rows.scores import Scores

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]


class CellBatch(Batch):
    """Rows with `targets`, a (K, n) matrix. Views are in row order, cells class by class.

    Every number has one sum a class, for its cells, and one more, for whole rows.
    """

    def __init__(
        self, k: int, targets: Floats, scores: Scores, weights: Floats | None, **other: Any
    ) -> None:
        super().__init__(k, scores, weights, **other)
        self.targets = targets
        self.size = k + 1

    def __len__(self) -> int:
        return int(self.targets.shape[1])

    @property
    @abstractmethod
    def weights_of_cells(self) -> Floats | None:
        """The weight of each cell, class by class; None where all are 1."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        n = len(self)
        cells = Groups(np.append(np.full(self.k, n, dtype=np.int64), 0))
        whole = Groups.only(self.k, n, self.size)
        return (
            Slot(View.CELLS, Arrangement(cells), self.weights_of_cells),
            Slot(View.WHOLE, Arrangement(whole), self.row_weights),
        )

    def by_row(self, numbers: Callable[[View], Any]) -> Floats:
        values: Floats = numbers(View.WHOLE)
        return values

    def cells_of(self, view: View) -> tuple[Rows, Rows | slice]:
        n = len(self)
        if view is View.WHOLE:
            return np.full(n, self.k), slice(None)
        return np.repeat(np.arange(self.k), n), np.tile(np.arange(n), self.k)


class SoftBatch(CellBatch):
    """Rows with target distributions over the classes."""

    @cached_property
    def weights_of_cells(self) -> Floats:
        """w·q_c of every class and row."""
        q = self.targets
        return (q if self.row_weights is None else q * self.row_weights).reshape(-1)

    @cached_property
    def surprises(self) -> Floats:
        """-log p of every class and row, clipped where that was asked for; (K, n)."""
        return self.bounded(self.scores.surprises())

    def _view(self, view: View, every: Floats) -> Floats:
        """Cells as they are; a whole row costs what its cells do, by its target."""
        if view is View.CELLS:
            return every.reshape(-1)
        return column_sums(times(self.targets, every))

    @cached_property
    def _whole_losses(self) -> Floats:
        return self._view(View.WHOLE, self.surprises)

    def losses(self, view: View) -> Floats:
        return self._whole_losses if view is View.WHOLE else self._view(view, self.surprises)

    def family(self, view: View, loss: Loss) -> Floats:
        every = term(self.surprises, loss.gamma)
        if loss.smoothing:
            if view is View.WHOLE:
                return smoothed(self._view(view, every), every, loss.smoothing)
            every = smoothed(every, every, loss.smoothing)
        return self._view(view, every)

    @cached_property
    def own_surprises(self) -> Floats:
        """-log q of every class and row, (K, n)."""
        return surprise(self.targets.reshape(-1)).reshape(self.targets.shape)

    def entropies(self, view: View) -> Floats:
        """H(q) = -Σ q log q of each row; -log q_c of each cell."""
        return self._view(view, self.own_surprises)

    def divergences(self, view: View) -> Floats:
        """KL(q‖p) = Σ q (log q - log p) of each row; log q_c - log p_c of each cell."""
        with np.errstate(invalid="ignore"):
            every = self.surprises - self.own_surprises
        # What the target rules out counts nothing, whatever the scores say of it.
        every[self.targets == 0] = 0.0
        values = self._view(view, every)
        # A row's divergence is never negative; its rounding may be.
        return values if view is View.CELLS else np.maximum(values, 0.0)

    def brier(self, view: View) -> Floats:
        p = np.stack([self.scores.probability(c) for c in range(self.k)])
        if view is View.WHOLE:
            miss = p - self.targets
            return column_sums(np.multiply(miss, miss, out=miss))
        squares = p * p
        others = np.maximum(column_sums(squares) - squares, 0.0)
        return (others + (1.0 - p) ** 2).reshape(-1)

    def support(self, view: View) -> Floats | None:
        # How much is the cells' own weight.
        return (self.targets.reshape(-1) > 0).astype(np.float64) if view is View.CELLS else None

    @cached_property
    def _decided(self) -> NDArray[np.bool_]:
        decided: NDArray[np.bool_] = self.scores.predicted() == np.arange(self.k)[:, None]
        return decided

    def hits(self, view: View) -> Floats:
        # A cell's weight is its target's probability already.
        if view is View.CELLS:
            return self._decided.reshape(-1).astype(np.float64)
        return column_sums(self.targets * self._decided)

    def decided(self, view: View) -> Floats | None:
        return self._decided.reshape(-1).astype(np.float64) if view is View.CELLS else None

    def clipped(self) -> NDArray[np.bool_]:
        moved: NDArray[np.bool_] = (self.surprises != self.scores.surprises()).any(axis=0)
        return moved
