"""How a delimited text is written: its delimiter, its column names, its decimal point."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.reading.bytes.encoding import not_utf8
from xentcli.reading.numerals import has_decimal_comma, is_plain
from xentcli.reading.text.records import (
    DelimitedCutter,
    Lines,
    MalformedRecordError,
    allow_fields_of,
)
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xentcli.options import FileOptions

CANDIDATES = (",", "\t", ";", "|")
_SPELLINGS = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_SNIFFED_ROWS = 50


class Dialect(NamedTuple):
    """What must be known to read the rows of a delimited text.

    `names` are the columns, `header_bytes` and `header_lines` what precedes the first row.
    """

    delimiter: str
    decimal_point: str
    names: tuple[str, ...]
    header_bytes: int
    header_lines: int


class Head(NamedTuple):
    """The beginning of a text, `whole` where nothing follows."""

    data: bytes
    whole: bool

    def records(self, delimiter: str) -> Iterator[list[str]]:
        """The complete records in it, blank lines left out; damaged text is shown as it can be."""
        lines = Lines(self.data, "utf-8", "replace")
        allow_fields_of(len(self.data))
        for record in csv.reader(lines, delimiter=delimiter):
            if lines.taken == len(self.data) and not self.whole:
                return
            if record:
                yield record


def read_dialect(head: Head, options: FileOptions, usual: str | None, name: str) -> Dialect:
    """The dialect of the text that begins with `head`; `usual` is its format's delimiter.

    Raises `InputError` (naming the file `name`) for a header that cannot be read or names
    two columns alike, `UsageError` for a delimiter that cannot be one.
    """
    if options.delimiter is not None:
        delimiter = _spelled(options.delimiter)
    elif usual is not None and options.input_format is not None:
        delimiter = usual
    else:
        delimiter = find_delimiter(head, usual or ",")
    first, size, lines = _first_record(head, delimiter, name)
    if options.no_header:
        names, size, lines = tuple(str(i + 1) for i in range(len(first))), 0, 0
    else:
        names = tuple(_decoded(field, name, lines) for field in first)
        _refuse_twins(names, name)
    rows = islice(head.records(delimiter), int(not options.no_header), _SNIFFED_ROWS)
    return Dialect(delimiter, _decimal_point(rows, delimiter), names, size, lines)


def find_delimiter(head: Head, usual: str) -> str:
    r"""The candidate with which most records have as many fields as the first one.

    Among equals, the one that gives the most fields, then one that leaves decimal commas
    whole, then the `usual` one. Text that none divides is divided at single spaces, if that
    gives as many fields everywhere, or is a single column.

    >>> find_delimiter(Head(b"a;p\ndog;0,25\ncat;0,5\n", whole=True), ",")
    ';'
    >>> find_delimiter(Head(b"1 0.25\n0 0.5\n", whole=True), ",")
    ' '
    """
    ranked = [
        (*merit, delimiter == usual, delimiter)
        for delimiter in CANDIDATES
        if (merit := _merit(list(islice(head.records(delimiter), _SNIFFED_ROWS)))) is not None
    ]
    if ranked:
        return max(ranked)[-1]
    spaced = _merit(list(islice(head.records(" "), _SNIFFED_ROWS)))
    return " " if spaced is not None and spaced[0] == 1 else usual


def _merit(records: Sequence[Sequence[str]]) -> tuple[float, int, bool] | None:
    if not records or len(records[0]) < 2:
        return None
    fields = len(records[0])
    agreeing = sum(len(record) == fields for record in records) / len(records)
    return agreeing, fields, any(has_decimal_comma(cell) for row in records for cell in row)


def _spelled(delimiter: str) -> str:
    spelled = _SPELLINGS.get(delimiter.lower(), delimiter)
    if len(spelled) != 1 or not spelled.isascii() or spelled in '"\r\n\0':
        raise UsageError(
            f"--delimiter: '{shown(delimiter)}' cannot be a delimiter",
            hint=r"it is one ASCII character; a tab is \t or 'tab'",
        )
    return spelled


def _first_record(head: Head, delimiter: str, name: str) -> tuple[list[str], int, int]:
    """The first record in Latin-1, and the bytes and lines up to its end."""
    lines = Lines(head.data)
    try:
        record = next(filter(None, csv.reader(lines, delimiter=delimiter, strict=True)), [])
    except csv.Error as error:
        raise _bad_header(head, delimiter, name, str(error)) from error
    if not record or (lines.taken == len(head.data) and not head.whole):
        raise InputError(f"{name}: {'the first record is too long' if record else 'is empty'}")
    return record, lines.taken, lines.count


def _bad_header(head: Head, delimiter: str, name: str, problem: str) -> InputError:
    line = 1
    try:
        DelimitedCutter(delimiter).last_end(bytearray(head.data), len(head.data), final=True)
    except MalformedRecordError as error:
        line, problem = error.lines + 1, error.problem
    return InputError(f"{name}: line {line}: {problem}")


def _decoded(field: str, name: str, line: int) -> str:
    raw = field.encode("latin-1")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        problem, hint = not_utf8(raw[error.start])
        raise InputError(f"{name}: line {line}, in the header: {problem}", hint=hint) from error
    if "\0" in text:
        problem, hint = not_utf8(0)
        raise InputError(f"{name}: line {line}, in the header: {problem}", hint=hint)
    return text


def _refuse_twins(names: Iterable[str], name: str) -> None:
    seen = set[str]()
    for column in names:
        if column in seen:
            raise InputError(
                f"{name}: two columns are named '{shown(column, limit=60)}'",
                hint="give each column its own name; for a file without a header: --no-header",
            )
        seen.add(column)


def _decimal_point(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    commas = points = False
    for row in rows:
        commas = commas or any(map(has_decimal_comma, row))
        points = points or any("." in cell and is_plain(cell) for cell in row)
    return "," if commas and not points else "."
