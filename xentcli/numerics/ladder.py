"""The ladder of grids that exact sums are kept on: whole numbers of each rung's own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Ints

    Ids = slice | NDArray[np.intp]

UNIT_BITS = 1074
# The grid of level j is 2^-(37 + 47 j): level 0 takes terms below 2^10, as most losses and
# their squares are.
_RUNG = 47
GRID = 37
_COARSEST, _FINEST = -21, 23
_LOW = np.int64(0xFFFFFFFF)
EVERY = slice(None)


class Level:
    """The sums of one rung of the ladder, as whole numbers of its grid.

    A sum is raw + high·2^32 + low; what nothing was added to is not kept. Blocks go to `_raw`,
    which is carried into the others before one of its cells could leave the range of int64:
    none is larger than `_reach`.
    """

    __slots__ = ("_bits", "_high", "_low", "_raw", "_reach", "size")

    def __init__(self, level: int, size: int) -> None:
        self.size = size
        self._bits = SHIFTER_BITS[level]
        self._raw: Ints | None = None
        self._high: Ints | None = None
        self._low: Ints | None = None
        self._reach = 0.0

    def add(self, shifted: Ints, counts: Ints, reach: float, ids: Ids = EVERY) -> None:
        """Adds sums of shifted terms; `reach` bounds the size of any true sum among them."""
        # int64 wraps around, which is harmless: the difference is small and exact.
        self.add_units(shifted - counts * self._bits, reach, ids)

    def add_units(self, whole: Ints, reach: float, ids: Ids) -> None:
        """Adds sums given in units of the grid; `reach` bounds the size of any of them."""
        if self._reach + reach >= 2.0**63:
            self._settle()
        self._reach += reach
        self._raw = self._added(self._raw, whole, ids)

    def add_whole(self, high: Ints, ids: Ids = EVERY) -> None:
        """Adds sums given in units of 2^32 times the grid."""
        self._high = self._added(self._high, high, ids)

    def add_level(self, other: Level, ids: Ids = EVERY) -> None:
        """Adds another level's sums to those with the numbers given, each of which occurs once."""
        if other._reach and other._raw is not None:
            self.add_units(other._raw, other._reach, ids)
        if other._high is not None:
            self._high = self._added(self._high, other._high, ids)
        if other._low is not None:
            self._low = self._added(self._low, other._low, ids)

    def _added(self, sums: Ints | None, more: Ints, ids: Ids) -> Ints:
        if sums is None:
            sums = np.zeros(self.size, dtype=np.int64)
        sums[ids] += more
        return sums

    def _settle(self) -> None:
        if self._reach and self._raw is not None:
            self._high = self._added(self._high, self._raw >> 32, EVERY)
            self._low = self._added(self._low, self._raw & _LOW, EVERY)
            self._raw[:] = 0
            self._reach = 0.0

    def grow(self, size: int) -> None:
        """Makes room for more sums."""
        old, self.size = self.size, size
        for name, sums in self._arrays():
            new = np.zeros(size, dtype=np.int64)
            new[:old] = sums
            setattr(self, name, new)

    def cut(self, start: int, stop: int) -> Level:
        """Some of the sums, to be read: they share their memory with these."""
        cut = object.__new__(Level)
        cut.size, cut._bits, cut._reach = stop - start, self._bits, self._reach
        cut._raw = cut._high = cut._low = None
        for name, sums in self._arrays():
            setattr(cut, name, sums[start:stop])
        return cut

    def _arrays(self) -> list[tuple[str, Ints]]:
        named = (("_raw", self._raw), ("_high", self._high), ("_low", self._low))
        return [(name, sums) for name, sums in named if sums is not None]

    def gathered(self, ids: NDArray[np.intp], count: int, width: int) -> tuple[Ints, Ints]:
        """The sums of groups of every `width` sums, by the number given for each, as halves."""
        high, low = np.zeros((2, count, width), dtype=np.int64)
        for whole, scale in self.parts():
            cells = whole.reshape(-1, width)
            if scale == 1.0:
                np.add.at(high, ids, cells >> 32)
                np.add.at(low, ids, cells & _LOW)
            else:
                np.add.at(high, ids, cells)
        return high.reshape(-1), low.reshape(-1)

    def keeping(self, kept: NDArray[np.bool_], width: int) -> Level:
        """The groups of `width` sums that are marked, behind one in which all others are."""
        size = (int(np.count_nonzero(kept)) + 1) * width
        level = object.__new__(Level)
        level.size, level._bits, level._reach = size, self._bits, self._reach
        level._raw = level._high = level._low = None
        high, low = np.zeros((2, width), dtype=np.int64)
        for name, sums in self._arrays():
            cells = sums.reshape(-1, width)
            few = np.zeros(size, dtype=np.int64)
            few[width:] = cells[kept].reshape(-1)
            setattr(level, name, few)
            others = cells[~kept]
            # Sums of very many raw ones might leave the range of int64: halves do not.
            if name == "_high":
                high += others.sum(axis=0)
            elif name == "_low" or self._reach:
                high += (others >> 32).sum(axis=0)
                low += (others & _LOW).sum(axis=0)
        if high.any() or low.any():
            first = np.arange(width)
            level._high = level._added(level._high, high, first)
            level._low = level._added(level._low, low, first)
        return level

    def add_halves(self, high: Ints, low: Ints) -> None:
        """Adds sums given as halves, high·2^32 + low."""
        self._high = self._added(self._high, high, EVERY)
        self._low = self._added(self._low, low, EVERY)

    def parts(self) -> list[tuple[Ints, float]]:
        """Whole numbers whose sum each sum is, once they are multiplied by what stands beside."""
        raw = self._raw if self._reach else None
        high, low = self._high, self._low
        if raw is not None and (high is not None or low is not None):
            # As `_settle` would leave it, but nothing changes for being read.
            high = (raw >> 32) + (0 if high is None else high)
            low = (raw & _LOW) + (0 if low is None else low)
            raw = None
        named = ((raw, 1.0), (high, 2.0**32), (low, 1.0))
        return [(sums, scale) for sums, scale in named if sums is not None]

    def units(self) -> list[int]:
        """Every sum as a whole number of the grid."""
        totals = [0] * self.size
        for whole, scale in self.parts():
            shift = 0 if scale == 1.0 else 32
            totals = [t + (w << shift) for t, w in zip(totals, whole.tolist(), strict=True)]
        return totals

    def __getstate__(self) -> tuple[Any, ...]:
        raw = self._raw if self._reach else None
        return self.size, self._bits, self._reach, raw, self._high, self._low

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.size, self._bits, self._reach, self._raw, self._high, self._low = state


def level_for(top: float) -> int:
    """The finest level whose range, 2^(47-g), exceeds `top`."""
    level = (_RUNG - GRID - math.frexp(top)[1]) // _RUNG
    if level < _COARSEST:
        raise OverflowError(f"{top!r} is too large to be added exactly")
    return min(level, _FINEST)


def grid_of(level: int) -> int:
    """The level's grid is 2^-g: evenly spaced rungs, the last of them cut to 2^-1074."""
    return min(GRID + _RUNG * level, UNIT_BITS)


SHIFTERS = {
    level: np.float64(math.ldexp(1.5, 52 - grid_of(level)))
    for level in range(_COARSEST, _FINEST + 1)
}
SHIFTER_BITS = {level: shifter.view(np.int64) for level, shifter in SHIFTERS.items()}
