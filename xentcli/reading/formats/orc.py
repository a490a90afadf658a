"""Apache ORC, a stripe at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    del options
    from xentcli.reading.columnar.orc_source import OrcSource

    return OrcSource(supply)


READER = Reader("orc", (".orc",), (b"ORC",), _open)
