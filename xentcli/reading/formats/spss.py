"""SPSS data sets, in chunks by way of pyreadstat; values that have labels are their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.reading.tables.frame_chunks import open_readstat

    return open_readstat(supply, "spss", "read_sav", options.encoding, apply_value_formats=True)


READER = Reader("spss", (".sav", ".zsav"), (b"$FL2", b"$FL3"), _open)
