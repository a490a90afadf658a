"""SAS data sets, in chunks by way of pandas; their text in the encoding that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")


def _frames(path: str, names: Sequence[str] | None, rows: int) -> Generator[Any, None, None]:
    import pandas as pd

    del names  # all columns are read
    reader = pd.read_sas(path, format="sas7bdat", encoding="infer", chunksize=rows)
    with reader:
        yield from reader


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.reading.tables.frame_chunks import open_frames

    return open_frames(supply, "sas7bdat", _frames)


READER = Reader("sas7bdat", (".sas7bdat",), (_MAGIC,), _open)
