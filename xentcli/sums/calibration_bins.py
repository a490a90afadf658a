"""Probabilities in bins of equal width, beside what came true: what reliability is read off.

Bin b of B holds the p with b <= p·B < b + 1, p·B being rounded to a float64; the last one
holds 1 as well. Float32 and float64 files that hold the same numbers fill the same bins.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.exact import MAX_ROWS
from xentcli.numerics.groups import Arrangement
from xentcli.numerics.ladder import GRID, SHIFTER_BITS, SHIFTERS
from xentcli.numerics.scratch import Scratch
from xentcli.rows.matrix_scores import Matrix, Probabilities
from xentcli.sums.statistic import Statistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Ints, Rows
    from xentcli.numerics.exact import Sums
    from xentcli.rows.batch import Batch
    from xentcli.rows.class_rows import ClassBatch
    from xentcli.rows.scores import Scores
    from xentcli.sums.grouping import Grouping


# So many cells at once stay in the cache nearest to the processor.
_CELLS = 1 << 14


class _Bins:
    """The sums that one set of bins consists of, under the names that `keys_of` lists."""

    def __init__(self, width: int, sums: tuple[Sums, ...]) -> None:
        self.width = width
        self.rows, self.probability, self.hits, self.weight, self.squares = sums

    def add(self, p: Floats, weights: Floats | None, first: Any) -> None:
        """Adds rows of probability `p` to the bins of the sums number `first`."""
        arranged = self._arranged(p, first)
        groups = arranged.groups
        self.rows.add_counts(groups.counts, groups.ids)
        w = None if weights is None else arranged.of(weights)
        self.probability.add_coarse(arranged.of(p), w, groups)
        if w is not None:
            self.weight.add(w, groups)
            self.squares.add(w * w, groups)

    def add_hits(self, p: Floats, weights: Floats | None, first: Any) -> None:
        """Adds rows of probability `p` that came true to the bins of the sums number `first`."""
        if not len(p):
            return
        arranged = self._arranged(p, first)
        if weights is None:
            self.hits.add_counts(arranged.groups.counts, arranged.groups.ids)
        else:
            self.hits.add(arranged.of(weights), arranged.groups)

    def _arranged(self, p: Floats, first: Any) -> Arrangement:
        return Arrangement.by(numbers_of(p, self.width) + np.asarray(first) * self.width)

    def add_matrix(self, matrix: NDArray[Any], start: int = 0) -> None:
        """Adds every row of `matrix` to the bins of a sum of its own, from `start` on."""
        rows = matrix.shape[1]
        step = max(1, _CELLS // rows)
        for k in range(0, len(matrix), step):
            part = matrix[k : k + step]
            counts, total = binned(part, self.width)
            cells = slice((start + k) * self.width, (start + k + len(part)) * self.width)
            self.rows.add_counts(counts, cells)
            self.probability.add_grid(total, rows * UNIT, cells)

    def count_hits(
        self, p: Floats, first: Rows | int = 0, size: int = 1, *, start: int = 0
    ) -> None:
        """`add_hits` of rows without weights, to the bins of `size` sums from `start` on."""
        # One bin more, for p = 1.
        wide = self.width + 1
        scaled, spare, _ = _scratch.of(len(p))
        numbers = spare.view(np.intp)
        numbers[:] = np.multiply(p, self.width, out=scaled)
        if size > 1:
            numbers += np.multiply(first, wide)
        counts = np.bincount(numbers, minlength=size * wide)
        cells = slice(start * self.width, (start + size) * self.width)
        self.hits.add_counts(folded(counts, size), cells)


def keys_of(kind: str, bins: int) -> tuple[str, ...]:
    """The names of the sums by bin: of `class` probabilities, or of the `top` of each row.

    >>> keys_of("class", 15)[:3]
    ('class_bins(15).rows', 'class_bins(15).probability', 'class_bins(15).hits')
    """
    parts = ("rows", "probability", "hits", "weight", "squares")
    return tuple(f"{kind}_bins({bins}).{part}" for part in parts)


@cache
def class_bins(bins: int) -> Statistic:
    """Of each class and bin of its probability p_k: rows, Σw, Σw², Σw·p_k, and Σw where y = k."""

    def add(batch: ClassBatch, grouping: Grouping, *sums: Sums) -> None:
        into = _Bins(bins, sums)
        own = _own(batch)
        plain = grouping.starts is None and batch.row_weights is None
        if plain and batch.k == 2:
            _add_every_class(into, batch)
            zeros = int(batch.groups.counts[0])
            into.count_hits(own[:zeros])
            into.count_hits(own[zeros:], start=1)
            return
        truth = np.repeat(np.arange(batch.k), batch.groups.counts)
        if plain:
            _add_every_class(into, batch)
            into.count_hits(own, truth, batch.k)
            return
        starts = np.intp(0) if grouping.starts is None else grouping.starts
        for k in range(batch.k):
            into.add(batch.probability_rows(k), batch.row_weights, starts + k)
        into.add_hits(own, batch.weights, np.broadcast_to(starts, len(batch))[batch.order] + truth)

    return Statistic(keys_of("class", bins), add, bins)


def _add_every_class(into: _Bins, batch: Batch) -> None:
    matrix = batch.scores.matrix()
    if matrix is not None:
        into.add_matrix(matrix)
        return
    for k, p in enumerate(batch.scores.both()):
        into.add_matrix(p[None, :], k)


def _own(batch: ClassBatch) -> Floats:
    """The probability of each row's true class, in class order, as that class's bins have it."""
    scores, matrix = batch.scores, batch.scores.matrix()
    if matrix is None or not isinstance(scores, Matrix):
        return scores.own(batch.truth, batch.order)
    own = matrix.reshape(-1).take(scores.true_places(batch.truth, batch.order))
    return own.astype(np.float64)


def _top(scores: Scores, matrix: NDArray[Any]) -> NDArray[Any]:
    """The largest probability of each row."""
    top: NDArray[Any] = scores.top if isinstance(scores, Probabilities) else matrix.max(axis=0)
    return top


@cache
def top_bins(bins: int) -> Statistic:
    """The same of the largest probability of each row, and the rows that are decided rightly.

    Two classes have no need of it. All rows are added to the sums of the first class.
    """

    def add(batch: ClassBatch, grouping: Grouping, *sums: Sums) -> None:
        matrix = batch.scores.matrix()
        if batch.k == 2 or matrix is None:
            return
        into = _Bins(bins, sums)
        top = _top(batch.scores, matrix).astype(np.float64)
        hit = batch.counted_decisions[0]
        right = batch.order[hit]
        if grouping.starts is None and batch.row_weights is None:
            into.add_matrix(top[None, :])
            into.count_hits(top.take(right))
            return
        starts = np.zeros(len(batch), np.intp) if grouping.starts is None else grouping.starts
        into.add(top, batch.row_weights, starts)
        weights = batch.row_weights
        into.add_hits(top[right], None if weights is None else weights[right], starts[right])

    return Statistic(keys_of("top", bins), add, bins)


def _add_variances(batch: Batch, grouping: Grouping, total: Sums) -> None:
    if batch.row_weights is None and grouping.whole:
        _add_plain_variances(batch, total)
        return
    weights = batch.row_weights
    squares = None if weights is None else weights * weights
    single = batch.scores.matrix() is None
    for k in range(batch.k):
        p = batch.probability_rows(k)
        column = grouping.column(k)
        w = None if squares is None else column.of(squares)
        # To the bits of what is added without weights and slices.
        variances = p * batch.probability_rows(1 - k) if single else p - p * p
        total.add_coarse(column.of(variances), w, column.groups)


def _add_plain_variances(batch: Batch, total: Sums) -> None:
    matrix = batch.scores.matrix()
    if matrix is None:
        _add_variances_of_two(*batch.scores.both(), total)
        return
    step = max(1, _CELLS // len(batch))
    for k in range(0, batch.k, step):
        part = matrix[k : k + step]
        _, p, variances = _scratch.of(*part.shape)
        p[:] = part
        np.multiply(p, p, out=variances)
        np.subtract(p, variances, out=variances)
        total.add_grid(totals_of(variances), len(batch) * UNIT, slice(k, k + len(p)))


def _add_variances_of_two(p: Floats, q: Floats, total: Sums) -> None:
    """p q is the variance of both."""
    product = np.multiply(p, q, out=_scratch.of(len(p))[1])
    total.add_grid(totals_of(product[None, :]).repeat(2), len(p) * UNIT)


# Σ w² p_k (1 - p_k) over all rows: the variance of Σ w [y = k] if the probabilities are right.
VARIANCES = Statistic(("probability.variance",), _add_variances)


# Rounds to multiples of 2^-37, which float64 adds exactly over 2^15 rows.
_SHIFTER = SHIFTERS[0]
UNIT = 2.0**GRID
# Three numbers for each of so many cells.
_scratch = Scratch(3, MAX_ROWS)


def numbers_of(p: Floats, bins: int) -> Rows:
    """The bin of each probability.

    >>> numbers_of(np.array([0.0, 0.09, 0.1, 0.3, 1.0]), 10)
    array([0, 0, 1, 3, 9])
    """
    return np.minimum((p * bins).astype(np.intp), bins - 1)


def folded(counts: NDArray[Any], size: int) -> Ints:
    """Counts of `size` times so many bins and one for p = 1, which goes to the last of them."""
    table = counts.reshape(size, -1)
    table[:, -2] += table[:, -1]
    return table[:, :-1].reshape(-1).astype(np.int64)


def binned(part: NDArray[Any], bins: int) -> tuple[Ints, Ints]:
    """Of each row of a matrix and bin, how many cells there are, and Σp in units of 2^-37."""
    flat = part.reshape(-1)
    beyond = flat >= _edge(bins, flat.dtype)
    if 2 * int(np.count_nonzero(beyond)) > flat.size:
        return _of_cells(flat, None, part.shape, bins)
    # Most cells are in the first bin, which is what the others leave of the whole.
    counts, total = _of_cells(flat, np.flatnonzero(beyond), part.shape, bins)
    firsts = slice(None, None, bins)
    counts[firsts] += part.shape[1] - counts.reshape(-1, bins).sum(axis=1)
    total[firsts] += totals_of(part) - total.reshape(-1, bins).sum(axis=1)
    return counts, total


def _of_cells(
    flat: NDArray[Any], places: Rows | None, shape: tuple[int, ...], bins: int
) -> tuple[Ints, Ints]:
    """`binned` of the cells at these places of the flattened matrix; None means of all."""
    size, rows = shape
    cells = flat if places is None else flat.take(places)
    p, scaled, spare = _scratch.of(len(cells))
    numbers = spare.view(np.intp)
    p[:] = cells
    # What lies behind the point is cut off.
    numbers[:] = np.multiply(p, bins, out=scaled)
    if size > 1:
        which = np.repeat(np.arange(size), rows) if places is None else places // rows
        numbers += which * (bins + 1)
    p += _SHIFTER
    p -= _SHIFTER
    least = size * (bins + 1)
    counts = np.bincount(numbers, minlength=least)
    # Every sum of so many multiples of 2^-37 is one that a float64 holds.
    total = np.bincount(numbers, weights=p, minlength=least) * UNIT
    return folded(counts, size), folded(total, size)


def totals_of(matrix: NDArray[Any]) -> Ints:
    """Σp of each row of a matrix, in units of 2^-37."""
    shifted = _scratch.of(*matrix.shape)[0]
    np.add(matrix, _SHIFTER, out=shifted)
    total: Ints = np.add.reduce(shifted.view(np.int64), axis=1)
    # Modulo 2^64, in which arrays compute without a word.
    total -= np.full(1, matrix.shape[1]) * SHIFTER_BITS[0]
    return total


@cache
def _edge(bins: int, dtype: np.dtype[Any]) -> Any:
    """The smallest number of this type that is not in the first bin."""
    edge = 1.0 / bins
    while math.nextafter(edge, 0.0) * bins >= 1.0:
        edge = math.nextafter(edge, 0.0)
    while edge * bins < 1.0:
        edge = math.nextafter(edge, 1.0)
    near = dtype.type(edge)
    return near if float(near) >= edge else np.nextafter(near, dtype.type(1))
