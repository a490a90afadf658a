"""Standard output gets everything, or the run fails and says so."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from xentcli.commands.output.files import deliver, writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What main does with the errors, in small.
PROGRAM = """
import os, sys
from xentcli.errors import OutputError
from xentcli.commands.output.files import check_target, deliver, writing
try:
    {body}
except OutputError as error:
    print(f"error: {{error}}", file=sys.stderr)
    sys.exit(3)
except BrokenPipeError:
    sys.exit(141)
"""


def run(
    body: str, stdout: int | IO[str] = subprocess.PIPE, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, **(environ or {})},
    )


def shell(body: str, redirection: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = f'exec "$0" -c "$1" {redirection}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, PROGRAM.format(body=body)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_bytes_are_utf8_whatever_the_locale(environ: dict[str, str]) -> None:
    done = run("deliver('caf\\u00e9 \\u221e\\n')", environ=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "café ∞\n".encode(), b"")


def test_order_is_kept_with_what_was_printed() -> None:
    done = run(
        "print('first'); deliver('second\\n'); print('third')", environ={"PYTHONUNBUFFERED": ""}
    )
    assert done.stdout == b"first\nsecond\nthird\n"


@pytest.mark.parametrize("size", [1, 10_000_000])
def test_a_full_device(size: int) -> None:
    with open("/dev/full", "w") as full:
        done = run(f"deliver('x' * {size})", stdout=full)
    assert done.returncode == 3
    assert done.stderr == (b"error: standard output: cannot be written: No space left on device\n")


@pytest.mark.parametrize("redirection", [">&-", "<&- >&-", ">&- 2>/dev/null"])
@pytest.mark.parametrize(
    "call", ["check_target('-')", "deliver('x')", "deliver('x', '/dev/stdout')"]
)
def test_closed(tmp_path: Path, redirection: str, call: str) -> None:
    (tmp_path / "input").write_text("data")
    # The file opened here may well be given the number 1.
    done = shell(f"other = open('input', 'r+'); {call}", redirection, tmp_path)
    assert done.returncode == 3
    assert (tmp_path / "input").read_text() == "data"
    assert done.stderr in {b"error: standard output is closed\n", b""}


def test_opened_for_reading_only(tmp_path: Path) -> None:
    done = shell("deliver('x')", "1</dev/null", tmp_path)
    assert done.returncode == 3
    assert done.stderr == b"error: standard output: cannot be written: Bad file descriptor\n"


@pytest.mark.parametrize("body", ["deliver('x' * 10**7)", "deliver('x' * 10**7, '/dev/stdout')"])
def test_a_closed_pipe_is_quiet(tmp_path: Path, body: str) -> None:
    command = '("$0" -c "$1"; echo $? >code) | head -c 1'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, PROGRAM.format(body=body)],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.stdout, done.stderr) == (b"x", b"")
    assert (tmp_path / "code").read_text() == "141\n"


def test_a_pipe_that_somebody_made_non_blocking() -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    code = PROGRAM.format(body="deliver('x' * 10**6)")
    with subprocess.Popen([sys.executable, "-c", code], stdout=writer) as program:
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            assert stream.read() == b"x" * 10**6
    assert program.returncode == 0


@pytest.mark.parametrize("redirection", [">>preds.csv", "1<>preds.csv"])
def test_standard_output_may_be_an_input(tmp_path: Path, redirection: str) -> None:
    (tmp_path / "preds.csv").write_text("data")
    done = shell("check_target('-', ['preds.csv'])", redirection, tmp_path)
    assert done.returncode == 3
    assert b"standard output: is also an input (preds.csv)" in done.stderr
    assert (tmp_path / "preds.csv").read_text() == "data"


def test_standard_input_may_be_the_target(tmp_path: Path) -> None:
    (tmp_path / "preds.csv").write_text("data")
    done = shell("check_target('preds.csv', ['-'])", "<preds.csv", tmp_path)
    assert done.returncode == 3
    assert b"preds.csv: is also an input (-)" in done.stderr


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/proc/self/fd/1"])
def test_a_redirected_file_is_gone_on_with(tmp_path: Path, path: str) -> None:
    body = f"print('before'); check_target('{path}'); deliver('result\\n', '{path}')"
    done = shell(body, ">out", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "out").read_text() == "before\nresult\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_nothing_of_a_small_result_comes_out_when_the_block_fails() -> None:
    done = run("with writing() as stream: stream.write(b'x'); raise OutputError('later')")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"error: later\n")


def test_standard_output_in_memory() -> None:
    captured = io.StringIO()
    with contextlib.redirect_stdout(captured):
        deliver("one ∞\n")
        with writing("-") as stream:
            stream.write(b"two\n")
    assert captured.getvalue() == "one ∞\ntwo\n"
