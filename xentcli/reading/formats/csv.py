"""Comma-separated values, and their kin with another delimiter, which is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.reading.text.delimited import open_delimited

    return open_delimited(supply, options, "csv", None)


READER = Reader("csv", (".csv", ".txt", ".data"), (), _open)
