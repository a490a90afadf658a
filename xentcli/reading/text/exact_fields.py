"""Delimited text read record by record with Python's own parser: slow, exact, full of reasons."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.errors import RowError
from xentcli.layout.schema import Role
from xentcli.reading import arrays
from xentcli.reading.bytes.encoding import not_utf8
from xentcli.reading.numerals import NotANumberError, number
from xentcli.reading.text.records import Lines, allow_fields_of
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xentcli.reading.text.dialect import Dialect

_SHOWN = 60
_BRACKETED = re.compile(r"\s*[\[(](.*)[\])]\s*", re.DOTALL)
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+")


def read_exactly(data: memoryview, dialect: Dialect, roles: Mapping[str, Role]) -> pa.RecordBatch:
    """The columns in `roles` of the records in `data`.

    Raises `RowError` for the first record that has too few or too many fields, is not UTF-8,
    or holds something that is not a number where one must be.
    """
    point = dialect.decimal_point
    wanted = [
        (dialect.names.index(name), name, _converter(role, point)) for name, role in roles.items()
    ]
    columns: list[list[object]] = [[] for _ in wanted]
    for row, record in enumerate(whole_records(data, dialect)):
        for values, (position, name, convert) in zip(columns, wanted, strict=True):
            try:
                values.append(convert(record[position]))
            except NotANumberError as error:
                raise _unreadable(row, name, record[position], error) from error
    built = [arrays.of_role(role, v) for role, v in zip(roles.values(), columns, strict=True)]
    return pa.RecordBatch.from_arrays(built, names=list(roles))


def vector(text: str, decimal_point: str = ".") -> list[float | None] | None:
    """The numbers of a list in a field, as Python, JSON or numpy print it; None if missing.

    Raises `NotANumberError`.

    >>> vector("[0.25, 0.75]"), vector("[1.  0.5]"), vector("[]"), vector("NA")
    ([0.25, 0.75], [1.0, 0.5], [], None)
    """
    match = _BRACKETED.fullmatch(text)
    if match is None:
        if number_or_none(text) is None:
            return None
        raise NotANumberError("is not a list of numbers")
    inner = match.group(1).strip()
    return [number(item, decimal_point) for item in _BETWEEN.split(inner)] if inner else []


def number_or_none(text: str) -> float | None:
    """As `number`, but says of text that is no number that it is no list either."""
    try:
        return number(text)
    except NotANumberError as error:
        raise NotANumberError("is not a list of numbers") from error


def whole_records(data: memoryview, dialect: Dialect) -> Iterator[list[str]]:
    """The records with a field for every column; only in a single column is a blank line one.

    Raises `RowError` for one that has too few or too many, or is not UTF-8.
    """
    for row, record in enumerate(_records(data, dialect)):
        if len(record) != len(dialect.names):
            raise _miscounted(row, len(record), len(dialect.names))
        yield record


def _records(data: memoryview, dialect: Dialect) -> Iterator[list[str]]:
    """The records as Python reads them, however many fields they have."""
    allow_fields_of(len(data))
    reader = csv.reader(map(_text_of, Lines(data)), delimiter=dialect.delimiter, strict=True)
    single = len(dialect.names) == 1
    row = 0
    while True:
        try:
            record = next(reader, None)
        except _NotTextError as error:
            problem, hint = not_utf8(error.byte)
            raise RowError(problem, row=row, hint=hint) from error
        except csv.Error as error:
            raise RowError(str(error), row=row) from error
        if record is None:
            return
        if record or single:
            yield record or [""]
            row += 1


class _NotTextError(Exception):
    """A byte that cannot be in a text that is UTF-8."""

    def __init__(self, byte: int) -> None:
        super().__init__(byte)
        self.byte = byte


def _text_of(line: str) -> str:
    raw = line.encode("latin-1")
    if b"\0" in raw:
        raise _NotTextError(0)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _NotTextError(raw[error.start]) from error


def _converter(role: Role, decimal_point: str) -> Callable[[str], object]:
    match role:
        case Role.LABEL:
            return lambda text: text or None
        case Role.NUMBER:
            return lambda text: number(text, decimal_point)
        case Role.VECTOR:
            return lambda text: vector(text, decimal_point)
        case Role.TEXT:
            return str


def _miscounted(row: int, fields: int, columns: int) -> RowError:
    return RowError(
        f"{fields} {'field' if fields == 1 else 'fields'} where the header has {columns}", row=row
    )


def _unreadable(row: int, column: str, text: str, error: NotANumberError) -> RowError:
    return RowError(
        f"'{shown(text, limit=_SHOWN)}' {error.problem}", row=row, column=column, hint=error.hint
    )
