"""How JSON Lines are read: by Arrow's parser where it can, by Python's where it must."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.errors import InputError, RowError
from xentcli.layout.schema import LISTS, NAME, Column, Kind, Role, entries_of, score_key
from xentcli.reading import arrays
from xentcli.reading.conform import empty_as_null
from xentcli.reading.text.json_values import (
    WORDS,
    JsonObject,
    Spelled,
    is_whole,
    objects,
    values_of,
)
from xentcli.reading.text.records import LineCutter
from xentcli.reading.text.text_source import TextSource

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.text.dialect import Head
    from xentcli.reading.text.records import Block, Cutter

_SAMPLED_ROWS = 200
_ON_ONE_LINE = "one object a line is read: jq -c . FILE | xent eval -"
_NEWLINE, _BRACE = ord("\n"), ord("{")


def open_json_lines(supply: Input, options: FileOptions) -> TextSource:
    """Opens `supply` as JSON Lines. Raises `InputError` for what does not begin as such."""

    def grammar_of(head: Head) -> JsonGrammar:
        return JsonGrammar(head, supply.name, as_json=options.as_json)

    return TextSource(supply, options, "jsonl", grammar_of)


class JsonGrammar:
    """Objects, one a line; the columns are the keys of the first of them, as they come up.

    What only passes through is text, or with `as_json` the JSON that it was, numbers as they
    were spelled.
    """

    header_bytes = 0
    header_lines = 0

    def __init__(self, head: Head, name: str, *, as_json: bool = False) -> None:
        self.cutter: Cutter = LineCutter()
        self._as_json = as_json
        self._first = _first_objects(head, name)
        keys = dict.fromkeys(key for found in self._first for key in found)
        if not all(map(is_whole, keys)):
            raise InputError(f"{name}: a key has half of a character, which is no name")
        self._kinds = {key: _kind(found.get(key) for found in self._first) for key in keys}
        self.columns = tuple(
            Column(key, kind, "integer" if self._is_integer(key) else "")
            for key, kind in self._kinds.items()
        )

    def _is_integer(self, key: str) -> bool:
        values = [found.get(key) for found in self._first]
        return self._kinds[key] is Kind.NUMBER and all(
            value is None or (isinstance(value, str) and value.lstrip("-").isdigit())
            for value in values
        )

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows by column, as Python values; what is missing is None."""
        return {
            column.name: [_python(found.get(column.name)) for found in self._first]
            for column in self.columns
        }

    def parser(self, roles: Mapping[str, Role]) -> Callable[[Block], pa.RecordBatch]:
        """What reads the keys in `roles`. It raises `RowError`."""
        texts = {key for key, role in roles.items() if role is Role.TEXT}
        passed = texts if self._as_json else set()
        schema = None if passed else self._schema(roles)

        def parse(block: Block) -> pa.RecordBatch:
            if schema is not None and _is_plain(block):
                try:
                    return _fast(block, schema, roles)
                except (pa.ArrowInvalid, UnicodeDecodeError):
                    pass  # Python's parser reads it, or knows what is wrong with it
            return _exact(block, roles, passed)

        return parse

    def _schema(self, roles: Mapping[str, Role]) -> pa.Schema | None:
        """The types to ask Arrow for, None where it cannot give what is there verbatim."""
        fields = []
        for key, role in roles.items():
            values = [found.get(key) for found in self._first]
            type_ = _TYPES.get(role) or self._verbatim_type(key)
            if role is Role.VECTOR:
                type_ = _vector_type(values)
            if type_ is None:
                return None
            fields.append(pa.field(key, type_))
        return pa.schema(fields)

    def _verbatim_type(self, key: str) -> pa.DataType | None:
        if self._is_integer(key):
            return pa.int64()
        return {Kind.TEXT: pa.string(), Kind.BOOLEAN: pa.bool_()}.get(self._kinds[key])

    def line_of(self, data: memoryview, row: int) -> int:
        """On which line of a block a row is; blank lines count."""
        return _line_of(data, row)


_TYPES = {Role.NUMBER: pa.float64()}


def _vector_type(values: Sequence[object]) -> pa.DataType | None:
    """That of plain vectors, or of labelled ones; None where their classes are of two kinds."""
    vector = next((value for value in values if value), None)
    entries = entries_of(vector)
    if entries is None:
        return pa.list_(pa.float64())
    names = [name for value in values for name, _ in entries_of(value) or ()]
    if any(type(name) is not str for name in names):
        return None
    if isinstance(vector, dict):
        fields = zip(LISTS, (pa.list_(pa.string()), pa.list_(pa.float64())), strict=True)
        return pa.struct(list(fields))
    key = score_key(vector[0]) if isinstance(vector, list) else None
    return pa.list_(pa.struct([(NAME, pa.string()), (str(key), pa.float64())]))


