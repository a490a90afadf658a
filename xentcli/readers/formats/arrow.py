"""Arrow IPC: files (Feather version 2), by way of a temporary file on a pipe, and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.readers.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.readers.arrow_source import open_arrow

    return open_arrow(supply)


READER = Reader(
    "arrow", (".arrow", ".feather", ".ipc", ".arrows"), (b"ARROW1", b"\xff\xff\xff\xff"), _open
)
