"""How the rows of a batch fall into sums: one to a class, or one to a slice and class."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.groups import Arrangement, Groups
from xentcli.rows.batch import Batch, Slot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Rows


# A pass over so many sums costs less than bringing the rows of a block into their order.
_FEW = 1 << 15


class Grouping:
    """The rows of a batch as one data set: sums are those of the classes.

    `slots` are the batch's own; `column` and `by_class` arrange rows in row order.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The views in which numbers are added up, and into which sums."""
        return self._batch.slots

    @property
    def whole(self) -> bool:
        """Whether the rows are not cut into slices."""
        return True

    @property
    def starts(self) -> Rows | None:
        """The number of the first sum of each row's slice; None where rows are in no slices."""
        return None

    @property
    def few_starts(self) -> Rows | None:
        """The same where slices are so few that rows need not be sorted by them, else None."""
        return None

    def column(self, k: int) -> Arrangement:
        """All rows, to be added to sum number `k`."""
        return Arrangement(Groups.only(k, len(self._batch), self._batch.size))

    def by_class(self, classes: NDArray[Any]) -> Arrangement:
        """All rows, to be added to the sums of the classes that stand beside them."""
        return Arrangement.by(classes.astype(np.intp))

    def count_by_class(self, classes: NDArray[Any]) -> tuple[NDArray[np.int64], slice | Rows]:
        """How many rows each of these classes has, and the numbers of their sums."""
        groups = self.by_class(classes).groups
        return groups.counts, groups.ids

    def weights_of(self, slot: Slot) -> Floats | None:
        """The rows' own weights, arranged as the slot is, whatever its weights are made of."""
        if self._batch.row_weights is None:
            return None
        _, rows = self._batch.cells_of(slot.view)
        weights: Floats = slot.of(self._batch.row_weights[rows])
        return weights


class SlicedGrouping(Grouping):
    """The rows cut into slices: `size` sums to a slice, `slices` being the rows' numbers of it."""

    def __init__(self, batch: Batch, slices: Rows) -> None:
        super().__init__(batch)
        self._starts = slices * batch.size

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(self._cut(slot) for slot in self._batch.slots)

    def _cut(self, slot: Slot) -> Slot:
        if self._batch.size == 1:
            arranged = self._by_slice
        else:
            sums, rows = self._batch.cells_of(slot.view)
            arranged = Arrangement.by(self._starts[rows] + sums)
        weights = None if slot.weights is None else arranged.of(slot.weights)
        return Slot(slot.view, arranged, weights)

    @property
    def whole(self) -> bool:
        return False

    @property
    def starts(self) -> Rows | None:
        return self._starts

    @cached_property
    def _by_slice(self) -> Arrangement:
        return Arrangement.by(self._starts)

    def column(self, k: int) -> Arrangement:
        rows = self._by_slice
        ids: Any = rows.groups.ids
        return Arrangement(Groups(rows.groups.counts, ids + k), rows.order)

    def by_class(self, classes: NDArray[Any]) -> Arrangement:
        return Arrangement.by(self._starts + classes)

    @cached_property
    def few_starts(self) -> Rows | None:
        few = int(self._starts.max(initial=0)) + self._batch.size <= _FEW
        return self._starts if few else None

    def count_by_class(self, classes: NDArray[Any]) -> tuple[NDArray[np.int64], slice | Rows]:
        if self.few_starts is None:
            return super().count_by_class(classes)
        counts = np.bincount(self.few_starts + classes)
        ids = np.flatnonzero(counts)
        return counts[ids], ids


class RowsGrouping(Grouping):
    """The rows cut into slices whatever their class: one sum to a slice, of whole rows."""

    def __init__(self, batch: Batch, slices: Rows) -> None:
        super().__init__(batch)
        self._slices = slices

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        slot = self._batch.slots[-1]
        _, rows = self._batch.cells_of(slot.view)
        arranged = Arrangement.by(self._slices[rows])
        weights = None if slot.weights is None else arranged.of(slot.weights)
        return (Slot(slot.view, arranged, weights),)

    @property
    def whole(self) -> bool:
        return False
