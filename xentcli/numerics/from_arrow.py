"""Arrow columns as numpy arrays, without the import of pandas that pyarrow's own way costs.

Every function returns the values and a boolean array that is False where a value is
missing (None where none is). Missing numbers are NaN in the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.numerics import to_arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.numerics.arrays import Array

    Present = NDArray[np.bool_] | None


def present(array: pa.Array) -> Present:
    """Which entries are not null; None where all are."""
    if array.null_count == 0:
        return None
    if pa.types.is_null(array.type):
        return np.zeros(len(array), dtype=np.bool_)
    bitmap = np.frombuffer(array.buffers()[0], dtype=np.uint8)
    return _bits(bitmap, array.offset, len(array))


def _bits(bitmap: Array, offset: int, length: int) -> NDArray[np.bool_]:
    first = offset // 8
    count = offset % 8 + length
    unpacked = np.unpackbits(bitmap[first:], count=count, bitorder="little")
    return unpacked[offset % 8 :].view(np.bool_)


def fixed(array: pa.Array) -> Array:
    """The values of an integer, floating or boolean array, nulls unspecified; no copy."""
    if pa.types.is_boolean(array.type):
        return _bits(np.frombuffer(array.buffers()[1], np.uint8), array.offset, len(array))
    width = array.type.bit_width // 8
    letter = "f" if pa.types.is_floating(array.type) else "i"
    if pa.types.is_unsigned_integer(array.type):
        letter = "u"
    buffer = array.buffers()[1]
    if buffer is None or len(array) == 0:
        return np.zeros(len(array), dtype=f"{letter}{width}")
    return np.frombuffer(
        buffer, dtype=f"{letter}{width}", count=len(array), offset=array.offset * width
    )


# What most scores are; the way to them is short.
_PLAIN_FLOATS = {pa.float32().id: "f4", pa.float64().id: "f8"}


def numbers(array: pa.Array) -> tuple[Array, Present]:
    """A numeric column as floats (float32 stays float32), NaN where missing.

    Raises TypeError for what holds no numbers.
    """
    letter = _PLAIN_FLOATS.get(array.type.id)
    if letter is not None and not array.null_count and len(array):
        width = int(letter[1])
        return np.frombuffer(array.buffers()[1], letter, len(array), array.offset * width), None
    array = plain(array)
    kind = array.type
    if pa.types.is_null(kind):
        return np.full(len(array), np.nan), np.zeros(len(array), dtype=np.bool_)
    if pa.types.is_decimal(kind):
        # By way of text, which is rounded correctly; the direct cast is not.
        array = array.cast(pa.string()).cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise TypeError(f"holds {kind}, not numbers")
    values = fixed(array)
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    there = present(array)
    if there is not None:
        values = np.where(there, values, np.asarray(np.nan, dtype=values.dtype))
    return values, there


def plain(array: pa.Array) -> pa.Array:
    """The array without extension types, chunks or a dictionary of numbers around it."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type) and not _is_text(array.type.value_type):
        array = array.dictionary_decode()
    return array


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_boolean(array: pa.Array) -> bool:
    """Whether the array holds truth values."""
    return bool(pa.types.is_boolean(array.type))


def is_integer(array: pa.Array) -> bool:
    """Whether the array holds whole numbers."""
    return bool(pa.types.is_integer(array.type))


def texts(array: pa.Array) -> tuple[Array, list[str], Present] | None:
    """A text column as indices into its distinct texts; None where the column is not text."""
    array = plain(array)
    kind = array.type
    if pa.types.is_dictionary(kind):
        indices, dictionary = array.indices, array.dictionary
    elif _is_text(kind):
        brief = _characters(array)
        if brief is not None:
            return brief
        encoded = array.cast(pa.string()).dictionary_encode()
        indices, dictionary = encoded.indices, encoded.dictionary
    else:
        return None
    there = present(indices)
    codes = fixed(indices)
    if there is not None:
        codes = np.where(there, codes, 0)
    if len(dictionary) > len(codes) > 0:
        # A dictionary of more than these rows: the texts of all of it would take long.
        seen = np.zeros(len(dictionary), dtype=np.bool_)
        seen[codes] = True
        dictionary = dictionary.take(to_arrow.from_numpy(np.flatnonzero(seen)))
        codes = (np.cumsum(seen) - 1).take(codes)
    values = dictionary.to_pylist()
    if dictionary.null_count:
        null = np.array([v is None for v in values])
        hit = null.take(codes)
        there = ~hit if there is None else there & ~hit
        values = ["" if v is None else v for v in values]
    return codes, values, there


