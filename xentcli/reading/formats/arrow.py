"""Arrow IPC: files (Feather version 2), by way of a temporary file on a pipe, and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.reading.columnar.arrow_source import open_arrow

    return open_arrow(supply)


READER = Reader(
    "arrow", (".arrow", ".feather", ".ipc", ".arrows"), (b"ARROW1", b"\xff\xff\xff\xff"), _open
)
