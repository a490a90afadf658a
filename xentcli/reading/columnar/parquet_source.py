"""Apache Parquet: row groups decoded in parallel, never mapped, never held whole."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.layout.schema import Role
from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.inputs import as_file
from xentcli.reading.conform import check_roles, column_of, conformed, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow.parquet as pq

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.source import Source, Split

_BUFFER_BYTES = 1 << 20
_SAMPLED_ROWS = 200
_SAMPLED_CELLS = 50_000


def open_parquet(supply: Input, options: FileOptions) -> Source:
    """Opens a Parquet file. Raises `InputError` for what is none, or damaged."""
    del options
    return ParquetSource(supply)


class ParquetSource:
    """A Parquet file; its row groups are the splits where there are enough of them."""

    format = "parquet"

    def __init__(self, supply: Input) -> None:
        self.path = supply.name
        self._supply = supply
        self._file = as_file(supply)
        self.size: int | None = self._file.size
        try:
            with reading(self.path):
                plain = _open(self._file.path, None, ())
                self._metadata = plain.metadata
                self._schema = plain.schema_arrow
                plain.close()
        except BaseException:
            self._file.close()
            raise
        refuse_twins(self._schema, self.path)
        self.columns = tuple(column_of(field) for field in self._schema)
        self._first_rows: list[int] = []

    @property
    def consumed(self) -> int:
        """The share of the file that the rows handed out make up."""
        rows = self._first_rows[-1] if self._first_rows else 0
        total: int = self._metadata.num_rows
        return (self.size or 0) * rows // max(1, total)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values, fewer of wide files."""
        count = min(_SAMPLED_ROWS, max(1, _SAMPLED_CELLS // max(1, len(self.columns))))
        names = [column.name for column in self.columns]
        with reading(self.path), _open(self._file.path, self._metadata, ()) as file:
            groups = list(range(min(1, self._metadata.num_row_groups)))
            for batch in _decode(file, names, count, groups, use_threads=False):
                return {name: _values(batch.column(name)) for name in names}
        return {name: [] for name in names}

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """Row groups, or, where they are fewer than `threads`, batches decoded in advance."""
        check_roles(self._schema, roles, self.path)
        self._first_rows = [0]
        if self._metadata.num_row_groups < threads:
            return self._batches(roles, block_rows)
        return self._row_groups(roles, block_rows)

    def _row_groups(self, roles: Mapping[str, Role], block_rows: int) -> Iterator[Split]:
        files = _Pool(lambda: self._open_for(roles))
        for group in range(self._metadata.num_row_groups):
            split = RowGroup(self.path, files, group, roles, block_rows)
            self._first_rows.append(self._first_rows[-1] + self._metadata.row_group(group).num_rows)
            yield split

    def _batches(self, roles: Mapping[str, Role], block_rows: int) -> Iterator[Split]:
        groups = list(range(self._metadata.num_row_groups))
        with reading(self.path), self._open_for(roles) as file:
            for batch in _decode(file, list(roles), block_rows, groups, use_threads=True):
                self._first_rows.append(self._first_rows[-1] + batch.num_rows)
                yield DecodedBatch(self.path, batch, roles)

    def _open_for(self, roles: Mapping[str, Role]) -> pq.ParquetFile:
        labels = [name for name, role in roles.items() if role is Role.LABEL]
        return _open(self._file.path, self._metadata, labels)

    def place(self, split: int, row: int) -> str | None:
        """The number of a row in the file, from 1."""
        return f"row {self._first_rows[split] + row + 1}"

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file changed since it was opened."""
        self._supply.check_unchanged()

    def close(self) -> None:
        """Releases the file. Raises `InputError` when it changed while it was read."""
        self._file.close()
        self._supply.close()
        self._supply.check_unchanged()


@dataclass(frozen=True)
class RowGroup:
    """One row group, decoded by whoever takes the split."""

    path: str
    files: _Pool
    index: int
    roles: Mapping[str, Role]
    block_rows: int

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The group's rows, `block_rows` at a time."""
        with reading(f"{self.path}: row group {self.index + 1}"), self.files.lent() as file:
            names = list(self.roles)
            for batch in _decode(file, names, self.block_rows, [self.index], use_threads=False):
                yield _conformed(batch, self.roles)


@dataclass(frozen=True)
class DecodedBatch:
    """Rows that the decoder has already produced, with threads of its own."""

    path: str
    batch: pa.RecordBatch
    roles: Mapping[str, Role]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows."""
        with reading(self.path):
            yield _conformed(self.batch, self.roles)


class _Pool:
    """Open files that one thread at a time uses; as many as there are threads."""

    def __init__(self, opener: Callable[[], pq.ParquetFile]) -> None:
        self._opener = opener
        self._idle: SimpleQueue[pq.ParquetFile] = SimpleQueue()

    @contextmanager
    def lent(self) -> Iterator[pq.ParquetFile]:
        """An idle file, or another one."""
        try:
            file = self._idle.get_nowait()
        except Empty:
            file = self._opener()
        yield file
        self._idle.put(file)


def _open(
    path: str, metadata: pq.FileMetaData | None, dictionaries: Sequence[str]
) -> pq.ParquetFile:
    import pyarrow.parquet as pq  # slow to import: not before a file needs it

    return pq.ParquetFile(
        path,
        metadata=metadata,
        read_dictionary=list(dictionaries),
        buffer_size=_BUFFER_BYTES,
        pre_buffer=False,
        memory_map=False,
        page_checksum_verification=True,
    )


def _decode(
    file: pq.ParquetFile, names: list[str], rows: int, groups: list[int], *, use_threads: bool
) -> Iterator[pa.RecordBatch]:
    return iter(
        file.iter_batches(
            batch_size=rows, row_groups=groups, columns=names, use_threads=use_threads
        )
    )


def _conformed(batch: pa.RecordBatch, roles: Mapping[str, Role]) -> pa.RecordBatch:
    columns = [conformed(batch.column(name), role) for name, role in roles.items()]
    return pa.RecordBatch.from_arrays(columns, names=list(roles))


def _values(column: pa.Array) -> list[object]:
    values: list[object] = column.to_pylist()
    return values
