"""A signal ends the program at once, wherever it is, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.commands.conftest import Xent

pytestmark = pytest.mark.fresh_process

HEADER = b"label,prob_cat,prob_dog\n"
ROWS = b"cat,0.5,0.5\n" * 300_000  # 3.6 MB: most of it is read when the pipe has taken it all
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
AT_ONCE = 10  # seconds; whoever does not notice the signal would take forever


@contextmanager
def stalled(xent: Xent, sent: bytes, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run that waits for more on its standard input than the `sent` it has read."""
    with xent.start(*options, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(sent)
        process.stdin.flush()
        yield process
        process.kill()


def assert_ended(process: subprocess.Popen[bytes], code: int) -> None:
    assert process.wait(AT_ONCE) == code
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read() == b""
    assert process.stderr.read() == b""


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize(
    "command", ["eval --threads 1", "eval --threads 4", "rows", "rows --worst 3"]
)
def test_in_the_middle_of_a_pipe(xent: Xent, number: int, code: int, command: str) -> None:
    xent.write("out", "old")
    with stalled(xent, HEADER + ROWS, *command.split(), "-", "-o", "out") as process:
        process.send_signal(number)
        assert_ended(process, code)
    assert xent.files() == {"out"}
    assert (xent.folder / "out").read_text() == "old"


def test_killed_while_it_writes_it_leaves_the_old_file_whole(xent: Xent) -> None:
    xent.write("out", "old")
    with stalled(xent, HEADER + ROWS, "rows", "-", "-o", "out") as process:
        process.kill()
        assert process.wait(AT_ONCE) == -signal.SIGKILL
    assert (xent.folder / "out").read_text() == "old"


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_a_parquet_pipe_is_spooled(xent: Xent, number: int, code: int) -> None:
    (xent.folder / "tmp").mkdir()
    environment = {"TMPDIR": str(xent.folder / "tmp")}
    with xent.start("eval", "-", stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        process.stdin.write(b"PAR1" + bytes(4_000_000))
        process.stdin.flush()
        process.send_signal(number)
        assert_ended(process, code)
    assert xent.files() == {"tmp"}


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("command", ["eval", "rows", "inspect"])
def test_before_the_first_byte_of_a_pipe(xent: Xent, number: int, code: int, command: str) -> None:
    os.mkfifo(xent.folder / "pipe")
    with xent.start(command, "pipe") as process, (xent.folder / "pipe").open("wb") as pipe:
        # The pipe opens here when the program opens it: the program now waits for a byte.
        process.send_signal(number)
        assert_ended(process, code)
        pipe.close()


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_nobody_opens_the_pipe(xent: Xent, number: int, code: int) -> None:
    # Stalled in open(), as the second part: the first, a pipe too, tells that it is so far.
    os.mkfifo(xent.folder / "first")
    os.mkfifo(xent.folder / "second")
    with xent.start("eval", "first", "second") as process:
        (xent.folder / "first").write_bytes(HEADER + ROWS)
        process.send_signal(number)
        assert_ended(process, code)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("command", ["eval", "rows"])
def test_while_nobody_reads_the_output(xent: Xent, number: int, code: int, command: str) -> None:
    if command == "eval":
        names = [f"prob_c{i}" for i in range(500)]
        row = ",".join(["0.002"] * 500)
        xent.write("a.csv", f"label,{','.join(names)}\nc7,{row}\n")
    else:
        xent.write("a.csv", HEADER + ROWS)
    arguments = ("-f", "jsonl") if command == "eval" else ()
    with xent.start(command, "a.csv", *arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)  # writing has begun, and the pipe holds less than all of it
        process.send_signal(number)
        assert process.wait(AT_ONCE) == code
        assert process.stderr.read() == b""


def test_a_second_interrupt_ends_the_program_too(xent: Xent) -> None:
    with stalled(xent, HEADER + ROWS, "eval", "-") as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(AT_ONCE) in (130, -signal.SIGINT)