def encoded(array: pa.Array) -> tuple[Array, Array]:
    """The texts of a column, as UTF-8 one after the other, and where each begins and ends.

    Numbers are texts, too. What a missing value holds is not specified.
    """
    array = plain(array).cast(pa.string())
    ends = np.frombuffer(array.buffers()[1], np.int32, len(array) + 1, array.offset * 4)
    ends = ends.astype(np.int64)
    data = array.buffers()[2]
    if data is None:
        return np.zeros(0, dtype=np.uint8), ends - ends[0]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], ends - ends[0]


_CHARACTERS = [chr(code) for code in range(128)]


def _characters(array: pa.Array) -> tuple[Array, list[str], Present] | None:
    """Texts of one ASCII character each, which are their own indices; None for any others."""
    if not pa.types.is_string(array.type) or array.null_count or not len(array):
        return None
    offsets = np.frombuffer(array.buffers()[1], np.int32, len(array) + 1, array.offset * 4)
    if offsets[-1] - offsets[0] != len(array) or not np.logical_and.reduce(np.diff(offsets) == 1):
        return None
    codes = np.frombuffer(array.buffers()[2], np.uint8, len(array), int(offsets[0]))
    return None if np.maximum.reduce(codes) > 127 else (codes, _CHARACTERS, None)


def vectors(array: pa.Array, width: int) -> tuple[Array, Present, int | None]:
    """A column of lists of `width` numbers as a (rows, width) matrix.

    The third value is the first row whose list has another length, or None. A row is
    missing where its list is null or holds a null or NaN. Spark's vector structs, dense and
    sparse, are read too. Raises TypeError for what holds no lists of numbers.
    """
    array = plain(array)
    kind = array.type
    if pa.types.is_struct(kind):
        return _spark_vectors(array, width)
    there = present(array)
    if pa.types.is_fixed_size_list(kind):
        if kind.list_size != width:
            return np.empty((0, width)), there, 0
        flat = array.values.slice(array.offset * width, len(array) * width)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = np.diff(offsets(array))
        wrong = lengths != width if there is None else (lengths != width) & there
        if wrong.any():
            return np.empty((0, width)), there, int(wrong.argmax())
        if there is not None:
            array = array.drop_null()
        flat = array.flatten()
    else:
        raise TypeError(f"holds {kind}, not lists of numbers")
    values, inner = numbers(flat)
    matrix = values.reshape(-1, width)
    if there is not None and len(matrix) < len(there):
        spread = np.full((len(there), width), np.nan, dtype=matrix.dtype)
        spread[there] = matrix
        matrix = spread
    if inner is not None:
        full = np.logical_not(np.isnan(matrix).any(axis=1))
        # What lies under a null list is nobody's.
        there = full if there is None else there & full
    return matrix, there, None


def offsets(array: pa.Array) -> Array:
    """Where the entries of a list array's rows begin, and where those of the last one end."""
    width = 8 if pa.types.is_large_list(array.type) else 4
    return np.frombuffer(
        array.buffers()[1],
        dtype=f"i{width}",
        count=len(array) + 1,
        offset=array.offset * width,
    )


def _spark_vectors(array: pa.Array, width: int) -> tuple[Array, Present, int | None]:
    """Spark's VectorUDT: type 1 is dense (values), type 0 sparse (size, indices, values)."""
    names = [field.name for field in array.type]
    if not {"type", "size", "indices", "values"} <= set(names):
        raise TypeError(f"holds {array.type}, not a vector")
    there = present(array)
    matrix = np.zeros((len(array), width))
    for row, value in enumerate(array.to_pylist()):
        if value is None:
            matrix[row] = np.nan
        elif value["type"] == 1:
            if len(value["values"]) != width:
                return matrix, there, row
            matrix[row] = value["values"]
        else:
            places = value["indices"] or ()
            fitting = len(places) == len(value["values"] or ()) and value["size"] == width
            if not fitting or not all(0 <= place < width for place in places):
                return matrix, there, row
            matrix[row, value["indices"]] = value["values"]
    return matrix, there, None


def ends(raw: Array) -> tuple[float, float]:
    """The smallest and the largest score; NaN where one is NaN."""
    if not raw.size:
        return 0.0, 0.0
    flat = raw.reshape(-1)
    return float(np.minimum.reduce(flat)), float(np.maximum.reduce(flat))


def both(a: Present, b: Present) -> Present:
    """Which entries are there in both; None for all."""
    if a is None or b is None:
        return b if a is None else a
    return a & b


def not_nan(values: Array) -> Present:
    """Which numbers are no NaN; None where all are."""
    if values.size and np.isnan(values.min()):
        there: Present = ~np.isnan(values)
        return there
    return None
