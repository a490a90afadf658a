"""Rows that count for several classes or labels: a cell for each, beside the whole row."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.elementary import column_sums, surprise
from xentcli.numerics.groups import Arrangement, Groups
from xentcli.rows.batch import Batch, Slot, View, times
from xentcli.rows.losses import Loss, smoothed, term

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Rows
    from xentcli.rows.scores import Scores
    from xentcli.rows.single_scores import Single


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


class LabelBatch(CellBatch):
    """Rows whose `targets` are 1 where a label is on, 0 where it is off, or between.

    `single` holds the scores of all labels one after the other.
    """

    of_labels = True

    def __init__(
        self, k: int, targets: Floats, single: Single, weights: Floats | None, **other: Any
    ) -> None:
        super().__init__(k, targets, single, weights, **other)
        self.single = single

    @property
    def weights_of_cells(self) -> Floats | None:
        return None if self.row_weights is None else np.tile(self.row_weights, self.k)

    @cached_property
    def _raw_surprises(self) -> tuple[Floats, Floats]:
        on, off = self.single.log_pair(1)
        return -on + 0.0, -off + 0.0

    @cached_property
    def _surprises(self) -> tuple[Floats, Floats]:
        """-log p and -log(1 - p) of every cell, clipped where that was asked for."""
        on, off = self._raw_surprises
        return self.bounded(on), self.bounded(off)

    def _cells(self, loss: Loss) -> Floats:
        on, off = (term(s, loss.gamma) for s in self._surprises)
        y = self.targets.reshape(-1)
        if loss.smoothing:
            y = (1.0 - loss.smoothing) * y + loss.smoothing / 2
        for_on, for_off = loss.sides
        if loss.sides != (1.0, 1.0):
            on, off = times(np.full(len(on), for_on), on), times(np.full(len(off), for_off), off)
        return times(y, on) + times(1.0 - y, off)

    def _view(self, view: View, cells: Floats) -> Floats:
        return cells if view is View.CELLS else column_sums(cells.reshape(self.k, -1))

    @cached_property
    def _losses(self) -> Floats:
        return self._cells(Loss())

    def losses(self, view: View) -> Floats:
        return self._view(view, self._losses)

    def family(self, view: View, loss: Loss) -> Floats:
        return self._view(view, self._cells(loss))

    def brier(self, view: View) -> Floats:
        on, off = self.single.pair()
        y = self.targets.reshape(-1)
        # From 1 - p where the label is on: p near 1 has no digits to spare.
        miss = np.where(y == 1.0, off, on - y)
        return self._view(view, miss * miss)

    def support(self, view: View) -> Floats | None:
        return self.targets.reshape(-1) if view is View.CELLS else None

    def hits(self, view: View) -> Floats | None:
        if view is View.WHOLE:
            return None
        return self.targets.reshape(-1) * self.single.predicted()

    def decided(self, view: View) -> Floats | None:
        return self.single.predicted().astype(np.float64) if view is View.CELLS else None

    def probability_rows(self, k: int) -> Floats:
        row: Floats = self._probabilities.reshape(self.k, -1)[k]
        return row

    @cached_property
    def _probabilities(self) -> Floats:
        return self.single.pair()[0]

    def clipped(self) -> NDArray[np.bool_]:
        pairs = zip(self._surprises, self._raw_surprises, strict=True)
        moved = [(new != old).reshape(self.k, -1).any(axis=0) for new, old in pairs]
        both: NDArray[np.bool_] = moved[0] | moved[1]
        return both
