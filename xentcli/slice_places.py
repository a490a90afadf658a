"""Numbers for the values that slices have: by text, and quickly where they are whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Rows = NDArray[np.intp]

Key = tuple[str, ...]

# A table over the range of whole numbers is at most this long.
_SPAN = 1 << 24


class Places:
    """Numbers slices as they come up.

    While all of them are values of one column of whole numbers (`whole`), they are kept in
    arrays; any other value turns them into texts.
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
        low, high = int(values.min()), int(values.max())
        stop = self._low + len(self._table)
        if len(self._table):
            low, high = min(low, self._low), max(high, stop - 1)
        if high - low >= _SPAN:
            return False
        if len(self._table) and low == self._low and high < stop:
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

    @property
    def whole(self) -> Ints | None:
        """The values of all slices, by number, where they are whole numbers of one column."""
        return self._values if self._texts is None else None

    @property
    def texts(self) -> list[Key]:
        """The values of all slices, by number, as texts; none where they are `whole`."""
        return list(self._texts or ())

    def keys(self) -> list[Key]:
        """The values of all slices, by number."""
        return self.texts or [(str(v),) for v in self._values.tolist()]

    def take_in(self, other: Places) -> Rows:
        """The numbers here of the other's slices, in their order."""
        if other._texts is None and (self._texts is None or not len(self)):
            return self.of_whole(other._values) if len(other) else np.zeros(0, dtype=np.intp)
        return self.of_keys(other.keys())

    def ordered(self) -> Rows:
        """The numbers of the slices in the order of their values: whole numbers as such."""
        if self._texts is None:
            return self._values.argsort(kind="stable")
        keys = list(self._texts)
        whole = all(len(key) == 1 and is_whole(key[0]) for key in keys)
        ranks: Iterable[object] = (int(key[0]) for key in keys) if whole else keys
        pairs = sorted(zip(ranks, range(len(keys)), strict=True))
        return np.array([place for _, place in pairs], dtype=np.intp)

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
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def is_whole(text: str) -> bool:
    """Whether a text is a whole number in its plain spelling."""
    digits = text.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and (digits == "0" or digits[0] != "0")