def _first_objects(head: Head, name: str) -> list[JsonObject]:
    data = head.data if head.whole else head.data[: head.data.rfind(b"\n") + 1]
    body = data.lstrip()
    if body.startswith(b"["):
        raise InputError(
            f"{name}: is a JSON array, not one object a line",
            hint="jq -c '.[]' FILE | xent eval - reads it",
        )
    try:
        found = list(islice(objects(memoryview(data)), _SAMPLED_ROWS))
    except RowError as error:
        hint = _ON_ONE_LINE if body.split(b"\n")[0].strip() == b"{" else error.hint
        line = 1 + _line_of(memoryview(data), error.row or 0)
        told = RowError(error.message, row=0, hint=hint).located(name, f"line {line}")
        raise told from error
    if not found:
        raise InputError(f"{name}: is empty")
    return found


def _line_of(data: memoryview, row: int) -> int:
    """On which line the `row`-th object is."""
    there = (number for number, line in enumerate(bytes(data).split(b"\n")) if line.strip())
    return next(islice(there, row, None), 0)


def _kind(values: Iterable[object]) -> Kind:
    there = [value for value in values if value is not None]
    kinds = {_KINDS.get(type(value), Kind.OTHER) for value in there}
    if Kind.NUMBER in kinds and all(type(value) is Spelled or value in WORDS for value in there):
        return Kind.NUMBER
    if not kinds:
        return Kind.UNTYPED
    if len(kinds) == 1:
        return kinds.pop()
    # A stray value among numbers is told as such, with its line, when it is read.
    return Kind.NUMBER if Kind.NUMBER in kinds else Kind.TEXT


_KINDS = {
    bool: Kind.BOOLEAN,
    Spelled: Kind.NUMBER,
    str: Kind.TEXT,
    list: Kind.LIST,
    JsonObject: Kind.STRUCT,
}


def _python(value: object) -> object:
    match value:
        case Spelled():
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case list():
            return [_python(entry) for entry in value]
        case dict():
            return {key: _python(entry) for key, entry in value.items()}
    return value


def _is_plain(block: Block) -> bool:
    """Whether every line begins an object. A null at the front makes Arrow's parser crash."""
    text = np.frombuffer(block.buffer, np.uint8, block.size)
    begins = np.flatnonzero(text[:-1] == _NEWLINE) + 1
    return bool(text[0] == _BRACE and (text.take(begins) == _BRACE).all())


def _fast(block: Block, schema: pa.Schema, roles: Mapping[str, Role]) -> pa.RecordBatch:
    import pyarrow.json as pj  # not before JSON is read

    table = pj.read_json(
        pa.BufferReader(pa.py_buffer(block.data)),
        pj.ReadOptions(use_threads=False, block_size=block.size + 1),
        pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
    ends = block.buffer.count(b"\n", 0, block.size)
    if table.num_rows != ends + (block.buffer[block.size - 1] != _NEWLINE):
        raise pa.ArrowInvalid("not one object a line")
    columns = [_FINISH[role](table.column(key).combine_chunks()) for key, role in roles.items()]
    return pa.RecordBatch.from_arrays(columns, names=list(roles))


def _exact(block: Block, roles: Mapping[str, Role], passed: Collection[str]) -> pa.RecordBatch:
    """The columns of `roles`, those `passed` as the JSON that they are."""
    columns: list[list[object]] = [[] for _ in roles]
    for row, found in enumerate(objects(block.data)):
        for values, value in zip(columns, values_of(found, roles, row, passed), strict=True):
            values.append(value)
    for (key, role), values in zip(roles.items(), columns, strict=True):
        if role is Role.VECTOR and any(isinstance(v, arrays.Labelled) for v in values):
            values[:] = [arrays.Labelled([], []) if v == [] else v for v in values]
            _refuse_mixture(key, values)
    built = [arrays.of_role(role, v) for role, v in zip(roles.values(), columns, strict=True)]
    for i, key in enumerate(roles):
        if key in passed:
            built[i] = pa.ExtensionArray.from_storage(pa.json_(pa.string()), built[i])
    return pa.RecordBatch.from_arrays(built, names=list(roles))


def _refuse_mixture(key: str, values: Sequence[object]) -> None:
    """Raises for vectors some of which name their classes, and others do not."""
    kinds = [isinstance(value, arrays.Labelled) for value in values if value is not None]
    if not all(kinds):
        rows = (row for row, value in enumerate(values) if value is not None)
        row = next(row for row, kind in zip(rows, kinds, strict=True) if kind != kinds[0])
        raise RowError("the vectors before it were of another form", row=row, column=key)


def _text(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())


def _label(column: pa.Array) -> pa.Array:
    encoded = _text(column).dictionary_encode()
    return empty_as_null(encoded)


def _as_it_is(column: pa.Array) -> pa.Array:
    return column


_FINISH: dict[Role, Callable[[pa.Array], pa.Array]] = {
    Role.LABEL: _label,
    Role.NUMBER: _as_it_is,
    Role.VECTOR: _as_it_is,
    Role.TEXT: _text,
}
