"""Numbers for the values that slices have: by text, and quickly where they are whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics.groups import starts_of_runs
from xentcli.numerics.hashing import GOLDEN, mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Hashes, Ints, Rows


Key = tuple[str, ...]

# A table over the range of whole numbers is at most this long.
_SPAN = 1 << 22


class Places:
    """Numbers slices as they come up.

    While all of them are values of one column of whole numbers, they are kept in arrays; any
    other value turns them into texts.
    """

    def __init__(self) -> None:
        self._texts: dict[Key, int] | None = None
        self._found: list[Ints] = []
        self._count = 0
        self._low = 0
        self._table: Rows = np.zeros(0, dtype=np.intp)

    def __len__(self) -> int:
        return self._count if self._texts is None else len(self._texts)

    @property
    def _values(self) -> Ints:
        """The whole numbers, by number."""
        if len(self._found) != 1:
            self._found = [np.concatenate([np.zeros(0, dtype=np.int64), *self._found])]
        return self._found[0]

    def of_keys(self, keys: Sequence[Key]) -> Rows:
        """The numbers of slices, new ones for those that did not occur before."""
        texts = self._as_texts()
        return np.array([texts.setdefault(key, len(texts)) for key in keys], dtype=np.intp)

    def numbers_of(self, keys: Sequence[Key]) -> Rows:
        """The numbers of slices that are there, to be read. Raises KeyError for any other."""
        known = self._texts or {key: number for number, key in enumerate(self.keys())}
        return np.array([known[key] for key in keys], dtype=np.intp)

    def of_whole(self, values: Ints) -> Rows:
        """The numbers of the slices of these whole numbers."""
        if self._texts is not None or not self._reach(values):
            distinct, inverse = np.unique(values, return_inverse=True)
            return self.of_keys([(str(v),) for v in distinct.tolist()]).take(inverse)
        at = values - self._low
        numbers = self._table.take(at)
        if np.minimum.reduce(numbers) < 0:
            new = _distinct(values[numbers < 0])
            self._table[new - self._low] = self._count + np.arange(len(new))
            self._found.append(new)
            self._count += len(new)
            numbers = self._table.take(at)
        return numbers

    def _reach(self, values: Ints) -> bool:
        """Makes the table reach over the values; says whether it can."""
        if not len(values):
            return True
        low, high = int(values.min()), int(values.max())
        if len(self._values):
            low, high = min(low, int(self._values.min())), max(high, int(self._values.max()))
        if high - low >= _SPAN:
            return False
        if self._low <= low and high < self._low + len(self._table):
            return True
        # Room ahead, since numbers mostly go up.
        table = np.full(min(_SPAN, 2 * (high - low + 1)), -1, dtype=np.intp)
        table[self._values - low] = np.arange(self._count)
        self._low, self._table = low, table
        return True

    def _as_texts(self) -> dict[Key, int]:
        if self._texts is None:
            self._texts = {key: i for i, key in enumerate(self.keys())}
        return self._texts

    def keys(self) -> list[Key]:
        """The values of all slices, by number."""
        if self._texts is None:
            return [(str(v),) for v in self._values.tolist()]
        return list(self._texts)

    def subset(self, kept: NDArray[np.bool_]) -> Places:
        """The slices that are marked, numbered anew in their order."""
        few = Places()
        if self._texts is None:
            few.__setstate__((None, self._values[kept]))
        else:
            keys = [key for key, keep in zip(self._texts, kept.tolist(), strict=True) if keep]
            few.__setstate__(({key: i for i, key in enumerate(keys)}, few._values))
        return few

    def hashes(self) -> Hashes:
        """The hash of every slice, by number; however it is kept."""
        return hashes_of_whole(self._values) if self._texts is None else hashes_of(self.keys())

    def take_in(self, other: Places) -> Rows:
        """The numbers here of the other's slices, in their order."""
        if other._texts is None and (self._texts is None or not len(self)):
            return self.of_whole(other._values) if len(other) else np.zeros(0, dtype=np.intp)
        return self.of_keys(other.keys())

    def ordered(self) -> tuple[Rows, Ints | list[Key]]:
        """The numbers of the slices in the order of their values, and the values in it.

        Whole numbers of one column are ordered as such, however they are kept.
        """
        whole = self._whole()
        if whole is not None:
            order = whole.argsort(kind="stable")
            return order, whole[order]
        pairs = sorted((key, place) for place, key in enumerate(self.keys()))
        return np.array([place for _, place in pairs], dtype=np.intp), [key for key, _ in pairs]

    def _whole(self) -> Ints | None:
        """The values of all slices, by number, where they are whole numbers of one column."""
        if self._texts is None:
            return self._values
        if not all(len(key) == 1 and is_whole(key[0]) for key in self._texts):
            return None
        return np.array([int(key[0]) for key in self._texts], dtype=np.int64)

    def __getstate__(self) -> tuple[dict[Key, int] | None, Ints]:
        return self._texts, self._values

    def __setstate__(self, state: tuple[dict[Key, int] | None, Ints]) -> None:
        self.__init__()  # type: ignore[misc]
        self._texts, values = state
        if self._texts is None and len(values):
            self._found, self._count = [values], len(values)
            self._reach(values)


def _distinct(values: Ints) -> Ints:
    """The distinct values, sorted. numpy's `unique` would import its masked arrays first."""
    ordered = np.sort(values)
    return ordered[starts_of_runs(ordered)]


def hashes_of_whole(values: Ints) -> Hashes:
    """Hashes of the slices of one column's whole numbers: SplitMix64."""
    return mixed(values.astype(np.uint64) + GOLDEN)


def hashes_of(keys: Sequence[Key]) -> Hashes:
    """Hashes of slices; those of whole numbers are `hashes_of_whole`, however they are kept."""
    hashes = np.empty(len(keys), dtype=np.uint64)
    whole = [len(key) == 1 and is_whole(key[0]) for key in keys]
    numbers = [int(key[0]) for key, w in zip(keys, whole, strict=True) if w]
    marked = np.array(whole, dtype=np.bool_)
    hashes[marked] = hashes_of_whole(np.array(numbers, dtype=np.int64))
    digests = [_digest(key) for key, w in zip(keys, whole, strict=True) if not w]
    hashes[~marked] = np.array(digests, dtype=np.uint64)
    return hashes


def _digest(key: Key) -> int:
    from hashlib import blake2b

    text = "\0".join(f"{len(value)}:{value}" for value in key)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def is_whole(text: str) -> bool:
    """Whether a text is a whole number in its plain spelling."""
    digits = text.removeprefix("-")
    plain = digits.isdecimal() and digits.isascii() and len(digits) < 19
    return plain and (digits[0] != "0" or text == "0")
