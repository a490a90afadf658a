"""Arrow's own formats: the IPC file (Feather version 2) and the IPC stream."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.errors import InputError
from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.inputs import as_file, fill
from xentcli.reading.conform import check_roles, column_of, conformed, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input, Peekable
    from xentcli.reading.source import Role, Source, Split

_FILE_MAGIC = b"ARROW1"
_STREAM_MAGIC = b"\xff\xff\xff\xff"
_STREAM_END = _STREAM_MAGIC + bytes(4)
_SAMPLED_ROWS = 200
_SAMPLED_CELLS = 50_000


def open_arrow(supply: Input, options: FileOptions) -> Source:
    """Opens an IPC file or stream, whichever the first bytes say it is.

    Raises `InputError` for what is not Arrow, or damaged.
    """
    del options
    if supply.stream().peek(len(_FILE_MAGIC)) == _FILE_MAGIC:
        return ArrowFile(supply)
    return ArrowStream(supply)


class ArrowSource:
    """What sources of record batches have in common: columns, row numbers, the sample."""

    format = "arrow"

    def __init__(self, supply: Input, schema: pa.Schema) -> None:
        self.path = supply.name
        self._supply = supply
        self._schema = schema
        refuse_twins(schema, self.path)
        self.columns = tuple(column_of(field) for field in schema)
        self._first_rows: list[int] = []

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file changed since it was opened."""
        self._supply.check_unchanged()

    def sample_of(self, batches: Iterator[pa.RecordBatch]) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values, fewer of wide files."""
        count = min(_SAMPLED_ROWS, max(1, _SAMPLED_CELLS // max(1, len(self.columns))))
        names = self._schema.names
        with reading(self.path):
            first = next((batch for batch in batches if batch.num_rows), None)
            if first is None:
                return {name: [] for name in names}
            return {name: first.column(name).slice(0, count).to_pylist() for name in names}

    def sliced(
        self, batches: Iterator[pa.RecordBatch], roles: Mapping[str, Role], block_rows: int
    ) -> Iterator[Split]:
        """Pieces of `block_rows` rows, whose places are noted."""
        self._first_rows = [0]
        with reading(self.path):
            for batch in batches:
                for start in range(0, batch.num_rows, block_rows):
                    part = batch.slice(start, block_rows)
                    self._first_rows.append(self._first_rows[-1] + part.num_rows)
                    yield BatchSplit(self.path, part, roles)

    def place(self, split: int, row: int) -> str | None:
        """The number of a row in the file, from 1."""
        return f"row {self._first_rows[split] + row + 1}"


class ArrowFile(ArrowSource):
    """An IPC file: its record batches are read one at a time and cut into splits."""

    def __init__(self, supply: Input) -> None:
        self._file = as_file(supply)
        self.size: int | None = self._file.size
        try:
            with reading(supply.name):
                self._raw = pa.OSFile(self._file.path)
                self._reader = pa.ipc.open_file(self._raw)
            super().__init__(supply, self._reader.schema)
            self._done = 0
        except BaseException:
            self._file.close()
            raise

    @property
    def consumed(self) -> int:
        """The share of the file that the record batches read so far make up."""
        total: int = self._reader.num_record_batches
        return (self.size or 0) * self._done // max(1, total)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values."""
        return self.sample_of(self._batches(self._reader))

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """Pieces of the record batches of `block_rows` rows; `threads` makes no difference."""
        del threads
        check_roles(self._schema, roles, self.path)
        wanted = sorted(self._schema.get_field_index(name) for name in roles)
        with reading(self.path):
            reader = pa.ipc.open_file(
                self._raw, options=pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
            )
        return self.sliced(self._batches(reader), roles, block_rows)

    def _batches(self, reader: pa.RecordBatchFileReader) -> Iterator[pa.RecordBatch]:
        for index in range(reader.num_record_batches):
            with reading(f"{self.path}: record batch {index + 1}"):
                batch = reader.get_batch(index)
                batch.validate(full=True)  # bad offsets would crash the process later on
            self._done = index
            yield batch

    def close(self) -> None:
        """Releases the file. Raises `InputError` when it changed while it was read."""
        self._raw.close()
        self._file.close()
        self._supply.close()
        self._supply.check_unchanged()


class ArrowStream(ArrowSource):
    """An IPC stream: read once, from the front, a record batch at a time."""

    def __init__(self, supply: Input) -> None:
        self.size = supply.size
        self._begin(supply)
        super().__init__(supply, self._reader.schema)

    def _begin(self, supply: Input) -> None:
        self._bytes = _WholeReads(supply.begin())
        with reading(supply.name):
            self._reader = pa.ipc.open_stream(pa.PythonFile(self._bytes, mode="r"))
        self._ahead: list[pa.RecordBatch] = []
        self._fresh = True

    @property
    def consumed(self) -> int:
        """Bytes taken from the stream so far."""
        return self._supply.taken

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values; what was read for them is kept for the splits."""
        if self._fresh and not self._ahead:
            self._ahead = list(itertools.islice(self._batches(), 1))
        return self.sample_of(iter(self._ahead))

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """Pieces of the record batches of `block_rows` rows; `threads` makes no difference."""
        del threads
        check_roles(self._schema, roles, self.path)
        if not self._fresh:
            self._begin(self._supply)
        self._fresh = False
        ahead, self._ahead = self._ahead, []
        return self.sliced(itertools.chain(ahead, self._batches()), roles, block_rows)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            with reading(self.path):
                try:
                    batch = self._reader.read_next_batch()
                except StopIteration:
                    break
                batch.validate(full=True)  # bad offsets would crash the process later on
            yield batch
        self._bytes.check_end(self.path)

    def close(self) -> None:
        """Releases the stream. Raises `InputError` when a file changed while it was read."""
        self._supply.close()
        self._supply.check_unchanged()


@dataclass(frozen=True)
class BatchSplit:
    """Some rows of a record batch."""

    path: str
    batch: pa.RecordBatch
    roles: Mapping[str, Role]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows."""
        with reading(self.path):
            columns = [conformed(self.batch.column(n), role) for n, role in self.roles.items()]
            yield pa.RecordBatch.from_arrays(columns, names=list(self.roles))


class _WholeReads:
    """Reads that are as long as asked for, also on a pipe, and the last bytes they gave."""

    def __init__(self, stream: Peekable) -> None:
        self._stream = stream
        self._tail = b""
        self.closed = False

    def read(self, size: int) -> bytes:
        buffer = bytearray(size)
        data = bytes(memoryview(buffer)[: fill(self._stream, memoryview(buffer))])
        self._tail = (self._tail + data[-len(_STREAM_END) :])[-len(_STREAM_END) :]
        return data

    def check_end(self, name: str) -> None:
        """Raises `InputError` where a stream ends too early, or goes on behind its end."""
        if self._tail != _STREAM_END:
            raise InputError(f"{name}: ends before the end of the Arrow stream: truncated?")
        if self.read(1):
            raise InputError(f"{name}: goes on behind the end of the Arrow stream")

    def close(self) -> None:
        self._stream.close()
