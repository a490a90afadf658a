"""Sums of a data set resampled many times over: the replicates of a bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xentcli.sums.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Replicates:
    """Exact sums of each replicate, `size` to a key: a commutative monoid under `merge`.

    `count` replicates are numbered from 0. Replicate b of some rows and replicate b of others
    make replicate b of them all, since each row's weight is its own (see `poisson`).
    """

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.size = size
        self.state = State(count * size)

    def merge(self, other: Replicates) -> Replicates:
        """The sums of both, as new replicates. Raises ValueError where they are not as many."""
        if (self.count, self.size) != (other.count, other.size):
            raise ValueError(f"{self.count} replicates and {other.count} cannot be merged")
        merged = Replicates(self.count, self.size)
        merged.state = self.state.merge(other.state)
        return merged

    def readings(self) -> Iterator[Reading]:
        """The sums of each replicate, to be read."""
        known = _Known(self.state)
        return (Reading(known, place, self.count) for place in range(self.count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Replicates):
            return NotImplemented
        same = (self.count, self.size) == (other.count, other.size)
        return same and self.state == other.state

    __hash__ = None  # type: ignore[assignment]  # replicates grow, so they are no keys


class _Known:
    """All sums as whole numbers, made of each key once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._units: dict[str, list[int]] = {}
        self._infinite: dict[str, list[int]] = {}

    def units(self, key: str) -> list[int]:
        if key not in self._units:
            self._units[key] = self._state.units(key)
        return self._units[key]

    def infinite(self, key: str) -> list[int]:
        if key not in self._infinite:
            self._infinite[key] = self._state.infinite(key)
        return self._infinite[key]


class Reading(NamedTuple):
    """The sums of replicate number `place` of `all`, to be read."""

    known: _Known
    place: int
    all: int

    def _of(self, sums: list[int]) -> list[int]:
        """Its part of all replicates' sums under a name."""
        each = len(sums) // self.all
        return sums[self.place * each : (self.place + 1) * each]

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        return self._of(self.known.units(key))

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        return self._of(self.known.infinite(key))

    def part(self, key: str) -> None:
        """Nothing: other parts than sums are kept of all rows."""
        del key
