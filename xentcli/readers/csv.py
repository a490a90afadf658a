"""Comma-separated values, and their kin with another delimiter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xentcli.readers.delimited import open_delimited

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input
    from xentcli.readers.source import Source


@dataclass(frozen=True)
class CsvReader:
    """Opens delimited text; the delimiter is found unless `--delimiter` gives it."""

    format: str = "csv"
    suffixes: tuple[str, ...] = (".csv", ".txt", ".data")
    magic: tuple[bytes, ...] = ()

    def open(self, supply: Input, options: FileOptions) -> Source:
        """Opens `supply`. Raises `InputError` for an empty file or a header that is none."""
        return open_delimited(supply, options, self.format, None)


READER = CsvReader()
