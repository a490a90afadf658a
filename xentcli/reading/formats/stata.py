"""Stata's data sets, in chunks by way of pandas; values that have labels are their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _frames(path: str, names: Sequence[str] | None, rows: int) -> Generator[Any, None, None]:
    import pandas as pd

    columns = None if names is None else list(names)
    with pd.read_stata(path, columns=columns, chunksize=rows) as reader:
        yield from reader


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.reading.tables.frame_chunks import open_frames

    return open_frames(supply, "stata", _frames)


# Since version 117 files begin in words; before, with the version, the order of bytes and a 1.
_OLD = tuple(bytes([version, order, 1]) for version in (113, 114, 115) for order in (1, 2))

READER = Reader("stata", (".dta",), (b"<stata_dta>", *_OLD), _open)
