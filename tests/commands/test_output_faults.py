"""Output arrives in full or the run fails, and what was there before stays."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Xent

pytestmark = pytest.mark.fresh_process

PRINTING = (
    ("--help",),
    ("--version",),
    ("metrics",),
    ("eval", "-h"),
    ("eval", "small.csv"),
    ("eval", "small.csv", "--json"),
    ("eval", "small.csv", "-b"),
    ("rows", "small.csv"),
    ("inspect", "small.csv"),
)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("arguments", PRINTING)
def test_a_full_disk_on_standard_output_fails(
    xent: Xent, small: str, arguments: tuple[str, ...]
) -> None:
    assert small in xent.files()
    result = xent.run(*arguments, under="exec >/dev/full")
    result.assert_error("standard output", "No space left on device")


@pytest.mark.parametrize("arguments", PRINTING)
def test_a_closed_standard_output_fails(xent: Xent, small: str, arguments: tuple[str, ...]) -> None:
    assert small in xent.files()
    xent.run(*arguments, under="exec >&-").assert_error("standard output", "closed")


@pytest.mark.parametrize("arguments", PRINTING)
def test_a_pipe_that_nobody_reads_ends_the_program_quietly(
    xent: Xent, small: str, arguments: tuple[str, ...]
) -> None:
    assert small in xent.files()
    reading, writing = os.pipe()
    os.close(reading)
    with xent.start(*arguments, stdout=writing) as process:
        os.close(writing)
        _, stderr = process.communicate()
    assert (process.returncode, stderr) == (141, b"")


@pytest.mark.parametrize("command", ["eval", "rows"])
def test_head_ends_the_program_quietly(xent: Xent, command: str) -> None:
    names = [f"prob_c{i}" for i in range(500)]
    row = ",".join(["0.002"] * 500)
    xent.write("wide.csv", f"label,{','.join(names)}\nc7,{row}\n")
    xent.write("long.csv", "label,prob_a,prob_b\n" + "a,0.5,0.5\n" * 100_000)
    arguments = ("eval", "wide.csv", "-f", "jsonl") if command == "eval" else ("rows", "long.csv")
    with xent.start(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().endswith(b"\n")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_closed_standard_error_changes_nothing(xent: Xent, small: str) -> None:
    assert xent.run("eval", small, under="exec 2>&-") == xent.run("eval", small)
    assert xent.run("eval", "nothing.csv", under="exec 2>&-").code == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_standard_error_that_takes_nothing_changes_nothing(xent: Xent) -> None:
    xent.write("zero.csv", "label,prob_a,prob_b\na,0,1\nb,0.2,0.8\n")
    result = xent.run("eval", "zero.csv", "-b", under="exec 2>/dev/full")
    assert result.assert_done() == "Infinity\n"


def test_standard_output_closed_does_not_matter_to_a_file(xent: Xent, small: str) -> None:
    result = xent.run("eval", small, "--json", "-o", "out", under="exec >&-")
    assert result.assert_done() == ""
    assert json.loads((xent.folder / "out").read_text())["source"]["rows"] == 3


@pytest.mark.parametrize("option", ["-o", "--export"])
def test_a_limit_of_file_size_keeps_the_old_output(xent: Xent, small: str, option: str) -> None:
    xent.write("out.json", "old")
    target = "out.json" if option == "-o" else "json=out.json"
    result = xent.run("eval", small, "--json", option, target, under="ulimit -f 0")
    result.assert_error("out.json", "cannot be written", "File too large")
    assert (xent.folder / "out.json").read_text() == "old"


def test_a_failed_main_output_leaves_no_export_behind(xent: Xent, small: str) -> None:
    result = xent.run("eval", small, "--export", "csv=out.csv", under="exec >/dev/full")
    result.assert_error("standard output", "No space left on device")


@pytest.mark.parametrize("option", ["-o", "--export"])
@pytest.mark.parametrize(
    ("target", "needle"),
    [("none/out.json", "no folder 'none'"), (".", "folder"), ("folder/", "folder")],
)
def test_an_impossible_output_is_refused_before_any_work(
    xent: Xent, option: str, target: str, needle: str
) -> None:
    (xent.folder / "folder").mkdir()
    # The input is wrong as well; that the output is told of shows what comes first.
    spelled = target if option == "-o" else f"json={target}"
    xent.run("eval", "nothing.csv", option, spelled).assert_error(needle)


def test_an_unwritable_folder_is_refused_before_any_work(xent: Xent, as_mere_user: str) -> None:
    locked = xent.folder / "locked"
    locked.mkdir(mode=0o555)
    result = xent.run("eval", "nothing.csv", "-o", "locked/out", under=as_mere_user)
    result.assert_error("locked/out", "Permission denied")


def test_a_protected_file_is_not_replaced(xent: Xent, small: str, as_mere_user: str) -> None:
    xent.write("out", "old")
    (xent.folder / "out").chmod(0o444)
    result = xent.run("eval", small, "-o", "out", under=as_mere_user)
    result.assert_error("out", "Permission denied")
    assert (xent.folder / "out").read_text() == "old"


def link_to(folder: Path, kind: str) -> str:
    match kind:
        case "symlink":
            (folder / "other").symlink_to("data/small.csv")
        case "hard link":
            (folder / "other").hardlink_to(folder / "data" / "small.csv")
        case "symlinked folder":
            (folder / "folder").symlink_to("data")
            return "folder/small.csv"
        case _:
            return "data/small.csv"
    return "other"


@pytest.mark.parametrize("kind", ["name", "symlink", "hard link", "symlinked folder"])
def test_an_output_that_is_the_input_is_refused(xent: Xent, small: str, kind: str) -> None:
    content = (xent.folder / small).read_bytes()
    source = xent.write("data/small.csv", content)
    target = link_to(xent.folder, kind)
    for option in (("-o", target), ("--export", f"json={target}")):
        xent.run("eval", source, *option).assert_error("input")
        assert (xent.folder / source).read_bytes() == content


@pytest.mark.parametrize("source", ["data", "data/*.csv"])
def test_an_output_that_is_part_of_the_input_is_refused(
    xent: Xent, small: str, source: str
) -> None:
    content = (xent.folder / small).read_bytes()
    xent.write("data/small.csv", content)
    xent.run("eval", source, "-o", "data/small.csv").assert_error("data/small.csv", "input")
    assert (xent.folder / "data" / "small.csv").read_bytes() == content


def test_an_output_that_is_standard_input_is_refused(xent: Xent, small: str) -> None:
    result = xent.run("eval", "-", "-o", small, under=f"exec <{small}")
    result.assert_error("small.csv", "input")
    appended = xent.run("eval", small, under=f"exec >>{small}")
    assert (appended.code, appended.stdout) == (3, "")
    assert "input" in appended.stderr
    assert len((xent.folder / small).read_text().splitlines()) == 4


def test_two_outputs_to_one_file_are_refused(xent: Xent, small: str) -> None:
    result = xent.run("eval", small, "--export", "json=out", "--export", "csv=out")
    assert (result.code, result.stdout, result.appeared) == (2, "", frozenset())
    result = xent.run("eval", small, "--export", "json=out", "-o", "./out")
    assert (result.code, result.stdout, result.appeared) == (2, "", frozenset())


def test_eight_runs_to_one_output_leave_one_whole_result(xent: Xent, small: str) -> None:
    expected = xent.eval(small)
    runs = [xent.start("eval", small, "--json", "-o", "out.json") for _ in range(8)]
    for process in runs:
        assert process.communicate() == (b"", b"")
    assert {process.returncode for process in runs} == {0}
    assert json.loads((xent.folder / "out.json").read_text()) == expected
    assert xent.files() == {small, "out.json"}


def test_devices_and_pipes_are_written_to_directly(xent: Xent, small: str) -> None:
    assert xent.run("eval", small, "-o", "/dev/null").assert_done() == ""
    page = xent.run("eval", small, "-f", "json").assert_done()
    assert xent.run("eval", small, "--json", "-o", "/dev/stdout").assert_done() == page
    os.mkfifo(xent.folder / "pipe")
    with xent.start("eval", small, "--json", "-o", "pipe") as process:
        assert (xent.folder / "pipe").read_text() == page
        assert process.communicate() == (b"", b"")
    assert process.returncode == 0


def test_standard_output_is_appended_to(xent: Xent, small: str) -> None:
    log = xent.folder / "log"
    log.write_text("before\n")
    with log.open("ab") as stream:
        subprocess.run(
            xent.command("eval", small, "-b"),
            cwd=xent.folder,
            env=xent.environment(),
            stdout=stream,
            check=True,
        )
    assert log.read_text() == "before\n0.5579921445238905\n"
