"""Limits, changing files and odd environments: never a wrong number, a traceback or a hang."""

from __future__ import annotations

import gzip
import os
import pty
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.commands.conftest import Xent

pytestmark = pytest.mark.fresh_process

HEADER = "label,prob_cat,prob_dog\n"
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NUMBER = re.compile(r"-?[0-9]+\.[0-9]*")
FIGURES = ("0.5580", "0.1352", "1.7472", "-1.6740")


def on_terminal(xent: Xent, *arguments: str, env: dict[str, str]) -> str:
    """What the program shows on a terminal, carriage returns left out."""
    ours, theirs = pty.openpty()
    shown = b""
    with xent.start(*arguments, stdout=theirs, env=env) as process:
        os.close(theirs)
        with suppress(OSError):  # Linux tells the end of a terminal so
            while piece := os.read(ours, 1 << 16):
                shown += piece
        assert process.stderr is not None
        assert process.stderr.read() == b""
    os.close(ours)
    assert process.returncode == 0
    return shown.decode().replace("\r\n", "\n")


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"cat,0.5,0.5\n")


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
@pytest.mark.parametrize("change", [append, replace, truncate, remove])
@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    xent: Xent, form: str, change: Callable[[Path], None]
) -> None:
    path = xent.folder / f"a.{form}"
    rows = 1_000_000
    if form == "parquet":
        columns = {"label": pa.repeat("cat", rows), "prob_cat": [0.5] * rows}
        pq.write_table(pa.table({**columns, "prob_dog": columns["prob_cat"]}), path)
    else:
        text = (HEADER + "cat,0.5,0.5\n" * rows).encode()
        path.write_bytes(gzip.compress(text, 1) if form == "csv.gz" else text)
    with xent.start("eval", path.name, "--threads", "1") as process:
        stop_when_begun(process, path)
        change(path)
        process.send_signal(signal.SIGCONT)
        stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (3, b"")
    assert stderr.startswith(f"error: {path.name}: changed while being read\n".encode())


def stop_when_begun(process: subprocess.Popen[bytes], path: Path) -> None:
    """Stops the process as soon as it has read some of `path`, be it to see what it is."""
    folder = Path(f"/proc/{process.pid}")
    while True:
        assert process.poll() is None
        for link in folder.joinpath("fd").iterdir():
            with suppress(FileNotFoundError):
                place = folder.joinpath("fdinfo", link.name).read_text().split("\n")[0]
                if link.readlink() == path and place != "pos:\t0":
                    process.send_signal(signal.SIGSTOP)
                    return


def test_running_out_of_memory_is_told(xent: Xent) -> None:
    # A vector that says it has two thousand million entries takes more than there is.
    fields = {"type": pa.int8(), "size": pa.int32()}
    lists = {"indices": pa.list_(pa.int32()), "values": pa.list_(pa.float64())}
    vector = {"type": 0, "size": 2**31 - 1, "indices": [0], "values": [1.0]}
    vectors = pa.array([vector, vector], pa.struct({**fields, **lists}))
    pq.write_table(pa.table({"label": [0, 1], "probability": vectors}), xent.folder / "a.parquet")
    result = xent.run("eval", "a.parquet", "-o", "out", under="ulimit -v 1000000")
    result.assert_error("out of memory")


@pytest.mark.parametrize("mebibytes", [200, 300, 400])
def test_with_little_memory_the_number_is_right_or_absent(xent: Xent, mebibytes: int) -> None:
    # The libraries below may give up in ways of their own; nobody may take that for a result.
    xent.write("a.csv", HEADER + "cat,0.5,0.5\n" * 300_000 + f'"{"x" * 9_000_000}",0.5,0.5\n')
    options = ("--unknown-label", "drop", "-b")
    result = xent.run("eval", "a.csv", *options, under=f"ulimit -v {mebibytes * 1024}")
    assert (result.code, result.stdout) == (0, "0.6931471805599453\n") or (
        result.code not in (0, 1, 2) and result.stdout == ""
    )


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb"},
        {"COLUMNS": "20"},
        {"GITHUB_ACTIONS": "true", "CI": "true"},
        {"NO_COLOR": "1", "FORCE_COLOR": "1"},
        {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "de_DE.UTF-8"},
    ],
    ids=str,
)
def test_no_environment_cuts_or_colours_what_is_piped(xent: Xent, env: dict[str, str]) -> None:
    names = ("naïve", "猫" * 60)
    rows = f"{names[0]},0.75,0.25\n{names[1]},0.5,0.5\n{names[0]},0.5,0.5\n"
    xent.write("é.csv", f"label,prob_{names[0]},prob_{names[1]}\n{rows}")
    page = xent.run("eval", "é.csv", env=env).assert_done()
    assert "\x1b" not in page
    for figure in FIGURES:
        assert figure in page
    assert "0.4904" in page  # of the class
    report = xent.run("eval", "é.csv", "--json", env=env).report
    assert [c["name"] for c in report["classes"]] == list(names)
    xent.run("eval", "é.csv", "--target", "ü", env=env).assert_error("hint")


@pytest.mark.parametrize("env", [{"GITHUB_ACTIONS": "true"}, {"TERM": "dumb"}], ids=str)
def test_help_has_no_colours_unless_asked(xent: Xent, env: dict[str, str]) -> None:
    assert "\x1b" not in xent.run("--help", env=env).assert_done()
    assert "\x1b" not in xent.run("eval", "--nope", env=env).stderr


def test_colours_are_forced_and_change_nothing_else(xent: Xent, small: str) -> None:
    plain = xent.run("eval", small).assert_done()
    for env in ({"FORCE_COLOR": "1"}, {"FORCE_COLOR": "1", "GITHUB_ACTIONS": "true"}):
        coloured = xent.run("eval", small, env=env).assert_done()
        assert "\x1b[" in coloured
        assert ANSI.sub("", coloured) == plain
    assert "\x1b" not in xent.run("eval", small, "--json", env={"FORCE_COLOR": "1"}).stdout


@pytest.mark.parametrize("columns", ["20", "60", "200"])
def test_a_terminal_of_any_width_shows_numbers_whole(xent: Xent, small: str, columns: str) -> None:
    env = {"COLUMNS": columns, "TERM": "xterm"}
    page = ANSI.sub("", on_terminal(xent, "eval", small, env=env))
    for figure in FIGURES:
        assert figure in page
    piped = xent.run("eval", small).assert_done()
    assert set(NUMBER.findall(page)) <= set(NUMBER.findall(piped))  # columns may be left out


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "GITHUB_ACTIONS": "true"}, False),
        ({"TERM": "xterm", "GITHUB_ACTIONS": "true", "FORCE_COLOR": "1"}, True),
    ],
    ids=str,
)
def test_a_terminal_gets_colours_where_they_are_welcome(
    xent: Xent, small: str, env: dict[str, str], *, coloured: bool
) -> None:
    assert ("\x1b[" in on_terminal(xent, "eval", small, env=env)) is coloured


def test_machine_forms_are_the_same_on_a_terminal(xent: Xent, small: str) -> None:
    for form in ("json", "csv"):
        piped = xent.run("eval", small, "-f", form).assert_done()
        shown = on_terminal(xent, "eval", small, "-f", form, env={"TERM": "xterm"})
        assert shown == piped
