"""Tables that a library reads in chunks of rows, as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa

from xentcli.errors import InputError
from xentcli.layout.schema import Column, Kind, Role
from xentcli.reading.bytes.edge import reading
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xentcli.reading.bytes.inputs import Input, Spooled

_SAMPLED_ROWS = 200
_SAMPLED_CELLS = 50_000


class Chunk(Protocol):
    """Some rows."""

    @property
    def numbers(self) -> Sequence[int]:
        """Those by which the rows are found in the file."""
        ...

    def array(self, column: str, role: Role) -> pa.Array:
        """The rows' values of a column. Raises `RowError`."""
        ...

    def values(self, column: str) -> Sequence[object]:
        """The rows' values of a column, as the sample shows them."""
        ...


class Table(Protocol):
    """What a library has opened. `total` is the number of rows, if it is known."""

    columns: tuple[Column, ...]
    total: int | None

    def chunks(self, names: Sequence[str], rows: int) -> Iterator[Chunk]:
        """The columns `names` from the first row on, at most `rows` at a time."""
        ...

    def close(self) -> None:
        """Releases what is held."""
        ...


class TableSource:
    """A file of which a library knows the rows."""

    def __init__(self, supply: Input, format_: str, file: Spooled, table: Table) -> None:
        self.path = supply.name
        self.format = format_
        self.size: int | None = file.size
        self._supply = supply
        self._file = file
        self._table = table
        self.columns = table.columns
        _refuse_twins(self.columns, self.path)
        self._numbers: list[Sequence[int]] = []
        self._done = 0

    @property
    def consumed(self) -> int:
        """The share of the file that the rows handed out make up."""
        return (self.size or 0) * self._done // max(1, self._table.total or self._done)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values, fewer of wide files."""
        names = [column.name for column in self.columns]
        count = min(_SAMPLED_ROWS, max(1, _SAMPLED_CELLS // max(1, len(names))))
        with reading(self.path):
            for chunk in self._table.chunks(names, count):
                return {name: chunk.values(name) for name in names}
        return {name: [] for name in names}

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[TableSplit]:
        """The library's chunks of `block_rows` rows; `threads` makes no difference to them."""
        del threads
        self._check(roles)
        self._numbers, self._done = [], 0
        chunks = self._table.chunks(list(roles), block_rows)
        while True:
            with reading(self.path):
                chunk = next(chunks, None)
            if chunk is None:
                break
            self._numbers.append(chunk.numbers)
            self._done += len(chunk.numbers)
            yield TableSplit(self.path, chunk, roles)

    def _check(self, roles: Mapping[str, Role]) -> None:
        for column in self.columns:
            fitting = _FITTING.get(column.kind)
            if fitting is not None and roles.get(column.name, Role.TEXT) not in fitting:
                role = "no labels" if roles[column.name] is Role.LABEL else "not numbers"
                raise InputError(
                    f"{self.path}: column '{shown(column.name)}' holds {column.type}, {role}"
                )

    def place(self, split: int, row: int) -> str | None:
        """The number of a row in the file, as the library's own program counts it."""
        return f"row {self._numbers[split][row]}"

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file changed since it was opened."""
        self._supply.check_unchanged()

    def close(self) -> None:
        """Releases the file. Raises `InputError` when it changed while it was read."""
        self._table.close()
        self._file.close()
        self._supply.close()
        self._supply.check_unchanged()


class TableSplit(NamedTuple):
    """Some rows of a table."""

    path: str
    chunk: Chunk
    roles: Mapping[str, Role]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows. Raises `RowError`."""
        with reading(self.path):
            columns = [self.chunk.array(name, role) for name, role in self.roles.items()]
            batch = pa.RecordBatch.from_arrays(columns, names=list(self.roles))
        yield batch


_FITTING = {
    Kind.NUMBER: {Role.NUMBER, Role.LABEL, Role.TEXT},
    Kind.TEXT: {Role.LABEL, Role.TEXT},
    Kind.OTHER: {Role.TEXT},
}


def _refuse_twins(columns: Sequence[Column], name: str) -> None:
    seen = set[str]()
    for column in columns:
        if column.name in seen:
            raise InputError(f"{name}: two columns are named '{shown(column.name, limit=60)}'")
        seen.add(column.name)


def missing_package(name: str, format_: str, package: str) -> InputError:
    """The error for a format whose library is not there."""
    return InputError(
        f"{name}: is {format_}, which takes the package {package} to read",
        hint=f"pip install {package} (xentcli[formats] has all of these)",
    )
