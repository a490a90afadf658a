"""One run of a whole process: wall-clock time and peak memory.

The kernel carries a parent's peak memory over into the child it spawns. Whoever calls `run`
must therefore stay small: numpy, pyarrow and matplotlib are left to children.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


class RunError(Exception):
    """A contender failed; the message holds its command and its last words."""


@dataclass(frozen=True)
class Run:
    """From spawn to reaped, and the largest resident set on the way."""

    seconds: float
    peak_mb: float


def environment() -> dict[str, str]:
    """This process's environment without the options that the tool takes from it."""
    return {key: value for key, value in os.environ.items() if not key.startswith("XENT_")}


def run(argv: list[str]) -> tuple[Run, str]:
    """Runs `argv` to its end; returns the run and standard output.

    Raises:
        RunError: the process did not exit with 0.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        redirections = [
            (os.POSIX_SPAWN_DUP2, stdout.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, stderr.fileno(), 2),
        ]
        start = time.monotonic()
        child = os.posix_spawnp(argv[0], argv, environment(), file_actions=redirections)
        _, status, usage = os.wait4(child, 0)
        seconds = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) != 0:
            stderr.seek(0)
            last_words = stderr.read().decode(errors="replace")[-2000:]
            raise RunError(f"{' '.join(argv)}\n{last_words}")
        stdout.seek(0)
        output = stdout.read().decode()
    return Run(round(seconds, 4), round(usage.ru_maxrss / 1024, 1)), output
