"""Arrow arrays from numpy and from Python values, built by hand: `pa.array` imports pandas."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


def from_numpy(values: NDArray[Any], present: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers or truth values in their own type, null where they are not `present`; no copy.

    >>> from_numpy(np.array([3, 4], np.int32)).type, from_numpy(np.array([True, False])).to_pylist()
    (DataType(int32), [True, False])
    >>> from_numpy(np.array([0.5, 2.0]), np.array([False, True])).to_pylist()
    [None, 2.0]
    """
    kind = pa.from_numpy_dtype(values.dtype)
    data = _bits(values) if values.dtype == np.bool_ else pa.py_buffer(np.ascontiguousarray(values))
    valid = None if present is None else _bits(present)
    return pa.Array.from_buffers(kind, len(values), [valid, data])


def nan_as_null(values: NDArray[np.floating[Any]]) -> pa.Array:
    """Numbers in their own type, null where they are NaN."""
    missing = np.isnan(values)
    return from_numpy(values, ~missing if missing.any() else None)


def numbers(values: Sequence[float | None]) -> pa.Array:
    """A float64 array; None is null."""
    data = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    return from_numpy(data, _present(values))


def texts(values: Sequence[str | None], *, large: bool = False, errors: str = "strict") -> pa.Array:
    """A string array; None is null. A `large` one can hold more than 2 GiB.

    `errors` says, as of `str.encode`, what becomes of half a character.
    """
    encoded = [b"" if value is None else value.encode("utf-8", errors) for value in values]
    kind = pa.large_string() if large else pa.string()
    ends = _ends(encoded, np.int64 if large else np.int32)
    buffers = [_validity(values), ends, pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def dictionary(values: Sequence[str | None]) -> pa.Array:
    """A dictionary of strings in the order of their first appearance; None is null."""
    distinct = dict.fromkeys(value for value in values if value is not None)
    codes = {text: code for code, text in enumerate(distinct)}
    indices = np.array([0 if value is None else codes[value] for value in values], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(from_numpy(indices, _present(values)), texts(list(codes)))


def constant(text: str | None, length: int) -> pa.Array:
    """A dictionary array that says `text` in every row."""
    present = np.zeros(length, np.bool_) if text is None else None
    indices = from_numpy(np.zeros(length, np.int32), present)
    return pa.DictionaryArray.from_arrays(indices, texts([] if text is None else [text]))


def lists(
    values: Sequence[Sequence[Any] | None],
    entries: Callable[[Sequence[Any]], pa.Array] = numbers,
) -> pa.Array:
    """A list array; None is null. `entries` makes the array of what is in all the lists.

    >>> lists([[0.25, None], None, []]).to_pylist()
    [[0.25, None], None, []]
    """
    filled = [() if value is None else value for value in values]
    inner = entries(list(chain.from_iterable(filled)))
    buffers = [_validity(values), _ends(filled, np.int32)]
    return pa.Array.from_buffers(pa.list_(inner.type), len(values), buffers, children=[inner])


def _ends(pieces: Sequence[Sequence[Any]], kind: type[np.signedinteger[Any]]) -> pa.Buffer:
    """Where each piece begins when they lie one after the other, and where the last one ends."""
    ends = np.fromiter(accumulate(map(len, pieces), initial=0), kind, len(pieces) + 1)
    return pa.py_buffer(ends)


def _present(values: Sequence[object]) -> NDArray[np.bool_] | None:
    """Which values are not None; None where all are."""
    if None not in values:
        return None
    return np.array([value is not None for value in values], dtype=np.bool_)


def _validity(values: Sequence[object]) -> pa.Buffer | None:
    present = _present(values)
    return None if present is None else _bits(present)


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
