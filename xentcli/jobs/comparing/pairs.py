"""A candidate beside the baseline: the sums of its pairs of rows, and what they come to."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.engine.plan import slices_kept
from xentcli.jobs.comparing.measures import main_of
from xentcli.jobs.comparing.pair_sums import PairBatch, statistics
from xentcli.options import TargetKind
from xentcli.sums.grouping import SlicedGrouping
from xentcli.sums.slices.slicer import Slicer
from xentcli.sums.slices.slices import Slices
from xentcli.sums.state import State
from xentcli.sums.statistic import observe_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from xentcli.jobs.comparing.changes import Changes
    from xentcli.jobs.comparing.measures import Measure
    from xentcli.jobs.comparing.partners import Beside, Partner, Unpaired
    from xentcli.jobs.comparing.sides import Lines, Side
    from xentcli.layout.layout import Layout

    Aligned = tuple[Lines, list[Beside]]


class PairSums(NamedTuple):
    """What is added up of pairs: sums by class, or by slice and class, and the largest changes.

    `k` is 1 where rows have no one class each. `unpaired` are the rows of either side that had
    nothing to be compared with.
    """

    k: int
    state: State
    slices: Slices
    changes: Changes
    unpaired: Unpaired


class Pairs:
    """Adds up the pairs of rows of the baseline and one candidate."""

    def __init__(
        self,
        base: Side,
        partner: Partner,
        measures: Sequence[Measure],
        *,
        changes: Changes,
        max_slices: int | None,
    ) -> None:
        layout: Layout = base.sliced
        self.k = layout.k if layout.kind is TargetKind.CLASS else 1
        self._partner = partner
        self._statistics = statistics(measures)
        self._main = main_of(measures)
        most = slices_kept(
            self._statistics, self.k, max_slices, clustered=layout.cluster is not None
        )
        self._slices = Slices(self.k, most)
        self._state = State(self.k)
        self._changes = changes
        self._slicer: Slicer | None = None
        if layout.parted_by:
            self._slicer = Slicer(layout.by, self._slices, layout.bins, layout.cluster)

    def beside(self, lines: Lines) -> Beside:
        """What stands beside a block of the baseline: asked once, in their order.

        Raises InputError where rows are not the same.
        """
        return self._partner.beside(lines)

    def add(self, lines: Lines, beside: Beside) -> None:
        """Adds a block of the baseline, with what stands beside it."""
        rows, base, weights, inside = beside.rows, lines.values, lines.weights, lines.rows
        truth = lines.truth
        if truth is None or truth.ndim == 2:
            truth = np.zeros(len(lines), dtype=np.uint8)
        if rows is not None:
            truth, base = truth[rows], tuple(line[rows] for line in base)
            weights = None if weights is None else weights[rows]
            inside = rows if inside is None else inside[rows]
        if not len(truth):
            return
        pairs = PairBatch(self.k, truth, weights, base, beside.values)
        if self._slicer is None or lines.block is None:
            observe_all(self._statistics, pairs, self._state)
        else:
            grouping = SlicedGrouping(pairs, self._slicer.numbers(lines.block, inside))
            observe_all(self._statistics, pairs, self._slices.state, grouping)
        main = self._main
        change = pairs.differences[main]
        if weights is not None:
            change = np.where(weights > 0, change, 0.0)
        self._changes.add(lines, rows, base[main], beside.values[main], change)

    def sums(self, rows: int) -> PairSums:
        """All that was added up, the baseline having had so many rows."""
        unpaired = self._partner.finish(rows)
        if self._slicer is not None:
            # What is added exactly is added up in any order: the whole is the sum of the slices.
            self._state.sums = self._slices.total().sums
        return PairSums(self.k, self._state, self._slices, self._changes, unpaired)


# So many blocks wait for their sums while the rows beside the next one are looked up.
_AHEAD = 2


def beside(blocks: Iterator[Lines], pairs: Sequence[Pairs]) -> Iterator[Aligned]:
    """The blocks with what stands beside them."""
    for lines in blocks:
        yield lines, [pair.beside(lines) for pair in pairs]


def ahead(blocks: Iterator[Lines], pairs: Sequence[Pairs]) -> Iterator[Aligned]:
    """The same, found by another thread while blocks before them are added up."""
    with ThreadPoolExecutor(1) as finder:
        waiting: deque[tuple[Lines, list[Future[Beside]]]] = deque()
        for lines in blocks:
            waiting.append((lines, [finder.submit(pair.beside, lines) for pair in pairs]))
            if len(waiting) > _AHEAD:
                before, found = waiting.popleft()
                yield before, [own.result() for own in found]
        for before, found in waiting:
            yield before, [own.result() for own in found]
