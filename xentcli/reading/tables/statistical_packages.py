"""Data sets of Stata, SAS and SPSS: how pandas or pyreadstat is asked for their rows."""

from __future__ import annotations

import os
import re
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from xentcli.errors import InputError
from xentcli.reading.tables.frame_chunks import open_frames
from xentcli.reading.tables.table_source import missing_package

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.tables.table_source import TableSource

_RECORD = 80
# Version 8 says how many rows follow; the header, with a description a column, is before them.
_ROWS = re.compile(rb"HEADER RECORD\*{7}OBSV8 +HEADER RECORD!{7} *(\d+)")
_HEADER = 1 << 24


def open_stata(supply: Input, options: FileOptions) -> TableSource:
    """Opens Stata's data sets by way of pandas; values that have labels are their labels."""
    del options
    return open_frames(supply, "stata", _stata_frames)


def _stata_frames(path: str, names: Sequence[str] | None, rows: int) -> Generator[Any, None, None]:
    import pandas as pd

    columns = None if names is None else list(names)
    with pd.read_stata(path, columns=columns, chunksize=rows) as reader:
        yield from reader


def open_sas(supply: Input, options: FileOptions) -> TableSource:
    """Opens SAS data sets by way of pandas; their text is in the encoding that they name."""
    del options
    return open_frames(supply, "sas7bdat", _sas_frames)


def _sas_frames(path: str, names: Sequence[str] | None, rows: int) -> Generator[Any, None, None]:
    import pandas as pd

    del names  # all columns are read
    reader = pd.read_sas(path, format="sas7bdat", encoding="infer", chunksize=rows)
    with reader:
        yield from reader


def open_spss(supply: Input, options: FileOptions) -> TableSource:
    """Opens SPSS data sets by way of pyreadstat; values that have labels are their labels."""
    return _open_readstat(supply, options, "spss", "read_sav", apply_value_formats=True)


def open_xport(supply: Input, options: FileOptions) -> TableSource:
    """Opens SAS transport files by way of pyreadstat: pandas reads their 0 as 5e-79."""
    check = partial(_check_length, name=supply.name)
    return _open_readstat(supply, options, "xport", "read_xport", check)


def _open_readstat(
    supply: Input,
    options: FileOptions,
    format_: str,
    read: str,
    check: Callable[[str], None] | None = None,
    **how: bool,
) -> TableSource:
    """Opens a data set by the function of pyreadstat that is named so, told `how`.

    `check` looks at the file first. Raises `InputError` where that package is not there.
    """
    if find_spec("pyreadstat") is None:
        raise missing_package(supply.name, format_, "pyreadstat")
    frames = partial(_readstat_frames, read, how | {"encoding": options.encoding})
    return open_frames(supply, format_, frames, check)


def _readstat_frames(
    read: str, how: dict[str, Any], path: str, names: Sequence[str] | None, rows: int
) -> Generator[Any, None, None]:
    import pyreadstat

    chunks = pyreadstat.read_file_in_chunks(
        getattr(pyreadstat, read),
        path,
        chunksize=rows,
        usecols=None if names is None else list(names),
        **how,
    )
    for frame, _ in chunks:
        yield frame


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
