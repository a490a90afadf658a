"""Sums by slice: for every value of the columns that rows are sliced by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli import columns
from xentcli.errors import InputError
from xentcli.slice_places import Key, Places
from xentcli.slice_values import runs, values_of
from xentcli.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.bins import Bins

    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]

# A million slices of one sum a key take some 100 MB a worker.
MOST_CELLS = 1 << 22


class Slices:
    """Exact sums by slice, `size` to each and key: a commutative monoid under `merge`.

    `places` numbers the slices as they come up; `state` has room for all of them, and more.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.places = Places()
        self.state = State(0)

    def _make_room(self) -> None:
        """Makes room for all slices. Raises InputError where memory is not meant for it."""
        cells = len(self.places) * self.size
        if cells <= self.state.size:
            return
        if cells > MOST_CELLS:
            most = MOST_CELLS // self.size
            raise InputError(
                f"there are more than {most:,} slices, with {self.size:,} sums to a figure each",
                hint="slice by a column of fewer values with --by",
            )
        size = min(MOST_CELLS, max(64 * self.size, 2 * cells))
        for key, sums in self.state.sums.items():
            sums.grow(size * self.state.width(key))
        self.state.size = size

    def of_keys(self, keys: Sequence[Key]) -> Rows:
        """The numbers of slices, with room for their sums."""
        numbers = self.places.of_keys(keys)
        self._make_room()
        return numbers

    def of_whole(self, values: Ints) -> Rows:
        """The numbers of the slices of whole numbers, with room for their sums."""
        numbers = self.places.of_whole(values)
        self._make_room()
        return numbers

    def merge(self, other: Slices) -> Slices:
        """The sums of both, as new slices."""
        merged = Slices(max(self.size, other.size))
        parts = [(part, merged.places.take_in(part.places)) for part in (self, other)]
        merged._make_room()
        for part, ids in parts:
            for key, sums in part.state.sums.items():
                width = part.state.width(key)
                cells = _cells(ids, merged.size * width)
                merged.state.of(key, width).add_sums(sums.part(0, len(cells)), cells)
        return merged

    def total(self) -> State:
        """The sums over all slices."""
        state = State(self.size)
        for key, sums in self.state.sums.items():
            state.sums[key] = sums.folded(len(self.places), self.size * self.state.width(key))
        return state

    def readings(self) -> Iterator[tuple[Key, Reading]]:
        """The sums of each slice, to be read, in the order of their values."""
        whole, keys = Whole(self.state), self.places.keys()
        order, _ = self.places.ordered()
        for place in order.tolist():
            yield keys[place], Reading(whole, place, self.size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Slices) or self.size != other.size:
            return NotImplemented
        ours, theirs = dict(self.readings()), dict(other.readings())
        names = {*self.state.sums, *other.state.sums}
        return ours.keys() == theirs.keys() and all(
            part.units(name) == theirs[key].units(name)
            and part.infinite(name) == theirs[key].infinite(name)
            for key, part in ours.items()
            for name in names
        )

    __hash__ = None  # type: ignore[assignment]  # slices grow, so they are no keys

    def __getstate__(self) -> tuple[int, Places, State]:
        """What is used of the room, for the way between processes."""
        cells = len(self.places) * self.size
        state = State(cells)
        state.sums = {
            key: sums.part(0, cells * self.state.width(key))
            for key, sums in self.state.sums.items()
        }
        return self.size, self.places, state

    def __setstate__(self, state: tuple[int, Places, State]) -> None:
        self.size, self.places, self.state = state


def _cells(ids: Rows, size: int) -> Rows:
    """The numbers of the sums of slices, `size` to each."""
    return ids if size == 1 else (ids[:, None] * size + np.arange(size)).reshape(-1)


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


class Slicer:
    """Numbers the slices that rows belong to, a block at a time."""

    def __init__(
        self, by: Sequence[str], slices: Slices, bins: Sequence[tuple[str, Bins]] = ()
    ) -> None:
        self._by = by
        self._bins = dict(bins)
        self._slices = slices
        self._of_word: dict[str, int] = {}

    def numbers(self, block: pa.RecordBatch, rows: NDArray[np.int64] | None) -> Rows:
        """The slice of each row of the block, or of those `rows` of it.

        Only slices that one of these rows belongs to come into being.
        """
        if rows is not None:
            block = block.take(columns.positions(rows))
        if len(self._by) == 1:
            return self._of_one(block.column(self._by[0]))
        codes, words = self._codes(block, self._by[0])
        keys: list[Key] = [(word,) for word in words]
        for name in self._by[1:]:
            more, texts = self._codes(block, name)
            used, codes = np.unique(codes * len(texts) + more, return_inverse=True)
            pairs = (divmod(c, len(texts)) for c in used.tolist())
            keys = [(*keys[a], texts[b]) for a, b in pairs]
        return self._slices.of_keys(keys).take(codes)

    def _codes(self, block: pa.RecordBatch, name: str) -> tuple[Rows, list[str]]:
        """Numbers that stand for the values of a column, and the values as text."""
        return values_of(block.column(name), self._bins.get(name), name)

    def _of_one(self, array: pa.Array) -> Rows:
        """The slice of each row where there is but one column."""
        bins = self._bins.get(self._by[0])
        if bins is None and columns.is_integer(array) and not array.null_count:
            values = columns.fixed(array)
            if values.dtype != np.uint64 and len(values):
                first, lengths = runs(values)
                found = self._slices.of_whole(first.astype(np.int64))
                return found if lengths is None else np.repeat(found, lengths)
        codes, words = values_of(array, bins, self._by[0])
        return self._of_words(words).take(codes)

    def _of_words(self, words: Sequence[str]) -> Rows:
        """The slices of the only column's values, looked up by a key of their own: a text."""
        known = self._of_word
        found = np.fromiter((known.get(word, -1) for word in words), np.intp, len(words))
        if (found < 0).any():
            places = np.flatnonzero(found < 0)
            new = [words[i] for i in places.tolist()]
            found[places] = numbers = self._slices.of_keys([(word,) for word in new])
            known.update(zip(new, numbers.tolist(), strict=True))
        return found
