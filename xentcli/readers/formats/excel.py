"""Excel's workbooks, and OpenDocument's: read whole, by way of calamine or xlrd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.readers.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.readers.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.readers.workbook import open_workbook

    return open_workbook(supply, options, "excel")


READER = Reader(
    "excel",
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _open,
)
