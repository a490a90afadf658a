"""Files and streams as sources of Arrow record batches: which format it is, by what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.reading.bytes.compression import beginning, is_compressed
from xentcli.reading.bytes.edge import reading
from xentcli.reading.bytes.inputs import Input
from xentcli.reading.foreign import could_be_text, refuse_code, refuse_foreign
from xentcli.reading.formats import FORMATS, Format, suffix_format, without_ending
from xentcli.reading.partitions import Partitioned
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.options import FileOptions
    from xentcli.reading.source import Source

_HEAD_BYTES = 512
_OURS = b'{"schema":"xentcli/'
_COMPRESSED_HEAD_BYTES = 1 << 18  # holds a whole block of zstd, the least that can be unpacked


def open_source(
    path: str,
    options: FileOptions,
    partitions: Mapping[str, str | None] | None = None,
    begun: Input | None = None,
) -> Source:
    """Opens a file, a stream or standard input (`-`) in the format of what it holds.

    `--input-format` decides; without it the first bytes do, then the name. `partitions` are
    columns that the file's place in a directory tree gives it, the same in every row. `begun` is
    the file or stream where it is open already, to be closed with the source.

    Raises `InputError` for what cannot be read, `UsageError` for options that cannot be.
    """
    supply = begun or Input(path)
    try:
        with reading(supply.name):
            source = _format(supply, options).open(supply, options)
        return Partitioned(source, partitions) if partitions else source
    except BaseException:
        supply.close()
        # A file that changed meanwhile explains any other trouble with it.
        supply.check_unchanged()
        raise


def _format(supply: Input, options: FileOptions) -> Format:
    first = supply.stream().peek(_HEAD_BYTES)
    if not first:
        raise InputError(f"{supply.name}: is empty")
    refuse_code(first, supply.name, None)
    if options.input_format is not None:
        if options.input_format not in FORMATS:
            known = ", ".join(FORMATS)
            raise UsageError(
                f"--input-format: there is no format '{shown(options.input_format)}'",
                hint=f"it is one of {known}",
            )
        return FORMATS[options.input_format]
    if is_compressed(first):
        first = supply.stream().peek(_COMPRESSED_HEAD_BYTES)
    plain = beginning(first)
    if plain.lstrip()[:64].replace(b" ", b"").replace(b"\n", b"").startswith(_OURS):
        raise InputError(
            f"{supply.name}: is a report or a state of xent, not predictions",
            hint="`xent eval`, `compare`, `check` and `merge` read states",
        )
    refuse_code(plain, supply.name, without_ending(supply.path))
    for format_ in FORMATS.values():
        if plain.startswith(format_.magic) and not could_be_text(plain):
            if is_compressed(first):
                raise InputError(
                    f"{supply.name}: is {format_.name} inside a compressed file",
                    hint="unpack it first; only text is read under gzip and zstd",
                )
            return format_
    refuse_foreign(first, supply.name)
    name = suffix_format(supply.path)
    if name is None:
        name = "jsonl" if plain.lstrip()[:1] in (b"{", b"[") else "csv"
    return FORMATS[name]
