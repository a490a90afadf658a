"""What tells rows apart: 64-bit hashes of the columns that name them, or of all they hold.

A hash depends on the row alone: two rows of one identity have one hash, in whatever file,
format and block they come. Values of columns are hashed as text, as `--by` spells them, so
that 17 in a Parquet file is 17 in a CSV file.
"""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli import columns
from xentcli.cell_batch import CellBatch
from xentcli.class_batch import ClassBatch
from xentcli.labels import canonical, spell
from xentcli.poisson import mixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from xentcli.batch import Batch
    from xentcli.layout import Layout

    Hashes = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_WORD = 8
# The bytes of a text that a word of eight holds, where less than eight are left.
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


class Kind(StrEnum):
    """What tells rows apart: the cluster they belong to, an id of their own, or all they hold."""

    CLUSTER = "cluster"
    ID = "id"
    CONTENT = "content"


class Identity(NamedTuple):
    """What tells rows apart: the values of `names`; with none, scores, truth, weight and units."""

    kind: Kind
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, layout: Layout) -> Identity:
        """The best that a layout knows: rows that depend on each other are drawn together."""
        if layout.cluster is not None:
            return cls(Kind.CLUSTER, (layout.cluster,))
        return cls(Kind.CONTENT) if layout.id is None else cls(Kind.ID, (layout.id,))

    def hashes(self, block: pa.RecordBatch, batch: Batch) -> Hashes:
        """The hash of each row of the batch, which was made of the block."""
        if not self.names:
            return _of_content(batch)
        every = _joined(_of_column(block.column(name)) for name in self.names)
        return every if batch.rows is None else every.take(batch.rows)


def _joined(parts: Iterable[Hashes]) -> Hashes:
    """One hash of several, in their order."""
    return reduce(lambda found, part: mixed((found + _GOLDEN) ^ part), parts)


def _of_content(batch: Batch) -> Hashes:
    """Hashes of what the rows are scored by."""
    n = len(batch)
    numbers = [batch.truth] if isinstance(batch, ClassBatch) else []
    if isinstance(batch, CellBatch):
        numbers += [*batch.targets]
    numbers += [*np.reshape(batch.scores.raw, (-1, n))]
    numbers += [column for column in (batch.row_weights, batch.row_units) if column is not None]
    # No number is -0.0 beside 0.0.
    floats = (column.astype(np.float64) + 0.0 for column in numbers)
    return _joined(mixed(column.view(np.uint64)) for column in floats)


def _of_column(array: pa.Array) -> Hashes:
    """Hashes of the values of a column; a missing one is the empty text."""
    text = columns.texts(array)
    if text is not None:
        codes, words, there = text
        found = of_texts([_plain(word) for word in words])
        found = found.take(codes) if len(words) else np.zeros(len(codes), dtype=np.uint64)
    else:
        array = columns.plain(array)
        there, values = columns.present(array), columns.fixed(array)
        if values.dtype.kind == "f":
            known = ~np.isnan(values)
            there = known if there is None else there & known
            values = np.where(known, values, 0.0) + 0.0
        found = of_texts([_plain(spell(value)) for value in values.tolist()])
    return found if there is None else np.where(there, found, of_texts([""]))


def _plain(word: str) -> str:
    """A whole number as such, however it was spelled: 1.0 is 1, and so in every format."""
    return canonical(word) if word[-1:] == "0" and "." in word else word


def of_texts(texts: Sequence[str]) -> Hashes:
    """A hash of each text, eight bytes of all of them at a time.

    >>> a, b, c = of_texts(["17", "1700000000", "17"]).tolist()
    >>> a == c, a == b
    (True, False)
    """
    encoded = "".join(texts).encode("utf-8", "surrogatepass")
    whole = len(encoded) == sum(map(len, texts))
    sizes = map(len, texts if whole else (t.encode("utf-8", "surrogatepass") for t in texts))
    ends = np.fromiter(accumulate(sizes), np.int64, len(texts))
    lengths = np.diff(ends, prepend=0)
    starts = ends - lengths
    # A word of eight bytes from every byte on, the bytes in the same order on every machine.
    words = np.ndarray(
        (len(encoded) + 1,), dtype="<u8", buffer=encoded + bytes(_WORD), strides=(1,)
    )
    found = mixed(lengths.astype(np.uint64) + _GOLDEN)
    live = np.arange(len(texts))
    for first in range(0, int(lengths.max(initial=0)), _WORD):
        live = live[lengths[live] > first]
        left = np.minimum(lengths[live] - first, _WORD)
        word = words[starts[live] + first].astype(np.uint64) & _MASKS[left]
        found[live] = mixed(found[live] ^ word)
    return found
