"""Runs of the program by a Python that has loaded it already: each in a process of its own.

Started as a script. It imports what runs import, listens, and forks a child for each run
asked for. The child makes of itself what a fresh interpreter would be, then enters
`xentcli.__main__`, which is imported only there.

What a child has as a fresh process has it: arguments, folder, environment, descriptors, new
standard streams, the handlers of signals, `sys.path`, an exit code that the kernel tells.

What differs, so that a test whose subject it is needs a fresh process (`fresh_process`):

- all modules of xentcli, numpy and pyarrow are loaded, whatever the command;
- limits, the umask, ignored signals and the terminal are those of the server;
- variables that Python reads as it starts (`PYTHON…`, `LC_…`, `LANG`) have been read;
- the seed of hashes is the same for all runs of a server.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import io
import marshal
import os
import pkgutil
import selectors
import signal
import socket
import sys
import traceback
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from tests.warm.client import Request

# Loaded besides the modules of xentcli, which load these when they need them.
_NEEDED = (
    *("numpy", "pyarrow", "pyarrow.compute", "pyarrow.csv", "pyarrow.ipc", "pyarrow.json"),
    *("pyarrow.orc", "pyarrow.parquet", "rich._emoji_codes", "rich.markdown", "rich.traceback"),
)
_NEVER = ("pandas", "scipy", "typer.rich_utils")  # what xentcli asks of them depends on the run
_SURVIVE_FORKS = {"jemalloc_bg_thd"}  # the memory of pyarrow, which sees to forks itself
_SIZE = 4
_SPARE = 300  # descriptors from here on are used by nobody


def load() -> None:
    """Imports everything but the entry, which reads the environment.

    Raises RuntimeError where that loads what must not be loaded, or starts a thread: a fork
    would lose it.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import xentcli

    for module in pkgutil.walk_packages(xentcli.__path__, "xentcli."):
        if module.name != "xentcli.__main__":
            import_module(module.name)
    for name in _NEEDED:
        import_module(name)
    if unwanted := [name for name in _NEVER if name in sys.modules]:
        raise RuntimeError(f"loaded {unwanted}")
    if threads := [name for name in _threads() if name not in _SURVIVE_FORKS]:
        raise RuntimeError(f"loading the program started {threads}")
    # From Python 3.12 on; `_threads` knows better.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    gc.collect()
    gc.freeze()


def _threads() -> list[str]:
    """The names of the threads beside this one, where the system lists them."""
    tasks = "/proc/self/task"
    others = set(os.listdir(tasks) if os.path.isdir(tasks) else ()) - {str(os.getpid())}
    found = []
    for task in others:
        with open(f"{tasks}/{task}/comm") as file:
            found.append(file.read().strip())
    return found


class Server:
    """Listens at a path, and works until its standard input ends."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._runs: dict[int, socket.socket] = {}
        self._ended, wake = socket.socketpair()
        for end in (self._ended, wake):
            end.setblocking(False)
        self._wake = wake  # kept: the interpreter only knows its number
        signal.set_wakeup_fd(wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        for readable in (self._listener, self._ended, sys.stdin):
            self._selector.register(readable, selectors.EVENT_READ)

    def serve(self) -> None:
        """Starts and ends runs."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is self._listener:
                    self._start()
                elif key.fileobj is self._ended:
                    self._tell_ends()
                elif key.data in self._runs:
                    os.kill(key.data, signal.SIGKILL)  # whoever asked has gone

    def close(self) -> None:
        """Ends all runs, and removes the path with its folder."""
        for pid in self._runs:
            os.kill(pid, signal.SIGKILL)
        os.unlink(self._path)
        os.rmdir(os.path.dirname(self._path))

    def _start(self) -> None:
        asker, _ = self._listener.accept()
        first, descriptors, _, _ = socket.recv_fds(asker, _SIZE, 253)
        with asker.makefile("rb") as rest:
            request: Request = marshal.loads(rest.read(int.from_bytes(first)))  # noqa: S302 - ours
        if (pid := os.fork()) == 0:
            _become(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._runs[pid] = asker
        self._selector.register(asker, selectors.EVENT_READ, pid)

    def _tell_ends(self) -> None:
        self._ended.recv(4096)
        for pid in list(self._runs):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                asker = self._runs.pop(pid)
                self._selector.unregister(asker)
                code = os.waitstatus_to_exitcode(status)
                with contextlib.suppress(OSError):  # it may no longer listen
                    asker.sendall(code.to_bytes(_SIZE, signed=True))
                asker.close()


def _become(request: Request, descriptors: list[int]) -> NoReturn:
    """The life of a child."""
    try:
        numbers, argv, folder, environment = request
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _take(dict(zip(numbers, descriptors, strict=True)))
        os.chdir(folder)
        os.environb.clear()
        os.environb.update(environment)
        sys.argv = argv
        sys.path[0] = os.path.dirname(argv[0])
        for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
            stream = _stream(getattr(sys, name), descriptor)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        import_module("xentcli.__main__").main()
    except BaseException:  # noqa: BLE001 - a child must not go on as a server
        traceback.print_exc()
    os._exit(1)


def _take(received: dict[int, int]) -> None:
    """Makes descriptors have the numbers they are wanted at, and closes all others."""
    spare = {n: fcntl.fcntl(fd, fcntl.F_DUPFD, _SPARE) for n, fd in received.items()}
    for number, descriptor in spare.items():
        os.dup2(descriptor, number)
    for number in range(_SPARE + len(spare)):
        if number not in received:
            with contextlib.suppress(OSError):
                os.close(number)


def _stream(like: TextIO, descriptor: int) -> TextIO | None:
    """A standard stream as Python makes it, or None where its descriptor is closed."""
    try:
        raw: Any = io.FileIO(descriptor, "w" if descriptor else "r", closefd=False)
    except OSError:
        return None
    raw.name = like.name
    binary = io.BufferedWriter(raw) if descriptor else io.BufferedReader(raw)
    lines = descriptor == 2 or os.isatty(descriptor)
    text: Any = io.TextIOWrapper(
        binary, like.encoding, like.errors, newline="\n", line_buffering=lines
    )
    text.mode = raw.mode[0]
    stream: TextIO = text
    return stream


if __name__ == "__main__":
    load()
    server = Server(sys.argv[1])
    print("ready", flush=True)  # noqa: T201 - whoever started this waits for it
    try:
        server.serve()
    finally:
        server.close()
