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
from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.ladder import EVERY, GRID, SHIFTERS, UNIT_BITS, Level, grid_of, level_for
from xentcli.numerics.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Floats, Ints
    from xentcli.numerics.groups import Groups
    from xentcli.numerics.ladder import Ids


MAX_ROWS = 1 << 15
_NOTHING = np.zeros(1, dtype=np.int64)
# With so many groups it pays to look for the largest, which bounds every sum.
_MANY = 16
_scratch = Scratch(2, MAX_ROWS)


class Sums:
    """A vector of exact sums of float64 terms: a commutative monoid under `merge`.

    Two vectors are equal when their sums are, whatever was added in whatever order.
    >>> from xentcli.numerics.groups import Groups
    >>> a = Sums(1).add(np.array([1e16, 1.0, -1e16]), Groups.single(3))
    >>> a.value(0)
    1.0
    """

    __slots__ = ("_infinite", "_levels", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._infinite: Ints | None = None
        self._levels: dict[int, Level] = {}

    @property
    def infinite(self) -> Ints:
        """How many infinite terms each sum was given, to be read."""
        return np.zeros(self.size, dtype=np.int64) if self._infinite is None else self._infinite

    def add_infinite(self, counts: Ints, ids: Ids = EVERY) -> None:
        """Counts infinite terms of every sum, or of those with the numbers given."""
        if self._infinite is None:
            self._infinite = np.zeros(self.size, dtype=np.int64)
        self._infinite[ids] += counts

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
            self.add_infinite(groups.count(endless), groups.ids)
            terms = np.where(endless, 0.0, terms)
            top = _largest(terms)
        if top == 0.0:
            return self
        level = level_for(top)
        rounded, rest = _scratch.of(len(terms))
        most = len(terms) if len(groups.counts) < _MANY else int(groups.counts.max())
        while True:
            shifter = SHIFTERS[level]
            np.add(terms, shifter, out=rounded)
            grid = grid_of(level)
            # Rounding may take a term up by one unit.
            reach = most * (math.ldexp(top, grid) + 1)
            sums = groups.sum(rounded.view(np.int64))
            self._level(level).add(sums, groups.counts, reach, groups.ids)
            # A float64 of this size and more has no bits below the grid.
            if math.ldexp(low, grid - 52) >= 1.0:
                return self
            np.subtract(rounded, shifter, out=rounded)
            terms = np.subtract(terms, rounded, out=rest)
            if not np.logical_or.reduce(terms):
                return self
            top = math.ldexp(1.0, -grid)
            level += 1

    def add_coarse(self, terms: Floats, weights: Floats | None, groups: Groups) -> Sums:
        """Adds w·x to each group, every x first rounded to a multiple of 2^-37.

        Cheaper than `add` without weights, and enough for means of probabilities. Terms
        are at most 1.
        """
        shifted = np.add(terms, SHIFTERS[0], out=_scratch.of(len(terms))[0])
        if weights is not None:
            np.subtract(shifted, SHIFTERS[0], out=shifted)
            return self.add(shifted * weights, groups)
        sums = groups.sum(shifted.view(np.int64))
        self._level(0).add(sums, groups.counts, math.ldexp(len(terms), GRID), groups.ids)
        return self

    def add_coarse_at(self, terms: Floats, numbers: NDArray[np.intp]) -> Sums:
        """Adds x, rounded to a multiple of 2^-37, to the sum whose number stands beside it.

        Terms are at most 1, so the sums of a block's are exact as float64s, in any order.
        """
        shifted = np.add(terms, SHIFTERS[0], out=_scratch.of(len(terms))[0])
        np.subtract(shifted, SHIFTERS[0], out=shifted)
        sums = np.bincount(numbers, weights=shifted)
        ids = np.flatnonzero(sums)
        whole = np.ldexp(sums[ids], GRID).astype(np.int64)
        self._level(0).add_units(whole, math.ldexp(len(terms), GRID), ids)
        return self

    def add_matrix_coarse(self, terms: NDArray[np.floating]) -> Sums:
        """Adds row k of the matrix `terms` to sum k, as `add_coarse` adds one group."""
        rows = terms.shape[1]
        total = np.zeros(self.size, dtype=np.int64)
        shifted = _scratch.of(rows)[0]
        for k, row in enumerate(terms):
            np.add(row, SHIFTERS[0], out=shifted)
            total[k] = np.add.reduce(shifted.view(np.int64))
        counts = np.zeros(self.size, dtype=np.int64)
        counts[: len(terms)] = rows
        self._level(0).add(total, counts, math.ldexp(rows, GRID))
        return self

    def add_counts(self, counts: Ints, ids: Ids = EVERY) -> Sums:
        """Adds a whole number to every sum, or to those with the numbers given."""
        self._level(0).add_whole(counts << (GRID - 32), ids)
        return self

    def add_grid(self, whole: Ints, reach: float, ids: Ids = EVERY) -> Sums:
        """Adds whole numbers of 2^-37, none larger than `reach`: what `add_coarse` makes of terms.

        >>> Sums(2).add_grid(np.array([1 << 37, 1 << 36]), 2.0**37)
        Sums([1.0, 0.5])
        """
        self._level(0).add(whole, _NOTHING, reach, ids)
        return self

    def add_sums(self, other: Sums, ids: Ids) -> Sums:
        """Adds other sums to those with the numbers given, each of which occurs once."""
        if other._infinite is not None:
            self.add_infinite(other._infinite, ids)
        for number, level in other._levels.items():
            self._level(number).add_level(level, ids)
        return self

    def grow(self, size: int) -> None:
        """Makes room for more sums, which are 0."""
        if self._infinite is not None:
            self._infinite = np.append(self._infinite, np.zeros(size - self.size, dtype=np.int64))
        self.size = size
        for level in self._levels.values():
            level.grow(size)

    def gathered(self, ids: NDArray[np.intp], count: int, width: int) -> Sums:
        """The sums of `count` groups: of every `width` sums, the group's number is in `ids`."""
        total = Sums(count * width)
        if self._infinite is not None:
            total._infinite = np.zeros(count * width, dtype=np.int64)
            cells = self._infinite.reshape(-1, width)
            np.add.at(total._infinite.reshape(count, width), ids, cells)
        for number, level in self._levels.items():
            total._level(number).add_halves(*level.gathered(ids, count, width))
        return total

    def keeping(self, kept: NDArray[np.bool_], width: int) -> Sums:
        """The groups of `width` sums that are marked, behind one in which all others are."""
        total = Sums((int(np.count_nonzero(kept)) + 1) * width)
        if self._infinite is not None:
            own = self._infinite.reshape(-1, width)
            total._infinite = np.append(own[~kept].sum(axis=0), own[kept])
        for number, level in self._levels.items():
            total._levels[number] = level.keeping(kept, width)
        return total

    def part(self, start: int, stop: int) -> Sums:
        """Some of the sums, to be read: they share their memory with these."""
        part = Sums(stop - start)
        if self._infinite is not None:
            part._infinite = self._infinite[start:stop]
        part._levels = {number: level.cut(start, stop) for number, level in self._levels.items()}
        return part

    def _level(self, level: int) -> Level:
        known = self._levels.get(level)
        if known is None:
            known = self._levels[level] = Level(level, self.size)
        return known

    def merge(self, other: Sums) -> Sums:
        """The sums of both, as a new vector. Raises ValueError when the sizes differ."""
        if self.size != other.size:
            raise ValueError(f"sums of {self.size} and {other.size} groups cannot be merged")
        return Sums(self.size).add_sums(self, EVERY).add_sums(other, EVERY)

    def units(self) -> list[int]:
        """Every sum as a whole number of 2^-1074, infinite terms left out."""
        totals = [0] * self.size
        for number, level in self._levels.items():
            shift = UNIT_BITS - grid_of(number)
            totals = [t + (u << shift) for t, u in zip(totals, level.units(), strict=True)]
        return totals

    def parts(self) -> Iterator[tuple[Ints, float]]:
        """Whole numbers and what each is worth, the finest first: the sums are sums of those."""
        for number in sorted(self._levels, reverse=True):
            grid = math.ldexp(1.0, -grid_of(number))
            for whole, scale in self._levels[number].parts():
                yield whole, scale * grid

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

    def __getstate__(self) -> tuple[int, Ints | None, dict[int, Level]]:
        return self.size, self._infinite, self._levels

    def __setstate__(self, state: tuple[int, Ints | None, dict[int, Level]]) -> None:
        self.size, self._infinite, self._levels = state


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
    above, below = value.as_integer_ratio()
    return above * ((1 << UNIT_BITS) // below)


def _largest(terms: Floats) -> float:
    return float(max(np.maximum.reduce(terms), -np.minimum.reduce(terms)))
