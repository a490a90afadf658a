"""Delivering results: in full, or not at all.

Standard output gets everything or the run fails with an `OutputError`; only a closed pipe
passes as the `BrokenPipeError` it is, for `main` to end quietly. A file is written beside
its target under a name of its own, flushed to the disk and renamed over it: whoever looks,
whenever the process dies, finds the old file whole or the new one whole. Devices, pipes
and the likes of `/dev/stdout` are written to directly.

>>> check_target("no/such/report.json")
Traceback (most recent call last):
    ...
xentcli.errors.OutputError: no/such/report.json: there is no folder 'no/such'
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import select
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO

from xentcli.errors import OutputError
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed import ReadableBuffer


STDOUT = "-"
_LINKS_FOLLOWED = 40  # the kernel's own limit
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def check_target(path: str, inputs: Iterable[str] = ()) -> None:
    """Finds out, before any work, whether a result could be written to `path`.

    It could not if the folder is missing or may not be written to, if `path` is a folder or
    a protected file, or if it is one of the `inputs` under whatever name. `-` stands for
    standard output in `path` and for standard input among the inputs.

    Raises:
        OutputError: it could not.
    """
    try:
        found = _status(path)
    except (OSError, ValueError) as error:
        raise failure(path, error) from error
    regular = found is not None and stat.S_ISREG(found.st_mode)
    if found is not None and regular:
        _refuse_inputs(path, found, inputs)
    if path == STDOUT or _descriptor(path) is not None:
        return
    if os.path.basename(path) == "" or (found is not None and stat.S_ISDIR(found.st_mode)):
        raise OutputError(f"'{shown(path)}' is a folder or no name at all, not an output file")
    if found is not None and not os.access(path, os.W_OK):
        raise OutputError(f"{shown(path)}: cannot be written: Permission denied")
    if found is None or regular:
        _probe_folder(path)


def deliver(data: str | bytes, path: str = STDOUT) -> None:
    """Writes all of `data` to `path`, text as UTF-8; raises what `writing` raises."""
    if isinstance(data, str):
        # Renderers leave no lone surrogates; should one be left, it is no cause to fail.
        data = data.encode("utf-8", "backslashreplace")
    with writing(path) as stream:
        stream.write(data)


def deliver_all(texts: Mapping[str, str | bytes]) -> None:
    """Writes several outputs, all of them or no file: files appear when everything is written.

    Standard output comes last but for that. Raises what `writing` raises.
    """
    with contextlib.ExitStack() as stack:
        for path in sorted(texts, key=lambda target: target == STDOUT):
            text = texts[path]
            data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
            if path == STDOUT:
                deliver(data, path)
            else:
                stream = stack.enter_context(writing(path))
                stream.write(data)
                stream.flush()


@contextlib.contextmanager
def writing(path: str = STDOUT) -> Iterator[BinaryIO]:
    """A buffered binary stream whose whole content ends up in `path`.

    A file appears when the block ends without an exception; after any exception, also one
    that a signal raised, the target is as it was and the temporary file is gone.

    Raises:
        OutputError: the result could not be written, or not in full.
        BrokenPipeError: nobody reads the pipe any more.
    """
    if path == STDOUT or _descriptor(path) == 1:
        yield from _to_stdout()
    elif _is_direct(path):
        yield from _to_descriptor(path)
    else:
        yield from _to_file(path)


def _buffered(descriptor: int, path: str) -> Iterator[BinaryIO]:
    raw = Descriptor(descriptor, path)
    stream = io.BufferedWriter(raw, buffer_size=1 << 16)
    try:
        yield stream
        if not stream.closed:  # a text layer on top closes it when it is thrown away
            stream.flush()
    finally:
        raw.abandoned = True


def _to_stdout() -> Iterator[BinaryIO]:
    descriptor = _stdout_descriptor()
    if descriptor is not None:
        yield from _buffered(descriptor, STDOUT)
        return
    # Standard output is an object in memory: a test, a notebook.
    content = io.BytesIO()
    yield content
    sys.stdout.write(content.getvalue().decode("utf-8", "replace"))
    sys.stdout.flush()


def _stdout_descriptor() -> int | None:
    """Where `sys.stdout` leads, with nothing left in its buffer; None if it is no file."""
    # Python sets sys.stdout to None if it starts without a descriptor 1. That number may
    # since belong to any other file, so it must not be written to.
    if sys.stdout is None or sys.stdout.closed:
        raise OutputError("standard output is closed")
    with telling(STDOUT):
        sys.stdout.flush()
    try:
        return sys.stdout.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return None


def _to_descriptor(path: str) -> Iterator[BinaryIO]:
    with telling(path):
        given = _descriptor(path)
        if given is None:
            descriptor = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
        else:
            # Opening it by name would begin at offset zero, over what is already there.
            descriptor = os.dup(given)
    try:
        yield from _buffered(descriptor, path)
    finally:
        os.close(descriptor)


def _to_file(path: str) -> Iterator[BinaryIO]:
    target = os.path.realpath(path)
    temporary = _temporary_beside(target)
    descriptor = None
    try:
        with telling(path):
            old = _status(target)
            mode = 0o666 if old is None else stat.S_IMODE(old.st_mode) & 0o777
            descriptor = os.open(temporary, _CREATE, mode)
            if old is not None:
                _take_over(descriptor, old)
        yield from _buffered(descriptor, path)
        with telling(path):
            os.fsync(descriptor)
            os.replace(temporary, target)
    finally:
        if descriptor is not None:
            os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _take_over(descriptor: int, old: os.stat_result) -> None:
    """Gives a new file the owner, as far as allowed, and the mode of the one it replaces."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _temporary_beside(target: str) -> str:
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:40]}.{os.urandom(8).hex()}.tmp")


