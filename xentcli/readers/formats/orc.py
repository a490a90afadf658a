"""Apache ORC, a stripe at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.readers.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.readers.orc_source import OrcSource

    return OrcSource(supply)


READER = Reader("orc", (".orc",), (b"ORC",), _open)
