"""Tab-separated values: delimited text that is expected to have tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xentcli.readers.delimited import open_delimited

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input
    from xentcli.readers.source import Source


@dataclass(frozen=True)
class TsvReader:
    """Opens delimited text; a tab is the delimiter unless another plainly divides it better."""

    format: str = "tsv"
    suffixes: tuple[str, ...] = (".tsv", ".tab")
    magic: tuple[bytes, ...] = ()

    def open(self, supply: Input, options: FileOptions) -> Source:
        """Opens `supply`. Raises `InputError` for an empty file or a header that is none."""
        return open_delimited(supply, options, self.format, "\t")


READER = TsvReader()
