"""The formats that are read, one row each: how files of it are told, and what opens them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from xentcli.reading.bytes.compression import SUFFIXES

if TYPE_CHECKING:
    from xentcli.options import FileOptions
    from xentcli.reading.bytes.inputs import Input
    from xentcli.reading.source import Source


class Format(NamedTuple):
    """A row of the table.

    `name` is the word of `--input-format`, `suffixes` and `magic` are how files of the format end
    and begin. `opener` is `module:function` below this folder, and is loaded only when a file is
    opened; the function is given the file, the options and the `arguments`.
    """

    name: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...]
    opener: str
    arguments: tuple[object, ...] = ()

    def open(self, supply: Input, options: FileOptions) -> Source:
        """Opens `supply` as a source. Raises `InputError` for what is not of this format."""
        module, _, function = self.opener.partition(":")
        loaded = import_module(f"{__package__}.{module}")
        source: Source = getattr(loaded, function)(supply, options, *self.arguments)
        return source


_SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
# Since version 117 Stata's files begin in words; before, with the version, the order of bytes
# and a 1.
_OLD_STATA = tuple(bytes([version, order, 1]) for version in (113, 114, 115) for order in (1, 2))

_TABLE = (
    Format(
        "arrow",
        (".arrow", ".feather", ".ipc", ".arrows"),
        (b"ARROW1", b"\xff\xff\xff\xff"),
        "columnar.arrow_source:open_arrow",
    ),
    Format("csv", (".csv", ".txt", ".data"), (), "text.delimited:open_delimited", ("csv", None)),
    Format(
        "excel",
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "tables.workbook:open_workbook",
    ),
    Format(
        "jsonl",
        (".jsonl", ".ndjson", ".json", ".jsonlines"),
        (),
        "text.json_grammar:open_json_lines",
    ),
    Format("orc", (".orc",), (b"ORC",), "columnar.orc_source:open_orc"),
    Format(
        "parquet",
        (".parquet", ".pq", ".parq"),
        (b"PAR1",),
        "columnar.parquet_source:open_parquet",
    ),
    Format("sas7bdat", (".sas7bdat",), (_SAS7BDAT,), "tables.statistical_packages:open_sas"),
    Format("spss", (".sav", ".zsav"), (b"$FL2", b"$FL3"), "tables.statistical_packages:open_spss"),
    Format(
        "stata",
        (".dta",),
        (b"<stata_dta>", *_OLD_STATA),
        "tables.statistical_packages:open_stata",
    ),
    Format("tsv", (".tsv", ".tab"), (), "text.delimited:open_delimited", ("tsv", "\t")),
    Format(
        "xport",
        (".xpt",),
        (b"HEADER RECORD*******LIB",),
        "tables.statistical_packages:open_xport",
    ),
)

FORMATS = {format_.name: format_ for format_ in _TABLE}
"""Every format by its name, in the order of names."""


def suffix_format(path: str) -> str | None:
    """The format that a file's name promises, gzip and zstd endings aside.

    >>> suffix_format("preds.CSV.gz"), suffix_format("README.md")
    ('csv', None)
    """
    name = without_ending(path)
    return next((f.name for f in _TABLE if name.endswith(f.suffixes)), None)


def without_ending(path: str) -> str:
    """A path in lower case, without the endings of gzip and zstd.

    >>> without_ending("preds.CSV.gz")
    'preds.csv'
    """
    name = path.lower()
    for ending in SUFFIXES:
        name = name.removesuffix(ending)
    return name
