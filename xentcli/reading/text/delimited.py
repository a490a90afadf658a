"""How delimited text is read: the grammar that CSV and TSV share."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

from xentcli.errors import InputError, RowError
from xentcli.layout.schema import Column, Kind
from xentcli.reading.text.dialect import Head, read_dialect
from xentcli.reading.text.exact_fields import read_exactly, whole_records
from xentcli.reading.text.fast_fields import FastParser, NotPlainError
from xentcli.reading.text.records import (
    DelimitedCutter,
    Lines,
    MalformedRecordError,
    allow_fields_of,
)
from xentcli.reading.text.text_source import TextSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from xentcli.layout.schema import Role
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.text.dialect import Dialect
    from xentcli.reading.text.records import Block, Cutter

_SAMPLED_ROWS = 200
_SAMPLED_CELLS = 50_000


def open_delimited(
    supply: Input, options: FileOptions, format_: str, usual_delimiter: str | None
) -> TextSource:
    """Opens `supply` as delimited text of the format named so.

    Raises `InputError` for an empty file or a header that is none.
    """

    def grammar_of(head: Head) -> DelimitedGrammar:
        dialect = read_dialect(head, options, usual_delimiter, supply.name)
        return DelimitedGrammar(dialect, head, supply.name)

    return TextSource(supply, options, format_, grammar_of)


class DelimitedGrammar:
    """Rows of fields between delimiters, under a header."""

    def __init__(self, dialect: Dialect, head: Head, name: str) -> None:
        self._dialect = dialect
        self._head: Head | None = head
        self._sample: Mapping[str, Sequence[object]] = {}
        self._name = name
        self.columns = tuple(Column(name, Kind.UNTYPED) for name in dialect.names)
        self.header_bytes = dialect.header_bytes
        self.header_lines = dialect.header_lines
        self.cutter: Cutter = DelimitedCutter(dialect.delimiter)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column, fewer of wide files; an empty field is None.

        Raises `InputError` for rows that cannot be read, lest they be taken for a strange layout.
        """
        if self._head is not None:
            self._sample = self._first_rows(self._head)
            # Of many parts, each would keep the beginning of its text.
            self._head = None
        return self._sample

    def _first_rows(self, head: Head) -> Mapping[str, Sequence[object]]:
        names = self._dialect.names
        count = min(_SAMPLED_ROWS, max(1, _SAMPLED_CELLS // len(names)))
        data = bytearray(head.data[self.header_bytes :])
        try:
            end = self.cutter.last_end(data, len(data), final=head.whole)
            whole = memoryview(data)[:end]
            rows = list(islice(whole_records(whole, self._dialect), count))
        except MalformedRecordError as error:
            raise self._located(RowError(error.problem, row=None), error.lines) from error
        except RowError as error:
            raise self._located(error, self.line_of(whole, error.row or 0)) from error
        return {name: [row[i] or None for row in rows] for i, name in enumerate(names)}

    def _located(self, error: RowError, line: int) -> InputError:
        return error.located(self._name, f"line {self.header_lines + line + 1}")

    def parser(self, roles: Mapping[str, Role]) -> Callable[[Block], pa.RecordBatch]:
        """What reads the columns in `roles`: fast where a block allows it, exact otherwise."""
        sample = self.sample()
        brief = {name for name in roles if all(len(str(v or "x")) == 1 for v in sample[name])}
        fast = FastParser(self._dialect, roles, brief)

        def parse(block: Block) -> pa.RecordBatch:
            try:
                return fast.read(block)
            except NotPlainError:
                return read_exactly(block.data, self._dialect, roles)

        return parse

    def line_of(self, data: memoryview, row: int) -> int:
        """On which line of a block a row begins; blank lines and quoted newlines count."""
        lines = Lines(data)
        allow_fields_of(len(data))
        single = len(self._dialect.names) == 1
        begin = 0
        for record in csv.reader(lines, delimiter=self._dialect.delimiter):
            if record or single:
                if row == 0:
                    return begin
                row -= 1
            begin = lines.count
        return begin
