"""Statistics of rows: named, exact, per-class sums, of which every metric is a function.

Several metrics share one statistic, which is then computed and summed once. A statistic
adds up, for each true class, one number per row (`moments`), or counts of decisions
(`DECISIONS`), and so on. `State` holds the sums of all statistics of a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.batch import View, times
from xentcli.class_batch import ClassBatch
from xentcli.exact import Sums
from xentcli.groups import Groups
from xentcli.label_batch import LabelBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from xentcli.batch import Batch
    from xentcli.family import Loss

    Floats = NDArray[np.float64]


class Statistic(NamedTuple):
    """Sums over rows under the names `keys`: `add(batch, *sums)` adds a batch to them.

    Each name holds one sum for every class.
    """

    keys: tuple[str, ...]
    add: Callable[..., None]

    def observe(self, batch: Batch, state: State) -> None:
        """Adds the batch to the state's sums under this statistic's names."""
        self.add(batch, *(state.of(key) for key in self.keys))


@dataclass
class State:
    """Exact sums by name, `size` to each: a commutative monoid under `merge`.

    Comparable and picklable; the sums of rows are the same however the rows were grouped
    into batches and states.
    """

    size: int
    sums: dict[str, Sums] = field(default_factory=dict)

    def of(self, key: str) -> Sums:
        """The sums under a name, zeros where nothing has been added."""
        if key not in self.sums:
            self.sums[key] = Sums(self.size)
        return self.sums[key]

    def merge(self, other: State) -> State:
        """The sums of both, as a new state."""
        merged = State(self.size)
        for key in {**self.sums, **other.sums}:
            merged.sums[key] = self.of(key).merge(other.of(key))
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self.size != other.size:
            return NotImplemented
        return all(self.of(key) == other.of(key) for key in {*self.sums, *other.sums})

    __hash__ = None  # type: ignore[assignment]  # states grow, so they are no keys


def observe_all(statistics: Iterable[Statistic], batch: Batch, state: State) -> None:
    """Adds a batch to the sums of all the statistics."""
    for statistic in statistics:
        statistic.observe(batch, state)


def _add_rows(batch: Batch, rows: Sums, weight: Sums, squares: Sums, weighted: Sums) -> None:
    for slot in batch.slots:
        rows.add_counts(slot.groups.counts)
        if slot.weights is not None:
            weighted.add_counts(slot.groups.count(slot.weights > 0))
            weight.add(slot.weights, slot.groups)
            squares.add(slot.weights * slot.weights, slot.groups)


# Rows per class; where they have weights also Σw, Σw² and the rows of any weight.
ROWS = Statistic(("rows", "weight", "weight.squares", "weight.rows"), _add_rows)


def _add_support(batch: Batch, rows: Sums, weight: Sums) -> None:
    batch.add_support(rows, weight)


# The rows that speak for a class, where those that its figures are means over do not tell.
SUPPORT = Statistic(("support.rows", "support"), _add_support)


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

    def add(batch: Batch, total: Sums, squares: Sums, cross: Sums) -> None:
        for slot in batch.slots:
            x = per_row(batch, slot.view)
            if slot.weights is None:
                whole = ends is not None and slot.view is not View.CELLS
                low, top = ends(batch) if ends is not None and whole else _ends(x)
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


def _add_clipped(batch: Batch, weight: Sums, moved: Sums, ends: Sums) -> None:
    if not isinstance(batch, ClassBatch):
        _add_infinite(batch, weight)
        return
    low, high = batch.library_clip
    smallest, largest = batch.loss_ends
    if smallest >= low and largest <= high:
        return
    w = np.ones(len(batch)) if batch.weights is None else batch.weights
    endless = np.isinf(batch.loss)
    weight.add(w * endless, batch.groups)
    clipped = batch.loss.clip(low, high)
    beyond = clipped != batch.loss
    moved.add(times(w, np.where(beyond & ~endless, batch.loss, 0.0)), batch.groups)
    ends.add(w * np.where(beyond, clipped, 0.0), batch.groups)


def _add_infinite(batch: Batch, weight: Sums) -> None:
    if batch.loss_ends[1] == np.inf:
        slot = batch.slots[-1]
        endless = np.isinf(batch.losses(slot.view))
        weight.add(endless * (1.0 if slot.weights is None else slot.weights), slot.groups)


# What is needed to say more than ∞ where a true class got probability zero: the weight of
# those rows, and the losses outside scikit-learn's clip with what the clip makes of them.
CLIPPED = Statistic(("infinite.weight", "clip.moved", "clip.ends"), _add_clipped)

# All that figures of the loss are made of.
LOSSES = (ROWS, LOSS, CLIPPED)


def _add_decisions(batch: Batch, correct: Sums, predicted: Sums) -> None:
    batch.add_decisions(correct, predicted)


# Weight of the rows of each class that were decided rightly, and of those decided for it.
DECISIONS = Statistic(("correct", "predicted"), _add_decisions)


@cache
def top(k: int) -> Statistic:
    """Weight of the rows whose true class is among the `k` with the largest scores."""

    def add(batch: ClassBatch, hits: Sums) -> None:
        hit = batch.ranks() < k
        if batch.weights is None:
            hits.add_counts(batch.groups.count(hit))
        else:
            hits.add(batch.weights * hit, batch.groups)

    return Statistic((f"top({k})",), add)


def _add_probabilities(batch: Batch, total: Sums) -> None:
    if isinstance(batch, LabelBatch):
        batch.add_probabilities(total)
        return
    matrix = batch.scores.matrix()
    if matrix is not None and batch.row_weights is None:
        total.add_matrix_coarse(matrix)
        return
    # A mean of probabilities needs no more than a grid of 2^-37 (see exact.py).
    for k in range(batch.k):
        total.add_coarse(k, batch.scores.probability(k), batch.row_weights)


# Σ w p_k over all rows, whatever their class.
PROBABILITIES = Statistic(("probability",), _add_probabilities)


def _add_surprises(batch: Batch, total: Sums) -> None:
    if isinstance(batch, LabelBatch):
        return  # each label is a task of its own: its smoothed loss has both sides of it
    every = batch.bounded(batch.scores.surprises())
    for k, surprises in enumerate(every):
        weighted = surprises if batch.row_weights is None else times(batch.row_weights, surprises)
        total.add(weighted, Groups.only(k, len(batch), batch.size))


# Σ w (-log p_k) over all rows, whatever their class.
SURPRISES = Statistic(("surprises",), _add_surprises)


def _add_one_vs_rest(batch: ClassBatch, total: Sums) -> None:
    for k in range(batch.k):
        loss = batch.binary_losses(k)
        if batch.row_weights is not None:
            loss = times(batch.row_weights, loss)
        total.add(loss, Groups.only(k, len(batch), batch.k))


# Σ w × the binary loss of class k against the others, over all rows.
ONE_VS_REST = Statistic(("one_vs_rest",), _add_one_vs_rest)


def _add_units(batch: Batch, units: Sums, squares: Sums, cross: Sums) -> None:
    slot = batch.slots[-1]
    counted = batch.units
    if slot.weights is not None:
        counted = times(slot.weights, counted)
    if counted is None:
        raise ValueError("these rows stand for no units")
    loss = batch.losses(slot.view)
    weighted = loss if slot.weights is None else times(slot.weights, loss)
    units.add(counted, slot.groups)
    squares.add(counted * counted, slot.groups)
    cross.add(times(counted, weighted), slot.groups)


# Σ w c over all rows, c being the units (bytes, words) that a row stands for; Σ (wc)²; Σ wc·wℓ.
UNITS = Statistic(("units", "units.squares", "units.loss"), _add_units)


def union(statistics: Iterable[Statistic]) -> tuple[Statistic, ...]:
    """Every statistic once, in the order of first mention."""
    return tuple({s.keys: s for s in statistics}.values())
