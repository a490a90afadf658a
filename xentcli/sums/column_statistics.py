"""Statistics of all rows for each class, whatever the rows' own: sums over columns of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.rows.batch import times
from xentcli.sums.statistic import Statistic

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats
    from xentcli.numerics.exact import Sums
    from xentcli.rows.batch import Batch
    from xentcli.rows.class_rows import ClassBatch
    from xentcli.sums.grouping import Grouping


def _add_probabilities(batch: Batch, grouping: Grouping, total: Sums) -> None:
    matrix = batch.scores.matrix()
    if matrix is not None and batch.row_weights is None and grouping.whole:
        total.add_matrix_coarse(matrix)
        return
    # A mean of probabilities needs no more than a grid of 2^-37 (see exact.py).
    starts = grouping.few_starts
    if starts is not None and batch.row_weights is None:
        for k in range(batch.k):
            total.add_coarse_at(batch.probability_rows(k), starts + k)
        return
    for k in range(batch.k):
        _add_column(batch, grouping, k, batch.probability_rows(k), total, coarse=True)


def _add_column(
    batch: Batch, grouping: Grouping, k: int, values: Floats, total: Sums, *, coarse: bool = False
) -> None:
    """Adds a number of every row, in row order, to the sum of class k, whatever its own class."""
    column = grouping.column(k)
    values = column.of(values)
    weights = None if batch.row_weights is None else column.of(batch.row_weights)
    if coarse:
        total.add_coarse(values, weights, column.groups)
    else:
        total.add(values if weights is None else times(weights, values), column.groups)


# Σ w p_k over all rows, whatever their class.
PROBABILITIES = Statistic(("probability",), _add_probabilities)


def _add_surprises(batch: Batch, grouping: Grouping, total: Sums) -> None:
    if batch.of_labels:
        return  # each label is a task of its own: its smoothed loss has both sides of it
    for k, surprises in enumerate(batch.bounded(batch.scores.surprises())):
        _add_column(batch, grouping, k, surprises, total)


# Σ w (-log p_k) over all rows, whatever their class.
SURPRISES = Statistic(("surprises",), _add_surprises)


def _add_one_vs_rest(
    batch: ClassBatch, grouping: Grouping, total: Sums, squares: Sums, cross: Sums
) -> None:
    weights = batch.row_weights
    for k in range(batch.k):
        losses = batch.binary_losses(k)
        _add_column(batch, grouping, k, losses, total)
        weighed = losses if weights is None else times(weights, losses)
        _add_column(batch, grouping, k, times(weighed, losses), squares)
        if weights is not None:
            _add_column(batch, grouping, k, weighed, cross)


# Σ wx of the binary loss x of each class against the others, over all rows; Σ (wx)²; Σ w·wx.
_OVR = "one_vs_rest"
ONE_VS_REST = Statistic((_OVR, f"{_OVR}.squares", f"{_OVR}.cross"), _add_one_vs_rest)
