"""What is done with every batch of a run: adding it to sums, of all rows or by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.sums.grouping import SlicedGrouping
from xentcli.sums.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from xentcli.layout.layout import Layout
    from xentcli.rows.batch import Batch
    from xentcli.sums.run import Observer
    from xentcli.sums.slices.slicer import Slicer
    from xentcli.sums.slices.slices import Slices
    from xentcli.sums.state import State
    from xentcli.sums.statistic import Statistic


class Whole:
    """Adds all rows to one sum a class."""

    def __init__(self, statistics: Sequence[Statistic], state: State) -> None:
        self._statistics = statistics
        self._state = state

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Adds the batch to the sums."""
        del block
        observe_all(self._statistics, batch, self._state)


class BySlice:
    """Adds rows to the sums of their slices, and what is kept of all rows to the state."""

    def __init__(
        self, statistics: Sequence[Statistic], slicer: Slicer, slices: Slices, state: State
    ) -> None:
        self._sums = [s for s in statistics if s.make is None]
        self._parts = [s for s in statistics if s.make is not None]
        self._slicer = slicer
        self._slices = slices
        self._state = state

    def observe(self, block: pa.RecordBatch, batch: Batch) -> None:
        """Adds the batch to the sums of its slices."""
        grouping = SlicedGrouping(batch, self._slicer.numbers(block, batch.rows))
        observe_all(self._sums, batch, self._slices.state, grouping)
        observe_all(self._parts, batch, self._state, grouping)


def summing(
    layout: Layout, statistics: Sequence[Statistic], slices: Slices, state: State
) -> Observer:
    """What adds rows to sums, by slice where rows are sliced or depend on each other."""
    if not layout.parted_by:
        return Whole(statistics, state)
    from xentcli.sums.slices.slicer import Slicer

    slicer = Slicer(layout.by, slices, layout.bins, layout.cluster)
    return BySlice(statistics, slicer, slices, state)
