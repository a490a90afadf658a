"""A run by the server is what a fresh process makes of the same: codes, streams, descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import SMALL, Xent
from tests.warm import program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def both(tmp_path: Path) -> tuple[Xent, Xent]:
    """The program in two folders: fresh processes in one, runs of the server in the other."""
    made = []
    for name, fresh in (("fresh", True), ("warm", False)):
        (tmp_path / name).mkdir()
        made.append(Xent(tmp_path / name, fresh=fresh))
        made[-1].write("small.csv", SMALL)
    return made[0], made[1]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--help",
        "--version",
        "nothing",
        "eval",
        "eval --help",
        "eval small.csv",
        "eval - --json",
        "eval nothing.csv",
        "eval small.csv -o out --export csv=out.csv",
        "rows small.csv",
        "inspect small.csv",
        "compare small.csv small.csv",
        "check small.csv --require accuracy>0.9",
        "calibrate fit small.csv --method platt",
        "merge small.csv",
        "conventions",
        "metrics brier",
    ],
)
def test_every_command_ends_as_a_fresh_one(both: tuple[Xent, Xent], arguments: str) -> None:
    fresh, warm = (xent.run(*arguments.split(), stdin=SMALL) for xent in both)
    assert warm == fresh


@pytest.mark.parametrize("name", ["XENT_BASE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"])
def test_the_environment_is_that_of_the_run(both: tuple[Xent, Xent], name: str) -> None:
    fresh, warm = (xent.run("eval", "small.csv", env={name: "2"}) for xent in both)
    assert warm == fresh


def test_much_goes_through_the_pipes(both: tuple[Xent, Xent]) -> None:
    rows = SMALL + "cat,0.5,0.5\n" * 200_000
    fresh, warm = (xent.run("rows", "-", stdin=rows) for xent in both)
    assert len(warm.stdout) > len(rows)
    assert warm == fresh


def test_shells_find_it(tmp_path: Path) -> None:
    program.command(tmp_path)
    (tmp_path / "small.csv").write_text(SMALL)
    line = "xent eval <(xent rows small.csv | cat) -b 2>&1 | cat; xent eval no.csv 2>&-; echo $?"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    said, plain = (
        subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env={**os.environ, "PATH": found, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        for found in (path, f"{os.path.dirname(sys.executable)}{os.pathsep}{path}")
    )
    assert (said.stdout, said.stderr) == (plain.stdout, plain.stderr)
    assert said.stdout.endswith("\n3\n")


def test_a_run_that_hangs_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(subprocess.TimeoutExpired):
        program.run(
            ["eval", "pipe"], folder=tmp_path, environment=os.environ, stdin=b"", timeout=0.1
        )
