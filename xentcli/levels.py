"""The ladder of grids that exact sums are kept on: whole numbers of each rung's own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
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

    Blocks are added as they come, shifts and all, modulo 2^64; `_settle` takes the shifts
    off and carries into `_high` and `_low` (value: high·2^32 + low) before the true sum
    could leave the range of int64.
    """

    __slots__ = ("_bits", "_counts", "_high", "_low", "_raw", "_reach")

    def __init__(self, level: int, size: int) -> None:
        self._bits = SHIFTER_BITS[level]
        self._raw, self._counts, self._high, self._low = np.zeros((4, size), dtype=np.int64)
        self._reach = 0.0

    def add(self, shifted: Ints, counts: Ints, reach: float, ids: Ids = EVERY) -> None:
        """Adds sums of shifted terms; `reach` bounds the size of any true sum among them."""
        if self._reach + reach >= 2.0**63:
            self._settle()
        self._reach += reach
        self._raw[ids] += shifted
        self._counts[ids] += counts

    def add_whole(self, high: Ints, low: Ints | int, ids: Ids = EVERY) -> None:
        """Adds sums given as halves."""
        self._high[ids] += high
        self._low[ids] += low

    def grow(self, size: int) -> None:
        """Makes room for more sums."""
        for name in ("_raw", "_counts", "_high", "_low"):
            old = getattr(self, name)
            new = np.zeros(size, dtype=np.int64)
            new[: len(old)] = old
            setattr(self, name, new)

    def halves(self) -> tuple[Ints, Ints]:
        """The sums as halves."""
        self._settle()
        return self._high, self._low

    def _settle(self) -> None:
        if not self._reach:
            return
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
