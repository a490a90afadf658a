"""Which slice a row belongs to: the values of the columns that rows are sliced by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli import columns
from xentcli.labels import canonical, spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.slice_places import Key
    from xentcli.slices import Slices

    Rows = NDArray[np.intp]


class Slicer:
    """Finds the slots of the slices that rows belong to, a block at a time."""

    def __init__(self, by: Sequence[str], slices: Slices) -> None:
        self._by = by
        self._slices = slices
        self._of_word: dict[str, int] = {}
        self._version = slices.version

    def numbers(self, block: pa.RecordBatch, rows: NDArray[np.int64] | None) -> Rows:
        """The slot of the slice of each row of the block, or of those `rows` of it.

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
        """The slots of the only column's values, looked up by a key of their own: a text."""
        known = self._of_word
        found = np.fromiter((known.get(word, -1) for word in words), np.intp, len(words))
        if (found < 0).any():
            places = np.flatnonzero(found < 0)
            new = [words[i] for i in places.tolist()]
            found[places] = slots = self._slices.of_keys([(word,) for word in new])
            if self._slices.version != self._version:
                self._version = self._slices.version
                known.clear()
                return self._of_words(words)
            # What is left out is not remembered: there is no end to it.
            known.update((w, s) for w, s in zip(new, slots.tolist(), strict=True) if s)
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
