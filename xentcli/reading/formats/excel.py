"""Excel's workbooks, and OpenDocument's: read whole, by way of calamine or xlrd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.reading.source import Reader, Source

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input


def _open(supply: Input, options: FileOptions) -> Source:
    from xentcli.reading.tables.workbook import open_workbook

    return open_workbook(supply, options, "excel")


READER = Reader(
    "excel",
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _open,
)
