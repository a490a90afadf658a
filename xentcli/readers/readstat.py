"""Data sets that pyreadstat reads."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from xentcli.reading.tables.frame_chunks import open_frames
from xentcli.reading.tables.table_source import missing_package

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.tables.frame_chunks import Check
    from xentcli.reading.tables.table_source import TableSource


def open_readstat(
    supply: Input,
    format_: str,
    read: str,
    encoding: str | None,
    check: Check | None = None,
    **how: bool,
) -> TableSource:
    """Opens a data set by the function of pyreadstat that is named so, told `how`.

    `check` looks at the file first. Raises `InputError` where that package is not there.
    """
    if find_spec("pyreadstat") is None:
        raise missing_package(supply.name, format_, "pyreadstat")
    frames = partial(_frames, read, how | {"encoding": encoding})
    return open_frames(supply, format_, frames, check)


def _frames(
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
