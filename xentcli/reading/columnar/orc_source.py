"""ORC: stripes decoded one at a time and cut into splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.inputs import as_file
from xentcli.reading.columnar.arrow_source import ArrowSource
from xentcli.reading.conform import check_roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyarrow import orc

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.source import Role, Source, Split


def open_orc(supply: Input, options: FileOptions) -> Source:
    """Opens an ORC file. Raises `InputError` for what is none, or damaged."""
    del options
    return OrcSource(supply)


class OrcSource(ArrowSource):
    """An ORC file."""

    format = "orc"

    def __init__(self, supply: Input) -> None:
        from pyarrow import orc

        self._file = as_file(supply)
        self.size: int | None = self._file.size
        self._done = 0
        try:
            with reading(supply.name):
                self._raw = pa.OSFile(self._file.path)
                self._orc: orc.ORCFile = orc.ORCFile(self._raw)
            super().__init__(supply, self._orc.schema)
        except BaseException:
            self._file.close()
            raise

    @property
    def consumed(self) -> int:
        """The share of the file that the stripes read so far make up."""
        total: int = self._orc.nstripes
        return (self.size or 0) * self._done // max(1, total)

    def sample(self) -> Mapping[str, Sequence[object]]:
        """Some first rows as Python values."""
        return self.sample_of(self._stripes(self._schema.names))

    def splits(
        self, roles: Mapping[str, Role], *, block_rows: int, threads: int
    ) -> Iterator[Split]:
        """Pieces of the stripes of `block_rows` rows; `threads` makes no difference."""
        del threads
        check_roles(self._schema, roles, self.path)
        return self.sliced(self._stripes(list(roles)), roles, block_rows)

    def _stripes(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        for index in range(self._orc.nstripes):
            with reading(f"{self.path}: stripe {index + 1}"):
                stripe = self._orc.read_stripe(index, columns=names)
                stripe.validate(full=True)
            self._done = index + 1
            yield stripe

    def close(self) -> None:
        """Releases the file. Raises `InputError` when it changed while it was read."""
        self._raw.close()
        self._file.close()
        self._supply.close()
        self._supply.check_unchanged()
