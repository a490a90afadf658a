"""Readers: files and streams as sources of Arrow record batches, one module a format."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.reading import formats
from xentcli.reading.bytes.compression import SUFFIXES, beginning, is_compressed
from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.inputs import Input
from xentcli.reading.foreign import could_be_text, refuse_code, refuse_foreign
from xentcli.reading.partitions import Partitioned
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.options import FileOptions
    from xentcli.reading.source import Reader, Source

_HEAD_BYTES = 512
_OURS = b'{"schema":"xentcli/'
_COMPRESSED_HEAD_BYTES = 1 << 18  # holds a whole block of zstd, the least that can be unpacked


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by its format's name: the modules of `formats` that export `READER`."""
    names = (f"{formats.__name__}.{found.name}" for found in pkgutil.iter_modules(formats.__path__))
    found = [import_module(name).READER for name in names]
    return {reader.format: reader for reader in sorted(found, key=lambda reader: reader.format)}


def open_source(
    path: str,
    options: FileOptions,
    partitions: Mapping[str, str | None] | None = None,
    begun: Input | None = None,
) -> Source:
    """Opens a file, a stream or standard input (`-`) with the reader for what it holds.

    `--input-format` decides; without it the first bytes do, then the name. `partitions` are
    columns that the file's place in a directory tree gives it, the same in every row. `begun` is
    the file or stream where it is open already, to be closed with the source.

    Raises `InputError` for what cannot be read, `UsageError` for options that cannot be.
    """
    supply = begun or Input(path)
    try:
        with reading(supply.name):
            reader = _reader(supply, options)
            source = reader.open(supply, options)
        return Partitioned(source, partitions) if partitions else source
    except BaseException:
        supply.close()
        # A file that changed meanwhile explains any other trouble with it.
        supply.check_unchanged()
        raise


def suffix_format(path: str) -> str | None:
    """The format that a file's name promises, gzip and zstd endings aside.

    >>> suffix_format("preds.CSV.gz"), suffix_format("README.md")
    ('csv', None)
    """
    name = _without_ending(path)
    for format_, reader in readers().items():
        if name.endswith(reader.suffixes):
            return format_
    return None


def _without_ending(path: str) -> str:
    name = path.lower()
    for ending in SUFFIXES:
        name = name.removesuffix(ending)
    return name


def _reader(supply: Input, options: FileOptions) -> Reader:
    first = supply.stream().peek(_HEAD_BYTES)
    if not first:
        raise InputError(f"{supply.name}: is empty")
    refuse_code(first, supply.name, None)
    if options.input_format is not None:
        if options.input_format not in readers():
            known = ", ".join(readers())
            raise UsageError(
                f"--input-format: there is no format '{shown(options.input_format)}'",
                hint=f"it is one of {known}",
            )
        return readers()[options.input_format]
    if is_compressed(first):
        first = supply.stream().peek(_COMPRESSED_HEAD_BYTES)
    plain = beginning(first)
    if plain.lstrip()[:64].replace(b" ", b"").replace(b"\n", b"").startswith(_OURS):
        raise InputError(
            f"{supply.name}: is a report or a state of xent, not predictions",
            hint="`xent eval`, `compare`, `check` and `merge` read states",
        )
    refuse_code(plain, supply.name, _without_ending(supply.path))
    for reader in readers().values():
        if plain.startswith(reader.magic) and not could_be_text(plain):
            if is_compressed(first):
                raise InputError(
                    f"{supply.name}: is {reader.format} inside a compressed file",
                    hint="unpack it first; only text is read under gzip and zstd",
                )
            return reader
    refuse_foreign(first, supply.name)
    format_ = suffix_format(supply.path)
    if format_ is None:
        format_ = "jsonl" if plain.lstrip()[:1] in (b"{", b"[") else "csv"
    return readers()[format_]
