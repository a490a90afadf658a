"""Cutting a stream of bytes into blocks that end where a record ends."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from xentcli.reading.bytes.inputs import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xentcli.reading.bytes.inputs import Readable

BLOCK_BYTES = 1 << 20
RECORD_LIMIT = 16 << 20
"""The longest record that is read; an unclosed quote must not swallow the memory."""

_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_QUOTED_FIELD = re.compile(rb'"(?:[^"]+|"")*+"(?!")')


class MalformedRecordError(Exception):
    """A record that cannot be cut out, for what stands `lines` line ends behind the last block."""

    def __init__(self, problem: str, lines: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.lines = lines


class Cutter(Protocol):
    """Knows where records end in one text format."""

    def last_end(self, data: bytearray, end: int, *, final: bool) -> int:
        """The position behind the last complete record in `data[:end]`, 0 if there is none.

        With `final` nothing follows, and what is left at the end is a record, too.
        Raises `MalformedRecordError`.
        """
        ...


class Block(NamedTuple):
    """Some whole records: the first `size` bytes of `buffer`, which `offset` bytes precede."""

    buffer: bytearray
    size: int
    offset: int

    @property
    def data(self) -> memoryview:
        """The records' bytes."""
        return memoryview(self.buffer)[: self.size]


def blocks(stream: Readable, cutter: Cutter, size: int, *, limit: int) -> Iterator[Block]:
    """All records of `stream`, in order, in blocks of some `size` bytes.

    A block grows to hold a longer record, up to `limit` bytes. Raises `MalformedRecordError`.
    """
    carried = b""
    offset = 0
    room = size
    final = False
    while not final:
        buffer = bytearray(len(carried) + room)
        buffer[: len(carried)] = carried
        wanted = memoryview(buffer)[len(carried) :]
        count = fill(stream, wanted)
        final = count < len(wanted)
        end = len(carried) + count
        cut = cutter.last_end(buffer, end, final=final)
        if cut:
            yield Block(buffer, cut, offset)
            room = size
        elif not final:
            if end >= limit:
                limit_shown = f"{limit / 2**20:g} MiB"
                raise MalformedRecordError(
                    f"a record of more than {limit_shown} begins here (a quote never closed?)", 0
                )
            room = end
        carried = bytes(memoryview(buffer)[cut:end])
        offset += cut


class LineCutter:
    """Records that are lines, as in JSON Lines."""

    def last_end(self, data: bytearray, end: int, *, final: bool) -> int:
        """Behind the last newline."""
        return end if final else data.rfind(b"\n", 0, end) + 1


