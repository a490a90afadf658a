"""Isotonic regression by pooling adjacent violators: the best fit that never falls.

Cells in the order of their score, each with a weight of ones out of a total weight; the fit
gives every cell the share of ones of its pool. Weights are whole numbers here, and shares are
compared by multiplying across, so that no rounding decides what is pooled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.numerics.exact import ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats


class Cells(NamedTuple):
    """Rows of equal score together: the scores, ascending, and each one's weights and rows.

    `ones` and `totals` are in whole numbers of a common unit, which is 1 where rows are not
    weighted, and else a power of two that all weights are multiples of.
    """

    scores: Floats
    ones: list[int]
    totals: list[int]
    rows: list[int]


class Pool(NamedTuple):
    """Neighbouring cells with one fitted value: from number `start` up to, without, `stop`."""

    start: int
    stop: int
    ones: int
    total: int

    @property
    def value(self) -> float:
        """The share of ones, rounded once; 0 of a pool without weight."""
        return ratio(self.ones, self.total) if self.total else 0.0


def cells(scores: Floats, ones: Floats | NDArray[np.bool_], weights: Floats | None = None) -> Cells:
    """The rows by score: how much weight each score has, and how much of it is of ones.

    `ones` says, row by row, whether it is a one, or how much of it is. Equal scores make one
    cell: no function of the score can tell them apart.

    >>> found = cells(np.array([0.7, 0.2, 0.7]), np.array([True, False, False]))
    >>> found.scores.tolist(), found.ones, found.totals
    ([0.2, 0.7], [0, 1], [1, 2])
    """
    distinct, numbers = np.unique(scores, return_inverse=True)
    rows = np.bincount(numbers, minlength=len(distinct)).tolist()
    if weights is None and ones.dtype == np.bool_:
        counts = np.bincount(numbers[ones], minlength=len(distinct)).tolist()
        return Cells(distinct, counts, list(rows), rows)
    whole = np.ones(len(scores)) if weights is None else weights.astype(np.float64)
    part = whole * ones
    units = _common_units(np.concatenate((part, whole)).tolist())
    of_ones, totals = [0] * len(distinct), [0] * len(distinct)
    for number, one, total in zip(
        numbers.tolist(), units[: len(part)], units[len(part) :], strict=True
    ):
        of_ones[number] += one
        totals[number] += total
    return Cells(distinct, of_ones, totals, rows)


def _common_units(values: list[float]) -> list[int]:
    """Float64s as whole numbers of the largest power of two that all are multiples of."""
    ratios = [v.as_integer_ratio() for v in values]
    finest = max((d for _, d in ratios), default=1)
    # The denominators are powers of two, so each divides the largest.
    return [n * (finest // d) for n, d in ratios]


def pool(ones: Sequence[int], totals: Sequence[int]) -> list[Pool]:
    """The pools of the isotonic regression of ones/totals on the order of the cells.

    Minimises Σ totals (ones/totals - f)², and any other proper score, over all f that never
    fall; values of neighbouring pools are strictly increasing. A cell of total 0 joins a
    neighbour. Whole numbers of any size; linear in the number of cells.

    >>> [(p.start, p.stop, p.value) for p in pool([0, 1, 0, 1], [1, 1, 1, 1])]
    [(0, 1, 0.0), (1, 3, 0.5), (3, 4, 1.0)]

    Source: Ayer et al. 1955; Barlow et al. 1972; Dimitriadis, Gneiting and Jordan 2021.
    """
    # Three stacks: where each pool starts, and its two sums.
    starts: list[int] = []
    sums: list[int] = []
    weights: list[int] = []
    for number, (one, total) in enumerate(zip(ones, totals, strict=True)):
        start = number
        # A pool on the left whose share is as large swallows the one on its right.
        while starts and sums[-1] * total >= one * weights[-1]:
            start = starts.pop()
            one += sums.pop()  # noqa: PLW2901 - the pool at hand grows
            total += weights.pop()  # noqa: PLW2901 - the same
        starts.append(start)
        sums.append(one)
        weights.append(total)
    stops = [*starts[1:], len(ones)]
    return [Pool(*fields) for fields in zip(starts, stops, sums, weights, strict=False)]
