"""Columns that come from a file's place in a directory tree, such as `country=de`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.errors import InputError, RowError
from xentcli.layout.schema import Column, Kind, Role
from xentcli.numerics import to_arrow
from xentcli.reading.numerals import NotANumberError, number
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xentcli.reading.source import Source, Split


class Partitioned:
    """A source with columns added that hold the same text in every row (None: null).

    Raises `InputError` when the file has such a column itself.
    """

    def __init__(self, source: Source, values: Mapping[str, str | None]) -> None:
        self._source = source
        self._values = dict(values)
        self.path = source.path
        self.format = source.format
        self.size = source.size
        for column in source.columns:
            if column.name in values:
                raise InputError(
                    f"{self.path}: column '{shown(column.name)}' is both in the file "
                    "and in the name of its directory"
                )
        added = (Column(name, Kind.TEXT, "partition") for name in values)
        self.columns = (*source.columns, *added)

    @property
    def consumed(self) -> int:
        """As the source itself says."""
        return self._source.consumed

    def sample(self) -> Mapping[str, Sequence[object]]:
        """The source's own sample, and the added columns as long."""
        own = self._source.sample()
        length = max((len(values) for values in own.values()), default=1)
        return {**own, **{name: [text] * length for name, text in self._values.items()}}

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """The source's splits, each with the added columns."""
        own = {name: role for name, role in roles.items() if name not in self._values}
        if not own:  # some column must tell the number of rows
            own = {self._source.columns[0].name: Role.TEXT}
        for split in self._source.splits(own, block_rows=block_rows, threads=threads):
            yield _PartitionedSplit(split, roles, self._values)

    def place(self, split: int, row: int) -> str | None:
        """As the source itself says."""
        return self._source.place(split, row)

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file changed since it was opened."""
        self._source.check_unchanged()

    def close(self) -> None:
        """Closes the source."""
        self._source.close()


class _PartitionedSplit:
    def __init__(
        self, split: Split, roles: Mapping[str, Role], values: Mapping[str, str | None]
    ) -> None:
        self._split = split
        self._roles = roles
        self._values = values

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The split's own batches with the added columns."""
        for batch in self._split.batches():
            columns = [
                _constant(name, self._values[name], role, batch.num_rows)
                if name in self._values
                else batch.column(name)
                for name, role in self._roles.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, names=list(self._roles))


def _constant(name: str, text: str | None, role: Role, length: int) -> pa.Array:
    match role:
        case Role.NUMBER:
            try:
                value = None if text is None else number(text)
            except NotANumberError as error:
                problem = f"'{shown(text or '', limit=60)}' {error.problem}"
                raise RowError(problem, row=0, column=name, hint=error.hint) from error
            return to_arrow.numbers([value] * length)
        case Role.VECTOR:
            raise RowError("is no list of numbers", row=None, column=name)
        case Role.LABEL:
            return to_arrow.constant(text, length)
        case Role.TEXT:
            return to_arrow.texts([text] * length)
