"""Which slice a row belongs to: the values of the columns that rows are sliced by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.numerics import from_arrow, to_arrow
from xentcli.sums.slices.values import runs, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.bins import Bins
    from xentcli.numerics.arrays import Rows
    from xentcli.sums.slices.keys import Key
    from xentcli.sums.slices.slices import Slices


class Slicer:
    """Finds the slots of the slices that rows belong to, a block at a time."""

    def __init__(
        self,
        by: Sequence[str],
        slices: Slices,
        bins: Sequence[tuple[str, Bins]] = (),
        cluster: str | None = None,
    ) -> None:
        cut = dict(bins)
        self._by = [(name, cut.get(name)) for name in by]
        if cluster is not None:
            self._by.append((cluster, None))
        self._slices = slices
        self._of_word: dict[str, int] = {}
        self._version = slices.version

    def numbers(self, block: pa.RecordBatch, rows: NDArray[np.int64] | None) -> Rows:
        """The slot of the slice of each row of the block, or of those `rows` of it.

        Only slices that one of these rows belongs to come into being.
        """
        if rows is not None:
            block = block.take(to_arrow.from_numpy(rows))
        if len(self._by) == 1:
            name, bins = self._by[0]
            return self._of_one(block.column(name), name, bins)
        (codes, words), *others = (values_of(block.column(n), bins, n) for n, bins in self._by)
        keys: list[Key] = [(word,) for word in words]
        for more, texts in others:
            used, codes = np.unique(codes * len(texts) + more, return_inverse=True)
            pairs = (divmod(c, len(texts)) for c in used.tolist())
            keys = [(*keys[a], texts[b]) for a, b in pairs]
        return self._slices.of_keys(keys).take(codes)

    def _of_one(self, array: pa.Array, name: str, bins: Bins | None) -> Rows:
        """The slot of the slice of each row where there is but one column."""
        if bins is None and from_arrow.is_integer(array) and not array.null_count:
            values = from_arrow.fixed(array)
            if values.dtype != np.uint64 and len(values):
                first, lengths = runs(values)
                found = self._slices.of_whole(first.astype(np.int64))
                return found if lengths is None else np.repeat(found, lengths)
        codes, words = values_of(array, bins, name)
        return self._of_words(words).take(codes)

    def _of_words(self, words: Sequence[str]) -> Rows:
        """The slots of the only column's values, looked up by a key of their own: a text."""
        if self._slices.version != self._version:
            # Slots have moved since, whichever way the slices were looked up.
            self._version = self._slices.version
            self._of_word.clear()
        known = self._of_word
        found = np.fromiter((known.get(word, -1) for word in words), np.intp, len(words))
        if (found < 0).any():
            places = np.flatnonzero(found < 0)
            new = [words[i] for i in places.tolist()]
            found[places] = slots = self._slices.of_keys([(word,) for word in new])
            if self._slices.version != self._version:
                return self._of_words(words)
            # What is left out is not remembered: there is no end to it.
            known.update((w, s) for w, s in zip(new, slots.tolist(), strict=True) if s)
        return found
