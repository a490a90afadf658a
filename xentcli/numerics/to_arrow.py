"""Arrow arrays from Python values and from numpy, built by hand: `pa.array` imports pandas."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence


def numbers(values: Sequence[float | None]) -> pa.Array:
    """A float64 array; None is null."""
    data = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    return pa.Array.from_buffers(pa.float64(), len(values), [validity(values), pa.py_buffer(data)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """A string array; None is null."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = np.fromiter(accumulate(map(len, encoded), initial=0), np.int32, len(encoded) + 1)
    buffers = [validity(values), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def labels(values: Sequence[str | None]) -> pa.Array:
    """A dictionary of strings in the order of their first appearance; None is null."""
    codes = {
        text: code for code, text in enumerate(dict.fromkeys(v for v in values if v is not None))
    }
    indices = np.array([0 if value is None else codes[value] for value in values], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.Array.from_buffers(pa.int32(), len(values), [validity(values), pa.py_buffer(indices)]),
        texts(list(codes)),
    )


def vectors(values: Sequence[Sequence[float | None] | None]) -> pa.Array:
    """A list array of float64; None is null."""
    filled = [() if value is None else value for value in values]
    offsets = np.fromiter(accumulate(map(len, filled), initial=0), np.int32, len(filled) + 1)
    return pa.Array.from_buffers(
        pa.list_(pa.float64()),
        len(values),
        [validity(values), pa.py_buffer(offsets)],
        children=[numbers(list(chain.from_iterable(filled)))],
    )


def constant(text: str | None, length: int) -> pa.Array:
    """A dictionary array that says `text` in every row."""
    valid = pa.py_buffer(bytes(-(-length // 8))) if text is None else None
    indices = pa.Array.from_buffers(pa.int32(), length, [valid, pa.py_buffer(bytes(4 * length))])
    return pa.DictionaryArray.from_arrays(indices, texts([] if text is None else [text]))


def validity(values: Sequence[object]) -> pa.Buffer | None:
    """The bitmap that marks None as null, or None where there is no null."""
    if None not in values:
        return None
    return valid_where(np.array([value is not None for value in values], dtype=np.bool_))


def valid_where(valid: np.typing.NDArray[np.bool_]) -> pa.Buffer:
    """The bitmap with a bit for every true value."""
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def floats_of(array: pa.Array) -> np.typing.NDArray[np.float64]:
    """The values of a float64 array without a copy; what stands in null rows is unspecified."""
    data = array.buffers()[1]
    if data is None:
        return np.zeros(0)
    return np.frombuffer(data, np.float64, len(array), array.offset * 8)


def integers_of(array: pa.Array) -> np.typing.NDArray[np.int32]:
    """The values of an int32 array without a copy; what stands in null rows is unspecified."""
    data = array.buffers()[1]
    if data is None:
        return np.zeros(0, np.int32)
    return np.frombuffer(data, np.int32, len(array), array.offset * 4)


def empty_as_null(array: pa.Array) -> pa.Array:
    """A dictionary array of strings with null where the empty string stood."""
    empty = _empty_text(array.dictionary)
    if empty is None:
        return array
    codes = integers_of(array.indices)
    valid = codes != empty
    if array.null_count:
        valid &= _valid(array)
    indices = pa.Array.from_buffers(
        pa.int32(), len(codes), [valid_where(valid), pa.py_buffer(codes)]
    )
    return pa.DictionaryArray.from_arrays(indices, array.dictionary)


def _valid(array: pa.Array) -> np.typing.NDArray[np.bool_]:
    bits = np.frombuffer(array.indices.buffers()[0], np.uint8)
    flags = np.unpackbits(bits, bitorder="little")[array.offset : array.offset + len(array)]
    return flags.view(np.bool_)


def _empty_text(array: pa.Array) -> int | None:
    """Where the empty string stands in a string array, None if nowhere."""
    data = array.buffers()[1]
    if data is None:
        return None
    ends = np.frombuffer(data, np.int32, len(array) + 1, array.offset * 4)
    found = np.flatnonzero(np.diff(ends) == 0)
    return int(found[0]) if len(found) else None
