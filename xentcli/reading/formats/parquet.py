"""Apache Parquet; from a pipe it is spooled to a temporary file first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.reading.columnar.parquet_source import ParquetSource

    return ParquetSource(supply)


READER = Reader("parquet", (".parquet", ".pq", ".parq"), (b"PAR1",), _open)
