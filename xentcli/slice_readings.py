"""The sums of single slices, to be read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xentcli.sums.state import State


class Whole:
    """All slices' sums as whole numbers, made of each key once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[str, tuple[list[int], list[int]]] = {}

    def of(self, key: str) -> tuple[list[int], list[int]]:
        """The sums under a name, and how many infinite terms each was given."""
        if key not in self._read:
            self._read[key] = self._state.units(key), self._state.infinite(key)
        return self._read[key]

    def cells(self, key: str, place: int, size: int) -> slice:
        """Where a slice's sums under a name lie, `size` to a slice, or more of wide names."""
        size *= self._state.width(key)
        return slice(place * size, (place + 1) * size)


class Reading(NamedTuple):
    """One slice's sums, to be read."""

    whole: Whole
    place: int
    size: int

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        return self.whole.of(key)[0][self.whole.cells(key, self.place, self.size)]

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        return self.whole.of(key)[1][self.whole.cells(key, self.place, self.size)]

    def part(self, key: str) -> None:
        """Nothing: other parts than sums are kept of all rows."""
        del key
