"""Tables in memory as sources: pandas DataFrames, Arrow tables, anything that speaks Arrow."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from xentcli.errors import InputError
from xentcli.reading.bytes.edge import reading
from xentcli.reading.conform import check_roles, column_of, conformed, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xentcli.layout.schema import Column, Role

_SAMPLED_ROWS = 200


class FrameSource:
    """An Arrow stream as a source. It can be read once."""

    format = "arrow"
    size: int | None = None

    def __init__(self, frame: Any, path: str = "<data>") -> None:
        self.path = path
        self._frame = frame
        self._reader = _stream(frame, path)
        refuse_twins(self._reader.schema, self.path)
        self._first = next(self._reader, None)
        self._starts: list[int] = []
        self.columns: tuple[Column, ...] = tuple(column_of(f) for f in self._reader.schema)

    @property
    def consumed(self) -> int:
        """0: a table in memory has no bytes to count."""
        return 0

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column."""
        if self._first is None:
            return {c.name: () for c in self.columns}
        head = self._first.slice(0, _SAMPLED_ROWS)
        return {c.name: head.column(i).to_pylist() for i, c in enumerate(self.columns)}

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[_FrameSplit]:
        """The stream's batches, one a split."""
        del threads
        check_roles(self._reader.schema, roles, self.path)
        first = () if self._first is None else (self._first,)
        row = 0
        for batch in chain(first, self._reader):
            for start in range(0, batch.num_rows, block_rows):
                self._starts.append(row + start)
                yield _FrameSplit(batch.slice(start, block_rows), roles, self.path)
            row += batch.num_rows

    def place(self, split: int, row: int) -> str | None:
        """The row of the table, from 1."""
        return f"row {self._starts[split] + row + 1}"

    def again(self) -> FrameSource | None:
        """The table from its first row; None for a stream, which is gone once it is read."""
        # Whatever else can be read only once has fewer rows now, which the caller notices.
        return (
            None
            if isinstance(self._frame, pa.RecordBatchReader)
            else FrameSource(self._frame, self.path)
        )

    def check_unchanged(self) -> None:
        """Nothing to check: nobody else holds the stream."""

    def close(self) -> None:
        """Nothing to release."""


class _FrameSplit:
    def __init__(self, batch: pa.RecordBatch, roles: Mapping[str, Role], path: str) -> None:
        self._path = path
        self._batch = batch
        self._roles = roles

    def batches(self) -> Iterator[pa.RecordBatch]:
        with reading(self._path):
            columns = [conformed(self._batch.column(c), role) for c, role in self._roles.items()]
        yield pa.RecordBatch.from_arrays(columns, names=list(self._roles))


def _stream(frame: Any, path: str) -> pa.RecordBatchReader:
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if isinstance(frame, pa.Table):
        return frame.to_reader()
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            return pa.RecordBatchReader.from_stream(frame)
        except (pa.ArrowException, TypeError) as error:
            raise InputError(f"{path}: {error}") from error
    raise InputError(
        f"a {type(frame).__name__} is neither a path nor a table",
        hint="give a path, a DataFrame, an Arrow table, or anything with __arrow_c_stream__",
    )
