"""Tab-separated values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.readers.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.readers.delimited import open_delimited

    return open_delimited(supply, options, "tsv", "\t")


READER = Reader("tsv", (".tsv", ".tab"), (), _open)
