"""The forms in which `xent rows` writes: one table after the other onto a byte stream."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, BinaryIO, Protocol

from xentcli.commands.output.forms import check_suffix
from xentcli.errors import UsageError
from xentcli.report.json_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

# Spreadsheets run a cell that begins with one of these as a formula.
_FORMULA = r"^([=+\-@\t\r])"
# A number with its sign is no formula.
_SIGNED = r"^[+\-](\d+\.?\d*|\.\d+)([eE][+\-]?\d+)?$"
_SPECIAL = r'[",\r\n\t]'
_SPECIAL_OR_EMPTY = rf"{_SPECIAL}|^$"
# What is missing is an empty cell.
_EMPTY = {"null_handling": "replace", "null_replacement": ""}


class RowForm(Protocol):
    """Writes tables of one schema onto a stream; `close` completes the form."""

    def write(self, table: pa.Table) -> None:
        """Appends the table's rows."""
        ...

    def close(self) -> None:
        """Writes what the form ends with; the stream stays open."""
        ...


class _Csv:
    """CSV with a header; quotes where needed, text that looks like a formula marked with `'`.

    Unless it is `verbatim`: for readers that are programs, and rows that are to stay the same. An
    empty text has quotes then only where it would be an empty line.
    """

    def __init__(
        self,
        stream: BinaryIO,
        schema: pa.Schema,
        *,
        delimiter: str = ",",
        verbatim: bool = False,
        header: bool = True,
    ) -> None:
        import pyarrow as pa
        from pyarrow import csv

        names = (_csv_field(name, verbatim=verbatim) for name in schema.names)
        if header:
            stream.write((delimiter.join(names) + "\n").encode())
        self._stream = stream
        self._verbatim = verbatim
        self._special = _SPECIAL if verbatim and len(schema) > 1 else _SPECIAL_OR_EMPTY
        self._delimiter = delimiter
        self._csv = csv
        self._sink = pa.PythonFile(stream, mode="w")

    def write(self, table: pa.Table) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not table.num_rows:
            return
        cells = [self._cells(column) for column in table.combine_chunks().columns]
        if any(quoted for _, quoted in cells):
            # Arrow's writer quotes either all text or none.
            texts = [cell.cast(pa.string()) for cell, _ in cells]
            texts[-1] = pc.binary_join_element_wise(texts[-1], *_words("", "\n"), **_EMPTY)
            lines = pc.binary_join_element_wise(*texts, *_words(self._delimiter), **_EMPTY)
            for chunk in lines.chunks:
                _, ends, data = chunk.buffers()
                first, last = (
                    memoryview(ends).cast("i")[chunk.offset + i] for i in (0, len(chunk))
                )
                self._stream.write(memoryview(data)[first:last])
            return
        options = self._csv.WriteOptions(
            include_header=False, delimiter=self._delimiter, quoting_style="none"
        )
        plain = pa.Table.from_arrays([cell for cell, _ in cells], names=table.column_names)
        self._csv.write_csv(plain, self._sink, options)
        self._sink.flush()

    def _cells(self, column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, bool]:
        """The column as it is to be written, and whether some of it has quotes."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_primitive(column.type):
            return column, False
        cells = _as_text(column) if pa.types.is_nested(column.type) else column.cast(pa.string())
        if not self._verbatim:
            marked = pc.replace_substring_regex(cells, pattern=_FORMULA, replacement=r"'\1")
            cells = pc.if_else(pc.match_substring_regex(cells, _SIGNED), cells, marked)
        special = pc.match_substring_regex(cells, self._special)
        if not pc.any(special).as_py():
            return cells, False
        doubled = pc.replace_substring(cells, pattern='"', replacement='""')
        begin, end, nothing = _words('"', '"', "")
        return pc.if_else(
            special, pc.binary_join_element_wise(begin, doubled, end, nothing), cells
        ), True

    def close(self) -> None:
        self._sink.flush()


def _words(*texts: str) -> Iterator[pa.StringScalar]:
    """Texts for Arrow's functions, which make them of Python's with an import of pandas."""
    from xentcli.numerics import to_arrow

    return iter(to_arrow.texts(texts))


def _csv_field(name: str, *, verbatim: bool) -> str:
    if not verbatim and name[:1] in ("=", "+", "-", "@", "\t", "\r"):
        name = "'" + name
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"\r\n\t') else name


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists and structs as JSON."""
    import pyarrow as pa

    from xentcli.numerics import to_arrow

    texts = [None if v is None else json.dumps(plain(v, str)) for v in column.to_pylist()]
    return pa.chunked_array([to_arrow.texts(texts)])


