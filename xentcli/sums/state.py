"""The sums of all statistics of a run, by name."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from xentcli.numerics.exact import Sums

if TYPE_CHECKING:
    from collections.abc import Callable


class Part(Protocol):
    """What is kept of all rows besides sums, in bounded memory: a commutative monoid, too."""

    def merge(self, other: Self) -> Self:
        """Both together, as a new one."""
        ...


class Readable(Protocol):
    """Sums by name that can be read: those of a run, or of one of its slices."""

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        ...

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        ...

    def part(self, key: str) -> Any:
        """What is kept of all rows under a name; None where there is nothing."""
        ...


@dataclass
class State:
    """Exact sums by name, `size` to each: a commutative monoid under `merge`.

    `of` and `keep` are for whoever adds; nothing else changes a state, or puts names into it.
    Comparable and picklable; the sums of rows are the same however the rows were grouped
    into batches and states. A name may have several sums in each one's place: its `width`.
    `parts` are kept of all rows besides.
    """

    size: int
    sums: dict[str, Sums] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)

    def of(self, key: str, width: int = 1) -> Sums:
        """The sums under a name, to be added to: zeros where there was no such name."""
        if key not in self.sums:
            self.sums[key] = Sums(self.size * width)
        return self.sums[key]

    def keep(self, key: str, make: Callable[[], Any]) -> Any:
        """What is kept under a name, to be added to: a new one where there was no such name."""
        if key not in self.parts:
            self.parts[key] = make()
        return self.parts[key]

    def read(self, key: str, width: int = 1) -> Sums:
        """The sums under a name, to be read: zeros where there is no such name."""
        known = self.sums.get(key)
        return Sums(self.size * width) if known is None else known

    def part(self, key: str) -> Any:
        """What is kept of all rows under a name; None where there is nothing."""
        return self.parts.get(key)

    def width(self, key: str) -> int:
        """How many sums a name has in each one's place."""
        return max(1, self.sums[key].size // max(self.size, 1)) if key in self.sums else 1

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        return self.read(key).units()

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        counts: list[int] = self.read(key).infinite.tolist()
        return counts

    def merge(self, other: State) -> State:
        """The sums of both, as a new state."""
        merged = State(self.size)
        for key in {**self.sums, **other.sums}:
            width = max(self.width(key), other.width(key))
            merged.sums[key] = self.read(key, width).merge(other.read(key, width))
        for key in {**self.parts, **other.parts}:
            known = [s.parts[key] for s in (self, other) if key in s.parts]
            merged.parts[key] = known[0].merge(known[1]) if len(known) == 2 else deepcopy(known[0])
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self.size != other.size:
            return NotImplemented
        widths = {key: max(self.width(key), other.width(key)) for key in {*self.sums, *other.sums}}
        return self.parts == other.parts and all(
            self.read(key, width) == other.read(key, width) for key, width in widths.items()
        )

    __hash__ = None  # type: ignore[assignment]  # states grow, so they are no keys


class Whole:
    """All slices' or replicates' sums as whole numbers, made of each key once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[str, tuple[list[int], list[int]]] = {}

    def of(self, key: str) -> tuple[list[int], list[int]]:
        """The sums under a name, and how many infinite terms each was given."""
        if key not in self._read:
            self._read[key] = self._state.units(key), self._state.infinite(key)
        return self._read[key]

    def cells(self, key: str, place: int, size: int) -> slice:
        """Where the sums of one under a name lie, `size` to each, or more of wide names."""
        size *= self._state.width(key)
        return slice(place * size, (place + 1) * size)


class Reading(NamedTuple):
    """The sums of one slice, or of one replicate, to be read."""

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
