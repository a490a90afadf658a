"""An argument of the command line as bytes: a file, a stream, or a stream put into a file."""

from __future__ import annotations

import io
import os
import select
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Protocol, Self

from xentcli.errors import InputError
from xentcli.reading.bytes.edge import reading
from xentcli.text import shown

STDIN = "-"


class Readable(Protocol):
    """Anything that fills a buffer with its next bytes, as Python's raw and Arrow's files do."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fills `buffer`, or as much of it as one read gives; 0 at the end."""
        ...

    def close(self) -> None:
        """Releases what is below."""
        ...


class Peekable(io.RawIOBase):
    """Bytes whose beginning can be looked at before they are read; counts those taken below."""

    def __init__(self, raw: Readable) -> None:
        super().__init__()
        self._raw = raw
        self._ahead = b""
        self.taken = 0

    def readable(self) -> bool:
        """True, always."""
        return True

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or fewer at the end of the stream, left to be read."""
        missing = size - len(self._ahead)
        while missing > 0:
            buffer = bytearray(missing)
            count = self._take(memoryview(buffer))
            if count == 0:
                break
            self._ahead += buffer[:count]
            missing -= count
        return self._ahead[:size]

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # narrower: no None
        """Fills `buffer` with what one read below gives, at least one byte but at the end."""
        if self._ahead:
            count = min(len(buffer), len(self._ahead))
            buffer[:count] = self._ahead[:count]
            self._ahead = self._ahead[count:]
            return count
        return self._take(memoryview(buffer))

    def _take(self, buffer: memoryview) -> int:
        while (count := self._raw.readinto(buffer)) is None:
            _wait_for(self._raw)
        self.taken += count
        return count

    def close(self) -> None:
        """Closes the stream below, too."""
        if not self.closed:
            self._raw.close()
        super().close()


def _wait_for(raw: Readable) -> None:
    """Waits for the next bytes of a pipe that was set not to block: none yet is not the end."""
    if isinstance(raw, io.FileIO):
        select.select([raw], [], [])


def fill(stream: Readable, buffer: memoryview) -> int:
    """Reads until `buffer` is full or the stream ends; returns the number of bytes read."""
    count = 0
    while count < len(buffer):
        step = stream.readinto(buffer[count:]) or 0
        if step == 0:
            break
        count += step
    return count


class Input:
    """A named supply of bytes: a regular file, which can be read again, or a stream.

    `name` is what messages call it; `size` its bytes where known. A FIFO, a process
    substitution and standard input are streams.

    Raises `InputError` for what is not there, is a directory or may not be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "<stdin>" if path == STDIN else shown(path)
        self._current: Peekable | None = None
        self._before: Fingerprint | None = None
        self.size: int | None = None
        raw = self._raw()
        status = os.fstat(raw.fileno())
        self.is_file = path != STDIN and stat.S_ISREG(status.st_mode)
        if self.is_file:
            self.size = status.st_size
            self._before = Fingerprint.of(status)
        self._current = Peekable(raw)
        self._fresh = True

    def _raw(self) -> io.FileIO:
        try:
            if self.path == STDIN:
                return io.FileIO(0, "rb", closefd=False)
            if Path(self.path).is_dir():
                raise InputError(f"{self.name}: is a directory")
            return io.FileIO(self.path, "rb")
        except OSError as error:
            raise InputError(f"{self.name}: {_reason(error)}") from error

    def stream(self) -> Peekable:
        """The bytes from the first on, to be peeked at."""
        if self._current is None or not self._fresh:
            again = self.again()
            self.close()
            self._current, self._fresh = again, True
        return self._current

    def begin(self) -> Peekable:
        """The bytes from the first on, to be read; the next `stream` starts anew."""
        stream = self.stream()
        self._fresh = False
        return stream

    def again(self) -> Peekable:
        """A file's bytes beside what is being read, for the caller to close.

        Raises `InputError` for a stream.
        """
        if not self.is_file:
            raise InputError(f"{self.name}: a stream can be read only once")
        return Peekable(self._raw())

    @property
    def taken(self) -> int:
        """Bytes read so far by whoever reads at present."""
        return self._current.taken if self._current is not None else 0

    def check_unchanged(self) -> None:
        """Raises `InputError` when the file is no longer the one that was opened."""
        if self._before is not None:
            self._before.check(self.path, self.name)

    def close(self) -> None:
        """Releases the file."""
        if self._current is not None:
            self._current.close()
            self._current = None


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (error.strerror or str(error)).lower()


class Fingerprint(NamedTuple):
    """What changes when a file is written to or replaced: its size, its mtime and its inode."""

    size: int
    modified: int
    device: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The fingerprint in the answer of `stat`."""
        return cls(status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)

    def check(self, path: str, name: str) -> None:
        """Raises `InputError` (calling it `name`) unless the file still has this fingerprint."""
        try:
            now = Fingerprint.of(Path(path).stat())
        except OSError:
            now = None
        if now != self:
            raise InputError(
                f"{name}: changed while being read",
                hint="wait until it is complete, or score a copy",
            )


@dataclass(frozen=True)
class Spooled:
    """A path that can be opened at will until `close`, and the size of the file there."""

    path: str
    size: int
    _file: IO[bytes] | None = None

    def close(self) -> None:
        """Gives the temporary file, if any, back to the system."""
        if self._file is not None:
            self._file.close()


def as_file(supply: Input) -> Spooled:
    """`supply` itself if it is a file, else a temporary copy of the stream.

    It is for formats that are read from their end. The copy has no name in any directory, so that
    it goes away even when the process is killed.
    """
    if supply.is_file:
        return Spooled(supply.path, supply.size or 0)
    import shutil
    import tempfile  # both only for what is copied

    file = tempfile.TemporaryFile(prefix="xent-")  # noqa: SIM115 - closed by `Spooled.close`
    try:
        with reading(supply.name):
            shutil.copyfileobj(supply.begin(), file, 1 << 20)
            file.flush()
        return Spooled(f"/dev/fd/{file.fileno()}", file.tell(), file)
    except BaseException:
        file.close()
        raise
