"""Rows that count for several classes or labels: a cell for each, beside the whole row."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.groups import Arrangement, Groups
from xentcli.rows.batch import Batch, Slot, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xentcli.rows.scores import Scores

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
