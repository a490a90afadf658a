"""Text as a source: blocks of bytes cut off one after the other and parsed in parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import WeakValueDictionary

from xentcli.errors import InputError
from xentcli.reading.bytes.compression import decompressed
from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.encoding import utf8
from xentcli.reading.bytes.inputs import fill
from xentcli.reading.text import records
from xentcli.reading.text.dialect import Head
from xentcli.reading.text.records import MalformedRecordError, blocks, line_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input, Peekable
    from xentcli.reading.source import Column, Role
    from xentcli.reading.text.records import Block, Cutter

_HEAD_BYTES = 1 << 20
_SKIPPED_BYTES = 1 << 20
_BYTES_A_COLUMN = 1 << 10
_LARGEST_BLOCK = 8 << 20


class Grammar(Protocol):
    """How one text format is read, once its beginning has been seen.

    `header_bytes` and `header_lines` are what precedes the first row.
    """

    columns: tuple[Column, ...]
    header_bytes: int
    header_lines: int
    cutter: Cutter

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column."""
        ...

    def parser(self, roles: Mapping[str, Role]) -> Callable[[Block], pa.RecordBatch]:
        """What reads the columns in `roles` out of a block. It raises `RowError`."""
        ...

    def line_of(self, data: memoryview, row: int) -> int:
        """On which line (from 0) of a block the `row`-th row (from 0) begins."""
        ...


class TextSplit:
    """One block of rows, not parsed yet."""

    def __init__(
        self, path: str, block: Block, parse: Callable[[Block], pa.RecordBatch], block_rows: int
    ) -> None:
        self.path = path
        self.block = block
        self._parse = parse
        self._block_rows = block_rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The block's rows, `block_rows` at a time. Raises `RowError`."""
        with reading(self.path):
            batch = self._parse(self.block)
        for start in range(0, batch.num_rows, self._block_rows):
            yield batch.slice(start, self._block_rows)


class _Span(NamedTuple):
    """Where a split lies in the text: bytes after the header, and on a stream the lines before."""

    offset: int
    size: int
    lines_before: int


class TextSource:
    """A file or stream of text, of any format that has a `Grammar`."""

    def __init__(
        self,
        supply: Input,
        options: FileOptions,
        format_: str,
        grammar_of: Callable[[Head], Grammar],
    ) -> None:
        self.path = supply.name
        self.format = format_
        self.size = supply.size
        self._supply = supply
        self._encoding = options.encoding
        with reading(self.path):
            self._stream: Peekable | None = self._text(supply.begin())
            self._grammar = grammar_of(_head(self._stream, self.path))
            _skip(self._stream, self._grammar.header_bytes)
        self.columns = self._grammar.columns
        self._spans: list[_Span] = []
        self._alive: WeakValueDictionary[int, TextSplit] = WeakValueDictionary()

    @property
    def consumed(self) -> int:
        """Bytes of the file as it lies taken so far."""
        return self._supply.taken

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column."""
        return self._grammar.sample()

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[TextSplit]:
        """The blocks of the text, in order; `threads` makes no difference to them."""
        del threads
        wide = min(len(self.columns) * _BYTES_A_COLUMN, _LARGEST_BLOCK)
        size = max(wide, records.BLOCK_BYTES)
        parse = self._grammar.parser(roles)
        lines = self._grammar.header_lines
        end = 0
        self._spans.clear()
        try:
            with reading(self.path):
                stream = self._body()
                cutter = self._grammar.cutter
                for block in blocks(stream, cutter, size, limit=records.RECORD_LIMIT):
                    split = TextSplit(self.path, block, parse, block_rows)
                    self._alive[len(self._spans)] = split
                    self._spans.append(_Span(block.offset, block.size, lines))
                    end = block.offset + block.size
                    if not self._supply.is_file:  # where lines cannot be counted later on
                        lines += line_ends(block.buffer, block.size)
                    yield split
        except MalformedRecordError as error:
            if self._supply.is_file:
                lines, _ = self._again(end, 0)
            where = f"line {lines + error.lines + 1}"
            raise InputError(f"{self.path}: {where}: {error.problem}") from error

    def place(self, split: int, row: int) -> str | None:
        """The line on which a row begins, found by reading the file again.

        A stream cannot be read again: where the split is gone, the line is that of its start.
        """
        span = self._spans[split]
        alive = self._alive.get(split)
        if self._supply.is_file:
            lines, data = self._again(span.offset, span.size)
        elif alive is not None:
            lines, data = span.lines_before, alive.block.data
        else:
            return f"after line {span.lines_before}"
        return f"line {lines + 1 + self._grammar.line_of(data, row)}"

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file changed since it was opened."""
        self._supply.check_unchanged()

    def close(self) -> None:
        """Releases the file. Raises `InputError` when it changed while it was read."""
        self._supply.close()
        self._supply.check_unchanged()

    def _text(self, stream: Peekable) -> Peekable:
        return utf8(decompressed(stream), self._encoding, self.path)

    def _body(self) -> Peekable:
        """The text behind the header; the first time as opened, then anew."""
        stream, self._stream = self._stream, None
        if stream is None:
            stream = self._text(self._supply.begin())
            _skip(stream, self._grammar.header_bytes)
        return stream

    def _again(self, offset: int, size: int) -> tuple[int, memoryview]:
        """Reads the file again: the lines before `offset`, and `size` bytes from there on."""
        with reading(self.path), self._supply.again() as file:
            stream = self._text(file)
            lines = _skip(stream, self._grammar.header_bytes + offset)
            return lines, memoryview(_taken(stream, size))


def _head(stream: Peekable, name: str) -> Head:
    data = stream.peek(_HEAD_BYTES)
    size = _HEAD_BYTES
    while len(data) == size and b"\n" not in data and b"\r" not in data:
        if size >= records.RECORD_LIMIT:
            raise InputError(f"{name}: the first line is longer than {size >> 20} MiB")
        size *= 2
        data = stream.peek(size)
    if not data:
        raise InputError(f"{name}: is empty")
    return Head(data, whole=len(data) < size)


def _taken(stream: Peekable, size: int) -> bytearray:
    buffer = bytearray(size)
    count = fill(stream, memoryview(buffer))
    return buffer[:count]


def _skip(stream: Peekable, size: int) -> int:
    """Reads `size` bytes, and counts the lines that end in them."""
    lines = 0
    half_an_end = False
    while size > 0:
        taken = _taken(stream, min(size, _SKIPPED_BYTES))
        if not taken:
            break
        size -= len(taken)
        lines += line_ends(taken, len(taken)) - (half_an_end and taken.startswith(b"\n"))
        half_an_end = taken.endswith(b"\r")
    return lines
