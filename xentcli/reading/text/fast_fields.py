"""Delimited text read by Arrow's parser, which is fast, with what it gets wrong put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from xentcli.layout.schema import Role
from xentcli.numerics import from_arrow, to_arrow
from xentcli.reading.conform import empty_as_null
from xentcli.reading.numerals import MISSING, NotANumberError, is_infinity
from xentcli.reading.text.exact_fields import vector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from xentcli.reading.text.dialect import Dialect
    from xentcli.reading.text.records import Block

_BOM = b"\xef\xbb\xbf"


class NotPlainError(Exception):
    """A block that only the exact reader can read, or can say what is wrong with."""


class FastParser:
    """Reads the columns in `roles` out of blocks of delimited text.

    Labels in the columns `brief` are delivered as plain strings, others as dictionaries.

    Arrow alone would make numbers beyond float64 infinite, take a byte order mark off every
    block, and let NUL bytes pass.
    """

    def __init__(
        self, dialect: Dialect, roles: Mapping[str, Role], brief: AbstractSet[str] = frozenset()
    ) -> None:
        self._dialect = dialect
        self._roles = dict(roles)
        # Labels of one character are found faster by it than by hashing them.
        as_text = {n for n, role in roles.items() if role is Role.LABEL and n in brief}
        self._finish = [
            _as_it_is if name in as_text else _FINISH[role] for name, role in roles.items()
        ]
        wanted = {n: Role.TEXT if n in as_text else role for n, role in roles.items()}
        self._options = _options(dialect, wanted)

    def read(self, block: Block) -> pa.RecordBatch:
        """The block's rows. Raises `NotPlainError`."""
        if block.buffer.find(b"\0", 0, block.size) >= 0 or block.buffer.startswith(_BOM):
            raise NotPlainError
        try:
            columns = _parsed(block, self._options)
            columns = [finish(column) for finish, column in zip(self._finish, columns, strict=True)]
            self._confirm_infinities(block, columns)
        except (pa.ArrowInvalid, NotANumberError) as error:
            raise NotPlainError from error
        return pa.RecordBatch.from_arrays(columns, names=list(self._roles))

    def _confirm_infinities(self, block: Block, columns: list[pa.Array]) -> None:
        """Sees to it that what is infinite was written so."""
        infinite = {
            name: rows
            for (name, role), column in zip(self._roles.items(), columns, strict=True)
            if role is Role.NUMBER and len(rows := _infinite(column))
        }
        if infinite:
            texts = _parsed(block, _options(self._dialect, dict.fromkeys(infinite, Role.TEXT)))
            for column, rows in zip(texts, infinite.values(), strict=True):
                if not all(is_infinity(column[int(row)].as_py()) for row in rows):
                    raise NotPlainError


def _options(dialect: Dialect, roles: Mapping[str, Role]) -> dict[str, object]:
    import pyarrow.csv as pc  # not before a CSV is read

    types = {
        Role.LABEL: pa.dictionary(pa.int32(), pa.string()),
        Role.NUMBER: pa.float64(),
        Role.VECTOR: pa.string(),
        Role.TEXT: pa.string(),
    }
    return {
        "names": list(dialect.names),
        "parse_options": pc.ParseOptions(
            delimiter=dialect.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=len(dialect.names) > 1,
        ),
        "convert_options": pc.ConvertOptions(
            column_types={name: types[role] for name, role in roles.items()},
            include_columns=list(roles),
            null_values=MISSING,
            strings_can_be_null=False,
            decimal_point=dialect.decimal_point,
        ),
    }


def _parsed(block: Block, options: dict[str, object]) -> list[pa.Array]:
    import pyarrow.csv as pc  # not before a CSV is read

    # One block for Arrow, too: it would search for record ends once more.
    one = pc.ReadOptions(
        use_threads=False, block_size=block.size + 1, column_names=options["names"]
    )
    table = pc.read_csv(
        pa.BufferReader(pa.py_buffer(block.data)),
        one,
        options["parse_options"],
        options["convert_options"],
    )
    return [_single(column) for column in table.columns]


def _single(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _infinite(column: pa.Array) -> NDArray[np.intp]:
    return np.flatnonzero(np.isinf(from_arrow.fixed(column)))


def _vectors(column: pa.Array) -> pa.Array:
    return to_arrow.lists([vector(text) for text in column.to_pylist()])


def _as_it_is(column: pa.Array) -> pa.Array:
    return column


_FINISH: dict[Role, Callable[[pa.Array], pa.Array]] = {
    Role.LABEL: empty_as_null,
    Role.NUMBER: _as_it_is,
    Role.VECTOR: _vectors,
    Role.TEXT: _as_it_is,
}
