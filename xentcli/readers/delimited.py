"""How delimited text is read: the grammar that CSV and TSV share."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from xentcli.readers.dialect import Head, read_dialect, sample_rows
from xentcli.readers.exact_fields import read_exactly
from xentcli.readers.fast_fields import FastParser, NotPlainError
from xentcli.readers.records import DelimitedCutter, Lines, allow_fields_of
from xentcli.readers.text_source import TextSource
from xentcli.schema import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from xentcli.options import FileOptions
    from xentcli.readers.dialect import Dialect
    from xentcli.readers.inputs import Input
    from xentcli.readers.records import Block, Cutter
    from xentcli.schema import Role


def open_delimited(
    supply: Input, options: FileOptions, format_: str, usual_delimiter: str | None
) -> TextSource:
    """Opens `supply` as delimited text of the format named so.

    Raises `InputError` for an empty file or a header that is none.
    """

    def grammar_of(head: Head) -> DelimitedGrammar:
        return DelimitedGrammar(read_dialect(head, options, usual_delimiter, supply.name), head)

    return TextSource(supply, options, format_, grammar_of)


class DelimitedGrammar:
    """Rows of fields between delimiters, under a header."""

    def __init__(self, dialect: Dialect, head: Head) -> None:
        self._dialect = dialect
        self._head = head
        self.columns = tuple(Column(name, Kind.UNTYPED) for name in dialect.names)
        self.header_bytes = dialect.header_bytes
        self.header_lines = dialect.header_lines
        self.cutter: Cutter = DelimitedCutter(dialect.delimiter)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column, as text; an empty field is None."""
        return sample_rows(self._head, self._dialect)

    def parser(self, roles: Mapping[str, Role]) -> Callable[[Block], pa.RecordBatch]:
        """What reads the columns in `roles`: fast where a block allows it, exact otherwise."""
        fast = FastParser(self._dialect, roles)

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