class DelimitedCutter:
    """Records of delimited text as Python's `csv` module (strict) sees them.

    Without a quote a record is a line, which is all that most blocks need. Where every quote
    opens at a field's start and closes at its end, or is doubled, an odd number of quotes
    before a newline means that it is quoted. Anything else goes through `csv` itself.
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._around_quotes = np.zeros(256, dtype=np.bool_)
        self._around_quotes[[ord(delimiter), _NEWLINE, _RETURN, _QUOTE]] = True

    def last_end(self, data: bytearray, end: int, *, final: bool) -> int:
        """Behind the last line end that is not quoted."""
        if data.find(b'"', 0, end) < 0:
            return end if final else _last_line_end(data, end)
        text = np.frombuffer(data, np.uint8, end)
        quotes = np.flatnonzero(text == _QUOTE)
        if not self._is_simple(text, quotes):
            return self._exact_end(data, end, final=final)
        if final and len(quotes) % 2:
            raise _malformed("a quote that is never closed", data, int(quotes[-1]))
        return end if final else _last_unquoted_line_end(data, end, quotes)

    def _is_simple(self, text: NDArray[np.uint8], quotes: NDArray[np.intp]) -> bool:
        before = self._around_quotes.take(text.take(quotes[::2] - 1))
        before[0] |= quotes[0] == 0
        after = self._around_quotes.take(text.take(quotes[1::2] + 1, mode="clip"))
        return bool(before.all() and after.all())

    def _exact_end(self, data: bytearray, end: int, *, final: bool) -> int:
        """Slow: the records are read one by one."""
        begun = complete = 0
        lines = Lines(memoryview(data)[:end])
        allow_fields_of(end)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        try:
            for _ in reader:
                begun = lines.taken
                if begun < end or data[end - 1] == _NEWLINE:
                    complete = begun
        except csv.Error as error:
            quote = begun + opening_quote(bytes(data[begun:end]), self._delimiter)
            if "unexpected end" not in str(error):
                raise _malformed("text after a closing quote", data, quote) from error
            if final:
                raise _malformed("a quote that is never closed", data, quote) from error
        return end if final else complete


class Lines:
    r"""The lines of some bytes as text with their ends, which are `\n`, `\r\n` or `\r`.

    `taken` counts the bytes, `count` the lines given so far. In Latin-1, the default, a
    character is a byte. Unlike `io.StringIO` it takes no memory for the lines to come.

    >>> list(Lines(b"a\r\nb\rc"))
    ['a\r\n', 'b\r', 'c']
    """

    def __init__(
        self, data: bytes | memoryview, encoding: str = "latin-1", errors: str = "strict"
    ) -> None:
        self._matches = _LINE.finditer(data)
        self._encoding = encoding
        self._errors = errors
        self.taken = 0
        self.count = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        match = next(self._matches)
        self.taken = match.end()
        self.count += 1
        return match.group().decode(self._encoding, self._errors)


def line_ends(data: bytearray, end: int) -> int:
    r"""How many lines end in `data[:end]`.

    >>> line_ends(bytearray(b"a\r\nb\rc\n\nd"), 8)
    4
    """
    text = np.frombuffer(data, np.uint8, end)
    ends = int(np.count_nonzero(text == _NEWLINE))
    if data.find(b"\r", 0, end) >= 0:
        ends += data.count(b"\r", 0, end) - data.count(b"\r\n", 0, end)
    return ends


def opening_quote(record: bytes, delimiter: str) -> int:
    """Where the quote stands that opens the first field of `record` that is not closed properly.

    >>> opening_quote(b'a,"b",x"y,"c"d,e', ",")
    10
    """
    unquoted = re.compile(rb"[^\r\n" + re.escape(delimiter.encode()) + rb"]*")
    position = 0
    while position < len(record):
        if record[position] == _QUOTE:
            field = _QUOTED_FIELD.match(record, position)
            after = record[field.end() : field.end() + 1] if field else b"?"
            if field is None or after not in (delimiter.encode(), b"\r", b"\n", b""):
                return position
        else:
            field = unquoted.match(record, position)
        position = (field.end() if field else position) + 1
    return 0


def allow_fields_of(size: int) -> None:
    """Lets Python's `csv` read fields of `size` characters; its limit only ever rises."""
    if size > csv.field_size_limit():
        csv.field_size_limit(size)


def _malformed(problem: str, data: bytearray, offset: int) -> MalformedRecordError:
    return MalformedRecordError(problem, line_ends(data, offset))


def _last_line_end(data: bytearray, end: int) -> int:
    cut = data.rfind(b"\n", 0, end) + 1
    if cut <= end // 2:  # lines may end in \r alone; one at the very end may be half a \r\n
        cut = max(cut, data.rfind(b"\r", 0, max(end - 1, 0)) + 1)
    return cut


def _last_unquoted_line_end(data: bytearray, end: int, quotes: NDArray[np.intp]) -> int:
    cut = _last_line_end(data, end)
    while cut:
        quotes_before = int(np.searchsorted(quotes, cut))
        if quotes_before % 2 == 0:
            break
        cut = _last_line_end(data, int(quotes[quotes_before - 1]))
    return cut
