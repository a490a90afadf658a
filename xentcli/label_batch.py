"""Rows that have any number of labels: every label is a binary task of its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.rows.batch import View, times
from xentcli.rows.cell_rows import CellBatch
from xentcli.rows.losses import Loss, column_sums, term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.rows.single_scores import Single

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]


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
