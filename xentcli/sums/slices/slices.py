"""Sums by slice: for every value of the columns that rows are sliced by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.sums.slices.keys import Key, Places, hashes_of, hashes_of_whole
from xentcli.sums.state import Reading, State, Whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Ints, Rows
    from xentcli.sums.state import Readable


# So many slices, and sums of all kinds, may a worker keep, unless more slices are asked for: some
# 64 MB, times two or three for the names of the slices and the grids of the sums.
MOST_SLICES = 1 << 18
MOST_SUMS = 1 << 23
_EVERY = 1 << 62


class Slices:
    """Exact sums by slice, `size` to each and key: a commutative monoid under `merge`.

    `places` numbers the slices as they come up. In `state`, the sums of slice number i stand in
    slot i + 1; slot 0 is for all slices that are left out, for where there are more than `most`:
    those with the largest hashes, so that the ones kept are a function of the values alone.
    There is room in `state` for all of them, and more.
    """

    def __init__(self, size: int, most: int = _EVERY) -> None:
        self.size = size
        self.most = most
        # Slices with this hash, and larger ones, are left out.
        self.bar: int | None = None
        # Slots keep their numbers while this one stays the same.
        self.version = 0
        self.places = Places()
        self.state = State(0)
        self._make_room()

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self.places) + 1

    @property
    def _crowd(self) -> int:
        """How many slices are so many more than may stay that it is worth leaving them out."""
        return self.most + max(self.most // 4, 1 << 10)

    def _make_room(self) -> None:
        """Makes room for all slices."""
        cells = self.slots * self.size
        if cells <= self.state.size:
            return
        # Room for as many again, but not for more than there may be.
        size = max(64 * self.size, min(2 * cells, max(cells, self._crowd * self.size)))
        for key, sums in self.state.sums.items():
            sums.grow(size * self.state.width(key))
        self.state.size = size

    def of_keys(self, keys: Sequence[Key]) -> Rows:
        """The slots of slices, with room for their sums."""
        if self.bar is None:
            numbers = self.places.of_keys(keys)
        else:
            below = hashes_of(keys) < self.bar
            kept = [key for key, keep in zip(keys, below.tolist(), strict=True) if keep]
            numbers = np.full(len(keys), -1, dtype=np.intp)
            numbers[below] = self.places.of_keys(kept)
        return self.of_keys(keys) if self._crowded() else numbers + 1

    def of_whole(self, values: Ints) -> Rows:
        """The slots of the slices of whole numbers, with room for their sums."""
        if self.bar is None:
            numbers = self.places.of_whole(values)
        else:
            below = hashes_of_whole(values) < self.bar
            numbers = np.full(len(values), -1, dtype=np.intp)
            if below.any():
                numbers[below] = self.places.of_whole(values[below])
        return self.of_whole(values) if self._crowded() else numbers + 1

    def _crowded(self) -> bool:
        """Makes room for all slices; or leaves some out, and says so, as slots move then."""
        self._make_room()
        crowded = len(self.places) >= self._crowd
        if crowded:
            self.settle()
        return crowded

    def settle(self) -> None:
        """Keeps no more than the `most` slices with the smallest hashes, and sums up the others."""
        kept = self.settled()
        if kept is not self:
            self.places, self.state, self.bar = kept.places, kept.state, kept.bar
            self.version += 1

    def settled(self) -> Slices:
        """What `settle` would leave, to be read; these themselves where they are few enough."""
        if len(self.places) <= self.most:
            return self
        hashes = self.places.hashes()
        bar = int(np.partition(hashes, self.most)[self.most])
        kept = self.keeping(hashes < bar)
        kept.bar = bar
        return kept

    def keeping(self, kept: NDArray[np.bool_]) -> Slices:
        """The slices that are marked; the sums of the others go to what is left out."""
        result = Slices(self.size, self.most)
        result.bar = self.bar
        result.places = self.places.subset(kept)
        result.state = State(result.slots * self.size)
        there = np.append(False, kept)
        for key, sums in self.state.sums.items():
            width = self.size * self.state.width(key)
            result.state.sums[key] = sums.part(0, self.slots * width).keeping(there, width)
        return result

    def grouped(self, part: slice) -> tuple[Slices, Rows]:
        """Slices by some of the columns, and which of them each of these falls into."""
        result = Slices(self.size, self.most)
        keys = [key[part] for key in self.places.keys()]  # noqa: SIM118 - no dict
        numbers = result.places.of_keys(keys)
        result.state = self.gathered(np.append(0, numbers + 1), result.slots)
        return result, numbers

    def gathered(self, ids: Rows, count: int) -> State:
        """The sums of slots by the number given for each, as a state of `count` of them."""
        state = State(count * self.size)
        for key, sums in self.state.sums.items():
            width = self.size * self.state.width(key)
            state.sums[key] = sums.part(0, self.slots * width).gathered(ids, count, width)
        return state

    def merge(self, other: Slices) -> Slices:
        """The sums of both, as new slices."""
        merged = Slices(max(self.size, other.size), min(self.most, other.most))
        merged.bar = min((b for b in (self.bar, other.bar) if b is not None), default=None)
        parts = []
        for part in (self, other):
            if merged.bar is not None:
                part = part.keeping(part.places.hashes() < merged.bar)  # noqa: PLW2901
            parts.append((part, np.append(-1, merged.places.take_in(part.places)) + 1))
        merged._make_room()
        for part, slots in parts:
            for key, sums in part.state.sums.items():
                width = part.state.width(key)
                cells = _cells(slots, merged.size * width)
                merged.state.of(key, width).add_sums(sums.part(0, len(cells)), cells)
        merged._crowded()
        return merged

    def total(self) -> State:
        """The sums over all slices, those left out among them."""
        return self.gathered(np.zeros(self.slots, dtype=np.intp), 1)

    @property
    def rest(self) -> State:
        """The sums of what is left out."""
        state = State(self.size)
        for key, sums in self.state.sums.items():
            state.sums[key] = sums.part(0, self.size * self.state.width(key))
        return state

    def readings(self) -> Iterator[tuple[Key, Reading]]:
        """The sums of each slice, to be read, in the order of their values."""
        whole, keys = Whole(self.state), self.places.keys()
        order, _ = self.places.ordered()
        for place in order.tolist():
            yield keys[place], Reading(whole, place + 1, self.size)

    def every(self) -> Iterator[tuple[Key | None, Readable]]:
        """The sums of each slice, and of what is left out, once that is settled."""
        settled = self.settled()
        yield None, settled.rest
        yield from settled.readings()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Slices) or self.size != other.size:
            return NotImplemented
        ours, theirs = (dict(part.every()) for part in (self, other))
        names = {*self.state.sums, *other.state.sums}
        return ours.keys() == theirs.keys() and all(
            part.units(name) == theirs[key].units(name)
            and part.infinite(name) == theirs[key].infinite(name)
            for key, part in ours.items()
            for name in names
        )

    __hash__ = None  # type: ignore[assignment]  # slices grow, so they are no keys

    def __getstate__(self) -> tuple[int, int, int | None, Places, State]:
        """What is used of the room, for the way between processes."""
        cells = self.slots * self.size
        state = State(cells)
        state.sums = {
            key: sums.part(0, cells * self.state.width(key))
            for key, sums in self.state.sums.items()
        }
        return self.size, self.most, self.bar, self.places, state

    def __setstate__(self, state: tuple[int, int, int | None, Places, State]) -> None:
        self.size, self.most, self.bar, self.places, self.state = state
        self.version = 0


def _cells(ids: Rows, size: int) -> Rows:
    """The numbers of the sums of slices, `size` to each."""
    return ids if size == 1 else (ids[:, None] * size + np.arange(size)).reshape(-1)
