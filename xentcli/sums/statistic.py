"""Statistics of rows: named, exact, per-class sums, of which every metric is a function.

Several metrics share one statistic, which is then computed and summed once. A statistic
adds up, for each true class, one number per row (`moments`), or counts of decisions
(`DECISIONS`), and so on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.rows.batch import View, times
from xentcli.rows.class_rows import ClassBatch
from xentcli.sums.grouping import Grouping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xentcli.numerics.arrays import Floats
    from xentcli.numerics.exact import Sums
    from xentcli.rows.batch import Batch, Slot
    from xentcli.rows.losses import Loss
    from xentcli.sums.state import Part, State


class Statistic(NamedTuple):
    """Sums over rows under the names `keys`: `add(batch, grouping, *sums)` adds a batch to them.

    Each name holds `width` sums for every class, or for every slice and class, as the grouping
    says. With `make`, the names hold other parts of a state instead, which are of all rows.
    """

    keys: tuple[str, ...]
    add: Callable[..., None]
    width: int = 1
    make: Callable[[], Part] | None = None

    def observe(self, batch: Batch, grouping: Grouping, state: State) -> None:
        """Adds the batch to what the state has under this statistic's names."""
        if self.make is not None:
            self.add(batch, *(state.keep(key, self.make) for key in self.keys))
        else:
            self.add(batch, grouping, *(state.of(key, self.width) for key in self.keys))


def observe_all(
    statistics: Iterable[Statistic], batch: Batch, state: State, grouping: Grouping | None = None
) -> None:
    """Adds a batch to the sums of all the statistics."""
    grouping = grouping or Grouping(batch)
    for statistic in statistics:
        statistic.observe(batch, grouping, state)


def _add_rows(
    batch: Batch, grouping: Grouping, rows: Sums, weight: Sums, squares: Sums, weighted: Sums
) -> None:
    del batch
    for slot in grouping.slots:
        groups = slot.groups
        rows.add_counts(groups.counts, groups.ids)
        if slot.weights is not None:
            weighted.add_counts(groups.count(slot.weights > 0), groups.ids)
            weight.add(slot.weights, groups)
            squares.add(slot.weights * slot.weights, groups)


# Rows per class; where they have weights also Σw, Σw² and the rows of any weight.
ROWS = Statistic(("rows", "weight", "weight.squares", "weight.rows"), _add_rows)


def _add_support(batch: Batch, grouping: Grouping, rows: Sums, weight: Sums) -> None:
    for slot in grouping.slots:
        support = batch.support(slot.view)
        if support is not None:
            support = slot.of(support)
            rows.add_counts(slot.groups.count(support > 0), slot.groups.ids)
            weight.add(_weighed(slot, support), slot.groups)


# The rows that speak for a class, where those that its figures are means over do not tell.
SUPPORT = Statistic(("support.rows", "support"), _add_support)


def _weighed(slot: Slot, values: Floats) -> Floats:
    """Numbers, arranged as the slot is, times its weights."""
    return values if slot.weights is None else times(slot.weights, values)


def moments(
    key: str,
    per_row: Callable[..., Floats],
    ends: Callable[..., tuple[float, float]] | None = None,
    *,
    signed: bool = False,
) -> Statistic:
    """What the weighted mean of a per-row number and its standard error are made of.

    Under `key` Σwx, under `key.squares` Σ(wx)², and with weights under `key.cross` Σw·wx.
    `per_row(batch, view)` gives x in a view of the batch's slots, none negative unless
    `signed`; `ends(batch)` the smallest and the largest of them, where a batch has one slot.
    Infinite x are counted, not added.
    """

    def add(batch: Batch, grouping: Grouping, total: Sums, squares: Sums, cross: Sums) -> None:
        for slot in grouping.slots:
            x = slot.of(per_row(batch, slot.view))
            if slot.weights is None:
                known = ends is not None and slot.view is not View.CELLS
                low, top = ends(batch) if ends is not None and known else _ends(x)
                if signed:
                    low, top = 0.0, max(-low, top)
                total.add(x, slot.groups, top, low)
                squares.add(x * x, slot.groups, top * top, low * low)
                continue
            weighted = times(slot.weights, x)
            total.add(weighted, slot.groups)
            squares.add(weighted * weighted, slot.groups)
            cross.add(times(slot.weights, weighted), slot.groups)

    return Statistic((key, f"{key}.squares", f"{key}.cross"), add)


def _ends(x: Floats) -> tuple[float, float]:
    return float(np.minimum.reduce(x)), float(np.maximum.reduce(x))


LOSS = moments("loss", lambda batch, view: batch.losses(view), lambda batch: batch.loss_ends)
BRIER = moments("brier", lambda batch, view: batch.brier(view))
ENTROPY = moments("entropy", lambda batch, view: batch.entropies(view))
DIVERGENCE = moments("divergence", lambda batch, view: batch.divergences(view), signed=True)


