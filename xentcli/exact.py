"""Sums that come out the same in any order, because they are exact.

A float64 is a whole number of units of 2^-1074, so the sum of any of them is a whole
number too, and whole numbers add up in any order to the same thing. To add quickly, a
block of terms is split along a fixed ladder of grids: adding 1.5·2^(52-g) to a term rounds
it to a multiple of 2^-g and leaves that multiple in the low bits of the result, where numpy
adds it as an int64; the remainder goes to the next finer grid, until nothing remains. The
rungs are 47 bits apart, so the terms of a block of 2^15 rows cannot overflow.

Prior art: ReproBLAS (Demmel and Nguyen 2015), Shewchuk (1997), Python's `math.fsum`.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np

from xentcli.groups import Groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

UNIT_BITS = 1074
MAX_ROWS = 1 << 15
# The grid of level j is 2^-(37 + 47 j): level 0 takes terms below 2^10, as most losses and
# their squares are.
_RUNG = 47
_GRID = 37
_COARSEST, _FINEST = -21, 23
_LOW = np.int64(0xFFFFFFFF)


class _Level:
    """The sums of one rung of the ladder, as whole numbers of its grid.

    Blocks are added as they come, shifts and all, modulo 2^64; `_settle` takes the shifts
    off and carries into `_high` and `_low` (value: high·2^32 + low) before the true sum
    could leave the range of int64.
    """

    __slots__ = ("_bits", "_counts", "_high", "_low", "_raw", "_reach")

    def __init__(self, level: int, size: int) -> None:
        self._bits = _SHIFTER_BITS[level]
        self._raw, self._counts, self._high, self._low = np.zeros((4, size), dtype=np.int64)
        self._reach = 0.0

    def add(self, shifted: Ints, counts: Ints, reach: float) -> None:
        """Adds sums of shifted terms; `reach` bounds the size of any true sum among them."""
        if self._reach + reach >= 2.0**63:
            self._settle()
        self._reach += reach
        self._raw += shifted
        self._counts += counts

    def add_whole(self, high: Ints, low: Ints | int) -> None:
        """Adds sums given as halves."""
        self._high += high
        self._low += low

    def halves(self) -> tuple[Ints, Ints]:
        """The sums as halves."""
        self._settle()
        return self._high, self._low

    def _settle(self) -> None:
        # int64 wraps around, which is harmless: the difference is small and exact.
        total = self._raw - self._counts * self._bits
        self._high += total >> 32
        self._low += total & _LOW
        self._raw[:] = 0
        self._counts[:] = 0
        self._reach = 0.0

    def __getstate__(self) -> tuple[np.int64, Ints, Ints]:
        return self._bits, *self.halves()

    def __setstate__(self, state: tuple[np.int64, Ints, Ints]) -> None:
        self._bits, self._high, self._low = state
        self._raw, self._counts = np.zeros((2, len(self._high)), dtype=np.int64)
        self._reach = 0.0


class _Scratch(threading.local):
    """Working arrays of each thread, reused so that they stay in its processor's cache."""

    def __init__(self) -> None:
        self.rows = np.empty((2, MAX_ROWS))

    def of(self, size: int) -> Floats:
        """Two arrays of this size."""
        if size > self.rows.shape[1]:
            self.rows = np.empty((2, size))
        return self.rows[:, :size]


_scratch = _Scratch()


