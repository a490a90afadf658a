"""Text under gzip or zstd, told by its first bytes and unpacked as it is read."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from xentcli.reading.bytes.inputs import Peekable

if TYPE_CHECKING:
    from xentcli.reading.bytes.inputs import Readable

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
SUFFIXES = (".gz", ".gzip", ".zst", ".zstd")

_CHUNK = 1 << 18
_BEGINNING = 64


def is_compressed(head: bytes) -> bool:
    """Whether these first bytes are those of gzip or zstd."""
    return head.startswith((GZIP, ZSTD))


def beginning(head: bytes) -> bytes:
    """The first bytes of what `head` holds under gzip or zstd; `head` itself where it is neither.

    >>> beginning(gzip.compress(b"label,p"))
    b'label,p'
    """
    try:
        if head.startswith(GZIP):
            return zlib.decompressobj(wbits=31).decompress(head, _BEGINNING)
        if head.startswith(ZSTD):
            return bytes(_decoder(io.BytesIO(head)).read(_BEGINNING))
    except (zlib.error, OSError):
        return b""  # damaged: whoever reads it in full will say so
    return head


def decompressed(stream: Peekable) -> Peekable:
    """`stream` itself, or what it holds under gzip or zstd.

    Reading raises `OSError`, `EOFError` or `zlib.error` where the data is truncated, damaged
    or followed by something else.
    """
    head = stream.peek(len(ZSTD))
    if head.startswith(GZIP):
        return Peekable(cast("Readable", gzip.GzipFile(fileobj=stream, mode="rb")))
    if head.startswith(ZSTD):
        return Peekable(_Zstd(stream))
    return stream


class _Zstd:
    """Arrow's zstd decoder, which reports truncated frames and junk behind the last one."""

    def __init__(self, stream: Peekable) -> None:
        self._below = stream
        self._decoder = _decoder(stream)

    def readinto(self, buffer: memoryview, /) -> int:
        data = self._decoder.read(min(len(buffer), _CHUNK))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._decoder.close()
        self._below.close()


def _decoder(stream: io.IOBase) -> pa.NativeFile:
    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")
