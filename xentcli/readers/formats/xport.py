"""SAS transport files, in chunks by way of pyreadstat: pandas reads their 0 as 5e-79."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.readers.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.readers.readstat import open_readstat

    return open_readstat(supply, "xport", "read_xport", options.encoding)


READER = Reader("xport", (".xpt",), (b"HEADER RECORD*******LIB",), _open)
