"""What processes send each other of the rows they read, blocks of Arrow columns among it."""

from __future__ import annotations

import copyreg
import pickle
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

    Packed = tuple[Callable[[bytes], pa.RecordBatch], tuple[bytes]]


def send(parcel: Any, stream: BinaryIO) -> None:
    """Pickles; of a block its rows alone, where Arrow would send all that they are part of.

    >>> import io
    >>> block = pa.RecordBatch.from_pydict({"id": list(range(10_000))}).slice(2, 3)
    >>> send(block, stream := io.BytesIO())
    >>> pickle.loads(stream.getvalue())["id"].to_pylist(), stream.tell() < 1000
    ([2, 3, 4], True)
    """
    pickler = pickle.Pickler(stream, protocol=5)
    pickler.dispatch_table = {**copyreg.dispatch_table, pa.RecordBatch: _packed}
    pickler.dump(parcel)


def _packed(block: pa.RecordBatch) -> Packed:
    columns = [_own(column) for column in block.columns]
    block = pa.RecordBatch.from_arrays(columns, block.schema.names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, block.schema) as writer:
        writer.write_batch(block)
    return _unpacked, (sink.getvalue().to_pybytes(),)


def _own(column: pa.Array) -> pa.Array:
    """The column without a dictionary of more words than it has rows."""
    spare = pa.types.is_dictionary(column.type) and len(column.dictionary) > len(column)
    return column.dictionary_decode() if spare else column


def _unpacked(data: bytes) -> pa.RecordBatch:
    return pa.ipc.open_stream(data).read_next_batch()
