"""What tells rows apart: 64-bit hashes of the columns that name them, or of all they hold.

A hash depends on the row alone: two rows of one identity have one hash, in whatever file,
format and block they come. Values of columns are hashed as text, as `--by` spells them, so
that 17 in a Parquet file is 17 in a CSV file.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from xentcli.layout.labels import canonical
from xentcli.numerics import from_arrow, to_arrow
from xentcli.numerics.hashing import GOLDEN, mixed, of_bytes, of_floats, of_texts
from xentcli.rows.cell_rows import CellBatch
from xentcli.rows.class_rows import ClassBatch
from xentcli.text import spell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from xentcli.layout.layout import Identity
    from xentcli.numerics.arrays import Bytes, Hashes, Ints
    from xentcli.rows.batch import Batch


_POINT, _ZERO = ord("."), ord("0")
# From here on, Python spells whole floats with an exponent.
_SPELLED_OUT = 1e16


def hashes_of(identity: Identity, block: pa.RecordBatch, batch: Batch) -> Hashes:
    """The hash of each row of the batch, which was made of the block."""
    if not identity.names:
        return _of_content(batch)
    every = _joined(of_column(block.column(name)) for name in identity.names)
    return every if batch.rows is None else every.take(batch.rows)


def _joined(parts: Iterable[Hashes]) -> Hashes:
    """One hash of several, in their order."""
    return reduce(lambda found, part: mixed((found + GOLDEN) ^ part), parts)


def _of_content(batch: Batch) -> Hashes:
    """Hashes of what the rows are scored by."""
    n = len(batch)
    numbers = [batch.truth] if isinstance(batch, ClassBatch) else []
    if isinstance(batch, CellBatch):
        numbers += [*batch.targets]
    numbers += [*np.reshape(batch.scores.raw, (-1, n))]
    numbers += [column for column in (batch.row_weights, batch.row_units) if column is not None]
    return _joined(map(of_floats, numbers))


def of_column(array: pa.Array) -> Hashes:
    """Hashes of the values of a column; a missing one is the empty text."""
    array = from_arrow.plain(array)
    if pa.types.is_dictionary(array.type) and len(array.dictionary) > len(array):
        # Texts that are hardly ever the same are hashed where they lie.
        array = array.dictionary_decode()
    there = from_arrow.present(array)
    if pa.types.is_dictionary(array.type):
        codes, words, there = from_arrow.texts(array) or ((), (), None)
        found = of_texts([plain(word) for word in words])
        found = found.take(codes) if len(words) else np.zeros(len(codes), dtype=np.uint64)
    elif pa.types.is_floating(array.type):
        values = from_arrow.fixed(array)
        known = ~np.isnan(values)
        there = known if there is None else there & known
        found = _of_numbers(np.where(there, values, 0.0) + 0.0)
    else:
        # Whole numbers and truth values are spelled by Arrow as by Python.
        found = of_plain(*from_arrow.encoded(array))
    return found if there is None else np.where(there, found, of_texts([""]))


def _of_numbers(values: NDArray[np.floating[Any]]) -> Hashes:
    """Hashes of numbers, as Python spells them; whole ones as such."""
    if (np.abs(values) < _SPELLED_OUT).all() and (np.trunc(values) == values).all():
        return of_plain(*from_arrow.encoded(to_arrow.from_numpy(values.astype(np.int64))))
    return of_texts([plain(spell(value)) for value in values.tolist()])


def plain(word: str) -> str:
    """A whole number as such, however it was spelled: 1.0 is 1, and so in every format."""
    return canonical(word) if word[-1:] == "0" and "." in word else word


def of_plain(data: Bytes, ends: Ints) -> Hashes:
    """The same of each piece as a text whose whole numbers are spelled plainly (see `plain`).

    >>> of_plain(np.frombuffer(b"17.017", np.uint8), np.array([0, 4, 6])).tolist() == [
    ...     of_texts(["17"])[0]
    ... ] * 2
    True
    """
    found = of_bytes(data, ends)
    points = data == _POINT
    if not points.any():
        return found
    before = np.append(0, np.cumsum(points))
    some = np.flatnonzero(before.take(ends[1:]) > before.take(ends[:-1]))
    # What holds a point holds a byte.
    some = some[data.take(ends[1:].take(some) - 1) == _ZERO]
    if len(some):
        pairs = zip(ends.take(some).tolist(), ends.take(some + 1).tolist(), strict=True)
        texts = [data[a:b].tobytes().decode("utf-8", "surrogatepass") for a, b in pairs]
        found[some] = of_texts([plain(text) for text in texts])
    return found
