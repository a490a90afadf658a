"""File descriptors that results are written to, whose failures are told as `OutputError`s."""

from __future__ import annotations

import contextlib
import io
import os
import select
from typing import TYPE_CHECKING

from xentcli.errors import OutputError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

STDOUT = "-"


class Descriptor(io.RawIOBase):
    """Writes to a file descriptor it does not own, and fails as an `OutputError`.

    After a failure it swallows what buffers above it still hold: that would only fail
    again, and at a moment when nobody can catch it.
    """

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self._path = path
        self.abandoned = False

    def writable(self) -> bool:
        """True, always."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes some of `data`, waiting where the pipe is full. Raises OutputError."""
        while not self.abandoned:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:  # whoever shares the pipe made it non-blocking
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()
            except OSError as error:
                self.abandoned = True
                if isinstance(error, BrokenPipeError):
                    raise
                raise failure(self._path, error) from error
        return memoryview(data).nbytes


@contextlib.contextmanager
def telling(path: str) -> Iterator[None]:
    """Turns a system error into an `OutputError`, but for a broken pipe."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise failure(path, error) from error


def failure(path: str, error: OSError | ValueError) -> OutputError:
    """The error that says why `path` cannot be written."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return OutputError(f"{name_of(path)}: cannot be written: {reason}")


def name_of(path: str) -> str:
    """What messages call the target."""
    return "standard output" if path == STDOUT else shown(path)
