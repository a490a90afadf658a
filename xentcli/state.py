"""The sums of all statistics of a run, by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from xentcli.exact import Sums


@dataclass
class State:
    """Exact sums by name, `size` to each: a commutative monoid under `merge`.

    Comparable and picklable; the sums of rows are the same however the rows were grouped
    into batches and states.
    """

    size: int
    sums: dict[str, Sums] = field(default_factory=dict)

    def of(self, key: str) -> Sums:
        """The sums under a name, zeros where nothing has been added."""
        if key not in self.sums:
            self.sums[key] = Sums(self.size)
        return self.sums[key]

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        return self.of(key).units()

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        counts: list[int] = self.of(key).infinite.tolist()
        return counts

    def merge(self, other: State) -> State:
        """The sums of both, as a new state."""
        merged = State(self.size)
        for key in {**self.sums, **other.sums}:
            merged.sums[key] = self.of(key).merge(other.of(key))
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self.size != other.size:
            return NotImplemented
        return all(self.of(key) == other.of(key) for key in {*self.sums, *other.sums})

    __hash__ = None  # type: ignore[assignment]  # states grow, so they are no keys
