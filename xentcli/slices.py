"""Sums by slice: for every value of the columns that rows are sliced by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli import columns
from xentcli.errors import InputError
from xentcli.labels import canonical, spell
from xentcli.slice_places import Key, Places
from xentcli.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]

# A million slices of one sum a key take some 100 MB a worker.
MOST_CELLS = 1 << 22
# The same of keys that have several sums in each one's place.
_MOST_WIDE = 1 << 24


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
        widest = max((self.state.width(key) for key in self.state.sums), default=1)
        if cells > MOST_CELLS or cells * widest > _MOST_WIDE:
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

    def __init__(self, by: Sequence[str], slices: Slices) -> None:
        self._by = by
        self._slices = slices
        self._of_word: dict[str, int] = {}

    def numbers(self, block: pa.RecordBatch, rows: NDArray[np.int64] | None) -> Rows:
        """The slice of each row of the block, or of those `rows` of it.

        Only slices that one of these rows belongs to come into being.
        """
        if rows is not None:
            block = block.take(columns.positions(rows))
        arrays = [block.column(name) for name in self._by]
        if len(arrays) == 1 and columns.is_integer(arrays[0]) and not arrays[0].null_count:
            values = columns.fixed(arrays[0])
            if values.dtype != np.uint64 and len(values):
                first, lengths = _runs(values)
                found = self._slices.of_whole(first.astype(np.int64))
                return found if lengths is None else np.repeat(found, lengths)
        codes, words = _codes(arrays[0])
        if len(arrays) == 1:
            return self._of_words(words).take(codes)
        keys: list[Key] = [(word,) for word in words]
        for array in arrays[1:]:
            more, texts = _codes(array)
            used, codes = np.unique(codes * len(texts) + more, return_inverse=True)
            pairs = (divmod(c, len(texts)) for c in used.tolist())
            keys = [(*keys[a], texts[b]) for a, b in pairs]
        return self._slices.of_keys(keys).take(codes)

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


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], Rows]:
    """The distinct values, sorted, and which of them each is.

    A run of equal values, as documents have them, is looked at once.
    """
    if not len(values):
        return values, np.zeros(0, dtype=np.intp)
    first, lengths = _runs(values)
    distinct, inverse = np.unique(first, return_inverse=True)
    return distinct, inverse if lengths is None else np.repeat(inverse, lengths)


def _runs(values: NDArray[Any]) -> tuple[NDArray[Any], Rows | None]:
    """The values of runs of equal values, and how long they are; None: one each, or nearly."""
    begins = np.concatenate(([True], values[1:] != values[:-1]))
    starts = np.flatnonzero(begins)
    if 2 * len(starts) > len(values):
        return values, None
    return values[starts], np.diff(np.append(starts, len(values)))


def _plain(word: str) -> str:
    """A whole number as such, however it was spelled: 1.0 is 1, and so in every format."""
    return canonical(word) if word[-1:] == "0" and "." in word else word


def _merged(words: list[str], codes: NDArray[Any]) -> tuple[list[str], NDArray[Any]]:
    """The words, each once, and the codes that stand for them."""
    places = {word: i for i, word in enumerate(dict.fromkeys(words))}
    if len(places) == len(words):
        return words, codes
    table = np.array([places[word] for word in words])
    return list(places), table.take(codes)


def _codes(array: pa.Array) -> tuple[Rows, list[str]]:
    """Numbers that stand for the values of a column in a block, and the values as text.

    Every value occurs. A missing one is the empty text.
    """
    text = columns.texts(array)
    if text is not None:
        codes, words, there = text
    else:
        array = columns.plain(array)
        there = columns.present(array)
        values = columns.fixed(array)
        if values.dtype.kind == "f":
            known = ~np.isnan(values)
            there = known if there is None else there & known
            # No slice is -0.0 beside 0.0.
            values = np.where(known, values, 0.0) + 0.0
        if there is not None:
            values = np.where(there, values, values.dtype.type(0))
        distinct, codes = _distinct(values)
        words = [spell(v) for v in distinct.tolist()]
    words = [_plain(word) for word in words]
    words, codes = _merged(words, codes)
    if there is not None:
        codes = np.where(there, codes, len(words))
        words = [*words, ""]
    seen = np.zeros(len(words), dtype=np.bool_)
    seen[codes] = True
    if seen.all():
        return codes.astype(np.intp, copy=False), words
    renumbered: Rows = (np.cumsum(seen) - 1).take(codes)
    return renumbered, [word for word, occurs in zip(words, seen.tolist(), strict=True) if occurs]
