"""Labels as class numbers, a block at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.layout.labels import canonical
from xentcli.numerics import from_arrow
from xentcli.text import spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.layout import Layout

# Whole-number labels are looked up in a table as long as their range, up to this.
_SPAN = 1 << 16


class LabelEncoder:
    """Turns label columns into class numbers, and remembers which labels occurred.

    Beyond the classes' own numbers 0 … K-1 stand `unknown` (K), `missing` (K + 1) and
    `ignored` (K + 2). Where the classes take their names from the labels (`Layout.truth`),
    `seen` holds the texts of those that occurred.
    """

    def __init__(self, layout: Layout, ignore: Sequence[str]) -> None:
        self.unknown, self.missing, self.ignored = layout.k, layout.k + 1, layout.k + 2
        self.seen: set[str] = set()
        self.dtype = np.min_scalar_type(self.ignored)
        self._find = find = layout.finder()
        self._watch = layout.truth is not None
        self._ignore = {canonical(t) for t in ignore}
        self._codes: dict[str, int] = {}
        # Whether whole numbers below K are the classes' own numbers.
        self._plain = not ignore and all(find(str(i)) == i for i in range(layout.k))

    def encode(self, array: pa.Array) -> NDArray[Any]:
        """The class number of every row.

        Raises TypeError for columns that cannot hold labels, such as times.
        """
        text = from_arrow.texts(array)
        if text is not None:
            indices, words, there = text
            codes = self._lookup(words, indices)
        else:
            array = from_arrow.plain(array)
            there = from_arrow.present(array)
            if there is not None and not there.any():
                return np.full(len(array), self.missing, dtype=self.dtype)
            codes, there = self._numeric(array, there)
        if there is not None:
            codes = np.where(there, codes, self.dtype.type(self.missing))
        return codes

    def _numeric(
        self, array: pa.Array, there: NDArray[np.bool_] | None
    ) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        if from_arrow.is_boolean(array):
            return self._lookup(["false", "true"], from_arrow.fixed(array).view(np.uint8)), there
        if from_arrow.is_integer(array):
            values = from_arrow.fixed(array)
            if there is None and self._plain and self._all_plain(values):
                return self._noted(values.astype(self.dtype)), None
            return self._whole(values, spell, there), there
        values, _ = from_arrow.numbers(array)
        nan = np.isnan(values)
        if nan.any():
            there = ~nan
            values = np.where(nan, 0.0, values)
        if np.abs(values).max(initial=0.0) < _SPAN:
            whole = values.astype(np.int64)
            if np.array_equal(whole, values):
                return self._whole(whole, lambda v: spell(float(v)), there), there
        distinct, inverse = np.unique(values, return_inverse=True)
        return self._lookup([spell(v) for v in distinct.tolist()], inverse), there

    def _all_plain(self, values: NDArray[Any]) -> bool:
        """Whether all are numbers of classes; a negative one is huge among the unsigned."""
        unsigned = values.view(f"u{values.dtype.itemsize}")
        return bool(np.maximum.reduce(unsigned, initial=0) < self.unknown)

    def _noted(self, codes: NDArray[Any]) -> NDArray[Any]:
        """The codes, whose classes have been noted as seen under their numbers."""
        if self._watch and len(self.seen) < self.unknown:
            self.seen.update(str(k) for k in range(self.unknown) if (codes == k).any())
        return codes

    def _whole(
        self, values: NDArray[Any], spelling: Any, there: NDArray[np.bool_] | None
    ) -> NDArray[Any]:
        """Codes of whole numbers, by a table over their range."""
        if not len(values):
            return np.zeros(0, dtype=self.dtype)
        if there is not None:
            values = np.where(there, values, values[there.argmax()])
        low, high = int(values.min()), int(values.max())
        if high - low < min(_SPAN, 4 * len(values) + 1024):
            words = [spelling(v) for v in range(low, high + 1)]
            # Narrow types would wrap around.
            wide = values if values.dtype == np.uint64 else values.astype(np.int64)
            return self._lookup(words, (wide - wide.dtype.type(low)).astype(np.int64))
        distinct, inverse = np.unique(values, return_inverse=True)
        return self._lookup([spelling(v) for v in distinct.tolist()], inverse)

    def _lookup(self, words: Sequence[str], indices: NDArray[Any]) -> NDArray[Any]:
        """The codes of `words`, taken by `indices`; notes which of the words were used."""
        table = np.array([self._code(w) for w in words] or [self.unknown], dtype=self.dtype)
        codes: NDArray[Any] = table.take(indices)
        if self._watch:
            for i, word in enumerate(words):
                if word not in self.seen and table[i] < self.unknown and (indices == i).any():
                    self.seen.add(word)
        return codes

    def _code(self, word: str) -> int:
        code = self._codes.get(word)
        if code is None:
            if word == "":
                code = self.missing
            elif canonical(word) in self._ignore:
                code = self.ignored
            else:
                found = self._find(word)
                code = self.unknown if found is None else found
            if len(self._codes) < _SPAN:
                self._codes[word] = code
        return code
