"""Statistics of rows: named, exact, per-class sums, of which every metric is a function.

Several metrics share one statistic, which is then computed and summed once. A statistic
adds up, for each true class, one number per row (`moments`), or counts of decisions
(`DECISIONS`), and so on. `State` holds the sums of all statistics of a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.exact import Sums
from xentcli.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from xentcli.batch import Batch

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
    """Exact sums by name, `k` to each: a commutative monoid under `merge`.

    Comparable and picklable; the sums of rows are the same however the rows were grouped
    into batches and states.
    """

    k: int
    sums: dict[str, Sums] = field(default_factory=dict)

    def of(self, key: str) -> Sums:
        """The sums under a name, zeros where nothing has been added."""
        if key not in self.sums:
            self.sums[key] = Sums(self.k)
        return self.sums[key]

    def merge(self, other: State) -> State:
        """The sums of both, as a new state."""
        merged = State(self.k)
        for key in {**self.sums, **other.sums}:
            merged.sums[key] = self.of(key).merge(other.of(key))
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self.k != other.k:
            return NotImplemented
        return all(self.of(key) == other.of(key) for key in {*self.sums, *other.sums})

    __hash__ = None  # type: ignore[assignment]  # states grow, so they are no keys


def observe_all(statistics: Iterable[Statistic], batch: Batch, state: State) -> None:
    """Adds a batch to the sums of all the statistics."""
    for statistic in statistics:
        statistic.observe(batch, state)


def _add_rows(batch: Batch, rows: Sums, weight: Sums, squares: Sums, weighted: Sums) -> None:
    rows.add_counts(batch.groups.counts)
    if batch.weights is not None:
        weighted.add_counts(batch.groups.count(batch.weights > 0))
        weight.add(batch.weights, batch.groups)
        squares.add(batch.weights * batch.weights, batch.groups)


# Rows per class; with a weight column also Σw, Σw² and the rows of any weight.
ROWS = Statistic(("rows", "weight", "weight.squares", "weight.rows"), _add_rows)


def moments(
    key: str,
    per_row: Callable[[Batch], Floats],
    ends: Callable[[Batch], tuple[float, float]] | None = None,
) -> Statistic:
    """What the weighted mean of a per-row number and its standard error are made of.

    Under `key` Σwx, under `key.squares` Σ(wx)², and with a weight column under `key.cross`
    Σw·wx. `per_row` gives x in class order, none negative, `ends` the smallest and the
    largest of them. Infinite x are counted, not added.
    """

    def add(batch: Batch, total: Sums, squares: Sums, cross: Sums) -> None:
        x = per_row(batch)
        if batch.weights is None:
            low, top = _ends(x) if ends is None else ends(batch)
            total.add(x, batch.groups, top, low)
            squares.add(x * x, batch.groups, top * top, low * low)
            return
        weighted = _times(batch.weights, x)
        total.add(weighted, batch.groups)
        squares.add(weighted * weighted, batch.groups)
        cross.add(_times(batch.weights, weighted), batch.groups)

    return Statistic((key, f"{key}.squares", f"{key}.cross"), add)


def _ends(x: Floats) -> tuple[float, float]:
    return float(np.minimum.reduce(x)), float(np.maximum.reduce(x))


def _times(weights: Floats, x: Floats) -> Floats:
    """w·x, where a weight of 0 makes even an infinite x count nothing."""
    with np.errstate(invalid="ignore"):
        product: Floats = weights * x
    if np.isnan(product.max(initial=0.0)):
        product[weights == 0] = 0.0
    return product


LOSS = moments("loss", lambda batch: batch.loss, lambda batch: batch.loss_ends)
BRIER = moments("brier", lambda batch: batch.brier)


def _add_clipped(batch: Batch, weight: Sums, moved: Sums, ends: Sums) -> None:
    low, high = batch.library_clip
    smallest, largest = batch.loss_ends
    if smallest >= low and largest <= high:
        return
    w = np.ones(len(batch)) if batch.weights is None else batch.weights
    endless = np.isinf(batch.loss)
    weight.add(w * endless, batch.groups)
    clipped = batch.loss.clip(low, high)
    beyond = clipped != batch.loss
    moved.add(_times(w, np.where(beyond & ~endless, batch.loss, 0.0)), batch.groups)
    ends.add(w * np.where(beyond, clipped, 0.0), batch.groups)


# What is needed to say more than ∞ where a true class got probability zero: the weight of
# those rows, and the losses outside scikit-learn's clip with what the clip makes of them.
CLIPPED = Statistic(("infinite.weight", "clip.moved", "clip.ends"), _add_clipped)

# All that figures of the loss are made of.
LOSSES = (ROWS, LOSS, CLIPPED)


def _add_decisions(batch: Batch, correct: Sums, predicted: Sums) -> None:
    hit, counts = batch.decisions
    if batch.weights is None:
        correct.add_counts(batch.groups.count(hit))
        predicted.add_counts(counts)
        return
    correct.add(batch.weights * hit, batch.groups)
    order = batch.predicted.argsort(kind="stable")
    predicted.add(batch.weights.take(order), Groups(counts))


# Weight of the rows of each class that were decided rightly, and of those decided for it.
DECISIONS = Statistic(("correct", "predicted"), _add_decisions)


def _add_probabilities(batch: Batch, total: Sums) -> None:
    matrix = batch.scores.matrix()
    if matrix is not None and batch.row_weights is None:
        total.add_matrix_coarse(matrix)
        return
    # A mean of probabilities needs no more than a grid of 2^-37 (see exact.py).
    for k in range(batch.k):
        total.add_coarse(k, batch.scores.probability(k), batch.row_weights)


# Σ w p_k over all rows, whatever their class.
PROBABILITIES = Statistic(("probability",), _add_probabilities)


def _add_one_vs_rest(batch: Batch, total: Sums) -> None:
    for k in range(batch.k):
        loss = batch.binary_losses(k)
        if batch.row_weights is not None:
            loss = _times(batch.row_weights, loss)
        total.add(loss, Groups.only(k, len(batch), batch.k))


# Σ w × the binary loss of class k against the others, over all rows.
ONE_VS_REST = Statistic(("one_vs_rest",), _add_one_vs_rest)


def union(statistics: Iterable[Statistic]) -> tuple[Statistic, ...]:
    """Every statistic once, in the order of first mention."""
    return tuple({s.keys: s for s in statistics}.values())
