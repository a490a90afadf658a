"""Which bytes are text: UTF-8 is; anything else is named, or transcoded on request."""

from __future__ import annotations

import codecs

from xentcli.errors import InputError, UsageError
from xentcli.reading.bytes.inputs import Peekable
from xentcli.text import shown

_CHUNK = 1 << 18
_WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def utf8(stream: Peekable, encoding: str | None, name: str) -> Peekable:
    """The text of `stream` in UTF-8, without a byte order mark.

    Raises `InputError` naming the encoding when it is UTF-16 or UTF-32 and none was given, and
    `UsageError` for an encoding that does not exist. Other encodings show where a byte is
    not UTF-8: see `not_utf8`.
    """
    if encoding is not None and _canonical(encoding) not in ("utf-8", "utf-8-sig"):
        stream = Peekable(_Transcoded(stream, _canonical(encoding), name))
    else:
        _refuse_wide(stream.peek(64), name)
    if stream.peek(3) == codecs.BOM_UTF8:
        stream.readinto(memoryview(bytearray(3)))
    return stream


def _canonical(encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        "".encode(info.name)
    except LookupError as error:
        raise UsageError(f"there is no text encoding '{shown(encoding)}'") from error
    return info.name


def _refuse_wide(head: bytes, name: str) -> None:
    for mark, encoding in _WIDE_MARKS.items():
        if head.startswith(mark):
            raise InputError(
                f"{name}: is {encoding}, not UTF-8", hint=f"--encoding {encoding.lower()} reads it"
            )
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        every_other = head[first::2]
        if len(head) >= 8 and every_other.count(0) > 0.8 * len(every_other):
            raise InputError(
                f"{name}: looks like {encoding.upper()}, not UTF-8",
                hint=f"--encoding {encoding} reads it",
            )


def not_utf8(byte: int) -> tuple[str, str]:
    """What is wrong with a byte that is not UTF-8, and the hint that goes with it.

    >>> not_utf8(0xE9)
    ('byte 0xe9 is not UTF-8 (Latin-1, perhaps)', '--encoding latin-1 reads it')
    >>> not_utf8(0x93)
    ('byte 0x93 is not UTF-8 (Windows-1252, perhaps)', '--encoding cp1252 reads it')
    """
    if byte == 0:
        return "holds a NUL byte: not text, or not UTF-8", "--encoding utf-16-le, perhaps?"
    if 0x80 <= byte < 0xA0:
        likely, spelling = "Windows-1252", "cp1252"
    else:
        likely, spelling = "Latin-1", "latin-1"
    return f"byte 0x{byte:02x} is not UTF-8 ({likely}, perhaps)", f"--encoding {spelling} reads it"


class _Transcoded:
    """UTF-8 made from another encoding, piece by piece."""

    def __init__(self, stream: Peekable, encoding: str, name: str) -> None:
        self._below = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name
        self._ready = memoryview(b"")
        self._done = False

    def readinto(self, buffer: memoryview, /) -> int:
        while not self._ready and not self._done:
            self._ready = memoryview(self._next())
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> bytes:
        chunk = self._below.read(_CHUNK) or b""
        self._done = not chunk
        try:
            return self._decoder.decode(chunk, final=self._done).encode()
        except UnicodeError as error:
            raise InputError(f"{self._name}: is not {self._encoding}: {error}") from error

    def close(self) -> None:
        self._below.close()
