"""The values of a column that slices rows: numbers that stand for them, and their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import RowError
from xentcli.layout.labels import canonical
from xentcli.numerics import from_arrow
from xentcli.numerics.groups import lengths_of_runs, starts_of_runs
from xentcli.text import shown, spell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.layout.bins import Bins
    from xentcli.numerics.arrays import Ints, Rows
    from xentcli.sums.slices.keys import Key


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], Rows]:
    """The distinct values, sorted, and which of them each is.

    A run of equal values, as documents have them, is looked at once.
    """
    if not len(values):
        return values, np.zeros(0, dtype=np.intp)
    first, lengths = runs(values)
    distinct, inverse = np.unique(first, return_inverse=True)
    return distinct, inverse if lengths is None else np.repeat(inverse, lengths)


def runs(values: NDArray[Any]) -> tuple[NDArray[Any], Rows | None]:
    """The values of runs of equal values, and how long they are; None: one each, or nearly."""
    starts = starts_of_runs(values)
    if 2 * len(starts) > len(values):
        return values, None
    return values[starts], lengths_of_runs(starts, len(values))


_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}


def as_sliced(word: str) -> str:
    """A value as slices are named by it, in every format: 1.0 is 1, and True is true.

    >>> as_sliced("1.0"), as_sliced("True"), as_sliced("DE")
    ('1', 'true', 'DE')
    """
    if word[-1:] == "0" and "." in word:
        return canonical(word)
    return _TRUTHS.get(word, word)


def _merged(words: list[str], codes: NDArray[Any]) -> tuple[list[str], NDArray[Any]]:
    """The words, each once, and the codes that stand for them."""
    places = {word: i for i, word in enumerate(dict.fromkeys(words))}
    if len(places) == len(words):
        return words, codes
    table = np.array([places[word] for word in words])
    return list(places), table.take(codes)


def values_of(array: pa.Array, bins: Bins | None = None, name: str = "") -> tuple[Rows, list[str]]:
    """Numbers that stand for the values of a column in a block, and the values as text.

    Every value occurs. A missing one is the empty text. Values cut into bins are texts that
    are in the order of the bins (see `named`). Raises RowError with the column's name where
    there are no numbers to be cut.
    """
    if bins is not None:
        return _cut(array, bins, name)
    text = from_arrow.texts(array)
    if text is not None:
        codes, words, there = text
    else:
        array = from_arrow.plain(array)
        there = from_arrow.present(array)
        values = from_arrow.fixed(array)
        if values.dtype.kind == "f":
            known = ~np.isnan(values)
            there = known if there is None else there & known
            # No slice is -0.0 beside 0.0.
            values = np.where(known, values, 0.0) + 0.0
        if there is not None:
            values = np.where(there, values, values.dtype.type(0))
        distinct, codes = _distinct(values)
        words = [spell(v) for v in distinct.tolist()]
    words = [as_sliced(word) for word in words]
    words, codes = _merged(words, codes)
    if there is not None:
        codes = np.where(there, codes, len(words))
        words = [*words, ""]
    return _occurring(codes, words)


def _occurring(codes: NDArray[Any], words: list[str]) -> tuple[Rows, list[str]]:
    """The words that occur, and the codes that stand for them."""
    seen = np.zeros(len(words), dtype=np.bool_)
    seen[codes] = True
    if seen.all():
        return codes.astype(np.intp, copy=False), words
    renumbered: Rows = (np.cumsum(seen) - 1).take(codes)
    return renumbered, [word for word, occurs in zip(words, seen.tolist(), strict=True) if occurs]


def _cut(array: pa.Array, bins: Bins, name: str) -> tuple[Rows, list[str]]:
    """The bins of numbers."""
    try:
        values, there = from_arrow.numbers(array)
    except TypeError as error:
        raise RowError(str(error), row=None, column=shown(name)) from None
    values = values.astype(np.float64, copy=False)
    there = from_arrow.both(there, from_arrow.not_nan(values))
    codes = np.searchsorted(np.array(bins.edges), values, side="right")
    words = [_ordinal(i) for i in range(len(bins.edges) + 1)]
    if there is not None:
        codes = np.where(there, codes, len(words))
        words.append("")
    return _occurring(codes, words)


def _ordinal(number: int) -> str:
    """The text that stands for a bin: texts in their order are bins in theirs.

    It is no plain spelling of a number, by which slices would be ordered otherwise.
    """
    return f"0{number:06d}"


def named(
    keys: Sequence[Key] | Ints, by: Sequence[str], bins: Mapping[str, Bins]
) -> Sequence[Key] | Ints:
    """What slices have in common, with the names of bins for the texts that stand for them.

    >>> from xentcli.layout.bins import Bins
    >>> named([("0000000",), ("0000001",), ("",)], ["age"], {"age": Bins((18.0,))})
    [('< 18',), ('>= 18',), ('',)]
    """
    if not bins or isinstance(keys, np.ndarray):
        return keys
    names = [
        {_ordinal(i): bin_ for i, bin_ in enumerate(bins[name].names())} if name in bins else {}
        for name in by
    ]
    return [tuple(n.get(v, v) for n, v in zip(names, key, strict=True)) for key in keys]
