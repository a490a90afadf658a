"""Cells of a matrix of probabilities counted and added up by bins of equal width.

Counts and sums are whole numbers, of 1 and of 2^-37, so that they add up in any order.
"""

from __future__ import annotations

import math
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.exact import MAX_ROWS
from xentcli.numerics.ladder import GRID, SHIFTER_BITS, SHIFTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]

# Rounds to multiples of 2^-37, which float64 adds exactly over 2^15 rows.
_SHIFTER = SHIFTERS[0]
UNIT = 2.0**GRID


class Scratch(threading.local):
    """Working arrays of each thread, reused: fresh ones cost more than what is done in them."""

    def __init__(self) -> None:
        self.of_cells = np.empty((3, MAX_ROWS))

    def of(self, size: int) -> Floats:
        """Three numbers for each of so many cells."""
        if size > self.of_cells.shape[1]:
            self.of_cells = np.empty((3, size))
        return self.of_cells[:, :size]


scratch = Scratch()


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
    p, scaled, spare = scratch.of(len(cells))
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
    shifted = scratch.of(matrix.size)[0].reshape(matrix.shape)
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
