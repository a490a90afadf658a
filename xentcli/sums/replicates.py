"""Sums of a data set resampled many times over: the replicates of a bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.sums.state import Reading, State, Whole

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        whole = Whole(self.state)
        return (Reading(whole, place, self.size) for place in range(self.count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Replicates):
            return NotImplemented
        same = (self.count, self.size) == (other.count, other.size)
        return same and self.state == other.state

    __hash__ = None  # type: ignore[assignment]  # replicates grow, so they are no keys