class Sums:
    """A vector of exact sums of float64 terms: a commutative monoid under `merge`.

    Two vectors are equal when their sums are, whatever was added in whatever order.

    >>> a = Sums(1).add(np.array([1e16, 1.0, -1e16]), Groups.single(3))
    >>> a.value(0)
    1.0
    """

    __slots__ = ("_levels", "infinite", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.infinite: Ints = np.zeros(size, dtype=np.int64)
        self._levels: dict[int, _Level] = {}

    def add(
        self, terms: Floats, groups: Groups, top: float | None = None, low: float = 0.0
    ) -> Sums:
        """Adds up each group's terms; infinite ones are counted in `infinite` instead.

        `terms` is not changed. `top`, where it is known, is the largest term's size: no
        term may exceed it. `low`, where it is known, is a size that none falls below, zero
        included: it spares the search for remainders. Groups of more than 2^15 terms are taken
        in pieces by the caller. Raises OverflowError for finite terms of 2^997 and more.
        """
        if not len(terms):
            return self
        if top is None:
            top = _largest(terms)
        if top == math.inf:
            endless = np.isinf(terms)
            self.infinite += groups.count(endless)
            terms = np.where(endless, 0.0, terms)
            top = _largest(terms)
        if top == 0.0:
            return self
        level = _level_for(top)
        rounded, rest = _scratch.of(len(terms))
        most = len(terms) if len(terms) <= MAX_ROWS else int(groups.counts.max())
        while True:
            shifter = _SHIFTERS[level]
            np.add(terms, shifter, out=rounded)
            grid = _grid(level)
            # Rounding may take a term up by one unit.
            reach = most * (math.ldexp(top, grid) + 1)
            self._level(level).add(groups.sum(rounded.view(np.int64)), groups.counts, reach)
            # A float64 of this size and more has no bits below the grid.
            if math.ldexp(low, grid - 52) >= 1.0:
                return self
            np.subtract(rounded, shifter, out=rounded)
            terms = np.subtract(terms, rounded, out=rest)
            if not np.logical_or.reduce(terms):
                return self
            top = math.ldexp(1.0, -grid)
            level += 1

    def add_coarse(self, group: int, terms: Floats, weights: Floats | None) -> Sums:
        """Adds w·x to one group, every x first rounded to a multiple of 2^-37.

        Cheaper than `add` without weights, and enough for means of probabilities. Terms
        are at most 1.
        """
        shifted = np.add(terms, _SHIFTERS[0], out=_scratch.of(len(terms))[0])
        if weights is not None:
            np.subtract(shifted, _SHIFTERS[0], out=shifted)
            return self.add(shifted * weights, Groups.only(group, len(terms), self.size))
        total, counts = np.zeros((2, self.size), dtype=np.int64)
        total[group] = np.add.reduce(shifted.view(np.int64))
        counts[group] = len(terms)
        self._level(0).add(total, counts, math.ldexp(len(terms), _GRID))
        return self

    def add_matrix_coarse(self, terms: NDArray[np.floating]) -> Sums:
        """Adds row k of the matrix `terms` to sum k, as `add_coarse` adds one group."""
        rows = terms.shape[1]
        total = np.zeros(self.size, dtype=np.int64)
        shifted = _scratch.of(rows)[0]
        for k, row in enumerate(terms):
            np.add(row, _SHIFTERS[0], out=shifted)
            total[k] = np.add.reduce(shifted.view(np.int64))
        counts = np.zeros(self.size, dtype=np.int64)
        counts[: len(terms)] = rows
        self._level(0).add(total, counts, math.ldexp(rows, _GRID))
        return self

    def add_counts(self, counts: Ints) -> Sums:
        """Adds a whole number to every sum."""
        self._level(0).add_whole(counts << (_GRID - 32), 0)
        return self

    def _level(self, level: int) -> _Level:
        known = self._levels.get(level)
        if known is None:
            known = self._levels[level] = _Level(level, self.size)
        return known

    def merge(self, other: Sums) -> Sums:
        """The sums of both, as a new vector. Raises ValueError when the sizes differ."""
        if self.size != other.size:
            raise ValueError(f"sums of {self.size} and {other.size} groups cannot be merged")
        merged = Sums(self.size)
        merged.infinite = self.infinite + other.infinite
        for levels in (self._levels, other._levels):
            for number, level in levels.items():
                merged._level(number).add_whole(*level.halves())
        return merged

    def units(self) -> list[int]:
        """Every sum as a whole number of 2^-1074, infinite terms left out."""
        totals = [0] * self.size
        for number, level in self._levels.items():
            shift = UNIT_BITS - _grid(number)
            high, low = (half.tolist() for half in level.halves())
            for i in range(self.size):
                totals[i] += ((high[i] << 32) + low[i]) << shift
        return totals

    def value(self, index: int) -> float:
        """One sum as the nearest float64, infinite when an infinite term was added."""
        return math.inf if self.infinite[index] else ratio(self.units()[index], 1 << UNIT_BITS)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sums):
            return NotImplemented
        return (
            self.size == other.size
            and bool(np.array_equal(self.infinite, other.infinite))
            and self.units() == other.units()
        )

    __hash__ = None  # type: ignore[assignment]  # sums grow, so they are no keys

    def __repr__(self) -> str:
        return f"Sums({[self.value(i) for i in range(self.size)]})"

    def __getstate__(self) -> tuple[int, Ints, dict[int, _Level]]:
        return self.size, self.infinite, self._levels

    def __setstate__(self, state: tuple[int, Ints, dict[int, _Level]]) -> None:
        self.size, self.infinite, self._levels = state


def ratio(numerator: int, denominator: int) -> float:
    """The quotient of two whole numbers as the nearest float64; inf where it is too large.

    >>> ratio(1, 3)
    0.3333333333333333
    """
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator < 0) == (denominator < 0) else -math.inf


def units_of(value: float) -> int:
    """A float64 as a whole number of 2^-1074.

    >>> units_of(1.0) == 2**1074
    True
    """
    numerator, denominator = value.as_integer_ratio()
    return numerator * ((1 << UNIT_BITS) // denominator)


def _largest(terms: Floats) -> float:
    return float(max(np.maximum.reduce(terms), -np.minimum.reduce(terms)))


def _level_for(top: float) -> int:
    """The finest level whose range, 2^(47-g), exceeds `top`."""
    level = (_RUNG - _GRID - math.frexp(top)[1]) // _RUNG
    if level < _COARSEST:
        raise OverflowError(f"{top!r} is too large to be added exactly")
    return min(level, _FINEST)


def _grid(level: int) -> int:
    """The level's grid is 2^-g: evenly spaced rungs, the last of them cut to 2^-1074."""
    return min(_GRID + _RUNG * level, UNIT_BITS)


_SHIFTERS = {
    level: np.float64(math.ldexp(1.5, 52 - _grid(level))) for level in range(_COARSEST, _FINEST + 1)
}
_SHIFTER_BITS = {level: shifter.view(np.int64) for level, shifter in _SHIFTERS.items()}