class _JsonLines:
    """One JSON object a row; infinity is the string "Infinity", what is missing null."""

    def __init__(self, stream: BinaryIO, schema: pa.Schema) -> None:
        del schema
        self._stream = stream

    def write(self, table: pa.Table) -> None:
        names = [json.dumps(name, ensure_ascii=False) for name in table.column_names]
        columns = [_json_texts(column) for column in table.columns]
        text = "".join(
            "{" + ", ".join(f"{n}: {v}" for n, v in zip(names, row, strict=True)) + "}\n"
            for row in zip(*columns, strict=True)
        )
        self._stream.write(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode())

    def close(self) -> None:
        pass


def _json_texts(column: pa.ChunkedArray) -> list[str]:
    """The values as JSON; what is JSON already stays as it is spelled."""
    import pyarrow as pa

    values = column.to_pylist()
    if isinstance(column.type, pa.JsonType):
        return ["null" if value is None else value for value in values]
    return [json.dumps(plain(v, str), ensure_ascii=False, allow_nan=False) for v in values]


class _Arrow:
    """The Arrow IPC streaming format."""

    def __init__(self, stream: BinaryIO, schema: pa.Schema) -> None:
        import pyarrow as pa

        self._writer = pa.ipc.new_stream(pa.PythonFile(stream, mode="w"), schema)

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


class _Parquet:
    """Parquet, its row groups at least a few blocks large."""

    _GROUP_ROWS = 1 << 17

    def __init__(self, stream: BinaryIO, schema: pa.Schema) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._sink = pa.PythonFile(stream, mode="w")
        self._writer = pq.ParquetWriter(self._sink, schema)
        self._held: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        self._held.append(table)
        if sum(t.num_rows for t in self._held) >= self._GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._held:
            self._writer.write_table(pa.concat_tables(self._held))
            self._held = []

    def close(self) -> None:
        self._flush()
        self._writer.close()


ROW_FORMS: dict[str, Callable[[BinaryIO, pa.Schema], RowForm]] = {
    "csv": _Csv,
    "tsv": functools.partial(_Csv, delimiter="\t"),
    "jsonl": _JsonLines,
    "arrow": _Arrow,
    "parquet": _Parquet,
}


def verbatim(form: str, *, header: bool = True) -> Callable[[BinaryIO, pa.Schema], RowForm]:
    """A form for rows that are to stay what they were: no text is marked as a formula.

    Text formats have a `header` or have none.
    """
    delimiter = {"csv": ",", "tsv": "\t"}.get(form)
    if delimiter is None:
        return ROW_FORMS[form]
    return functools.partial(_Csv, delimiter=delimiter, verbatim=True, header=header)


def form_named(asked: str, path: str) -> str:
    """The form that was asked for, else that of the path's suffix, else CSV.

    Raises UsageError for a form that there is not.

    >>> form_named("", "rows.parquet"), form_named("", "-"), form_named("tsv", "rows.csv")
    ('parquet', 'csv', 'tsv')
    """
    suffix = path.rpartition(".")[2].lower()
    named = "jsonl" if suffix in ("ndjson", "json", "jsonlines") else suffix
    if named not in ROW_FORMS:
        check_suffix(path, ", ".join(ROW_FORMS), chosen=bool(asked))
    form = asked or (named if named in ROW_FORMS else "csv")
    if form not in ROW_FORMS:
        raise UsageError(f"--format: there is no form '{form}'; there are {', '.join(ROW_FORMS)}")
    return form
