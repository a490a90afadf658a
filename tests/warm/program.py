"""The program, run by the server: one for each process of pytest, started when first asked."""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.warm import client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).parent
XENT = str(Path(sys.executable).with_name("xent"))


@functools.cache
def address() -> str:
    """Starts the server, which ends when this process does; returns the path it listens at."""
    path = f"{tempfile.mkdtemp(prefix='xent-')}/socket"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG"))}
    server = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**kept, "LC_ALL": "C.UTF-8"},
    )
    atexit.register(server.communicate)
    if server.stdout is None or server.stdout.readline() != b"ready\n":
        raise RuntimeError("the server did not start")
    return path


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stdin: bytes,
    timeout: float,
) -> subprocess.CompletedProcess[bytes]:
    """What `subprocess.run` returns of the program; its three streams are pipes.

    Raises TimeoutExpired, having ended the run.
    """
    argv = [XENT, *arguments]
    (stdin_there, stdin_here), *outputs = (os.pipe() for _ in range(3))
    there = {0: stdin_there, 1: outputs[0][1], 2: outputs[1][1]}
    encoded = {os.fsencode(k): os.fsencode(v) for k, v in environment.items()}
    try:
        asked = client.ask(address(), argv, str(folder), encoded, there)
    finally:
        for descriptor in there.values():
            os.close(descriptor)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(_write, stdin_here, stdin)
        stdout, stderr = (pool.submit(_read, output[0]) for output in outputs)
        asked.settimeout(timeout)
        try:
            code = client.code(asked)
        except TimeoutError:
            raise subprocess.TimeoutExpired(argv, timeout) from None
        finally:
            asked.close()
        return subprocess.CompletedProcess(argv, code, stdout.result(), stderr.result())


def command(folder: Path) -> Path:
    """Makes `xent` in a folder, for shells to find: a client of the server."""
    path = folder / "xent"
    script = f'exec {sys.executable} -IS {HERE / "client.py"} {address()} {XENT} "$@"'
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def _write(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb", buffering=0) as pipe:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[pipe.write(rest) :]
            except BrokenPipeError:
                return


def _read(descriptor: int) -> bytes:
    with open(descriptor, "rb") as pipe:
        return pipe.read()