def _probe_folder(path: str) -> None:
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        missing = shown(os.path.dirname(path) or folder)
        raise OutputError(f"{shown(path)}: there is no folder '{missing}'")
    # Permission bits do not tell of read-only mounts, quotas and superusers: try it.
    temporary = _temporary_beside(target)
    with telling(path):
        try:
            os.close(os.open(temporary, _CREATE, 0o600))
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _refuse_inputs(path: str, found: os.stat_result, inputs: Iterable[str]) -> None:
    for name in inputs:
        try:
            source = os.fstat(0) if name == STDOUT else os.stat(name)
        except (OSError, ValueError):  # the reader will have more to say about it
            continue
        if os.path.samestat(found, source):
            raise OutputError(
                f"{name_of(path)}: is also an input ({shown(name)}), and would be overwritten",
                hint="write the result to another file",
            )


def _status(path: str) -> os.stat_result | None:
    """What is at `path`; None if nothing is, or nothing that has a status."""
    descriptor = _stdout_descriptor() if path == STDOUT else _descriptor(path)
    if descriptor is not None:
        return os.fstat(descriptor)
    try:
        return None if path == STDOUT else os.stat(path)
    except FileNotFoundError:
        return None


def _is_direct(path: str) -> bool:
    with telling(path):
        found = _status(path)
    kind = 0 if found is None else stat.S_IFMT(found.st_mode)
    return _descriptor(path) is not None or kind not in {0, stat.S_IFREG, stat.S_IFDIR}


def _descriptor(path: str) -> int | None:
    """The descriptor of ours that `path` stands for, as `/dev/stdout` and `/dev/fd/3` do."""
    own = re.compile(rf"/proc/{os.getpid()}/fd/(\d+)")
    for _ in range(_LINKS_FOLLOWED):
        folder, name = os.path.split(path)
        path = os.path.join(os.path.realpath(folder), name)
        if match := own.fullmatch(path):
            return int(match[1])
        if not os.path.islink(path):
            return None
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return None


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