@cache
def family(loss: Loss) -> Statistic:
    """The moments of a loss of the cross-entropy family."""
    if loss.plain:
        return LOSS
    return moments(loss.key, lambda batch, view: batch.family(view, loss))


def _add_clipped(batch: Batch, grouping: Grouping, weight: Sums, moved: Sums, ends: Sums) -> None:
    low, high = batch.library_clip
    smallest, largest = batch.loss_ends
    if smallest >= low and largest <= high:
        return
    slot = grouping.slots[-1]
    loss = slot.of(batch.losses(slot.view))
    endless = np.isinf(loss)
    weight.add(_weighed(slot, endless.astype(np.float64)), slot.groups)
    clipped = loss.clip(low, high)
    beyond = clipped != loss
    moved.add(_weighed(slot, np.where(beyond & ~endless, loss, 0.0)), slot.groups)
    ends.add(_weighed(slot, np.where(beyond, clipped, 0.0)), slot.groups)


# What is needed to say more than ∞ where a true class got probability zero: the weight of
# those rows, and the losses outside scikit-learn's clip with what the clip makes of them.
CLIPPED = Statistic(("infinite.weight", "clip.moved", "clip.ends"), _add_clipped)

# All that figures of the loss are made of.
LOSSES = (ROWS, LOSS, CLIPPED)


def _add_decisions(
    batch: Batch,
    grouping: Grouping,
    correct: Sums,
    predicted: Sums,
    hits: Sums,
    cross: Sums,
    decisions: Sums,
) -> None:
    for slot in grouping.slots:
        hit = batch.hits(slot.view)
        if hit is not None and hit.dtype == np.bool_ and slot.weights is None:
            correct.add_counts(slot.groups.count(slot.of(hit)), slot.groups.ids)
        elif hit is not None:
            weighed = _weighed(slot, slot.of(hit).astype(np.float64))
            correct.add(weighed, slot.groups)
            hits.add(weighed * weighed, slot.groups)
            cross.add(_weighed(slot, weighed), slot.groups)
        decided = batch.decided(slot.view)
        if decided is not None:
            decided = slot.of(decided)
            weights = grouping.weights_of(slot)
            weighed = decided if weights is None else decided * weights
            predicted.add(weighed, slot.groups)
    if isinstance(batch, ClassBatch):
        _add_predicted(batch, grouping, predicted, decisions)


def _add_predicted(batch: ClassBatch, grouping: Grouping, predicted: Sums, squares: Sums) -> None:
    """Adds rows of one class each to the sums of the class that they are decided for."""
    if batch.row_weights is not None:
        arranged = grouping.by_class(batch.decisions())
        weights = arranged.of(batch.row_weights)
        predicted.add(weights, arranged.groups)
        squares.add(weights * weights, arranged.groups)
    elif grouping.whole:
        predicted.add_counts(batch.counted_decisions[1])
    else:
        predicted.add_counts(*grouping.count_by_class(batch.decisions()))


# Weight of the rows of each class that were decided rightly, and of those decided for it; with
# weights also Σ(wx)² and Σw·wx of the hits x, and Σw² of the decisions.
_HITS, _DECIDED = "correct", "predicted"
DECISIONS = Statistic(
    (_HITS, _DECIDED, f"{_HITS}.squares", f"{_HITS}.cross", f"{_DECIDED}.squares"), _add_decisions
)


@cache
def top(k: int) -> Statistic:
    """Weight of the rows whose true class is among the `k` with the largest scores."""

    def add(batch: ClassBatch, grouping: Grouping, hits: Sums, squares: Sums) -> None:
        (slot,) = grouping.slots
        hit = slot.of(batch.ranks() < k)
        if slot.weights is None:
            hits.add_counts(slot.groups.count(hit), slot.groups.ids)
        else:
            weighed = slot.weights * hit
            hits.add(weighed, slot.groups)
            squares.add(weighed * weighed, slot.groups)

    return Statistic((f"top({k})", f"top({k}).squares"), add)


def _add_units(batch: Batch, grouping: Grouping, units: Sums, squares: Sums, cross: Sums) -> None:
    if batch.units is None:
        raise ValueError("these rows stand for no units")
    slot = grouping.slots[-1]
    counted = _weighed(slot, slot.of(batch.units))
    loss = _weighed(slot, slot.of(batch.losses(slot.view)))
    units.add(counted, slot.groups)
    squares.add(counted * counted, slot.groups)
    cross.add(times(counted, loss), slot.groups)


# Σ w c over all rows, c being the units (bytes, words) that a row stands for; Σ (wc)²; Σ wc·wℓ.
UNITS = Statistic(("units", "units.squares", "units.loss"), _add_units)


def union(statistics: Iterable[Statistic]) -> tuple[Statistic, ...]:
    """Every statistic once, in the order of first mention."""
    return tuple({s.keys: s for s in statistics}.values())
