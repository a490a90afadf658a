"""SAS transport files, in chunks by way of pyreadstat: pandas reads their 0 as 5e-79."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input

_RECORD = 80
# Version 8 says how many rows follow; the header, with a description a column, is before them.
_ROWS = re.compile(rb"HEADER RECORD\*{7}OBSV8 +HEADER RECORD!{7} *(\d+)")
_HEADER = 1 << 24


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.reading.tables.frame_chunks import open_readstat

    return open_readstat(
        supply, "xport", "read_xport", options.encoding, partial(_check_length, name=supply.name)
    )


def _check_length(path: str, name: str) -> None:
    """Raises InputError for a file that ends before its rows do, as far as it can be told.

    The library reads what there is. Records have 80 bytes; version 8 also counts its rows.
    """
    size = os.path.getsize(path)
    if size % _RECORD:
        raise InputError(f"{name}: is cut off: its records have {_RECORD} bytes each")
    with open(path, "rb") as file:
        found = _ROWS.search(file.read(_HEADER))
    if found is None:
        return
    import pyreadstat

    _, meta = pyreadstat.read_xport(path, metadataonly=True)
    width = sum(meta.variable_storage_width.values())
    start = -(-found.end() // _RECORD) * _RECORD
    if size - start < int(found[1]) * width:
        rows = max(0, size - start) // max(width, 1)
        raise InputError(f"{name}: is cut off: it has {rows:,} of {int(found[1]):,} rows")


READER = Reader("xport", (".xpt",), (b"HEADER RECORD*******LIB",), _open)
